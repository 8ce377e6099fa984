"""What several payees, months or components have to do with each other: pools, budgets, repeated credits, earnings that others read."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import compplan
from compplan.diagnostics import Problems
from compplan.engine.explain import explain_each
from tests.support.projects import payouts_of, run_whole, simple_plan, write_project

SHARED = """
  measure team_arr for each team = sum(booking.credited)
  credit again from deals {
    on      close_date
    repeat  each month, 3 times
    amount  amount
    give    100% to owner
  }
  bonus pool "Pool" {
    for    each quarter
    pay    33.3333% of team_arr
    share  among each team where role = "AE", by arr
    cap    at 400.01 USD
  }
  bonus equal "Equal" {
    for    each quarter
    pay    100.01 USD
    share  among everyone, equally
  }
  bonus cut "Cut" {
    for     each booking
    pay     10% of credited
    budget  110 USD each quarter, first come, the last cut
  }
  bonus left_out "Left out" {
    for     each booking
    pay     10% of credited
    budget  110 USD each quarter, first come, the last left out
  }
  bonus alike "Alike" {
    for     each booking
    pay     10% of credited
    budget  50.01 USD each quarter, in proportion
  }
  commission residual "Residual" {
    for  each again where repetition > 1
    pay  1% of credited
  }
  bonus gate "Gate" {
    for      each quarter
    pay      50% of earned(cut)
    only if  earned(residual over year to date) > 5 USD
  }
"""
PEOPLE = "person,role,team,manager,hire_date,target\nana,AE,West,,2026-01-01,1\nbob,AE,West,,2026-01-01,1\ncy,SE,,,2026-01-01,1\n"


def project(folder: Path, people: str = PEOPLE) -> Path:
    return write_project(folder / "p", {"p": simple_plan(SHARED)}, people=people)


@pytest.mark.parametrize("period", ["2027-03", "2027-Q1", "2027"])
def test_every_explanation_adds_up_again(tmp_path: Path, period: str) -> None:
    run_whole(project(tmp_path), period, tmp_path / "runs")


def test_the_shares_of_a_pool_and_of_a_budget_are_all_of_it(tmp_path: Path) -> None:
    paid = payouts_of(run_whole(project(tmp_path), "2027-Q1", tmp_path / "runs"))

    def of(component: str) -> dict[str, Fraction]:
        sums: dict[str, Fraction] = {}
        for (_, payee, _, name), amount in paid.items():
            if name == component:
                sums[payee] = sums.get(payee, Fraction(0)) + amount
        return sums

    assert of("pool") == {"ana": Fraction("319.88"), "bob": Fraction("80.13")}
    assert of("equal") == {"ana": Fraction("33.34"), "bob": Fraction("33.34"), "cy": Fraction("33.33")}
    assert of("cut") == {"ana": Fraction(100), "bob": Fraction(10)}
    assert of("left_out") == {"ana": Fraction(100)}
    assert of("alike") == {"ana": Fraction("39.99"), "bob": Fraction("10.02")}
    assert of("gate") == {"ana": Fraction(50)}


def test_months_run_one_by_one_come_to_the_quarter(tmp_path: Path) -> None:
    folder = project(tmp_path)
    months = [payouts_of(run_whole(folder, f"2027-0{n}", tmp_path / "runs")) for n in (1, 2, 3)]
    together = {key: amount for month in months for key, amount in month.items()}
    assert together == payouts_of(run_whole(folder, "2027-Q1", tmp_path / "runs"))


def test_a_pool_says_whose_it_is_and_a_budget_what_it_leaves(tmp_path: Path) -> None:
    results = run_whole(project(tmp_path), "2027-Q1", tmp_path / "runs")
    (text,) = (e.to_text() for e in explain_each(results.run, ["bob"]))
    assert "among each team" in text
    assert "250.5 of 1,250.5" in text
    assert "spent before 100" in text


def test_what_a_budget_leaves_of_a_deal_can_be_held(tmp_path: Path) -> None:
    body = """
  bonus cut "Cut" {
    for     each booking
    pay     10% of credited
    budget  110 USD each quarter, first come, the last cut
  }
  hold late "Late" {
    of       cut
    keep     50%
    release  100% on close_date + 30 days where kind = "new"
  }
"""
    paid = payouts_of(run_whole(write_project(tmp_path / "p", {"p": simple_plan(body)}), "2027-Q1", tmp_path / "runs"))
    assert paid == {
        ("p", "ana", "2027-02", "cut"): Fraction(100),
        ("p", "ana", "2027-02", "late"): Fraction(-50),
        ("p", "ana", "2027-03", "late"): Fraction(50),
        ("p", "bob", "2027-03", "cut"): Fraction(10),
        ("p", "bob", "2027-03", "late"): Fraction(-5),
    }


def test_a_pool_that_nobody_has_a_part_in_stops_the_run(tmp_path: Path) -> None:
    people = PEOPLE.replace("cy,SE,,", "cy,AE,East,")
    body = """
  bonus pool "Pool" {
    for    each quarter
    pay    100 USD
    share  among each team, by arr
  }
"""
    folder = write_project(tmp_path / "p", {"p": simple_plan(body)}, people=people)
    with pytest.raises(Problems) as stopped:
        compplan.open_project(folder).run("2027-Q1", tmp_path / "runs")
    assert "There is something to share out among East, and nobody has a part in it." in stopped.value.diagnostics[0].message


DEALS_OF_THREE = "deal,owner,close_date,amount,kind\nd1,ana,2027-02-01,{},new\nd2,bob,2027-02-01,{},new\nd3,cy,2027-02-01,{},new\n"
PRIZES = """
  table prize {
    | place | prize   |
    | 1     | 500.01 USD |
    | 2     | 300 USD |
  }
  bonus best "Best" {
    for      each quarter
    to       the top 2 by arr, ties sharing
    pay      prize(place)
    only if  arr > 0 USD
  }
"""


def test_those_who_tie_have_the_prizes_of_the_places_that_they_take_up(tmp_path: Path) -> None:
    deals = DEALS_OF_THREE.format(100, 100, 50)
    results = run_whole(write_project(tmp_path / "p", {"p": simple_plan(PRIZES)}, people=PEOPLE, deals=deals), "2027-Q1", tmp_path / "runs")
    assert payouts_of(results) == {
        ("p", "ana", "2027-03", "best"): Fraction("400.01"),
        ("p", "bob", "2027-03", "best"): Fraction(400),
    }
    (text,) = (e.to_text() for e in explain_each(results.run, ["bob"]))
    assert "2 share this place, and the 800.01 of all the places that they take up: 400.00 each, to the last unit" in text


def test_a_tie_at_the_last_place_that_is_paid_shares_its_prize(tmp_path: Path) -> None:
    deals = DEALS_OF_THREE.format(200, 100, 100)
    results = run_whole(write_project(tmp_path / "p", {"p": simple_plan(PRIZES)}, people=PEOPLE, deals=deals), "2027-Q1", tmp_path / "runs")
    assert payouts_of(results) == {
        ("p", "ana", "2027-03", "best"): Fraction("500.01"),
        ("p", "bob", "2027-03", "best"): Fraction(150),
        ("p", "cy", "2027-03", "best"): Fraction(150),
    }
