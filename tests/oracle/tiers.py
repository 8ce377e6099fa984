"""Slices, steps and curves."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tests.oracle.values import round12


@dataclass(frozen=True, slots=True)
class Operand:
    """What tiers run along: `value` is what is cut or interpolated; a row is reached where `measure >= bound * quota`."""

    value: Fraction
    measure: Fraction
    quota: Fraction

    def against(self, bound: Fraction) -> Fraction:
        """Above zero where the bound is passed, zero where it is met exactly, below zero where it is not reached."""
        return self.measure - bound * self.quota


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it starts (with no bottom, for a row `below`), and its value."""

    bottomless: bool
    start: Fraction | None
    value: Fraction | None


def _undecided(rows: list[Row]) -> bool:
    return any(row.start is None and not row.bottomless for row in rows)


def slices(x: Fraction, rows: list[Row]) -> Fraction | None:
    """The sum of each part times its value; below zero the parts are taken away. Empty where a bound or a value is."""
    if _undecided(rows) or any(row.value is None for row in rows):
        return None
    total = Fraction(0)
    for index, row in enumerate(rows):
        high = rows[index + 1].start if index + 1 < len(rows) else None
        assert row.value is not None
        total += round12((_clamp(x, row.start, high) - _clamp(Fraction(0), row.start, high)) * row.value)
    return total


def _clamp(x: Fraction, low: Fraction | None, high: Fraction | None) -> Fraction:
    raised = x if low is None else max(x, low)
    return raised if high is None else min(raised, high)


def step(x: Operand, rows: list[Row]) -> Fraction | None:
    """The value of the last row that is reached; zero where not even the first is. Empty where a bound is."""
    if _undecided(rows):
        return None
    reached = Row(True, None, Fraction(0))
    for row in rows:
        if row.start is None or x.against(row.start) >= 0:
            reached = row
    return reached.value


def curve(x: Operand, below: Fraction | None, points: list[Row], above: Fraction | None) -> Fraction | None:
    """The value on the straight line between the two points around it. Empty where a bound is."""
    if _undecided(points):
        return None
    first, last = points[0], points[-1]
    assert first.start is not None
    assert last.start is not None
    if x.against(first.start) < 0:
        return below
    if x.against(last.start) >= 0:
        return last.value if x.against(last.start) == 0 else above
    for left, right in pairwise(points):
        assert left.start is not None
        assert right.start is not None
        if x.against(left.start) >= 0 > x.against(right.start):
            if left.value is None or right.value is None:
                return None
            return left.value + round12((x.value - left.start) * (right.value - left.value) / (right.start - left.start))
    return None
