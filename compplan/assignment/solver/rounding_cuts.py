"""Finds roundings of bands that a fractional assignment breaks.

Mixed integer rounding with the items that it holds counted from the other side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from compplan.assignment.bound import AnyCut, Cut, inequality
from compplan.assignment.problem import NO_LIMIT, Problem, Real, Whole

BROKEN_BY = 0.005
"""How far, in units of the cut's own length, a fractional assignment must lie outside for a cut to be worth its row."""


def broken_cuts(problem: Problem, shares: Real) -> list[Cut]:
    """The deepest cut of each end of a band that `shares` (n x m, each item's shares of reps) presses against.

    None where it breaks none.
    """
    found: list[Cut] = []
    for rep in range(len(problem.reps)):
        share = shares[:, rep]
        split = np.nonzero((share > 1e-6) & (share < 1 - 1e-6))[0]
        if not len(split):
            continue
        for k in np.nonzero(problem.hard)[0].tolist():
            for upper in _pressed(problem, k, rep, share):
                deepest = max(_candidates(problem, k, rep, upper, share, split), key=lambda each: each[0], default=None)
                if deepest is not None and deepest[0] > BROKEN_BY:
                    found.append(deepest[1])
    return found


def _pressed(problem: Problem, k: int, rep: int, share: Real) -> Iterator[bool]:
    load = float(problem.weights[k][:, rep] @ share)
    for upper, end in ((True, int(problem.most[k, rep])), (False, int(problem.least[k, rep]))):
        if abs(end) < NO_LIMIT and abs(load - end) <= 1e-3 * max(abs(end), 1):
            yield upper


def _candidates(problem: Problem, k: int, rep: int, upper: bool, share: Real, split: Whole) -> Iterator[tuple[float, Cut]]:
    weight = problem.weights[k][:, rep]
    end = int(problem.most[k, rep] if upper else problem.least[k, rep])
    for held in (share > 0.5, share > 1 - 1e-6, share > 1e-6):
        held_items = np.nonzero(held & problem.eligible[:, rep])[0]
        left = abs(end - int(weight[held_items].sum()))
        divisors = np.unique(np.concatenate([weight[split], weight[split] // 2, [max(left, 1)], weight[held_items]]))
        divisors = divisors[divisors > 1]
        if not len(divisors):
            continue
        depth = _depths(problem, k, rep, upper, share, held_items, divisors)
        best = int(depth.argmax())
        yield float(depth[best]), Cut(k, rep, upper, tuple(held_items.tolist()), int(divisors[best]))


def _depths(problem: Problem, k: int, rep: int, upper: bool, share: Real, held_items: Whole, divisors: Whole) -> Real:
    """How deep the shares break the rounding by each divisor, counted over the items of which the rep has some."""
    some = np.nonzero(share > 1e-9)[0]
    sign = 1 if upper else -1
    held = np.isin(some, held_items)
    row = np.where(problem.eligible[some, rep], problem.weights[k][some, rep] * sign, 0)
    limit = int(problem.most[k, rep] if upper else problem.least[k, rep])
    right = limit * sign - int(row[held].sum())
    turned = np.where(held, -row, row)
    over = right % divisors
    rounded = (divisors - over)[:, None] * (turned[None, :] // divisors[:, None]) + np.maximum(
        0, turned[None, :] % divisors[:, None] - over[:, None]
    )
    at = np.where(held, 1 - share[some], share[some])
    broken = rounded @ at - (divisors - over) * (right // divisors)
    length = np.sqrt((rounded.astype(float) ** 2).sum(axis=1)) + 1e-9
    tight = over / divisors
    return np.where((tight < 0.01) | (tight > 0.99), 0.0, broken / length)


@dataclass(frozen=True, eq=False)
class CutRow:
    """A cut as a row of a linear model.

    Its coefficients over all items and what they may add up to, both divided by `size`, which makes the largest coefficient about 1.
    """

    cut: AnyCut
    coefficients: Real
    allowed: float
    size: float


def cut_row(problem: Problem, cut: AnyCut) -> CutRow:
    """The row of a cut."""
    coefficients, allowed = inequality(problem, cut)
    size = float(max(np.abs(coefficients).max(), 1))
    return CutRow(cut, coefficients / size, allowed / size, size)
