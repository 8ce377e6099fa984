"""A period of a project simulated: as it is, and under scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.database import Progress
from compplan.records.project_file import Project
from compplan.whatif.comparison.compare import group_columns, records_of
from compplan.whatif.scenarios.asked import Asked
from compplan.whatif.scenarios.scenario import as_it_is, check_scenarios, scenario_sides, told_at_home
from compplan.whatif.simulation.forecast import Forecasts
from compplan.whatif.simulation.settings import Settings
from compplan.whatif.simulation.simulate import simulate


def simulate_project(
    project: Project,
    settings: Settings,
    scenarios: Sequence[Asked] = (),
    groups: Sequence[str] | None = None,
    budget: Decimal | None = None,
    *,
    set_aside: bool = False,
    progress: Progress | None = None,
) -> Forecasts:
    """What a period may come to: as it is first, then under each scenario, all for the same draws.

    `groups` are columns of people; the budget is in the currency of the project. Raises `Problems` with all that is wrong with
    the settings or the scenarios, and as a run does.
    """
    settings = settings.checked()
    columns = group_columns(project, groups)
    base = as_it_is(project)
    paying = base.variant(project, settings.period).plans  # a period that no plan is in force in is told before the records are read
    paid_in = list(dict.fromkeys(plan.currency for plan in paying))
    if budget is not None and project.schema.currency not in paid_in:
        message = f"The budget is in {project.schema.currency}, and the plans pay in {' and '.join(paid_in)}."
        raise Problems([Diagnostic("simulation", "The budget cannot be held against the cost", message)])
    settings.drawn(project.calendar)
    checked = check_scenarios(project, scenarios)
    with records_of(project, set_aside=set_aside) as connection:
        sides = [base, *scenario_sides(connection, project, checked)]
        try:
            return simulate(connection, project, sides, settings, columns, budget, progress)
        except Problems as problems:
            raise told_at_home(problems, checked) from None
