"""Two sets of plans on the same records: each figure is what a run of its own gives, and a plan beside itself changes nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from compplan.api import open_project, period_of
from compplan.diagnostics import Problems
from compplan.whatif.comparison.compare import compare_plans
from compplan.whatif.comparison.comparison import Comparison, quantiles, spread_of
from compplan.whatif.comparison.files import as_json, as_markdown
from compplan.whatif.comparison.plan_side import plan_side
from compplan.whatif.comparison.words import sections

PLANS = Path(__file__).resolve().parents[2] / "plans"
QUARTER = "2027-Q1"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company with another accelerator."""
    folder = tmp_path_factory.mktemp("changed") / "plans"
    shutil.copytree(PLANS, folder, ignore=shutil.ignore_patterns("runs", "__pycache__"))
    plan = folder / "account_executive.plan"
    plan.write_text(plan.read_text().replace("from 100%: 1.5x", "from 100%: 1.6x"))
    return folder


@pytest.fixture(scope="module")
def compared(changed: Path) -> Comparison:
    project = open_project(PLANS).project
    return compare_plans(project, plan_side(project, str(PLANS)), plan_side(project, str(changed)), period_of(QUARTER))


def test_what_changed_is_said_first(compared: Comparison) -> None:
    assert [str(c) for c in compared.changes] == ["Own bookings: from 100% it is 1.6x, was 1.5x."]
    first = next(iter(sections(compared)))
    assert first.sentences == ("Own bookings: from 100% it is 1.6x, was 1.5x. (account_executive)",)


@pytest.mark.parametrize("side", ["before", "after"])
def test_each_payee_gets_what_a_run_of_its_own_gives(compared: Comparison, changed: Path, side: str) -> None:
    run = open_project(PLANS if side == "before" else changed).run(QUARTER)
    paid: dict[str, Decimal] = defaultdict(Decimal)
    by_role: dict[str, Decimal] = defaultdict(Decimal)
    people = {p.payee: p.groups["role"] for p in compared.currencies[0].payees}
    for row in run.payouts.to_pylist():
        paid[row["payee"]] += row["amount"]
        by_role[people[row["payee"]]] += row["amount"]
    part = compared.currencies[0]
    assert {p.payee: getattr(p.amounts, side) for p in part.payees} == dict(paid)
    assert getattr(part.total, side) == sum(paid.values())
    assert {g.name: getattr(g.amounts, side) for g in part.by["role"]} == {k: v for k, v in by_role.items() if v}


def test_every_grouping_adds_up_to_the_total(compared: Comparison) -> None:
    part = compared.currencies[0]
    for groups in part.by.values():
        assert sum(g.amounts.after for g in groups) == part.total.after
        assert sum(g.amounts.before for g in groups) == part.total.before


def test_only_what_the_change_is_about_changes(compared: Comparison) -> None:
    part = compared.currencies[0]
    assert {g.name for g in part.by["component"] if g.amounts.difference} == {"Account Executive 2027: Own bookings"}
    assert part.winners
    assert part.losers == ()
    assert {p.groups["role"] for p in part.winners} == {"AE"}


def test_plans_beside_themselves_change_nothing() -> None:
    project = open_project(PLANS).project
    side = plan_side(project, str(PLANS))
    found = compare_plans(project, side, side, period_of("2027-02"))
    assert found.changes == ()
    for part in found.currencies:
        assert part.winners == part.losers == ()
        assert not part.total.difference
        assert part.spread_before == part.spread_after
    assert all(a.shares_before == a.shares_after for a in found.attainment)


def test_a_plan_file_takes_the_place_of_the_projects(changed: Path, compared: Comparison) -> None:
    project = open_project(PLANS).project
    one = plan_side(project, str(changed / "account_executive.plan"))
    assert [p.name for p in one.plans] == [p.name for p in plan_side(project, str(changed)).plans]
    renamed = changed / "another_name.plan"
    renamed.write_text((changed / "account_executive.plan").read_text())
    again = plan_side(project, str(renamed))
    assert sorted(p.name for p in again.plans) == sorted(p.name for p in one.plans)
    renamed.unlink()


def test_a_git_revision_is_a_side(changed: Path, tmp_path: Path) -> None:
    repository = tmp_path / "company"
    shutil.copytree(changed, repository / "plans")
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "first"], check=True)
    shutil.copy(PLANS / "account_executive.plan", repository / "plans" / "account_executive.plan")
    project = open_project(repository / "plans").project
    assert plan_side(project, "HEAD").texts["account_executive.plan"] == (changed / "account_executive.plan").read_text()
    with pytest.raises(Problems) as told:
        plan_side(project, "nowhere")
    assert "no folder or plan file nowhere" in told.value.diagnostics[0].message


def test_a_side_with_a_mistake_says_which(changed: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "account_executive.plan"
    wrong.write_text((changed / "account_executive.plan").read_text().replace("per quarter", "per quater"))
    project = open_project(PLANS).project
    with pytest.raises(Problems) as told:
        plan_side(project, str(wrong))
    assert str(wrong) in told.value.diagnostics[0].message


def test_a_column_that_is_not_there(changed: Path) -> None:
    project = open_project(PLANS).project
    side = plan_side(project, str(PLANS))
    with pytest.raises(Problems) as told:
        compare_plans(project, side, side, period_of(QUARTER), ["rol"])
    assert "`rol` is not a column of people with texts." in told.value.diagnostics[0].message


def test_files_for_programs_and_pull_requests(compared: Comparison) -> None:
    assert '"part": "Own bookings"' in as_json(compared)
    text = as_markdown(compared)
    assert "- Own bookings: from 100% it is 1.6x, was 1.5x. (account_executive)" in text
    assert text.count("<details>") == text.count("</details>") >= 3


def test_how_pay_is_spread() -> None:
    spread = spread_of([Decimal(n) for n in (0, 10, 20, 30, 40, 100)])
    assert (spread.payees, spread.paid) == (6, 5)
    assert spread.top_fifth is not None
    assert (spread.top_fifth.numerator, spread.top_fifth.denominator) == (1, 2)
    assert spread.quantiles == {10: 0, 25: 10, 50: 20, 75: 40, 90: 100}
    assert quantiles(list[Decimal]()) == {}
