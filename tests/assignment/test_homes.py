"""Reps without a home: what is found is what looking at every place finds, and whatever the prices, the bound lies below it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.homes import Homes, options_of, placed
from compplan.assignment.homes_bound import HomePrices, homes_bound, least_if_priced, least_if_whole
from compplan.assignment.problem import NO_LIMIT, Problem, standing
from compplan.assignment.solver.homes_search import solve_with_homes
from compplan.assignment.solver.solve import Limits
from tests.assignment.small_homes import best_with_homes, problems_with_homes


@settings(max_examples=8, deadline=None)
@given(problems_with_homes())
def test_the_best_places_and_assignment_are_found(drawn: tuple[Problem, Homes]) -> None:
    problem, homes = drawn
    best = best_with_homes(problem, homes)
    found = solve_with_homes(problem, homes, Limits(seconds=None, rounds=4))
    now = standing(placed(problem, homes, found.chosen), found.solution.assigned)
    assert homes_bound(problem, homes, found.prices) == found.bound
    if best is None:
        assert now.broken
        return
    assert not now.broken
    assert now.total == best
    assert found.bound <= best * PRICE_UNIT
    assert found.searched is None or found.searched <= best


@settings(max_examples=60, deadline=None)
@given(problems_with_homes(), st.data())
def test_no_prices_give_a_bound_above_the_best(drawn: tuple[Problem, Homes], data: st.DataObject) -> None:
    problem, homes = drawn
    best = best_with_homes(problem, homes)
    prices = _prices(problem, homes, data)
    assert best is None or homes_bound(problem, homes, prices) <= best * PRICE_UNIT


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_the_least_of_a_set_of_items_is_never_too_high(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 6))
    reduced = np.array(data.draw(st.lists(st.integers(-50, 30), min_size=n, max_size=n)), np.int64)[:, None]
    weight = np.array(data.draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), np.int64)
    low = data.draw(st.just(-NO_LIMIT) | st.integers(0, 15))
    high = data.draw(st.just(NO_LIMIT) | st.integers(max(low, 0), 30))
    sets = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    loads, worth = sets @ weight, sets @ reduced[:, 0]
    whole = int(least_if_whole(reduced, weight, high, 1)[0])
    assert whole == worth[loads <= high].min()
    within = worth[(loads >= low) & (loads <= high)]
    assert not len(within) or least_if_priced(reduced, weight, low, high)[0] <= within.min()


def test_the_same_rounds_give_the_same_answer() -> None:
    problem, homes = _square(16, 3)
    first, second = (solve_with_homes(problem, homes, Limits(seconds=None, rounds=3, seed=5)) for _ in range(2))
    assert (first.solution.assigned == second.solution.assigned).all()
    assert first.chosen.tolist() == second.chosen.tolist()
    assert first.bound == second.bound


def test_a_search_that_is_stopped_keeps_what_it_has() -> None:
    problem, homes = _square(16, 3)
    found = solve_with_homes(problem, homes, Limits(seconds=60), stopped=lambda: True)
    assert not standing(placed(problem, homes, found.chosen), found.solution.assigned).broken
    assert homes_bound(problem, homes, found.prices) == found.bound


def test_reps_who_differ_in_nothing_but_the_place_are_of_one_class() -> None:
    problem, homes = _square(9, 3)
    options = options_of(problem, Homes((1, 2), homes.places, homes.at, homes.travel, homes.all_places))
    assert options.members == ((0,), (1, 2))
    assert options.place.tolist() == [-1, *range(9)]


def test_a_place_is_given_to_one_rep_at_most() -> None:
    problem, homes = _square(9, 3)
    with pytest.raises(ValueError, match="two reps"):
        placed(problem, homes, np.array([4, 4, 1]))


def test_prices_that_prove_nothing_are_refused() -> None:
    problem, homes = _square(9, 3)
    none = np.zeros((1, 3), np.int64)
    with pytest.raises(ValueError, match="below zero"):
        homes_bound(problem, homes, HomePrices(np.zeros(9, np.int64), np.full(9, -1), none))
    with pytest.raises(ValueError, match="alike"):
        homes_bound(problem, homes, HomePrices(np.zeros(9, np.int64), np.zeros(9, np.int64), np.array([[-1, 0, 0]])))
    with pytest.raises(OverflowError):
        homes_bound(problem, homes, HomePrices(np.full(9, 2**61), np.zeros(9, np.int64), none))


def _square(items: int, reps: int) -> tuple[Problem, Homes]:
    """Items on a line of a few steps each, of weights that fill alike reps to nine tenths; every item's place is considered."""
    from compplan.assignment.problem import Measure

    at = np.array([(7 * i) % 23 for i in range(items)])
    travel = np.abs(at[:, None] - at[None, :]).astype(np.int64)
    weight = np.array([1 + i % 4 for i in range(items)], np.int64)
    most = -(-int(weight.sum()) * 10 // (9 * reps))
    band = Measure("weight", weight[:, None], np.full(reps, -NO_LIMIT), np.full(reps, most))
    none = np.zeros((items, reps), np.int64)
    names = tuple(str(i) for i in range(items))
    problem = Problem(names, [str(j) for j in range(reps)], none, none == 0, (band,), none)
    return problem, Homes(tuple(range(reps)), names, tuple((str(a), "0") for a in at.tolist()), travel, items)


def _prices(problem: Problem, homes: Homes, data: st.DataObject) -> HomePrices:
    """Prices of any size that the bands allow, the same for alike reps."""
    measures = np.zeros(problem.least.shape, np.int64)
    for members in options_of(problem, homes).members:
        j = members[0]
        for k, measure in enumerate(problem.measures):
            most = 10 if measure.price is None else int(measure.price[j])
            low = 0 if problem.most[k, j] >= NO_LIMIT else -most * PRICE_UNIT
            high = 0 if problem.least[k, j] <= -NO_LIMIT else most * PRICE_UNIT
            measures[k, list(members)] = data.draw(st.integers(low, high))
    items = data.draw(st.lists(st.integers(-20, 120), min_size=len(problem.items), max_size=len(problem.items)))
    places = data.draw(st.lists(st.integers(0, 40), min_size=len(homes.places), max_size=len(homes.places)))
    kept = data.draw(st.sampled_from([None, *np.nonzero(problem.hard)[0].tolist()]))
    move = data.draw(st.integers(0, 20 * PRICE_UNIT)) if problem.most_moves is not None else 0
    return HomePrices(np.array(items, np.int64) * PRICE_UNIT, np.array(places, np.int64) * PRICE_UNIT, measures, move, kept)
