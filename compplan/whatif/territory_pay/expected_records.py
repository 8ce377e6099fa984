"""What a scenario expects of accounts, as records that the plans can credit: for each account, one in each month or one in all.

What is spread over months adds back to the account's figure: each month has an equal part in whole units, and what does not divide goes to
the first months, a unit each (largest remainder).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from compplan.assignment.problem import Whole
from compplan.assignment.scenario.form import PayForm
from compplan.assignment.scenario.pay_settings import EACH_MONTH
from compplan.calendar import Calendar, FiscalPeriod, parse_period
from compplan.immutable import immutable
from compplan.records.project_file import Project
from compplan.schema import (
    Column,
    DateType,
    MoneyType,
    NumberType,
    RatioType,
    RecordKind,
    YesNoType,
)


@immutable
class RecordShape:
    """How expected records look: their kind, the columns that `pay` names, and the days on which they come."""

    kind: RecordKind
    rep: str
    dates: tuple[str, ...]
    days: tuple[date, ...]

    def spread(self, figures: Whole) -> Whole:
        """Each figure in as many parts as there are days: figures x days; every row adds up to its figure."""
        count = len(self.days)
        return np.asarray(figures[:, None] // count + (np.arange(count)[None, :] < (figures % count)[:, None]), np.int64)

    def records(
        self, names: Sequence[str], reps: Sequence[str], amounts: Mapping[str, Whole], others: Mapping[str, Sequence[Any]]
    ) -> pa.Table:
        """The records of some sources (accounts, say), each with its rep, its amounts in whole units and its other columns.

        What comes to nothing on a day is no record.
        """
        parts = {name: self.spread(figures) for name, figures in amounts.items()}
        there = np.array(list(parts.values())).any(axis=0)
        row, day = (index.tolist() for index in np.nonzero(there))
        columns = {name: self._decimals(name, figures[there].tolist()) for name, figures in parts.items()}
        columns |= {name: self._array(name, [values[r] for r in row]) for name, values in others.items()}
        columns |= {name: self._array(name, [self.days[d] for d in day]) for name in self.dates}
        columns[self.rep] = self._array(self.rep, [reps[r] for r in row])
        for key in self.kind.key:
            columns[key] = self._array(key, [f"expected of {names[r]}, {d + 1}" for r, d in zip(row, day, strict=True)])
        return pa.table(columns)

    def _decimals(self, name: str, figures: Sequence[int]) -> pa.Array:
        column = self._column(name)
        assert isinstance(column.type, MoneyType | NumberType | RatioType)
        return self._array(name, [Decimal(f).scaleb(-column.type.decimals) for f in figures])

    def _array(self, name: str, values: Sequence[Any]) -> pa.Array:
        return pa.array(values, _arrow_type(self._column(name)))

    def _column(self, name: str) -> Column:
        column = self.kind.column(name)
        assert column is not None
        return column


def record_shape(project: Project, pay: PayForm) -> RecordShape:
    """How the records look that a scenario expects; the scenario was checked."""
    period = period_of(pay)
    days = month_ends(project.calendar, period) if pay.when == EACH_MONTH else (date.fromisoformat(pay.when),)
    return RecordShape(project.schema.kinds[pay.records], pay.rep, pay.dates, days)


def period_of(pay: PayForm) -> FiscalPeriod:
    """The period that is worked out; the scenario was checked."""
    period = parse_period(pay.period)
    assert period is not None
    return period


def month_ends(calendar: Calendar, period: FiscalPeriod) -> tuple[date, ...]:
    """The last day of each month of a period."""
    months = range(period.first_month, period.last_month + 1)
    return tuple(calendar.start_of_month(month + 1) - timedelta(days=1) for month in months)


def _arrow_type(column: Column) -> pa.DataType:
    match column.type:
        case MoneyType(decimals=decimals) | NumberType(decimals=decimals) | RatioType(decimals=decimals):
            return pa.decimal128(18, decimals)
        case DateType():
            return pa.date32()
        case YesNoType():
            return pa.bool_()
        case _:
            return pa.string()
