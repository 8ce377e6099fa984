"""Territories in which nothing costs but that accounts change hands: their bands count all the same."""

from __future__ import annotations

import numpy as np

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.problem import Measure, Problem, standing
from compplan.assignment.solver.solve import Limits, solve


def _uneven(accounts: int, reps: int) -> Problem:
    """Each rep has more accounts than the one before it, of figures in cents; each is to have the same, plus or minus 8 %."""
    random = np.random.default_rng(5)
    owner = np.sort(random.integers(0, reps, accounts) * random.integers(0, 2, accounts) + random.integers(0, reps // 2, accounts)) % reps
    cost = np.where(owner[:, None] == np.arange(reps)[None, :], 0, 100).astype(np.int64)
    worth = random.integers(100_000, 2_000_000, accounts)
    share = int(worth.sum()) // reps
    least, most = (np.full(reps, part, np.int64) for part in (share * 92 // 100, share * 108 // 100))
    measure = Measure("worth", worth[:, None].astype(np.int64), least, most, decimals=2)
    names = [f"a{i}" for i in range(accounts)], [f"r{j}" for j in range(reps)]
    return Problem(*names, cost, np.ones((accounts, reps), bool), (measure,), (cost > 0).astype(np.int64))


def test_bands_count_though_it_costs_nothing_to_stay() -> None:
    """Breaking a band must not be cheaper than a move: the bound knows how many accounts have to move, and hardly anything lies outside."""
    problem = _uneven(1500, 30)
    today = standing(problem, problem.cost.argmin(axis=1))
    solution = solve(problem, Limits(None, rounds=10))
    found = standing(problem, solution.assigned)
    assert solution.bound > 150 * 100 * PRICE_UNIT
    assert found.total < 200 * 100
    assert int(found.outside.sum()) * 100 < int(today.outside.sum())
