"""From a relaxation to connected territories: a start that is connected, exchanges that keep it so, and neighbourhoods with separators."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.problem import Real
from compplan.assignment.separators import Separator
from compplan.assignment.solver.connected_exchanges import ConnectedExchanges
from compplan.assignment.solver.connected_neighbourhoods import Divided, divided_connected
from compplan.assignment.solver.connected_start import connected_start
from compplan.assignment.solver.exchanges import anneal
from compplan.assignment.solver.neighbourhoods import Choice, Neighbourhoods
from compplan.assignment.solver.relaxation import Relaxed

if TYPE_CHECKING:
    from compplan.assignment.solver.solve import Run

HEAT = 0.3
SWEEPS, SWEEPS_EACH = 1500, 20
"""Sweeps of exchanges, and how many at most for each item: small problems need fewer."""
STARTS = 3
"""How often exchanges begin anew; what comes out differs a good deal."""
EXCHANGING = 0.45
"""The share of the time after which exchanges end."""
SIZES = ((2, 0.8), (3, 0.3), (3, 0.3), (4, 0.15))
"""Of how many reps what they have is divided anew, and up to which reduced cost, in typical costs of an item, pairs are tried."""
NEAREST = 0.5
"""Reps are neighbours by the items that are so near to both."""
TURN_SECONDS = 1.0
WORKERS = 2
"""How many neighbourhoods are worked on at a time."""
FEWEST = 2
"""Fewer free reps than these are not worth a neighbourhood beside others."""


def improve_connected(run: Run, relaxed: Relaxed, outside: Real, typical: float, share: float) -> None:
    """Offers connected assignments to the run until this share of its time is over, or its gap or rounds are reached.

    `outside` is what a unit outside of each band costs (measures x reps), `typical` what an item costs.
    """
    problem = run.problem
    start = connected_start(problem, relaxed.shares.argmax(axis=1), relaxed.reduced)
    run.offer(start)
    for number in range(1, STARTS + 1):
        exchanges = ConnectedExchanges(problem, start, outside, relaxed.prices.move / PRICE_UNIT)
        sweeps = min(SWEEPS, SWEEPS_EACH * len(problem.items))
        anneal(exchanges, HEAT * typical, sweeps, run.random, _share_of(run, EXCHANGING * share * number / STARTS))
        run.offer(exchanges.assigned)
        run.report("exchanges")
    _neighbours(run, relaxed, outside, typical, share)


def _share_of(run: Run, share: float) -> Callable[[], float]:
    """How much is over of what is left now of this share of the run's time: nothing where seconds are not counted."""
    began = run.passed()
    end = (run.limits.seconds or 0.0) * share

    def passed() -> float:
        if not run.go_on(share):
            return 1.0
        return 0.0 if run.limits.seconds is None else (run.passed() - began) / max(end - began, 1e-9)

    return passed


def _neighbours(run: Run, relaxed: Relaxed, outside: Real, typical: float, share: float) -> None:
    """Neighbourhoods until this share of the time is over: two at a time, of other reps each.

    They end in the order in which they began, so that without a clock the answer repeats.
    """
    problem = run.problem
    nearest = problem.eligible & (relaxed.reduced <= NEAREST * typical)
    neighbourhoods = Neighbourhoods(problem, relaxed.reduced, relaxed.prices.measures / PRICE_UNIT, nearest)
    run.remember(cut for cut in relaxed.prices.cuts if isinstance(cut, Separator))
    flying: deque[tuple[Choice, Future[Divided]]] = deque()
    busy = np.zeros(len(problem.reps), bool)
    with ThreadPoolExecutor(WORKERS) as pool:
        while True:
            while len(flying) < WORKERS and run.another(share) and (not flying or (~busy).sum() >= FEWEST):
                run.rounds += 1
                assert run.best is not None
                size, far = SIZES[int(run.random.integers(len(SIZES)))]
                choice = neighbourhoods.draw(run.best, outside, size, run.random, busy)
                busy[choice.reps] = True
                near = problem.eligible & (relaxed.reduced <= far * typical)
                seconds = None if run.limits.seconds is None else min(TURN_SECONDS, max(0.1, run.limits.seconds - run.passed()))
                known = tuple(run.separators)
                flying.append((choice, pool.submit(divided_connected, problem, run.best, choice, near, outside, seconds, known)))
            if not flying:
                return
            choice, future = flying.popleft()
            divided = future.result()
            busy[choice.reps] = False
            run.remember(divided.found)
            if divided.assigned is not None:
                run.offer_part(choice.items, divided.assigned[choice.items])
            run.report("neighbourhoods")
