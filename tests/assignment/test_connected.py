"""Connected territories: what is found is what looking at every assignment finds, and wrong proofs are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compplan.assignment.borders import borders_between
from compplan.assignment.bound import PRICE_UNIT, Prices, lower_bound
from compplan.assignment.problem import Measure, Problem, Whole, not_connected, standing
from compplan.assignment.separators import Separator, separating_inequality
from compplan.assignment.solver.connected_search import as_shares
from compplan.assignment.solver.separator_cuts import broken_separators
from compplan.assignment.solver.solve import Limits, solve
from compplan.assignment.territories.certificate import certify, from_json, to_json, verify
from tests.assignment.connected_problems import best_connected, borders_of, connected_problems, is_connected, reached


@settings(max_examples=40, deadline=None)
@given(connected_problems())
def test_the_best_connected_assignment_is_found_and_proven(problem: Problem) -> None:
    best = best_connected(problem)
    solution = solve(problem, Limits(seconds=None, rounds=3))
    now = standing(problem, solution.assigned)
    if best is None:
        assert now.broken
        return
    assert not now.broken
    assert now.total == best
    assert solution.bound <= best * PRICE_UNIT
    assert solution.searched in (None, best)
    written = to_json(problem, certify(problem, solution))
    assert verify(problem, solution.assigned, from_json(problem, written)).wrong == ()
    assert to_json(problem, from_json(problem, written)) == written


@settings(max_examples=200, deadline=None)
@given(connected_problems(), st.data())
def test_pieces_are_what_can_be_reached(problem: Problem, data: st.DataObject) -> None:
    assert problem.borders is not None
    assigned = _any_assignment(problem, data)
    piece, borders = problem.borders.pieces(assigned), borders_of(problem)
    for item in range(len(problem.items)):
        mine = set(np.nonzero(assigned == assigned[item])[0].tolist())
        assert set(np.nonzero(piece == piece[item])[0].tolist()) == reached(item, mine, borders)
    apart = [j for j in range(len(problem.reps)) if not is_connected(np.nonzero(assigned == j)[0].tolist(), borders)]
    assert not_connected(problem, assigned) == apart


@settings(max_examples=150, deadline=None)
@given(connected_problems(), st.data())
def test_a_separator_holds_for_every_connected_assignment_or_is_refused(problem: Problem, data: st.DataObject) -> None:
    n, m = problem.shape
    cut = _any_separator(problem, data)
    try:
        coefficients, allowed = separating_inequality(problem, cut)
    except ValueError:
        return
    for number in range(m**n):
        assigned = np.array([number // m**i % m for i in range(n)], np.int64)
        now = standing(problem, assigned)
        within = cut.measure is None or now.outside[cut.measure, cut.rep] == 0
        if within and not (now.not_connected or now.not_eligible):
            assert coefficients[assigned == cut.rep].sum() <= allowed


@settings(max_examples=150, deadline=None)
@given(connected_problems(), st.data())
def test_no_separators_give_a_bound_above_the_best(problem: Problem, data: st.DataObject) -> None:
    best = best_connected(problem)
    found = _proven(problem, [_any_separator(problem, data) for _ in range(3)])
    prices = Prices(np.zeros(problem.least.shape, np.int64), 0, tuple(found))
    assert best is None or lower_bound(problem, prices) <= best * PRICE_UNIT


@settings(max_examples=150, deadline=None)
@given(connected_problems(), st.data())
def test_what_is_cut_off_breaks_a_separator(problem: Problem, data: st.DataObject) -> None:
    assigned = _any_assignment(problem, data)
    assume(problem.eligible[np.arange(len(assigned)), assigned].all())
    found = broken_separators(problem, as_shares(problem, assigned))
    assert {cut.rep for cut in found} == set(not_connected(problem, assigned))
    for cut in found:
        coefficients, allowed = separating_inequality(problem, cut)
        assert coefficients[assigned == cut.rep].sum() > allowed


@settings(max_examples=150, deadline=None)
@given(connected_problems(), st.data())
def test_separators_of_shares_are_broken_by_them_and_hold(problem: Problem, data: st.DataObject) -> None:
    n, m = problem.shape
    parts = data.draw(st.lists(st.lists(st.integers(0, 4), min_size=m, max_size=m), min_size=n, max_size=n))
    shares = np.where(problem.eligible, np.array(parts, float), 0)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1)
    for cut in broken_separators(problem, shares):
        coefficients, allowed = separating_inequality(problem, cut)
        assert coefficients @ shares[:, cut.rep] > allowed


def _line(n: int = 5, reps: int = 2) -> Problem:
    """Items in a line, one unit of count each; the first and the last cost nothing at the first rep, the rest nothing at the second."""
    cost = np.full((n, reps), 10, np.int64)
    cost[[0, n - 1], 0] = cost[1 : n - 1, 1] = 0
    count = Measure("count", np.ones((n, 1), np.int64), np.full(reps, 2, np.int64), np.full(reps, n, np.int64))
    pairs = np.array([(i, i + 1) for i in range(n - 1)], np.int64)
    names = [f"item {i}" for i in range(n)], [f"rep {j}" for j in range(reps)]
    return Problem(*names, cost, np.ones((n, reps), bool), (count,), np.zeros((n, reps), np.int64), borders=borders_between(n, pairs))


def test_an_assignment_that_is_not_connected_is_refused() -> None:
    problem = _line()
    claimed = certify(problem, solve(problem, Limits(None, rounds=2)))
    torn: Whole = np.array([0, 1, 1, 1, 0], np.int64)
    wrong = verify(problem, torn, claimed).wrong
    assert "The accounts of rep 0 are not connected." in wrong


def test_the_prices_of_separators_prove_what_plain_prices_cannot() -> None:
    problem = _line()
    solution = solve(problem, Limits(None, rounds=2))
    assert standing(problem, solution.assigned).total == 20
    assert lower_bound(problem, solution.plain) == 0
    assert solution.bound > 0
    assert any(isinstance(cut, Separator) for cut in solution.prices.cuts)


def test_a_problem_without_borders_has_another_fingerprint() -> None:
    problem = _line()
    solution = solve(problem, Limits(None, rounds=1))
    wrong = verify(replace(problem, borders=None), solution.assigned, certify(problem, solution)).wrong
    assert any("not those that the certificate was made for" in each for each in wrong)


REFUSED = {
    "one that leaves a way": (Separator(0, 0, 4, None, ()), "does not separate"),
    "one that goes around a corner only": (Separator(0, 0, 3, None, (4,)), "does not separate"),
    "one through its own end": (Separator(0, 0, 4, None, (2, 4)), "goes through one of the two"),
    "one of an item from itself": (Separator(0, 2, 2, None, (1, 3)), "does not separate"),
    "one that leaves enough": (Separator(0, 0, None, 0, (2,)), "leaves enough"),
    "one with neither end nor measure": (Separator(0, 0, None, None, (2,)), "a second account or a measure"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_separator_that_does_not_separate_is_refused(name: str) -> None:
    problem = _line()
    cut, why = REFUSED[name]
    solution = solve(problem, Limits(None, rounds=1))
    claimed = certify(problem, solution)
    forged = replace(claimed, prices=replace(claimed.prices, cuts=(replace(cut, price=PRICE_UNIT),)))
    wrong = verify(problem, solution.assigned, forged).wrong
    assert any("The prices prove nothing" in each and why in each for each in wrong)


def _any_assignment(problem: Problem, data: st.DataObject) -> Whole:
    n, m = problem.shape
    return np.array(data.draw(st.lists(st.integers(0, m - 1), min_size=n, max_size=n)), np.int64)


def _any_separator(problem: Problem, data: st.DataObject) -> Separator:
    n, m = problem.shape
    item = st.integers(0, n - 1)
    second = data.draw(st.none() | item)
    measure = None if second is not None or not problem.measures else data.draw(st.integers(0, len(problem.measures) - 1))
    through = tuple(data.draw(st.lists(item, unique=True, max_size=n)))
    return Separator(
        data.draw(st.integers(0, m - 1)), data.draw(item), second, measure, through, data.draw(st.integers(0, PRICE_UNIT * 20))
    )


def _proven(problem: Problem, cuts: list[Separator]) -> list[Separator]:
    """Those that hold."""
    kept = []
    for cut in cuts:
        try:
            separating_inequality(problem, cut)
        except ValueError:
            continue
        kept.append(cut)
    return kept
