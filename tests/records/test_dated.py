"""Rows that hold from a day to a day: one for each key on each day."""

from __future__ import annotations

import pytest

from compplan.diagnostics import Problems
from tests.records.conftest import Company

DATED = """
deals:
  source: deals.csv
  key: deal
  columns: {deal: text, amount: money}
rates:
  source: rates.csv
  key: rate
  valid: {from: starts, through: ends}
  columns: {rate: text, share: ratio, starts: date, ends: {type: date, optional: true}}
"""


def load(company: Company, rates: str) -> list[tuple[int, str]]:
    company.project(DATED)
    company.write({"deals.csv": "deal,amount\nD1,1\n", "rates.csv": "rate,share,starts,ends\n" + rates})
    company.load()
    return [(line, code) for line, _, _, code in company.rejects()]


def test_rows_of_one_key_follow_each_other(company: Company) -> None:
    assert load(company, "A,5%,2027-01-01,2027-03-31\nA,6%,2027-04-01,\nB,5%,2027-01-01,\n") == []


def test_rows_that_hold_on_the_same_day_are_both_named(company: Company) -> None:
    found = load(company, "A,5%,2027-01-01,2027-04-01\nA,6%,2027-04-01,\nB,5%,2027-01-01,\n")
    assert found == [(2, "overlapping-rows"), (3, "overlapping-rows")]


def test_a_row_that_never_ends_overlaps_all_later_ones(company: Company) -> None:
    assert load(company, "A,5%,2027-01-01,\nA,6%,2028-04-01,2028-05-01\n") == [(2, "overlapping-rows"), (3, "overlapping-rows")]


def test_a_row_cannot_end_before_it_begins(company: Company) -> None:
    assert load(company, "A,5%,2027-03-31,2027-03-30\nA,5%,2027-01-01,\n") == [(2, "ends-before-start")]


@pytest.mark.parametrize(
    ("valid", "code"),
    [
        ("{from: begins, through: ends}", "unknown-column"),
        ("{from: share, through: ends}", "valid-dates"),
        ("{from: ends, through: starts}", "valid-dates"),
        ("{from: starts, through: starts}", "valid-dates"),
    ],
)
def test_the_days_are_columns_of_dates(company: Company, valid: str, code: str) -> None:
    company.project(DATED.replace("{from: starts, through: ends}", valid))
    with pytest.raises(Problems) as raised:
        company.load()
    assert code in {d.code for d in raised.value.diagnostics}
