"""Prices that say how little an assignment can cost wherever the reps without a home are put, and which places they favour.

Subgradient steps on the bound of `homes_bound`: an item that nobody would take at its price is paid more, one that several would take
less. The steps are as long as the gap to the best assignment known allows (Polyak 1969), shorter whenever they stop helping (Held, Wolfe
and Crowder 1974).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.homes import Homes, Options
from compplan.assignment.homes_bound import HomePrices, homes_bound
from compplan.assignment.problem import NO_LIMIT, Problem, Real, Whole
from compplan.assignment.solver.homes_subsets import priced_sets, whole_sets, whole_steps

PATIENCE = 20
"""After so many steps that do not raise the bound, steps become shorter."""
SMOOTH = 0.7
"""How much of a step's direction is that of the step before."""
MANY_ITEMS = 30
"""Where reps have more items than this, it matters little that these cannot be divided, and no sets of whole items are weighed."""
MOST_STEPS = 30_000_000
"""Sets of whole items are weighed at a step where dynamic programming takes no more steps than this."""
SHORTEST = 1e-3
FADING = 0.9
"""How much of what earlier steps chose still counts, at each step, when options are ranked."""


@dataclass(frozen=True, eq=False)
class HomesRelaxed:
    """Exact prices with their bound in millionths, how often the steps chose each option of late, and what it costs to differ.

    An assignment that takes an option costs at least the bound and what `option_above` says, one that has a pair (items x options) the
    bound and what `pair_above` says, in units of cost.
    """

    prices: HomePrices
    bound: int
    often: Real
    option_above: Real
    pair_above: Real


@dataclass(slots=True)
class _Point:
    """Where the steps stand: prices as the bound has them, in units of cost."""

    items: Real
    places: Real
    measures: Real
    move: float


def relax_homes(
    problem: Problem,
    homes: Homes,
    options: Options,
    start: tuple[Real, Real, float],
    goal: float,
    steps: tuple[int, int],
    go_on: Callable[[float], bool],
) -> HomesRelaxed:
    """The relaxation, from the prices of items, measures (measures x reps) and a move in `start`.

    `goal` is what the best assignment known costs, in units of cost. Of the `steps`, the first weigh items that can be divided, the others
    whole ones. `go_on` is asked whether there is time left of this share of all.
    """
    search = _Steps(problem, homes, options, start, goal)
    if len(problem.items) > MANY_ITEMS * len(problem.reps):
        search.run(sum(steps), lambda: go_on(1.0))
        return search.relaxed()
    search.run(steps[0], lambda: go_on(0.4))
    search.weigh_whole_items()
    search.run(steps[1], lambda: go_on(1.0))
    return search.relaxed()


