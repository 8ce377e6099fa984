"""Small problems, made by Hypothesis, and their best assignments, found by looking at every one."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import strategies as st

from compplan.assignment.problem import NO_LIMIT, Measure, Problem, Whole, standing


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to six items and three reps, one or two measures with bands that are rules or have a price, moves and pairs apart."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    whole = st.integers(0, 40)
    cost = np.array(draw(st.lists(st.lists(st.integers(0, 90), min_size=m, max_size=m), min_size=n, max_size=n)), np.int64)
    eligible = np.array(draw(st.lists(st.lists(st.booleans(), min_size=m, max_size=m), min_size=n, max_size=n)), bool)
    eligible[np.arange(n), draw(st.lists(st.integers(0, m - 1), min_size=n, max_size=n))] = True
    owner = np.array(draw(st.lists(st.integers(-1, m - 1), min_size=n, max_size=n)), np.int64)
    moved = ((owner[:, None] >= 0) & (owner[:, None] != np.arange(m)[None, :])).astype(np.int64)
    measures = tuple(_measure(draw, n, m, whole, number) for number in range(draw(st.integers(0, 2))))
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=2))
    apart = tuple(sorted({(min(a, b), max(a, b)) for a, b in pairs if a != b}))
    moves = draw(st.none() | st.integers(0, n))
    return Problem(
        [f"item {i}" for i in range(n)], [f"rep {j}" for j in range(m)], cost, eligible, measures, moved, apart=apart, most_moves=moves
    )


def _measure(draw: st.DrawFn, n: int, m: int, whole: st.SearchStrategy[int], number: int) -> Measure:
    wide = draw(st.booleans())
    weight = np.array(
        draw(st.lists(st.lists(whole, min_size=m if wide else 1, max_size=m if wide else 1), min_size=n, max_size=n)), np.int64
    )
    least = np.array(draw(st.lists(st.just(-NO_LIMIT) | st.integers(0, 30), min_size=m, max_size=m)), np.int64)
    room = np.array(draw(st.lists(st.integers(0, 60), min_size=m, max_size=m)), np.int64)
    most = np.where(np.array(draw(st.lists(st.booleans(), min_size=m, max_size=m)), bool), NO_LIMIT, np.maximum(least, 0) + room)
    price = np.full(m, draw(st.integers(0, 5)), np.int64) if draw(st.booleans()) else None
    return Measure(f"measure {number}", weight, least, most, price)


def best_total(problem: Problem) -> int | None:
    """The least total of all assignments that keep the rules; None where none does."""
    n, m = problem.shape
    totals = []
    for each in product(range(m), repeat=n):
        assigned: Whole = np.array(each, np.int64)
        now = standing(problem, assigned)
        if not now.broken:
            totals.append(now.total)
    return min(totals, default=None)
