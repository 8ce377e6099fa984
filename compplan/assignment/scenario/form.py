"""The form of a scenario of territories: which settings there are, and what each may be.

What they mean together is `scenario`'s business.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

_NUMBER_HINT = "write a number, such as 12, 0.5 or 5%"


def _exact(value: Any) -> Fraction:  # noqa: ANN401 - whatever stands in the file
    text = str(value).strip().replace(",", "")
    share = text.endswith("%")
    try:
        number = Fraction(text[:-1].strip() if share else text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(_NUMBER_HINT) from None
    if "/" in text or abs(number) > 10**12:
        raise ValueError(_NUMBER_HINT)
    return number / 100 if share else number


def _exact_or_not_below_zero(value: Any) -> Fraction:  # noqa: ANN401
    number = _exact(value)
    if number < 0:
        raise ValueError("it cannot be below zero")
    return number


def _kind(value: Any) -> Any:  # noqa: ANN401
    return {"records": value} if isinstance(value, str) else value


def _listed(value: Any) -> Any:  # noqa: ANN401
    return value if isinstance(value, list) else [value]


Number = Annotated[Fraction, PlainValidator(_exact, json_schema_input_type=str)]
Positive = Annotated[Fraction, PlainValidator(_exact_or_not_below_zero, json_schema_input_type=str)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
Where = dict[str, Texts]
"""Columns, and what may stand in each."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KindForm(_Form):
    """Which records there are to choose from."""

    records: str = Field(description="The kind of record.")
    where: Where = Field(default_factory=dict, description="Columns, and what may stand in each, for a record to take part.")


Kind = Annotated[KindForm, BeforeValidator(_kind, json_schema_input_type=str | KindForm)]


class LimitsForm(_Form):
    """A table with limits for each rep."""

    records: str = Field(description="The kind of record that holds the limits.")
    rep: str = Field(description="The column that refers to the rep.")
    at_least: str | None = Field(None, description="The column with the least that the rep shall have.")
    at_most: str | None = Field(None, description="The column with the most.")


class OwnLimitsForm(_Form):
    """The limits of one rep."""

    at_least: Number | None = Field(None, description="The least that the rep shall have.")
    at_most: Number | None = Field(None, description="The most.")


class NewHireForm(_Form):
    """A rep who is not in the records yet."""

    columns: dict[str, str] = Field(default_factory=dict, description="What would stand in the columns of its record.")
    limits: dict[str, OwnLimitsForm] = Field(
        default_factory=dict, description="Its own limits, by measure, where the others have theirs from a table."
    )


class MeasureForm(_Form):
    """A measure of which each rep shall have so much."""

    sum_: str | None = Field(None, alias="sum", description="The column of accounts to add up. Left out: accounts are counted.")
    share_by: str | None = Field(
        None, description="The column of reps that says how large a share each is to have, such as a capacity; all alike if left out."
    )
    within: Positive | None = Field(None, description="How far from its share a rep may be, as in 5%.")
    at_least: Number | None = Field(None, description="The least that each rep shall have.")
    at_most: Number | None = Field(None, description="The most that each rep shall have.")
    limits: LimitsForm | None = Field(None, description="A table that says so for each rep.")
    width: Positive | None = Field(
        None, description="So much of each band's width is kept, around its middle: 50% halves it, 200% doubles it."
    )
    expected_pay: bool = Field(False, description="`yes`: what each rep is expected to be paid is balanced, as `pay` says.")
    of: str | None = Field(None, description="With `expected_pay` and `within`: the column of reps with the amount to be near.")
    price: Positive | None = Field(None, description="What a unit outside costs. Left out, the band is a rule.")


class HomesForm(_Form):
    """The places that are considered for reps without a home."""

    records: str = Field(description="The kind of record with the places.")
    at: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)] = Field(description="Its columns of latitude and longitude.")


class TravelForm(_Form):
    """What the way from a rep to an account costs."""

    from_: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)] = Field(
        alias="from", description="The rep's columns of latitude and longitude."
    )
    to: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)] = Field(
        description="The account's columns of latitude and longitude."
    )
    each_km: Positive = Field(description="What a kilometre costs.")
    times: str | None = Field(None, description="The column of accounts that says how often the way is gone.")
    homes: HomesForm | None = Field(
        None, description="Where reps can live whose place is empty: one place for each. Left out: where the accounts are."
    )


class GivenForm(_Form):
    """A table of what each pair costs."""

    records: str = Field(description="The kind of record that holds the costs.")
    account: str = Field(description="The column that refers to the account.")
    rep: str = Field(description="The column that refers to the rep.")
    amount: str = Field(description="The column with the cost.")
    pairs_not_listed: str = Field("not allowed", pattern="^(not allowed|cost nothing)$", description="`not allowed` or `cost nothing`.")


