"""Exchanges that keep every rep connected: an item leaves only where the rest stays in one piece, and goes only where it borders.

What holds a rep together are the items without which it would fall apart (articulation points, Hopcroft and Tarjan 1973); they stay. The
others move one at a time or in pairs, as without borders.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compplan.assignment.borders import Borders
from compplan.assignment.problem import Problem, Real, Whole
from compplan.assignment.solver.exchanges import Exchanges, Moves


class ConnectedExchanges(Exchanges):
    """An assignment that is being improved, and in which no rep falls into more pieces than it had."""

    def __init__(self, problem: Problem, assigned: Whole, outside: Real, move_price: float) -> None:
        none = np.zeros(0, np.int64)
        super().__init__(problem, assigned, none, none, outside, move_price)
        assert problem.borders is not None
        self.borders = problem.borders
        self.many = np.bincount(assigned, minlength=len(problem.reps))
        self.touching = np.zeros(problem.shape, np.int32)
        """How many items of each rep an item borders on: items x reps."""
        a, b = self.borders.pairs.T
        np.add.at(self.touching, (a, assigned[b]), 1)
        np.add.at(self.touching, (b, assigned[a]), 1)
        self.needed = np.zeros(len(assigned), bool)
        """The items without which their rep would fall apart."""
        self.stale = set(range(len(problem.reps)))

    def _weighed(self, random: np.random.Generator) -> Moves:
        for rep in sorted(self.stale):
            mine = np.nonzero(self.assigned == rep)[0]
            self.needed[mine] = False
            self.needed[holding_together(self.borders, mine.tolist())] = True
        self.stale.clear()
        ways = ((self.touching > 0) | (self.many == 0)[None, :]) & self.problem.eligible & ~self.needed[:, None]
        self.item, self.rep = np.nonzero(ways)
        return super()._weighed(random)

    def _allowed(self, changes: list[tuple[int, int]]) -> bool:
        """Whether the rules let it be; of two that change places, each must border on something that stays."""
        if not super()._allowed(changes):
            return False
        if len(changes) == 1:
            return True
        (one, target), (other, source) = changes
        beside = int(other in self.borders.neighbours[one])
        lone = self.many[source] == 1, self.many[target] == 1
        return bool((self.touching[one, target] > beside or lone[1]) and (self.touching[other, source] > beside or lone[0]))

    def _move(self, item: int, rep: int) -> None:
        old = int(self.assigned[item])
        super()._move(item, rep)
        near = list(self.borders.neighbours[item])
        self.touching[near, old] -= 1
        self.touching[near, rep] += 1
        self.many[old] -= 1
        self.many[rep] += 1
        self.stale |= {old, rep}


def holding_together(borders: Borders, items: Sequence[int]) -> list[int]:
    """Those of the items without which the piece that they lie in would fall apart."""
    inside = set(items)
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    held: list[int] = []
    for root in items:
        if root not in order:
            held += _held_from(borders, inside, root, order, low)
    return held


def _held_from(borders: Borders, inside: set[int], root: int, order: dict[int, int], low: dict[int, int]) -> list[int]:
    """Walks one piece in depth; `order` and `low` have when an item was reached first, and the earliest it leads back to."""
    held: set[int] = set()
    order[root] = low[root] = len(order)
    branches = 0
    path = [(root, -1, iter(borders.neighbours[root]))]
    while path:
        item, before, ahead = path[-1]
        for near in ahead:
            if near not in inside or near == before:
                continue
            if near in order:
                low[item] = min(low[item], order[near])
                continue
            order[near] = low[near] = len(order)
            path.append((near, item, iter(borders.neighbours[near])))
            break
        else:
            path.pop()
            if before == root:
                branches += 1
            elif before >= 0 and low[item] >= order[before]:
                held.add(before)
            if before >= 0:
                low[before] = min(low[before], low[item])
    return [*held, *([root] if branches > 1 else [])]
