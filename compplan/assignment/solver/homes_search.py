"""Assigns items to reps some of whom get their place as well.

Places to begin with, prices over all choices of places, neighbours divided anew with their places, and last what is ordinary: with the
best places found, an assignment and its prices.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.homes import Homes, Options, options_of, placed
from compplan.assignment.homes_bound import HomePrices
from compplan.assignment.problem import Problem, Real, Whole, standing
from compplan.assignment.solver.homes_neighbourhoods import Neighbours, Pool, Seated, divided_with_places
from compplan.assignment.solver.homes_places import best_places, first_places, item_prices, settled
from compplan.assignment.solver.homes_relaxation import HomesRelaxed, relax_homes
from compplan.assignment.solver.opening_prices import opening_prices
from compplan.assignment.solver.relaxation import Relaxed, outside_prices, relax
from compplan.assignment.solver.solve import CUT_ROUNDS, UNCONNECTED, Limits, Progress, Solution, solve

PLAIN_STEPS, WHOLE_STEPS = 600, 300
"""Steps of prices with bands that can be filled exactly, and then with whole items."""
MOST_PAIRS = 1_500
"""Where no more pairs are left that could be part of something better, they are searched all at once."""
PAIRS_EACH = 6
"""So many pairs for each item in a model of neighbours, the most promising ones."""
SECONDS = 2.0
LARGE = 200_000
"""From so many pairs of an item and a rep on, places are judged by the relaxation alone, so that time is left for the assignment."""
QUICK_GAP = 0.01
"""How near the best for its places an assignment has to be while places are still being looked for."""
NODES = 400
NEARLY = 1e-9
"""How far the solver's own bound, which is a real number, may be off."""


@dataclass(frozen=True, eq=False)
class HomesSolution:
    """The place of each rep without a home, the best assignment found with its prices there, and what was proven over all places.

    `bound` is in millionths of a unit of cost; `searched`, in units, is a bound that a complete search reached, where there was one.
    """

    chosen: Whole
    solution: Solution
    prices: HomePrices
    bound: int
    searched: int | None


