"""Showing what a project is read as."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call

SAMPLE = str(Path(__file__).parents[2] / "plans")


def test_a_plan_in_words(compplan: Call, started: Path) -> None:
    assert (
        compplan("show", "acme", "plan").out
        == """\
plan sales: Sales 2027  (sales.plan:2)
  in force    2027-01-01 through 2027-12-31
  payees      where role = "AE"
  payout      each quarter, in USD; each earning rounded to 0.01, half away from zero
  credit      booking from deals  (sales.plan:8)
  measure     bookings for each payee  (sales.plan:15)
  quota       for bookings, each quarter  (sales.plan:16)

  commission own: Own bookings  (sales.plan:21)
    for         each payee and quarter
    pay         100% of target_incentive per quarter
    times       each slice of attainment(bookings) {
                    from   0%: 1x
                    from 100%: 1.5x
                }
    earned      when the quarter ends
    limited by  the plan's cap each year

  bonus new_customer: New customer  (sales.plan:30)
    for         each payee and booking
                where kind = "new"
    pay         250 USD
    earned      on the credit's own date
    limited by  the plan's cap each year

  cap         each year at 250% of target_incentive per year
  below zero  not said: a run that comes to a negative payout stops
  no cap on   nothing: everything has a cap
  no hold on  anything
  no clawback of anything
"""
    )


def test_what_nothing_caps_is_listed(compplan: Call) -> None:
    out = compplan("show", SAMPLE, "plan", "--plan", "customer_success").out
    assert "limited by  its own cap" in out
    assert "no cap on   retention_bonus\n" in out


def test_only_what_a_plan_uses_is_listed(compplan: Call) -> None:
    out = compplan("show", SAMPLE, "plan", "--plan", "account_executive").out
    assert "measure     team_arr for each team" in out
    assert "company_arr" not in out
    assert "reports_booking" not in out


def test_a_grant_and_its_ranking_stand_on_one_line_each(compplan: Call) -> None:
    out = compplan("show", SAMPLE, "plan", "--plan", "account_executive").out
    assert "    only to     the first 10%, rounded up, ties included, by attainment(arr)\n" in out
    assert '    grant       1 "trip to Lisbon"\n' in out


def test_definitions_of_the_company_come_with_their_file(compplan: Call) -> None:
    assert "credit      booking from deals  (company.plan:" in compplan("show", SAMPLE, "plan", "--plan", "account_executive").out


def test_the_tree_has_a_line_for_each_sentence(compplan: Call, started: Path) -> None:
    out = compplan("show", "acme", "tree").out
    assert 'Plan name=sales label="Sales 2027"  (2:1)' in out
    assert "  lines: Effective first=2027-01-01 last=2027-12-31  (3:3)" in out


def test_the_tree_of_a_plan_with_mistakes_is_what_could_be_read(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    plan.write_text(plan.read_text().replace("payees     where", "payes      where"))
    said = compplan("show", "acme", "tree")
    assert said.code == 0
    assert "Effective" in said.out
    assert "the tree is not whole" in said.err


def test_steps_in_the_order_in_which_they_are_made(compplan: Call, started: Path) -> None:
    lines = compplan("show", "acme", "steps").out.splitlines()
    names = [line.split()[1] for line in lines[2:]]
    assert names[-1] == "payouts"
    for line in lines[2:]:
        number, name, *_ = line.split()
        for read in (n for n in names if f" {n}," in line or line.endswith(f" {n}")):
            assert read == name or names.index(read) < int(number) - 1


def test_the_sql_of_each_step(compplan: Call, started: Path) -> None:
    out = compplan("show", "acme", "sql").out
    assert "-- credit_booking: Who is credited with booking\n" in out
    assert out == compplan("show", "acme", "sql").out


def test_the_schema_of_the_project_file_needs_no_project(compplan: Call) -> None:
    assert json.loads(compplan("show", "schema").out)["title"] == "compplan.yaml"


@pytest.mark.parametrize("what", ["plan", "steps", "sql", "tree"])
def test_an_unknown_plan(compplan: Call, started: Path, what: str) -> None:
    said = compplan("show", "acme", what, "--plan", "seles")
    assert said.code == 1
    assert "Did you mean sales?" in said.err
