"""Small problems with borders, made by Hypothesis; and what is connected, found by walking from item to item."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import strategies as st

from compplan.assignment.borders import borders_between
from compplan.assignment.problem import Problem, Whole, standing
from tests.assignment.small_problems import problems

Pair = tuple[int, int]


@st.composite
def connected_problems(draw: st.DrawFn) -> Problem:
    """A small problem whose items border on each other in a line, a ring or any way; some of them with one rep alone."""
    problem = draw(problems())
    n = len(problem.items)
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    line = [(i, i + 1) for i in range(n - 1)]
    pairs = draw(st.just(line) | st.just([*line, (0, n - 1)]) | st.lists(pair, max_size=9))
    return replace(problem, borders=borders_between(n, np.array(pairs, np.int64)))


def borders_of(problem: Problem) -> set[Pair]:
    """Its borders, both ways round."""
    assert problem.borders is not None
    return {(a, b) for a, b in problem.borders.pairs.tolist()} | {(b, a) for a, b in problem.borders.pairs.tolist()}


def reached(start: int, items: Collection[int], borders: set[Pair]) -> set[int]:
    """What can be reached from an item over some items, one step at a time."""
    found = {start}
    while more := {b for a, b in borders if a in found and b in items} - found:
        found |= more
    return found


def is_connected(items: Iterable[int], borders: set[Pair]) -> bool:
    all_ = set(items)
    return not all_ or reached(min(all_), all_, borders) == all_


def best_connected(problem: Problem) -> int | None:
    """The least total of all assignments that keep the rules and are connected; None where none does."""
    n, m = problem.shape
    borders, free = borders_of(problem), replace(problem, borders=None)
    totals = []
    for each in product(range(m), repeat=n):
        assigned: Whole = np.array(each, np.int64)
        now = standing(free, assigned)
        if not now.broken and all(is_connected(np.nonzero(assigned == j)[0].tolist(), borders) for j in range(m)):
            totals.append(now.total)
    return min(totals, default=None)
