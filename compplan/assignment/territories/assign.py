"""Assigns territories: with a home for each rep as they are, and else with homes chosen too."""

from __future__ import annotations

from collections.abc import Callable

from compplan.assignment.scenario.homes import ChosenHomes, with_homes
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.solver.homes_search import solve_with_homes
from compplan.assignment.solver.solve import Limits, Progress, Solution, solve


def assign(
    territories: Territories, limits: Limits, tell: Callable[[Progress], None], stopped: Callable[[], bool]
) -> tuple[Territories, Solution]:
    """The territories with a home for each rep, and the best assignment of them that is found within the limits; see `solve`."""
    if territories.unplaced is None:
        return territories, solve(territories.problem, limits, tell, stopped)
    found = solve_with_homes(territories.problem, territories.unplaced.homes, limits, tell, stopped)
    chosen = ChosenHomes(found.chosen, territories.problem, found.prices, found.bound, found.searched)
    return with_homes(territories, chosen), found.solution
