"""What a message says to write instead, for slips of people who know spreadsheets."""

from __future__ import annotations

import pytest

from tests.spec.harness import Case, Company, diagnose, read_company


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return read_company(tmp_path_factory.mktemp("company"))


FOR_EACH_BOOKING = [
    ("pay credited * (1 - margin)", "100%"),
    ("pay 1% of max(credited, 0)", "0 USD"),
    ("pay round(credited, 2)", "0.01 USD for 2 decimals"),
    ("pay round(credited, 0)", "1 USD for whole ones"),
    ("pay credited * round((close_date - 2027-01-01) / 365, 0.001)", "0.1%"),
    ("pay credited * max(1.5 * margin, 50%)", "1.5x instead of 1.5"),
    ('only if team = "West" or "East"', 'team in ("West", "East")'),
    ('only if team != "West" or "East" or "North"', 'not team in ("West", "East", "North")'),
    ('only if close_date >= "2027-01-15"', "2027-01-15."),
    ('only if and(acv > 5 USD, kind = "new")', "a = b and c = d"),
    ('only if AND(acv > 5 USD, kind = "new")', "a = b and c = d"),
    ("pay MIN(credited, 5 USD)", "min(...)"),
    ("pay credited * 5% x 2", "*"),
    ("only if margin > 80", "80%"),
    ("only if margin > 0.8", "80%"),
    ("only if margin > 5", "5% or 500%"),
    ('only if overlay = "Y"', "overlay = yes"),
    ('only if overlay in ("N", "No")', "overlay = no"),
    ("only if overlay = 0", "overlay = no"),
    ("only if overlay = TRUE", "Yes is written yes"),
    ("pay 6%", "pay 6% of credited"),
    ("pay 5,000", "pay 5,000 USD"),
    ("pay 5% credited", "5% of credited"),
    ("pay 0.05 of credited", "0.05 * credited"),
    ("pay margin of credited", "rate * credited"),
    ("pay 5% of credited up to 100,000 USD", "min(credited, 10,000 USD)"),
    ('pay 5% of credited if kind = "new"', "only if kind"),
    ("pay 5% of credited for each booking", "on a line of its own"),
    ('only if kind like "new%"', 'in ("Core", "Core Plus")'),
    ("only if quota is reached", "attainment(arr) >= 100%"),
    ("max 500 USD", "cap at 10,000 USD"),
    ("cap 500 USD", "It is written cap at FORMULA. For example: cap at 10,000 USD"),
    ("every booking", "for each booking"),
    ("cap at 200%", "150% of the target"),
    ("cap at 200% of target", "150% of the target"),
    ("only if close_date in Q1", "2027-Q1"),
    ("only if close_date in January", "2027-01"),
    ('only if kind is one of ("new")', 'kind in ("new", "renewal")'),
    ("pay = 5% of credited", "pay 5% of credited"),
    ("pay 5% of credited, at least 5 USD", "floor at"),
    ("pay 5% of credited rounded to 2", "round("),
    ("when acv > 5 USD", "only if"),
    ("only if close_date > hire_date + 90", "90 days"),
    ("only if tenure <= 3", "tenure counts months from hire_date"),
]
FOR_EACH_QUARTER = [
    ("pay 5 USD * the share on child leave", "the share on parental leave by calendar days"),
    ("pay 5 USD * the share of leave by calendar days", "the share on parental leave by calendar days"),
    ("pay 5 USD * share on child leave by calendar days", "the share on parental leave by calendar days"),
    ("pay the average of earned(a) over 3 months before child leave", "the monthly average of earned(own)"),
    ("pay the monthly average of a over 3 months before child leave", "the monthly average of earned(own)"),
    ("pay the monthly average of earned(a) over 3 months", "the monthly average of earned(own)"),
    ("pay average(booking.credited)", "sum(booking.credited) / count(booking) else 0 USD"),
    ("pay sumif(booking.credited)", "sum(booking.credited where ...)"),
    ("pay 1% of sum(deals.acv)", "sum(booking.credited)"),
    ("only if attainment >= 100%", "attainment(sold)"),
    ("only if attainment(sold over month) >= 100%", "for each month"),
    ("pay 5% x sold", "5% * arr"),
    ("pay 5% of sold year to date", "arr over year to date"),
    ("pay 5% of sold for the quarter", "arr over quarter"),
    ("pay 5 USD * count(distinct booking.kind)", "count(different booking.account)"),
    ("pay 5 USD * countunique(booking.kind)", "count(different booking.account)"),
    ("pay 5 USD * count(booking.kind)", "count(different booking.kind)"),
    ("pay 5% of sum(booking.credited) where acv > 5 USD", "sum(booking.credited where"),
    ("to the top 3 by sold", "ties included"),
    ("to the best 3 by sold", "to the top 3 by arr, ties included"),
    ("pay 5 USD * place", "to the top 3 by arr, ties included"),
]
PERIODS = [
    ("deal", "the credit booking comes from deals"),
    ("deals", "the credit booking comes from deals"),
    ("bookng", "booking"),
    ("quater", "quarter"),
    ("semester", "half"),
    ("weeks", "month"),
    ("half year", "month, quarter, half or year"),
]


