"""Versions of a plan that are worked out together: what a changed component has in common with what it was is worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from benchmarks.make_deals import Size
from benchmarks.run import PROJECTS, prepare
from compplan.api import open_project, period_of
from compplan.engine.database import open_database
from compplan.engine.relations import STEPS, quoted
from compplan.engine.steps import Months
from compplan.engine.variants import Variant, make_variants
from compplan.language import typed as ty
from compplan.records.load import load_records
from compplan.records.project_file import Project
from compplan.whatif.comparison.plan_side import plan_side

Change = tuple[str, str]
RATE: Change = ("from 1,000,000 USD: 6%", "from 1,000,000 USD: 7%")
AMOUNT: Change = ("measure sold = sum(sale.credited)", "measure sold = sum(sale.credited where sale.amount > 500 USD)")
CHANGES = (RATE, AMOUNT, ("250 USD", "300 USD"))


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the plan that was worked out, by steps: their relations, how many rows these have and a hash of them, and columns."""

    relations: Mapping[str, str]
    rows: Mapping[str, tuple[int, int]]
    columns: Mapping[str, list[str]]

    def common(self) -> dict[str, list[str]]:
        """What its steps have in common with others' inside: the columns by the relation."""
        return {name: self.columns[step] for step, name in self.relations.items() if step.startswith("common~")}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project of the benchmark with few deals."""
    return open_project(prepare(PROJECTS[0], tmp_path_factory.mktemp("common"), Size.of(4_000))).project


@pytest.fixture(scope="module")
def unchanged(project: Project) -> Version:
    """The plan worked out as it is, alone."""
    return worked_out(project, None)[0]


def worked_out(project: Project, *changes: Change | None, fewer: bool = False) -> list[Version]:
    """Versions of the plan with one change each, worked out together; `fewer` gives the last of them half of the deals."""
    variants = [Variant(str(n), plans(project, change)) for n, change in enumerate(changes)]
    if fewer:
        variants[-1] = Variant(variants[-1].name, variants[-1].plans, {"deals": "fewer"})
    year = period_of("2027")
    with open_database() as connection:
        load_records(project, connection)
        connection.execute("CREATE TABLE records.fewer AS SELECT * FROM records.deals WHERE hash(deal) % 2 = 0")
        made = make_variants(connection, variants, project.schema, project.calendar, Months(year.first_month, year.last_month))
        found = []
        for one in made:
            tables = {step: f"{STEPS}.{quoted(name)}" for step, name in one.relations.items()}
            rows = {s: connection.sql(f"SELECT count(*), sum(hash(t)::HUGEINT) FROM {name} t").fetchall()[0] for s, name in tables.items()}
            found.append(Version(one.relations, rows, {s: connection.sql(f"FROM {name}").columns for s, name in tables.items()}))
        return found


def plans(project: Project, change: Change | None) -> tuple[ty.Plan, ...]:
    side = plan_side(project, str(project.root))
    if change is None:
        return side.plans
    (text,) = side.texts.values()
    assert change[0] in text
    file = project.root / "changed" / "benchmark.plan"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text.replace(*change))
    return plan_side(project, str(file)).plans


def test_running_totals_are_added_up_once_for_two_rates(project: Project) -> None:
    before, after = worked_out(project, None, RATE)
    assert before.relations["earnings_benchmark_individual"] != after.relations["earnings_benchmark_individual"]
    assert before.common() == after.common()
    assert sum("total_0" in columns for columns in before.common().values()) == 1


@pytest.mark.parametrize("change", CHANGES)
def test_each_version_holds_what_it_holds_alone(project: Project, unchanged: Version, change: Change) -> None:
    together, alone = worked_out(project, None, change), [unchanged, *worked_out(project, change)]
    for one, other in zip(together, alone, strict=True):
        assert {step: one.rows[step] for step in other.rows} == other.rows
    assert together[0].rows["payouts"] != together[1].rows["payouts"]


def test_what_is_paid_for_other_deals_has_running_totals_of_its_own(project: Project) -> None:
    before, after = worked_out(project, None, AMOUNT)
    assert not any("total_0" in columns for columns in (*before.common().values(), *after.common().values()))


def test_other_rows_of_deals_have_running_totals_of_their_own(project: Project) -> None:
    before, after = worked_out(project, None, RATE, fewer=True)
    assert after.rows["credit_sale"][0] < before.rows["credit_sale"][0]
    assert not any("total_0" in columns for columns in (*before.common().values(), *after.common().values()))


def test_one_version_and_versions_that_are_alike_have_no_other_steps(project: Project, unchanged: Version) -> None:
    assert unchanged.common() == {}
    one, other = worked_out(project, None, None)
    assert one.relations == other.relations == unchanged.relations
