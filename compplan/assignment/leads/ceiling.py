"""What no assignment of leads can exceed, worked out in whole numbers from prices, with no solver.

Let q be what a unit of worth counts at each rep, and p the price of a place at each rep, both not below zero. Whoever has which lead,

    sum over reps of q x value  <=  sum over leads of the greatest, over the places where it may go, of (q x worth - p)
                                    + sum over places of room x p                                            (Geoffrion 1974)

For revenue, value counts 1; a floor adds to what a rep below it counts. For fairness, the sum of weight x log(1 + value) is wanted, and the
logarithm lies below each of its tangents: weight x log(1 + v) <= weight x (log(weight / q) - 1) + q x (1 + v), for any q above zero.
Logarithms are those of `decimal`, which rounds them correctly, taken one digit further up or down.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

import numpy as np

from compplan.assignment.leads.problem import LeadProblem
from compplan.immutable import immutable

SCALE = 10**18
"""Counts and prices are whole numbers of this part of a unit."""
FINE = 10**12
"""Welfare, a sum of logarithms, is told in whole numbers of this part."""
_DIGITS = 50


@immutable
class Prices:
    """What proves a ceiling, in parts of `SCALE`: what worth counts at each rep, and the price of each place, nobody's as the last.

    For revenue, `counts` is what a unit of worth counts beyond 1 because of the floor.
    """

    counts: tuple[int, ...]
    places: tuple[int, ...]


def counted_at_most(problem: LeadProblem, counts: Iterable[int], places: Iterable[int]) -> int:
    """The most that worth can count in all, by these prices: the right side of the inequality above.

    Raises ValueError where a price is below zero, or there is not one for each.
    """
    n, m = problem.shape
    count, price = np.array([*counts, 0], object), np.array([*places], object)
    if len(count) != m + 1 or len(price) != m + 1:
        raise ValueError("there is not one price for each rep")
    if min(price) < 0:
        raise ValueError("the price of a place is below zero")
    worth = np.concatenate([problem.worth.astype(object), np.zeros((n, 1), object)], axis=1)
    left = worth * count[None, :] - price[None, :]
    left[~problem.places] = -(10**60)
    most: int = sum(left.max(axis=1).tolist())
    rooms: int = sum(int(r) * p for r, p in zip(problem.rooms.tolist(), price.tolist(), strict=True))
    return most + rooms


def welfare_at_most(problem: LeadProblem, prices: Prices) -> int:
    """What no assignment's welfare exceeds, in parts of `FINE`, rounded up. Raises ValueError where the prices cannot be such."""
    weights = problem.weight.tolist()
    if any(count <= 0 for count, weight in zip(prices.counts, weights, strict=True) if weight) or any(
        count for count, weight in zip(prices.counts, weights, strict=True) if not weight
    ):
        raise ValueError("worth is to count at the reps who are entitled to something, and there alone")
    total = Fraction(counted_at_most(problem, prices.counts, prices.places) + sum(prices.counts), SCALE)
    for count, weight in zip(prices.counts, weights, strict=True):
        if weight:
            total += weight * (_log(Fraction(weight * SCALE, count), up=True) - 1)
    return -int(-(total * FINE) // 1)


def welfare_at_least(problem: LeadProblem, values: Iterable[int]) -> int:
    """What the welfare of reps who have these values is not below, in parts of `FINE`, rounded down."""
    total = Fraction(0)
    for value, weight in zip(values, problem.weight.tolist(), strict=True):
        if weight:
            total += weight * _log(Fraction(1 + int(value)), up=False)
    return int(total * FINE // 1)


def revenue_at_most(problem: LeadProblem, prices: Prices) -> int:
    """What no assignment's revenue exceeds, in whole units of worth, where every rep has its floor. Raises ValueError for wrong prices."""
    counted, floors = counts_with_floor(problem, prices.counts, 1)
    return (counted_at_most(problem, counted, prices.places) - floors) // SCALE


def floor_cannot_be_met(problem: LeadProblem, prices: Prices) -> bool:
    """Whether these prices prove that no assignment gives every rep its floor."""
    counted, floors = counts_with_floor(problem, prices.counts, 0)
    return counted_at_most(problem, counted, prices.places) < floors


def counts_with_floor(problem: LeadProblem, extra: tuple[int, ...], revenue: int) -> tuple[list[int], int]:
    """What worth counts at each rep, rounded up, when a unit of value below the floor counts `extra`, and what the floors come to.

    A floor that is a share x of the mean says: value - x x weight x mean is not below zero, which takes from what worth counts elsewhere.
    Raises ValueError where a count is below zero.
    """
    goal, entitled = problem.goal, set(problem.entitled.tolist())
    if len(extra) != len(problem.reps) or any(e < 0 or (e and (j not in entitled or not goal.has_floor)) for j, e in enumerate(extra)):
        raise ValueError("worth counts beyond 1 only at reps who have a floor, and never below it")
    counted = [Fraction(revenue * SCALE + e) for e in extra]
    if goal.least_share is not None:
        taken = goal.least_share * sum(e * int(problem.weight[j]) for j, e in enumerate(extra)) / len(entitled)
        for j in entitled:
            counted[j] -= taken / int(problem.weight[j])
    floors = sum(extra) * goal.least_amount if goal.least_amount is not None else 0
    return [-int(-c // 1) for c in counted], floors


def _log(value: Fraction, *, up: bool) -> Fraction:
    """The logarithm of a number above zero, not below it, or not above it: right to 50 digits."""
    context = Context(prec=_DIGITS, rounding=ROUND_CEILING if up else ROUND_FLOOR)
    quotient = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    found = quotient.ln(Context(prec=_DIGITS))
    if not found:
        return Fraction(0)
    return Fraction(context.next_plus(found) if up else context.next_minus(found))
