"""Amounts in each row's own currency, and where exchange rates stand."""

from __future__ import annotations

import pytest

from compplan.diagnostics.model import Problems
from compplan.records import load_project
from compplan.shape_json import schema_from_json, schema_to_json
from tests.records.conftest import Company

DEALS = """
deals:
  source: deals.csv
  key: deal
  columns:
    deal: text
    currency: {type: currency, optional: true}
    acv: {type: money, currency_in: currency, optional: true}
"""
RATES = """
rates:
  key: [base, day]
  columns:
    base: currency
    day: date
    rate: {type: number, decimals: 4}
"""
DAILY = "exchange_rates:\n  daily: {records: rates, from: base, to: USD, rate: rate, date: day, holds: until the next one}\n"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("EUR,10.05", None),
        ("eur,10.05", None),
        ("KWD,10.055", None),
        (",", None),
        ("EUR,10.055", "digits-of-currency"),
        ("JPY,10.5", "digits-of-currency"),
        (",10.05", "no-currency"),
        ("XXY,10.05", "bad-currency"),
        ("EUR,10.05555", "too-many-digits"),
    ],
)
def test_an_amount_has_a_currency_and_its_digits(company: Company, row: str, code: str | None) -> None:
    company.project(DEALS)
    company.write({"deals.csv": f"deal,currency,acv\nd1,{row}\n"})
    company.load()
    assert [found[3] for found in company.rejects()] == ([] if code is None else [code])


def with_rates(company: Company, rates: str, settings: str) -> list[str]:
    """The codes of all that is wrong with a project."""
    company.project(rates)
    file = company.root / "compplan.yaml"
    file.write_text(file.read_text() + settings)
    try:
        load_project(company.root)
    except Problems as problems:
        return [d.code for d in problems.diagnostics]
    return []


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("", "", []),
        (", holds: until the next one", "", ["rates-hold"]),
        ("date: day", "period: day", ["rates-hold", "unknown-column"]),
        (", date: day, holds: until the next one", "", ["rates-hold"]),
        ("records: rates", "records: rats", ["unknown-kind"]),
        ("to: USD", "to: UDS", ["unknown-currency"]),
        ("from: base", "from: rate", ["unknown-column"]),
        ("rate: rate", "rate: day", ["unknown-column"]),
        ("to: USD", "to: base", []),
        ("daily:", "Daily:", ["bad-name"]),
    ],
)
def test_where_exchange_rates_stand_is_checked(company: Company, old: str, new: str, codes: list[str]) -> None:
    assert sorted(with_rates(company, RATES, DAILY.replace(old, new, 1) if old else DAILY)) == sorted(codes)


def test_the_key_is_what_a_rate_is_looked_up_by(company: Company) -> None:
    assert with_rates(company, RATES.replace("[base, day]", "base"), DAILY) == ["rates-key"]


def test_a_rate_is_above_zero(company: Company) -> None:
    assert with_rates(company, RATES.replace("rates:", "rates:\n  source: rates.csv"), DAILY) == []
    company.write({"rates.csv": "base,day,rate\nEUR,2027-01-01,0\n"})
    company.load()
    assert [found[3] for found in company.rejects()] == ["too-small"]


def test_a_run_remembers_currencies_and_rates(company: Company) -> None:
    assert with_rates(company, RATES + DEALS, DAILY) == []
    schema = load_project(company.root).schema
    assert schema_from_json(schema_to_json(schema)) == schema


def test_one_currency_and_many_contradict_each_other(company: Company) -> None:
    assert with_rates(company, DEALS.replace("currency_in: currency", "currency_in: currency, currency: EUR"), "") == ["two-currencies"]
    assert with_rates(company, DEALS.replace("currency_in: currency", "currency_in: deal"), "") == ["unknown-column"]
