"""Divides what a few reps have among them anew so that each of them stays connected.

Connection is asked for by separators, and only by those that an answer has broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compplan.assignment.problem import Flags, Problem, Real, Whole, not_connected
from compplan.assignment.separators import Separator
from compplan.assignment.solver.connected_search import as_shares
from compplan.assignment.solver.neighbourhoods import Choice, divided_anew
from compplan.assignment.solver.separator_cuts import broken_separators

TURNS = 12
"""So many times a neighbourhood is divided anew at most."""
MOST_KNOWN = 4000


def divided_connected(
    problem: Problem,
    assigned: Whole,
    choice: Choice,
    near: Flags,
    outside: Real,
    seconds: float | None,
    known: dict[Separator, None],
) -> Whole | None:
    """The assignment with what the chosen reps have divided anew, which may still not be connected after some turns; None where nothing
    was found.

    `known` are separators that hold whatever is divided; those that are found on the way are added, and the oldest forgotten.
    """
    here = _only(problem, assigned, choice, near)
    reps = set(choice.reps.tolist())
    asked = dict.fromkeys(cut for cut in known if cut.rep in reps)
    changed = None
    for _ in range(TURNS):
        changed = divided_anew(problem, assigned, choice, near, outside, 0.0, seconds, tuple(asked))
        if changed is None or not not_connected(problem, changed):
            return changed
        _remember(known, broken_separators(problem, as_shares(problem, changed)))
        new = [cut for cut in broken_separators(here, as_shares(problem, changed)) if cut.rep in reps]
        if not new or all(cut in asked for cut in new):
            return changed
        asked.update(dict.fromkeys(new))
    return changed


def _remember(known: dict[Separator, None], found: Sequence[Separator]) -> None:
    known.update(dict.fromkeys(found))
    for oldest in list(known)[: max(0, len(known) - MOST_KNOWN)]:
        del known[oldest]


def _only(problem: Problem, assigned: Whole, choice: Choice, near: Flags) -> Problem:
    """The problem in which the chosen reps may have nothing but what is divided: fewer items then separate."""
    pairs = np.zeros(problem.shape, bool)
    pairs[np.ix_(choice.items, choice.reps)] = near[np.ix_(choice.items, choice.reps)]
    pairs[np.arange(len(assigned)), assigned] = True
    return replace(problem, eligible=pairs & problem.eligible)
