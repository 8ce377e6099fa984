"""The best mixture of assignments, and the prices that prove a ceiling over all of them.

What reps get on average, when several assignments are each in force for a share of the time, can be fairer than any one of them. The best
such mixture is found by taking in, one after the other, the assignment that is best for what worth counts at each rep in the mixture so far
(Dantzig and Wolfe 1960; von Hohenbalken 1977); these counts, and the prices of places that come with that assignment, prove a ceiling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compplan.assignment.leads.ceiling import SCALE, Prices
from compplan.assignment.leads.division import Division, everything
from compplan.assignment.leads.flow import Flows
from compplan.assignment.leads.problem import LeadProblem, values_of
from compplan.assignment.problem import Real, Whole

AVERAGES = 8
"""So many assignments are averaged at first: a best mixture of few would swing to and fro."""
MOST_ROUNDS = 150
CLOSE = 5e-5
"""The ceiling is close enough to the mixture when they differ by this share."""
NEARLY = 1e-7


@dataclass(frozen=True, eq=False)
class Relaxed:
    """Prices with the ceiling that they prove (as far as floating point says), and the mixture: shares of leads at places.

    `short` is what the mixture lacks to the floors.
    """

    prices: Prices
    ceiling: float
    shares: Real
    short: float = 0.0


def fairest(problem: LeadProblem, flows: Flows, greatest: Whole, go_on: Callable[[], bool]) -> Relaxed:
    """The mixture of the greatest welfare; the ceiling is one of welfare. `greatest` is an assignment of the greatest revenue."""
    entitled, weight = problem.entitled, problem.real_weight[problem.entitled]
    seen = [greatest]
    values = [values_of(problem, greatest)[entitled].astype(float)]
    at = weight * values[0].sum() / weight.sum()
    shares = np.ones(1)
    best: tuple[float, Prices] | None = None
    for number in range(MOST_ROUNDS):
        counts = np.zeros(len(problem.reps) + 1)
        counts[entitled] = weight / (1 + at)
        assigned, places, unit = flows.best(counts)
        got = values_of(problem, assigned)[entitled].astype(float)
        ceiling = float((weight * (np.log1p(at) - 1)).sum() + (counts[entitled] * (1 + got)).sum())
        if best is None or ceiling < best[0]:
            best = (ceiling, _exact(counts[:-1], places.astype(float) * unit))
        seen.append(assigned)
        values.append(got)
        if number < AVERAGES:
            shares = np.full(len(seen), 1 / len(seen))
        else:
            shares = _mixed(np.array(values), weight, np.append(shares, 0.0))
        at = shares @ np.array(values)
        close = best[0] - float((weight * np.log1p(at)).sum()) < CLOSE * weight.sum()
        if close or not go_on():
            break
    assert best is not None
    return Relaxed(best[1], best[0], _shares_of(problem, seen, shares))


def _mixed(values: Real, weight: Real, start: Real) -> Real:
    """The shares of rows (assignments) for which the sum of weight x log(1 + value) is greatest: Newton's method with a barrier."""
    shares = (start + 1 / len(start)) / 2
    scale = weight.sum()
    for strength in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7):
        barrier = strength * scale / len(shares)
        for _ in range(12):
            step = _newton_step(values, weight, shares, barrier)
            falling = step < 0
            length = min(1.0, 0.95 * float((shares[falling] / -step[falling]).min(initial=np.inf)))
            shares = np.maximum(shares + length * step, 1e-15)
            shares = shares / shares.sum()
            if float(np.abs(step).max()) < 1e-9:
                break
    return shares


def _newton_step(values: Real, weight: Real, shares: Real, barrier: float) -> Real:
    """A step along which the shares still add up to one."""
    now = 1 + shares @ values
    slope = values @ (weight / now) + barrier / shares
    bend = (values * (weight / now**2)) @ values.T + np.diag(barrier / shares**2)
    both = np.linalg.lstsq(bend, np.stack([slope, np.ones(len(shares))], axis=1), rcond=None)[0]
    step: Real = both[:, 0] - both[:, 1] * (both[:, 0].sum() / both[:, 1].sum())
    return step


def greatest_with_floor(problem: LeadProblem, greatest: Whole) -> Relaxed:
    """The mixture of the greatest revenue in which each rep has its floor, by a linear program; the ceiling is one of revenue.

    Where no mixture gives every rep its floor, `short` is what lacks at least, and the prices prove that the floor cannot be met.
    """
    found = _with_floor(problem, greatest, revenue=1.0)
    if found.short > 0:
        least = _with_floor(problem, greatest, revenue=0.0)
        return least if least.short > 0 else found
    return found


def _with_floor(problem: LeadProblem, greatest: Whole, *, revenue: float) -> Relaxed:
    division = Division(problem, greatest, everything(problem), problem.places, revenue=revenue)
    answer = division.model.solve_linear()
    if answer is None:
        raise ArithmeticError("the linear program of leads was not solved")
    extra = np.zeros(len(problem.reps))
    extra[problem.entitled] = np.abs(answer.prices[division.floors])
    shares = np.zeros(problem.places.shape)
    shares[division.lead, division.place] = answer.columns[division.x]
    short = float(answer.columns[division.lacks].sum())
    prices = _exact(extra, np.maximum(answer.prices[division.rooms], 0.0) * division.scale)
    return Relaxed(prices, answer.total * division.scale, shares, short * division.scale if short > NEARLY else 0.0)


def _exact(counts: Real, places: Real) -> Prices:
    return Prices(_whole(counts), _whole(places))


def _whole(prices: Real) -> tuple[int, ...]:
    return tuple(max(0, round(p * SCALE)) for p in prices.tolist())


def _shares_of(problem: LeadProblem, seen: list[Whole], shares: Real) -> Real:
    """How often each lead is at each place in a mixture: n x (m + 1)."""
    found = np.zeros(problem.places.shape)
    rows = np.arange(len(found))
    for assigned, share in zip(seen, shares.tolist(), strict=True):
        found[rows, assigned] += share
    return found
