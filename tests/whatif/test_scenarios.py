"""Scenarios beside the project: each comes to what a project comes to whose files were edited by hand, and none touches another."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from compplan.api import open_project, period_of
from compplan.diagnostics import Problems
from compplan.engine.steps import Months
from compplan.engine.variants import make_variants
from compplan.whatif.comparison.compare import records_of
from compplan.whatif.scenarios.asked import read_file, read_flags
from compplan.whatif.scenarios.files import tried_as_json, tried_as_markdown
from compplan.whatif.scenarios.scenario import check_scenarios, scenario_variants
from compplan.whatif.scenarios.try_scenarios import Tried, try_scenarios

PLANS = Path(__file__).resolve().parents[2] / "plans"
QUARTER = "2027-Q1"

ALL = """
scenarios:
  faster:
    changes:
      account_executive.own: {from 100%: 1.6x}
  checked:
    changes:
      own: ["from 100%: 1.5x becomes 1.7x", add from 200%: 3x]
      account_executive:
        - remove bonus stretch
  quotas:
    quotas: {arr: 110%, company_arr: "4,000,000 USD"}
  dearer:
    records:
      deals:
        - where: {product: Guard, owner.region: [West, East], acv: "from 20,000 USD"}
          times: {acv: 107.5%}
        - where: {deal: D-0001}
          set: {owner: rosa.delgado, stage: Won}
  people:
    people:
      ana.ruiz: {role: Manager, target_incentive: "95,000 USD"}
    new_hires:
      zoe.park:
        {name: Zoe Park, role: BDR, team: Lakes, region: Central, manager: daniel.kowalczyk, hire_date: 2027-01-01, target_incentive: 24000}
    records:
      leads:
        add: {lead: L-X, rep: zoe.park, product: Core, created_date: 2027-01-05, qualified_date: 2027-02-01}
      objectives:
        add: {person: ana.ruiz, quarter: 2027-Q1, objective: Start, weight: 100%, score: 50%}
  fewer:
    records:
      splits: {where: {deal.segment: Enterprise}, leave_out: yes}
      deals: {where: {segment: Enterprise}, leave_out: yes}
  nothing: {}
