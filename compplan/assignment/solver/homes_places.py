"""Places to begin with for reps without a home, and better ones for what each rep has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.homes import Homes, placed
from compplan.assignment.problem import Problem, Real, Whole
from compplan.assignment.solver.opening_prices import opening_prices
from compplan.assignment.solver.relaxation import Relaxed, relax

LOOKS = 12
"""So many times at most places follow what reps have, and reps are given what suits their places."""


def first_places(problem: Problem, homes: Homes) -> Whole:
    """A place for each rep without a home: one after the other, the one that shortens the ways of all items to their nearest rep most."""
    cost = problem.real_cost
    homed = np.setdiff1d(np.arange(len(problem.reps)), homes.reps)
    typical = float(homes.travel.mean()) * 2 + 1
    nearest = cost[:, homed].min(axis=1, initial=np.inf)
    nearest = np.where(np.isfinite(nearest), nearest, typical)
    chosen: list[int] = []
    for j in homes.reps:
        may = problem.eligible[:, j]
        with_it = np.where(may[:, None], np.minimum(nearest[:, None], problem.cost[:, [j]] + homes.travel), nearest[:, None])
        total = with_it.sum(axis=0)
        total[chosen] = np.inf
        best = int(total.argmin())
        chosen.append(best)
        nearest = with_it[:, best]
    return np.array(chosen, np.int64)


def best_places(homes: Homes, shares: Real, chosen: Whole, taken: Whole | None = None) -> Whole:
    """The best place for what each rep without a home has (`shares`: items x those reps), each place given once.

    Those whose gain is largest choose first; nobody takes a place in `taken`.
    """
    ways = shares.T @ homes.travel.astype(float)
    if taken is not None:
        ways[:, taken] = np.inf
    rows = np.arange(len(chosen))
    gain = ways[rows, chosen] - ways.min(axis=1)
    better = np.full(len(chosen), -1, np.int64)
    for h in np.argsort(-gain, kind="stable").tolist():
        better[h] = int(ways[h].argmin())
        ways[:, better[h]] = np.inf
    return better


def settled(problem: Problem, homes: Homes, chosen: Whole, go_on: Callable[[], bool]) -> tuple[Whole, Relaxed]:
    """Places from which none would move for the shares of items that its rep then has; and the relaxation with these places."""
    now = placed(problem, homes, chosen)
    relaxed = relax(now, opening_prices(now), 0, lambda: True)
    reps = list(homes.reps)
    for _ in range(LOOKS):
        if not go_on():
            break
        better = best_places(homes, relaxed.shares[:, reps], chosen)
        if (better == chosen).all():
            break
        now = placed(problem, homes, better)
        found = relax(now, relaxed.prices.measures / PRICE_UNIT, 0, lambda: True)
        if found.bound >= relaxed.bound:
            break
        chosen, relaxed = better, found
    return chosen, relaxed


def item_prices(problem: Problem, relaxed: Relaxed) -> Real:
    """What each item costs at least at the prices of a relaxation."""
    reduced = problem.real_cost.copy()
    for weight, price in zip(problem.weights, relaxed.prices.measures / PRICE_UNIT, strict=True):
        reduced -= weight * price[None, :]
    if problem.most_moves is not None:
        reduced += problem.moved * (relaxed.prices.move / PRICE_UNIT)
    return reduced.min(axis=1)  # type: ignore[no-any-return]
