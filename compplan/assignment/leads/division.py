"""A model of how some reps divide the leads that they have: for the greatest welfare, or the greatest revenue above their floors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.leads.model import Model
from compplan.assignment.leads.problem import LeadProblem, Standing, standing
from compplan.assignment.problem import Flags, Real, Whole

AROUND = np.array([-0.4, -0.2, -0.1, -0.05, -0.02, 0.0, 0.02, 0.05, 0.1, 0.2, 0.5])
"""How far from what a rep has, as a share of it, there are tangents at first."""
DEAR = 20.0
"""What a unit below a floor costs, where floors are not firm."""


@dataclass(frozen=True, eq=False)
class Choice:
    """Some places and the leads that are there, which are divided anew; places and leads rise."""

    places: Whole
    leads: Whole


def everything(problem: LeadProblem) -> Choice:
    """All places and all leads."""
    return Choice(np.arange(len(problem.reps) + 1), np.arange(len(problem.leads)))


class Division:
    """The model of some places and leads: which lead goes where, what each rep has, and what that is worth."""

    def __init__(
        self, problem: LeadProblem, assigned: Whole, choice: Choice, near: Flags, *, firm: bool = False, revenue: float = 1.0
    ) -> None:
        self.firm, self.revenue = firm, revenue
        self.problem, self.before, self.choice = problem, assigned, choice
        m = len(problem.reps)
        taken = near[np.ix_(choice.leads, choice.places)].copy()
        taken[np.arange(len(choice.leads)), np.searchsorted(choice.places, assigned[choice.leads])] = True
        taken &= problem.places[np.ix_(choice.leads, choice.places)]
        self.row, self.column = np.nonzero(taken)
        self.lead, self.place = choice.leads[self.row], choice.places[self.column]
        self.reps = choice.places[choice.places < m]
        now = standing(problem, assigned)
        self.scale = max(float(now.values.mean()), 1.0)
        self.model = Model()
        self._divide()
        if problem.goal.fair:
            self._welfare(now)
        else:
            self._floor(now)

    def start(self, assigned: Whole) -> Real:
        """The columns of the assignment as it is; those of values follow from them."""
        now: Real = (assigned[self.lead] == self.place).astype(float)
        return now

    def assigned(self, columns: Real) -> Whole:
        """The assignment that an answer says."""
        on = columns[self.x] > 0.5
        changed = self.before.copy()
        changed[self.lead[on]] = self.place[on]
        return changed

    def tighten(self, columns: Real) -> bool:
        """Adds tangents where the answer's logarithms lie too high; says whether there were any."""
        value = columns[self.value] * self.scale
        over = self.weight * (columns[self.log] - np.log1p(value)) > 1e-9 * self.weight.sum()
        if over.any():
            self._tangents(np.nonzero(over)[0], value[over])
        return bool(over.any())

    def _divide(self) -> None:
        """Each lead is at one place, no place has too many, and a value is the sum of what the leads there are worth."""
        model, problem = self.model, self.problem
        self.x = model.columns(np.zeros(len(self.lead)), 0.0, 1.0, whole=True)
        self.value = model.columns(np.zeros(len(self.reps)), 0.0, np.inf)
        leads = model.rows(np.ones(len(self.choice.leads)), np.ones(len(self.choice.leads)))
        self.rooms = model.rows(np.zeros(len(self.choice.places)), problem.rooms[self.choice.places].astype(float))
        sums = model.rows(np.zeros(len(self.reps)), np.zeros(len(self.reps)))
        model.put(leads[self.row], self.x, np.ones(len(self.x)))
        model.put(self.rooms[self.column], self.x, np.ones(len(self.x)))
        with_rep = self.place < len(problem.reps)
        worth = problem.real_worth[self.lead, self.place] / self.scale
        model.put(sums[self.column[with_rep]], self.x[with_rep], worth[with_rep])
        model.put(sums, self.value, -np.ones(len(self.reps)))

    def _welfare(self, now: Standing) -> None:
        self.weight = self.problem.real_weight[self.reps]
        self.log = self.model.columns(self.weight, 0.0, 100.0)
        which = np.repeat(np.arange(len(self.reps)), len(AROUND))
        self._tangents(which, (now.values[self.reps][:, None] * (1 + AROUND)[None, :]).ravel())

    def _tangents(self, which: Whole, value: Real) -> None:
        """The logarithm of these reps' values lies below its tangents there."""
        rows = self.model.rows(np.full(len(which), -np.inf), np.log1p(value) - value / (1 + value))
        self.model.put(rows, self.log[which], np.ones(len(which)))
        self.model.put(rows, self.value[which], -self.scale / (1 + value))

    def _floor(self, now: Standing) -> None:
        """Revenue, with the floors of these reps, and none of the others' pushed above what they have."""
        problem, goal, model = self.problem, self.problem.goal, self.model
        model.worth = [0.0] * len(self.x) + [self.revenue] * len(self.reps)
        entitled = np.nonzero(problem.weight[self.reps] > 0)[0]
        weight = problem.real_weight[self.reps[entitled]]
        self.lacks = lacks = model.columns(np.full(len(entitled), -DEAR if self.revenue else -1.0), 0.0, 0.0 if self.firm else np.inf)
        others = np.setdiff1d(problem.entitled, self.reps)
        mean = float((now.values[others] / problem.weight[others]).sum()) / self.scale / len(problem.entitled) if len(others) else 0.0
        share = float(goal.least_share or 0)
        floor = np.full(len(entitled), float(goal.least_amount or 0) / self.scale) + share * mean * weight
        self.floors = rows = model.rows(floor, np.full(len(entitled), np.inf))
        model.put(rows, self.value[entitled], np.ones(len(entitled)))
        model.put(rows, lacks, np.ones(len(entitled)))
        if share:
            a, b = np.meshgrid(np.arange(len(entitled)), np.arange(len(entitled)), indexing="ij")
            part = -share * weight[:, None] / weight[None, :] / len(problem.entitled)
            model.put(rows[a.ravel()], self.value[entitled[b.ravel()]], part.ravel())
        if share and len(others):
            least = float((now.values[others] / problem.weight[others]).min()) / self.scale
            met = max(least, share * (mean + float((now.values[self.reps[entitled]] / weight).sum()) / self.scale / len(problem.entitled)))
            row = model.rows(np.full(1, -np.inf), np.full(1, (met / share - mean) * len(problem.entitled)))
            model.put(np.repeat(row, len(entitled)), self.value[entitled], 1 / weight)