class DisruptionForm(_Form):
    """What it costs when an account leaves the rep who has it."""

    each: Positive = Field(description="What each account costs that changes hands.")
    times: str | None = Field(None, description="The column of accounts that says how strong the relationship is.")
    besides: Positive = Field(Fraction(0), description="What each costs besides, however strong the relationship is.")


class CostForm(_Form):
    """What makes an assignment dear; all of it is added up."""

    travel: TravelForm | None = Field(None, description="The way from the rep to the account.")
    given: tuple[GivenForm, ...] = Field((), description="Tables of what each pair costs.")
    disruption: DisruptionForm | None = Field(None, description="Accounts that change hands.")


class RuleForm(_Form):
    """A rule, of one of six kinds: `reps`, `among`, `stay`, `apart`, `connected`, `moves_at_most`."""

    accounts: Where = Field(default_factory=dict, description="The accounts that the rule is about; all of them if left out.")
    reps: Where | None = Field(None, description="Only reps with this may have them.")
    column: str | None = Field(None, description="With `among`: the account's column. With `connected`: the account's place.")
    among: str | None = Field(None, description="The rep's column that lists, parted by semicolons, what `column` may be.")
    stay: bool = Field(False, description="`yes`: they stay with the rep who has them.")
    apart: str | None = Field(None, description="A kind of record whose rows name two accounts that no rep may have both of.")
    connected: str | None = Field(
        None, description="A kind of record whose rows name two accounts, or two places, that border on each other: each rep has one piece."
    )
    of: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)] | None = Field(
        None, description="With `apart` or `connected`: its two columns."
    )
    moves_at_most: Annotated[int, Field(ge=0)] | None = Field(None, description="How many accounts may change hands.")


class AmountForm(_Form):
    """What a record is expected to hold."""

    account: str = Field(description="The column of accounts with the figure.")
    times: str | None = Field(None, description="What it is multiplied by: a share, as in 20%, or a column of accounts.")


def _amount(value: Any) -> Any:  # noqa: ANN401
    return {"account": value} if isinstance(value, str) else value


class OtherForm(_Form):
    """What else a record holds: the same text for all, or what stands in a column of the account."""

    text: str | None = Field(None, description="The text.")
    account: str | None = Field(None, description="The column of accounts.")


def _other(value: Any) -> Any:  # noqa: ANN401
    return {"text": value} if isinstance(value, str) else value


class PayForm(_Form):
    """What the plans are expected to credit from each account, so that pay can be worked out."""

    period: str = Field(description="The period that is worked out, as in 2027 or 2027-Q1.")
    records: str = Field(description="The kind of record that the plans credit; each account is expected to bring some.")
    rep: str = Field(description="Its column for the rep who has the account.")
    amount: Annotated[dict[str, Annotated[AmountForm, BeforeValidator(_amount)]], Field(min_length=1)] = Field(
        description="Its columns of figures, each with the column of accounts that says how much is expected. The first one is balanced."
    )
    dates: Texts = Field(description="Its columns of dates.")
    when: str = Field("each month", description="`each month`: it comes in equal parts; or the day on which all of it comes.")
    others: dict[str, Annotated[OtherForm, BeforeValidator(_other)]] = Field(default_factory=dict, description="Its other columns.")


class ScenarioForm(_Form):
    """A scenario of territories."""

    title: str = Field(min_length=1, description="What the scenario is called.")
    project: str = Field(".", description="The folder of the project whose records are used, from the scenario's own folder.")
    accounts: Kind = Field(description="The accounts that are to be assigned.")
    reps: Kind = Field(description="The reps that they are assigned to.")
    day: date | None = Field(None, description="The day on which records are read that hold from a day to a day.")
    leavers: Texts = Field((), description="Reps who leave: others get their accounts, and that disrupts nothing that could be kept.")
    new_hires: dict[str, NewHireForm] = Field(
        default_factory=dict, description="Reps who are not in the records yet, each with a name of your choice."
    )
    owner: str | None = Field(None, description="The column of accounts that names the rep who has it today.")
    family: str | None = Field(None, description="The column of accounts whose equal texts belong together.")
    balance: dict[str, MeasureForm] = Field(default_factory=dict, description="The measures to balance, each with a name of your choice.")
    cost: CostForm = Field(default_factory=CostForm, description="What makes an assignment dear.")
    rules: dict[str, RuleForm] = Field(default_factory=dict, description="Rules, each with a name of your choice.")
    pay: PayForm | None = Field(None, description="What is expected of each account, so that pay can be worked out from the plans.")
