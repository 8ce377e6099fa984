"""Working days as a step: each day with the number of working days up to it, so that those between two days are a difference."""

from __future__ import annotations

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.relations import CALENDAR, RECORDS
from compplan.engine.scope import Scope
from compplan.engine.steps import Check, Step, table
from compplan.schema import WorkingDays

WORKING_DAYS = "working_days"
"""The name of the step; there is one for all plans."""


def working_days_step(scope: Scope) -> Step:
    """A row for each day: how many working days there are before it, `before`, and with it, `through`."""
    days = scope.schema.working_days
    assert days is not None
    worked: list[exp.Expr] = [
        exp.In(this=exp.DayOfWeekIso(this=sql.column("day", "d")), expressions=[sql.whole(w + 1) for w in days.weekdays])
    ]
    query = exp.select(sql.column("day", "d")).from_(table("days", "d", CALENDAR), copy=False)
    checks = []
    if days.kind is not None and days.date is not None:
        holiday = sql.column(days.date, "h")
        holidays = exp.select(holiday).from_(table(days.kind, "h", RECORDS), copy=False).distinct()
        same = exp.EQ(this=holiday.copy(), expression=sql.column("day", "d"))
        query = query.join(holidays.subquery("h", copy=False), on=same, join_type="left", copy=False)
        worked.append(sql.is_null(holiday.copy()))
        checks.append(_years_check(days))
    one = exp.Case().when(sql.all_of(worked), sql.whole(1), copy=False).else_(sql.whole(0), copy=False)
    counted = query.select(sql.alias(one, "one"), copy=False)
    order = exp.Order(expressions=[exp.Ordered(this=sql.column("day", "c"), nulls_first=True)])
    through = exp.Window(this=exp.func("sum", sql.column("one", "c")), order=order)
    before = exp.Sub(this=sql.paren(through.copy()), expression=sql.column("one", "c"))
    figures = [sql.alias(sql.cast(sql.paren(node), "INTEGER"), name) for node, name in ((before, "before"), (through, "through"))]
    made = exp.select(sql.column("day", "c"), *figures).from_(counted.subquery("c", copy=False), copy=False)
    return Step(WORKING_DAYS, "Working days, counted", ("day",), made, (), None, tuple(checks))


def _years_check(days: WorkingDays) -> Check:
    """Finds years in which working days are counted and no holiday is known, where some are known of others."""
    assert days.kind is not None
    assert days.date is not None
    year = exp.func("year", sql.column("day", "d"))
    known = exp.select(exp.func("year", sql.column(days.date, "h"))).from_(table(days.kind, "h", RECORDS), copy=False)
    some = exp.select(sql.whole(1)).from_(table(days.kind, "o", RECORDS), copy=False)
    query = exp.select(sql.alias(year, "year")).from_(table("days", "d", CALENDAR), copy=False).distinct()
    query = query.where(exp.Exists(this=some), exp.Not(this=exp.In(this=year.copy(), query=known.subquery())), copy=False)
    return Check(
        "no-holidays",
        "Holidays are missing",
        query,
        lambda row: f"Working days of {row[0]} are counted, and {days.kind} has no holiday of that year.",
        f"Add the holidays of the year to {days.kind}.",
    )


def between(query: exp.Select, first: exp.Expr, last: exp.Expr) -> tuple[exp.Select, exp.Expr]:
    """The query with what counts the working days from one day through another, and their number."""
    for alias, day in (("wa", first), ("wz", last)):
        on = exp.EQ(this=sql.column("day", alias), expression=sql.paren(day.copy()))
        query = query.join(table(WORKING_DAYS, alias), on=on, copy=False)
    number = exp.Sub(this=sql.column("through", "wz"), expression=sql.column("before", "wa"))
    return query, sql.cast(sql.paren(number), "INTEGER")
