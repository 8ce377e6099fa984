"""Proration by working days, run and explained from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from compplan.diagnostics import Problems
from tests.support.projects import run_whole

PROJECT = """company: Halden Systems
currency: USD
plans: p.plan
records:
  people:
    source: people.csv
    key: person
    valid: {from: starts, through: ends}
    columns:
      person: text
      target: money per year
      starts: date
      ends: {type: date, optional: true}
  holidays:
    source: holidays.csv
    key: day
    columns: {day: date}
working_days:
  weekdays: [monday, tuesday, wednesday, thursday, friday]
  holidays: {records: holidays, date: day}
"""
PLAN = """plan p "P" {
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each quarter
  prorate    target by working days
  weights    of target add to 100%

  bonus goal "Goal" {
    for  each quarter
    pay  target per quarter
  }
}
"""


def project(folder: Path, holidays: str) -> Path:
    people = "person,target,starts,ends\nben,61000,2027-02-10,\ncleo,61000,2020-01-01,2027-02-28\ncleo,122000,2027-03-01,\n"
    files = {"compplan.yaml": PROJECT, "p.plan": PLAN, "people.csv": people, "holidays.csv": holidays}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_each_working_day_counts(tmp_path: Path) -> None:
    results = run_whole(project(tmp_path, "day\n2027-01-01\n2027-03-26\n2027-03-27\n2027-03-29\n"), "2027-Q1")
    paid = {r["payee"]: str(r["amount"]) for r in results.payouts.to_pylist()}
    assert paid == {"ben": "8500.00", "cleo": "20500.00"}  # 34 of 61 days; 40 of them at 61,000 and 21 at 122,000
    assert "2027-02-10 through 2027-03-31" in str(results.explain("ben"))
    assert "50 days, 34 working days" in str(results.explain("ben"))


def test_a_year_without_holidays_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(Problems) as raised:
        run_whole(project(tmp_path, "day\n2026-01-01\n2026-12-25\n"), "2027-Q1")
    messages = [(d.code, d.message) for d in raised.value.diagnostics]
    assert messages == [("no-holidays", "Working days of 2027 are counted, and holidays has no holiday of that year.")]


def test_where_there_are_no_holidays_weekdays_count(tmp_path: Path) -> None:
    results = run_whole(project(tmp_path, "day\n"), "2027-Q1")
    paid = {r["payee"]: str(r["amount"]) for r in results.payouts.to_pylist()}
    assert paid["ben"] == "8578.13"  # 36 of 64


def test_holidays_are_those_of_a_country(tmp_path: Path) -> None:
    folder = project(tmp_path, "country,day\n,2027-01-01\nDE,2027-01-06\nFR,2027-03-26\nFR,2027-03-25\n")
    yaml = PROJECT.replace("target: money per year", "target: money per year\n      country: {type: text, optional: true}")
    yaml = yaml.replace("    key: day\n    columns: {day: date}", "    columns: {day: date, country: {type: text, optional: true}}")
    (folder / "compplan.yaml").write_text(yaml.replace("date: day}", "date: day, for_each: country}"), encoding="utf-8")
    people = "ben,63000,DE,2027-02-10,\ncleo,62000,FR,2027-02-10,\neve,63000,,2027-02-10,\n"
    people += "dee,62000,DE,2020-01-01,2027-02-28\ndee,124000,FR,2027-03-01,\n"
    (folder / "people.csv").write_text("person,target,country,starts,ends\n" + people, encoding="utf-8")
    results = run_whole(folder, "2027-Q1")
    paid = {r["payee"]: str(r["amount"]) for r in results.payouts.to_pylist()}
    assert paid["ben"] == "9145.16"  # 36 of 62 days: his 6 January would have been off, too
    assert paid["cleo"] == "8639.34"  # hers are 34 of 61
    assert paid["dee"] == "20925.00"  # of 60 days, 39 of January and February at 62,000, and 21 of March at 124,000
    assert paid["eve"] == "9000.00"  # 36 of 63
    assert "50 days, 36 working days" in str(results.explain("ben"))
    assert "50 days, 34 working days" in str(results.explain("cleo"))
