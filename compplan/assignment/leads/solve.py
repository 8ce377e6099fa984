"""Gives leads to reps: a ceiling with its prices, an assignment near it, and neighbourhoods until the time or the gap is reached."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from compplan.assignment.leads.ceiling import FINE, SCALE, Prices, floor_cannot_be_met, revenue_at_most, welfare_at_least, welfare_at_most
from compplan.assignment.leads.division import Choice, everything
from compplan.assignment.leads.exchanges import Exchanges, Fair, Revenue, improve
from compplan.assignment.leads.flow import Flows
from compplan.assignment.leads.more_revenue import more_revenue, without_envy
from compplan.assignment.leads.neighbourhoods import Neighbourhoods, NoSuch, divided_anew
from compplan.assignment.leads.problem import Goal, LeadProblem, floor_of, standing, values_of
from compplan.assignment.leads.relaxation import Relaxed, fairest, greatest_with_floor
from compplan.assignment.problem import Flags, Whole
from compplan.assignment.solver.solve import Limits

SMALL = 400
"""Up to so many pairs the whole problem is searched through."""
LEADS_TAKEN, MOST_TAKEN = 80, 200
"""How many leads are divided anew at a time: more and more, when that gives nothing."""
NEAR = 0.1
STILL = 25
"""After so many neighbourhoods that gave nothing, no more are tried."""
DEARER = ((2.0, 1.0), (5.0, 1.0), (20.0, 1.01), (20.0, 1.03), (100.0, 1.0))
"""What a unit below a floor costs in exchanges, and how many times the floor is aimed at: one after the other, until all are met."""
AGAIN = 3
"""So often floors that go by the mean are worked out anew."""
LITTLE = 0.2
"""This part of what may be given up for revenue is not worth a search."""
SECONDS, NODES = 2.0, 200
PRICES, NEIGHBOURHOODS = 0.35, 0.7
"""The share of the time after which prices, and neighbourhoods where revenue is to be raised afterwards, are looked for no longer."""


@dataclass(frozen=True)
class Progress:
    """How far it is: what is being done, the seconds so far, the revenue of the best, and how far from the best it can be."""

    phase: str
    seconds: float
    revenue: float | None
    gap: float | None


@dataclass(frozen=True, eq=False)
class Solution:
    """The best assignment found (the place of each lead; place m is nobody), and the prices that prove how far from the best it can be.

    `bound` is in parts of `FINE` of welfare for fairness, in whole units of worth for revenue. `greatest` is the greatest revenue
    without a floor, and `greatest_prices` prove it. `searched` is whether a complete search found nothing better.
    """

    assigned: Whole
    prices: Prices
    bound: int
    greatest: int
    greatest_prices: Prices
    searched: bool
    seconds: float
    rounds: int


class CannotBeMet(Exception):  # noqa: N818 - it says what was found
    """Raised where no assignment gives every rep its floor: what a mixture of assignments lacks, in units of worth, and the prices.

    `proven` is whether the prices prove it exactly; else a complete search found none.
    """

    def __init__(self, short: float, prices: Prices, *, proven: bool) -> None:
        super().__init__("the floor cannot be met")
        self.short, self.prices, self.proven = short, prices, proven


class _Run:
    def __init__(self, problem: LeadProblem, limits: Limits, tell: Callable[[Progress], None], stopped: Callable[[], bool]) -> None:
        self.problem, self.limits, self.tell, self.stopped = problem, limits, tell, stopped
        self.began = time.monotonic()
        self.random = np.random.default_rng(limits.seed)
        self.best: Whole | None = None
        self.bound: int | None = None
        self.rounds, self.searched = 0, False

    def passed(self) -> float:
        return time.monotonic() - self.began

    def go_on(self, share: float = 1.0) -> bool:
        """Whether there is time left of this share of all."""
        late = self.limits.seconds is not None and self.passed() >= self.limits.seconds * share
        return not (late or self.stopped())

    def until(self) -> float:
        """The share of the time after which the search is over."""
        return NEIGHBOURHOODS if self.problem.goal.fair and self.problem.goal.give_up else 1.0

    def worth(self, assigned: Whole) -> tuple[int, float]:
        """By what assignments are compared: what lacks to the floors, then welfare or revenue."""
        values = values_of(self.problem, assigned)
        if self.problem.goal.fair:
            return (0, float((self.problem.weight * np.log1p(values)).sum()))
        lacks = sum(max(0, f - v) for f, v in zip(floor_of(self.problem, values), values.tolist(), strict=True))
        return (-lacks, float(sum(values.tolist())))

    def offer(self, assigned: Whole) -> bool:
        """Keeps an assignment that is better than the best so far; says whether it is."""
        better = self.best is None or self.worth(assigned) > self.worth(self.best)
        if better:
            self.best = assigned.copy()
        return better

    def gap(self) -> float | None:
        if self.best is None or self.bound is None or self.worth(self.best)[0] < 0:
            return None
        return gap(self.problem, self.best, self.bound)

    def report(self, phase: str) -> None:
        revenue = None if self.best is None else sum(values_of(self.problem, self.best).tolist()) / 10**self.problem.decimals
        self.tell(Progress(phase, self.passed(), revenue, self.gap()))

    def close_enough(self) -> bool:
        """Whether the best is within the gap, or so near that what may be given up for revenue is much more."""
        found, goal = self.gap(), self.problem.goal
        return found is not None and found <= max(self.limits.gap, float(goal.give_up) * LITTLE if goal.fair else 0.0)


def gap(problem: LeadProblem, assigned: Whole, bound: int) -> float:
    """By what share an assignment is below the best at most.

    Of fairness, that is a share of the geometric mean of what reps get, weighted by what they are entitled to.
    """
    values = values_of(problem, assigned)
    if problem.goal.fair:
        more = bound / FINE - float((problem.weight * np.log1p(values)).sum())
        return max(0.0, -math.expm1(-more / float(problem.weight.sum())))
    return max(0.0, (bound - int(values.sum())) / max(bound, 1))


def solve(
    problem: LeadProblem,
    limits: Limits,
    tell: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Solution:
    """The best assignment that is found within the limits, with prices that prove how far from the best it can be.

    Raises `CannotBeMet` where no assignment gives every rep its floor.
    """
    run = _Run(problem, limits, tell, stopped)
    run.report("prices")
    flows = Flows(problem)
    first, places, unit = flows.best(np.append(np.ones(len(problem.reps)), 0.0))
    greatest_prices = Prices((0,) * len(problem.reps), tuple(round(p * unit * SCALE) for p in places.tolist()))
    greatest = revenue_at_most(replace(problem, goal=Goal(fair=False)), greatest_prices)
    if problem.goal.fair:
        relaxed = fairest(problem, flows, first, lambda: run.go_on(PRICES))
        run.bound = welfare_at_most(problem, relaxed.prices)
    elif problem.goal.has_floor:
        relaxed = greatest_with_floor(problem, first)
        if relaxed.short > 0 and floor_cannot_be_met(problem, relaxed.prices):
            raise CannotBeMet(relaxed.short, relaxed.prices, proven=True)
        run.bound = revenue_at_most(problem, relaxed.prices)
    else:
        run.bound = greatest
        relaxed = Relaxed(greatest_prices, float(greatest), np.zeros(problem.places.shape))
    run.offer(first)
    run.report("bound")
    if problem.goal.fair or problem.goal.has_floor:
        _search(run, flows, relaxed)
    if problem.goal.fair:
        _give_up(run)
    assert run.best is not None
    return Solution(run.best, relaxed.prices, run.bound, greatest, greatest_prices, run.searched, run.passed(), run.rounds)


def _search(run: _Run, flows: Flows, relaxed: Relaxed) -> None:
    """From the mixture to an assignment near it, by exchanges, and then by neighbourhoods."""
    _exchange(run, flows.nearest(relaxed.shares))
    run.report("exchanges")
    near = _near(run.problem, relaxed.prices)
    if int(run.problem.places.sum()) <= SMALL:
        _search_through(run)
    neighbourhoods, still = Neighbourhoods(run.problem), 0
    while run.go_on(run.until()) and not (run.close_enough() or run.searched) and still < STILL:
        if run.limits.rounds is not None and run.rounds >= run.limits.rounds:
            break
        run.rounds += 1
        assert run.best is not None
        many = LEADS_TAKEN + (MOST_TAKEN - LEADS_TAKEN) * still // STILL
        choice = neighbourhoods.draw(run.best, standing(run.problem, run.best).below, many, run.random)
        found = _divided(run, choice, near)
        still = 0 if found is not None and run.offer(found[0]) else still + 1
        run.report("neighbourhoods")


def _divided(run: _Run, choice: Choice, near: Flags) -> tuple[Whole, bool] | None:
    """A neighbourhood of the best divided anew; floors that are met stay met, as far as a solver of floating point sees them."""
    assert run.best is not None
    met = run.worth(run.best)[0] == 0
    try:
        return divided_anew(run.problem, run.best, choice, near, _seconds(run, SECONDS), NODES, firm=met)
    except NoSuch:
        return None


def _exchange(run: _Run, start: Whole) -> None:
    """Exchanges until nothing is better; where reps are below their floors, these count more and more."""
    problem, exchanges = run.problem, Exchanges(run.problem, start)

    def go_on() -> bool:
        return run.go_on(run.until())

    if problem.goal.fair:
        improve(exchanges, Fair(problem), run.random, go_on)
        run.offer(exchanges.assigned)
        return
    for dear, aim in DEARER:
        for _ in range(AGAIN):
            floors = np.array([*floor_of(problem, values_of(problem, exchanges.assigned)), 0], float)
            improve(exchanges, Revenue(floors * aim, dear), run.random, go_on)
            run.offer(exchanges.assigned)
        if not standing(problem, exchanges.assigned).below:
            return


def _search_through(run: _Run) -> None:
    """Searches a small problem through; where no assignment gives every rep its floor, that is told."""
    assert run.best is not None
    problem = run.problem
    try:
        found = divided_anew(problem, run.best, everything(problem), problem.places, _seconds(run, 30.0), 200_000, firm=True)
    except NoSuch:
        raise CannotBeMet(-run.worth(run.best)[0], Prices((), ()), proven=False) from None
    if found is not None:
        run.offer(found[0])
        run.searched = found[1]
    run.report("search")


def _seconds(run: _Run, most: float) -> float:
    """How long a model may take: without a limit of seconds, so long that it is the nodes that end it."""
    return most * 20 if run.limits.seconds is None else max(0.1, min(most, run.limits.seconds - run.passed()))


def _near(problem: LeadProblem, prices: Prices) -> Flags:
    """The pairs that an assignment near the best can have: what a lead counts there, less the price, is little below the most."""
    counts = np.append(np.array([float(c) for c in prices.counts]) / SCALE, 0.0) + (0.0 if problem.goal.fair else 1.0)
    counts[-1] = 0.0
    value = counts * problem.real_worth
    left = np.where(problem.places, value - np.array([float(p) for p in prices.places]) / SCALE, -np.inf)
    below = left.max(axis=1)[:, None] - left
    near: Flags = below <= NEAR * float(value.max(axis=1).mean())
    return near


def _give_up(run: _Run) -> None:
    """Takes envy up to one lead away, and gives up as much fairness for revenue as is allowed."""
    problem = run.problem
    assert run.best is not None
    assert run.bound is not None
    now = welfare_at_least(problem, values_of(problem, run.best).tolist()) / FINE
    allowed = float(problem.goal.give_up)
    least = run.bound / FINE + float(problem.weight.sum()) * math.log(max(1 - allowed, 1e-12))
    changed = without_envy(problem, run.best, min(least, now), run.random, run.go_on)
    if least < now:
        changed = more_revenue(problem, changed, least, run.random, run.go_on)
    run.searched = run.searched and bool((changed == run.best).all())
    run.best = changed
    run.report("revenue")
