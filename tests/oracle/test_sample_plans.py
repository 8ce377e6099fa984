"""The sample company's examples come true in the oracle, and a quarter of it is paid without a figure left undecided."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle import evaluate
from tests.oracle.examples import run_example
from tests.oracle.project import Company, open_company, read_records
from tests.oracle.values import Records

SAMPLE = Path(__file__).parents[2] / "plans"
FIRST, LAST = 2027 * 12, 2027 * 12 + 2


@pytest.fixture(scope="module")
def company() -> Company:
    return open_company(SAMPLE)


@pytest.fixture(scope="module")
def records() -> Records:
    return read_records(SAMPLE)


def test_every_example_comes_to_what_it_expects(company: Company) -> None:
    for plan in company.plans:
        for example in plan.examples:
            found, _ = run_example(plan, example, company.schema, company.calendar)
            assert [(x.expectation.text, x.value) for x in found] == [(x.expectation.text, x.expectation.value) for x in found]


def test_a_quarter_pays_what_was_earned_in_it(company: Company, records: Records) -> None:
    for plan in company.plans:
        outcome = evaluate(plan, company.schema, company.calendar, records, FIRST, LAST)
        assert outcome.errors == ()
        earned = sum((e.amount for e in outcome.earnings), Fraction(0))
        corrections = sum((amount for _, _, component, amount in outcome.payouts if component == ""), Fraction(0))
        assert earned > 0
        assert sum((amount for *_, amount in outcome.payouts), Fraction(0)) == earned + corrections


def test_shares_of_every_sample_deal_add_up(company: Company, records: Records) -> None:
    outcome = evaluate(company.plan("account_executive"), company.schema, company.calendar, records, FIRST, LAST)
    shares: dict[object, Fraction] = {}
    for row in outcome.credits["booking"]:
        if not row.overlay:
            shares[row.key] = shares.get(row.key, Fraction(0)) + row.share
    assert set(shares.values()) == {Fraction(1)}
