"""How fair an assignment of leads is, looked at afterwards: shares of entitlement, envy, and the Gini coefficient.

A rep envies another when what the other has is worth more to it, per unit of entitlement, than what it has itself; and does so up to one
lead when that is still so without the lead that it values most (Budish 2011, with entitlements as in Chakraborty et al. 2021).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from compplan.assignment.leads.problem import LeadProblem, values_of
from compplan.assignment.problem import Real, Whole
from compplan.immutable import immutable

SAFE = 20.0
"""While searching, what another has is taken for so many whole units of worth more: whoever does not round to such units agrees then."""


@immutable
class Envy:
    """Who (positions of reps) envies whom; `beyond_one` is whether that is so up to one lead as well."""

    rep: int
    other: int
    beyond_one: bool


@immutable
class Fairness:
    """The share of each rep who is entitled to something (value per weight against the mean; None for others), envy, and Gini."""

    shares: tuple[Fraction | None, ...]
    envy: tuple[Envy, ...]
    gini: Fraction

    @property
    def beyond_one(self) -> int:
        """How many pairs envy up to one lead."""
        return sum(1 for e in self.envy if e.beyond_one)


def fairness(problem: LeadProblem, assigned: Whole) -> Fairness:
    """The fairness of an assignment, worked out exactly."""
    values = values_of(problem, assigned).tolist()
    weight = problem.weight.tolist()
    entitled = problem.entitled.tolist()
    each = {j: Fraction(values[j], weight[j]) for j in entitled}
    mean = sum(each.values(), Fraction(0)) / max(len(each), 1)
    shares = tuple((each[j] / mean if mean else Fraction(1)) if j in each else None for j in range(len(values)))
    return Fairness(shares, tuple(_envy(problem, assigned, entitled, each)), gini(list(each.values())))


def gini(values: list[Fraction]) -> Fraction:
    """The Gini coefficient: half the mean difference of two of the values, as a share of their mean; 0 when all are alike."""
    total, ordered = sum(values, Fraction(0)), sorted(values)
    if not total:
        return Fraction(0)
    ranked = sum((rank * v for rank, v in enumerate(ordered, 1)), Fraction(0))
    return 2 * ranked / (len(ordered) * total) - Fraction(len(ordered) + 1, len(ordered))


def _envy(problem: LeadProblem, assigned: Whole, entitled: list[int], each: dict[int, Fraction]) -> list[Envy]:
    found = []
    worth = np.where(problem.eligible, problem.worth, 0)
    for other in entitled:
        held = worth[assigned == other]
        if not len(held):
            continue
        whole, largest = held.sum(axis=0).tolist(), held.max(axis=0).tolist()
        weight = int(problem.weight[other])
        found += [
            Envy(rep, other, Fraction(whole[rep] - largest[rep], weight) > each[rep])
            for rep in entitled
            if rep != other and Fraction(whole[rep], weight) > each[rep]
        ]
    return sorted(found, key=lambda e: (e.rep, e.other))


class EnvyWatch:
    """How much envy up to one lead there is while an assignment changes, in floating point, for searching.

    `worth[s, r]` and `largest[s, r]` are what all the leads of s, and the best of them, are worth to r.
    """

    def __init__(self, problem: LeadProblem, assigned: Whole) -> None:
        self.problem = problem
        self.entitled = problem.entitled
        self.weight = problem.real_weight[self.entitled]
        self.values = problem.real_worth[:, self.entitled]
        self.position = np.full(len(problem.reps) + 1, -1, np.int64)
        self.position[self.entitled] = np.arange(len(self.entitled))
        count = len(self.entitled)
        self.worth, self.largest = np.zeros((count, count)), np.zeros((count, count))
        self.look(assigned, self.entitled.tolist())

    def look(self, assigned: Whole, places: list[int]) -> None:
        """Looks again at what these places have."""
        for place in places:
            at = int(self.position[place])
            if at >= 0:
                held = self.values[assigned == place]
                self.worth[at] = held.sum(axis=0)
                self.largest[at] = held.max(axis=0, initial=0.0)

    def excess(self) -> Real:
        """By how much each row's leads, less one, are worth more to each column than its own, per unit of entitlement; nothing if not."""
        own = np.diagonal(self.worth) / self.weight
        less_one = self.worth - self.largest
        found = (less_one + SAFE) / self.weight[:, None] - own[None, :]
        found[less_one <= 0] = 0
        np.fill_diagonal(found, 0)
        return np.maximum(found, 0.0)

    def total(self) -> float:
        """All of that together; zero where nobody envies up to one lead."""
        return float(self.excess().sum())

    def kept(self, places: list[int]) -> tuple[list[int], Real, Real]:
        """What is known of these places, to be put back if a change is not wanted."""
        at = [int(p) for p in self.position[places] if p >= 0]
        return at, self.worth[at].copy(), self.largest[at].copy()

    def put_back(self, kept: tuple[list[int], Real, Real]) -> None:
        """Puts back what was kept."""
        at, self.worth[at], self.largest[at] = kept
