"""A batch of leads as arrays of whole numbers: what each is worth to whom, who may have it, and what a rep is entitled to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from compplan.assignment.problem import Flags, Real, Whole
from compplan.immutable import immutable


@immutable
class Goal:
    """What is wanted: fairness, of which `give_up` may be given up for revenue; or the greatest revenue, above a floor for each rep.

    The floor is a share of the mean value that reps get per unit of entitlement (`least_share`), or an amount in whole units of worth.
    """

    fair: bool = True
    give_up: Fraction = Fraction(0)
    least_share: Fraction | None = None
    least_amount: int | None = None

    @property
    def has_floor(self) -> bool:
        """Whether reps are to have so much at least."""
        return self.least_share is not None or self.least_amount is not None


@dataclass(frozen=True, eq=False)
class LeadProblem:
    """Each of n leads goes to one of m reps who may have it, or to nobody: that is place m, and has room for `left` leads.

    `worth` (n x m) is what a lead is worth to a rep in whole units, of which `decimals` digits stand behind the point; it counts where
    `eligible` is true. `room` is how many leads each rep may get, `weight` what each is entitled to, in any whole unit: a rep without
    weight may get leads, and what it has counts for nobody's share.
    """

    leads: Sequence[str]
    reps: Sequence[str]
    worth: Whole
    eligible: Flags
    room: Whole
    weight: Whole
    left: int
    goal: Goal = Goal()
    decimals: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """How many leads and reps there are."""
        return len(self.leads), len(self.reps)

    @cached_property
    def places(self) -> Flags:
        """Where each lead may go: n x (m + 1), nobody as the last."""
        return np.concatenate([self.eligible, np.full((len(self.leads), 1), self.left > 0)], axis=1)

    @cached_property
    def rooms(self) -> Whole:
        """How many leads each place takes: the reps, and nobody as the last."""
        return np.append(self.room, self.left)

    @cached_property
    def real_worth(self) -> Real:
        """What each lead is worth at each place, for searching; nothing where it may not be."""
        return np.concatenate([np.where(self.eligible, self.worth, 0), np.zeros((len(self.leads), 1), np.int64)], axis=1).astype(float)

    @cached_property
    def real_weight(self) -> Real:
        """What each place is entitled to, for searching."""
        return np.append(self.weight, 0).astype(float)

    @cached_property
    def entitled(self) -> Whole:
        """The reps who are entitled to something."""
        return np.nonzero(self.weight > 0)[0]


@dataclass(frozen=True)
class Standing:
    """What an assignment comes to: the value that each rep gets (in whole units of worth), how many leads, and what is broken.

    `below` are the reps below the floor.
    """

    values: Whole
    counts: Whole
    revenue: int
    not_eligible: int
    over_room: tuple[int, ...]
    too_few: int
    below: tuple[int, ...]

    @property
    def broken(self) -> bool:
        """Whether a rule or the floor is broken."""
        return bool(self.not_eligible or self.over_room or self.too_few or self.below)


def values_of(problem: LeadProblem, assigned: Whole) -> Whole:
    """What each rep's leads are worth to it, in whole units."""
    m = len(problem.reps)
    values = np.zeros(m + 1, np.int64)
    given = np.nonzero(assigned < m)[0]
    np.add.at(values, assigned[given], np.where(problem.eligible, problem.worth, 0)[given, assigned[given]])
    return values[:m]


def standing(problem: LeadProblem, assigned: Whole) -> Standing:
    """What an assignment (the place of each lead) comes to; nothing of it is rounded."""
    m = len(problem.reps)
    values = values_of(problem, assigned)
    counts = np.bincount(assigned, minlength=m + 1)
    given = np.nonzero(assigned < m)[0]
    return Standing(
        values,
        counts[:m],
        sum(values.tolist()),
        int((~problem.eligible[given, assigned[given]]).sum()),
        tuple(np.nonzero(counts[:m] > problem.room)[0].tolist()),
        max(0, int(counts[m]) - problem.left),
        tuple(j for j in range(m) if values[j] < floor_of(problem, values)[j]),
    )


def floor_of(problem: LeadProblem, values: Whole) -> list[int]:
    """The least value that each rep is to have, in whole units rounded up, where the reps have these values; 0 without a floor."""
    goal, entitled = problem.goal, problem.entitled.tolist()
    floors = [0] * len(problem.reps)
    if goal.least_share is not None:
        mean = sum((Fraction(int(values[j]), int(problem.weight[j])) for j in entitled), Fraction(0)) / max(len(entitled), 1)
        for j in entitled:
            floors[j] = -int(-(goal.least_share * mean * int(problem.weight[j])) // 1)
    if goal.least_amount is not None:
        for j in entitled:
            floors[j] = max(floors[j], goal.least_amount)
    return floors
