"""Contract costs: what is earned for a deal becomes an expense over its contract's time; all of it, and no cent more."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import compplan
from compplan.engine.explain import explain_each
from compplan.engine.result_lines import opened_results
from compplan.engine.run_folder import Run
from tests.support.projects import run_whole, simple_plan, write_project

COSTS = """
  commission own "Own deals" {
    for  each booking
    pay  10.007% of credited
  }
  bonus quarter "The quarter" {
    for     each quarter
    pay     1% of arr
    spread  over booking in proportion to credited
  }
  clawback late "Late" {
    of    own
    take  33% on close_date + 70 days
  }
  contract cost winning "Winning" {
    of         own, quarter
    over       7 months from close_date, by months
    expense    where kind = "old"
    write off  on close_date + 100 days where deal = "d2"
  }
"""


def project(folder: Path) -> Path:
    return write_project(folder / "p", {"p": simple_plan(COSTS)})


def rows(run: Run) -> list[tuple[object, ...]]:
    with opened_results(run) as (connection, tables):
        query = next(t.query for t in tables if t.name == "contract_costs")
        columns = "component, deal, month, capitalised, expensed, amortised, written_off, balance"
        return connection.execute(f"SELECT {columns} FROM ({query}) ORDER BY ALL").fetchall()


def total(found: list[tuple[object, ...]], column: int) -> Decimal:
    return sum((Decimal(str(r[column])) for r in found), Decimal(0))


def test_what_is_earned_less_what_is_taken_back_becomes_an_expense(tmp_path: Path) -> None:
    results = run_whole(project(tmp_path), "2027", tmp_path / "runs")
    found = rows(results.run)
    paid = sum((Fraction(r["amount"]) for r in results.payouts.to_pylist()), Fraction(0))
    assert Fraction(total(found, 3) + total(found, 4)) == paid
    assert total(found, 5) + total(found, 6) == total(found, 3)
    assert total([r for r in found if r[2] == "2027-12"], 7) == 0
    assert {r[1] for r in found if r[6]} == {"d2"}


def test_months_run_one_by_one_come_to_the_year(tmp_path: Path) -> None:
    folder = project(tmp_path)
    whole = rows(run_whole(folder, "2027-H1", tmp_path / "runs").run)
    months = [rows(run_whole(folder, f"2027-0{n}", tmp_path / "runs").run) for n in range(1, 7)]
    assert sorted(r for month in months for r in month) == sorted(whole)


def test_what_is_left_becomes_an_expense_when_the_plan_is_over(tmp_path: Path) -> None:
    text = simple_plan(COSTS).replace("7 months", "2 years")
    folder = write_project(tmp_path / "p", {"p": text})
    later = run_whole(folder, "2028-06", tmp_path / "runs")
    found = rows(later.run)
    assert found
    assert all(r[3] == 0 and r[5] > 0 and r[7] > 0 for r in found if r[1] == "d1")  # type: ignore[operator]
    (text,) = (e.to_text() for e in explain_each(later.run, ["ana"]))
    assert "of 24 months" in text


def test_the_export_has_a_sheet_where_there_are_costs(tmp_path: Path) -> None:
    with opened_results(compplan.open_project(project(tmp_path)).run("2027-Q1", tmp_path / "r").run) as (_, tables):
        assert [t.name for t in tables][-1] == "contract_costs"
    plain = write_project(tmp_path / "q", {"p": simple_plan('bonus a "A" {\n for each month\n pay 1 USD\n}\n')})
    with opened_results(compplan.open_project(plain).run("2027-Q1", tmp_path / "s").run) as (_, tables):
        assert [t.name for t in tables][-1] == "awards"


def test_one_record_is_followed_to_its_part_and_to_its_cost(tmp_path: Path) -> None:
    folder = project(tmp_path)
    run_whole(folder, "2027-Q1", folder / "runs")
    done = subprocess.run(
        [sys.executable, "-m", "compplan", "explain", "ana", "--period", "2027-Q1", "--record", "d1"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "spread  over booking in proportion to credited" in done.stdout or "spread over booking in proportion" in done.stdout
    assert "Winning (contract cost winning), left" in done.stdout
    assert "2 of 7 months" in done.stdout
    assert "then 71.48 USD in 2027" in done.stdout


def test_what_is_coming_is_what_later_runs_amortise(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", {"p": simple_plan(COSTS).replace("7 months", "29 months").replace("write off", "# write off")})
    now = next(explain_each(run_whole(folder, "2027-Q2", tmp_path / "runs").run, ["ana"]))
    said = {one.year: one.amount for cost in now.plans[0].costs if cost.component == "own" for one in cost.coming}
    assert list(said) == ["2027", "2028", "2029"]
    for year, amount in said.items():
        found = rows(run_whole(folder, "2027-H2" if year == "2027" else year, tmp_path / "runs").run)
        assert sum(Fraction(str(r[5])) for r in found if r[:2] == ("own", "d1")) == amount