class _Steps:
    def __init__(self, problem: Problem, homes: Homes, options: Options, start: tuple[Real, Real, float], best: float) -> None:
        self.problem, self.homes, self.options = problem, homes, options
        self.of_class = options.of_class
        self.kept = _kept(problem)
        self.firsts = np.array([m[0] for m in options.members], np.int64)
        self.cost = np.where(options.eligible(problem), options.cost.astype(float), np.inf)
        self.weight = None if self.kept is None else problem.weights[self.kept][:, self.firsts].astype(float)
        measures = start[1][:, self.firsts].copy()
        if self.kept is not None:
            measures[self.kept] = 0.0
        self.at = _Point(start[0].copy(), np.zeros(len(homes.places)), measures, start[2])
        self.goal = best
        self.highest, self.record = -np.inf, self.at
        self.often = np.zeros(len(options.place))
        self.length = 1.0
        self.whole = False
        self.way: Real | None = None
        self.band_price = np.zeros(len(options.place))

    def weigh_whole_items(self) -> None:
        """From now on, the steps weigh sets of whole items, from the best prices so far."""
        self.at, self.way = self.record, None
        self.whole, self.length, self.highest = True, 0.5, -np.inf
        self.record = self._copy()

    def run(self, steps: int, go_on: Callable[[], bool]) -> None:
        """Takes at most so many steps."""
        idle = 0
        for _ in range(steps):
            if not go_on() or self.length < SHORTEST:
                return
            value, taken, shares = self._evaluate()
            if value > self.highest:
                self.highest, self.record, idle = value, self._copy(), 0
                if value > self.goal - 1 + 1e-6:
                    return
            else:
                idle += 1
                if idle >= PATIENCE:
                    self.length, idle = self.length * 0.7, 0
            self.often *= FADING
            self.often[taken] += 1 - FADING
            if not self._step(value, taken, shares):
                return

    def _evaluate(self) -> tuple[float, Whole, Real]:
        """The bound here, the options that it takes, and which shares of items they take (items x options taken)."""
        problem, at = self.problem, self.at
        value = float(at.items.sum() - at.places.sum())
        if problem.most_moves is not None:
            value -= at.move * problem.most_moves
        taken, shares = [], []
        for number, members in enumerate(self.options.members):
            part = slice(int(self.options.first[number]), int(self.options.first[number + 1]))
            reduced, ends = self._reduced(number, part)
            place = self.options.place[part]
            ranked, order, share = self._ranked(number, reduced, at.places[place] if place[0] >= 0 else np.zeros(1))
            chosen = order[: len(members)]
            value += float(ranked[chosen].sum()) + ends * len(members)
            taken.append(chosen + part.start)
            shares.append(share[:, chosen])
        return value, np.concatenate(taken), np.concatenate(shares, axis=1)

    def _ranked(self, number: int, reduced: Real, extra: Real) -> tuple[Real, Whole, Real]:
        """What options of a class cost at least, in which order that rises, and the shares of items that they take.

        With `whole`, sets of items that cannot be divided are weighed, but only of the options that can be among the least.
        """
        many = len(self.options.members[number])
        _, high, weight = self._band(number)
        worth, shares = self._priced(number, reduced, extra)
        ranked = worth + extra
        order = np.argsort(ranked, kind="stable")
        if self.whole and np.isfinite(high):
            refined = np.zeros(len(worth), bool)
            for part in (order[: 2 * many], order[2 * many :]):
                last = np.sort(ranked[refined])[many - 1] if refined.any() else np.inf
                part = part[ranked[part] < last]
                if not len(part) or whole_steps(reduced[:, part], weight, high) > MOST_STEPS:
                    break
                better, sets = whole_sets(reduced[:, part], weight, high)
                higher = better > worth[part] - 1e-9
                shares[:, part[higher]] = sets[:, higher]
                ranked[part] = np.maximum(better, worth[part]) + extra[part]
                refined[part] = True
            order = np.argsort(ranked, kind="stable")
        return ranked, order, shares

    def _priced(self, number: int, reduced: Real, extra: Real) -> tuple[Real, Real]:
        """What options of a class cost at least with their band priced, and the shares of items: right for all that can be among the least.

        The price that the band had at a step before gives less than that, without sorting; only what it does not exclude is sorted.
        """
        many, first = len(self.options.members[number]), int(self.options.first[number])
        low, high, weight = self._band(number)
        price = self.band_price[first : first + reduced.shape[1]]
        end = np.where(price > 0, high, np.where(price < 0, low, 0.0))
        worth = np.minimum(reduced + weight[:, None] * price[None, :], 0).sum(axis=0) - price * end
        shares = np.zeros(reduced.shape)
        sorted_ = np.zeros(len(worth), bool)
        order = np.argsort(worth + extra, kind="stable")
        for part in (order[: 2 * many], order[2 * many :]):
            last = np.sort((worth + extra)[sorted_])[many - 1] if sorted_.any() else np.inf
            part = part[(worth + extra)[part] < last]
            if len(part):
                worth[part], shares[:, part], price[part] = priced_sets(reduced[:, part], weight, low, high)
                sorted_[part] = True
        return worth, shares

    def _reduced(self, number: int, part: slice) -> tuple[Real, float]:
        """What pairs of a class cost beyond their prices, for some of its options, and what the ends of its priced bands come to."""
        problem, at, j = self.problem, self.at, int(self.firsts[number])
        paid = -at.items
        for k, weight in enumerate(problem.weights):
            if at.measures[k, number]:
                paid = paid - weight[:, j] * at.measures[k, number]
        if problem.most_moves is not None:
            paid = paid + problem.moved[:, j] * at.move
        prices = at.measures[:, number]
        ends = np.where(prices > 0, problem.least[:, j], np.where(prices < 0, problem.most[:, j], 0))
        return self.cost[:, part] + paid[:, None], float((ends * prices).sum())

    def _band(self, number: int) -> tuple[float, float, Real]:
        if self.kept is None or self.weight is None:
            return -np.inf, np.inf, np.zeros(len(self.problem.items))
        j = int(self.firsts[number])
        low, high = int(self.problem.least[self.kept, j]), int(self.problem.most[self.kept, j])
        return -np.inf if low <= -NO_LIMIT else low, np.inf if high >= NO_LIMIT else high, self.weight[:, number]

    def _step(self, value: float, taken: Whole, shares: Real) -> bool:
        """One step from here; says whether there is any way up."""
        problem, at = self.problem, self.at
        lacking = 1 - shares.sum(axis=1)
        place = self.options.place[taken]
        used = np.bincount(place[place >= 0], minlength=len(at.places)) - 1.0
        used[(at.places <= 0) & (used < 0)] = 0
        bands = np.zeros_like(at.measures)
        of_class = self.of_class[taken]
        scale = np.ones(len(problem.measures))
        for k, weight in enumerate(problem.weights):
            if k == self.kept:
                continue
            loads = np.bincount(of_class, (weight[:, self.firsts[of_class]] * shares).sum(axis=0), len(self.firsts))
            many = np.array([len(m) for m in self.options.members])
            low, high = problem.least[k, self.firsts] * many, problem.most[k, self.firsts] * many
            price = at.measures[k]
            up, down = np.maximum(low - loads, 0.0), np.minimum(high - loads, 0.0)
            bands[k] = np.where(price > 0, low - loads, np.where(price < 0, high - loads, up + down))
            scale[k] = max(float((weight.astype(float) ** 2).mean()) * len(problem.items) / len(problem.reps), 1e-9)
        size = float((lacking**2).sum() + (used**2).sum() + ((bands**2) / scale[:, None]).sum())
        if size <= 1e-12:
            return False
        gap = max(self.goal - value, 1e-4 * abs(self.goal), 1e-9)
        by = self.length * gap / size
        self.way = lacking if self.way is None else SMOOTH * self.way + (1 - SMOOTH) * lacking
        at.items += by * self.way
        at.places = np.maximum(at.places + by * used, 0)
        moved = at.measures + by * bands / scale[:, None]
        crossing = (moved * at.measures) < 0
        ceiling = problem.soft_price[:, self.firsts]
        at.measures = np.clip(np.where(crossing, 0.0, moved), -ceiling, ceiling)
        return True

    def _copy(self) -> _Point:
        return _Point(self.at.items.copy(), self.at.places.copy(), self.at.measures.copy(), self.at.move)

    def relaxed(self) -> HomesRelaxed:
        """What the best step gave, worked out exactly."""
        self.at = self.record
        by_rep = np.zeros(self.problem.least.shape)
        for number, members in enumerate(self.options.members):
            by_rep[:, list(members)] = self.at.measures[:, [number]]
        prices = HomePrices(
            np.rint(self.at.items * PRICE_UNIT).astype(np.int64),
            np.rint(self.at.places * PRICE_UNIT).astype(np.int64),
            _whole(by_rep, self.problem),
            max(0, round(self.at.move * PRICE_UNIT)) if self.problem.most_moves is not None else 0,
            self.kept,
        )
        option_above, pair_above = self._above()
        return HomesRelaxed(prices, homes_bound(self.problem, self.homes, prices), self.often, option_above, pair_above)

    def _above(self) -> tuple[Real, Real]:
        """What options and pairs cost at least beyond the bound: as the band's own price says, or as sets of whole items do."""
        option_above, pair_above = np.zeros(len(self.options.place)), np.empty(self.cost.shape)
        for number, members in enumerate(self.options.members):
            part = slice(int(self.options.first[number]), int(self.options.first[number + 1]))
            place = self.options.place[part]
            extra = self.at.places[place] if place[0] >= 0 else np.zeros(1)
            reduced, _ = self._reduced(number, part)
            low, high, weight = self._band(number)
            priced, _, price = priced_sets(reduced, weight, low, high)
            whole = np.minimum(reduced, 0).sum(axis=0)
            if np.isfinite(high) and whole_steps(reduced, weight, high) <= 10 * MOST_STEPS:
                whole = whole_sets(reduced, weight, high)[0]
            worth = np.maximum(priced, whole) + extra
            last = np.sort(worth)[len(members) - 1]
            option_above[part] = np.maximum(worth - last, 0)
            with_pair = np.maximum(priced + np.maximum(reduced + weight[:, None] * price[None, :], 0), whole + np.maximum(reduced, 0))
            pair_above[:, part] = np.maximum(with_pair + extra - np.minimum(worth, last), 0)
        return option_above, pair_above


def _kept(problem: Problem) -> int | None:
    """The measure whose band is kept: the one whose items are largest beside its bands, which whole items meet the worst."""
    best, kept = 0.0, None
    for k in np.nonzero(problem.hard)[0].tolist():
        top = problem.most[k][problem.most[k] < NO_LIMIT]
        if len(top):
            coarse = float(problem.weights[k].mean()) / max(float(top.mean()), 1.0)
            best, kept = max((best, kept), (coarse, k), key=lambda each: each[0])
    return kept


def _whole(prices: Real, problem: Problem) -> Whole:
    ceiling = np.where(np.isfinite(problem.soft_price), problem.soft_price, 1e12) * PRICE_UNIT
    whole = np.clip(np.rint(prices * PRICE_UNIT), -ceiling, ceiling).astype(np.int64)
    ends = np.where(whole > 0, problem.least, problem.most)
    return np.where(np.abs(ends) >= NO_LIMIT, 0, whole)
