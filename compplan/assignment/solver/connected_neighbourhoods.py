"""Divides what a few reps have among them anew so that each of them stays connected.

Connection is asked for by separators, and only by those that an answer has broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from compplan.assignment.problem import Flags, Problem, Real, Whole, not_connected
from compplan.assignment.separators import Separator
from compplan.assignment.solver.connected_search import as_shares
from compplan.assignment.solver.neighbourhoods import Choice, divided_anew
from compplan.assignment.solver.separator_cuts import broken_separators

TURNS = 12
"""So many times a neighbourhood is divided anew at most."""


@dataclass(frozen=True, eq=False)
class Divided:
    """What the chosen reps have now (all items' reps), None where nothing connected was found; and separators that hold everywhere."""

    assigned: Whole | None
    found: tuple[Separator, ...]


def divided_connected(
    problem: Problem,
    assigned: Whole,
    choice: Choice,
    near: Flags,
    outside: Real,
    seconds: float | None,
    known: Sequence[Separator],
) -> Divided:
    """The assignment with what the chosen reps have divided anew so that each of them is connected.

    `known` are separators that hold whatever is divided; those that are found on the way are given beside.
    """
    here = _only(problem, assigned, choice, near)
    reps = set(choice.reps.tolist())
    asked = dict.fromkeys(cut for cut in known if cut.rep in reps)
    found: dict[Separator, None] = {}
    for _ in range(TURNS):
        changed = divided_anew(problem, assigned, choice, near, outside, 0.0, seconds, tuple(asked))
        if changed is None or reps.isdisjoint(not_connected(problem, changed)):
            return Divided(changed, tuple(found))
        shares = as_shares(problem, changed)
        found.update(dict.fromkeys(cut for cut in broken_separators(problem, shares) if cut.rep in reps))
        new = [cut for cut in broken_separators(here, shares) if cut.rep in reps]
        if all(cut in asked for cut in new):
            break
        asked.update(dict.fromkeys(new))
    return Divided(None, tuple(found))


def _only(problem: Problem, assigned: Whole, choice: Choice, near: Flags) -> Problem:
    """The problem in which the chosen reps may have nothing but what is divided: fewer items then separate."""
    pairs = np.zeros(problem.shape, bool)
    pairs[np.ix_(choice.items, choice.reps)] = near[np.ix_(choice.items, choice.reps)]
    pairs[np.arange(len(assigned)), assigned] = True
    return replace(problem, eligible=pairs & problem.eligible)
