"""What no assignment can go below: from prices and cuts, in whole numbers, with no solver.

For any prices p of the measures at the reps, and any price v of a move, an assignment that keeps the rules costs at least

    sum over items of the least, over the reps who may have it, of (cost - sum of p x weight + v x moved - cuts)
    + sum over bands of p x (its lower end if p > 0, its upper end if p < 0)  -  v x the most moves  +  what the cuts allow

which is the Lagrangian bound (Geoffrion 1974). A cut is an inequality that follows from one band alone for items that cannot be
divided, by mixed
integer rounding (Nemhauser and Wolsey 1990; Marchand and Wolsey 2001); or a separator, which
follows from connection. All is scaled to whole numbers, so nothing here is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.problem import NO_LIMIT, Problem, Whole
from compplan.assignment.separators import Separator, separating_inequality

PRICE_UNIT = 1_000_000
"""Prices are whole millionths of a unit of cost."""


@dataclass(frozen=True, eq=False)
class Cut:
    """One rounding of a band: of the upper end of `measure` at `rep`, or of its lower end.

    `held` are the items that are counted from the other side (as given, less those not given). `divisor` is what the band is divided by
    before it is
    rounded. `price`, in millionths, is what a unit of the rounded inequality is worth: never negative.
    """

    measure: int
    rep: int
    upper: bool
    held: tuple[int, ...]
    divisor: int
    price: int = 0


AnyCut = Cut | Separator


@dataclass(frozen=True)
class Prices:
    """Prices in millionths: of each measure at each rep (measures x reps; above zero where more is wanted), of a move, and the cuts."""

    measures: Whole
    move: int = 0
    cuts: tuple[AnyCut, ...] = ()


def inequality(problem: Problem, cut: AnyCut) -> tuple[Whole, int]:
    """What a cut says: `coefficients of the items at the cut's rep, added up, are at most limit`. Raises ValueError if it is none."""
    return separating_inequality(problem, cut) if isinstance(cut, Separator) else rounded_inequality(problem, cut)


def rounded_inequality(problem: Problem, cut: Cut) -> tuple[Whole, int]:
    """The inequality `coefficients of the items at the cut's rep, added up, are at most limit`, which holds for whole items.

    The band is `sum a x <= b` (turned round for a lower end). With x replaced by 1 - x for the held items, and divided by the divisor
    d, it is
    rounded to `sum (floor(a/d) + max(0, frac(a/d) - f) / (1 - f)) x <= floor(b/d)`, f being the fraction of b/d; times (d - b mod d),
    all is whole.
    Raises ValueError for a divisor below 1, or a band without that end.
    """
    weight = problem.weights[cut.measure][:, cut.rep]
    eligible = problem.eligible[:, cut.rep]
    limit = problem.most[cut.measure, cut.rep] if cut.upper else problem.least[cut.measure, cut.rep]
    if cut.divisor < 1 or abs(int(limit)) >= NO_LIMIT:
        raise ValueError("a cut needs a band with that end, and a divisor of at least 1")
    sign = 1 if cut.upper else -1
    row = np.where(eligible, weight * sign, 0)
    held = np.zeros(len(row), bool)
    held[list(cut.held)] = True
    right = int(limit) * sign - int(row[held].sum())
    turned = np.where(held, -row, row)
    over = right % cut.divisor
    rounded = (cut.divisor - over) * (turned // cut.divisor) + np.maximum(0, turned % cut.divisor - over)
    allowed = (cut.divisor - over) * (right // cut.divisor) - int(rounded[held].sum())
    return np.where(held, -rounded, rounded), allowed


def lower_bound(problem: Problem, prices: Prices) -> int:
    """What no assignment that keeps the rules goes below, in millionths of a unit of cost.

    Raises ValueError where a price cannot be one: above what a soft band costs, on an end that a band does not have, or below zero for
    a cut or move.
    """
    check_prices(problem, prices)
    _check_size(problem, prices)
    reduced = problem.cost * PRICE_UNIT
    for weight, price in zip(problem.weights, prices.measures, strict=True):
        reduced = reduced - weight * price[None, :]
    constant = 0
    if prices.move and problem.most_moves is not None:
        reduced = reduced + problem.moved * prices.move
        constant -= prices.move * problem.most_moves
    for cut in prices.cuts:
        coefficients, allowed = inequality(problem, cut)
        reduced[:, cut.rep] += coefficients * cut.price
        constant -= allowed * cut.price
    best = np.where(problem.eligible, reduced, np.iinfo(np.int64).max).min(axis=1)
    ends = np.where(prices.measures > 0, problem.least, np.where(prices.measures < 0, problem.most, 0))
    balanced = [int(e) * int(p) for e, p in zip(ends.ravel().tolist(), prices.measures.ravel().tolist(), strict=True)]
    return int(sum(best.tolist())) + sum(balanced) + constant


def check_prices(problem: Problem, prices: Prices) -> None:
    """Raises ValueError where a price cannot be one: see `lower_bound`."""
    wanted = prices.measures > 0
    ends = np.where(wanted, problem.least, problem.most)
    if (prices.measures[np.abs(ends) >= NO_LIMIT] != 0).any():
        raise ValueError("a price stands on an end that a band does not have")
    if (np.abs(prices.measures) > problem.soft_price * PRICE_UNIT).any():
        raise ValueError("a price is above what a unit outside of a soft band costs")
    if prices.move < 0 or any(cut.price < 0 for cut in prices.cuts):
        raise ValueError("a price of a cut or of a move is below zero")
    if any(not problem.hard[cut.measure] for cut in prices.cuts if isinstance(cut, Cut)):
        raise ValueError("a cut stands on a band that is no rule")


def _check_size(problem: Problem, prices: Prices) -> None:
    """Sums of an item are worked out in 64 bits: their largest parts together must stay within."""
    largest = int(np.abs(problem.cost).max(initial=0)) * PRICE_UNIT + int(problem.moved.max(initial=0)) * prices.move
    for weight, price in zip(problem.weights, prices.measures, strict=True):
        largest += int(np.abs(weight).max(initial=0)) * int(np.abs(price).max(initial=0))
    for cut in prices.cuts:
        largest += int(np.abs(inequality(problem, cut)[0]).max(initial=0)) * cut.price
    if largest >= 2**62:
        raise OverflowError("costs, measures or prices are too large to be worked out exactly")
