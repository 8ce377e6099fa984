"""Improves an assignment by taking a few reps at a time and dividing what they have among them anew, in the best way or nearly.

The welfare of the few is a model of whole numbers in which the logarithm lies below tangents: at what each rep has now and around it, and,
as long as the answer shows that it lies too low, at what the answer gives (Kelley 1960).
"""

from __future__ import annotations

import numpy as np

from compplan.assignment.leads.division import Choice, Division
from compplan.assignment.leads.problem import LeadProblem
from compplan.assignment.problem import Flags, Whole

TANGENT_ROUNDS = 12
NEARLY = 1e-9
FIRST = 20.0
"""By how much rather a rep who is below its floor is taken."""


class Neighbourhoods:
    """Draws which reps to take together: one at random that was not taken for long, and others who may have many of the same leads."""

    def __init__(self, problem: LeadProblem) -> None:
        self.problem = problem
        could = problem.places.astype(float)
        self.shared = could.T @ could
        np.fill_diagonal(self.shared, 0)
        self.last = np.zeros(self.shared.shape[0])
        self.round = 0

    def draw(self, assigned: Whole, below: tuple[int, ...], most_leads: int, random: np.random.Generator) -> Choice:
        """Places that have so many leads together at most; reps `below` their floor are taken rather than others."""
        self.round += 1
        waited = self.round - self.last
        waited[list(below)] *= FIRST
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
    part = Division(problem, assigned, choice, near, firm=firm)
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
