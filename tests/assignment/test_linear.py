"""A linear model is solved by another solver where the first one is not precise enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ortools.math_opt import parameters_pb2

from compplan.assignment.solver import linear
from compplan.assignment.solver.linear import Part, solve_linear

PART = Part(
    item=np.array([0, 0, 1, 1, 2, 2], np.int64),
    rep=np.array([0, 1, 0, 1, 0, 1], np.int64),
    cost=np.array([1.0, 4.0, 2.0, 3.0, 1.0, 6.0]),
    weights=[np.array([5.0, 5.0, 3.0, 3.0, 4.0, 4.0])],
    least=np.array([[5.0, 5.0]]),
    most=np.array([[7.0, 7.0]]),
    price=np.array([[50.0, 50.0]]),
)


def test_what_one_solver_does_not_answer_another_does(monkeypatch: pytest.MonkeyPatch) -> None:
    by_glop = solve_linear(PART)
    solved: Callable[..., Any] = linear._solved
    asked: list[int] = []

    def not_precise(model: object, by: int, *rest: object) -> object:
        asked.append(by)
        result = solved(model, by, *rest)
        if by == parameters_pb2.SOLVER_TYPE_GLOP:
            del result.solutions[:]
        return result

    monkeypatch.setattr(linear, "_solved", not_precise)
    by_highs = solve_linear(PART)
    assert asked == [parameters_pb2.SOLVER_TYPE_GLOP, parameters_pb2.SOLVER_TYPE_HIGHS]
    assert by_glop is not None
    assert by_highs is not None
    assert by_highs.cost == pytest.approx(by_glop.cost)
    assert by_highs.prices == pytest.approx(by_glop.prices)
    assert by_highs.item_prices == pytest.approx(by_glop.item_prices)
