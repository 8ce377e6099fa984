"""The declared shape of a project's records: what the checker knows of the data, and what validation holds it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from compplan.immutable import immutable

Period = Literal["month", "quarter", "half", "year"]

PERIODS: tuple[Period, ...] = ("month", "quarter", "half", "year")
MONTHS_IN: Mapping[Period, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}

PROJECT_FILE = "compplan.yaml"
"""The file in which a project says all this."""

PEOPLE = "people"
"""The kind of record that payees come from; every project declares it."""


@immutable
class MoneyType:
    """An amount, stored with `decimals` digits; `per` where it is a rate for a period, as in USD per year.

    It is in `currency`, or, where that is None, in a currency of each row's own, which the column `currency_in` names.
    """

    currency: str | None
    decimals: int
    per: Period | None = None
    currency_in: str | None = None


@immutable
class RatioType:
    """A share or a rate: 60 % is 0.6."""

    decimals: int = 6


@immutable
class NumberType:
    """A count or a quantity."""

    decimals: int = 0


@immutable
class TextType:
    """Any text, kept as written."""


@immutable
class DateType:
    """A day."""


@immutable
class YesNoType:
    """Yes or no."""


@immutable
class PeriodType:
    """A period of the project's calendar, written 2027-01, 2027-Q1, 2027-H1 or 2027 and stored that way."""

    period: Period


@immutable
class CurrencyType:
    """A currency, by its three letters."""


@immutable
class ReferenceType:
    """The key of a record of another kind."""

    kind: str


ColumnType = MoneyType | RatioType | NumberType | TextType | DateType | YesNoType | PeriodType | CurrencyType | ReferenceType


@immutable
class Column:
    """One column of a kind of record; a required one is never empty."""

    name: str
    type: ColumnType
    required: bool = True


@immutable
class Validity:
    """The columns that say from which day a row holds, and through which (both days included; an empty one: it still does)."""

    first: str
    last: str


@immutable
class RecordKind:
    """A table of the project: its name, the columns that name a row (none where rows have no name), its columns.

    Where rows are `valid` from a day to a day, the key names a row within a day: one key may have several rows, one after the other.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    valid: Validity | None = None

    def column(self, name: str) -> Column | None:
        """The column of that name, if there is one."""
        return next((c for c in self.columns if c.name == name), None)


@immutable
class ExchangeRates:
    """Where exchange rates of one sort stand: one of the currency in the column `source` is worth `rate` of the other.

    That is the one in the column `target`, or `into` for all rows. A rate holds in the period that the column `when` names; where that is
    a date, from this day until the next one that there is, or, `on_its_day`, on this day only. `both_ways` is whether amounts are also
    converted back, by dividing, where there is no rate for that.
    """

    name: str
    kind: str
    source: str
    target: str | None
    into: str | None
    rate: str
    when: str
    on_its_day: bool
    both_ways: bool


@immutable
class WorkingDays:
    """Which days are worked: the `weekdays`, Monday as 0, save the days that a column of a kind of record names as holidays.

    With `group`, the column of that name says which people's holiday it is, those who have the same in theirs; all, where it is empty.
    """

    weekdays: tuple[int, ...]
    kind: str | None = None
    date: str | None = None
    group: str | None = None


@immutable
class Schema:
    """Every kind of record of a project, the currency that the company counts in, its exchange rates and its working days."""

    currency: str
    kinds: Mapping[str, RecordKind] = field(default_factory=dict)
    rates: Mapping[str, ExchangeRates] = field(default_factory=dict)
    working_days: WorkingDays | None = None

    def kind(self, name: str) -> RecordKind | None:
        """The kind of that name, if it is declared."""
        return self.kinds.get(name)
