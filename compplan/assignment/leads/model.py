"""Linear and whole models as arrays, handed to OR-Tools' MathOpt: GLOP for linear ones, SCIP for whole ones."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from compplan.assignment.problem import Real, Whole


@dataclass(frozen=True, eq=False)
class Answer:
    """The value of each column, the value of the whole, the price of each row (of a linear model), and whether it is the best there is."""

    columns: Real
    total: float
    prices: Real
    finished: bool


@dataclass(eq=False)
class Model:
    """A model that is being written: columns with what they add to the total, which is to be great, and rows between two ends.

    `impossible` is set when it was found to have no whole answer.
    """

    worth: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    entries: list[tuple[Whole, Whole, Real]] = field(default_factory=list)
    impossible: bool = False

    def columns(self, worth: Real, low: float, high: float, *, whole: bool = False) -> Whole:
        """Adds columns; gives their numbers."""
        first = len(self.worth)
        self.worth += worth.tolist()
        self.low += [low] * len(worth)
        self.high += [high] * len(worth)
        self.whole += [whole] * len(worth)
        return np.arange(first, first + len(worth))

    def rows(self, least: Real, most: Real) -> Whole:
        """Adds rows without entries; gives their numbers."""
        first = len(self.least)
        self.least += least.tolist()
        self.most += most.tolist()
        return np.arange(first, first + len(least))

    def put(self, rows: Whole, columns: Whole, values: Real) -> None:
        """Adds to the coefficients where these rows and columns meet."""
        self.entries.append((rows, columns, np.broadcast_to(values, rows.shape).astype(float)))

    def solve_linear(self) -> Answer | None:
        """The best answer when all columns may be fractions; None where there is none."""
        result = mathopt.solve(self._written(whole=False), mathopt.SolverType.GLOP)
        if not result.has_primal_feasible_solution() or not result.has_dual_feasible_solution():
            return None
        values = np.fromiter(result.variable_values().values(), float)
        prices = np.fromiter(result.dual_values().values(), float)
        return Answer(values, result.objective_value(), prices, finished=True)

    def solve_whole(self, start: Real | None, seconds: float, nodes: int, gap: float) -> Answer | None:
        """A good whole answer, from a start; None where none was found in that time or in so many nodes."""
        model = self._written(whole=True)
        hints = []
        if start is not None:
            hints = [mathopt.SolutionHint(variable_values=dict(zip(model.variables(), start.tolist(), strict=False)))]
        limits = mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=seconds), node_limit=nodes, relative_gap_tolerance=gap)
        model_limits = mathopt.ModelSolveParameters(solution_hints=hints)
        result = mathopt.solve(model, mathopt.SolverType.GSCIP, params=limits, model_params=model_limits)
        self.impossible = result.termination.reason == mathopt.TerminationReason.INFEASIBLE
        if not result.has_primal_feasible_solution():
            return None
        values = np.fromiter(result.variable_values().values(), float)
        finished = result.termination.reason == mathopt.TerminationReason.OPTIMAL
        return Answer(values, result.objective_value(), np.zeros(0), finished)

    def _written(self, *, whole: bool) -> mathopt.Model:
        proto = model_pb2.ModelProto()
        proto.variables.ids.extend(range(len(self.worth)))
        proto.variables.lower_bounds.extend(self.low)
        proto.variables.upper_bounds.extend(self.high)
        proto.variables.integers.extend(self.whole if whole else [False] * len(self.whole))
        proto.linear_constraints.ids.extend(range(len(self.least)))
        proto.linear_constraints.lower_bounds.extend(self.least)
        proto.linear_constraints.upper_bounds.extend(self.most)
        proto.objective.maximize = True
        proto.objective.linear_coefficients.ids.extend(range(len(self.worth)))
        proto.objective.linear_coefficients.values.extend(self.worth)
        rows, columns, values = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        cells, cell = np.unique(rows * len(self.worth) + columns, return_inverse=True)
        summed = np.bincount(cell, values, len(cells))
        cells, summed = cells[summed != 0], summed[summed != 0]
        matrix = proto.linear_constraint_matrix
        matrix.row_ids.extend((cells // len(self.worth)).tolist())
        matrix.column_ids.extend((cells % len(self.worth)).tolist())
        matrix.coefficients.extend(summed.tolist())
        return mathopt.Model.from_model_proto(proto)
