"""Improves a whole assignment by moving items and by swapping pairs of items, many at a time, hot at first and then cooler.

Each sweep weighs every move to a rep of small reduced cost, and a sample of swaps, by what they change in cost and in what lies outside
of bands; noise
of the current heat lets worse ones through (Gumbel noise: a move is then drawn as the heat bath of annealing would draw it). The best
are carried out, no
two of them touching the same rep, so that each changes the figures as it was weighed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from compplan.assignment.problem import Problem, Real, Whole, loads_of

SWAPS_EACH = 8
"""How many partners of a swap are drawn for each move."""
CARRIED_OUT = 4000
"""How many of the best moves of a sweep are looked at."""
STERNER = 100.0
"""By how much being outside of a band that is a rule all the while becomes dearer."""
DEARER_AFTER = 0.4
"""The share of the sweeps after which it does."""
LOOK_EACH = 10


@dataclass(frozen=True, eq=False)
class Moves:
    """Moves that a sweep weighs: `first` goes from rep `source` to `target`; `second`, where it is not -1, goes the other way.

    `change` is what it costs.
    """

    first: Whole
    second: Whole
    source: Whole
    target: Whole
    change: Real


class Exchanges:
    """An assignment that is being improved.

    `assigned` (the rep of each item), its `loads`, and what being outside of a band costs now.
    """

    def __init__(self, problem: Problem, assigned: Whole, item: Whole, rep: Whole, outside: Real, move_price: float) -> None:
        self.problem, self.assigned = problem, assigned.copy()
        self.item, self.rep = item, rep
        self.outside = outside.copy()
        self.cost = np.where(problem.eligible, problem.cost + move_price * problem.moved, 1e15)
        self.weights = [w.astype(float) for w in problem.weights]
        self.least, self.most = problem.least.astype(float), problem.most.astype(float)
        self.loads = loads_of(problem, assigned).astype(float)
        self.moves = int(problem.moved[np.arange(len(assigned)), assigned].sum())
        self.partners = _partners(problem)

    def total(self) -> float:
        """What the assignment costs, with what lies outside of bands at the current prices."""
        return float(self.cost[np.arange(len(self.assigned)), self.assigned].sum() + (self.excess() * self.outside).sum())

    def excess(self) -> Real:
        """What lies outside of the bands: measures x reps."""
        excess: Real = np.maximum(np.maximum(self.least - self.loads, self.loads - self.most), 0)
        return excess

    def sweep(self, heat: float, random: np.random.Generator) -> int:
        """Weighs all moves and a sample of swaps once; says how many were carried out."""
        weighed = self._weighed(random)
        if heat > 0:
            weighed.change[:] -= heat * (random.gumbel(size=len(weighed.change)) - 3)
        better = np.nonzero(weighed.change < -1e-9)[0]
        better = better[np.argsort(weighed.change[better], kind="stable")][:CARRIED_OUT]
        return self._carry_out(weighed, better)

    def _weighed(self, random: np.random.Generator) -> Moves:
        current = self.assigned[self.item]
        other = current != self.rep
        item, target, source = self.item[other], self.rep[other], current[other]
        base = self._penalty(self.loads, np.arange(len(self.problem.reps)))
        dearer = self.cost[item, target] - self.cost[item, source]
        gone = [w[item, source] for w in self.weights]
        come = [w[item, target] for w in self.weights]
        single = dearer + self._changed(base, source, gone, [0.0] * len(gone)) + self._changed(base, target, [0.0] * len(come), come)
        mine, theirs = self._swaps(source, target, random)
        a, b = source[mine], target[mine]
        double = dearer[mine] + dearer[theirs]
        double = double + self._changed(base, a, [g[mine] for g in gone], [c[theirs] for c in come])
        double = double + self._changed(base, b, [g[theirs] for g in gone], [c[mine] for c in come])
        none = np.full(len(item), -1)
        return Moves(
            np.concatenate([item, item[mine]]),
            np.concatenate([none, item[theirs]]),
            np.concatenate([source, a]),
            np.concatenate([target, b]),
            np.concatenate([single, double]),
        )

    def _swaps(self, source: Whole, target: Whole, random: np.random.Generator) -> tuple[Whole, Whole]:
        """Pairs of moves between the same two reps, one each way: for each move, a few partners drawn at random."""
        reps = len(self.problem.reps)
        there, back = source * reps + target, target * reps + source
        order = np.argsort(there, kind="stable")
        sorted_ways = there[order]
        first = np.searchsorted(sorted_ways, back)
        many = np.searchsorted(sorted_ways, back, side="right") - first
        mine = np.repeat(np.nonzero((many > 0) & (source < target))[0], SWAPS_EACH)
        drawn = (random.random(len(mine)) * many[mine]).astype(np.int64)
        return mine, order[first[mine] + drawn]

    def _penalty(self, loads: Sequence[Real] | Real, reps: Whole) -> Real:
        """What lies outside of bands costs at these reps with these loads (measures x reps)."""
        penalty = np.zeros(len(reps))
        for load, least, most, price in zip(loads, self.least, self.most, self.outside, strict=True):
            outside = np.maximum(least.take(reps) - load, load - most.take(reps))
            np.maximum(outside, 0, out=outside)
            outside *= price.take(reps)
            penalty += outside
        return penalty

    def _changed(self, base: Real, reps: Whole, gone: list[Real] | list[float], come: list[Real] | list[float]) -> Real:
        loads = [self.loads[k].take(reps) - g + c for k, (g, c) in enumerate(zip(gone, come, strict=True))]
        return self._penalty(loads, reps) - base.take(reps)

    def _carry_out(self, weighed: Moves, better: Whole) -> int:
        touched = np.zeros(len(self.problem.reps), bool)
        done = 0
        for g in better.tolist():
            source, target = int(weighed.source[g]), int(weighed.target[g])
            if touched[source] or touched[target]:
                continue
            changes = [(int(weighed.first[g]), target)]
            if weighed.second[g] >= 0:
                changes.append((int(weighed.second[g]), source))
            if self._allowed(changes):
                for item, rep in changes:
                    self._move(item, rep)
                touched[source] = touched[target] = True
                done += 1
        return done

    def _allowed(self, changes: list[tuple[int, int]]) -> bool:
        limit = self.problem.most_moves
        if limit is not None:
            more = sum(int(self.problem.moved[i, rep] - self.problem.moved[i, self.assigned[i]]) for i, rep in changes)
            if more > 0 and self.moves + more > limit:
                return False
        leaving = {i for i, _ in changes}
        return not any(
            self.assigned[partner] == rep for i, rep in changes for partner in self.partners.get(i, ()) if partner not in leaving
        )

    def _move(self, item: int, rep: int) -> None:
        old = int(self.assigned[item])
        for k, weight in enumerate(self.weights):
            self.loads[k, old] -= weight[item, old]
            self.loads[k, rep] += weight[item, rep]
        self.moves += int(self.problem.moved[item, rep] - self.problem.moved[item, old])
        self.assigned[item] = rep


def anneal(exchanges: Exchanges, heat: float, sweeps: int, random: np.random.Generator, passed: Callable[[], float]) -> None:
    """Cools from `heat` to nothing over so many sweeps; what is a rule becomes dearer to break as long as it is broken.

    `passed` gives the share of the time for it that is over: it cools faster where sweeps take longer.
    """
    hard = exchanges.problem.hard
    done = looked = 0.0
    for number in range(sweeps):
        if number % 10 == 0:
            done = max(done, passed())
        done = max(done, number / sweeps)
        if done >= 1:
            return
        now = heat * (1 - done / 0.9) ** 2 if done < 0.9 else 0.0
        moved = exchanges.sweep(now, random)
        if heat > 0 and done > DEARER_AFTER and number % LOOK_EACH == 0:
            broken = (exchanges.excess() > 0) & hard[:, None]
            sterner = STERNER ** ((done - max(looked, DEARER_AFTER)) / (1 - DEARER_AFTER))
            exchanges.outside = np.where(broken, exchanges.outside * sterner, exchanges.outside)
            looked = done
        if not moved and now == 0:
            return


def _partners(problem: Problem) -> dict[int, tuple[int, ...]]:
    partners: dict[int, tuple[int, ...]] = {}
    for a, b in problem.apart:
        partners[a] = (*partners.get(a, ()), b)
        partners[b] = (*partners.get(b, ()), a)
    return partners
