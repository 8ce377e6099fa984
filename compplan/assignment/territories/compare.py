"""Two assignments of the same accounts beside each other: what each comes to, what each rep has, and who has other accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.problem import Whole
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.territories.sides import Side


@dataclass(frozen=True)
class OtherHands:
    """An account that one assignment gives to another rep than the other does; `dearer` is what its pair costs more in the second."""

    account: str
    first: str
    second: str
    before: str
    dearer: int


@dataclass(frozen=True, eq=False)
class RepDifference:
    """A rep in both: how many accounts it has only in the first, only in the second, and what it has of each measure (2 x measures)."""

    rep: str
    only_first: int
    only_second: int
    loads: Whole


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two sides, the accounts in other hands (those first that matter most in cost), and the reps whose accounts differ (most first)."""

    first: Side
    second: Side
    accounts: tuple[OtherHands, ...]
    reps: tuple[RepDifference, ...]


def compare(territories: Territories, first: Side, second: Side) -> Comparison:
    """Two assignments of the same accounts beside each other."""
    problem, member = territories.problem, territories.member
    a, b = first.assigned[member], second.assigned[member]
    other = np.nonzero(a != b)[0].tolist()
    accounts = [
        OtherHands(
            territories.accounts[i],
            problem.reps[a[i]],
            problem.reps[b[i]],
            territories.before[i],
            int(territories.facts.cost[i, b[i]] - territories.facts.cost[i, a[i]]),
        )
        for i in other
    ]
    reps = []
    for j, rep in enumerate(problem.reps):
        gone, come = int((a[other] == j).sum()), int((b[other] == j).sum())
        if gone or come:
            reps.append(RepDifference(rep, gone, come, np.stack([first.loads[:, j], second.loads[:, j]])))
    return Comparison(
        first,
        second,
        tuple(sorted(accounts, key=lambda o: (-abs(o.dearer), o.account))),
        tuple(sorted(reps, key=lambda r: (-r.only_first - r.only_second, r.rep))),
    )