def solve_with_homes(
    problem: Problem,
    homes: Homes,
    limits: Limits,
    tell: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> HomesSolution:
    """The best assignment and places that are found within the limits, with prices that prove how far from the best they can be.

    `problem` has the costs without the ways of reps who have no home. There must be as many places as such reps. As `solve`, it can be
    stopped, and repeats itself with `rounds` and no `seconds`. Raises ArithmeticError where a relaxation cannot be solved.
    """
    search = _Search(problem, homes, limits, tell, stopped)
    search.begin()
    search.price()
    search.improve()
    return search.finish()


class _Search:
    def __init__(
        self, problem: Problem, homes: Homes, limits: Limits, tell: Callable[[Progress], None], stopped: Callable[[], bool]
    ) -> None:
        self.problem, self.homes, self.limits, self.tell, self.stopped = problem, homes, limits, tell, stopped
        self.began = time.monotonic()
        self.random = np.random.default_rng(limits.seed)
        self.options: Options = options_of(problem, homes)
        self.best: Seated | None = None
        self.worth = (2**62, 2**62)
        self.large = int(problem.eligible.sum()) > LARGE
        self.cheapest = 2**62
        self.searched: int | None = None
        self.rounds = 0
        self.relaxed: HomesRelaxed | None = None
        self.start: tuple[Real, Real, float] = (np.zeros(0), np.zeros(0), 0.0)
        self.outside = np.zeros(problem.least.shape)

    def passed(self) -> float:
        return time.monotonic() - self.began

    def go_on(self, share: float = 1.0) -> bool:
        late = self.limits.seconds is not None and self.passed() >= self.limits.seconds * share
        return not (late or self.stopped())

    def left(self, share: float, most: float = np.inf) -> float | None:
        """This share of the seconds that are left; None where they are not counted."""
        return None if self.limits.seconds is None else min(most, max(0.1, (self.limits.seconds - self.passed()) * share))

    def begin(self) -> None:
        """Places to begin with, an assignment to them, and the prices that belong to it."""
        chosen, relaxed = settled(self.problem, self.homes, first_places(self.problem, self.homes), lambda: self.go_on(0.1))
        now = placed(self.problem, self.homes, chosen)
        self.start = (item_prices(now, relaxed), relaxed.prices.measures / PRICE_UNIT, relaxed.prices.move / PRICE_UNIT)
        self.outside = outside_prices(self.problem, self.start[1], float(np.abs(self.start[0]).mean()) + 1)
        self.try_places(chosen, relaxed)

    def price(self) -> None:
        """Prices over all choices of places; and the places that they favour."""
        assert self.best is not None
        goal = float(self.worth[1]) if self.worth[0] == 0 else self.cheapest / PRICE_UNIT * (1 + QUICK_GAP)
        self.relaxed = relax_homes(
            self.problem, self.homes, self.options, self.start, goal, (PLAIN_STEPS, WHOLE_STEPS), lambda share: self.go_on(0.35 * share)
        )
        self.report("bound")
        if self.go_on(0.5) and not self.close_enough():
            self.try_places(*settled(self.problem, self.homes, self._favoured(), lambda: self.go_on(0.4)))

    def _favoured(self) -> Whole:
        """The places that the steps chose most often, one for each rep without a home."""
        assert self.relaxed is not None
        chosen = np.full(len(self.homes.reps), -1, np.int64)
        at = {j: h for h, j in enumerate(self.homes.reps)}
        often = self.relaxed.often - 1e-6 * self.relaxed.option_above / max(float(self.relaxed.option_above.max()), 1e-9)
        for o in np.argsort(-often, kind="stable").tolist():
            place = int(self.options.place[o])
            waiting = [at[j] for j in self.options.members[int(self.options.of_class[o])] if place >= 0 and chosen[at[j]] < 0]
            if waiting and place not in chosen:
                chosen[waiting[0]] = place
        return chosen

    def try_places(self, chosen: Whole, relaxed: Relaxed) -> None:
        """An assignment for these places, by the ordinary means; then the best places for what each rep has.

        Of a large problem, the places are kept if their relaxation costs less, and what is assigned is only a rounding of it.
        """
        better = relaxed.bound < self.cheapest
        self.cheapest = min(self.cheapest, relaxed.bound)
        if self.large:
            if better:
                self.worth = (2**62, 2**62)
                self.offer(relaxed.shares.argmax(axis=1), chosen, move=False)
            return
        now = placed(self.problem, self.homes, chosen)
        limits = replace(self.limits, seconds=self.left(0.1, 4.0), rounds=None, gap=max(self.limits.gap, QUICK_GAP))
        if self.limits.seconds is None:
            limits = replace(limits, rounds=0)
        assigned = solve(now, limits, stopped=self.stopped).assigned
        self.offer(assigned, chosen)
        self.report("exchanges")

    def offer(self, assigned: Whole, chosen: Whole, *, move: bool = True) -> None:
        """Keeps an assignment with places if it is better than the best so far; with `move`, each rep at the best place for what it has."""
        shares = (assigned[:, None] == np.array(self.homes.reps)[None, :]).astype(float)
        for places in (best_places(self.homes, shares, chosen), chosen) if move else (chosen,):
            now = standing(placed(self.problem, self.homes, places), assigned)
            excess = int(now.outside[self.problem.hard].sum()) + now.too_many_moves + now.together + now.not_eligible
            excess += UNCONNECTED * now.not_connected
            if (excess, now.total) < self.worth:
                self.worth, self.best = (excess, now.total), Seated(assigned.copy(), self._seats(places))

    def _seats(self, chosen: Whole) -> Whole:
        """The option of each rep."""
        at = dict(zip(self.homes.reps, chosen.tolist(), strict=True))
        seat = np.zeros(len(self.problem.reps), np.int64)
        for number, members in enumerate(self.options.members):
            for j in members:
                seat[j] = int(self.options.first[number]) + at.get(j, 0)
        return seat

    def improve(self) -> None:
        """Neighbours divided anew, until the time is over or the gap is reached.

        As soon as few enough pairs are left that could be part of something better, all of these are searched at once.
        """
        assert self.relaxed is not None
        if self.large:
            return
        item_prices = self.relaxed.prices.items / PRICE_UNIT
        pool = Pool(self.problem, self.options, self.relaxed.pair_above, self.relaxed.option_above, self.outside, item_prices)
        neighbours = Neighbours(pool, self.homes.reps)
        size, tried = 3, (-1, -1)
        while self.go_on(0.85) and not self.close_enough() and (self.limits.rounds is None or self.rounds < self.limits.rounds):
            self.rounds += 1
            if self.worth != tried and int((pool.pair_above <= self._gap()).sum()) <= MOST_PAIRS:
                tried = self.worth
                self._search_all(pool, 0.4)
                continue
            size = self._divide(pool, neighbours, size)

    def _divide(self, pool: Pool, neighbours: Neighbours, size: int) -> int:
        """One neighbourhood of so many reps; says how many the next shall have."""
        assert self.best is not None
        size = min(size, len(self.problem.reps))
        reps = neighbours.draw(self.best, size, self.random)
        seconds, nodes = self._effort(1.0, SECONDS, NODES)
        most_pairs = PAIRS_EACH * int(np.isin(self.best.assigned, reps).sum())
        found = divided_with_places(pool, self.best, reps, most_pairs, self._gap(), seconds, nodes)
        proven = found is None or found[1].proven
        if found is not None:
            self.offer(found[0].assigned, self._places(found[0]))
        self.report("neighbourhoods")
        return size + 1 if proven else max(2, size - 1)

    def _search_all(self, pool: Pool, share: float) -> None:
        """All reps at once, with all pairs that can be part of something better; what the search proves holds for all."""
        assert self.best is not None
        assert self.relaxed is not None
        everybody = np.arange(len(self.problem.reps))
        seconds, nodes = self._effort(share, np.inf, 20 * NODES)
        found = divided_with_places(pool, self.best, everybody, pool.pair_above.size, self._gap(), seconds, nodes)
        if found is not None:
            self.offer(found[0].assigned, self._places(found[0]))
            if self.worth[0] == 0:
                reached = int(np.ceil(found[1].bound * (1 - NEARLY) - 1e-6))
                self.searched = min(max(reached, self.searched or reached), self.worth[1])
        self.report("search")

    def _effort(self, share: float, most: float, nodes: int) -> tuple[float, int | None]:
        """How many seconds a model may take, and how many nodes: only these where seconds are not counted, so that it repeats."""
        seconds = self.left(share, most)
        return (1e4, nodes) if seconds is None else (seconds, None)

    def _gap(self) -> float:
        """What an assignment may cost beyond the bound and still be better than the best so far."""
        assert self.relaxed is not None
        if self.worth[0]:
            return np.inf
        return max(0.0, self.worth[1] - 1 - self.relaxed.bound / PRICE_UNIT) + 1e-6 * abs(self.worth[1])

    def _places(self, now: Seated) -> Whole:
        return self.options.place[now.seat[list(self.homes.reps)]]

    def close_enough(self) -> bool:
        """Whether the best keeps all rules and is within the gap; costs are whole, so less than one unit is none."""
        return self.worth[0] == 0 and self.worth[1] - self._reached() <= self.limits.gap * abs(self.worth[1])

    def _reached(self) -> int:
        """The bound in whole units of cost."""
        reached = -(2**62) if self.relaxed is None else -(-self.relaxed.bound // PRICE_UNIT)
        return reached if self.searched is None else max(reached, self.searched)

    def report(self, phase: str) -> None:
        unit = 10**self.problem.cost_decimals
        best = None if self.best is None else self.worth[1] / unit
        bound = 0.0 if self.relaxed is None else self._reached() / unit
        self.tell(Progress(phase, self.passed(), bound, best, self.worth[0] == 0))

    def finish(self) -> HomesSolution:
        """The ordinary prices with the best places; where time is left and something may be saved, an ordinary search as well."""
        assert self.best is not None
        assert self.relaxed is not None
        chosen = self._places(self.best)
        now = placed(self.problem, self.homes, chosen)
        if self.close_enough() or not self.go_on():
            relaxed = relax(now, opening_prices(now), CUT_ROUNDS, self.go_on)
            solution = Solution(self.best.assigned, relaxed.prices, relaxed.plain, relaxed.bound, None, 0.0, 0)
        else:
            solution = solve(now, replace(self.limits, seconds=self.left(1.0)), self._passed_on, self.stopped)
            self.offer(solution.assigned, chosen, move=not self.large)
            if (self._places(self.best) != chosen).any():
                return self.finish()
        solution = replace(solution, assigned=self.best.assigned, seconds=self.passed(), rounds=self.rounds)
        return HomesSolution(chosen, solution, self.relaxed.prices, self.relaxed.bound, self.searched)

    def _passed_on(self, progress: Progress) -> None:
        self.report(progress.phase)
