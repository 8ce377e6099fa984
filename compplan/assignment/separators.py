"""Separators: inequalities that hold for connected territories, each proven by looking at which items can be reached.

A set of items separates two others at a rep where every way between them, over items that the rep may have, goes through the set. A rep
who has both, and is connected, then has one of the set (Carvajal and others 2013; Oehrlein and Haunert 2017). Where the rep's band asks
for more than all that can be reached without the set, having the one item is enough for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.problem import Problem, Whole


@dataclass(frozen=True)
class Separator:
    """At `rep`: whoever has `first` and `second` has an item of `through`.

    Where `second` is None, whoever has `first` has an item of `through`: what can be reached from `first` without it is less than the
    lower end of the band of `measure`. `price`, in millionths of a unit of cost, is what the inequality is worth: never negative.
    """

    rep: int
    first: int
    second: int | None
    measure: int | None
    through: tuple[int, ...]
    price: int = 0


def separating_inequality(problem: Problem, cut: Separator) -> tuple[Whole, int]:
    """The inequality `coefficients of the items at the cut's rep, added up, are at most limit`, which holds for connected territories.

    It is `x_first + x_second - sum of x_through <= 1`, or `x_first - sum of x_through <= 0`. Raises ValueError where the items of
    `through` do not separate what they should.
    """
    if problem.borders is None:
        raise ValueError("a separator needs borders")
    if (cut.second is None) == (cut.measure is None):
        raise ValueError("a separator has a second account or a measure")
    open_to = problem.eligible[:, cut.rep].copy()
    open_to[list(cut.through)] = False
    reached = problem.borders.piece(cut.first, open_to)
    if cut.first in cut.through or cut.second in cut.through:
        raise ValueError("a separator goes through one of the two that it separates")
    if cut.second is not None and cut.second in reached:
        raise ValueError("a separator does not separate")
    if cut.measure is not None and not is_too_little(problem, cut.rep, cut.measure, reached):
        raise ValueError("a separator leaves enough for the band")
    coefficients = np.zeros(len(problem.items), np.int64)
    coefficients[list(cut.through)] = -1
    coefficients[cut.first] = 1
    if cut.second is not None:
        coefficients[cut.second] = 1
    return coefficients, 0 if cut.second is None else 1


def is_too_little(problem: Problem, rep: int, measure: int, items: list[int]) -> bool:
    """Whether these items are less than a band that is a rule asks for, at the rep."""
    weight = problem.weights[measure][items, rep]
    return bool(problem.hard[measure]) and int(np.maximum(weight, 0).sum()) < int(problem.least[measure, rep])
