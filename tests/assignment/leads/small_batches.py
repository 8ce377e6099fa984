"""Small batches of leads, made by Hypothesis, and what is best for them, found by looking at every assignment."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
from hypothesis import strategies as st

from compplan.assignment.leads.problem import Goal, LeadProblem, standing
from compplan.assignment.problem import Whole


@st.composite
def batches(draw: st.DrawFn, goals: st.SearchStrategy[Goal]) -> LeadProblem:
    """Up to six leads and three reps; as many leads stay with nobody as must."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    rows = st.lists(st.lists(st.integers(0, 60), min_size=m, max_size=m), min_size=n, max_size=n)
    flags = st.lists(st.lists(st.booleans(), min_size=m, max_size=m), min_size=n, max_size=n)
    worth, eligible = np.array(draw(rows), np.int64), np.array(draw(flags), bool)
    room = np.array(draw(st.lists(st.integers(0, 4), min_size=m, max_size=m)), np.int64)
    weight = np.array(draw(st.lists(st.integers(0, 3), min_size=m, max_size=m).filter(any)), np.int64)
    names = [f"lead {i}" for i in range(n)], [f"rep {j}" for j in range(m)]
    left = min(sum(1 for rep in each if rep == m) for each in _all(eligible, room))
    return LeadProblem(*names, worth, eligible, room, weight, left, draw(goals))


FAIR = st.just(Goal())
REVENUE = st.just(Goal(fair=False))
FLOORS = st.one_of(
    st.builds(lambda amount: Goal(fair=False, least_amount=amount), st.integers(0, 80)),
    st.builds(lambda share: Goal(fair=False, least_share=Fraction(share, 100)), st.integers(0, 120)),
)


def every_assignment(problem: LeadProblem) -> Iterator[Whole]:
    """All assignments that keep the rules and give as many leads as can be."""
    for each in _all(problem.eligible, problem.room):
        assigned = np.array(each, np.int64)
        if not standing(problem, assigned).broken:
            yield assigned


def _all(eligible: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], room: Whole) -> Iterator[tuple[int, ...]]:
    n, m = eligible.shape
    for each in product(range(m + 1), repeat=n):
        if all(j == m or eligible[i, j] for i, j in enumerate(each)) and all(each.count(j) <= room[j] for j in range(m)):
            yield each


def welfare(problem: LeadProblem, assigned: Whole) -> int:
    """The product of (1 + value) to the power of the weight: welfare without a logarithm, exactly."""
    return prod((1 + v) ** w for v, w in zip(standing(problem, assigned).values.tolist(), problem.weight.tolist(), strict=True))


def best_welfare(problem: LeadProblem) -> int:
    """The greatest welfare of all assignments."""
    return max(welfare(problem, assigned) for assigned in every_assignment(problem))


def best_revenue(problem: LeadProblem) -> int | None:
    """The greatest revenue of all assignments; None where none gives every rep its floor."""
    return max((standing(problem, assigned).revenue for assigned in every_assignment(problem)), default=None)
