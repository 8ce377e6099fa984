"""What every pass of the lowering needs to know: the schema, the calendar, the months, the tables of rates."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from compplan.calendar import Calendar
from compplan.engine import sql
from compplan.engine.relations import CALENDAR
from compplan.engine.steps import Months, table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import Schema


@immutable
class Scope:
    """The run's months are `asked`; figures are worked out over `all`, the fiscal years that they need."""

    schema: Schema
    calendar: Calendar
    asked: Months
    all: Months
    tables: Mapping[str, ty.Table]

    @property
    def months_follow(self) -> bool:
        """Whether a date's month follows from the date alone, without the calendar's table."""
        return self.calendar.pattern == "months"

    def month_of(self, day: exp.Expr) -> exp.Expr:
        """The month's number of a date: worked out where months are calendar months, else that of the calendar's day, alias `d`."""
        if not self.months_follow:
            return sql.column("month", "d")
        later = 1 if self.calendar.named_after_end and self.calendar.first_month > 1 else 0
        year = exp.Mul(this=exp.func("year", day), expression=sql.whole(12))
        number = exp.Add(
            this=exp.Add(this=year, expression=exp.func("month", day)), expression=sql.whole(12 * later - self.calendar.first_month)
        )
        return sql.cast(sql.paren(number), "INTEGER")

    def in_years(self, query: exp.Select, day: exp.Expr) -> exp.Select:
        """The query's rows whose date lies in the fiscal years at hand."""
        if not self.months_follow:
            on = exp.EQ(this=sql.column("day", "d"), expression=day)
            return query.join(table("days", "d", CALENDAR), on=on, copy=False)
        first, end = self.calendar.start_of_month(self.all.first), self.calendar.start_of_month(self.all.last + 1)
        return query.where(
            exp.GTE(this=sql.paren(day), expression=sql.day(first)),
            exp.LT(this=sql.paren(day), expression=sql.day(end)),
            copy=False,
        )
