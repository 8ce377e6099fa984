"""Raises the revenue of a fair assignment while its welfare stays above a line, and takes envy up to one lead away where it can.

Near the fairest assignment welfare is flat: a small part of it, given up, buys much more revenue. Moves and swaps are taken that add the
most revenue for the welfare that they take; none that makes anybody envy by more than one lead.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compplan.assignment.leads.exchanges import Exchanges, Fair
from compplan.assignment.leads.fairness import EnvyWatch
from compplan.assignment.leads.problem import LeadProblem
from compplan.assignment.problem import Real, Whole

LOOKED_AT = 80
TOGETHER = 6
"""So many changes are carried out before all of them are weighed anew."""
REPAIRS = 300
"""So many changes are looked at for each step that takes envy away."""

Change = tuple[float, int, int, int]
"""What a change is good for, the lead, the place that it goes to (-1 for a swap), and the lead that comes back (-1 for a move)."""


class _Search:
    def __init__(self, problem: LeadProblem, assigned: Whole, least: float) -> None:
        self.exchanges, self.score, self.least = Exchanges(problem, assigned), Fair(problem), least
        self.watch = EnvyWatch(problem, assigned)
        self.places = np.arange(len(problem.reps) + 1)

    def welfare(self) -> float:
        return float(self.score.at(self.places, self.exchanges.values).sum())

    def weighed(self, random: np.random.Generator) -> list[tuple[Real, Real, Whole, Whole | None]]:
        """What moves and swaps add to welfare and to revenue."""
        leads = self.exchanges.drawn(random)
        moves, swaps = self.exchanges.moves(self.score), self.exchanges.swaps(self.score, leads)
        return [(*moves, self.exchanges.rows, None), (*swaps, leads, leads)]

    def tried(self, change: Change, most_envy: float) -> bool:
        """Carries out a change; back again, and no, where welfare falls below the line or there is more envy than that."""
        _, first, target, second = change
        source = int(self.exchanges.assigned[first])
        place = int(self.exchanges.assigned[second]) if second >= 0 else target
        kept = self.watch.kept([source, place])
        self.exchanges.carry_out(first, place, second)
        if self.welfare() >= self.least:
            self.watch.look(self.exchanges.assigned, [source, place])
            if self.watch.total() <= most_envy:
                return True
        self.exchanges.carry_out(first, source, second)
        self.watch.put_back(kept)
        return False


def without_envy(problem: LeadProblem, assigned: Whole, least: float, random: np.random.Generator, go_on: Callable[[], bool]) -> Whole:
    """The assignment changed until nobody envies up to one lead, or nothing more helps; its welfare stays at least so much."""
    search = _Search(problem, assigned, least)
    while search.watch.total() > 0 and go_on():
        rows, columns = np.nonzero(search.watch.excess())
        touched = np.isin(search.exchanges.assigned, problem.entitled[np.unique([*rows, *columns])])
        found: list[Change] = []
        for welfare, _, first, second in search.weighed(random):
            either = touched[first][:, None] | (touched[second][None, :] if second is not None else False)
            found += _best(np.where(either, welfare, -np.inf), first, second, REPAIRS)
        now = search.watch.total()
        if not any(search.tried(change, now * (1 - 1e-6)) for change in sorted(found, key=lambda f: -f[0])[:REPAIRS]):
            break
    return search.exchanges.assigned


def more_revenue(problem: LeadProblem, assigned: Whole, least: float, random: np.random.Generator, go_on: Callable[[], bool]) -> Whole:
    """The assignment with more revenue, as long as its welfare is at least so much and envy up to one lead does not grow."""
    search = _Search(problem, assigned, least)
    while go_on():
        spare = search.welfare() - least
        found: list[Change] = []
        for welfare, revenue, first, second in search.weighed(random):
            wanted = (revenue > 0.5) & (welfare >= -spare)
            worth = np.full(revenue.shape, -np.inf)
            worth[wanted] = revenue[wanted] / np.maximum(-welfare[wanted], 1e-9)
            found += _best(worth, first, second, LOOKED_AT)
        if not _carried_out(search, sorted(found, key=lambda f: -f[0])[:LOOKED_AT]):
            break
    return search.exchanges.assigned


def _carried_out(search: _Search, changes: list[Change]) -> int:
    """Carries out the first changes that may be, no two of them at the same place; says how many."""
    envy, done = search.watch.total(), 0
    touched: set[int] = set()
    for change in changes:
        _, first, target, second = change
        both = {int(search.exchanges.assigned[first]), int(search.exchanges.assigned[second]) if second >= 0 else target}
        if not touched & both and search.tried(change, envy):
            touched |= both
            done += 1
            if done == TOGETHER:
                break
    return done


def _best(worth: Real, first: Whole, second: Whole | None, most: int) -> list[Change]:
    flat = worth.ravel()
    many = min(most, len(flat))
    best = np.argpartition(-flat, many - 1)[:many] if many else np.zeros(0, np.int64)
    best = best[np.isfinite(flat[best])]
    row, column = np.divmod(best, worth.shape[1])
    gains = flat[best].tolist()
    if second is None:
        return [(g, int(first[r]), int(c), -1) for g, r, c in zip(gains, row, column, strict=True)]
    return [(g, int(first[r]), -1, int(second[c])) for g, r, c in zip(gains, row, column, strict=True)]
