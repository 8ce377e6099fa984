"""On small problems what is found is what looking at every assignment finds; whatever the prices, a bound is below it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from compplan.assignment.bound import PRICE_UNIT, Cut, Prices, lower_bound, rounded_inequality
from compplan.assignment.problem import NO_LIMIT, Problem, standing
from compplan.assignment.solver.solve import Limits, solve
from compplan.assignment.territories.certificate import certify, verify
from tests.assignment.small_problems import best_total, problems


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_best_assignment_is_found_and_proven(problem: Problem) -> None:
    best = best_total(problem)
    solution = solve(problem, Limits(seconds=None, rounds=5))
    now = standing(problem, solution.assigned)
    if best is None:
        assert now.broken
        return
    assert not now.broken
    assert now.total == best
    assert solution.bound <= best * PRICE_UNIT
    assert solution.searched in (None, best)
    assert verify(problem, solution.assigned, certify(problem, solution)).wrong == ()


@settings(max_examples=150, deadline=None)
@given(problems(), st.data())
def test_no_prices_give_a_bound_above_the_best(problem: Problem, data: st.DataObject) -> None:
    best = best_total(problem)
    prices = _prices(problem, data)
    assert best is None or lower_bound(problem, prices) <= best * PRICE_UNIT


@settings(max_examples=100, deadline=None)
@given(problems(), st.data())
def test_a_cut_holds_for_every_assignment_within_its_band(problem: Problem, data: st.DataObject) -> None:
    n, m = problem.shape
    cuts = _cuts(problem, data)
    assigned = np.array(data.draw(st.lists(st.integers(0, m - 1), min_size=n, max_size=n)), np.int64)
    now = standing(problem, assigned)
    for cut in cuts:
        if now.outside[cut.measure, cut.rep] == 0 and problem.eligible[np.arange(n), assigned].all():
            coefficients, allowed = rounded_inequality(problem, cut)
            assert coefficients[assigned == cut.rep].sum() <= allowed


def _prices(problem: Problem, data: st.DataObject) -> Prices:
    """Prices of any size that the bands allow, of a move, and of cuts."""
    measures = np.zeros(problem.least.shape, np.int64)
    for k, measure in enumerate(problem.measures):
        for j in range(len(problem.reps)):
            most = 10 if measure.price is None else int(measure.price[j])
            low = 0 if problem.most[k, j] >= NO_LIMIT else -most * PRICE_UNIT
            high = 0 if problem.least[k, j] <= -NO_LIMIT else most * PRICE_UNIT
            measures[k, j] = data.draw(st.integers(low, high))
    move = data.draw(st.integers(0, 20 * PRICE_UNIT))
    return Prices(measures, move, _cuts(problem, data))


def _cuts(problem: Problem, data: st.DataObject) -> tuple[Cut, ...]:
    ends = [
        (k, j, upper)
        for k in np.nonzero(problem.hard)[0].tolist()
        for j in range(len(problem.reps))
        for upper in (True, False)
        if abs(int((problem.most if upper else problem.least)[k, j])) < NO_LIMIT
    ]
    if not ends:
        return ()
    chosen = data.draw(st.lists(st.sampled_from(ends), max_size=3))
    items = st.lists(st.integers(0, len(problem.items) - 1), unique=True)
    return tuple(
        Cut(k, j, upper, tuple(data.draw(items)), data.draw(st.integers(1, 50)), data.draw(st.integers(0, PRICE_UNIT)))
        for k, j, upper in chosen
    )
