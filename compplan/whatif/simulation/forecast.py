"""What a simulated period may come to: costs, pay, attainment, each as it is in the middle of all replicates and near both ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from compplan.immutable import immutable

DIGITS = 4
"""So many digits behind the point has every amount of money."""


@immutable
class Range:
    """A figure over all replicates: the least that so many percent do not exceed (nearest rank), and the mean, rounded to its digits."""

    p10: Decimal
    p50: Decimal
    p90: Decimal
    mean: Decimal


@immutable
class Part:
    """What a component or a group of people costs, and how much of the spread of the whole cost comes from it; all parts add up to 1.

    `spread` is the covariance of the part's cost with the whole cost, over the variance of that (the Euler allocation of a variance:
    Tasche, Risk 1999); below zero where the part is dear when the rest is cheap. None where the cost is always the same.
    """

    name: str
    cost: Range
    spread: Fraction | None


@immutable
class Chance:
    """How likely somebody reaches a quota, and the attainment, as a share of the quota with four decimals.

    The attainment is None where the quota is not one figure.
    """

    measure: str
    chance: Fraction
    attainment: Range | None


@immutable
class PayeeForecast:
    """What a payee may be paid, with what stands in the columns of people by which payees are grouped, and the chances of each quota."""

    payee: str
    name: str
    groups: Mapping[str, str]
    pay: Range
    spread: Fraction | None
    chances: tuple[Chance, ...]


@immutable
class Budget:
    """How likely the cost exceeds a budget, and by how much on average where it does; None where it never does."""

    amount: Decimal
    chance: Fraction
    excess: Decimal | None


@immutable
class SalesForecast:
    """What may be sold: the credit that says so, what the cost is as a share of it, and how much of the spread of the cost it explains.

    `explained` is the square of the correlation of both; None where either is always the same.
    """

    credit: str
    sold: Range
    share: Range | None
    explained: Fraction | None


@immutable
class CurrencyForecast:
    """All that plans in one currency may cost. `costs` has the cost of each replicate, in the order of their numbers.

    `by` has the parts: by component, and by columns of people.
    """

    currency: str
    costs: tuple[Decimal, ...]
    cost: Range
    budget: Budget | None
    by: Mapping[str, tuple[Part, ...]]
    payees: tuple[PayeeForecast, ...]
    sales: SalesForecast | None


@immutable
class Reached:
    """How many of the owners of a measure reach their quotas."""

    measure: str
    owners: int
    reached: Range


@immutable
class Drawn:
    """What was drawn, for people: the kinds of record, from which months, how many records those have, and whose draws there are."""

    kinds: tuple[str, ...]
    history: str
    records: int
    units: int
    each: str
    words: tuple[str, ...]


@immutable
class Forecast:
    """What a period may come to under the plans of one side, over so many replicates that were drawn with a seed."""

    company: str
    period: str
    name: str
    replicates: int
    seed: int
    drawn: Drawn
    currencies: tuple[CurrencyForecast, ...]
    reached: tuple[Reached, ...]
    changes: tuple[str, ...] = ()
    """What the side says otherwise than the first, a sentence each."""


@immutable
class Forecasts:
    """The forecasts of several sides, on the same draws, the first of them first; the difference of each from it is one of replicates."""

    sides: tuple[Forecast, ...]

    def difference(self, other: int, currency: str) -> Range | None:
        """How much more a side costs than the first in the same replicate."""
        both = [next((c.costs for c in self.sides[n].currencies if c.currency == currency), None) for n in (0, other)]
        if both[0] is None or both[1] is None:
            return None
        return range_of([int((b - a).scaleb(DIGITS)) for a, b in zip(both[0], both[1], strict=True)], DIGITS)


def range_of(figures: Sequence[int], behind: int = 0, decimals: int = 2) -> Range:
    """The range of figures, one for each replicate, in whole units of a digit so far behind the point.

    The mean is rounded half away from zero to so many decimals.
    """
    ordered = sorted(figures)
    p10, p50, p90 = (Decimal(ordered[-(-percent * len(ordered) // 100) - 1]).scaleb(-behind) for percent in (10, 50, 90))
    return Range(p10, p50, p90, rounded(sum(ordered) * 10**decimals, len(ordered) * 10**behind).scaleb(-decimals))


def rounded(part: int, whole: int) -> Decimal:
    """The whole number next to a quotient, half away from zero; the divisor is above zero."""
    found = (2 * abs(part) + whole) // (2 * whole)
    return Decimal(-found if part < 0 else found)
