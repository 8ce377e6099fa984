"""An integer model in which some reps get items and some of these a place as well, handed to HiGHS as arrays."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from compplan.assignment.problem import NO_LIMIT, Flags, Problem, Real, Whole

Row = tuple[Whole, Real, float, float]
"""The columns of a row, their coefficients, and between which ends they add up."""


@dataclass(frozen=True, eq=False)
class Choice:
    """Which items are divided anew among which options, and how many options of each class are taken.

    A pair is an item and an option: `item` and `option` name the pairs, sorted by item, by their numbers in `items` and `options`;
    `cost` is what each costs. For the options, `rep` is a rep of its class, `of_class` numbers the classes from zero, `place` is the
    place, -1 for a rep who has one already; `many` is how many options of each class are to be taken. `most_moves` is what is left of
    the limit, None where there is none. `outside` is what a unit outside of a band costs (measures x options), infinite where
    that may not be.
    """

    items: Whole
    item: Whole
    option: Whole
    cost: Real
    rep: Whole
    of_class: Whole
    place: Whole
    many: Whole
    most_moves: int | None
    outside: Real


@dataclass(frozen=True, eq=False)
class Chosen:
    """Which pairs were chosen and which options, what that costs with what lies outside of bands, a bound, and whether it is the best."""

    pairs: Flags
    options: Flags
    cost: float
    bound: float
    proven: bool


@dataclass(slots=True)
class _Columns:
    """Where the kinds of columns begin: pairs, options, and what lies below and above each band."""

    pairs: int
    options: int
    measures: int

    @property
    def below(self) -> int:
        return self.pairs + self.options

    @property
    def above(self) -> int:
        return self.below + self.options * self.measures

    @property
    def total(self) -> int:
        return self.above + self.options * self.measures


def solve_choice(
    problem: Problem, choice: Choice, start: tuple[Flags, Flags] | None, seconds: float, nodes: int | None, gap: float
) -> Chosen | None:
    """The best division found in that time or so many nodes, from the pairs and options of `start`; None where none was found."""
    model, columns = _model(problem, choice)
    hints = []
    if start is not None:
        values = np.concatenate([start[0], start[1]]).astype(float)
        hints.append(mathopt.SolutionHint(variable_values=dict(zip(model.variables(), values.tolist(), strict=False))))
    result = mathopt.solve(
        model,
        mathopt.SolverType.HIGHS,
        params=mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=seconds), node_limit=nodes, relative_gap_tolerance=gap),
        model_params=mathopt.ModelSolveParameters(solution_hints=hints),
    )
    if not result.has_primal_feasible_solution():
        return None
    values = np.fromiter(result.variable_values().values(), float)
    proven = result.termination.reason == mathopt.TerminationReason.OPTIMAL
    bound = float(result.termination.objective_bounds.dual_bound)
    return Chosen(
        values[: columns.pairs] > 0.5, values[columns.pairs : columns.below] > 0.5, float(result.objective_value()), bound, proven
    )


def _model(problem: Problem, choice: Choice) -> tuple[mathopt.Model, _Columns]:
    columns = _Columns(len(choice.item), len(choice.rep), len(problem.measures))
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(columns.total))
    proto.variables.lower_bounds.extend([0.0] * columns.total)
    slack = np.where(np.isfinite(choice.outside), np.inf, 0.0).ravel().tolist()
    proto.variables.upper_bounds.extend([*([1.0] * columns.below), *slack, *slack])
    proto.variables.integers.extend([True] * columns.below + [False] * (columns.total - columns.below))
    rows = [*_items(choice), *_options(choice, columns), *_bands(problem, choice, columns), *_rules(problem, choice)]
    row_matrix(proto, rows)
    outside = np.where(np.isfinite(choice.outside), choice.outside, 0.0).ravel().tolist()
    proto.objective.linear_coefficients.ids.extend(range(columns.total))
    proto.objective.linear_coefficients.values.extend([*choice.cost.tolist(), *([0.0] * columns.options), *outside, *outside])
    return mathopt.Model.from_model_proto(proto), columns


def _items(choice: Choice) -> Iterator[Row]:
    """Each item goes to one option."""
    ends = np.searchsorted(choice.item, np.arange(len(choice.items) + 1))
    for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        yield np.arange(first, last), np.ones(last - first), 1.0, 1.0


def _options(choice: Choice, columns: _Columns) -> Iterator[Row]:
    """So many options of each class are taken, each place once, and items go to options that are taken."""
    for number, many in enumerate(choice.many.tolist()):
        at = np.nonzero(choice.of_class == number)[0]
        yield columns.pairs + at, np.ones(len(at)), many, many
    several = np.bincount(choice.place[choice.place >= 0]) if (choice.place >= 0).any() else np.zeros(0, np.int64)
    for place in np.nonzero(several > 1)[0].tolist():
        at = np.nonzero(choice.place == place)[0]
        yield columns.pairs + at, np.ones(len(at)), -np.inf, 1.0
    for pair in np.nonzero(choice.place[choice.option] >= 0)[0].tolist():
        yield np.array([pair, columns.pairs + choice.option[pair]]), np.array([1.0, -1.0]), -np.inf, 0.0


def _bands(problem: Problem, choice: Choice, columns: _Columns) -> Iterator[Row]:
    """Each option that is taken has so much of each measure as its band says, or what lies outside costs."""
    for o, j in enumerate(choice.rep.tolist()):
        at = np.nonzero(choice.option == o)[0]
        for k, weight in enumerate(problem.weights):
            load = weight[choice.items[choice.item[at]], j].astype(float)
            for end, slack, sign in ((int(problem.least[k, j]), columns.below, 1.0), (int(problem.most[k, j]), columns.above, -1.0)):
                if abs(end) < NO_LIMIT:
                    which = np.concatenate([at, [columns.pairs + o, slack + k * columns.options + o]])
                    yield which, np.concatenate([load, [-float(end), sign]]), *((0.0, np.inf) if sign > 0 else (-np.inf, 0.0))


def _rules(problem: Problem, choice: Choice) -> Iterator[Row]:
    """At most so many moves, and pairs of items that no option has both of."""
    if choice.most_moves is not None:
        moved = problem.moved[choice.items[choice.item], choice.rep[choice.option]].astype(float)
        yield np.arange(len(moved)), moved, -np.inf, float(choice.most_moves)
    position = {int(i): n for n, i in enumerate(choice.items.tolist())}
    for a, b in problem.apart:
        if a in position and b in position:
            mine, theirs = (np.nonzero(choice.item == position[i])[0] for i in (a, b))
            for option in np.intersect1d(choice.option[mine], choice.option[theirs]).tolist():
                both = np.concatenate([mine[choice.option[mine] == option], theirs[choice.option[theirs] == option]])
                yield both, np.ones(len(both)), -np.inf, 1.0


def row_matrix(proto: model_pb2.ModelProto, rows: list[Row]) -> None:
    """Adds rows to a model."""
    proto.linear_constraints.ids.extend(range(len(rows)))
    proto.linear_constraints.lower_bounds.extend(float(low) for _, _, low, _ in rows)
    proto.linear_constraints.upper_bounds.extend(float(high) for _, _, _, high in rows)
    number = np.repeat(np.arange(len(rows)), [len(which) for which, _, _, _ in rows])
    column = np.concatenate([which for which, _, _, _ in rows])
    value = np.concatenate([coefficients for _, coefficients, _, _ in rows])
    there = value != 0
    number, column, value = number[there], column[there], value[there]
    order = np.lexsort((column, number))
    proto.linear_constraint_matrix.row_ids.extend(number[order].tolist())
    proto.linear_constraint_matrix.column_ids.extend(column[order].tolist())
    proto.linear_constraint_matrix.coefficients.extend(value[order].tolist())
