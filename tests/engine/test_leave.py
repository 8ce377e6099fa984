"""Leave, run and explained from files: what is relieved, what is paid meanwhile, and whose rows overlap."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import compplan
from compplan.diagnostics import Problems
from tests.support.projects import run_whole

PROJECT = """company: Halden Systems
currency: USD
plans: p.plan
records:
  people:
    source: people.csv
    key: person
    {valid}
    columns:
      person: text
      target: money per year
      starts: date
      ends: {{type: date, optional: true}}
  absences:
    source: absences.csv
    key: person
    valid: {{from: starts, through: ends}}
    columns: {{person: people, kind: text, starts: date, ends: {{type: date, optional: true}}}}
  deals:
    source: deals.csv
    key: deal
    columns: {{deal: text, owner: people, close_date: date, acv: money}}
working_days:
  weekdays: [monday, tuesday, wednesday, thursday, friday]
"""
PLAN = """plan p "P" {{
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month
  {terms}
  leave      child from absences where kind = "child"

  credit booking from deals {{
    on      close_date
    amount  acv
    give    100% to owner
  }}
  measure arr = sum(booking.credited)
  quota for arr each quarter = 90,000 USD

  commission own "Own" {{
    for  each booking
    pay  10% of credited
  }}
  bonus quota "A hundredth of the quota" {{
    for  each quarter
    pay  1% of quota(arr)
  }}
  bonus on_leave "On leave" {{
    for    each month
    let    usual = the monthly average of earned(own) over 3 months before child leave
    pay    if(usual is empty, target per month, usual)
    times  the share on child leave by calendar days
  }}
}}
"""
DEALS = "deal,owner,close_date,acv\nd1,ana,2027-01-10,30000\nd2,ana,2027-03-10,60000\nd3,ana,2027-04-10,5000\n"
PEOPLE = "person,target,starts,ends\nana,12000,2027-01-01,\nben,12000,2027-02-15,\n"
RELIEVED = "relieve quota(arr) for child leave by {by}"


def project(folder: Path, absences: str, terms: str, *, dated: bool = False) -> Path:
    valid = "valid: {from: starts, through: ends}" if dated else ""
    files = {
        "compplan.yaml": PROJECT.format(valid=valid),
        "p.plan": PLAN.format(terms=terms),
        "people.csv": PEOPLE,
        "absences.csv": "person,kind,starts,ends\n" + absences,
        "deals.csv": DEALS,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def paid(results: compplan.Results, payee: str) -> dict[tuple[str, str], Fraction]:
    rows = results.payouts.to_pylist()
    return {(r["component"], r["label"]): Fraction(r["amount"]) for r in rows if r["payee"] == payee and r["amount"]}


def test_days_on_leave_are_taken_off_and_paid(tmp_path: Path) -> None:
    absences = "ana,child,2027-04-21,2027-05-20\nana,child,2027-05-22,2027-05-31\nana,sick,2027-06-01,2027-06-05\n"
    results = run_whole(project(tmp_path, absences, RELIEVED.format(by="calendar days")), "2027-Q2")
    assert paid(results, "ana") == {
        ("own", "2027-04"): 500,
        ("quota", "2027-06"): Fraction("504.40"),  # 51 of 91 days
        ("on_leave", "2027-04"): 1000,  # 9,000 USD in three months, and 10 of 30 days
        ("on_leave", "2027-05"): Fraction("2903.23"),  # and 30 of 31
    }
    assert paid(results, "ben") == {("quota", "2027-06"): 900}
    text = str(results.explain("ana"))
    assert "2027-04-21 through 2027-05-20" in text
    assert "relieves quota(arr) by calendar days" in text
    assert "On child leave" in text
    assert "the share on child leave by calendar days" in text
    assert "On child leave" not in str(results.explain("ben"))


@pytest.mark.parametrize(
    ("absence", "by", "amount"),
    [
        ("2027-04-21,2027-05-20", "working days", "595.38"),  # 43 of 65
        ("2027-04-16,2027-06-14", "months of at least 15 days", "300.00"),  # April and May are off, June is not
        ("2027-04-17,2027-06-14", "months of at least 15 days", "600.00"),
        ("2027-01-01,", "calendar days", ""),
    ],
)
def test_leave_is_counted_as_the_plan_says(tmp_path: Path, absence: str, by: str, amount: str) -> None:
    results = run_whole(project(tmp_path, f"ana,child,{absence}\n", RELIEVED.format(by=by)), "2027-Q2")
    assert paid(results, "ana").get(("quota", "2027-06")) == (Fraction(amount) if amount else None)
    assert ("working days" in str(results.explain("ana"))) == (by == "working days")


def test_leave_and_days_as_a_payee_go_together(tmp_path: Path) -> None:
    terms = "prorate quota(arr) by calendar days\n  do not prorate target\n  " + RELIEVED.format(by="calendar days")
    absences = "ben,child,2027-01-20,2027-02-28\nana,child,2027-03-01,2027-03-10\n"
    results = run_whole(project(tmp_path, absences, terms, dated=True), "2027-Q1")
    assert paid(results, "ben")[("quota", "2027-03")] == 310  # here on 45 days, and on leave on 14 of these
    assert paid(results, "ana")[("quota", "2027-03")] == 800


def test_an_average_is_that_of_the_months_as_a_payee(tmp_path: Path) -> None:
    terms = "do not prorate quota(arr), target"
    absences = "ben,child,2027-02-20,2027-02-28\nana,child,2027-02-01,2027-02-28\n"
    results = run_whole(project(tmp_path, absences, terms, dated=True), "2027-02")
    assert paid(results, "ana")[("on_leave", "2027-02")] == 3000  # January alone
    assert paid(results, "ben")[("on_leave", "2027-02")] == Fraction("321.43")  # no month before: at target, 9 of 28 days


def test_two_rows_of_one_person_do_not_overlap(tmp_path: Path) -> None:
    absences = "ana,child,2027-04-21,2027-05-20\nana,sick,2027-05-20,\n"
    with pytest.raises(Problems) as raised:
        run_whole(project(tmp_path, absences, RELIEVED.format(by="calendar days")), "2027-Q2")
    assert any("overlap" in d.message or "same day" in d.message for d in raised.value.diagnostics), raised.value.diagnostics
