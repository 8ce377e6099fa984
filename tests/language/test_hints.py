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
]
FOR_EACH_QUARTER = [
    ("pay average(booking.credited)", "sum(booking.credited) / count(booking) else 0 USD"),
    ("pay sumif(booking.credited)", "sum(booking.credited where ...)"),
    ("pay 1% of sum(deals.acv)", "sum(booking.credited)"),
    ("only if attainment >= 100%", "attainment(sold)"),
    ("only if attainment(sold over month) >= 100%", "for each month"),
    ("pay 5% x sold", "5% * arr"),
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


def test_a_quota_for_quarters_asked_for_a_month(company: Company) -> None:
    (found,) = hints(company, 'bonus a "A" {\n  for each month\n  pay 5 USD\n  times attainment(sold)\n}\n')
    assert found == "Let it be for each quarter; or take it over quarter to date against the full quota."
