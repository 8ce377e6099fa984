"""What the reference says in prose, without a plan beside it."""

from __future__ import annotations

from datetime import date

import pytest

from compplan.calendar import Calendar, parse_period
from compplan.engine.examples import try_example
from compplan.language.check.plans import check_plans
from compplan.language.parse import parse
from compplan.records import Project
from tests.docs.reading import Block
from tests.docs.running import checked_text, tried

SPLIT = """
credit shared from deals {
  where   stage = "Won"
  on      close_date
  amount  acv
  give    the rest to owner
  give    splits.share to splits.person
  shares  add to 100%
}

commission own "Own" {
  for  each shared
  pay  10% of credited
}
"""
ABOVE = """
credit above from booking {
  on      close_date
  amount  credited
  give    100% to every manager above payee, as overlay
}

commission own "Own" {
  for  each above
  pay  1% of credited
}
"""
DEAL = """
given deals {{
  | deal | owner | stage | close_date | acv     |
  | "d1" | {}    | "Won" | {}         | 100 USD |
}}
"""
SPLITS = """
given splits {
  | deal | person | share |
  | "d1" | "ben"  | 70%   |
  | "d1" | "sam"  | 40%   |
}
"""
CIRCLE = """
given people {
  | person | manager |
  | "ana"  | "ben"   |
  | "ben"  | "ana"   |
}
"""


@pytest.mark.parametrize(
    ("plan", "records", "code"),
    [
        pytest.param(SPLIT, DEAL.format('"ana"', ""), "no-date", id="a credited record has no date"),
        pytest.param(SPLIT, DEAL.format('"ana"', "2027-01-02") + SPLITS, "shares", id="shares do not add up"),
        pytest.param(SPLIT, DEAL.format("", "2027-01-02"), "shares", id="the rest has nobody to go to"),
        pytest.param(ABOVE, CIRCLE, "manager-circle", id="managers go round in a circle"),
        pytest.param(SPLIT.replace("amount  acv", "amount  cost"), "", "no-amount", id="a credited record has no amount"),
    ],
)
def test_what_stops_a_run(plan: str, records: str, code: str, project: Project) -> None:
    block = Block("", 0, "", "", "plan", plan, {"in": "plan", "holds": records + 'expect own for "ana" in 2027-01 = 0 USD'})
    (result,) = tried(block, project)
    assert {d.code for d in result.problems} == {code}


def test_who_is_not_named_is_said(project: Project) -> None:
    deal = DEAL.format('"ana"', "2027-01-02")
    rest = SPLIT.replace("the rest to owner", "the rest to specialist")
    alone = SPLIT.replace("the rest to owner", "100% to specialist").replace("  give    splits.share to splits.person\n", "")
    for body, records, said in (
        (rest, "", "deals d1: specialist is empty, so that 100% of shared goes to nobody; 100% must be given."),
        (rest, SPLITS.replace("40%", "5%"), "deals d1: specialist is empty, so that 25% of shared goes to nobody; 100% must be given."),
        (rest, SPLITS, "deals d1: of shared, 110% is given to somebody; it must be 100%."),
        (alone, "", "deals d1: specialist is empty, so that 100% of shared goes to nobody; 100% must be given."),
    ):
        block = Block("", 0, "", "", "plan", body, {"in": "plan", "holds": deal + records + 'expect own for "ana" in 2027-01 = 0 USD'})
        (result,) = tried(block, project)
        assert [d.message for d in result.problems] == [said]


def test_a_quota_for_quarters_has_none_for_a_month(project: Project) -> None:
    code = "for  each month\npay  100 USD\ntimes attainment(arr)"
    problems, _ = checked_text(Block("", 0, "", "", "plan", code, {"in": "commission"}), project)
    assert [d.code for d in problems] == ["needs-window"]


def test_a_name_that_can_mean_two_things_is_asked_about(project: Project) -> None:
    for name, codes in (("kind", ["ambiguous-name"]), ("rate", [])):
        code = f'let {name} = 5%\nbonus it "It" {{\n  for each booking\n  pay {name} * credited\n}}\n'
        problems, _ = checked_text(Block("", 0, "", "", "plan", code, {"in": "plan"}), project)
        assert [d.code for d in problems] == codes


def test_a_sentence_goes_on_after_a_comma_only(project: Project) -> None:
    for code, fine in (
        ("for each month, on the quarter to date less what was earned before,\n  against the full quota\npay 10 USD", True),
        ("for each month, on the quarter to date less what was\n  earned before\npay 10 USD", False),
    ):
        problems, _ = checked_text(Block("", 0, "", "", "plan", code, {"in": "commission"}), project)
        assert (not problems) is fine


