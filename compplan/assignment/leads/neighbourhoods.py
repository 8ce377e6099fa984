"""Improves an assignment by taking a few reps at a time and dividing what they have among them anew, in the best way or nearly.

The welfare of the few is a model of whole numbers in which the logarithm lies below tangents: at what each rep has now and around it, and,
as long as the answer shows that it lies too low, at what the answer gives (Kelley 1960).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.leads.model import Model
from compplan.assignment.leads.problem import LeadProblem, Standing, standing
from compplan.assignment.problem import Flags, Real, Whole

AROUND = np.array([-0.4, -0.2, -0.1, -0.05, -0.02, 0.0, 0.02, 0.05, 0.1, 0.2, 0.5])
"""How far from what a rep has, as a share of it, there are tangents at first."""
TANGENT_ROUNDS = 12
NEARLY = 1e-9
DEAR = 20.0


@dataclass(frozen=True, eq=False)
class Choice:
    """Some places and the leads that are there, which are divided anew; places and leads rise."""

    places: Whole
    leads: Whole


class Neighbourhoods:
    """Draws which reps to take together: one at random that was not taken for long, and others who may have many of the same leads."""

    def __init__(self, problem: LeadProblem) -> None:
        self.problem = problem
        could = problem.places.astype(float)
        self.shared = could.T @ could
        np.fill_diagonal(self.shared, 0)
        self.last = np.zeros(self.shared.shape[0])
        self.round = 0

    def draw(self, assigned: Whole, most_leads: int, random: np.random.Generator) -> Choice:
        """Places that have so many leads together at most."""
        self.round += 1
        waited = self.round - self.last
        counts = np.bincount(assigned, minlength=len(waited))
        chosen = [int(random.choice(len(waited), p=waited / waited.sum()))]
        links = self.shared[chosen[0]] + 1e-9
        while len(chosen) < len(waited):
            weight = links * waited
            weight[chosen] = 0
            weight[counts > most_leads - counts[chosen].sum()] = 0
            if weight.sum() <= 0:
                break
            chosen.append(int(random.choice(len(waited), p=weight / weight.sum())))
            links = links + self.shared[chosen[-1]]
        self.last[chosen] = self.round
        places = np.array(sorted(chosen))
        return Choice(places, np.nonzero(np.isin(assigned, places))[0])


def everything(problem: LeadProblem) -> Choice:
    """All places and all leads."""
    return Choice(np.arange(len(problem.reps) + 1), np.arange(len(problem.leads)))


class NoSuch(Exception):  # noqa: N818 - it says what was found
    """Raised where it was found that no division gives every rep its floor."""


def divided_anew(
    problem: LeadProblem, assigned: Whole, choice: Choice, near: Flags, seconds: float, nodes: int, *, firm: bool = False
) -> tuple[Whole, bool] | None:
    """The assignment with what these places have divided anew, and whether that is proven to be the best; None where nothing was found.

    `near` are the pairs that are looked at, besides those of now. Raises `NoSuch` where floors are `firm` and cannot be met.
    """
    if not len(choice.leads):
        return None
    part = _Part(problem, assigned, choice, near, firm=firm)
    best: Whole | None = None
    for _ in range(TANGENT_ROUNDS):
        answer = part.model.solve_whole(part.start(assigned), seconds, nodes, 1e-7 if len(choice.leads) > 40 else NEARLY)
        if part.model.impossible:
            raise NoSuch
        if answer is None:
            return None if best is None else (best, False)
        best = part.assigned(answer.columns)
        if not problem.goal.fair or not part.tighten(answer.columns):
            return best, answer.finished
    return None if best is None else (best, False)


class _Part:
    """The model of some places and leads."""

    def __init__(self, problem: LeadProblem, assigned: Whole, choice: Choice, near: Flags, *, firm: bool) -> None:
        self.firm = firm
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
        rooms = model.rows(np.zeros(len(self.choice.places)), problem.rooms[self.choice.places].astype(float))
        sums = model.rows(np.zeros(len(self.reps)), np.zeros(len(self.reps)))
        model.put(leads[self.row], self.x, np.ones(len(self.x)))
        model.put(rooms[self.column], self.x, np.ones(len(self.x)))
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
        model.worth = [0.0] * len(self.x) + [1.0] * len(self.reps)
        entitled = np.nonzero(problem.weight[self.reps] > 0)[0]
        weight = problem.real_weight[self.reps[entitled]]
        lacks = model.columns(np.full(len(entitled), -DEAR), 0.0, 0.0 if self.firm else np.inf)
        others = np.setdiff1d(problem.entitled, self.reps)
        mean = float((now.values[others] / problem.weight[others]).sum()) / self.scale / len(problem.entitled) if len(others) else 0.0
        share = float(goal.least_share or 0)
        floor = np.full(len(entitled), float(goal.least_amount or 0) / self.scale) + share * mean * weight
        rows = model.rows(floor, np.full(len(entitled), np.inf))
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
