"""Tables and figures as they are printed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from compplan.cli.figures import amount_text, value_text
from compplan.cli.tables import Heading, table_lines
from compplan.language.units import Kind, Unit, money


def test_columns_line_up_whatever_the_letters() -> None:
    heads = (Heading("name"), Heading("amount", right=True))
    lines = list(table_lines(heads, [("Łukasz", "1.00"), ("陈美", "10.00"), ("e\u0301", "2.00")], [("total", "13.00")]))
    assert lines == [
        "name    amount",
        "------  ------",
        "Łukasz    1.00",
        "陈美     10.00",
        "e\u0301         2.00",
        "------  ------",
        "total    13.00",
    ]


def test_a_long_heading_goes_on_in_the_next_line() -> None:
    heads = (Heading("payee"), Heading("Best three of the month", right=True))
    assert list(table_lines(heads, [("ana", "1.00")])) == [
        "         Best three",
        "payee  of the month",
        "-----  ------------",
        "ana            1.00",
    ]


def test_a_cell_stays_on_its_line() -> None:
    assert list(table_lines((Heading("name"),), [("a\nb\x1b[31m",)]))[2] == "a b␛[31m"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Fraction(1181250, 100), money("USD"), "11,812.50 USD"),
        (Fraction(-1, 1000), money("USD"), "-0.001 USD"),
        (Fraction(6, 5), Unit(Kind.RATIO), "120%"),
        (Fraction(1, 3), Unit(Kind.RATIO), "33.333333333333%"),
        (Fraction(3), Unit(Kind.NUMBER), "3"),
    ],
)
def test_values_have_all_their_digits_and_their_unit(value: Fraction, unit: Unit, text: str) -> None:
    assert value_text(value, unit) == text


def test_amounts_have_their_thousands_apart() -> None:
    assert amount_text(Decimal("-1234567.5"), 2) == "-1,234,567.50"
