"""The form of compplan.yaml: which settings there are, what each may be. What they mean together is `project`'s business."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from compplan.records.spec import Encoding

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _listed(value: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    return value if isinstance(value, list) else [value]


def _filed(value: Any) -> Any:  # noqa: ANN401
    return value if isinstance(value, dict) else {"file": value}


def _typed(value: Any) -> Any:  # noqa: ANN401
    return {"type": value} if isinstance(value, str) else value


def _month(value: Any) -> Any:  # noqa: ANN401
    word = str(value).strip().lower()
    if word in MONTHS:
        return MONTHS.index(word) + 1
    if word.isdigit() and 1 <= int(word) <= 12:
        return int(word)
    raise ValueError("write the month by its name, as in `april`, or as a number from 1 to 12")


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CalendarForm(_Form):
    """The fiscal calendar."""

    fiscal_year_starts: Annotated[int, BeforeValidator(_month, json_schema_input_type=str | int)] = Field(
        1, description="The month in which the fiscal year starts, by name or number."
    )
    fiscal_year_named_after: Literal["start", "end"] = Field(
        "start", description="Whether fiscal year 2027 is the one that starts or the one that ends in 2027."
    )
    pattern: Literal["months", "4-4-5", "4-5-4", "5-4-4"] = Field(
        "months", description="Calendar months, or the weeks of each quarter's months."
    )
    first_day: date | None = Field(None, description="With weeks: the first day of the fiscal year named `first_year`.")
    first_year: Annotated[int, Field(ge=1900, le=2199)] | None = Field(
        None, description="With weeks: the fiscal year that `first_day` begins."
    )
    years_of_53_weeks: tuple[Annotated[int, Field(ge=1900, le=2199)], ...] = Field(
        (), description="With weeks: the fiscal years with a 53rd week."
    )


class ColumnForm(_Form):
    """One column of a kind of record."""

    type: str = Field(
        description="text, date, number, ratio, money, money per month (quarter, half, year), currency, yes/no, month, "
        "quarter, half, year, or a kind"
    )
    column: str | None = Field(None, description="The header in the source, where it is not the column's name.")
    optional: bool = Field(False, description="Whether a cell may be empty.")
    values: dict[str, str | None] = Field(
        default_factory=dict, description="What the source says: what it means. Nothing after the colon: empty."
    )
    format: str | None = Field(None, description="How dates are written, as in %m/%d/%Y.")
    from_: date | None = Field(None, alias="from", description="The first date that is allowed.")
    through: date | None = Field(None, description="The last date that is allowed.")
    decimals: Annotated[int, Field(ge=0, le=12)] | None = Field(None, description="Digits after the point.")
    currency: str | None = Field(None, description="The currency, where it is not the project's.")
    currency_column: str | None = Field(None, description="A header of the source; in every row it must say the column's currency.")
    currency_in: str | None = Field(None, description="The column of this kind that names the currency of each row's own amount.")
    thousands: Literal[",", ".", " ", "'"] | None = Field(None, description="What separates thousands in the source.")
    decimal: Literal[".", ","] = Field(".", description="What stands before the decimals in the source.")
    at_least: str | None = Field(None, description="The least value that is allowed.")
    at_most: str | None = Field(None, description="The largest value that is allowed.")


class AddUpForm(_Form):
    """A column whose values add up within a group, as the shares of a deal do."""

    column: str = Field(description="The column to add up.")
    to: str | None = Field(None, description="What it must add up to, as in 100%.")
    at_most: str | None = Field(None, description="What it may add up to, as in 100%.")
    for_each: Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])] = Field(
        min_length=1, description="The column or columns whose equal values make a group."
    )


class ValidForm(_Form):
    """The columns that say on which days a row holds."""

    from_: str = Field(alias="from", description="The column with the first day on which a row holds.")
    through: str = Field(description="The column with the last such day; empty where the row still holds.")


class SourceForm(_Form):
    """Files of a kind of record, and what their rows have in common."""

    file: str = Field(description="A path or glob within the project. CSV, TSV, Parquet or XLSX.")
    set_: dict[str, str | None] = Field(
        default_factory=dict,
        alias="set",
        description="What every row says in a column, whatever these files say there. Nothing after the colon: empty.",
    )


_Source = Annotated[SourceForm, BeforeValidator(_filed, json_schema_input_type=str | SourceForm)]


class KindForm(_Form):
    """One kind of record."""

    source: (
        Annotated[tuple[_Source, ...], BeforeValidator(_listed, json_schema_input_type=str | SourceForm | list[str | SourceForm])] | None
    ) = Field(None, description="Files with the rows: a path or glob within the project, a file with what its rows are to say, or a list.")
    sheet: str | None = Field(None, description="The sheet of a workbook, where it is not the first.")
    encoding: Encoding = Field("utf-8", description="How a CSV file writes letters.")
    delimiter: Literal[",", ";", "|", "\t", "tab"] | None = Field(None, description="What separates the cells of a CSV file.")
    key: Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])] = Field(
        (), description="The column or columns that name a row; no two rows have the same."
    )
    valid: ValidForm | None = Field(None, description="Where rows hold from a day to a day: the columns that say so.")
    columns: dict[str, Annotated[ColumnForm, BeforeValidator(_typed, json_schema_input_type=str | ColumnForm)]] = Field(
        min_length=1, description="The columns that plans may use, each with its type."
    )
    add_up: tuple[AddUpForm, ...] = Field((), description="What must add up.")


class RatesForm(_Form):
    """Exchange rates of one sort, and the columns that they stand in."""

    records: str = Field(description="The kind of record that holds the rates.")
    from_: str = Field(alias="from", description="The column with the currency that one is converted from.")
    to: str = Field(description="The column with the currency that it is converted to; or that currency, where it is the same for all.")
    rate: str = Field(description="The column that says what one of the first is worth in the other.")
    date: str | None = Field(None, description="The column with the day from which a rate holds.")
    period: str | None = Field(None, description="Instead of `date`: the column with the period in which a rate holds.")
    holds: Literal["until the next one", "on its day only"] | None = Field(None, description="With `date`: how long a rate holds.")
    both_ways: bool = Field(False, description="Whether amounts are also converted the other way, by dividing.")


def _weekday(value: Any) -> Any:  # noqa: ANN401
    word = str(value).strip().lower()
    if word in WEEKDAYS:
        return WEEKDAYS.index(word)
    raise ValueError("write the days of the week by their names, as in `monday`")


class HolidaysForm(_Form):
    """Where holidays stand."""

    records: str = Field(description="The kind of record that holds the holidays.")
    date: str = Field(description="The column with the day of a holiday.")
    for_each: str | None = Field(
        None, description="Where holidays differ: the column of them, and of people, that says whose they are, such as a country."
    )


class WorkingDaysForm(_Form):
    """Which days are worked."""

    weekdays: Annotated[
        tuple[Annotated[int, BeforeValidator(_weekday, json_schema_input_type=Literal[WEEKDAYS])], ...],
        BeforeValidator(_listed, json_schema_input_type=list[Literal[WEEKDAYS]]),
    ] = Field(min_length=1, description="The days of the week on which people work, by their names.")
    holidays: HolidaysForm | None = Field(None, description="The days among them on which nobody works.")


class ProjectForm(_Form):
    """A compplan project."""

    company: str = Field(min_length=1, description="The name of the company, as statements show it.")
    currency: str = Field(description="The currency that the company counts in, by its ISO 4217 code.")
    calendar: CalendarForm = Field(
        default_factory=CalendarForm, description="The fiscal calendar; months from January where it is left out."
    )
    plans: Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])] = Field(
        (), description="The plan files: paths or globs within the project."
    )
    records: dict[str, KindForm] = Field(description="The kinds of record, `people` among them.")
    exchange_rates: dict[str, RatesForm] = Field(default_factory=dict, description="Sorts of exchange rates, each with a name.")
    working_days: WorkingDaysForm | None = Field(None, description="Which days are worked, where plans prorate by working days.")


def project_json_schema() -> dict[str, Any]:
    """The JSON Schema of compplan.yaml, for editors that complete and check it."""
    schema = ProjectForm.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "compplan.yaml"}
