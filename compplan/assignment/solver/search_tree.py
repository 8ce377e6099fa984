"""Searches all that is left of a small problem with CP-SAT.

Pairs whose reduced cost is beyond the gap cannot be in a better assignment, and are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.problem import NO_LIMIT, Flags, Problem, Whole
from compplan.assignment.separators import Separator
from compplan.assignment.solver.relaxation import Relaxed

MOST_PAIRS = 6_000
"""Up to so many pairs the whole problem is searched at once."""
EFFORT = 30.0
"""How long a search may take in the solver's own seconds, which are the same each time."""
_FAR = 2**50


@dataclass(frozen=True, eq=False)
class Searched:
    """The best assignment that was found, if any; the bound that the search reached, in units of cost; whether the search is over.

    `effort` is what it took in the solver's own, repeatable seconds.
    """

    assigned: Whole | None
    bound: int
    finished: bool
    effort: float = 0.0


def pairs_left(problem: Problem, relaxed: Relaxed, most: int, part: float = 1.0) -> Flags:
    """Which pairs an assignment of at most this cost can have.

    One that has a pair costs at least the bound and the pair's reduced cost. With a `part`, those of which that is so much of the room.
    """
    return problem.eligible & (relaxed.reduced * PRICE_UNIT <= (most * PRICE_UNIT - relaxed.bound) * part + 1)


def search_tree(
    problem: Problem,
    pairs: Flags,
    most: int | None,
    start: Whole | None,
    seconds: float | None,
    seed: int,
    found: Callable[[Whole], None],
    stopped: Callable[[], bool],
    separators: Sequence[Separator] = (),
    effort: float = EFFORT,
) -> Searched:
    """Searches for the cheapest assignment that uses only these pairs, keeps to the separators, and costs at most so much.

    `found` is told each better one. Without `seconds` it is limited by `effort`, and does the same each time.
    """
    model = cp_model.CpModel()
    item, rep = np.nonzero(pairs)
    columns = [model.new_bool_var("") for _ in range(len(item))]
    _rules(model, problem, item, rep, columns)
    slack = _bands(model, problem, item, rep, columns)
    _separated(model, item, rep, columns, separators)
    terms = [*columns, *(s for s, _ in slack)]
    prices = [*problem.cost[item, rep].tolist(), *(price for _, price in slack)]
    total = cp_model.LinearExpr.weighted_sum(terms, prices)
    if most is not None:
        model.add(total <= most)
    model.minimize(total)
    if start is not None:
        for column, i, j in zip(columns, item.tolist(), rep.tolist(), strict=True):
            model.add_hint(column, int(start[i] == j))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2 if seconds is not None else 1
    solver.parameters.random_seed = seed
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    else:
        solver.parameters.max_deterministic_time = effort
    status = solver.solve(model, _Told(columns, item, rep, len(problem.items), found, stopped))
    bound, took = int(np.ceil(solver.best_objective_bound - 1e-6)), solver.deterministic_time
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        chosen = np.array([solver.boolean_value(c) for c in columns])
        assigned = np.zeros(len(problem.items), np.int64)
        assigned[item[chosen]] = rep[chosen]
        return Searched(assigned, bound, status == cp_model.OPTIMAL, took)
    return Searched(None, bound, status == cp_model.INFEASIBLE, took)


def _rules(model: cp_model.CpModel, problem: Problem, item: Whole, rep: Whole, columns: list[cp_model.IntVar]) -> None:
    ends = np.searchsorted(item, np.arange(len(problem.items) + 1))
    for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        model.add_exactly_one(columns[first:last])
    if problem.most_moves is not None:
        moved = cp_model.LinearExpr.weighted_sum(columns, problem.moved[item, rep].tolist())
        model.add(moved <= problem.most_moves)
    for a, b in problem.apart:
        at = {int(rep[c]): columns[c] for c in range(ends[a], ends[a + 1])}
        for c in range(ends[b], ends[b + 1]):
            if int(rep[c]) in at:
                model.add_at_most_one([at[int(rep[c])], columns[c]])


def _bands(
    model: cp_model.CpModel, problem: Problem, item: Whole, rep: Whole, columns: list[cp_model.IntVar]
) -> list[tuple[cp_model.IntVar, int]]:
    """Adds the bands; gives a variable for what lies outside of each soft one, with its price."""
    slack: list[tuple[cp_model.IntVar, int]] = []
    for j in range(len(problem.reps)):
        at = np.nonzero(rep == j)[0]
        mine = [columns[c] for c in at.tolist()]
        for k, measure in enumerate(problem.measures):
            load = cp_model.LinearExpr.weighted_sum(mine, problem.weights[k][item[at], j].tolist())
            low, high = int(problem.least[k, j]), int(problem.most[k, j])
            low, high = -_FAR if low <= -NO_LIMIT else low, _FAR if high >= NO_LIMIT else high
            if measure.price is None:
                model.add_linear_constraint(load, low, high)
                continue
            outside = model.new_int_var(0, int(np.abs(problem.weights[k]).sum(axis=0).max()) + max(abs(low), 0) % _FAR, "")
            model.add(load + outside >= low)
            model.add(load - outside <= high)
            slack.append((outside, int(measure.price[j])))
    return slack


def _separated(model: cp_model.CpModel, item: Whole, rep: Whole, columns: list[cp_model.IntVar], separators: Sequence[Separator]) -> None:
    """Whoever has what a separator separates has an item of it."""
    if not separators:
        return
    at = {(i, j): column for i, j, column in zip(item.tolist(), rep.tolist(), columns, strict=True)}
    for cut in separators:
        ends = [cut.first] if cut.second is None else [cut.first, cut.second]
        if all((i, cut.rep) in at for i in ends):
            through = [at[i, cut.rep] for i in cut.through if (i, cut.rep) in at]
            model.add_bool_or([*(at[i, cut.rep].negated() for i in ends), *through])


class _Told(cp_model.CpSolverSolutionCallback):
    """Tells of each better assignment, and stops the search when it is asked to."""

    def __init__(
        self,
        columns: list[cp_model.IntVar],
        item: Whole,
        rep: Whole,
        items: int,
        found: Callable[[Whole], None],
        stopped: Callable[[], bool],
    ) -> None:
        super().__init__()
        self.columns, self.item, self.rep, self.items = columns, item, rep, items
        self.found, self.stopped = found, stopped

    def on_solution_callback(self) -> None:
        """Called by the solver."""
        chosen = np.array([self.boolean_value(c) for c in self.columns])
        assigned = np.zeros(self.items, np.int64)
        assigned[self.item[chosen]] = self.rep[chosen]
        self.found(assigned)
        if self.stopped():
            self.stop_search()
