"""What a cell may hold, by the type of its column: the value that is stored, or the code of what is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.records.conftest import Company

GOOD: list[tuple[str, str, Any]] = [
    ("text", " as written ", " as written "),
    ("number", "12", Decimal(12)),
    ("number", " -12 ", Decimal(-12)),
    ("number", "12.00", Decimal(12)),
    ("{type: number, decimals: 2}", ".5", Decimal("0.50")),
    ("money", "1250", Decimal("1250.00")),
    ("money", "+0.1", Decimal("0.10")),
    ("money", "9999999999999999.99", Decimal("9999999999999999.99")),
    ("money", "1250.5000", Decimal("1250.50")),
    ('{type: money, thousands: ","}', "1,250,000.50", Decimal("1250000.50")),
    ('{type: money, thousands: ".", decimal: ","}', "1.250,50", Decimal("1250.50")),
    ("{type: money, thousands: ' '}", "1 250", Decimal("1250.00")),
    ("{type: money, currency: JPY}", "1250", Decimal(1250)),
    ("{type: money, decimals: 4}", "0.1234", Decimal("0.1234")),
    ("ratio", "12.5%", Decimal("0.125000")),
    ("ratio", "0.125", Decimal("0.125000")),
    ("ratio", "60 %", Decimal("0.600000")),
    ("ratio", "0.0001%", Decimal("0.000001")),
    ("ratio", "1000%", Decimal("10.000000")),
    ("{type: ratio, at_most: 10000%}", "60", Decimal("60.000000")),
    ('{type: ratio, decimal: ","}', "12,5%", Decimal("0.125000")),
    ("date", "2027-01-31", date(2027, 1, 31)),
    ("date", "2028-02-29", date(2028, 2, 29)),
    ('{type: date, format: "%m/%d/%Y"}', "3/1/2017", date(2017, 3, 1)),
    ('{type: date, format: "%d-%b-%Y"}', "31-Jan-2027", date(2027, 1, 31)),
    ('{type: date, format: "%Y-%m-%d %H:%M:%S"}', "2027-01-31 13:05:00", date(2027, 1, 31)),
    ("yes/no", "Yes", True),
    ("yes/no", "0", False),
    ("yes/no", "TRUE", True),
    ('{type: yes/no, values: {"Y": yes, "N": no}}', "N", False),
    ("month", "2027-01", "2027-01"),
    ("quarter", "2027-q1", "2027-Q1"),
    ("half", "2027-H2", "2027-H2"),
    ("year", "2027", "2027"),
    ("people", "Anna", "Anna"),
    ('{type: people, values: {"anna@x": Anna}}', "anna@x", "Anna"),
    ("{type: money, optional: true}", "", None),
    ("{type: date, optional: true}", "  ", None),
    ('{type: money, optional: true, values: {"n/a": }}', "n/a", None),
    ("{type: text, values: {won: Won}}", "won", "Won"),
    ("{type: text, values: {won: Won}}", "lost", "lost"),
]

BAD: list[tuple[str, str, str]] = [
    ("text", "", "missing-value"),
    ("text", "   ", "missing-value"),
    ("text", "#REF!", "formula-error"),
    ("number", "12.5", "too-many-digits"),
    ("number", "twelve", "bad-number"),
    ("number", "1e3", "bad-number"),
    ("number", "1,000", "bad-number"),
    ("number", "1_000", "bad-number"),
    ("number", "NaN", "bad-number"),
    ("number", "inf", "bad-number"),
    ("number", "-", "bad-number"),
    ("number", ".", "bad-number"),
    ("number", "0x10", "bad-number"),
    ("number", "1" * 19, "too-large"),
    ("money", "12.345", "too-many-digits"),
    ("money", "$12", "bad-amount"),
    ("money", "(12)", "bad-amount"),
    ("money", "1,250.00", "bad-amount"),
    ("money", "10000000000000000", "too-large"),
    ("money", "#N/A", "formula-error"),
    ("{type: money, currency: JPY}", "12.5", "too-many-digits"),
    ('{type: money, thousands: ","}', "1,25", "bad-amount"),
    ('{type: money, thousands: ","}', "12,50.00", "bad-amount"),
    ("{type: money, at_least: 0}", "-1", "too-small"),
    ("{type: money, at_most: 100}", "100.01", "beyond-at-most"),
    ("ratio", "60", "suspicious-ratio"),
    ("ratio", "-1001%", "suspicious-ratio"),
    ("ratio", "12%%", "bad-ratio"),
    ("ratio", "half", "bad-ratio"),
    ("ratio", "0.1234567", "too-many-digits"),
    ("ratio", "0.00001%", "too-many-digits"),
    ("{type: ratio, at_most: 100%}", "101%", "beyond-at-most"),
    ("date", "31/01/2027", "bad-date"),
    ("date", "2027-02-30", "bad-date"),
    ("date", "2027-1-1", "bad-date"),
    ("date", "2027-01-31T00:00:00", "bad-date"),
    ("date", "1027-01-31", "date-out-of-range"),
    ("{type: date, from: 2027-01-01}", "2026-12-31", "date-out-of-range"),
    ("{type: date, through: 2027-12-31}", "2028-01-01", "date-out-of-range"),
    ('{type: date, format: "%m/%d/%Y"}', "31/01/2027", "bad-date"),
    ('{type: date, format: "%m/%d/%Y"}', "2027-01-31", "bad-date"),
    ('{type: date, format: "%m/%d/%Y"}', "01/31/27", "date-out-of-range"),
    ("yes/no", "maybe", "bad-yes-no"),
    ("month", "2027-13", "bad-period"),
    ("quarter", "Q1 2027", "bad-period"),
    ("quarter", "2027-01", "bad-period"),
    ("year", "27", "bad-period"),
    ("people", "anna", "unknown-reference"),
    ("people", "Anna ", "unknown-reference"),
]


@pytest.mark.parametrize(("column", "cell", "value"), GOOD)
def test_a_good_cell_is_stored(column: str, cell: str, value: Any, company: Company) -> None:  # noqa: ANN401
    loaded = company.deals(column, cell)
    assert company.rejects() == []
    assert company.rows("deals") == [("D1", value)]
    assert loaded.kinds["deals"].read == 1
    assert loaded.diagnostics == ()


@pytest.mark.parametrize(("column", "cell", "code"), BAD)
def test_a_bad_cell_is_refused_with_line_value_and_reason(column: str, cell: str, code: str, company: Company) -> None:
    loaded = company.deals(column, cell)
    assert company.rejects() == [(2, "x", (cell if cell.strip() else None), code)]
    assert company.rows("deals") == []
    assert loaded.kinds["deals"].rejected == 1
    (problem,) = loaded.diagnostics
    assert problem.code == code
    assert problem.span is not None
    assert problem.span.line == 2
    assert problem.hint
    assert "{" not in problem.title + problem.message
    (reason,) = company.reasons()
    assert "{" not in reason
    assert reason in problem.message


def test_each_currency_is_the_columns(company: Company) -> None:
    company.project("""
        deals:
          source: deals.csv
          columns: {amount: {type: money, optional: true, currency_column: Currency}}""")
    company.write({"deals.csv": "amount,Currency\n10,USD\n20,usd\n30,EUR\n40,\n,EUR\n"})
    company.load()
    assert [(line, value, code) for line, _, value, code in company.rejects()] == [(4, "30", "mixed-currency"), (5, "40", "mixed-currency")]
    assert company.reasons()[0] == "is not USD, in which the whole column is"


def test_columns_are_stored_in_order_in_exact_types(company: Company) -> None:
    company.project("""
        deals:
          source: deals.csv
          columns:
            c: {type: money, decimals: 4}
            a: {type: ratio, decimals: 8}
            b: number
            d: date
            e: yes/no
            f: quarter
            g: people""")
    company.write({"deals.csv": "a,b,c,d,e,f,g,unused\n1%,2,3,2027-01-01,yes,2027-Q1,Anna,?\n"})
    company.load()
    described = company.connection.execute("DESCRIBE records.deals").fetchall()
    assert [(n, t) for n, t, *_ in described] == [
        ("c", "DECIMAL(18,4)"),
        ("a", "DECIMAL(18,8)"),
        ("b", "DECIMAL(18,0)"),
        ("d", "DATE"),
        ("e", "BOOLEAN"),
        ("f", "VARCHAR"),
        ("g", "VARCHAR"),
    ]


def test_a_kind_without_a_source_is_empty(company: Company) -> None:
    company.project("deals: {columns: {deal: text}}")
    assert company.load().kinds["deals"].read == 0
    assert company.rows("deals") == []
