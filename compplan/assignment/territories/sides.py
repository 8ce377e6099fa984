"""What an assignment comes to in the figures that a manager weighs: ways, disruption, moves, and how even each measure is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.problem import NO_LIMIT, Flags, Problem, Standing, Whole, standing
from compplan.assignment.scenario.read_problem import Territories


@dataclass(frozen=True, eq=False)
class Side:
    """An assignment under a name. `cost` is in whole units, with what soft bands cost; `disruption` is what of it comes from moves.

    `moves` counts accounts that change hands though the rep who has them stays. `uneven` has, for each measure, how far at most a rep lies
    from the middle of its band, in thousandths of that middle; None where bands have not two ends. `loads` are measures x reps.
    """

    name: str
    assigned: Whole
    cost: int
    disruption: int
    moves: int
    uneven: tuple[int | None, ...]
    loads: Whole
    keeps_rules: bool

    @property
    def ways(self) -> int:
        """The cost without disruption: ways and given costs."""
        return self.cost - self.disruption


def side_of(territories: Territories, name: str, assigned: Whole) -> Side:
    """What an assignment comes to, in the scenario's terms."""
    problem = territories.problem
    now = standing(problem, assigned)
    changed = moved_accounts(territories, assigned)
    uneven = tuple(_uneven(problem, now, k) for k in range(len(problem.measures)))
    disruption = int(territories.facts.disruption[changed].sum())
    return Side(name, assigned, now.total, disruption, int(changed.sum()), uneven, now.loads, not now.broken)


def moved_accounts(territories: Territories, assigned: Whole) -> Flags:
    """Which accounts change hands though the rep who has them stays: yes or no for each account."""
    changed: Flags = (territories.owner >= 0) & (territories.owner != assigned[territories.member])
    return changed


def _uneven(problem: Problem, now: Standing, k: int) -> int | None:
    """Thousandths, rounded up, so that a band of 5% that is kept is never said to be more uneven than 50."""
    low, high = problem.least[k], problem.most[k]
    if (low <= -NO_LIMIT).any() or (high >= NO_LIMIT).any() or (low + high <= 0).any():
        return None
    off = np.abs(2 * now.loads[k] - low - high)
    return int((-(-1000 * off // (low + high))).max())
