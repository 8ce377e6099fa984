"""A checked scenario, and several of them as variants that are worked out together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Collector, Diagnostic, Problems
from compplan.engine.variants import Variant
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.project_plans import read_plans
from compplan.records.project_file import Project
from compplan.whatif.comparison.compare import Side
from compplan.whatif.comparison.plan_side import PlanSide
from compplan.whatif.scenarios.asked import Asked
from compplan.whatif.scenarios.cell_values import CellValues
from compplan.whatif.scenarios.plans import ScenarioPlans, scenario_plans
from compplan.whatif.scenarios.quota_rows import quota_rules
from compplan.whatif.scenarios.rows import RowRule, row_rules
from compplan.whatif.scenarios.sentences import at_home
from compplan.whatif.scenarios.tables import make_tables

if TYPE_CHECKING:
    import duckdb

AS_IT_IS = "as it is"


@immutable
class Scenario:
    """What a scenario comes to: its plans and its rules for rows; and every problem that can be told without the records."""

    asked: Asked
    plans: ScenarioPlans
    rules: tuple[RowRule, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def name(self) -> str:
        """Its name."""
        return self.asked.name


def check_scenarios(project: Project, asked: Sequence[Asked]) -> tuple[Scenario, ...]:
    """The scenarios, checked against the project as far as that goes without its records.

    What is wrong stands with each of them, and is raised by `scenario_sides`, with what is found in the records. Raises `Problems` where
    the project's own plans are wrong.
    """
    import duckdb

    own = read_plans(project).require()
    with duckdb.connect(":memory:") as connection:
        return tuple(_checked(project, one, own, CellValues(connection, project)) for one in asked)


def _checked(project: Project, asked: Asked, own: Sequence[ty.Plan], cells: CellValues) -> Scenario:
    plans = scenario_plans(project, asked)
    quotas, unread = quota_rules(project, asked, own, cells)
    rules, problems = row_rules(project, asked, cells)
    return Scenario(asked, plans, (*quotas, *rules), (*plans.diagnostics, *unread, *problems))


def scenario_sides(connection: duckdb.DuckDBPyConnection, project: Project, scenarios: Sequence[Scenario]) -> list[Side]:
    """The scenarios as sides of a comparison, in a database that has the project's records; tables with other rows are made there.

    Raises `Problems` with all that is wrong with any of the scenarios, each at its place in the file or the flag.
    """
    problems, sides = Collector(), []
    for scenario in scenarios:
        found = make_tables(connection, project, scenario.asked, scenario.rules)
        for diagnostic in (*scenario.diagnostics, *found.diagnostics):
            problems.add(diagnostic)
        sides.append(Side(scenario.plans.side, found.records, found.changes, scenario.plans.words))
    if problems.has_errors:
        raise Problems(problems.sorted())
    return sides


def scenario_variants(
    connection: duckdb.DuckDBPyConnection, project: Project, scenarios: Sequence[Scenario], period: FiscalPeriod
) -> list[Variant]:
    """The scenarios as variants of a period, each under its name; otherwise as `scenario_sides`."""
    return [side.variant(project, period) for side in scenario_sides(connection, project, scenarios)]


def as_it_is(project: Project) -> Side:
    """The project's own plans and records as a side. Raises `Problems` where the plans are wrong."""
    read = read_plans(project)
    return Side(PlanSide(AS_IT_IS, read.require(), read.texts))


def told_at_home(problems: Problems, scenarios: Sequence[Scenario]) -> Problems:
    """The same problems, with places in what was put together for a scenario told as places in its file."""
    fragments = {name: f for s in scenarios for name, f in s.plans.fragments.items()}
    return Problems(at_home(d, fragments) for d in problems.diagnostics)
