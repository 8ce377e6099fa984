"""Scenarios where people are there from a day to a day, where plans are amended, and where records lie in Parquet files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from compplan.api import open_project, period_of
from compplan.diagnostics import Problems
from compplan.whatif.scenarios.asked import read_file
from compplan.whatif.scenarios.try_scenarios import Tried, try_scenarios

PROJECT = """
company: Dated
currency: USD
plans: [sales.plan]
records:
  people:
    source: people.csv
    key: person
    valid: {from: starts, through: ends}
    columns: {person: text, role: text, starts: date, ends: {type: date, optional: true}}
  deals:
    source: deals.parquet
    key: deal
    columns: {deal: text, owner: people, close_date: date, amount: money}
"""
PLAN = """plan ae "AE" {
  effective  from 2027-01-01 through 2027-12-31
  payees     where role = "AE"
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month
  parameter  bonus_each = 10 USD
  credit booking from deals {
    on      close_date
    amount  amount
    give    100% to owner
  }
  commission own "Own" {
    for    each booking
    pay    each slice of credited {
      from   0 USD: 5%
      from 100 USD: 6%
    }
  }
  bonus each_deal "Each deal" {
    for    each booking
    pay    bonus_each
  }
}
amend ae "From February" {
  effective  from 2027-02-01
  change commission own {
    from 100 USD: 6% becomes 8%
  }
  replace parameter bonus_each = 20 USD
}
"""
PEOPLE = """person,role,starts,ends
ana,AE,2026-01-01,
ben,AE,2026-01-01,2027-01-31
ben,Manager,2027-02-01,
dee,AE,2026-01-01,2026-06-30
"""
DEALS = [
    ("d1", "ana", "2027-01-10", 300),
    ("d2", "ana", "2027-02-10", 300),
    ("d3", "ana", "2027-03-10", 300),
    ("d4", "ben", "2027-01-20", 50),
]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project: ana gets 27 USD in January, 41 USD in each month after it; ben 12.50 USD in January."""
    folder = tmp_path_factory.mktemp("dated")
    for name, text in {"compplan.yaml": PROJECT, "sales.plan": PLAN, "people.csv": PEOPLE}.items():
        (folder / name).write_text(text)
    rows = ", ".join(f"('{d}', '{o}', DATE '{day}', CAST({amount} AS DECIMAL(18, 2)))" for d, o, day, amount in DEALS)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM (VALUES {rows}) d(deal, owner, close_date, amount)) TO '{folder}/deals.parquet'")
    return folder


def tried(company: Path, tmp_path: Path, scenario: str) -> Tried:
    file = tmp_path / "tried.yaml"
    file.write_text(f"scenarios:\n  tried:\n    {scenario}\n")
    (found,) = try_scenarios(open_project(company).project, read_file(file).scenarios, period_of("2027-Q1"))
    return found


def total(found: Tried) -> tuple[Decimal, Decimal]:
    (part,) = found.comparison.currencies
    return part.total.before, part.total.after


BEFORE = Decimal("121.50")  # of 300: 5 + 12 + 10 in January, 5 + 16 + 20 in February and March; of 50: 2.50 + 10


@pytest.mark.parametrize(
    ("scenario", "after", "words"),
    [
        # a row that an amendment changes, too, is changed where it is found
        ("changes: {ae.own: {from 0 USD: 10%}}", "139.00", "Own: from 0 USD it is 10%, was 5%."),
        ("changes: {ae.own: from 100 USD: 8% becomes 9%}", "125.50", None),
        ("parameters: {bonus_each: 30 USD}", "181.50", None),
        ("leavers: {ana: 2027-02-28}", "80.50", "people: ana leaves on 2027-02-28."),
        ("leavers: {ben: 2027-01-15}", "109.00", "people: ben leaves on 2027-01-15."),
        ("people: {ana: {from: 2027-02-01, role: Manager}}", "39.50", "people: ana: from 2027-02-01 on, role is Manager, was AE."),
        ("people: {ben: {from: 2027-01-25, role: AE}}", "121.50", None),
        ("new_hires: {cy: {role: AE, starts: 2027-01-01}}", "121.50", "people: new is cy: role AE, starts 2027-01-01."),
        ("records: {deals: {where: {deal: d1}, times: {amount: 2x}}}", "139.50", None),
    ],
)
def test_what_is_tried(company: Path, tmp_path: Path, scenario: str, after: str, words: str | None) -> None:
    found = tried(company, tmp_path, scenario.replace("ae.own: from 100 USD: 8%", 'ae.own: "from 100 USD: 8%').replace("9%}", '9%"}'))
    assert total(found) == (BEFORE, Decimal(after))
    assert words is None or words in [str(c) for c in found.comparison.changes]


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("leavers: {ana: 2025-01-01}", "ana is not there on 2025-01-01, so cannot leave on that day."),
        ("people: {ana: {from: soon, role: AE}}", "“soon” is not a date written as 2027-01-31."),
        ("people: {ana: {from: 2027-01-31}}", "It is not said what changes for ana."),
        ("people: {ana: {role: AE, ends: 2027-01-31, from: 2027-03-01}}", "“2027-01-31” in `ends` of people lies before the day"),
        ("people: {cy: {role: AE, from: 2027-03-01}}", "Nobody of people is called cy."),
        ("people: {dee: {role: AE, from: 2027-03-01}}", "dee is not there on 2027-03-01, nor later."),
        ("leavers: {anna: 2027-01-01}", "Nobody of people is called anna."),
        ("new_hires: {ana: {role: AE, starts: 2027-01-01}}", "“ana” in `person` of people has two rows that hold on the same days."),
        ("people: {ana: {ends: 2025-01-01}}", "“2025-01-01” in `ends` of people lies before the day on which the row begins."),
    ],
)
def test_what_is_refused(company: Path, tmp_path: Path, scenario: str, message: str) -> None:
    with pytest.raises(Problems) as told:
        tried(company, tmp_path, scenario)
    assert told.value.diagnostics[0].message.startswith(message)


def test_people_who_are_referred_to_cannot_go(company: Path, tmp_path: Path) -> None:
    with pytest.raises(Problems) as told:
        tried(company, tmp_path, "records: {people: {where: {person: ana}, leave_out: yes}}")
    (problem,) = told.value.diagnostics
    assert problem.message == "“ana” in `owner` of deals is no person in people. There are 2 more like this."
