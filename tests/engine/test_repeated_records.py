"""Records that count again and again, run and explained from files: rates, managers and questions about one record."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import compplan
from compplan.calendar import parse_period
from compplan.diagnostics import Problems
from compplan.engine.explain import explain
from compplan.engine.explain_difference import difference
from tests.support.projects import run_whole

PROJECT = """company: Halden Systems
currency: USD
plans: p.plan
records:
  people:
    source: people.csv
    key: person
    valid: {from: starts, through: ends}
    columns: {person: text, manager: {type: people, optional: true}, starts: date, ends: {type: date, optional: true}}
  deals:
    source: deals.csv
    key: deal
    columns: {deal: text, owner: people, close_date: date, cur: currency, value: {type: money, currency_in: cur}}
  rates:
    source: rates.csv
    key: [f, t, day]
    columns: {f: currency, t: currency, day: date, rate: {type: number, decimals: 6}}
exchange_rates:
  daily: {records: rates, from: f, to: t, rate: rate, date: day, holds: until the next one}
"""
PEOPLE = """person,manager,starts,ends
ana,mia,2026-01-01,2027-02-09
ana,vera,2027-02-10,
mia,,2020-01-01,
vera,,2020-01-01,
"""
DEALS = "deal,owner,close_date,cur,value\nd1,ana,2026-11-30,GBP,1000\n"
RATES = "f,t,day,rate\nGBP,USD,2026-01-01,1.25\n"
PLAN = """plan p "P" {
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month

  credit again from deals {
    on      close_date
    repeat  each month, 5 times
    amount  value in USD at the daily rate of close_date, rounded to 0.01
    give    100% to owner
    give    20% to every manager above owner, as overlay
  }
  credit above from again {
    where   not overlay
    on      close_date
    amount  credited
    give    100% to every manager above payee, as overlay
  }
  measure lasting = sum(again.credited, overlays included)
  commission residual "Residual" {
    for  each month
    pay  10% of lasting
  }
  commission override "Override" {
    for  each above
    pay  1% of credited
  }
}
"""


def project(folder: Path, rates: str = RATES) -> Path:
    for name, text in {"compplan.yaml": PROJECT, "people.csv": PEOPLE, "deals.csv": DEALS, "rates.csv": rates, "p.plan": PLAN}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_who_is_given_a_share_is_decided_on_the_day_of_the_record(tmp_path: Path) -> None:
    paid: dict[tuple[str, str], Fraction] = {}
    for row in run_whole(project(tmp_path), "2027-Q1", tmp_path / "runs").payouts.to_pylist():
        key = (row["payee"], row["label"])
        paid[key] = paid.get(key, Fraction(0)) + Fraction(row["amount"])
    months = ("2027-01", "2027-02", "2027-03")
    assert {k: v for k, v in paid.items() if v} == {
        **{("ana", month): Fraction(125) for month in months},
        **{("mia", month): Fraction("37.50") for month in months},
    }


def test_a_rate_that_a_record_of_an_earlier_year_needs_again_is_missed(tmp_path: Path) -> None:
    folder = project(tmp_path, RATES.replace("2026-01-01", "2027-01-01"))
    with pytest.raises(Problems) as stopped:
        compplan.open_project(folder).run("2027-01", tmp_path / "runs")
    (found,) = {d.message for d in stopped.value.diagnostics}
    assert found == "There is no daily rate from GBP to USD on 2026-11-30, which deals d1 needs."


def test_a_rate_is_not_missed_once_a_record_does_not_count_again(tmp_path: Path) -> None:
    folder = project(tmp_path, RATES.replace("2026-01-01", "2027-01-01"))
    (folder / "p.plan").write_text(PLAN.replace("5 times", "1 times"), encoding="utf-8")
    run_whole(folder, "2027-01", tmp_path / "runs")


def test_a_record_that_is_asked_about_tells_the_days_of_the_period_asked_for(tmp_path: Path) -> None:
    texts = []
    for label in ("2027-Q1", "2027-02", "2027-Q2"):
        period = parse_period(label)
        assert period is not None
        texts.append(compplan.open_project(project(tmp_path)).trace(period, "ana", "d1").to_text())
    quarter, month, later = texts
    assert "on close_date: 2026-11-30, in 2026-11, and again each month, 5 times in all" in quarter
    assert "given to ana, on 2027-01-30 (repetition 3): 100%, 1,250.00 USD" in quarter
    assert "-> ana is credited with 3,750.00 USD in 3 months from 2027-01 to 2027-03" in quarter
    assert "-> is credited to mia, not to ana" in quarter
    assert "-> ana is credited with 1,250.00 USD in 2027-02" in month
    assert "2027-01-30" not in month
    assert "-> does not count in 2027-Q2 again" in later


def test_beside_an_earlier_period_a_record_says_how_often_it_counts(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "p.plan").write_text(PLAN.replace("5 times", "12 times"), encoding="utf-8")
    before, now = (explain(run_whole(folder, period, tmp_path / "runs").run, "mia") for period in ("2027-01", "2027-Q2"))
    assert "2027-04-30  d1 of ana, 3 times" in difference(before, now).to_text()
    assert "3 times" not in difference(now, before).to_text()
