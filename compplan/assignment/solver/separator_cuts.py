"""Finds separators that a fractional assignment breaks: where a rep has some of an item, and less than that of every way to it.

Items of a rep that lie cut off are a piece, what is around them separates it; and so does what is around that, as long as the rep has none
of it (nested cuts, Koch and Martin 1998). Where the way is only thin, a largest flow finds its narrowest place.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

import numpy as np
from ortools.graph.python import max_flow

from compplan.assignment.borders import Borders
from compplan.assignment.problem import Flags, Problem, Real
from compplan.assignment.separators import Separator, is_too_little

BROKEN_BY = 0.02
"""By how much of an item a separator must be broken to be worth its row."""
LAYERS = 6
"""How many separators one round another are taken for a piece that is cut off."""
EACH = 4
"""For how many items of a piece that is cut off separators are taken: those of which the rep has most."""
_SOME = 1e-6
_UNITS = 1_000_000


def broken_separators(problem: Problem, shares: Real) -> list[Separator]:
    """Separators that `shares` (n x m, each item's shares of reps) break; none where there are no borders, or all reps are connected."""
    if problem.borders is None:
        return []
    found: dict[Separator, None] = {}
    for rep in range(len(problem.reps)):
        found.update(dict.fromkeys(_of_rep(problem, problem.borders, rep, shares[:, rep])))
    return list(found)


def _of_rep(problem: Problem, borders: Borders, rep: int, share: Real) -> Iterator[Separator]:
    has = (share > _SOME) & problem.eligible[:, rep]
    if has.sum() < 2:
        return
    numbers = np.arange(len(share))
    piece = borders.pieces(np.where(has, len(share), numbers))
    weight = np.bincount(piece[has], share[has], len(share))
    main = int(weight.argmax())
    inside = np.nonzero(has & (piece == main))[0]
    root = int(inside[np.lexsort((problem.cost[inside, rep], -np.round(share[inside], 3)))[0]])
    for label in np.nonzero(weight > 0)[0].tolist():
        if label != main:
            cut_off = np.nonzero(has & (piece == label))[0]
            largest = cut_off[np.argsort(-share[cut_off], kind="stable")][:EACH]
            yield from _around(problem, borders, rep, share, cut_off.tolist(), largest.tolist(), root)
    for item, items in _behind_thin_ways(borders, share, inside.tolist(), root):
        yield from _around(problem, borders, rep, share, items, [item], root)


def _around(
    problem: Problem, borders: Borders, rep: int, share: Real, items: Sequence[int], firsts: Sequence[int], root: int
) -> Iterator[Separator]:
    """The separators around a piece that does not hold the root, and those around them, for each of `firsts` that breaks them."""
    open_to = problem.eligible[:, rep]
    reached = list(items)
    for _ in range(LAYERS):
        through = [i for i in borders.around(reached) if open_to[i]]
        lacking = _lacking(problem, rep, reached)
        if lacking is None:
            through = _facing(borders, open_to, through, root)
        passing = float(share[through].sum())
        most = 0.0 if lacking is not None else 1 - float(share[root])
        broken = [f for f in firsts if share[f] - passing - most > BROKEN_BY]
        if root in through or not broken:
            return
        for first in broken:
            yield Separator(rep, first, None if lacking is not None else root, lacking, tuple(through))
        if not through:
            return
        reached += through


def _lacking(problem: Problem, rep: int, items: list[int]) -> int | None:
    """A measure of which these items alone are too little for the rep."""
    return next((k for k in range(len(problem.measures)) if is_too_little(problem, rep, k, items)), None)


def _facing(borders: Borders, open_to: Flags, through: list[int], root: int) -> list[int]:
    """Those of a separator that border on what the root reaches without it: they separate as well."""
    among = open_to.copy()
    among[through] = False
    reached = set(borders.piece(root, among))
    return [i for i in through if any(near in reached for near in borders.neighbours[i])]


def _behind_thin_ways(borders: Borders, share: Real, items: list[int], root: int) -> Iterator[tuple[int, list[int]]]:
    """Items that have more than what leads to them from the root, each with what lies behind the narrowest place of the way."""
    widest = _widest(borders, share, items, root)
    thin = [i for i in items if i != root and share[i] > widest[i] + BROKEN_BY]
    seen: set[int] = set()
    for item in sorted(thin, key=lambda i: (widest[i] - share[i], i)):
        if item not in seen:
            behind = _behind(borders, share, items, item, root)
            seen.update(behind)
            yield item, behind


def _widest(borders: Borders, share: Real, items: list[int], root: int) -> dict[int, float]:
    """The least that a rep has on the best way from the root to just before each item."""
    inside, widest = set(items), {root: np.inf}
    done: set[int] = set()
    heap = [(-np.inf, root)]
    while heap:
        width, item = heapq.heappop(heap)
        if item in done:
            continue
        done.add(item)
        through = min(-width, float(share[item])) if item != root else np.inf
        for near in borders.neighbours[item]:
            if near in inside and through > widest.get(near, -1.0):
                widest[near] = through
                heapq.heappush(heap, (-through, near))
    return widest


def _behind(borders: Borders, share: Real, items: list[int], item: int, root: int) -> list[int]:
    """The items on `item`'s side of the narrowest separator from the root, by a largest flow over items (each split in two)."""
    number = {i: 2 * k for k, i in enumerate(items)}
    flow = max_flow.SimpleMaxFlow()
    endless = 2 * _UNITS * len(items)
    for i in items:
        flow.add_arc_with_capacity(number[i], number[i] + 1, endless if i in (item, root) else round(float(share[i]) * _UNITS))
        for near in borders.neighbours[i]:
            if near in number:
                flow.add_arc_with_capacity(number[i] + 1, number[near], endless)
    flow.solve(number[item], number[root] + 1)
    reached = set(flow.get_source_side_min_cut())
    return [i for i in items if number[i] + 1 in reached]
