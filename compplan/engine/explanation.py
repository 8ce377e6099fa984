"""An explanation as values: a tree that holds every figure on the way to a payout, and adds up on its own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

Value = Fraction | str | bool | None


@dataclass(frozen=True, slots=True)
class TierRow:
    """A tier's receipt: from where to where, how much of the figure lies in it, its value, what it pays; `reached` where it counts."""

    words: str
    start: Value
    end: Value
    amount: Value
    value: Value
    pay: Value
    reached: bool


@dataclass(frozen=True, slots=True)
class Node:
    """A formula in the plan's words with its value, and those of the formulas inside it."""

    kind: str
    words: str
    unit: str
    value: Value
    parts: tuple[Node, ...] = ()
    tiers: tuple[TierRow, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in the plan's words, whether it held, and the values that it was held against."""

    words: str
    held: bool
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """One line of what a component pays: its keyword and its formula."""

    keyword: str
    node: Node


@dataclass(frozen=True, slots=True)
class Ranking:
    """A place among all payees of the plan."""

    figure: Value
    place: Value
    qualifies: bool


@dataclass(frozen=True, slots=True)
class Earning:
    """One earning: for which period or record, why, and how much.

    `product` is that of the factors; `figure` is the same within floor and cap and rounded, zero where a condition failed. `earned` is the
    figure, less `before` where the component pays the figure to date. `failed` is the first condition that failed, in the plan's order.
    """

    when: str
    record: str | None
    date: str | None
    period: str
    ranking: Ranking | None
    conditions: tuple[Condition, ...]
    failed: str | None
    factors: tuple[Factor, ...]
    product: Value
    floor: Node | None
    cap: Node | None
    figure: Value
    before: Value
    earned: Value


@dataclass(frozen=True, slots=True)
class ComponentExplanation:
    """A component for one payee: its sentences as written, its earnings, the records left out by its own condition, the total."""

    name: str
    label: str
    word: str
    thing: str | None
    file: str
    line: int
    sentences: tuple[str, ...]
    earnings: tuple[Earning, ...]
    left_out: tuple[str, ...]
    total: Value


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One credit of the payee in the run's months."""

    credit: str
    record: str
    via: str | None
    date: str
    share: Value
    credited: Value
    unit: str
    overlay: bool


@dataclass(frozen=True, slots=True)
class CapExplanation:
    """A plan's cap in one payout period: the cap, the payee's sum to date before it and after it, and what it takes off."""

    words: str
    period: str
    limit: Value
    correction: Value


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """What a component, or a cap, adds to the payout of a period."""

    period: str
    kind: str
    component: str
    amount: Value


@dataclass(frozen=True, slots=True)
class PlanExplanation:
    """One plan for one payee."""

    name: str
    label: str
    file: str
    rounding: str
    currency: str
    payout_period: str
    components: tuple[ComponentExplanation, ...]
    credits: tuple[CreditLine, ...]
    caps: tuple[CapExplanation, ...]
    payouts: tuple[PayoutLine, ...]
    total: Value


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a payee was paid what they were paid in a run."""

    company: str
    payee: str
    name: str | None
    period: str
    set_aside: int
    plans: tuple[PlanExplanation, ...]

    def to_json(self) -> dict[str, Any]:
        """The explanation as JSON; figures are decimal texts, exact."""
        made = _json(self)
        assert isinstance(made, dict)
        return {"form": 1, **made}


def _json(value: object) -> object:
    if isinstance(value, bool) or value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, Fraction):
        return decimal_text(value)
    if isinstance(value, tuple):
        return [_json(v) for v in value]
    return {name: _json(getattr(value, name)) for name in value.__slots__}  # type: ignore[attr-defined]


def decimal_text(value: Fraction) -> str:
    """A figure of finite decimals as text, exact."""
    numerator, decimals = value.numerator, 0
    while numerator % value.denominator:
        numerator, decimals = numerator * 10, decimals + 1
    return f"{Decimal(numerator // value.denominator).scaleb(-decimals):f}"
