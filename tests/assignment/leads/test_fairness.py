"""Shares, envy and the Gini coefficient, beside ways of working them out that are plainer and slower."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from compplan.assignment.leads.fairness import EnvyWatch, fairness, gini
from compplan.assignment.leads.problem import LeadProblem
from tests.assignment.leads.small_batches import FAIR, batches, every_assignment


@settings(max_examples=40, deadline=None)
@given(batches(FAIR), st.data())
def test_envy_is_what_the_definition_says(problem: LeadProblem, data: st.DataObject) -> None:
    assigned = data.draw(st.sampled_from(list(every_assignment(problem))))
    worth = [[int(w) if e else 0 for w, e in zip(*row, strict=True)] for row in zip(problem.worth, problem.eligible, strict=True)]
    held = {j: [i for i, rep in enumerate(assigned.tolist()) if rep == j] for j in range(len(problem.reps))}
    weight = problem.weight.tolist()
    expected = set()
    for r, mine in held.items():
        for s, others in held.items():
            if r != s and weight[r] and weight[s]:
                own = Fraction(sum(worth[i][r] for i in mine), weight[r])
                theirs = [worth[i][r] for i in others]
                if Fraction(sum(theirs), weight[s]) > own:
                    expected.add((r, s, all(Fraction(sum(theirs) - t, weight[s]) > own for t in theirs)))
    found = fairness(problem, assigned)
    assert {(e.rep, e.other, e.beyond_one) for e in found.envy} == expected
    if EnvyWatch(problem, assigned).total() == 0:
        assert found.beyond_one == 0


@settings(max_examples=60)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=8))
def test_gini_is_half_the_mean_difference_over_the_mean(values: list[int]) -> None:
    found = gini([Fraction(v) for v in values])
    n, total = len(values), sum(values)
    assert found == (Fraction(sum(abs(a - b) for a in values for b in values), 2 * n * total) if total else 0)


def test_a_rep_without_a_share_takes_no_part_in_fairness() -> None:
    worth = np.array([[10, 10], [10, 10]], np.int64)
    problem = LeadProblem(["a", "b"], ["r", "s"], worth, np.ones((2, 2), bool), np.array([2, 2]), np.array([1, 0]), 0)
    found = fairness(problem, np.array([1, 1]))
    assert found.shares == (Fraction(1), None)
    assert found.envy == ()
