"""Fiscal periods: which month, quarter, half or year a day belongs to, and the days that a period spans (half-open).

A month is numbered `12 * fiscal year + month of the fiscal year from 0`, so that quarter, half and year follow by whole division,
whatever the calendar's pattern. Everything else of the product counts in these numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from compplan.immutable import immutable
from compplan.schema import MONTHS_IN, Period

Pattern = Literal["months", "4-4-5", "4-5-4", "5-4-4"]

_WEEKS: dict[str, tuple[int, int, int]] = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
_LABEL = re.compile(r"^(?P<year>\d{4})(?:-(?:(?P<month>\d{2})|Q(?P<quarter>[1-4])|H(?P<half>[12])))?\Z", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class FiscalPeriod:
    """One period: `number` counts periods of its kind, so that the next one is `number + 1`."""

    kind: Period
    number: int

    @property
    def first_month(self) -> int:
        """Number of its first month."""
        return self.number * MONTHS_IN[self.kind]

    @property
    def last_month(self) -> int:
        """Number of its last month."""
        return self.first_month + MONTHS_IN[self.kind] - 1

    @property
    def label(self) -> str:
        """How it is written: 2027-01, 2027-Q1, 2027-H1, 2027."""
        year, index = divmod(self.number, 12 // MONTHS_IN[self.kind])
        match self.kind:
            case "month":
                return f"{year:04d}-{index + 1:02d}"
            case "quarter":
                return f"{year:04d}-Q{index + 1}"
            case "half":
                return f"{year:04d}-H{index + 1}"
            case "year":
                return f"{year:04d}"


def parse_period(text: str) -> FiscalPeriod | None:
    """The period that a label names, or None where it names none: `2027-13` does not."""
    found = _LABEL.match(text)
    if found is None:
        return None
    year = int(found["year"])
    if found["month"] is not None:
        month = int(found["month"])
        return FiscalPeriod("month", year * 12 + month - 1) if 1 <= month <= 12 else None
    if found["quarter"] is not None:
        return FiscalPeriod("quarter", year * 4 + int(found["quarter"]) - 1)
    if found["half"] is not None:
        return FiscalPeriod("half", year * 2 + int(found["half"]) - 1)
    return FiscalPeriod("year", year)


@immutable
class Calendar:
    """A company's fiscal calendar.

    With the pattern `months`, a fiscal year begins on the first of `first_month` and is named after the calendar year in which
    it starts, or ends where `named_after_end`. With a pattern of weeks, `anchor` is the first day of one fiscal year of 52 or 53 weeks
    named `anchor_year`; the years in `long_years` have a 53rd week, in their last month.
    """

    pattern: Pattern = "months"
    first_month: int = 1
    named_after_end: bool = False
    anchor: date | None = None
    anchor_year: int = 0
    long_years: tuple[int, ...] = ()

    def start_of_month(self, number: int) -> date:
        """First day of the fiscal month of that number."""
        year, index = divmod(number, 12)
        if self.pattern == "months":
            shift = -1 if self.named_after_end and self.first_month > 1 else 0
            months = (year + shift) * 12 + self.first_month - 1 + index
            return date(months // 12, months % 12 + 1, 1)
        quarter, position = divmod(index, 3)
        weeks = 13 * quarter + sum(_WEEKS[self.pattern][:position])
        return self._start_of_week_year(year) + timedelta(weeks=weeks)

    def start(self, period: FiscalPeriod) -> date:
        """First day of a period."""
        return self.start_of_month(period.first_month)

    def end(self, period: FiscalPeriod) -> date:
        """The day after the last day of a period."""
        return self.start_of_month(period.last_month + 1)

    def spelled(self, period: FiscalPeriod) -> str:
        """A period's label, and its days where they are not the calendar year's: 2027-Q1 (2027-02-01 through 2027-04-30)."""
        start = self.start(period)
        if start == Calendar().start(period):
            return period.label
        return f"{period.label} ({start} through {self.end(period) - timedelta(days=1)})"

    def month_of(self, day: date) -> int:
        """Number of the fiscal month that a day belongs to."""
        guess = (day.year + (1 if self.named_after_end else 0)) * 12 + day.month - self.first_month
        while self.start_of_month(guess) > day:
            guess -= 1
        while self.start_of_month(guess + 1) <= day:
            guess += 1
        return guess

    def period_of(self, day: date, kind: Period) -> FiscalPeriod:
        """The period of a kind that a day belongs to."""
        return FiscalPeriod(kind, self.month_of(day) // MONTHS_IN[kind])

    def _start_of_week_year(self, year: int) -> date:
        assert self.anchor is not None, "a calendar of weeks needs the first day of a fiscal year"
        step = 1 if year >= self.anchor_year else -1
        passed = range(self.anchor_year, year) if step == 1 else range(year, self.anchor_year)
        weeks = sum(53 if y in self.long_years else 52 for y in passed)
        return self.anchor + timedelta(weeks=weeks * step)


def periods_within(outer: FiscalPeriod, kind: Period) -> tuple[FiscalPeriod, ...]:
    """The periods of a kind that end within `outer`, in order: the months of a quarter, the quarter of its last month."""
    size = MONTHS_IN[kind]
    first = -(-(outer.first_month + 1) // size) - 1
    last = (outer.last_month + 1) // size - 1
    return tuple(FiscalPeriod(kind, n) for n in range(first, last + 1) if outer.first_month <= n * size + size - 1 <= outer.last_month)
