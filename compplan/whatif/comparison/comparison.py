"""Two ways of paying the same period beside each other: what each costs, who gets more and who less, and how evenly pay is spread."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from compplan.immutable import immutable
from compplan.whatif.comparison.plan_changes import PlanChange

Figure = TypeVar("Figure", Decimal, Fraction)
QUANTILES = (10, 25, 50, 75, 90)
"""Of which percents the amounts are told that so many payees do not exceed."""


@immutable
class Amounts:
    """An amount before and after."""

    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """How much more it is after."""
        return self.after - self.before


@immutable
class Group:
    """What is paid for a component, to a team, in a month: its name and the amounts."""

    name: str
    amounts: Amounts


@immutable
class PayeeChange:
    """What a payee is paid; `groups` has what stands in the columns of people by which payees are grouped."""

    payee: str
    name: str
    groups: Mapping[str, str]
    amounts: Amounts


@immutable
class Spread:
    """How pay is spread over payees.

    `payees` counts them, `paid` those who get something. `quantiles` has the amount that so many percent of payees do not exceed (by
    nearest rank), and `top_fifth` the share of all that is paid which goes to the best paid fifth of those who get something (rounded up);
    None where nobody gets anything.
    """

    payees: int
    paid: int
    quantiles: Mapping[int, Decimal]
    top_fifth: Fraction | None


@immutable
class AttainmentSpread:
    """How many owners of a measure attain which share of their quota: quantiles, and how many reach it. Shares have four decimals."""

    measure: str
    owners: int
    reached: Amounts
    before: Mapping[int, Fraction]
    after: Mapping[int, Fraction]
    shares_before: tuple[Fraction, ...]
    shares_after: tuple[Fraction, ...]


@immutable
class Sales:
    """What was sold: the credit that says so, and its amounts, overlays left out."""

    credit: str
    amounts: Amounts


@immutable
class CurrencyPart:
    """All that is paid by plans in one currency. `by` has the groups: by component, by payout period, by columns of people."""

    currency: str
    total: Amounts
    by: Mapping[str, tuple[Group, ...]]
    payees: tuple[PayeeChange, ...]
    spread_before: Spread
    spread_after: Spread
    sales: Sales | None

    @property
    def winners(self) -> tuple[PayeeChange, ...]:
        """Who gets more, the most first."""
        return tuple(sorted((p for p in self.payees if p.amounts.difference > 0), key=lambda p: (-p.amounts.difference, p.payee)))

    @property
    def losers(self) -> tuple[PayeeChange, ...]:
        """Who gets less, the most first."""
        return tuple(sorted((p for p in self.payees if p.amounts.difference < 0), key=lambda p: (p.amounts.difference, p.payee)))


@immutable
class Comparison:
    """Two ways of paying the same period: their names, what the plans say otherwise, and for each currency what that comes to."""

    company: str
    period: str
    before: str
    after: str
    changes: tuple[PlanChange, ...]
    currencies: tuple[CurrencyPart, ...]
    attainment: tuple[AttainmentSpread, ...]


def spread_of(amounts: list[Decimal]) -> Spread:
    """How amounts, one for each payee, are spread."""
    paid = sorted((a for a in amounts if a > 0), reverse=True)
    best = paid[: -(-len(paid) // 5)]
    share = Fraction(sum(best)) / Fraction(sum(paid)) if paid else None
    return Spread(len(amounts), len(paid), quantiles(amounts), share)


def quantiles(figures: list[Figure]) -> dict[int, Figure]:
    """For each of the percents, the least figure that so many of all do not exceed (nearest rank); nothing of nothing."""
    ordered = sorted(figures)
    return {q: ordered[-(-q * len(ordered) // 100) - 1] for q in QUANTILES} if ordered else {}
