"""Makes choices: each is written as a scenario, read again as whoever gets the file would, solved, and written beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from compplan.assignment.problem import standing
from compplan.assignment.scenario.check import Scenario, read_scenario
from compplan.assignment.scenario.homes import with_homes
from compplan.assignment.scenario.read_problem import Territories, read_problem
from compplan.assignment.solver.solve import Limits, Progress, Solution
from compplan.assignment.territories.assign import assign
from compplan.assignment.territories.before_solving import check_before_solving, explain_contradiction
from compplan.assignment.territories.choices import Choice, as_asked, choices, write_scenario
from compplan.assignment.territories.homes_proof import homes_gap
from compplan.assignment.territories.result_folder import Writer, write_result
from compplan.assignment.territories.sides import Side, side_of
from compplan.assignment.territories.summary import gap_of
from compplan.diagnostics.model import Problems

Report = Callable[[Scenario, Territories, Solution, Path], Writer]


@dataclass(frozen=True, eq=False)
class Made:
    """A choice and what came of it: its assignment in the terms of the scenario as asked, and its gap; or why there is none."""

    choice: Choice
    side: Side | None
    gap: float = 0.0
    why_not: str = ""


def make_choices(
    scenario: Scenario,
    territories: Territories,
    place: Path,
    limits: Limits,
    tell: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
    read: Callable[[Path], Scenario] = read_scenario,
    report: Report | None = None,
) -> Iterator[Made]:
    """Makes the scenario as asked, and the choices beside it, each in a file and a folder of its name in `place`; none after a stop.

    `read` gives the scenario of a file, with all that is worked out for it; `report` gives what writes more files into each folder.
    """
    first = _made(as_asked(scenario), scenario, territories, place, limits, tell, stopped, read, report)
    yield first
    if first.side is not None:
        for choice in choices(scenario, territories, first.side):
            if stopped():
                return
            yield _made(choice, scenario, territories, place, limits, tell, stopped, read, report)


def _made(
    choice: Choice,
    scenario: Scenario,
    asked: Territories,
    place: Path,
    limits: Limits,
    tell: Callable[[Progress], None],
    stopped: Callable[[], bool],
    read: Callable[[Path], Scenario],
    report: Report | None,
) -> Made:
    file, folder = place / f"{choice.file_name}.yaml", place / choice.file_name
    write_scenario(choice, scenario, file)
    changed = read(file)
    territories = read_problem(changed)
    try:
        check_before_solving(territories)
        territories, solution = assign(territories, limits, tell, stopped)
        if standing(territories.problem, solution.assigned).broken:
            if not stopped():
                explain_contradiction(territories)
            return Made(choice, None, why_not="No assignment that keeps all of its rules was found in that time.")
    except Problems as problems:
        return Made(choice, None, why_not=" ".join(d.message for d in problems.diagnostics))
    write_result(folder, territories, solution, [] if report is None else [report(changed, territories, solution, folder)])
    gap = gap_of(standing(territories.problem, solution.assigned), solution)
    if territories.chosen is not None:
        gap, asked = homes_gap(territories, solution.assigned), with_homes(asked, territories.chosen)
    return Made(choice, side_of(asked, choice.name, solution.assigned), gap)
