"""Caps and draws of people who come and leave, run and explained from files."""

from __future__ import annotations

import copy
from fractions import Fraction
from pathlib import Path

import pytest

from compplan.diagnostics import Problems
from tests.support.projects import run_whole
from tests.support.readd import readd

PROJECT = """company: Halden Systems
currency: USD
plans: p.plan
records:
  people:
    source: people.csv
    key: person
    valid: {from: starts, through: ends}
    columns: {person: text, salary: money per year, starts: date, ends: {type: date, optional: true}}
  deals:
    source: deals.csv
    key: deal
    columns: {deal: text, owner: people, close_date: date, acv: money}
"""
PEOPLE = """person,salary,starts,ends
ana,24000,2026-01-01,2027-02-10
ben,24000,2027-01-16,2027-03-15
ben,36000,2027-03-16,
cleo,24000,2026-01-01,
"""
DEALS = """deal,owner,close_date,acv
d1,ana,2027-02-03,9000
d2,ben,2027-02-20,5000
d3,ben,2027-03-20,90000
d4,cleo,2027-01-20,90000
d5,ana,2026-12-15,90000
"""
PLAN = """plan p "P" {{
  effective  from 2027-01-01 through {through}
  payees     everyone
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each month, a negative one is owed
  {prorate}
  credit booking from deals {{
    on      close_date
    amount  acv
    give    100% to owner
  }}
  commission own "Own" {{
    for each booking
    pay 10% of credited
  }}
  {limits}
}}
"""
DRAW = """draw advance "Advance" {{
    top up  to 50% of salary per month
    recover at most payout - the level
    on leaving, the balance is {left}
  }}"""


def project(folder: Path, prorate: str, limits: str, through: str = "2027-12-31") -> Path:
    folder.mkdir()
    (folder / "compplan.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (folder / "deals.csv").write_text(DEALS, encoding="utf-8")
    (folder / "p.plan").write_text(PLAN.format(prorate=prorate, limits=limits, through=through), encoding="utf-8")
    return folder


def paid(where: Path, period: str, payee: str) -> dict[tuple[str, str], Fraction]:
    """What somebody is paid, by payout period and line; every explanation adds up."""
    rows = run_whole(where, period, where / "runs").payouts.to_pylist()
    return {(r["label"], r["component"]): Fraction(r["amount"]) for r in rows if r["payee"] == payee}


@pytest.mark.parametrize(
    ("left", "february"), [("forgiven", 0), ("owed", -1000), ("recovered from the last payout, the rest is forgiven", -900)]
)
def test_what_becomes_of_the_balance_of_whoever_leaves(tmp_path: Path, left: str, february: int) -> None:
    """1,000 are advanced in January; in February 900 are earned, and the level is 357.14 for ten of its days."""
    where = project(tmp_path / "p", "prorate draw advance by calendar days", DRAW.format(left=left))
    recovered = {"forgiven": Fraction("-542.86")}.get(left, Fraction(february))
    assert paid(where, "2027", "ana") == {("2027-01", "advance"): 1000, ("2027-02", "own"): 900, ("2027-02", "advance"): recovered}
    month = run_whole(where, "2027-02", where / "runs")
    (told,) = month.explain("ana").plans[0].draws
    assert (told.before, told.after, told.recovered + told.forgiven) == (1000, 0, 1000)  # type: ignore[operator]


def test_a_level_is_that_of_each_day(tmp_path: Path) -> None:
    """Ben's level is 1,000 until 15 March, and 1,500 from then on: 15/31 and 16/31 of March."""
    draw = DRAW.format(left="forgiven").replace(
        "recover at most payout - the level", "recover at most payout - the level, only if payout > the level"
    )
    where = project(tmp_path / "p", "prorate draw advance by calendar days", draw)
    found = paid(where, "2027", "ben")
    assert found["2027-01", "advance"] == Fraction("516.13")
    assert found["2027-02", "advance"] == 500
    assert found["2027-03", "advance"] == Fraction("-1016.13")
    assert found["2027-04", "advance"] == 1500


@pytest.mark.parametrize("limits", ["cap each month at 700 USD", DRAW.format(left="owed")])
def test_a_run_stops_where_it_makes_a_difference_and_the_plan_is_silent(tmp_path: Path, limits: str) -> None:
    where = project(tmp_path / "p", "", limits)
    with pytest.raises(Problems) as caught:
        run_whole(where, "2027-02", where / "runs")
    (found,) = [d for d in caught.value.diagnostics if "ana" in d.message]
    assert found.code == "no-figure"
    assert "in 2027-02" in found.message
    assert "a payee for part of the" in found.message
    assert "prorate cap each month by" in str(found.hint) or "prorate draw advance by" in found.message


def test_a_cap_is_prorated_for_whoever_comes_and_for_a_part_of_a_year(tmp_path: Path) -> None:
    """In half a year, of a cap of 3,650 for a year: Cleo is there for 181 of 365 days, Ben for 166."""
    where = project(tmp_path / "p", "prorate cap each year by calendar days", "cap each year at 3,650 USD", through="2027-06-30")
    assert paid(where, "2027-H1", "cleo")["2027-01", "cap"] == 1810 - 9000
    assert sum(paid(where, "2027-H1", "ben").values()) == 1660


def test_a_rest_that_is_carried_on_is_paid_to_whoever_left(tmp_path: Path) -> None:
    cap = "cap each month at 280 USD, the rest is carried to the next month"
    where = project(tmp_path / "p", "prorate cap each month by calendar days", cap)
    found = paid(where, "2027", "ana")
    assert [found.get((f"2027-{n:02d}", "cap"), 0) for n in range(2, 6)] == [-800, 280, 280, 240]


def test_an_explanation_says_of_which_days_a_limit_is_made(tmp_path: Path) -> None:
    where = project(
        tmp_path / "p", "prorate cap each year by calendar days", "cap each year at 10% of salary per year", through="2027-06-30"
    )
    told = run_whole(where, "2027-03", where / "runs").explain("ben")
    (cap,) = told.plans[0].caps
    assert [(t.amount, t.value) for t in cap.limit_from.tiers] == [(59, 2400), (107, 3600)]
    assert (cap.of, cap.limit_from.note, cap.limit) == ("2027", "365 calendar days", Fraction("1443.29"))
    assert "cap each year at 10% of salary per year: 1,443.29 USD in 2027\n      59 of 365 calendar days: 2,400.00 USD" in str(told)


def test_what_does_not_add_up_in_a_cap_is_found(tmp_path: Path) -> None:
    limits = """cap each year at 900 USD
  hold late "Late" {
    of own
    keep 50%
    release 100% on close_date + 2 months
  }"""
    where = project(tmp_path / "p", "do not prorate cap each year", limits)
    explanation = run_whole(where, "2027", where / "runs").explain("ben")
    assert "cap each year at 900 USD, on what was earned in 2027" in str(explanation)
    told = explanation.to_json()
    for name in ("limit", "earlier", "own", "correction"):
        changed = copy.deepcopy(told)
        changed["plans"][0]["caps"][-1][name] = "1.23"
        assert readd(changed) != []
