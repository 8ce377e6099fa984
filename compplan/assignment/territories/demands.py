"""What a scenario demands, one by one: so that those can be named which cannot hold together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from compplan.assignment.borders import Borders
from compplan.assignment.problem import Flags, Measure, Problem, Whole
from compplan.assignment.solver.connected_search import search_connected
from compplan.assignment.solver.opening_prices import opening_prices
from compplan.assignment.solver.relaxation import relax
from compplan.assignment.solver.search_tree import MOST_PAIRS, search_tree
from compplan.assignment.territories.connectable import why_not_connectable

FORBIDDING = 1e5
"""How many typical costs of an item a unit outside of a band costs while it is asked whether the bands can be met at all."""
NEARLY = 1e-6


@dataclass(frozen=True, eq=False)
class Demand:
    """One rule or band by its name.

    Which pairs it allows (items x reps), what it keeps apart, how many may move, what must be balanced, or by
    which borders reps are connected.
    """

    name: str
    allowed: Flags | None = None
    apart: tuple[tuple[int, int], ...] = ()
    most_moves: int | None = None
    measure: Measure | None = None
    borders: Borders | None = None


def with_demands(problem: Problem, demands: Sequence[Demand]) -> Problem:
    """The problem with these demands besides."""
    eligible = problem.eligible
    for demand in demands:
        eligible = eligible if demand.allowed is None else eligible & demand.allowed
    moves = [d.most_moves for d in demands if d.most_moves is not None]
    return replace(
        problem,
        eligible=eligible,
        measures=(*(d.measure for d in demands if d.measure is not None), *problem.measures),
        apart=tuple(sorted({pair for d in demands for pair in d.apart})),
        most_moves=min(moves, default=None),
        borders=next((d.borders for d in demands if d.borders is not None), None),
    )


def cannot_hold_together(problem: Problem, demands: Sequence[Demand]) -> tuple[Demand, ...]:
    """A smallest set of demands that no assignment meets, so that it can be met when any of them is dropped; empty where all can be met.

    Of large problems it is only seen that items which could be divided would not do either.
    """
    kept = list(demands)
    if not _impossible(problem, kept):
        return ()
    for demand in demands:
        rest = [d for d in kept if d is not demand]
        if _impossible(problem, rest):
            kept = rest
    return tuple(kept)


def _impossible(problem: Problem, demands: Sequence[Demand]) -> bool:
    asked = with_demands(problem, demands)
    if not asked.eligible.any(axis=1).all() or any(a == b for a, b in asked.apart):
        return True
    if any(why_not_connectable(asked)) or _impossible_if_divided(asked):
        return True
    if int(asked.eligible.sum()) > MOST_PAIRS:
        return False
    search = search_tree if asked.borders is None else search_connected
    found = search(_only_rules(asked), asked.eligible, None, None, None, 1, lambda _: None, lambda: False)
    return found.finished and found.assigned is None


def _impossible_if_divided(asked: Problem) -> bool:
    """Whether items that can be divided among reps cannot meet the bands and the limit of moves."""
    hard = [m for m in asked.measures if m.price is None]
    if not hard and asked.most_moves is None:
        return False
    typical = max(float(np.abs(asked.cost[asked.eligible]).mean()), 1.0)
    bands = tuple(replace(m, price=_forbidding(m, typical, len(asked.reps))) for m in hard)
    eased = replace(asked, measures=bands, apart=(), borders=None)
    shares = relax(eased, opening_prices(eased), 0, lambda: True).shares
    loads = np.stack([(w * shares).sum(axis=0) for w in eased.weights]) if bands else np.zeros((0, len(asked.reps)))
    outside = np.maximum(np.maximum(eased.least - loads, loads - eased.most), 0)
    moves = float((asked.moved * shares).sum()) - (np.inf if asked.most_moves is None else asked.most_moves)
    scale = np.maximum(np.abs(loads), 1)
    return bool((outside > NEARLY * scale).any()) or moves > NEARLY * max(len(asked.items), 1)


def _forbidding(measure: Measure, typical: float, reps: int) -> Whole:
    mean = max(float(np.abs(measure.weight).mean()), 1e-9)
    return np.full(reps, max(1, round(FORBIDDING * typical / mean)), np.int64)


def _only_rules(problem: Problem) -> Problem:
    """The same rules, with nothing to choose between what keeps them."""
    return replace(problem, cost=np.zeros_like(problem.cost), measures=tuple(m for m in problem.measures if m.price is None))


def too_large(problem: Problem) -> list[tuple[int, int, float]]:
    """Items that are larger than the band of every rep who may have them: item, measure, and the least that such a band must allow.

    The last is how many times the widest of those bands the item is.
    """
    found = []
    for k in np.nonzero(problem.hard)[0].tolist():
        room = np.where(problem.eligible, problem.most[k][None, :] - problem.weights[k], -1)
        for item in np.nonzero((room < 0).all(axis=1) & problem.eligible.any(axis=1))[0].tolist():
            reps = np.nonzero(problem.eligible[item])[0]
            widest = max(int(problem.most[k, j]) for j in reps.tolist())
            found.append((item, k, float(problem.weights[k][item, reps].min()) / max(widest, 1)))
    return found
