"""An assignment problem as arrays of whole numbers: who may have what, what that costs, and what has to be balanced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from compplan.assignment.borders import Borders

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Flags = NDArray[np.bool_]

NO_LIMIT = 2**62
"""Stands for `no upper limit` in a band, and its negative for `no lower limit`."""


@dataclass(frozen=True, eq=False)
class Measure:
    """A figure of which each rep shall have so much.

    `weight` has what an item counts at a rep: n x m, or n x 1 where it is the same at all. `least` and `most` have the band of each rep.
    `price` is what a unit outside the band costs at each rep, in units of cost; where it is None, the band is a rule. All of them are
    whole numbers in the measure's smallest unit; `decimals` says how many of their digits stand behind the point. `figure` says what is
    added up, where the name means what follows from it.
    """

    name: str
    weight: Whole
    least: Whole
    most: Whole
    price: Whole | None = None
    decimals: int = 0
    figure: str = ""

    @property
    def counted(self) -> str:
        """What is added up, in words."""
        return self.figure or self.name

    def shown(self, value: int) -> str:
        """A value of the measure as people write it; nothing for an end that a band does not have."""
        if abs(value) >= NO_LIMIT:
            return ""
        digits = f"{abs(value):0{self.decimals + 1}d}"
        whole, part = digits[: len(digits) - self.decimals], digits[len(digits) - self.decimals :]
        return ("-" if value < 0 else "") + whole + (f".{part}" if part else "")


@dataclass(frozen=True, eq=False)
class Problem:
    """Each of n items goes to one of m reps.

    `cost` is n x m, in whole units (of which `cost_decimals` digits stand behind the point), and counts only where `eligible` is true.
    `moved` says
    how many accounts change hands where an item goes to a rep (n x m), and `most_moves` limits them. `apart` names pairs of items that
    no rep may
    have both of.
    """

    items: Sequence[str]
    reps: Sequence[str]
    cost: Whole
    eligible: Flags
    measures: tuple[Measure, ...]
    moved: Whole
    apart: tuple[tuple[int, int], ...] = ()
    most_moves: int | None = None
    cost_decimals: int = 0
    borders: Borders | None = None
    hard: Flags = field(init=False)

    def __post_init__(self) -> None:
        """Keep which measures are rules."""
        object.__setattr__(self, "hard", np.array([m.price is None for m in self.measures], bool))

    @property
    def shape(self) -> tuple[int, int]:
        """How many items and reps there are."""
        return len(self.items), len(self.reps)

    @cached_property
    def weights(self) -> tuple[Whole, ...]:
        """What each item counts at each rep, by measure: views of n x m."""
        return tuple(np.broadcast_to(m.weight, self.shape) for m in self.measures)

    @cached_property
    def least(self) -> Whole:
        """The lower ends of the bands: measures x reps."""
        return self._banded([m.least for m in self.measures])

    @cached_property
    def most(self) -> Whole:
        """The upper ends of the bands: measures x reps."""
        return self._banded([m.most for m in self.measures])

    @cached_property
    def soft_price(self) -> Real:
        """What a unit outside of a band costs: measures x reps; infinite where the band is a rule."""
        endless = np.full(len(self.reps), np.inf)
        prices = [endless if m.price is None else m.price.astype(float) for m in self.measures]
        return np.array(prices, float).reshape(len(self.measures), len(self.reps))

    @cached_property
    def real_cost(self) -> Real:
        """The cost for searching: infinite where a rep may not have an item."""
        return np.where(self.eligible, self.cost.astype(float), np.inf)

    def _banded(self, rows: list[Whole]) -> Whole:
        return np.array(rows, np.int64).reshape(len(self.measures), len(self.reps))


@dataclass(frozen=True)
class Standing:
    """What an assignment comes to, in whole numbers.

    `loads` and `outside` are measures x reps. `cost` counts the pairs alone, `total` also what soft bands cost. `broken` is true where
    a rule is
    broken: an item with a rep who may not have it, a hard band, too many moves, a pair that must be apart,
    a rep whose items are not connected.
    """

    cost: int
    total: int
    loads: Whole
    outside: Whole
    moves: int
    not_eligible: int
    together: int
    too_many_moves: int
    not_connected: int
    broken: bool


def loads_of(problem: Problem, assigned: Whole) -> Whole:
    """What each rep has of each measure: measures x reps."""
    rows = np.arange(len(assigned))
    loads = np.zeros((len(problem.measures), len(problem.reps)), np.int64)
    for k, weight in enumerate(problem.weights):
        np.add.at(loads[k], assigned, weight[rows, assigned])
    return loads


def not_connected(problem: Problem, assigned: Whole) -> list[int]:
    """The reps whose items lie in more than one piece; nobody where connection is no rule."""
    if problem.borders is None:
        return []
    piece = problem.borders.pieces(assigned)
    pieces = np.bincount(assigned[piece == np.arange(len(piece))], minlength=len(problem.reps))
    return np.nonzero(pieces > 1)[0].tolist()


def standing(problem: Problem, assigned: Whole) -> Standing:
    """What an assignment (the rep of each item) comes to; nothing of it is rounded."""
    rows = np.arange(len(assigned))
    loads = loads_of(problem, assigned)
    outside = np.maximum(np.maximum(problem.least - loads, loads - problem.most), 0)
    cost = int(problem.cost[rows, assigned].sum())
    soft = sum(int((outside[k] * m.price).sum()) for k, m in enumerate(problem.measures) if m.price is not None)
    moves = int(problem.moved[rows, assigned].sum())
    too_many = 0 if problem.most_moves is None else max(0, moves - problem.most_moves)
    together = sum(1 for a, b in problem.apart if assigned[a] == assigned[b])
    not_eligible = int((~problem.eligible[rows, assigned]).sum())
    unconnected = len(not_connected(problem, assigned))
    broken = bool(not_eligible or together or too_many or unconnected or outside[problem.hard].any())
    return Standing(cost, cost + soft, loads, outside, moves, not_eligible, together, too_many, unconnected, broken)
