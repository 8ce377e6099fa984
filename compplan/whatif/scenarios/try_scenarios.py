"""Tries scenarios: all of them beside the plans and the records as they are, worked out in one go."""

from __future__ import annotations

from collections.abc import Sequence

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Problems
from compplan.engine.database import Progress
from compplan.immutable import immutable
from compplan.records.project_file import Project
from compplan.whatif.comparison.compare import compare_sides, group_columns, records_of
from compplan.whatif.comparison.comparison import Comparison
from compplan.whatif.scenarios.asked import Asked
from compplan.whatif.scenarios.scenario import as_it_is, check_scenarios, scenario_sides, told_at_home


@immutable
class Tried:
    """A scenario that was tried: its name, what it is about in words, and its comparison with things as they are."""

    name: str
    label: str | None
    comparison: Comparison


def try_scenarios(
    project: Project,
    asked: Sequence[Asked],
    period: FiscalPeriod,
    groups: Sequence[str] | None = None,
    *,
    set_aside: bool = False,
    progress: Progress | None = None,
) -> tuple[Tried, ...]:
    """What each scenario costs in a period beside today's plans and records.

    `groups` are columns of people. Raises `Problems` with all that is wrong with the scenarios, and as a run does.
    """
    columns = group_columns(project, groups)
    base = as_it_is(project)
    base.variant(project, period)  # a period that no plan is in force in is told before the records are read
    scenarios = check_scenarios(project, asked)
    with records_of(project, set_aside=set_aside) as connection:
        sides = [base, *scenario_sides(connection, project, scenarios)]
        try:
            found = compare_sides(connection, project, sides, period, columns, progress)
        except Problems as problems:
            raise told_at_home(problems, scenarios) from None
    return tuple(Tried(one.name, one.asked.form.label, comparison) for one, comparison in zip(scenarios, found, strict=True))
