"""Records that count several times: a row for each repetition that falls into the months at hand."""

from __future__ import annotations

from datetime import timedelta

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.scope import Scope
from compplan.schema import MONTHS_IN, Period


def repeated(scope: Scope, records: exp.Select, period: Period) -> exp.Select:
    """A row for each of a record's days: `start`, and so many periods later, `times` in all, within the fiscal years at hand.

    There is at most one such day in each month of the common calendar; a day that the month does not have becomes its last.
    """
    size = MONTHS_IN[period]
    start = sql.column("start", "b")
    first = exp.Add(this=exp.Mul(this=exp.func("year", start), expression=sql.whole(12)), expression=exp.func("month", start))
    months = sql.paren(exp.Sub(this=sql.column("month", "m"), expression=sql.paren(first)))
    moved = exp.Add(
        this=start, expression=exp.Mul(this=months, expression=exp.Interval(this=exp.Literal.string("1"), unit=exp.var("MONTH")))
    )
    day = sql.cast(sql.paren(moved), "DATE")
    number = exp.Add(this=sql.quotient_down(months, size), expression=sql.whole(1))
    everything = exp.Column(this=exp.Star(), table=exp.to_identifier("b"))
    each = (
        exp.select(everything, sql.alias(day, "date"), sql.alias(sql.cast(sql.paren(number), "INTEGER"), "repetition"))
        .from_(records.subquery("b", copy=False), copy=False)
        .join(_months(scope).subquery("m", copy=False), join_type="cross", copy=False)
        .where(
            exp.GTE(this=months, expression=sql.whole(0)),
            exp.EQ(this=exp.Mod(this=months, expression=sql.whole(size)), expression=sql.whole(0)),
            exp.LTE(this=sql.paren(number), expression=sql.column("times", "b")),
            copy=False,
        )
    )
    date = sql.column("date", "e")
    columns = exp.Column(this=exp.Star(), table=exp.to_identifier("e"))
    query = exp.select(columns, sql.alias(scope.month_of(date), "month")).from_(each.subquery("e", copy=False), copy=False)
    return scope.in_years(query, date)


def _months(scope: Scope) -> exp.Select:
    """The months of the common calendar, numbered from the year 0 on, that the fiscal years at hand touch."""
    first = scope.calendar.start_of_month(scope.all.first)
    last = scope.calendar.start_of_month(scope.all.last + 1) - timedelta(days=1)
    numbers = range(first.year * 12 + first.month, last.year * 12 + last.month + 1)
    rows = [exp.Tuple(expressions=[sql.whole(n)]) for n in numbers]
    values = exp.Values(expressions=rows, alias=exp.TableAlias(this=exp.to_identifier("v"), columns=[exp.to_identifier("month")]))
    return exp.select(sql.column("month", "v")).from_(values, copy=False)
