"""Improves a whole assignment by taking a few neighbouring reps at a time and dividing what they have among them anew.

Nearly in the best way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compplan.assignment.problem import Flags, Problem, Real, Whole, loads_of
from compplan.assignment.separators import Separator
from compplan.assignment.solver.linear import Part, Row, solve_whole
from compplan.assignment.solver.relaxation import BREAKING

SECONDS = 2.0
NODES, NODES_TIMED = 400, 1000
"""How many nodes of a tree are looked at, and how many where seconds limit them as well."""
GAP = 1e-4


@dataclass(frozen=True, eq=False)
class Choice:
    """Some reps and the items that they have, which are divided anew: numbers of reps and items, both rising."""

    reps: Whole
    items: Whole


class Neighbourhoods:
    """Draws which reps to take, from where the assignment pays more than the prices say it must; remembers when each was taken last."""

    def __init__(self, problem: Problem, reduced: Real, prices: Real, near: Flags) -> None:
        self.problem, self.reduced, self.prices = problem, reduced, prices
        self.near = near
        shared = near.astype(np.float32)
        self.shared = (shared.T @ shared).astype(float)
        np.fill_diagonal(self.shared, 0)
        self.last = np.zeros(len(problem.reps))
        self.round = 0

    def draw(self, assigned: Whole, outside: Real, size: int, random: np.random.Generator, busy: Flags | None = None) -> Choice:
        """So many reps who are not busy: one outside of a band or that pays too much, and others that could have the same items."""
        self.round += 1
        reps = len(self.problem.reps)
        busy = np.zeros(reps, bool) if busy is None else busy
        paid = np.where(busy, 0.0, self._paid(assigned, outside))
        broken = excess_of(self.problem, assigned)[self.problem.hard].any(axis=0) & ~busy
        first = paid * np.minimum(self.round - self.last, reps) * (broken if broken.any() else 1)
        chosen = [int(random.choice(reps, p=_chances(first)))]
        links = self.shared[chosen[0]].copy()
        while len(chosen) < min(size, reps):
            weight = links * np.where(busy, 0.0, paid + paid.mean() * 0.2)
            weight[chosen] = 0
            if weight.sum() <= 0:
                break
            chosen.append(int(random.choice(reps, p=_chances(weight))))
            links += self.shared[chosen[-1]]
        self.last[chosen] = self.round
        taken = np.array(sorted(chosen))
        return Choice(taken, np.nonzero(np.isin(assigned, taken))[0])

    def _paid(self, assigned: Whole, outside: Real) -> Real:
        """What each rep's items cost above the least, what its slack is worth, and what lies outside of its bands."""
        problem, rows = self.problem, np.arange(len(assigned))
        loads = loads_of(problem, assigned)
        above = np.bincount(assigned, self.reduced[rows, assigned], len(problem.reps))
        slack = np.where(
            self.prices > 0, self.prices * (loads - problem.least), np.where(self.prices < 0, self.prices * (loads - problem.most), 0)
        )
        excess = excess_of(problem, assigned)
        paid = np.maximum(above + slack.sum(axis=0), 0) + 10 * (excess * outside).sum(axis=0)
        return paid + 1e-3 * max(float(paid.mean()), 1e-9)  # type: ignore[no-any-return]


def divided_anew(
    problem: Problem,
    assigned: Whole,
    choice: Choice,
    near: Flags,
    outside: Real,
    move_price: float,
    seconds: float | None,
    separators: Sequence[Separator] = (),
) -> Whole | None:
    """The assignment with what the chosen reps have divided anew; None where nothing was found.

    Where none of them lies outside of a band that is a rule, none will. With `seconds` None it is limited by steps alone, so that it
    repeats.
    """
    if not len(choice.items):
        return None
    sub = near[np.ix_(choice.items, choice.reps)].copy()
    home = np.searchsorted(choice.reps, assigned[choice.items])
    sub[np.arange(len(choice.items)), home] = True
    sub &= problem.eligible[np.ix_(choice.items, choice.reps)]
    row, column = np.nonzero(sub)
    item, rep = choice.items[row], choice.reps[column]
    cost = problem.cost[item, rep] + move_price * problem.moved[item, rep]
    price = outside[:, choice.reps]
    if not excess_of(problem, assigned)[:, choice.reps][problem.hard].any():
        price = np.where(problem.hard[:, None], np.inf, price)
    part = Part(
        row,
        column,
        cost.astype(float),
        [w[item, rep].astype(float) for w in problem.weights],
        problem.least[:, choice.reps].astype(float),
        problem.most[:, choice.reps].astype(float),
        price,
        tuple(_rows(problem, assigned, choice, item, column, separators, BREAKING * max(float(np.abs(cost).mean()), 1e-6))),
    )
    start = (column == home[row]).astype(float)
    answer = solve_whole(part, start, seconds or SECONDS * 20, NODES_TIMED if seconds else NODES, GAP)
    if answer is None:
        return None
    on = answer > 0.5
    changed = assigned.copy()
    changed[item[on]] = rep[on]
    return changed


def excess_of(problem: Problem, assigned: Whole) -> Whole:
    """What lies outside of each band: measures x reps."""
    loads = loads_of(problem, assigned)
    excess: Whole = np.maximum(np.maximum(problem.least - loads, loads - problem.most), 0)
    return excess


def _rows(
    problem: Problem, assigned: Whole, choice: Choice, item: Whole, column: Whole, separators: Sequence[Separator], dear: float
) -> list[Row]:
    rows: list[Row] = []
    if problem.most_moves is not None:
        elsewhere = np.setdiff1d(np.arange(len(assigned)), choice.items)
        left = problem.most_moves - int(problem.moved[elsewhere, assigned[elsewhere]].sum())
        rows.append((np.arange(len(item)), problem.moved[item, choice.reps[column]].astype(float), float(left), dear))
    for a, b in problem.apart:
        for number in range(len(choice.reps)):
            both = np.nonzero(((item == a) | (item == b)) & (column == number))[0]
            if len(both) > 1:
                rows.append((both, np.ones(len(both)), 1.0, dear))
    rows += _separated(choice, item, column, separators, dear)
    return rows


def _separated(choice: Choice, item: Whole, column: Whole, separators: Sequence[Separator], dear: float) -> list[Row]:
    """Whoever has what a separator separates has an item of it."""
    if not separators:
        return []
    rep = choice.reps[column]
    at = {pair: number for number, pair in enumerate(zip(item.tolist(), rep.tolist(), strict=True))}
    rows: list[Row] = []
    for cut in separators:
        ends = [at.get((i, cut.rep)) for i in ((cut.first,) if cut.second is None else (cut.first, cut.second))]
        held = [e for e in ends if e is not None]
        if len(held) == len(ends):
            through = [at[i, cut.rep] for i in cut.through if (i, cut.rep) in at]
            signs = np.append(np.ones(len(held)), np.full(len(through), -1.0))
            rows.append((np.array([*held, *through]), signs, float(len(held) - 1), dear))
    return rows


def _chances(weight: Real) -> Real:
    chances: Real = weight / weight.sum()
    return chances
