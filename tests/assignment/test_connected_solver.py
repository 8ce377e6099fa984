"""How connected territories are found: what holds a rep together, a start that is connected, and steps that keep it so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compplan.assignment.borders import Borders, borders_between
from compplan.assignment.problem import Measure, Problem, not_connected, standing
from compplan.assignment.solver.connected_exchanges import ConnectedExchanges, holding_together
from compplan.assignment.solver.connected_neighbourhoods import divided_connected
from compplan.assignment.solver.connected_start import connected_start
from compplan.assignment.solver.exchanges import anneal
from compplan.assignment.solver.neighbourhoods import Choice
from compplan.assignment.solver.solve import Limits, solve
from tests.assignment.connected_problems import is_connected, reached


@st.composite
def graphs(draw: st.DrawFn) -> Borders:
    n = draw(st.integers(2, 12))
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    return borders_between(n, np.array(draw(st.lists(pair, max_size=20)), np.int64).reshape(-1, 2))


@settings(max_examples=200, deadline=None)
@given(graphs(), st.data())
def test_what_holds_a_rep_together_is_what_it_falls_apart_without(borders: Borders, data: st.DataObject) -> None:
    items = sorted(data.draw(st.sets(st.integers(0, borders.items - 1), min_size=1)))
    both = {(a, b) for a, b in borders.pairs.tolist()} | {(b, a) for a, b in borders.pairs.tolist()}
    held = holding_together(borders, items)
    for item in items:
        piece = reached(item, items, both)
        assert (item in held) == (not is_connected(piece - {item}, both))


def _county(side: int, reps: int, within: float, seed: int) -> Problem:
    """A square of counties with a potential drawn at random, and reps who live on its diagonal."""
    random = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    edges = np.concatenate([np.stack(e, -1).reshape(-1, 2) for e in ((number[:, :-1], number[:, 1:]), (number[:-1], number[1:]))])
    row, column = np.divmod(number.ravel(), side)
    home = (np.arange(reps) + 0.5) * side / reps
    cost = np.rint(100 * np.hypot(row[:, None] - home, column[:, None] - home)).astype(np.int64)
    weight = random.integers(5, 50, (side * side, 1))
    share = weight.sum() / reps
    low, high = np.full(reps, np.ceil(share * (1 - within))), np.full(reps, np.floor(share * (1 + within)))
    measure = Measure("potential", weight, low.astype(np.int64), high.astype(np.int64))
    names = [f"county {i}" for i in number.ravel()], [f"rep {j}" for j in range(reps)]
    all_, none = np.ones(cost.shape, bool), np.zeros(cost.shape, np.int64)
    return Problem(*names, cost, all_, (measure,), none, borders=borders_between(side * side, edges))


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 8), st.integers(2, 5), st.integers(0, 99), st.data())
def test_a_start_and_exchanges_are_connected(side: int, reps: int, seed: int, data: st.DataObject) -> None:
    problem = _county(side, reps, 0.1, seed)
    anyhow = np.array(data.draw(st.lists(st.integers(0, reps - 1), min_size=side**2, max_size=side**2)), np.int64)
    start = connected_start(problem, anyhow, problem.real_cost)
    assert not_connected(problem, start) == []
    exchanges = ConnectedExchanges(problem, start, np.full((1, reps), 50.0), 0.0)
    before, random = exchanges.total(), np.random.default_rng(seed)
    for heat in (200.0, 50.0, 0.0, 0.0, 0.0):
        exchanges.sweep(heat, random)
        assert not_connected(problem, exchanges.assigned) == []
    anneal(exchanges, 0.0, 100, random, lambda: 0.0)
    assert exchanges.total() <= before or exchanges.total() == pytest.approx(before)
    fresh = ConnectedExchanges(problem, exchanges.assigned, np.full((1, reps), 50.0), 0.0)
    assert np.array_equal(fresh.touching, exchanges.touching)
    assert np.array_equal(fresh.many, exchanges.many)


def test_a_start_links_what_only_one_rep_may_have() -> None:
    problem = _county(6, 3, 0.1, 1)
    eligible = problem.eligible.copy()
    eligible[[0, 35]] = [True, False, False]
    eligible[[5]] = [False, True, False]
    locked = replace(problem, eligible=eligible)
    start = connected_start(locked, problem.cost.argmax(axis=1), locked.real_cost)
    assert not_connected(locked, start) == []
    assert start[[0, 35, 5]].tolist() == [0, 0, 1]


def test_reps_are_dealt_to_parts_by_what_there_is() -> None:
    one, other = _county(4, 4, 0.5, 1), _county(4, 4, 0.5, 2)
    assert one.borders is not None
    cost = np.concatenate([one.cost, other.cost])
    weight = np.concatenate([one.measures[0].weight, 3 * other.measures[0].weight])
    share = int(weight.sum()) // 4
    band = Measure("potential", weight, np.full(4, share * 9 // 10), np.full(4, share * 11 // 10))
    names = [f"county {i}" for i in range(32)], one.reps
    borders = borders_between(32, np.concatenate([one.borders.pairs, one.borders.pairs + 16]))
    problem = Problem(*names, cost, np.ones(cost.shape, bool), (band,), np.zeros(cost.shape, np.int64), borders=borders)
    assigned = connected_start(problem, problem.cost.argmin(axis=1), problem.real_cost)
    assert not_connected(problem, assigned) == []
    assert len(set(assigned[:16].tolist())) == 1
    assert len(set(assigned[16:].tolist())) == 3


def test_a_neighbourhood_is_divided_anew_in_connected_pieces() -> None:
    problem = _county(6, 2, 0.05, 3)
    start = connected_start(problem, np.arange(36) % 2, problem.real_cost)
    choice = Choice(np.arange(2), np.arange(36))
    changed = divided_connected(problem, start, choice, problem.eligible, np.full((1, 2), 1000.0), None, ()).assigned
    assert changed is not None
    now = standing(problem, changed)
    assert not now.broken
    assert now.total < standing(problem, start).total + 1000 * int(standing(problem, start).outside.sum())


def test_a_middling_problem_is_connected_and_near_the_best() -> None:
    problem = _county(10, 5, 0.05, 5)
    solution = solve(problem, Limits(None, rounds=10, gap=0.05))
    now = standing(problem, solution.assigned)
    assert not now.broken
    assert now.total * 1_000_000 <= solution.bound * 1.05


def test_the_same_seed_and_rounds_give_the_same_answer() -> None:
    problem = _county(6, 3, 0.05, 7)
    one, other = (solve(problem, Limits(None, rounds=4, gap=0.01, seed=3)) for _ in range(2))
    assert np.array_equal(one.assigned, other.assigned)
    assert one.bound == other.bound
