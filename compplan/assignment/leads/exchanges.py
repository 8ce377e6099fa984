"""Improves an assignment of leads by moving one and by swapping two, as long as that adds to what all reps' values score together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from compplan.assignment.leads.problem import LeadProblem
from compplan.assignment.problem import Real, Whole

MOST_LEADS = 1500
"""So many leads are swapped with each other in one sweep; of more, as many are drawn."""
BEST = 400
LEAST = 1e-11


class Score(Protocol):
    """What a value is good for at each place."""

    def at(self, place: Whole, value: Real) -> Real:
        """What these values score at these places."""


class Fair:
    """Weight times the logarithm of one more than the value."""

    def __init__(self, problem: LeadProblem) -> None:
        self.weight = problem.real_weight

    def at(self, place: Whole, value: Real) -> Real:
        """What these values score at these places."""
        return self.weight[place] * np.log1p(np.maximum(value, 0))


class Revenue:
    """The value itself, less what it lacks to the floor, many times."""

    def __init__(self, floor: Real, dear: float) -> None:
        self.floor, self.dear = floor, dear

    def at(self, place: Whole, value: Real) -> Real:
        """What these values score at these places."""
        return value - self.dear * np.maximum(self.floor[place] - value, 0)


class Exchanges:
    """An assignment that is being improved, with the value and the number of leads at each place."""

    def __init__(self, problem: LeadProblem, assigned: Whole) -> None:
        self.problem, self.assigned = problem, assigned.copy()
        self.worth = problem.real_worth
        self.rows = np.arange(len(assigned))
        self.values = np.zeros(self.worth.shape[1])
        np.add.at(self.values, assigned, self.worth[self.rows, assigned])
        self.counts = np.bincount(assigned, minlength=self.worth.shape[1])

    def carry_out(self, first: int, target: int, second: int) -> None:
        """Moves a lead to a place; where `second` is not -1, that lead goes the other way."""
        self._move(first, target)
        if second >= 0:
            self._move(second, self._last)

    def _move(self, lead: int, target: int) -> None:
        source = int(self.assigned[lead])
        self._last = source
        self.values[source] -= self.worth[lead, source]
        self.values[target] += self.worth[lead, target]
        self.counts[source] -= 1
        self.counts[target] += 1
        self.assigned[lead] = target

    def moves(self, score: Score) -> tuple[Real, Real]:
        """What each move of a lead to a place adds to the score, and to the revenue: n x (m + 1); minus infinity where it may not be."""
        at, own = self.assigned, self.worth[self.rows, self.assigned]
        places = np.arange(self.worth.shape[1])
        allowed = self.problem.places & (self.counts < self.problem.rooms)[None, :]
        allowed[self.rows, at] = False
        lost = score.at(at, self.values[at] - own) - score.at(at, self.values[at])
        gained = score.at(places[None, :], self.values[None, :] + self.worth) - score.at(places, self.values)[None, :]
        return np.where(allowed, lost[:, None] + gained, -np.inf), np.where(allowed, self.worth - own[:, None], -np.inf)

    def swaps(self, score: Score, leads: Whole) -> tuple[Real, Real]:
        """The same for swaps of two of these leads: a matrix of each with each, of which what lies above the diagonal is filled."""
        at, own = self.assigned[leads], self.worth[leads, self.assigned[leads]]
        theirs = self.worth[np.ix_(leads, at)]
        may = self.problem.places[np.ix_(leads, at)]
        allowed = np.triu(may & may.T & (at[:, None] != at[None, :]), 1)
        gained = score.at(at[None, :], self.values[at][None, :] - own[None, :] + theirs) - score.at(at, self.values[at])[None, :]
        more = theirs - own[:, None]
        return np.where(allowed, gained + gained.T, -np.inf), np.where(allowed, more + more.T, -np.inf)

    def drawn(self, random: np.random.Generator) -> Whole:
        """The leads that are swapped in a sweep."""
        n = len(self.assigned)
        return self.rows if n <= MOST_LEADS else np.sort(random.choice(n, MOST_LEADS, replace=False))

    def sweep(self, score: Score, random: np.random.Generator) -> int:
        """Carries out the best moves and swaps, no two of them at the same place; says how many."""
        leads = self.drawn(random)
        found = [*_best(self.moves(score)[0], self.rows, None), *_best(self.swaps(score, leads)[0], leads, leads)]
        touched: set[int] = set()
        done = 0
        for _, first, target, second in sorted(found, key=lambda f: -f[0]):
            place = int(self.assigned[second]) if second >= 0 else target
            both = {int(self.assigned[first]), place}
            if not touched & both:
                touched |= both
                self.carry_out(first, place, second)
                done += 1
        return done


def improve(exchanges: Exchanges, score: Score, random: np.random.Generator, go_on: Callable[[], bool]) -> None:
    """Sweeps until nothing is better, or there is no time."""
    still = 0
    while go_on() and still < (1 if len(exchanges.assigned) <= MOST_LEADS else 5):
        still = 0 if exchanges.sweep(score, random) else still + 1


def _best(change: Real, first: Whole, second: Whole | None) -> list[tuple[float, int, int, int]]:
    """The best changes: what each adds, the lead, the place it goes to (-1 for a swap), the lead that comes back (-1 for a move)."""
    flat = change.ravel()
    many = min(BEST, len(flat))
    best = np.argpartition(-flat, many - 1)[:many] if many else np.zeros(0, np.int64)
    best = best[flat[best] > LEAST]
    row, column = np.divmod(best, change.shape[1])
    gains = flat[best].tolist()
    if second is None:
        return [(g, int(first[r]), int(c), -1) for g, r, c in zip(gains, row, column, strict=True)]
    return [(g, int(first[r]), -1, int(second[c])) for g, r, c in zip(gains, row, column, strict=True)]
