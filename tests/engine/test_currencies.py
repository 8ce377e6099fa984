"""Several currencies, run and explained from files: plans in different ones, amounts with their digits, rates that are missing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import compplan
from compplan.diagnostics import Problems
from tests.support.projects import payouts_of, run_whole

PROJECT = """company: Halden Systems
currency: USD
plans: p.plan
records:
  people:
    source: people.csv
    key: person
    columns: {person: text, role: text}
  deals:
    source: deals.csv
    key: deal
    columns: {deal: text, owner: people, close_date: date, cur: currency, value: {type: money, currency_in: cur}}
  rates:
    source: rates.csv
    key: [f, t, day]
    columns: {f: currency, t: currency, day: date, rate: {type: number, decimals: 6}}
  planned:
    source: planned.csv
    key: [f, t, month]
    columns: {f: currency, t: currency, month: month, rate: {type: number, decimals: 6}}
exchange_rates:
  daily: {records: rates, from: f, to: t, rate: rate, date: day, holds: until the next one}
  monthly: {records: planned, from: f, to: t, rate: rate, period: month, both_ways: true}
"""
PEOPLE = "person,role\nana,EU\nbo,JP\nkim,KW\nsam,US\n"
DEALS = "deal,owner,close_date,cur,value\nd1,ana,2027-01-20,EUR,1000\nd2,bo,2027-01-20,JPY,1000000\nd3,kim,2027-01-20,KWD,1000.125\n"
RATES = "f,t,day,rate\nJPY,USD,2027-01-01,0.0064\nKWD,USD,2027-01-01,3.25\nEUR,USD,2027-01-01,1.1\n"
PLANNED = "f,t,month,rate\nUSD,EUR,2027-01,0.8\n"
PLAN = """plan {name} "{name}" {{
  effective  from 2027-01-01 through 2027-12-31
  payees     where role = "{role}"
  currency   {currency}, each earning rounded to {unit}, half away from zero
  payout     each month

  credit sold from deals {{
    where   cur in ({sold_in})
    on      close_date
    amount  value in {currency} at the {rates} rate of close_date, not rounded
    give    100% to owner
  }}
  commission own "Own" {{
    for  each sold
    pay  10% of credited
  }}
}}
"""


def project(folder: Path, plan: str, rates: str = RATES, deals: str = DEALS) -> Path:
    files = {"compplan.yaml": PROJECT, "people.csv": PEOPLE, "deals.csv": deals, "rates.csv": rates, "planned.csv": PLANNED, "p.plan": plan}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def plan_of(name: str, role: str, currency: str, unit: str, sold_in: str, rates: str = "daily") -> str:
    return PLAN.format(name=name, role=role, currency=currency, unit=unit, sold_in=sold_in, rates=rates)


def each_in_its_own() -> str:
    plans = (("europe", "EU", "EUR", "0.01"), ("japan", "JP", "JPY", "1"), ("kuwait", "KW", "KWD", "0.001"))
    return "".join(plan_of(*plan, f'"{plan[2]}"') for plan in plans)


def test_plans_in_several_currencies_have_a_total_in_each(tmp_path: Path) -> None:
    results = run_whole(project(tmp_path, each_in_its_own()), "2027-01", tmp_path / "runs")
    assert payouts_of(results) == {
        ("europe", "ana", "2027-01", "own"): Fraction(100),
        ("japan", "bo", "2027-01", "own"): Fraction(100_000),
        ("kuwait", "kim", "2027-01", "own"): Fraction("100.013"),
    }
    assert {(r["payee"], r["currency"]) for r in results.payouts.to_pylist()} == {("ana", "EUR"), ("bo", "JPY"), ("kim", "KWD")}


def test_amounts_are_written_with_the_digits_of_their_currency(tmp_path: Path) -> None:
    results = run_whole(project(tmp_path, each_in_its_own()), "2027-01", tmp_path / "runs")
    rows = (results.folder / "payouts.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [row.rsplit(",", 2)[-2:] for row in rows] == [["100.00", "EUR"], ["100000", "JPY"], ["100.013", "KWD"]]
    assert "100,000 JPY" in str(results.explain("bo"))
    assert "100,000.00" not in str(results.explain("bo"))
    assert "100.013 KWD" in str(results.explain("kim"))


def test_a_rate_that_is_missing_is_told_once_for_each_pair_and_day(tmp_path: Path) -> None:
    plan = plan_of("p", "EU", "USD", "0.01", '"EUR", "GBP"')
    deals = DEALS + "d4,ana,2027-01-20,GBP,5\nd5,ana,2027-01-20,GBP,5\nd6,ana,2027-01-21,GBP,5\n"
    with pytest.raises(Problems) as stopped:
        compplan.open_project(project(tmp_path, plan, deals=deals)).run("2027-01", tmp_path / "runs")
    assert [(d.code, d.message) for d in stopped.value.diagnostics] == [
        ("no-rate", "There is no daily rate from GBP to USD on 2027-01-20, which deals d4 and 1 other need."),
        ("no-rate", "There is no daily rate from GBP to USD on 2027-01-21, which deals d6 needs."),
    ]


def test_rates_of_periods_are_used_both_ways(tmp_path: Path) -> None:
    plan = plan_of("p", "EU", "USD", "0.01", '"EUR"', "monthly")
    results = run_whole(project(tmp_path, plan), "2027-01", tmp_path / "runs")
    assert payouts_of(results) == {("p", "ana", "2027-01", "own"): Fraction(125)}
    assert "/ 0.8, the monthly rate from USD to EUR on 2027-01-20" in str(results.explain("ana"))


def test_totals_of_a_workbook_are_by_currency(tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    results = run_whole(project(tmp_path, each_in_its_own()), "2027-01", tmp_path / "runs")
    results.write_workbook(tmp_path / "paid.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "paid.xlsx").get_sheet_by_name("Totals").to_python()
    assert rows[1:] == [["ana", 100.0, "EUR"], ["bo", 100_000.0, "JPY"], ["kim", 100.013, "KWD"]]
    assert Decimal(str(rows[3][1])) == Decimal("100.013")


STAFF = """person,starts,ends,cur,salary
ana,2026-01-01,2027-02-14,EUR,60000
ana,2027-02-15,,GBP,60000
bo,2026-01-01,,JPY,12000000
sam,2026-01-01,,USD,24000
"""
SALARIES = """plan p "P" {
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month
  prorate    salary by calendar days
  weights    of salary add to 20%

  bonus tenth "A tenth of the salary" {
    for      each month
    pay      10% of salary per month in USD at the monthly rate of the end of the month, not rounded
    only if  100 EUR in USD at the daily rate of the end of the month, not rounded > 0 USD
  }
  bonus again "Once more" {
    for  each month
    pay  10% of salary per month in USD at the daily rate of the end of the month, rounded to 1
  }
}
"""
MONTHLY = "f,t,month,rate\nUSD,EUR,2027-01,0.8\nUSD,EUR,2027-02,0.8\nUSD,JPY,2027-01,150\nUSD,JPY,2027-02,150\nGBP,USD,2027-02,1.3\n"


def salaries(folder: Path, staff: str = STAFF, planned: str = MONTHLY, rates: str = RATES) -> Path:
    project(folder, SALARIES, rates=rates, deals=DEALS.splitlines()[0])
    text = (folder / "compplan.yaml").read_text(encoding="utf-8")
    columns = (
        "{person: text, starts: date, ends: {type: date, optional: true}, cur: currency, salary: {type: money per year, currency_in: cur}}"
    )
    text = text.replace(
        "    columns: {person: text, role: text}\n", f"    valid: {{from: starts, through: ends}}\n    columns: {columns}\n"
    )
    (folder / "compplan.yaml").write_text(text, encoding="utf-8")
    (folder / "people.csv").write_text(staff, encoding="utf-8")
    (folder / "planned.csv").write_text(planned, encoding="utf-8")
    return folder


def test_salaries_of_people_in_their_own_currency_are_converted_in_a_component(tmp_path: Path) -> None:
    results = run_whole(salaries(tmp_path), "2027-01", tmp_path / "runs")
    assert payouts_of(results) == {
        ("p", "ana", "2027-01", "tenth"): Fraction(625),
        ("p", "bo", "2027-01", "tenth"): Fraction("666.67"),
        ("p", "sam", "2027-01", "tenth"): Fraction(200),
        ("p", "ana", "2027-01", "again"): Fraction(550),
        ("p", "bo", "2027-01", "again"): Fraction(640),
        ("p", "sam", "2027-01", "again"): Fraction(200),
    }
    told = str(results.explain("bo"))
    assert "divided by the monthly rate from USD to JPY on 2027-01-31 = 150" in told
    assert "salary per month = 1,000,000 JPY" in told


def test_the_average_of_two_currencies_is_none(tmp_path: Path) -> None:
    with pytest.raises(Problems) as stopped:
        compplan.open_project(salaries(tmp_path)).run("2027-02", tmp_path / "runs")
    messages = [d.message for d in stopped.value.diagnostics]
    assert messages[0] == (
        "A tenth of the salary of ana in 2027-02 cannot be worked out. "
        "Within the month, salary of ana is in several currencies, and has no average."
    )


def test_a_rate_that_a_component_needs_is_told_once_and_only_where_it_is_needed(tmp_path: Path) -> None:
    staff = "person,starts,ends,cur,salary\nana,2026-01-01,,KWD,60000\nbo,2026-01-01,,KWD,12000\nsam,2026-01-01,,USD,24000\n"
    with pytest.raises(Problems) as stopped:
        compplan.open_project(salaries(tmp_path, staff)).run("2027-01", tmp_path / "runs")
    assert [(d.code, d.message) for d in stopped.value.diagnostics] == [
        ("no-rate", "There is no monthly rate from KWD to USD on 2027-01-31, which A tenth of the salary of ana and 1 other need."),
    ]
    assert stopped.value.diagnostics[0].span is not None


PAID_ABROAD = """plan p "P" {
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month, in payee.cur at the daily rate of the end of the month, a negative one is owed
  cap        each month at 900 USD

  bonus a "A" {
    for  each month
    pay  333.33 USD
  }
  bonus b "B" {
    for  each month
    pay  666.66 USD
  }
}
"""
OUT = "f,t,day,rate\nUSD,EUR,2027-01-01,0.9\nUSD,JPY,2027-01-01,150.123\nUSD,EUR,2027-02-10,0.95\nUSD,GBP,2027-01-01,0.8\n"


def paid_abroad(folder: Path, staff: str = STAFF, rates: str = OUT) -> Path:
    salaries(folder, staff, rates=rates)
    (folder / "p.plan").write_text(PAID_ABROAD, encoding="utf-8")
    return folder


def test_payouts_are_made_in_the_currency_of_each_payee(tmp_path: Path) -> None:
    results = run_whole(paid_abroad(tmp_path), "2027-Q1", tmp_path / "runs")
    rows = results.payouts.to_pylist()
    paid: dict[tuple[str, str, str], Fraction] = {}
    for row in rows:
        key = (row["payee"], row["label"], row["currency"])
        paid[key] = paid.get(key, Fraction(0)) + Fraction(row["amount"])
    assert {key: amount for key, amount in paid.items() if key[0] != "sam"} == {
        ("ana", "2027-01", "EUR"): Fraction(810),
        ("ana", "2027-02", "GBP"): Fraction(720),
        ("ana", "2027-03", "GBP"): Fraction(720),
        ("bo", "2027-01", "JPY"): Fraction(135_111),
        ("bo", "2027-02", "JPY"): Fraction(135_111),
        ("bo", "2027-03", "JPY"): Fraction(135_111),
    }
    lines = [
        (r["component"], f"{r['amount'].normalize():f}", str(r["counted"])) for r in rows if r["payee"] == "bo" and r["label"] == "2027-01"
    ]
    assert sorted(lines) == [("a", "50040", "333.33"), ("b", "100081", "666.66"), ("cap", "-15010", "-99.99")]


def test_a_payout_in_another_currency_is_explained(tmp_path: Path) -> None:
    told = run_whole(paid_abroad(tmp_path), "2027-01", tmp_path / "runs").explain("bo").to_text(200)
    print(told)
    assert "900.00 USD x 150.123, the daily rate from USD to JPY on 2027-01-31; rounded to 1" in told
    assert "135,111 JPY" in told


def test_a_rate_that_payouts_need_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(Problems) as stopped:
        compplan.open_project(paid_abroad(tmp_path, rates=OUT.replace("USD,JPY", "USD,CHF"))).run("2027-01", tmp_path / "runs")
    assert [(d.code, d.message) for d in stopped.value.diagnostics] == [
        ("no-rate", "There is no daily rate from USD to JPY on 2027-01-31, which the payout of bo needs."),
    ]
