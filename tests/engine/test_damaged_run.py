"""A run that somebody changed afterwards is never taken for what was paid."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import compplan
from compplan.diagnostics import Problems
from compplan.engine.explain import explain
from compplan.engine.run_folder import find_run
from tests.support.projects import simple_plan, write_project

PLAN = simple_plan("""
  commission own "Own" {
    for  each booking
    pay  10% of credited
  }
""")


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A small project with a run of its first quarter."""
    project = write_project(tmp_path / "p", {"p": PLAN})
    compplan.open_project(project).run("2027-Q1", tmp_path / "runs")
    return tmp_path


def test_plans_that_were_changed_in_a_run_are_not_explained(company: Path) -> None:
    run = find_run(company / "runs", "2027-Q1")
    plan = next((run.folder / "project").glob("*.plan"))
    plan.write_text(plan.read_text().replace("10%", "90%"))
    with pytest.raises(Problems, match="was changed since"):
        explain(run, "ana")


@pytest.mark.parametrize("name", ["payouts", "credit_booking"])
def test_a_missing_file_of_a_run_is_told(company: Path, name: str) -> None:
    run = find_run(company / "runs", "2027-Q1")
    (run.folder / "steps" / f"{name}.parquet").unlink()
    with pytest.raises(Problems, match="is damaged"):
        explain(run, "ana")


def test_a_file_that_lost_its_end_is_told(company: Path) -> None:
    run = find_run(company / "runs", "2027-Q1")
    file = run.folder / "steps" / "earnings_p_own.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(Problems, match=r"steps/earnings_p_own\.parquet is missing or cannot be read"):
        explain(run, "ana")


def test_a_fault_of_the_engine_is_not_taken_for_damage(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise duckdb.InternalException("a fault")

    monkeypatch.setattr("compplan.engine.explainer.explained", fails)
    with pytest.raises(duckdb.InternalException, match="a fault"):
        explain(find_run(company / "runs", "2027-Q1"), "ana")


def test_running_again_replaces_what_was_changed(company: Path) -> None:
    run = find_run(company / "runs", "2027-Q1")
    right = (run.folder / "payouts.csv").read_text()
    (run.folder / "payouts.csv").write_text(right.replace("100.00", "999.00"))
    (run.folder / "steps" / "payouts.parquet").unlink()
    again = compplan.open_project(company / "p").run("2027-Q1", company / "runs")
    assert (again.folder / "payouts.csv").read_text() == right
    assert [p.name for p in (company / "runs").iterdir()] == [run.folder.name]
