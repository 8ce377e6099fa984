"""What the oracle works with: exact values, rows of records, rows of credits, and the data it cannot work with."""

from __future__ import annotations

import calendar as days
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from compplan.language.typed import Value

Row = Mapping[str, Value | None]
Records = Mapping[str, Sequence[Row]]
Key = tuple[Value | None, ...]

TWELVE_DECIMALS = Fraction(1, 10**12)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in the data that leaves a figure undecided: what it is, of which credit or component, whose, and where."""

    kind: str
    about: str
    who: str = ""
    where: str = ""


class DataError(Exception):
    """Raised where the data leave a figure undecided."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class CreditRow:
    """One payee's share of one record.

    `via` is the place of the child's row among the rows of its kind, by key. `source` is the row of the other credit, if it comes from one.
    """

    credit: str
    kind: str
    record: Row
    key: Key
    give: int
    via: int | None
    payee: str
    date: date
    month: int
    share: Fraction
    overlay: bool
    amounts: Mapping[str, Fraction]
    source: CreditRow | None
    repetition: int = 1

    def field(self, name: str) -> Value:
        """`share`, `overlay` or one of the amounts."""
        match name:
            case "share":
                return self.share
            case "overlay":
                return self.overlay
            case "repetition":
                return Fraction(self.repetition)
            case _:
                return self.amounts[name]

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts the rows of a credit as running totals take them: date, record, give, child's row."""
        own = (self.date, self.key, self.give, -1 if self.via is None else self.via)
        return own if self.source is None else (*own, *self.source.order, self.source.payee)


def record_date(row: CreditRow) -> date:
    """The date of the credit that the record itself was credited by: it decides what the record's references lead to."""
    return row.date if row.source is None else record_date(row.source)


def half_away(value: Fraction, unit: Fraction) -> Fraction:
    """The multiple of `unit` that is nearest; of two as near, the one farther from zero."""
    whole, rest = divmod(abs(value), unit)
    steps = whole + (1 if 2 * rest >= unit else 0)
    return steps * unit if value >= 0 else -steps * unit


def half_even(value: Fraction, unit: Fraction) -> Fraction:
    """The multiple of `unit` that is nearest; of two as near, the even one."""
    whole, rest = divmod(value, unit)
    up = 2 * rest > unit or (2 * rest == unit and whole % 2 == 1)
    return (whole + (1 if up else 0)) * unit


def round12(value: Fraction) -> Fraction:
    """What a product or a quotient keeps: twelve decimals, half away from zero."""
    return half_away(value, TWELVE_DECIMALS)


def number(value: Value | None) -> Fraction | None:
    """A figure, or None where it is empty."""
    if value is None:
        return None
    assert not isinstance(value, (str, bool, date)), value
    return Fraction(value)


def moved(day: date, by_days: int, by_months: int) -> date:
    """A date some days or months later; a day that the month does not have becomes its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + by_months, 12)
    last = days.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=by_days)
