"""Linear and integer models of (a part of) an assignment problem, handed to OR-Tools' MathOpt as arrays."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from compplan.assignment.problem import NO_LIMIT, Real, Whole

Row = tuple[Whole, Real, float, float]
"""A further row: the columns that it is about (their numbers), their coefficients, its upper end, and what a unit above it costs."""


@dataclass(frozen=True, eq=False)
class Part:
    """Which items may go to which reps, in a model: `item` and `rep` name the columns, sorted by item, with their `cost` and `weights`.

    `least` and `most` are the bands of the part's reps (measures x reps), and `price` what a unit outside costs there; `extra` has
    further rows.
    """

    item: Whole
    rep: Whole
    cost: Real
    weights: Sequence[Real]
    least: Real
    most: Real
    price: Real
    extra: tuple[Row, ...] = ()


@dataclass(frozen=True, eq=False)
class Answer:
    """What a model gave: the value of each column, and for a linear one the prices of bands (measures x reps), items and further rows."""

    columns: Real
    cost: float
    prices: Real
    item_prices: Real
    extra_prices: Real


def solve_linear(part: Part) -> Answer | None:
    """The best fractional assignment, by GLOP, or by HiGHS where GLOP is not precise enough; None where none was found."""
    model, items = _model(part, whole=False)
    results = (mathopt.solve(model, solver) for solver in (mathopt.SolverType.GLOP, mathopt.SolverType.HIGHS))
    result = next((r for r in results if r.has_primal_feasible_solution() and r.has_dual_feasible_solution()), None)
    if result is None:
        return None
    values = np.fromiter(result.variable_values().values(), float)
    duals = np.fromiter(result.dual_values().values(), float)
    bands = items + part.least.size
    prices = duals[items:bands].reshape(part.least.shape)
    return Answer(values[: len(part.item)], result.objective_value(), prices, duals[:items], duals[bands:])


def solve_whole(part: Part, start: Real, seconds: float, nodes: int, gap: float) -> Answer | None:
    """A good whole assignment, by HiGHS, from the one that `start` says; None where none was found in that time or so many nodes."""
    model, _ = _model(part, whole=True)
    hint = dict(zip(model.variables(), start.tolist(), strict=False))
    result = mathopt.solve(
        model,
        mathopt.SolverType.HIGHS,
        params=mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=seconds), node_limit=nodes, relative_gap_tolerance=gap),
        model_params=mathopt.ModelSolveParameters(solution_hints=[mathopt.SolutionHint(variable_values=hint)]),
    )
    if not result.has_primal_feasible_solution():
        return None
    values = np.fromiter(result.variable_values().values(), float)
    none = np.zeros(0)
    return Answer(values[: len(part.item)], result.objective_value(), none, none, none)


def _model(part: Part, *, whole: bool) -> tuple[mathopt.Model, int]:
    """The model, and how many rows of items it begins with. What lies outside of a band or row has columns of its own, at its price."""
    columns, bands, extra = len(part.item), part.least.size, len(part.extra)
    reps = part.least.shape[1]
    named, position = np.unique(part.item, return_inverse=True)
    items, total = len(named), columns + 2 * bands + extra
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(total))
    proto.variables.lower_bounds.extend([0.0] * total)
    proto.variables.upper_bounds.extend([1.0] * columns + [float("inf")] * (total - columns))
    proto.variables.integers.extend([whole] * columns + [False] * (total - columns))

    rows, cols, values = [position], [np.arange(columns)], [np.ones(columns)]
    for k, weight in enumerate(part.weights):
        rows.append(items + k * reps + part.rep)
        cols.append(np.arange(columns))
        values.append(weight)
    for sign, first in ((1.0, columns), (-1.0, columns + bands)):
        rows.append(items + np.arange(bands))
        cols.append(first + np.arange(bands))
        values.append(np.full(bands, sign))
    for number, (which, coefficients, _, _) in enumerate(part.extra):
        rows.append(np.full(len(which) + 1, items + bands + number))
        cols.append(np.append(which, columns + 2 * bands + number))
        values.append(np.append(coefficients, -1.0))
    _matrix(proto, np.concatenate(rows), np.concatenate(cols), np.concatenate(values))

    least = [1.0] * items + _low(part.least).tolist() + [-np.inf] * extra
    most = [1.0] * items + _high(part.most).tolist() + [high for _, _, high, _ in part.extra]
    proto.linear_constraints.ids.extend(range(len(least)))
    proto.linear_constraints.lower_bounds.extend(least)
    proto.linear_constraints.upper_bounds.extend(most)

    proto.objective.linear_coefficients.ids.extend(range(total))
    outside = part.price.ravel().tolist()
    proto.objective.linear_coefficients.values.extend([*part.cost.tolist(), *outside, *outside, *(p for _, _, _, p in part.extra)])
    return mathopt.Model.from_model_proto(proto), items


def _matrix(proto: model_pb2.ModelProto, rows: Whole, cols: Whole, values: Real) -> None:
    there = values != 0
    rows, cols, values = rows[there], cols[there], values[there]
    order = np.lexsort((cols, rows))
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(rows[order].tolist())
    matrix.column_ids.extend(cols[order].tolist())
    matrix.coefficients.extend(values[order].tolist())


def _low(ends: Real) -> Real:
    return np.where(ends <= -NO_LIMIT, -np.inf, ends).ravel()


def _high(ends: Real) -> Real:
    return np.where(ends >= NO_LIMIT, np.inf, ends).ravel()
