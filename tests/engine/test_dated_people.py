"""People who come, go and change, run and explained from files."""

from __future__ import annotations

from pathlib import Path

import pytest

import compplan
from compplan.diagnostics import Problems
from tests.support.projects import assert_explained, run_whole

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
      name: text
      role: text
      hire_date: date
      manager: {type: people, optional: true}
      target: money per year
      starts: date
      ends: {type: date, optional: true}
  deals:
    source: deals.csv
    key: deal
    columns: {deal: text, owner: people, close_date: date, acv: money}
"""
PEOPLE = """person,name,role,hire_date,manager,target,starts,ends
ana,Ana,AE,2026-11-20,mia,36000,2026-11-20,2027-02-28
ana,Ana Ruiz,AE,2026-11-20,vera,54000,2027-03-01,
ben,Ben,AE,2027-02-10,mia,36000,2027-02-10,2027-03-11
mia,Mia,Manager,2020-01-01,,0,2020-01-01,
vera,Vera,Manager,2020-01-01,,0,2020-01-01,
"""
DEALS = """deal,owner,close_date,acv
d1,ana,2027-02-28,10000
d2,ana,2027-03-01,20000
d3,ben,2027-02-10,30000
"""
PLAN = """plan p "P" {{
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each quarter
  tenure     counts months from hire_date, the month of hire is month 1
  {prorate}
  credit booking from deals {{
    on      close_date
    amount  acv
    give    100% to owner
    give    10% to every manager above owner, as overlay
  }}
  measure sold = sum(booking.credited where not overlay)
  quota for sold each quarter = target per quarter * 4, ramped each month by the step reached by tenure {{
    below 2: 50%
    from  2: 100%
  }}
  weights of target add to 100%
  bonus goal "Goal" {{
    for      each quarter
    pay      target per quarter
    only if  quota(sold) > 0 USD
  }}
  commission above "Above" {{
    for  each booking where overlay
    pay  10% of credited
  }}
}}
"""


def project(folder: Path, prorate: str) -> Path:
    files = {"compplan.yaml": PROJECT, "people.csv": PEOPLE, "deals.csv": DEALS, "p.plan": PLAN.format(prorate=prorate)}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> compplan.Results:
    return run_whole(project(tmp_path_factory.mktemp("dated"), "prorate target, quota(sold) by calendar days"), "2027-Q1")


def test_managers_are_those_of_the_day(results: compplan.Results) -> None:
    paid = {(r["payee"], r["component"]): str(r["amount"]) for r in results.payouts.to_pylist()}
    assert paid["mia", "above"] == "400.00"
    assert paid["vera", "above"] == "200.00"
    assert paid["ana", "goal"] == "10550.00"
    assert paid["ben", "goal"] == "3000.00"


def test_explanations_add_up_and_name_the_days(results: compplan.Results) -> None:
    assert_explained(results)
    text = str(results.explain("ana"))
    assert "2027-01-01 through 2027-02-28" in text
    assert "target = 36,000.00 USD per year" in text
    assert results.explain("ana").name == "Ana Ruiz"
    assert [stay.days for stay in results.explain("ben").plans[0].stays] == [30]


def test_where_nothing_is_said_the_run_asks(tmp_path: Path) -> None:
    with pytest.raises(Problems) as raised:
        run_whole(project(tmp_path, ""), "2027-Q1")
    messages = " ".join(d.message for d in raised.value.diagnostics)
    assert "write prorate target by calendar days, prorate target by months of at least 15 days, or do not prorate target." in messages
    assert "ana" in messages
    assert "ben" in messages


def test_a_deal_on_a_day_on_which_its_owner_is_no_payee_says_so(tmp_path: Path) -> None:
    company = compplan.open_project(project(tmp_path, "prorate target, quota(sold) by calendar days"))
    (tmp_path / "deals.csv").write_text(DEALS + "d4,ben,2027-03-20,500\n", encoding="utf-8")
    trace = company.trace("2027-Q1", "ben", "d4")
    assert "nothing is paid for it alone: on 2027-03-20, ben is no payee of the plan" in trace.to_text()
    assert "alone" not in company.trace("2027-Q1", "ben", "d3").to_text()


POOL = """plan p "P" {
  effective  from 2027-01-01 through 2027-12-31
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each quarter
  bonus pot "Pot" {
    for    each quarter
    pay    1,000 USD
    share  among everyone, by target per quarter
  }
}
"""


def test_a_pool_shared_out_by_what_changes_within_the_period_is_told_in_words(tmp_path: Path) -> None:
    for name, text in {"compplan.yaml": PROJECT, "people.csv": PEOPLE, "deals.csv": DEALS, "p.plan": POOL}.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(Problems) as refused:
        compplan.open_project(tmp_path).run("2027-Q1")
    told = "\n".join(d.message for d in refused.value.diagnostics)
    assert told.startswith("Pot of ana in 2027-Q1 cannot be worked out. Within the quarter, target of ana changes")
    assert "write prorate target by calendar days" in told