def hints(company: Company, text: str) -> list[str | None]:
    """The hints of all that is wrong with a plan that holds the text."""
    found = diagnose(company, Case("", text, {}, False))
    return [d.hint for _, d in found if d.is_error]


@pytest.mark.parametrize(("sentence", "hint"), FOR_EACH_BOOKING)
def test_for_each_credit(sentence: str, hint: str, company: Company) -> None:
    pay = "" if sentence.startswith("pay") else "  pay 5 USD\n"
    (found,) = hints(company, f'bonus a "A" {{\n  for each booking\n{pay}  {sentence}\n}}\n')
    assert hint in (found or "")


@pytest.mark.parametrize(("sentence", "hint"), FOR_EACH_QUARTER)
def test_for_each_period(sentence: str, hint: str, company: Company) -> None:
    pay = "" if sentence.startswith("pay") else "  pay 5 USD\n"
    (found,) = hints(company, f'bonus a "A" {{\n  for each quarter\n{pay}  {sentence}\n}}\n')
    assert hint in (found or "")


@pytest.mark.parametrize(("word", "hint"), PERIODS)
def test_what_a_component_is_for(word: str, hint: str, company: Company) -> None:
    (found,) = hints(company, f'bonus a "A" {{\n  for each {word}\n  pay 5 USD\n}}\n')
    assert hint in (found or "")


OF_A_PLAN = [
    ('award a "A" {\n  for each booking\n  grant 1 "trip"\n}\n', "grant count(booking)"),
    (
        "credit c from orders {\n  on ordered\n  amount value\n  give 100% to owner\n}\n",
        "value in USD at the daily rate of ordered, rounded to 0.01",
    ),
    ("bonus a {\n  for each month\n  pay 5 USD\n}\n", 'bonus own "Own bookings" {'),
    ('bonus "A" {\n  for each month\n  pay 5 USD\n}\n', 'bonus own "Own bookings" {'),
    ("quota for wins = 5\n", "each quarter"),
    ('leave from absences where reason = "child"\n', "leave parental from absences"),
    ('leave child where reason = "child"\n', "leave parental from absences"),
    ('leave child from absences where reason = "child" lasting at least 30 days\n', ", lasting at least 30 days"),
    ("leave child from absences, at least 30 days\n", ", lasting at least 30 days"),
    ("relieve quota(sold) by calendar days\n", "for parental leave by calendar days"),
    ("relieve quota(sold) for child by calendar days\n", "for parental leave by calendar days"),
    ("relieve quota(sold) for child leave by business days\n", "by working days"),
    ("absence child from absences\n", "leave NAME from RECORDS"),
    ("measure more sum(booking.credited)\n", "measure arr = sum(booking.credited)"),
    ("credit c from deals {\n  on close_date\n  amount = acv\n  give 100% to owner\n}\n", "amount acv"),
    ("credit c from deals {\n  on close_date\n  amount acv\n  give all to owner\n}\n", "100%"),
    ("credit c from deals {\n  on close_date\n  amount acv\n  give 50% to owner, 50% to owner.manager\n}\n", "give 50% to specialist"),
    ('award a "A" {\n  for each month\n  grant "a day off"\n}\n', 'grant 1 "trip to Rome"'),
    ('bonus a "A" {\n  for each month\n  pay each slice of sold {\n    0 USD - 100 USD: 5%\n  }\n}\n', "from 80%: 1x"),
    ('bonus a "A" {\n  for each month\n  pay each slice of sold {\n    up to 100 USD: 5%\n  }\n}\n', "from 80%: 1x"),
    ('bonus a "A" {\n  for each month\n  pay each slice of sold {\n    from 0 USD 5%\n  }\n}\n', "from 80%: 1x"),
    ('bonus a "A" {\n  for each month, on the quarter to date\n  pay 5 USD\n}\n', "less what was earned before"),
]


@pytest.mark.parametrize(("text", "hint"), OF_A_PLAN)
def test_sentences_of_a_plan(text: str, hint: str, company: Company) -> None:
    (found,) = hints(company, text)
    assert hint in (found or "")


def test_a_rate_where_a_share_of_the_target_is_meant(company: Company) -> None:
    text = """weights of target_incentive add to 100%
bonus a "A" {
  for each quarter
  pay 60% * target_incentive per quarter
}
bonus b "B" {
  for each quarter
  pay 40% of target_incentive per quarter
}
"""
    (found,) = hints(company, text)
    assert found is not None
    assert found.startswith("60% * target_incentive per quarter is a rate and no share; write 60% of target_incentive per quarter")


def test_tiers_that_multiply_nothing(company: Company) -> None:
    (found,) = hints(company, 'bonus a "A" {\n  for each quarter\n  pay each slice of attainment(sold) {\n    from 0%: 6%\n  }\n}\n')
    assert found is not None
    assert "times before the tiers" in found


def test_a_quota_for_quarters_asked_for_a_month(company: Company) -> None:
    (found,) = hints(company, 'bonus a "A" {\n  for each month\n  pay 5 USD\n  times attainment(sold)\n}\n')
    assert found == "Let it be for each quarter; or take it over quarter to date against the full quota."
