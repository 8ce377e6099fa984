"""The form of a scenario of leads: which settings there are, and what each may be. What they mean together is `check`'s business."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from compplan.assignment.scenario.form import Kind, Positive, Where
from compplan.immutable import immutable

FAIRNESS, REVENUE = "fairness", "revenue"
GIVEN_UP = Fraction(2, 100)


@immutable
class Floor:
    """The least that each rep is to have: a share of what reps have on average per unit of weight, or an amount."""

    share: Fraction | None
    amount: Fraction | None


def _not_listed(value: Any) -> Fraction | None:  # noqa: ANN401 - whatever stands in the file
    text = str(value).strip()
    if text == "not allowed":
        return None
    return _number(text, "write `not allowed`, or a chance such as 5%")


def _floor(value: Any) -> Floor:  # noqa: ANN401
    text = str(value).strip().replace(",", "")
    hint = "write a share such as 80%, or an amount such as 5000"
    number = _number(text, hint, most=10**12)
    return Floor(number, None) if text.endswith("%") else Floor(None, number)


def _number(text: str, hint: str, most: int = 1) -> Fraction:
    share = text.endswith("%")
    try:
        number = Fraction(text[:-1].strip() if share else text) / (100 if share else 1)
    except (ValueError, ZeroDivisionError):
        raise ValueError(hint) from None
    if "/" in text or not 0 <= number <= most:
        raise ValueError(hint)
    return number


def _chance(value: Any) -> Any:  # noqa: ANN401
    return {"column": value} if isinstance(value, str) else value


def _objective(value: Any) -> Any:  # noqa: ANN401
    return {"greatest": value} if isinstance(value, str) else value


def _greatest(value: Any) -> Any:  # noqa: ANN401
    known = {"fair": FAIRNESS, FAIRNESS: FAIRNESS, REVENUE: REVENUE}
    if value not in known:
        raise ValueError("it is fair, or {greatest: fairness} or {greatest: revenue}")
    return known[value]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChanceForm(_Form):
    """The chance that a rep wins a lead: from a table with a row for each pair, or from a column of leads."""

    column: str | None = Field(None, description="The column of leads with the chance, alike for all reps.")
    records: str | None = Field(None, description="The kind of record with a chance for each pair.")
    lead: str = Field("lead", description="Its column that refers to the lead.")
    rep: str = Field("rep", description="Its column that refers to the rep.")
    chance: str = Field("chance", description="Its column with the chance, from 0 to 1.")
    pairs_not_listed: Annotated[Fraction | None, PlainValidator(_not_listed, json_schema_input_type=str)] = Field(
        None, description="`not allowed`, or the chance of a pair that is not listed."
    )


class LeadRuleForm(_Form):
    """A rule about which rep may have which lead, of one of four kinds: `reps`, `among`, `works`, `stay`."""

    leads: Where = Field(default_factory=dict, description="The leads that the rule is about; all of them if left out.")
    reps: Where | None = Field(None, description="Only reps with this may have them.")
    column: str | None = Field(None, description="With `among`: the lead's column, one text or several parted by semicolons.")
    among: str | None = Field(None, description="The rep's column that lists, parted by semicolons, what `column` may be.")
    works: str | None = Field(None, description="The rep's column with working hours, as in `Mon-Fri 09:00-17:00; Sat 10:00-14:00`.")
    call_at: str | None = Field(None, description="With `works`: the lead's column that says when it is to be called.")
    zone: str | None = Field(None, description="With `works`: the rep's column with its time zone, as in Europe/Berlin.")
    call_zone: str | None = Field(None, description="With `works`: the lead's column with the time zone that `call_at` is in.")
    stay: bool = Field(False, description="`yes`: they stay with the rep who owns them.")


class ObjectiveForm(_Form):
    """What is wanted."""

    greatest: Annotated[str, BeforeValidator(_greatest)] = Field(FAIRNESS, description="`fairness` or `revenue`.")
    give_up: Positive | None = Field(None, le=1, description="With fairness: how much of it may be given up for revenue; 2% if left out.")
    at_least: Annotated[Floor | None, PlainValidator(_floor, json_schema_input_type=str)] = Field(
        None, description="With revenue: what each rep is to have, as a share of the mean per weight, or as an amount."
    )


class LeadsForm(_Form):
    """A scenario of leads."""

    title: str = Field(min_length=1, description="What the scenario is called.")
    project: str = Field(".", description="The folder of the project whose records are used, from the scenario's own folder.")
    leads: Kind = Field(description="The leads that are to be given.")
    reps: Kind = Field(description="The reps that they are given to.")
    day: date | None = Field(None, description="The day on which records are read that hold from a day to a day.")
    value: str = Field(description="The column of leads that says what one is worth when it is won.")
    chance: Annotated[ChanceForm, BeforeValidator(_chance, json_schema_input_type=str | ChanceForm)] | None = Field(
        None, description="The chance that a rep wins a lead; certain if left out."
    )
    capacity: str | None = Field(None, description="The column of reps that says how many leads one gets at most.")
    weight: str | None = Field(None, description="The column of reps that says what each is entitled to; all alike if left out.")
    owner: str | None = Field(None, description="The column of leads that names the rep who owns it already.")
    rules: dict[str, LeadRuleForm] = Field(default_factory=dict, description="Rules, each with a name of your choice.")
    objective: Annotated[ObjectiveForm, BeforeValidator(_objective, json_schema_input_type=str | ObjectiveForm)] = Field(
        default_factory=ObjectiveForm, description="`fair`, if left out, or `revenue`; or settings."
    )
