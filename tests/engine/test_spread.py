"""What a period comes to, spread over the deals that made it: all of it, kept and taken back by deal, the same month by month."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path

from compplan.engine.explain import explain_each
from compplan.engine.result_lines import opened_results
from tests.support.projects import payouts_of, run_whole, simple_plan, write_project

SPREAD = """
  commission tiers "Tiers on the quarter" {
    for     each month, on the quarter to date less what was earned before
    pay     each slice of arr {
      from      0 USD: 5%
      from  1,000 USD: 10.005%
    }
    spread  over booking in order of close_date
  }
  bonus share "A bonus" {
    for     each quarter
    pay     100.01 USD
    spread  over booking in proportion to credited
  }
  hold late "Late" {
    of       tiers, share
    keep     50%
    release  100% on close_date + 60 days
  }
"""


def project(folder: Path) -> Path:
    return write_project(folder / "p", {"p": simple_plan(SPREAD)})


def test_what_is_spread_is_what_was_earned(tmp_path: Path) -> None:
    run = run_whole(project(tmp_path), "2027-Q1", tmp_path / "runs").run
    earned: Counter[tuple[str, str]] = Counter()
    spread: Counter[tuple[str, str]] = Counter()
    for part in run.manifest.earnings:
        assert part.attributed is not None
        for counter, step in ((earned, part.step), (spread, part.attributed)):
            for row in run.step(step).to_pylist():
                counter[part.component, row["payee"]] += Fraction(row["earned"])  # type: ignore[assignment]
    assert {k: v for k, v in earned.items() if v} == {k: v for k, v in spread.items() if v}
    assert len(earned) == 2 * len({payee for _, payee in earned})


def test_months_run_one_by_one_come_to_the_quarter(tmp_path: Path) -> None:
    folder = project(tmp_path)
    months = [payouts_of(run_whole(folder, f"2027-0{n}", tmp_path / "runs")) for n in (1, 2, 3)]
    together = {key: amount for month in months for key, amount in month.items()}
    assert together == payouts_of(run_whole(folder, "2027-Q1", tmp_path / "runs"))


def test_the_lines_of_an_export_name_the_deals(tmp_path: Path) -> None:
    run = run_whole(project(tmp_path), "2027-Q1", tmp_path / "runs").run
    with opened_results(run) as (connection, tables):
        query = next(t.query for t in tables if t.name == "lines")
        rows = connection.execute(f"SELECT component, payee, deal, sum(earned) FROM ({query}) GROUP BY ALL").fetchall()
        paid = connection.execute("SELECT sum(amount) FROM steps.payouts WHERE kind = 'earning'").fetchall()
    assert {deal for _, payee, deal, _ in rows if payee == "ana"} >= {"d1"}
    assert sum(amount for *_, amount in rows) == paid[0][0]


def test_an_explanation_says_what_each_deal_has_earned(tmp_path: Path) -> None:
    results = run_whole(project(tmp_path), "2027-Q1", tmp_path / "runs")
    (text,) = (e.to_text() for e in explain_each(results.run, ["ana"]))
    assert "spread over booking in order of close_date" in " ".join(text.split())
    assert "of no booking" not in text
