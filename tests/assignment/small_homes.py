"""Small problems with reps who have no home, made by Hypothesis, and the best of them, found by looking at every place and assignment."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import strategies as st

from compplan.assignment.homes import Homes, placed
from compplan.assignment.problem import NO_LIMIT, Measure, Problem
from tests.assignment.small_problems import best_total, problems


@st.composite
def problems_with_homes(draw: st.DrawFn) -> tuple[Problem, Homes]:
    """A problem with at most five items, reps without a home, who may be alike, and at most four places."""
    problem = draw(problems().filter(lambda p: len(p.items) <= 5)) if draw(st.booleans()) else _alike(draw)
    n, m = problem.shape
    reps = tuple(sorted(draw(st.sets(st.integers(0, m - 1), min_size=1))))
    places = draw(st.integers(len(reps), 4))
    travel = draw(st.lists(st.lists(st.integers(0, 60), min_size=places, max_size=places), min_size=n, max_size=n))
    names = tuple(f"place {k}" for k in range(places))
    return problem, Homes(reps, names, tuple((str(k), "0") for k in range(places)), np.array(travel, np.int64), places)


def _alike(draw: st.DrawFn) -> Problem:
    """Reps who are all alike, with an upper end as in capacitated location."""
    n, m = draw(st.integers(2, 5)), draw(st.integers(1, 3))
    weight = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), np.int64)
    least = draw(st.just(-NO_LIMIT) | st.integers(0, 6))
    most = draw(st.integers(max(least, 5), 20))
    band = Measure("weight", weight[:, None], np.full(m, least), np.full(m, most), None)
    none = np.zeros((n, m), np.int64)
    return Problem([f"item {i}" for i in range(n)], [f"rep {j}" for j in range(m)], none, none == 0, (band,), none)


def best_with_homes(problem: Problem, homes: Homes) -> int | None:
    """The least total over all places and assignments that keep the rules; None where none does."""
    totals = [
        best_total(placed(problem, homes, np.array(chosen, np.int64))) for chosen in permutations(range(len(homes.places)), len(homes.reps))
    ]
    return min((t for t in totals if t is not None), default=None)
