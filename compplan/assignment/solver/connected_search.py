"""Searches a small problem of connected territories through.

Connection is asked for by separators, and only by those that an answer has broken; it is searched again until none is broken.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from compplan.assignment.problem import Flags, Problem, Real, Whole, not_connected
from compplan.assignment.separators import Separator
from compplan.assignment.solver.search_tree import EFFORT, Searched, search_tree
from compplan.assignment.solver.separator_cuts import broken_separators

LEAST_EFFORT = 0.1
"""What each turn counts for at least, in the solver's own seconds, so that there is an end to them."""


def search_connected(
    problem: Problem,
    pairs: Flags,
    most: int | None,
    start: Whole | None,
    seconds: float | None,
    seed: int,
    found: Callable[[Whole], None],
    stopped: Callable[[], bool],
    separators: Sequence[Separator] = (),
) -> Searched:
    """Searches like `search_tree`, for assignments that are connected. What is known of `separators` is asked for from the beginning.

    Each search alone bounds what a connected assignment costs from below; the last says most.
    """
    asked = dict.fromkeys(separators)
    began = time.monotonic()
    best: Searched = Searched(None, -(2**62), finished=False)

    def told(assigned: Whole) -> None:
        if not_connected(problem, assigned):
            asked.update(dict.fromkeys(broken_separators(problem, as_shares(problem, assigned))))
        else:
            found(assigned)

    effort = EFFORT
    while effort > 0:
        left = None if seconds is None else seconds - (time.monotonic() - began)
        if stopped() or (left is not None and left <= 0):
            return best
        searched = search_tree(problem, pairs, most, start, left, seed, told, stopped, tuple(asked), effort)
        effort -= searched.effort + LEAST_EFFORT if seconds is None else 0.0
        bound = max(best.bound, searched.bound)
        if searched.assigned is None:
            return Searched(best.assigned, bound, searched.finished)
        if not not_connected(problem, searched.assigned):
            return Searched(searched.assigned, bound, searched.finished)
        asked.update(dict.fromkeys(broken_separators(problem, as_shares(problem, searched.assigned))))
        best = Searched(None, bound, finished=False)
    return best


def as_shares(problem: Problem, assigned: Whole) -> Real:
    """A whole assignment as each item's shares of reps: n x m."""
    shares = np.zeros(problem.shape)
    shares[np.arange(len(assigned)), assigned] = 1.0
    return shares
