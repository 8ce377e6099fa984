"""Linear and integer models of (a part of) an assignment problem, handed to OR-Tools' MathOpt as arrays.

MathOpt's own classes make an object of each variable, which takes longer than to solve such models; so its messages are written and read
here as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2, parameters_pb2, solution_pb2
from ortools.math_opt.core.python import solver

from compplan.assignment.problem import NO_LIMIT, Real, Whole

Row = tuple[Whole, Real, float, float]
"""A further row: the columns that it is about (their numbers), their coefficients, its upper end, and what a unit above it costs."""
_FEASIBLE = solution_pb2.SOLUTION_STATUS_FEASIBLE
_AT_LOWER, _BASIC = solution_pb2.BASIS_STATUS_AT_LOWER_BOUND, solution_pb2.BASIS_STATUS_BASIC


@dataclass(frozen=True, eq=False)
class Part:
    """Which items may go to which reps, in a model: `item` and `rep` name the columns, sorted by item, with their `cost` and `weights`.

    `least` and `most` are the bands of the part's reps (measures x reps), and `price` what a unit outside costs there, infinite where
    nothing may lie outside; `extra` has further rows.
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
class Basis:
    """Where the simplex method ended: the state of each column, of what lies outside of each band (two for each), of each further row's
    excess; and that of the rows of items and bands, and of further rows. It is where a model that differs a little begins.
    """

    columns: Whole
    outside: Whole
    excess: Whole
    rows: Whole
    extra: Whole

    def is_slack(self, extra: int) -> bool:
        """Whether a further row does not press, so that the basis holds without it."""
        return bool(self.extra[extra] == _BASIC and self.excess[extra] != _BASIC)


@dataclass(frozen=True, eq=False)
class Answer:
    """What a linear model gave: the value of each column, the whole cost, and prices of bands (measures x reps), items, further rows."""

    columns: Real
    cost: float
    prices: Real
    item_prices: Real
    extra_prices: Real
    basis: Basis | None


def solve_linear(part: Part, start: Basis | None = None) -> Answer | None:
    """The best fractional assignment, by GLOP from where another ended, or by HiGHS where GLOP is not precise enough.

    None where none was found.
    """
    model, items = _model(part, whole=False)
    parameters = model_parameters_pb2.ModelSolveParametersProto()
    if start is not None:
        basis = parameters.initial_basis
        _fill(basis.variable_status, np.concatenate([start.columns, start.outside, start.excess]))
        _fill(basis.constraint_status, np.concatenate([start.rows, start.extra]))
        basis.basic_dual_feasibility = _FEASIBLE
    answer = _linear_answer(_solved(model, parameters_pb2.SOLVER_TYPE_GLOP, parameters_pb2.SolveParametersProto(), parameters), part, items)
    if answer is None:
        parameters = model_parameters_pb2.ModelSolveParametersProto()
        result = _solved(model, parameters_pb2.SOLVER_TYPE_HIGHS, parameters_pb2.SolveParametersProto(), parameters)
        answer = _linear_answer(result, part, items)
    return answer


def _linear_answer(result: Any, part: Part, items: int) -> Answer | None:  # noqa: ANN401 - a message of MathOpt
    if not result.solutions:
        return None
    found = result.solutions[0]
    if found.primal_solution.feasibility_status != _FEASIBLE or found.dual_solution.feasibility_status != _FEASIBLE:
        return None
    columns, bands = len(part.item), part.least.size
    values = np.array(found.primal_solution.variable_values.values, float)
    duals = np.array(found.dual_solution.dual_values.values, float)
    of_variables = np.array(found.basis.variable_status.values, np.int64)
    of_rows = np.array(found.basis.constraint_status.values, np.int64)
    first, last = columns + 2 * bands, items + bands
    basis = Basis(of_variables[:columns], of_variables[columns:first], of_variables[first:], of_rows[:last], of_rows[last:])
    known = len(of_variables) == len(values) and len(of_rows) == len(duals)
    prices = duals[items:last].reshape(part.least.shape)
    cost = float(found.primal_solution.objective_value)
    return Answer(values[:columns], cost, prices, duals[:items], duals[last:], basis if known else None)


def with_more_columns(basis: Basis, places: Whole, columns: int) -> Basis:
    """The basis for a model with so many columns, of which those that there were stand at `places`; the others are not taken."""
    wider = np.full(columns, _AT_LOWER, np.int64)
    wider[places] = basis.columns
    return replace(basis, columns=wider)


def with_further_rows(basis: Basis, kept: Sequence[int], new: int) -> Basis:
    """The basis for a model that keeps some of the further rows, by their numbers, and has so many new ones after them."""
    excess = np.concatenate([basis.excess[list(kept)], np.full(new, _AT_LOWER, np.int64)])
    return replace(basis, excess=excess, extra=np.concatenate([basis.extra[list(kept)], np.full(new, _BASIC, np.int64)]))


def solve_whole(part: Part, start: Real, seconds: float, nodes: int, gap: float) -> Real | None:
    """The columns of a good whole assignment, by HiGHS, from the one that `start` says; None where none was found in that time or so many
    nodes.
    """
    model, _ = _model(part, whole=True)
    parameters = parameters_pb2.SolveParametersProto(node_limit=nodes, relative_gap_tolerance=gap)
    parameters.time_limit.FromNanoseconds(round(seconds * 1e9))
    hints = model_parameters_pb2.ModelSolveParametersProto()
    _fill(hints.solution_hints.add().variable_values, start)
    result = _solved(model, parameters_pb2.SOLVER_TYPE_HIGHS, parameters, hints)
    if not result.solutions or result.solutions[0].primal_solution.feasibility_status != _FEASIBLE:
        return None
    return np.array(result.solutions[0].primal_solution.variable_values.values[: len(part.item)], float)


def _solved(
    model: model_pb2.ModelProto,
    by: int,
    parameters: parameters_pb2.SolveParametersProto,
    of_model: model_parameters_pb2.ModelSolveParametersProto,
) -> Any:  # noqa: ANN401 - a message of MathOpt
    nothing = parameters_pb2.SolverInitializerProto()
    return solver.solve(model, by, nothing, parameters, of_model, None, callback_pb2.CallbackRegistrationProto(), None, None)


def _fill(sparse: Any, values: Whole | Real) -> None:  # noqa: ANN401 - a message of MathOpt
    sparse.ids.extend(range(len(values)))
    sparse.values.extend(values.tolist())


def _model(part: Part, *, whole: bool) -> tuple[model_pb2.ModelProto, int]:
    """The model, and how many rows of items it begins with. What lies outside of a band or row has columns of its own, at its price."""
    columns, bands, extra = len(part.item), part.least.size, len(part.extra)
    reps = part.least.shape[1]
    named, position = np.unique(part.item, return_inverse=True)
    items, total = len(named), columns + 2 * bands + extra
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(total))
    proto.variables.lower_bounds.extend([0.0] * total)
    outside = np.where(np.isfinite(part.price), np.inf, 0.0).ravel().tolist()
    proto.variables.upper_bounds.extend([*[1.0] * columns, *outside, *outside, *[np.inf] * extra])
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
    price = np.where(np.isfinite(part.price), part.price, 0.0).ravel().tolist()
    proto.objective.linear_coefficients.values.extend([*part.cost.tolist(), *price, *price, *(p for _, _, _, p in part.extra)])
    return proto, items


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
