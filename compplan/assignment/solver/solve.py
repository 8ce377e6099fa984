"""Assigns items to reps.

Prices, a fractional assignment with its bound, a whole one, and neighbourhoods until the time or the gap is reached.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from compplan.assignment.bound import PRICE_UNIT, Prices
from compplan.assignment.problem import Problem, Real, Whole, standing
from compplan.assignment.separators import Separator
from compplan.assignment.solver.connected import improve_connected
from compplan.assignment.solver.connected_search import search_connected
from compplan.assignment.solver.exchanges import Exchanges, anneal
from compplan.assignment.solver.neighbourhoods import SECONDS, Choice, Neighbourhoods, divided_anew, excess_of
from compplan.assignment.solver.opening_prices import opening_prices
from compplan.assignment.solver.relaxation import Relaxation, Relaxed, outside_prices
from compplan.assignment.solver.search_tree import MOST_PAIRS, pairs_left, search_tree

SWEEPS, SWEEPS_EACH = 400, 20
"""How often all moves are weighed, and how much oftener for each item of a small problem, where it takes little time."""
HEAT = 0.25
NEAR = 1.0
FARTHER = 3.0
"""Where a rep is outside of a band, pairs of so large a reduced cost are looked at, in typical costs of an item."""
CUT_ROUNDS = 12
SMALL_SHARES = (0.1, 0.5)
"""Of a small problem, which is searched as a whole as well, neighbourhoods end after these shares of the time: before and after that."""
ENDLESS = 2**31
SMALL_SHARE_CONNECTED = 0.4
EXCHANGING = 0.2
"""The share of the time that exchanges take at most."""
WORKERS, IN_FLIGHT = 2, 3
"""How many neighbourhoods are worked on at a time, and how many are begun or wait, so that no worker does."""
SIZES, SIZES_SMALL = (3, 8), (3, 11)
"""Of how many reps what they have is divided anew: of so many at least, and fewer than."""
PARTS = (0.15, 0.3, 0.6, 1.0)
"""In a small problem pairs are tried whose reduced cost takes so much of what there is between the best and the bound."""
FEWEST = 3
"""Fewer free reps than these are not worth a neighbourhood beside others."""
UNCONNECTED = 2**50
"""What a rep whose items are not connected counts for, beside units outside of bands: connection comes first."""
CUTTING = 0.35
"""The share of the time after which no more cuts are looked for: on large problems a whole assignment needs it more."""
MOST_SEPARATORS = 4000
SEPARATING_ROUNDS = 40
SEPARATING = 0.3
"""The same for connected territories, of which separators say most."""


@dataclass(frozen=True)
class Limits:
    """When to stop: after so many seconds, at a gap (as a share of the cost), or after so many rounds; and the seed of what is drawn.

    With `rounds`, and `seconds` None, the same seed gives the same answer.
    """

    seconds: float | None = 60.0
    gap: float = 0.0
    rounds: int | None = None
    seed: int = 1


@dataclass(frozen=True)
class Progress:
    """How far it is.

    What is being done, the seconds so far, the bound and the best total as costs are written, and whether the best keeps all rules.
    """

    phase: str
    seconds: float
    bound: float
    best: float | None
    keeps_rules: bool

    @property
    def gap(self) -> float | None:
        """The share of the best total that may be saved at most."""
        if self.best is None or self.best == 0:
            return None
        return max(0.0, (self.best - self.bound) / abs(self.best))


@dataclass(frozen=True, eq=False)
class Solution:
    """The best assignment found (the rep of each item), the prices that prove its bound (in millionths of a unit of cost), and how it
    went.

    `plain` are the best prices without cuts.
    `searched` is a bound in units of cost that a complete search reached, where there was one; it takes that search to prove it again.
    """

    assigned: Whole
    prices: Prices
    plain: Prices
    bound: int
    searched: int | None
    seconds: float
    rounds: int


class Run:
    """What one search knows: the clock, the best so far, and whom to tell."""

    def __init__(self, problem: Problem, limits: Limits, tell: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        self.problem, self.limits, self.tell, self.stopped = problem, limits, tell, stopped
        self.began = time.monotonic()
        self.random = np.random.default_rng(limits.seed)
        self.best: Whole | None = None
        self.worth: tuple[int, int] = (2**62, 2**62)
        self.relaxation: Relaxation | None = None
        self.searched: int | None = None
        self.rounds = 0
        self.separators: dict[Separator, None] = {}

    def passed(self) -> float:
        """The seconds so far."""
        return time.monotonic() - self.began

    def go_on(self, share: float = 1.0) -> bool:
        """Whether there is time left of this share of all."""
        late = self.limits.seconds is not None and self.passed() >= self.limits.seconds * share
        return not (late or self.stopped())

    @property
    def bound(self) -> int:
        """What the prices say so far, in millionths."""
        return 0 if self.relaxation is None else self.relaxation.best.bound

    def cut_on(self) -> Callable[[], bool]:
        """Whether another round of cuts may begin: so many at most where seconds are not counted, so that they repeat."""
        rounds, share = (CUT_ROUNDS, CUTTING) if self.problem.borders is None else (SEPARATING_ROUNDS, SEPARATING)
        left = iter(range(rounds))
        counted = self.limits.seconds is None or self.problem.borders is not None
        return lambda: self.go_on(share) and not (counted and next(left, None) is None)

    def clock_of(self, share: float) -> Callable[[], float]:
        """How much of what is this share of all seconds, from now on, is over; only where seconds are counted."""
        began, seconds = self.passed(), self.limits.seconds

        def passed() -> float:
            if self.stopped():
                return 1.0
            return 0.0 if seconds is None else (self.passed() - began) / min(seconds * share, max(0.1, (seconds - began) / 2))

        return passed

    def remember(self, separators: Iterable[Separator]) -> None:
        """Keeps separators that hold everywhere; the oldest are forgotten."""
        self.separators.update(dict.fromkeys(separators))
        for oldest in list(self.separators)[: max(0, len(self.separators) - MOST_SEPARATORS)]:
            del self.separators[oldest]

    def another(self, share: float) -> bool:
        """Whether another neighbourhood may begin."""
        few = self.limits.rounds is None or self.rounds < self.limits.rounds
        return few and self.go_on(share) and not self.close_enough()

    def offer_part(self, items: Whole, reps: Whole) -> None:
        """Offers the best with these items at these reps instead."""
        assert self.best is not None
        changed = self.best.copy()
        changed[items] = reps
        self.offer(changed)

    def offer(self, assigned: Whole) -> None:
        """Keeps an assignment that breaks fewer rules, or as few and costs less."""
        now = standing(self.problem, assigned)
        excess = int(now.outside[self.problem.hard].sum()) + now.too_many_moves + now.together + now.not_eligible
        excess += UNCONNECTED * now.not_connected
        if (excess, now.total) < self.worth:
            self.worth, self.best = (excess, now.total), assigned.copy()

    def report(self, phase: str) -> None:
        """Tells how far it is."""
        unit = 10**self.problem.cost_decimals
        best = None if self.best is None else self.worth[1] / unit
        bound = max(self.bound / PRICE_UNIT, -np.inf if self.searched is None else self.searched) / unit
        self.tell(Progress(phase, self.passed(), bound, best, self.worth[0] == 0))

    def found(self, assigned: Whole) -> None:
        """Keeps what a search has found, and tells of it."""
        self.offer(assigned)
        self.report("search")

    def left(self, share: float) -> float | None:
        """This share of the seconds that are left; None where they are not counted."""
        return None if self.limits.seconds is None else max(0.1, (self.limits.seconds - self.passed()) * share)

    def close_enough(self) -> bool:
        """Whether the best keeps all rules and is within the gap; costs are whole, so less than one unit is none."""
        reached = -(-self.bound // PRICE_UNIT)
        left = self.worth[1] - (reached if self.searched is None else max(reached, self.searched))
        return self.worth[0] == 0 and left <= self.limits.gap * abs(self.worth[1])


def solve(
    problem: Problem,
    limits: Limits,
    tell: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Solution:
    """The best assignment that is found within the limits, with prices that prove how far from the best it can be.

    `tell` is called as it goes on; when `stopped` says yes, the best so far is given. Every item must have a rep who may have it.
    Raises ArithmeticError
    where the linear relaxation cannot be solved.
    """
    run = Run(problem, limits, tell, stopped)
    run.report("prices")
    relaxation = run.relaxation = Relaxation(problem, opening_prices(problem))
    run.offer(relaxation.best.shares.argmax(axis=1))
    run.report("bound")
    small = int(problem.eligible.sum()) <= MOST_PAIRS
    with ThreadPoolExecutor(1) as beside:
        cutting = beside.submit(relaxation.tighten, run.cut_on())
        if limits.seconds is None or small or problem.borders is not None:
            cutting.result()
        if problem.borders is None:
            _exchange(run, relaxation.best, SWEEPS + (SWEEPS_EACH * len(problem.items) if small else 0))
            _neighbours(run, relaxation.best, SMALL_SHARES[0] if small else 1.0)
            if small and limits.seconds is not None:
                _search(run, relaxation.best, 1)
                _neighbours(run, relaxation.best, SMALL_SHARES[1])
        else:
            firm = outside_prices(problem, relaxation.best.prices.measures / PRICE_UNIT, _typical(problem))
            improve_connected(run, relaxation.best, firm, _typical(problem), SMALL_SHARE_CONNECTED if small else 1.0)
        cutting.result()
    relaxed = relaxation.best
    _search(run, relaxed, ENDLESS)
    assert run.best is not None
    return Solution(run.best, relaxed.prices, relaxed.plain, relaxed.bound, run.searched, run.passed(), run.rounds)


def _exchange(run: Run, relaxed: Relaxed, sweeps: int) -> None:
    problem, typical = run.problem, _typical(run.problem)
    item, rep = np.nonzero((relaxed.reduced <= NEAR * typical) & problem.eligible)
    prices = relaxed.prices.measures / PRICE_UNIT
    outside = np.minimum(np.abs(prices) + 2 * np.abs(prices).mean(axis=1, keepdims=True) + 1e-9, problem.soft_price)
    assert run.best is not None
    exchanges = Exchanges(problem, run.best, item, rep, outside, relaxed.prices.move / PRICE_UNIT)
    anneal(exchanges, HEAT * typical, sweeps, run.random, run.clock_of(EXCHANGING))
    run.offer(exchanges.assigned)
    run.report("exchanges")


def _neighbours(run: Run, relaxed: Relaxed, share: float) -> None:
    """Neighbourhoods until this share of the time is over: two at a time, of other reps each.

    They end in the order in which they began, so that without a clock the answer repeats.
    """
    problem, typical = run.problem, _typical(run.problem)
    near = (relaxed.reduced <= NEAR * typical) & problem.eligible
    farther = (relaxed.reduced <= FARTHER * typical) & problem.eligible
    prices = relaxed.prices.measures / PRICE_UNIT
    outside = outside_prices(problem, prices, typical)
    neighbourhoods = Neighbourhoods(problem, relaxed.reduced, prices, near)
    flying: deque[tuple[Choice, Future[Whole | None]]] = deque()
    busy = np.zeros(len(problem.reps), bool)
    small = int(problem.eligible.sum()) <= 2 * MOST_PAIRS
    sizes = SIZES_SMALL if small else SIZES
    with ThreadPoolExecutor(WORKERS) as pool:
        while True:
            while len(flying) < IN_FLIGHT and run.another(share) and (not flying or (~busy).sum() >= FEWEST):
                run.rounds += 1
                assert run.best is not None
                choice = neighbourhoods.draw(run.best, outside, int(run.random.integers(*sizes)), run.random, busy)
                busy[choice.reps] = True
                columns = farther if excess_of(problem, run.best)[:, choice.reps][problem.hard].any() else near
                if small and run.worth[0] == 0:
                    columns = columns & pairs_left(problem, relaxed, run.worth[1], float(run.random.choice(PARTS)))
                seconds = None if run.limits.seconds is None else min(SECONDS, max(0.1, run.limits.seconds - run.passed()))
                flying.append((choice, pool.submit(divided_anew, problem, run.best, choice, columns, outside.copy(), 0.0, seconds)))
            if not flying:
                return
            choice, future = flying.popleft()
            changed = future.result()
            busy[choice.reps] = False
            if changed is not None:
                run.offer_part(choice.items, changed[choice.items])
            _make_dearer(problem, run.best, choice, outside)
            run.report("neighbourhoods")


def _make_dearer(problem: Problem, assigned: Whole | None, choice: Choice, outside: Real) -> None:
    """What the chosen reps still have outside of bands that are rules costs twice as much from now on."""
    assert assigned is not None
    broken = (excess_of(problem, assigned) > 0) & problem.hard[:, None]
    broken[:, np.setdiff1d(np.arange(len(problem.reps)), choice.reps)] = False
    outside[broken] *= 2


def _search(run: Run, relaxed: Relaxed, turns: int) -> None:
    """Searches a small problem through, in so many turns at most.

    First for what costs a little more than the bound, which leaves few pairs, then for more and more. Where nothing costs as little as
    was asked for, that is a better bound.
    """
    low = -(-run.bound // PRICE_UNIT)
    low = low if run.searched is None else max(low, run.searched)
    part = 4
    for _ in range(turns):
        if not run.go_on() or run.close_enough():
            return
        best = int(run.worth[1]) if run.worth[0] == 0 else None
        most = None if best is None else min(best - 1, low + (best - low) // part)
        pairs = run.problem.eligible if most is None else pairs_left(run.problem, relaxed, most)
        if int(pairs.sum()) > MOST_PAIRS:
            return
        last = most is None or best is None or most == best - 1
        search = search_tree if run.problem.borders is None else partial(search_connected, separators=tuple(run.separators))
        searched = search(run.problem, pairs, most, run.best, run.left(1.0 if last else 0.3), run.limits.seed, run.found, run.stopped)
        if searched.assigned is not None:
            run.offer(searched.assigned)
        if searched.finished or last:
            reached = searched.bound if searched.assigned is not None or not searched.finished else (low if most is None else most + 1)
            low = max(low, reached)
            run.searched = low if best is None else min(low, best)
        run.report("search")
        if last or (searched.finished and searched.assigned is not None):
            return
        part = part if searched.finished else max(1, part // 2)


def _typical(problem: Problem) -> float:
    """What an item costs at its cheapest rep, on average; and not too little beside what it may cost."""
    cheapest = np.where(problem.eligible, problem.cost, 2**62).min(axis=1)
    return max(float(np.abs(problem.cost[problem.eligible]).mean()) * 0.01, float(cheapest.mean()))