def test_a_year_that_begins_in_april() -> None:
    calendar = Calendar(first_month=4)
    for label, first, after in (("2027-01", date(2027, 4, 1), date(2027, 5, 1)), ("2027-Q1", date(2027, 4, 1), date(2027, 7, 1))):
        period = parse_period(label)
        assert period is not None
        assert (calendar.start(period), calendar.end(period)) == (first, after)
    assert Calendar(first_month=4, named_after_end=True).period_of(date(2027, 4, 1), "year").label == "2028"


def test_half_away_from_zero_and_half_even(project: Project) -> None:
    for half, cents in (("half away from zero", ("0.13", "0.14")), ("half even", ("0.12", "0.14"))):
        text = f"""
plan p "P" {{
  effective from 2027-01-01 through 2027-12-31
  payees everyone
  currency USD, each earning rounded to 0.01, {half}
  payout each month
  bonus a "A" {{
    for each month
    pay 0.125 USD
  }}
  bonus b "B" {{
    for each month
    pay 0.135 USD
  }}
  example "e" {{
    given people {{
      | person |
      | "ana"  |
    }}
    expect a for "ana" in 2027-01 = {cents[0]} USD
    expect b for "ana" in 2027-01 = {cents[1]} USD
  }}
}}
"""
        (result,) = tried(Block("", 0, "", "", "plan", text), project)
        assert result.passed


def test_names_and_texts_in_definitions_without_a_plan_are_checked(project: Project) -> None:
    parsed = parse("definitions company {\n  measure arr = sum(bookings.credited)\n}\n", "docs.plan")
    assert not check_plans([parsed.file], project.schema, project.calendar, lambda _: None).ok


def test_a_figure_that_is_too_large_is_an_error(project: Project) -> None:
    huge = DEAL.format('"ana"', "2027-01-02").replace("100 USD", "900,000,000,000 USD")
    body = 'commission own "Own" {\n  for  each booking\n  pay  1,000,000x * 1,000,000x * credited\n}\n'
    block = Block("", 0, "", "", "plan", body, {"in": "plan", "holds": huge + 'expect own for "ana" in 2027-01 = 0 USD'})
    (result,) = tried(block, project)
    assert [d.code for d in result.problems] == ["overflow"]


def test_a_plan_pays_only_periods_that_lie_within_it(project: Project) -> None:
    text = """
plan p "P" {
  effective from 2027-02-01 through 2027-08-31
  payees everyone
  currency USD, each earning rounded to 0.01, half away from zero
  payout each month
  bonus a "A" {
    for each quarter
    pay 100 USD
  }
  example "e" {
    given people {
      | person |
      | "ana"  |
    }
    expect a for "ana" in 2027-Q1 = 0 USD
    expect a for "ana" in 2027-Q2 = 100 USD
    expect a for "ana" in 2027-Q3 = 0 USD
  }
}
"""
    problems, checked = checked_text(Block("", 0, "", "", "plan", text), project)
    assert not [d for d in problems if d.is_error]
    (plan,) = checked.plans
    assert try_example(plan, plan.examples[0], project.schema, project.calendar).passed


def test_a_share_may_be_given_on_a_condition(project: Project) -> None:
    body = """
credit helped from deals {
  where   stage = "Won"
  on      close_date
  amount  acv
  give    50% to owner.manager where product = "Analytics", as overlay
}
"""
    holds = 'expect credited(helped) for "mia" in 2027-02 = 25,000 USD\nexpect credited(helped) for "mia" in 2027-Q1 = 25,000 USD'
    (result,) = tried(Block("", 0, "", "", "plan", body, {"in": "plan", "holds": holds}), project)
    assert result.passed


def test_who_shares_a_deal_is_paid_all_of_what_belongs_to_the_whole_of_it_and_a_warning_says_so(project: Project) -> None:
    body = SPLIT + 'bonus whole "Whole" {\n  for  each shared\n  pay  8% of acv\n}\n'
    records = DEAL.format('"ana"', "2027-01-02") + SPLITS.replace('  | "d1" | "sam"  | 40%   |\n', "")
    holds = records + '\nexpect whole for "ana" in 2027-01 = 8 USD\nexpect whole for "ben" in 2027-01 = 8 USD'
    block = Block("", 0, "", "", "plan", body, {"in": "plan", "holds": holds, "warning": "double-count"})
    assert [d.code for d in checked_text(block, project)[0]] == ["double-count"]
    (result,) = tried(block, project)
    assert result.passed
