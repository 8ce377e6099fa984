"""A connected assignment to begin with: of what each rep would have, the main piece stays, and all else goes to a rep beside it.

Where the borders leave several parts, reps are dealt out to the parts first. Accounts that only one rep may have are linked by the cheapest
way between them.
"""

from __future__ import annotations

import heapq

import numpy as np
from ortools.sat.python import cp_model

from compplan.assignment.borders import Borders
from compplan.assignment.problem import NO_LIMIT, Flags, Problem, Real, Whole

FREE = -1
DEALING = 5.0
"""How many (deterministic) seconds the dealing of reps to parts may take."""


def connected_start(problem: Problem, assigned: Whole, dearer: Real) -> Whole:
    """The assignment, mended so that it is connected where that is found; `dearer` (n x m) says what each pair costs above the least.

    Bands are left aside: exchanges see to them. An item that is not reached stays with the cheapest rep.
    """
    borders = problem.borders
    assert borders is not None
    eligible = _dealt(problem, borders, assigned)
    kept = np.where(eligible[np.arange(len(assigned)), assigned], assigned, FREE)
    mended = _main_pieces(borders, kept, problem)
    _link(borders, mended, eligible, dearer)
    mended = _main_pieces(borders, mended, problem)
    _grow(borders, mended, eligible, dearer)
    left = np.nonzero(mended == FREE)[0]
    mended[left] = np.where(problem.eligible, dearer, np.inf)[left].argmin(axis=1)
    return mended


def _main_pieces(borders: Borders, kept: Whole, problem: Problem) -> Whole:
    """Each rep's piece with most items keeps them, one with accounts that nobody else may have before all others; the rest is free."""
    piece = borders.pieces(kept)
    locked = problem.eligible.sum(axis=1) == 1
    size = np.bincount(piece, np.where(locked, len(kept), 1), len(kept))
    main = np.full(len(kept), FREE)
    for rep in range(len(problem.reps)):
        pieces = np.unique(piece[kept == rep])
        if len(pieces):
            best = pieces[size[pieces].argmax()]
            main[(piece == best) & (kept == rep)] = rep
    return main


def _link(borders: Borders, mended: Whole, eligible: Flags, dearer: Real) -> None:
    """Gives each rep the items on the cheapest way from its main piece to each item that only it may have."""
    only = np.nonzero(eligible.sum(axis=1) == 1)[0]
    rep_of = eligible[only].argmax(axis=1)
    claimed = np.zeros(len(mended), bool)
    claimed[only] = True
    for rep in np.unique(rep_of).tolist():
        wanted = set(only[rep_of == rep].tolist())
        mine = set(np.nonzero(mended == rep)[0].tolist())
        if not mine:
            mine = {min(wanted)}
            mended[list(mine)] = rep
        while wanted - mine:
            way = _way(
                borders, mine, wanted - mine, eligible[:, rep] & (~claimed | np.isin(np.arange(len(mended)), list(wanted))), dearer[:, rep]
            )
            if not way:
                break
            mended[way] = rep
            mine |= set(way)
        claimed[list(mine)] = True


def _way(borders: Borders, mine: set[int], wanted: set[int], open_to: Flags, dearer: Real) -> list[int]:
    """The items on the cheapest way (Dijkstra 1959) from `mine` to one that is wanted; none where there is no way."""
    step = float(np.abs(dearer[np.isfinite(dearer)]).mean()) * 0.1 + 1e-9
    before: dict[int, int] = {}
    heap = [(0.0, item, FREE) for item in sorted(mine)]
    while heap:
        far, item, came = heapq.heappop(heap)
        if item in before:
            continue
        before[item] = came
        if item in wanted:
            way = []
            while item not in mine:
                way.append(item)
                item = before[item]
            return way
        for near in borders.neighbours[item]:
            if open_to[near] and near not in before:
                heapq.heappush(heap, (far + step + max(float(dearer[near]), 0.0), near, item))
    return []


def _grow(borders: Borders, mended: Whole, eligible: Flags, dearer: Real) -> None:
    """Gives free items one after the other to a rep that they border on, the cheapest first; where none is left, a new rep begins."""
    heap: list[tuple[float, int, int]] = []

    def open_up(item: int) -> None:
        rep = int(mended[item])
        for near in borders.neighbours[item]:
            if mended[near] == FREE and eligible[near, rep]:
                heapq.heappush(heap, (float(dearer[near, rep]), near, rep))

    for item in np.nonzero(mended != FREE)[0].tolist():
        open_up(item)
    while True:
        while heap:
            _, item, rep = heapq.heappop(heap)
            if mended[item] == FREE:
                mended[item] = rep
                open_up(item)
        resting = np.setdiff1d(np.arange(eligible.shape[1]), mended)
        seeds = np.where(eligible & (mended == FREE)[:, None], dearer, np.inf)[:, resting]
        if not seeds.size or not np.isfinite(seeds.min()):
            return
        first, position = np.unravel_index(int(seeds.argmin()), seeds.shape)
        mended[first] = resting[position]
        open_up(int(first))


def _dealt(problem: Problem, borders: Borders, assigned: Whole) -> Flags:
    """Who may have what, once every rep is dealt to one part of the graph: each part gets somebody, and bands that fit what it holds.

    As many items as can be stay in their part. All that is eligible where there is one part, or no such dealing.
    """
    parts, part = np.unique(borders.parts, return_inverse=True)
    if len(parts) == 1:
        return problem.eligible
    model = cp_model.CpModel()
    has = np.zeros((len(problem.reps), len(parts)), np.int64)
    np.add.at(has, (assigned, part), 1)
    open_to = np.zeros(has.shape, bool)
    for j in range(len(problem.reps)):
        open_to[j, part[problem.eligible[:, j]]] = True
    goes = [[model.new_bool_var("") for _ in parts] for _ in problem.reps]
    for j, row in enumerate(goes):
        model.add_exactly_one(row)
        model.add_bool_and([x.negated() for x, fits in zip(row, open_to[j].tolist(), strict=True) if not fits])
    locked = np.nonzero(problem.eligible.sum(axis=1) == 1)[0]
    for item in locked.tolist():
        model.add(goes[int(problem.eligible[item].argmax())][part[item]] == 1)
    for p in range(len(parts)):
        column = [row[p] for row in goes]
        model.add_at_least_one(column)
        for k, measure in enumerate(problem.measures):
            if measure.price is None and measure.weight.shape[1] == 1:
                holds = int(measure.weight[part == p, 0].sum())
                model.add(cp_model.LinearExpr.weighted_sum(column, np.maximum(problem.least[k], 0).tolist()) <= holds)
                if (problem.most[k] < NO_LIMIT).all():
                    model.add(cp_model.LinearExpr.weighted_sum(column, problem.most[k].tolist()) >= holds)
    model.maximize(cp_model.LinearExpr.weighted_sum([x for row in goes for x in row], has.ravel().tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = DEALING
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return problem.eligible
    mine = np.array([[solver.boolean_value(x) for x in row] for row in goes])
    within: Flags = problem.eligible & mine[:, part].T
    return within
