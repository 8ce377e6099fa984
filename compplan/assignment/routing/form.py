"""The form of a routing file: which settings there are, and what each may be. What they mean together is `check`'s business."""

from __future__ import annotations

from datetime import date, time, tzinfo
from fractions import Fraction
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, PlainValidator, Tag

from compplan.assignment.routing.calendar import STEP_MINUTES

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_NUMBER_HINT = "write a number from 0 up, such as 12, 0.5 or 5%"
_MOST = 10**12


def _exact(value: Any) -> Fraction:  # noqa: ANN401 - whatever stands in the file
    text = str(value).strip().replace(",", "")
    share = text.endswith("%")
    try:
        number = Fraction(text[:-1].strip() if share else text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(_NUMBER_HINT) from None
    if "/" in text or not 0 <= number <= _MOST:
        raise ValueError(_NUMBER_HINT)
    return number / 100 if share else number


def _above_zero(value: Any) -> Fraction:  # noqa: ANN401
    number = _exact(value)
    if number == 0:
        raise ValueError("it must be above zero")
    return number


def _listed(value: Any) -> Any:  # noqa: ANN401
    return value if isinstance(value, list) else [value]


def _weekday(value: Any) -> Any:  # noqa: ANN401
    word = str(value).strip().lower()
    if word in WEEKDAYS:
        return WEEKDAYS.index(word)
    raise ValueError("write the days of the week by their names, as in `monday`")


def _time_of_day(value: Any) -> time:  # noqa: ANN401
    try:
        found = time.fromisoformat(str(value))
    except ValueError:
        raise ValueError('write a time of day in quotes, as in "09:00"') from None
    if found.tzinfo is not None or found.minute % STEP_MINUTES or found.second or found.microsecond:
        raise ValueError('working hours begin and end on quarters of an hour, as in "09:15"')
    return found


def _zone(value: Any) -> tzinfo:  # noqa: ANN401
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("write a time zone by its name, as in `Europe/Berlin` or `America/New_York`") from None


def _named(word: str) -> BeforeValidator:
    """One text alone stands for the setting of that name."""
    return BeforeValidator(lambda value: {word: value} if isinstance(value, str) else value)


Number = Annotated[Fraction, PlainValidator(_exact, json_schema_input_type=str)]
Positive = Annotated[Fraction, PlainValidator(_above_zero, json_schema_input_type=str)]
Name = Annotated[str, Field(max_length=200)]
Count = Annotated[int, Field(ge=0)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
Where = dict[str, Texts]
"""Headings, and what may stand under each."""
TimeOfDay = Annotated[time, PlainValidator(_time_of_day, json_schema_input_type=str)]
Zone = Annotated[tzinfo, PlainValidator(_zone, json_schema_input_type=str)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class HoursForm(_Form):
    """When people work."""

    days: Annotated[
        tuple[Annotated[int, BeforeValidator(_weekday, json_schema_input_type=Literal[WEEKDAYS])], ...], BeforeValidator(_listed)
    ]
    from_: TimeOfDay = Field(alias="from", description="When work begins, by the rep's clock.")
    until: TimeOfDay = Field(description="When it ends.")


class RepForm(BaseModel):
    """A rep; whatever else is said of it, such as `languages`, is what pools and needs can ask for."""

    model_config = ConfigDict(extra="allow", frozen=True, arbitrary_types_allowed=True)
    __pydantic_extra__: dict[str, Texts]

    weight: Number = Field(Fraction(1), description="How much the rep is to have, beside the others; 0 for no leads.")
    each_day: Count | None = Field(None, description="How many leads the rep takes at most in a day.")
    most_open: Count | None = Field(None, description="How many leads the rep has open at most.")
    timezone: Zone | None = Field(None, description="Where the rep works, where it is not where the file says.")
    hours: HoursForm | None = Field(None, description="When the rep works, where that is not as the file says.")


class RepRecordsForm(_Form):
    """Reps who stand in records of the project. Columns of texts are what pools and needs can ask for."""

    records: str = Field(description="The kind of record with the reps.")
    where: Where = Field(default_factory=dict, description="Columns, and what may stand in each, for a record to take part.")
    weight: str | None = Field(None, description="The column that says how much each is to have; all alike if left out.")
    each_day: str | None = Field(None, description="The column that says how many leads each takes at most in a day.")
    most_open: str | None = Field(None, description="The column that says how many leads each has open at most.")
    timezone: str | None = Field(None, description="The column with the time zone of each.")


class PoolForm(_Form):
    """Reps who share some leads."""

    leads: Where = Field(default_factory=dict, description="The lead's fields, and what may stand in each. Left out: all that are left.")
    reps: Where = Field(default_factory=dict, description="Which reps are in the pool, by what is said of them; all if left out.")
    window: Number = Field(Fraction(1, 2), description="K: how far above the lowest level a rep may be for its chance to count.")
    largest: Positive | None = Field(None, description="The largest quality; one beyond counts as much.")
    weights: dict[str, Number] = Field(default_factory=dict, description="Weights in this pool, where they are not those of the rep.")


class QualityForm(_Form):
    """What counts as the quality of a lead."""

    field: str = Field(description="The lead's field with it, such as its value.")
    times: str | None = Field(None, description="The lead's field with the chance that it is multiplied by.")


class ChanceForm(_Form):
    """Where the chances stand that a rep wins a lead."""

    field: str | None = Field(None, description="The lead's field that has a chance for each rep.")
    records: str | None = Field(None, description="Instead: the kind of record with a chance for each lead and rep.")
    lead: str = Field("lead", description="With `records`: the column that names the lead.")
    rep: str = Field("rep", description="With `records`: the column that names the rep.")
    chance: str = Field("chance", description="With `records`: the column with the chance, from 0 to 1.")


class OwnerForm(_Form):
    """Leads whose account has an owner."""

    field: str = Field(description="The lead's field that names the owner; empty where there is none.")
    counts: bool = Field(True, description="Whether such leads count toward what the owner is to have.")
    when_away: Literal["others", "owner"] = Field("others", description="Who gets it while the owner is away.")


class ReturnsForm(_Form):
    """Leads that are given back as bad."""

    days: Annotated[int, Field(ge=1, le=3660)] = Field(description="For how many days a lead can be given back.")


class AbsenceForm(_Form):
    """Days on which a rep is away."""

    rep: str = Field(description="Who is away.")
    from_: date = Field(alias="from", description="The first day.")
    through: date = Field(description="The last day.")
    reason: str = Field("", description="Why.")


class AbsenceRecordsForm(_Form):
    """A table with absences."""

    records: str = Field(description="The kind of record with the absences.")
    rep: str = Field("rep", description="The column that names the rep.")
    from_: str = Field("from", alias="from", description="The column with the first day.")
    through: str = Field("through", description="The column with the last day; empty where it is not known yet.")


class HolidayRecordsForm(_Form):
    """A table with holidays."""

    records: str = Field(description="The kind of record with the holidays.")
    date: str = Field("date", description="The column with the day.")


class DatabaseForm(_Form):
    """Where the router keeps what it does."""

    at: str = Field(description="A file, or the address of a PostgreSQL database.")
    flush: bool = Field(False, description="With a file: whether each answer waits until the disk has it, so that it outlives a power cut.")


def _reps(value: Any) -> Any:  # noqa: ANN401
    return {"records": value} if isinstance(value, str) else value


def _way(value: Any) -> str:  # noqa: ANN401
    """Whether a setting names a table, or says it all itself."""
    return "a table" if isinstance(value, dict) and isinstance(value.get("records"), str) else "said here"


_EITHER = Discriminator(_way)


class RoutingForm(_Form):
    """A routing file."""

    title: Name = Field(min_length=1, description="What the routing is called; its state is kept under this name.")
    project: str = Field(".", description="The folder of the project whose records are used, from the file's own folder.")
    reps: Annotated[
        Annotated[RepRecordsForm, Tag("a table")] | Annotated[dict[Name, RepForm], Tag("said here")], _EITHER, BeforeValidator(_reps)
    ] = Field(description="The reps: each with what is said of it, or the records that they stand in.")
    pools: dict[Name, PoolForm] = Field(min_length=1, description="Who shares which leads; the first pool that is for a lead takes it.")
    needs: dict[str, str] = Field(default_factory=dict, description="A lead's field, and the rep's heading that lists what it may be.")
    quality: Annotated[QualityForm | None, _named("field")] = Field(None, description="What counts; each lead as 1 if left out.")
    chance: Annotated[ChanceForm | None, _named("field")] = Field(None, description="The chances of winning; alike if left out.")
    owner: Annotated[OwnerForm | None, _named("field")] = Field(None, description="Account owners, who come first.")
    returns: ReturnsForm | None = Field(None, description="Leads that are given back as bad; left out, none can be.")
    timezone: Zone | None = Field(None, description="Where times without a zone are meant; UTC if left out.")
    hours: HoursForm | None = Field(None, description="When people work; at any time if left out.")
    holidays: Annotated[Annotated[HolidayRecordsForm, Tag("a table")] | Annotated[tuple[date, ...], Tag("said here")], _EITHER] = Field(
        (), description="Days on which nobody works."
    )
    absences: Annotated[Annotated[AbsenceRecordsForm, Tag("a table")] | Annotated[tuple[AbsenceForm, ...], Tag("said here")], _EITHER] = (
        Field((), description="Days on which a rep is away.")
    )
    database: Annotated[DatabaseForm | None, _named("at")] = Field(
        None, description="Where the state is kept; beside the file if left out."
    )