"""


def rows_of(folder: Path, kind: str) -> tuple[list[str], list[dict[str, str]]]:
    with (folder / "data" / f"{kind}.csv").open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return list(reader.fieldnames or ()), rows


def edit_rows(folder: Path, kind: str, edit: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    columns, rows = rows_of(folder, kind)
    with (folder / "data" / f"{kind}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(edit(rows))


def edit_plan(folder: Path, name: str, *edits: tuple[str, str]) -> None:
    file = folder / f"{name}.plan"
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")


def faster(folder: Path) -> None:
    edit_plan(folder, "account_executive", ("from 100%: 1.5x", "from 100%: 1.6x"))


def checked(folder: Path) -> None:
    plan = (folder / "account_executive.plan").read_text(encoding="utf-8")
    stretch = plan[plan.index("  bonus stretch") : plan.index("  award presidents_club")]
    rows = ("from 100%: 1.5x", "from 100%: 1.7x"), ("from 150%: 2x", "from 150%: 2x\n      from 200%: 3x")
    edit_plan(folder, "account_executive", *rows, (stretch, ""))


def quotas(folder: Path) -> None:
    old = 'quota for arr         each quarter = sum(quotas.amount where measure = "arr")'
    edit_plan(folder, "company", (old, old + " * 110%"), ("6,500,000 USD", "4,000,000 USD"))


def dearer(folder: Path) -> None:
    regions = {p["person"]: p["region"] for p in rows_of(folder, "people")[1]}

    def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        for row in rows:
            large = Decimal(row["acv"]) >= 20_000
            if row["product"] == "Guard" and regions[row["owner"]] in ("West", "East") and large:
                row["acv"] = str((Decimal(row["acv"]) * Decimal("1.075")).quantize(Decimal("0.01"), ROUND_HALF_UP))
            if row["deal"] == "D-0001":
                row |= {"owner": "rosa.delgado", "stage": "Won"}
        return rows

    edit_rows(folder, "deals", edit)


def people(folder: Path) -> None:
    def edit(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        for row in rows:
            if row["person"] == "ana.ruiz":
                row |= {"role": "Manager", "target_incentive": "95000"}
        new = ("zoe.park", "Zoe Park", "BDR", "Lakes", "Central", "daniel.kowalczyk", "2027-01-01", "24000")
        return [*rows, dict(zip(rows[0], new, strict=True))]

    edit_rows(folder, "people", edit)
    for kind, cells in (
        ("leads", ("L-X", "zoe.park", "Core", "2027-01-05", "2027-02-01")),
        ("objectives", ("ana.ruiz", QUARTER, "Start", "100%", "50%")),
    ):
        edit_rows(folder, kind, lambda rows, cells=cells: [*rows, dict(zip(rows[0], cells, strict=True))])  # type: ignore[misc]


def fewer(folder: Path) -> None:
    gone = {row["deal"] for row in rows_of(folder, "deals")[1] if row["segment"] == "Enterprise"}
    for kind in ("deals", "splits"):
        edit_rows(folder, kind, lambda rows: [row for row in rows if row["deal"] not in gone])


BY_HAND = {f.__name__: f for f in (faster, checked, quotas, dearer, people, fewer)}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenarios") / "all.yaml"
    path.write_text(ALL, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tried(file: Path) -> dict[str, Tried]:
    """All scenarios together."""
    found = try_scenarios(open_project(PLANS).project, read_file(file).scenarios, period_of(QUARTER))
    return {one.name: one for one in found}


def paid(folder: Path) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in open_project(folder).run(QUARTER).payouts.to_pylist():
        sums[row["payee"]] += row["amount"]
    return {payee: amount for payee, amount in sums.items() if amount}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_scenario_is_the_project_edited_by_hand(name: str, tried: dict[str, Tried], tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    shutil.copytree(PLANS, folder, ignore=shutil.ignore_patterns("runs", "__pycache__", "*.py"))
    BY_HAND[name](folder)
    (part,) = tried[name].comparison.currencies
    assert {p.payee: p.amounts.after for p in part.payees if p.amounts.after} == paid(folder)
    assert part.total.difference


def test_a_scenario_that_changes_nothing_is_zero_everywhere(tried: dict[str, Tried]) -> None:
    comparison = tried["nothing"].comparison
    assert comparison.changes == ()
    (part,) = comparison.currencies
    assert not part.total.difference
    assert part.winners == part.losers == ()
    assert part.spread_before == part.spread_after
    assert all(a.shares_before == a.shares_after for a in comparison.attainment)


@pytest.mark.parametrize("name", ["quotas", "people"])
def test_a_scenario_alone_is_what_it_is_among_others(name: str, file: Path, tried: dict[str, Tried]) -> None:
    alone = [one for one in read_file(file).scenarios if one.name == name]
    (found,) = try_scenarios(open_project(PLANS).project, alone, period_of(QUARTER))
    assert found == tried[name]


def test_what_a_scenario_changes_is_said_in_words(tried: dict[str, Tried]) -> None:
    said = {name: [str(c) for c in one.comparison.changes] for name, one in tried.items()}
    assert said["faster"] == ["Own bookings: from 100% it is 1.6x, was 1.5x."]
    assert said["quotas"] == ["quota arr: it is 110% of what it was.", "quota company_arr: it is 4,000,000 USD, was 6,500,000 USD."]
    assert said["dearer"][1:] == [
        "deals: in 1 row where deal is D-0001, owner is rosa.delgado, was ana.ruiz.",
        "deals: in 1 row where deal is D-0001, stage is Won, was Won.",
    ]
    assert "people: ana.ruiz: target_incentive is 95,000 USD, was 90,000 USD." in said["people"]
    assert said["fewer"][0].startswith("splits: ")
    assert said["fewer"][0].endswith(" are left out.")


def test_for_programs_and_pull_requests(tried: dict[str, Tried]) -> None:
    everything = tuple(tried.values())
    assert '"scenario": "faster"' in tried_as_json(everything)
    assert "| nothing |" in tried_as_markdown(everything)
    assert tried_as_markdown(everything[:1]).startswith("## Halden Systems, 2027-Q1: as it is and faster")


def test_scenarios_are_variants_for_whoever_works_them_out(file: Path, tried: dict[str, Tried]) -> None:
    project, period = open_project(PLANS).project, period_of(QUARTER)
    scenarios = check_scenarios(project, read_file(file).scenarios)
    with records_of(project) as connection:
        variants = scenario_variants(connection, project, scenarios, period)
        made = make_variants(connection, variants, project.schema, project.calendar, Months(period.first_month, period.last_month))
        sums = [connection.execute(f'SELECT sum(amount) FROM steps."{one.relation("payouts")}"').fetchone() for one in made]
    assert [v.name for v in variants] == list(tried)
    assert set(variants[3].records) == {"deals"}
    assert [s[0] for s in sums if s] == [one.comparison.currencies[0].total.after for one in tried.values()]


def test_flags_are_a_scenario(tried: dict[str, Tried]) -> None:
    asked = read_flags(["account_executive.own from 100%: 1.6x"])
    (found,) = try_scenarios(open_project(PLANS).project, [asked], period_of(QUARTER))
    assert found.name == "account_executive.own from 100%: 1.6x"
    assert found.comparison.currencies == tried["faster"].comparison.currencies


def test_records_that_are_not_sound_any_more_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("scenarios:\n  a:\n    records:\n      deals: {where: {segment: Enterprise}, leave_out: yes}\n")
    with pytest.raises(Problems) as told:
        try_scenarios(open_project(PLANS).project, read_file(path).scenarios, period_of(QUARTER))
    (problem,) = told.value.diagnostics
    assert problem.code == "unsound-records"
    assert "of splits is no deal in deals" in problem.message
    assert problem.span is not None
    assert problem.span.line == 4
