"""Of small batches, what is found is what looking at every assignment finds; whatever the prices, a ceiling is not below it."""

from __future__ import annotations

from math import log

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from compplan.assignment.leads.ceiling import FINE, SCALE, Prices, revenue_at_most, welfare_at_least, welfare_at_most
from compplan.assignment.leads.certificate import certify, from_json, to_json, verify
from compplan.assignment.leads.flow import given_at_most, most_given
from compplan.assignment.leads.problem import LeadProblem, standing, values_of
from compplan.assignment.leads.solve import CannotBeMet, solve
from compplan.assignment.problem import Whole
from compplan.assignment.solver.solve import Limits
from tests.assignment.leads.small_batches import FAIR, FLOORS, REVENUE, batches, best_revenue, best_welfare, every_assignment, welfare

FREE = Limits(seconds=None, rounds=3)


def full_of(problem: LeadProblem) -> Whole:
    return most_given(problem.eligible, problem.room)[1]


@settings(max_examples=40, deadline=None)
@given(batches(FAIR))
def test_the_fairest_assignment_is_found_and_certified(problem: LeadProblem) -> None:
    best = best_welfare(problem)
    solution = solve(problem, FREE)
    assert not standing(problem, solution.assigned).broken
    assert welfare(problem, solution.assigned) >= best * (1 - 1e-7)
    assert solution.bound / FINE >= log(best) - 1e-9
    claimed = from_json(problem, to_json(problem, certify(problem, solution, full_of(problem))))
    assert verify(problem, solution.assigned, claimed).wrong == ()


@settings(max_examples=40, deadline=None)
@given(batches(REVENUE))
def test_the_greatest_revenue_is_found_and_proven_to_be_that(problem: LeadProblem) -> None:
    solution = solve(problem, FREE)
    assert standing(problem, solution.assigned).revenue == best_revenue(problem) == solution.bound == solution.greatest
    assert verify(problem, solution.assigned, certify(problem, solution, full_of(problem))).gap == 0


@settings(max_examples=60, deadline=None)
@given(batches(FLOORS))
def test_the_greatest_revenue_above_a_floor_is_found_or_there_is_none(problem: LeadProblem) -> None:
    best = best_revenue(problem)
    try:
        solution = solve(problem, FREE)
    except CannotBeMet:
        assert best is None
        return
    assert best is not None
    assert not standing(problem, solution.assigned).broken
    assert standing(problem, solution.assigned).revenue == best <= solution.bound
    assert verify(problem, solution.assigned, certify(problem, solution, full_of(problem))).wrong == ()


PRICE = st.integers(0, 60 * SCALE)


@settings(max_examples=60, deadline=None)
@given(batches(FAIR), st.data())
def test_no_prices_give_a_ceiling_of_welfare_below_the_best(problem: LeadProblem, data: st.DataObject) -> None:
    counts = tuple(data.draw(st.integers(1, 3 * SCALE)) if w else 0 for w in problem.weight.tolist())
    places = tuple(data.draw(PRICE) for _ in range(len(problem.reps) + 1))
    ceiling = welfare_at_most(problem, Prices(counts, places))
    for assigned in every_assignment(problem):
        reached = welfare_at_least(problem, values_of(problem, assigned).tolist())
        assert reached <= ceiling
        assert abs(reached / FINE - log(welfare(problem, assigned))) < 1e-9


@settings(max_examples=60, deadline=None)
@given(batches(FLOORS), st.data())
def test_no_prices_give_a_ceiling_of_revenue_below_the_best(problem: LeadProblem, data: st.DataObject) -> None:
    counts = tuple(data.draw(st.integers(0, 2 * SCALE)) if w else 0 for w in problem.weight.tolist())
    places = tuple(data.draw(PRICE) for _ in range(len(problem.reps) + 1))
    best = best_revenue(problem)
    assert best is None or best <= revenue_at_most(problem, Prices(counts, places))


@settings(max_examples=60, deadline=None)
@given(batches(REVENUE), st.data())
def test_no_reps_prove_that_fewer_leads_are_given_than_can_be(problem: LeadProblem, data: st.DataObject) -> None:
    most = len(problem.leads) - problem.left
    given_, full = most_given(problem.eligible, problem.room)
    assert given_ == most == given_at_most(problem.eligible, problem.room, full)
    some = data.draw(st.lists(st.integers(0, len(problem.reps) - 1), unique=True))
    assert given_at_most(problem.eligible, problem.room, np.array(some, np.int64)) >= most
