"""The best fractional assignment and the prices that prove it, over all pairs.

Columns are taken by reduced cost, cuts are added in rounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from compplan.assignment.bound import PRICE_UNIT, AnyCut, Prices, lower_bound
from compplan.assignment.problem import Problem, Real, Whole
from compplan.assignment.solver.linear import Answer, Basis, Part, Row, solve_linear, with_further_rows, with_more_columns
from compplan.assignment.solver.rounding_cuts import CutRow, broken_cuts, cut_row
from compplan.assignment.solver.separator_cuts import broken_separators

FIRST_COLUMNS = 0.7
"""A column is taken at first where its reduced cost is below so many typical costs of an item."""
DEARER = 8.0
"""How many times dearer than its price it is to be outside of a band that is a rule, so that a fractional answer is always found."""
WORTHWHILE = 2e-5
"""The share of the bound that a round of cuts is to give."""
PATIENCE = 2
"""After so many rounds that give less there are no more."""
BREAKING = 1e3
"""How many typical costs of an item it is to cost when a limit of moves, or a cut, is broken by one."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A fractional assignment (`shares`, n x m), exact prices with their bound in millionths, and each pair's reduced cost above the
    item's least.

    `plain` are the best prices without cuts: a weaker bound, and the plainer meaning.
    """

    shares: Real
    prices: Prices
    plain: Prices
    bound: int
    reduced: Real
    outside: float


def relax(problem: Problem, opening: Real, rounds: int, go_on: Callable[[], bool]) -> Relaxed:
    """The relaxation from opening prices, with at most `rounds` rounds of cuts, as long as `go_on` says yes."""
    relaxation = Relaxation(problem, opening)
    left = iter(range(rounds))
    relaxation.tighten(lambda: next(left, None) is not None and go_on())
    return relaxation.best


class Relaxation:
    """The relaxation of a problem from opening prices: `best` has the best bound that was reached so far.

    Raises ArithmeticError where it cannot be solved.
    """

    def __init__(self, problem: Problem, opening: Real) -> None:
        self.problem = problem
        self.cost = problem.real_cost
        reduced = _above_least(self.cost, problem, opening)
        cheapest = np.where(np.isfinite(self.cost), self.cost, np.nan)
        self.typical = _typical(cheapest)
        self.taken = reduced <= max(FIRST_COLUMNS * self.typical, 0)
        self.price = outside_prices(problem, opening, self.typical)
        self.dear = BREAKING * self.typical
        self.limits = 0 if problem.most_moves is None else 1
        self.cuts: list[CutRow] = []
        self.pairs: Whole = np.zeros(0, np.int64)
        self.basis: Basis | None = None
        self.best = self._settle()

    def tighten(self, go_on: Callable[[], bool]) -> None:
        """Adds cuts round by round, as long as they give something and `go_on` says yes."""
        last = self.best
        gained = [True] * PATIENCE
        while any(gained[-PATIENCE:]) and go_on() and self._cut(last):
            last = self._settle()
            gained.append(last.bound - self.best.bound > abs(self.best.bound) * WORTHWHILE)
            if last.bound >= self.best.bound:
                self.best = replace(last, plain=self.best.plain)

    def _settle(self) -> Relaxed:
        """The best fractional assignment within the cuts: pairs are taken in until none is left that would be worth it."""
        while True:
            item, rep = np.nonzero(self.taken)
            self._take(item * len(self.problem.reps) + rep)
            answer = solve_linear(self._part(item, rep), self.basis)
            if answer is None:
                raise ArithmeticError("the linear relaxation was not solved")
            self.basis = answer.basis
            reduced = self._reduced(answer)
            wanted = (reduced - answer.item_prices[:, None] < -1e-6 * self.typical) & ~self.taken
            if not wanted.any():
                return self._relaxed(item, rep, answer, reduced)
            self.taken |= wanted

    def _cut(self, relaxed: Relaxed) -> bool:
        """Adds the cuts that the fractional assignment breaks, drops those that do not press; says whether there were any."""
        new: list[AnyCut] = [*broken_cuts(self.problem, relaxed.shares), *broken_separators(self.problem, relaxed.shares)]
        pressing = list(range(len(self.cuts)))
        if self.basis is not None:
            pressing = [number for number in pressing if not self.basis.is_slack(self.limits + number)]
            kept = [*range(self.limits), *(self.limits + number for number in pressing)]
            self.basis = with_further_rows(self.basis, kept, len(new))
        self.cuts = [*(self.cuts[number] for number in pressing), *(cut_row(self.problem, cut) for cut in new)]
        return bool(new)

    def _take(self, pairs: Whole) -> None:
        if self.basis is not None:
            self.basis = with_more_columns(self.basis, np.searchsorted(pairs, self.pairs), len(pairs))
        self.pairs = pairs

    def _part(self, item: Whole, rep: Whole) -> Part:
        problem = self.problem
        weights = [w[item, rep].astype(float) for w in problem.weights]
        return Part(
            item,
            rep,
            self.cost[item, rep],
            weights,
            problem.least.astype(float),
            problem.most.astype(float),
            self.price,
            tuple(self._rows(item, rep)),
        )

    def _rows(self, item: Whole, rep: Whole) -> list[Row]:
        rows: list[Row] = []
        if self.problem.most_moves is not None:
            moved = self.problem.moved[item, rep].astype(float)
            rows.append((np.arange(len(item)), moved, float(self.problem.most_moves), self.dear))
        by_rep = {each.cut.rep: np.zeros(0, np.int64) for each in self.cuts}
        by_rep = {j: np.nonzero(rep == j)[0] for j in by_rep}
        for each in self.cuts:
            at = by_rep[each.cut.rep]
            rows.append((at, each.coefficients[item[at]], each.allowed, self.dear))
        return rows

    def _reduced(self, answer: Answer) -> Real:
        reduced = self.cost.copy()
        for weight, price in zip(self.problem.weights, answer.prices, strict=True):
            reduced -= weight * price[None, :]
        prices = answer.extra_prices
        if self.problem.most_moves is not None:
            reduced -= self.problem.moved * prices[0]
        for each, price in zip(self.cuts, prices[self.limits :], strict=True):
            if price != 0:
                reduced[:, each.cut.rep] -= each.coefficients * price
        return reduced

    def _relaxed(self, item: Whole, rep: Whole, answer: Answer, reduced: Real) -> Relaxed:
        problem = self.problem
        shares = np.zeros(problem.shape)
        shares[item, rep] = answer.columns
        prices = self._exact(answer)
        loads = np.stack([(w * shares).sum(axis=0) for w in problem.weights]) if problem.measures else np.zeros((0, problem.shape[1]))
        outside = float(np.maximum(np.maximum(problem.least - loads, loads - problem.most), 0)[problem.hard].sum())
        above = reduced - reduced.min(axis=1)[:, None]
        return Relaxed(shares, prices, prices, lower_bound(problem, prices), above, outside)

    def _exact(self, answer: Answer) -> Prices:
        """The prices in whole millionths; tiny ones of cuts are dropped with their cuts."""
        ceiling = np.where(np.isfinite(self.problem.soft_price), self.problem.soft_price, 1e12) * PRICE_UNIT
        measures = np.clip(np.rint(answer.prices * PRICE_UNIT), -ceiling, ceiling).astype(np.int64)
        move = 0
        if self.problem.most_moves is not None:
            move = max(0, round(-float(answer.extra_prices[0]) * PRICE_UNIT))
        cuts = []
        for each, price in zip(self.cuts, answer.extra_prices[self.limits :], strict=True):
            worth = round(-float(price) * PRICE_UNIT / each.size)
            if worth > 0:
                cuts.append(replace(each.cut, price=worth))
        return Prices(measures, move, tuple(cuts))


def _typical(cost: Real) -> float:
    """What an item costs where it is cheapest; where that is next to nothing, since only moves cost, a part of what it costs elsewhere."""
    cheapest, everywhere = float(np.nanmean(np.nanmin(cost, axis=1))), float(np.nanmean(np.abs(cost)))
    return max(cheapest if cheapest > everywhere * 1e-3 else everywhere * 0.1, 1e-6)


def outside_prices(problem: Problem, opening: Real, typical: float) -> Real:
    """What a unit outside of each band costs while searching.

    Its own price where it is soft, and enough to be avoided where it is a rule.
    """
    mean = np.array([max(float(np.abs(m.weight).mean()), 1e-9) for m in problem.measures]).reshape(-1, 1)
    hard = DEARER * (np.abs(opening) + typical / mean)
    return np.where(np.isfinite(problem.soft_price), problem.soft_price, hard)


def _above_least(cost: Real, problem: Problem, prices: Real) -> Real:
    reduced = cost.copy()
    for weight, price in zip(problem.weights, prices, strict=True):
        reduced -= weight * price[None, :]
    least = reduced.min(axis=1)
    return reduced - np.where(np.isfinite(least), least, 0)[:, None]
