"""The oracle's own arithmetic, against figures worked out by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from tests.oracle.tiers import Operand, Row, curve, slices, step
from tests.oracle.values import half_away, half_even, moved, round12

CENT = Fraction(1, 100)


@pytest.mark.parametrize(
    ("value", "away", "even"),
    [("0.005", "0.01", "0"), ("0.015", "0.02", "0.02"), ("-0.005", "-0.01", "0"), ("-0.015", "-0.02", "-0.02"), ("0.0149", "0.01", "0.01")],
)
def test_half_a_cent_goes_away_from_zero_or_to_the_even_cent(value: str, away: str, even: str) -> None:
    assert half_away(Fraction(value), CENT) == Fraction(away)
    assert half_even(Fraction(value), CENT) == Fraction(even)


def test_a_third_keeps_twelve_decimals() -> None:
    assert round12(Fraction(2, 3)) == Fraction("0.666666666667")


def test_a_month_after_the_last_of_january_is_the_last_of_february() -> None:
    assert moved(date(2027, 1, 31), 0, 1) == date(2027, 2, 28)
    assert moved(date(2027, 3, 31), 0, -13) == date(2026, 2, 28)
    assert moved(date(2027, 2, 27), 2, 0) == date(2027, 3, 1)


def rows(*pairs: tuple[str | None, str]) -> list[Row]:
    return [Row(start is None, None if start is None else Fraction(start), Fraction(value)) for start, value in pairs]


def plain(value: str) -> Operand:
    return Operand(Fraction(value), Fraction(value), Fraction(1))


def test_slices_multiply_each_part_by_its_own_value() -> None:
    tiers = rows(("0", "0.5"), ("0.5", "1"), ("1", "1.5"))
    assert slices(Fraction("1.2"), tiers) == Fraction("1.05")
    assert slices(Fraction("0.5"), tiers) == Fraction("0.25")


def test_slices_from_zero_give_nothing_below_it_and_a_row_below_does() -> None:
    assert slices(Fraction(-100), rows(("0", "0.5"), ("50", "1"))) == 0
    assert slices(Fraction(-100), rows((None, "0.5"), ("50", "1"))) == -50


def test_a_step_is_reached_at_its_very_bound() -> None:
    tiers = rows((None, "0"), ("0.8", "0.8"), ("1", "1"))
    assert [step(plain(x), tiers) for x in ("0.799999", "0.8", "1", "-3")] == [0, Fraction("0.8"), 1, 0]


def test_a_step_is_reached_exactly_and_not_through_a_rounded_ratio() -> None:
    nearly = Operand(round12(Fraction(999999999999999, 10**15)), Fraction(999999999999999), Fraction(10**15))
    assert nearly.value == 1
    assert step(nearly, rows((None, "0"), ("1", "1"))) == 0


def test_a_curve_is_straight_between_its_points() -> None:
    points = rows(("0.1", "0.5"), ("0.2", "1"), ("0.3", "1.5"))
    found = [curve(plain(x), Fraction(0), points, Fraction(9)) for x in ("0.05", "0.1", "0.15", "0.2", "0.3", "0.31")]
    assert found == [0, Fraction("0.5"), Fraction("0.75"), 1, Fraction("1.5"), 9]


def test_an_empty_bound_leaves_the_figure_empty() -> None:
    tiers = [Row(True, None, Fraction(0)), Row(False, None, Fraction(1))]
    assert slices(Fraction(1), tiers) is None
    assert step(plain("1"), tiers) is None
