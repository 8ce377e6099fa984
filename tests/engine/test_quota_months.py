"""A quota that is ramped, prorated or relieved is told month by month."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from compplan.engine.explanation import QuotaExplanation
from tests.support.projects import HEAD, run_whole, write_project

PLAN = """
  tenure counts months from hire_date, the month of hire is month 1
  credit booking from deals {
    on      close_date
    amount  amount
    give    100% to owner
  }
  measure arr = sum(booking.credited)
  quota for arr each quarter = 1,200 USD, ramped each month by the step reached by tenure {
    below 2: 0%
    from  2: 50%
    from  4: 100%
  }
  bonus goal "Goal" {
    for    each quarter
    pay    100 USD
    times  attainment(arr)
  }
"""
PEOPLE = """person,role,team,manager,hire_date,target
ana,AE,West,,2027-01-10,1
bob,AE,West,,2026-01-01,1
"""


def quotas(project: Path, runs: Path, payee: str) -> tuple[QuotaExplanation, ...]:
    """The quotas that an explanation tells month by month; it adds up."""
    return run_whole(project, "2027-Q1", runs).explain(payee).plans[0].quotas


def test_a_ramp_is_told_month_by_month(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p", {"p": f'plan p "P" {{{HEAD}{PLAN}}}\n'}, people=PEOPLE)
    (quota,) = quotas(project, tmp_path / "runs", "ana")
    assert (quota.period, quota.value, quota.counts) == ("2027-Q1", 400, None)
    half = Fraction(1, 2)
    assert [(m.month, m.asked, m.part) for m in quota.months] == [("2027-01", 0, 0), ("2027-02", half, 200), ("2027-03", half, 200)]
    assert quotas(project, tmp_path / "runs", "bob") == ()


def test_days_are_told_month_by_month(tmp_path: Path) -> None:
    """Ana comes on 2 February: 27 and 31 of 90 days, at half of the quota; Bob leaves after January."""
    people = PEOPLE.replace("ana,AE,West,,2027-01-10,1", "ana,AE,West,,2027-01-10,1,2027-02-02,").replace(
        "bob,AE,West,,2026-01-01,1", "bob,AE,West,,2026-01-01,1,2026-01-01,2027-01-31"
    )
    head = HEAD + "  prorate quota(arr) by calendar days\n"
    project = write_project(
        tmp_path / "p", {"p": f'plan p "P" {{{head}{PLAN}}}\n'}, people=people.replace("target\n", "target,starts,ends\n")
    )
    text = (project / "compplan.yaml").read_text()
    dated = "      target: money per year\n      starts: date\n      ends: {type: date, optional: true}\n"
    text = text.replace("      target: money per year\n", dated).replace(
        "    key: person\n", "    key: person\n    valid: {from: starts, through: ends}\n", 1
    )
    (project / "compplan.yaml").write_text(text)
    (quota,) = quotas(project, tmp_path / "runs", "ana")
    assert (quota.counts, quota.whole) == ("days", 90)
    assert [(m.month, m.asked, m.counted, m.part) for m in quota.months] == [
        ("2027-02", Fraction(1, 2), 27, 180),
        ("2027-03", Fraction(1, 2), 31, Fraction(206666666666667, 10**12)),
    ]
    (quota,) = quotas(project, tmp_path / "runs", "bob")
    assert [(m.month, m.asked, m.counted) for m in quota.months] == [("2027-01", 1, 31)]
    assert "  2027-01  100% asked for  31 of 90 days count" in str(run_whole(project, "2027-Q1").explain("bob"))
