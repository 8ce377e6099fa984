"""Working days as steps: each day with the number of working days up to it, and how many of each month are somebody's.

Where holidays differ from one group of people to another, as from country to country, each has a `calendar`; else there is one for all.
"""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import holds_on, last_day_of
from compplan.engine.relations import CALENDAR, RECORDS
from compplan.engine.scope import Scope
from compplan.engine.steps import Check, Step, table
from compplan.schema import PEOPLE, WorkingDays

WORKING_DAYS, WORKABLE = "working_days", "workable_days"
"""The names of the steps; they are the same for all plans."""

_ALL = ""


def working_day_steps(scope: Scope) -> tuple[Step, Step]:
    """The steps that working days are counted by."""
    return _working_days(scope), _workable(scope)


def _working_days(scope: Scope) -> Step:
    """A row for each calendar and day: how many working days there are before it, `before`, and with it, `through`."""
    days = scope.schema.working_days
    assert days is not None
    worked: list[exp.Expr] = [
        exp.In(this=exp.DayOfWeekIso(this=sql.column("day", "d")), expressions=[sql.whole(w + 1) for w in days.weekdays])
    ]
    query = exp.select(sql.column("calendar", "g"), sql.column("day", "d")).from_(table("days", "d", CALENDAR), copy=False)
    query = query.join(_calendars(scope, days).subquery("g", copy=False), join_type="cross", copy=False)
    checks = []
    if days.kind is not None and days.date is not None:
        holiday = sql.column(days.date, "h")
        same: list[exp.Expr] = [exp.EQ(this=holiday, expression=sql.column("day", "d"))]
        if days.group is not None:
            whose = sql.column(days.group, "h")
            same.append(sql.any_of([sql.is_null(whose), exp.EQ(this=whose.copy(), expression=sql.column("calendar", "g"))]))
        query = query.join(table(days.kind, "h", RECORDS), on=sql.all_of(same), join_type="left", copy=False)
        worked.append(exp.EQ(this=exp.Count(this=holiday.copy()), expression=sql.whole(0)))
        checks.append(_years_check(scope, days))
    one = exp.Case().when(sql.all_of(worked), sql.whole(1), copy=False).else_(sql.whole(0), copy=False)
    counted = query.select(sql.alias(one, "one"), copy=False).group_by(sql.column("calendar", "g"), sql.column("day", "d"), copy=False)
    order = exp.Order(expressions=[exp.Ordered(this=sql.column("day", "c"), nulls_first=True)])
    through = exp.Window(this=exp.func("sum", sql.column("one", "c")), partition_by=[sql.column("calendar", "c")], order=order)
    before = exp.Sub(this=sql.paren(through.copy()), expression=sql.column("one", "c"))
    figures = [sql.alias(sql.cast(sql.paren(node), "INTEGER"), name) for node, name in ((before, "before"), (through, "through"))]
    made = exp.select(sql.column("calendar", "c"), sql.column("day", "c"), *figures)
    made = made.from_(counted.subquery("c", copy=False), copy=False)
    return Step(WORKING_DAYS, "Working days, counted", ("calendar", "day"), made, (), None, tuple(checks))


def _calendars(scope: Scope, days: WorkingDays) -> exp.Select:
    """Every calendar that people have."""
    if days.group is None:
        return exp.select(sql.alias(sql.text(_ALL), "calendar"))
    return exp.select(sql.alias(calendar_of(scope, "p"), "calendar")).from_(table(PEOPLE, "p", RECORDS), copy=False).distinct()


def calendar_of(scope: Scope, person: str) -> exp.Expr:
    """The calendar of a row of people, under an alias; the same one for all where there is but one."""
    days = scope.schema.working_days
    assert days is not None
    return sql.text(_ALL) if days.group is None else exp.func("coalesce", sql.column(days.group, person), sql.text(_ALL))


def _workable(scope: Scope) -> Step:
    """How many working days each month has for each person, whether or not they are there.

    On days on which no row of a person holds, the calendar is that of the row that follows, or of the last one.
    """
    people = scope.schema.kinds[PEOPLE]
    key = sql.column(people.key[0], "p")
    first: exp.Expr = sql.day(date.min)
    last: exp.Expr = sql.day(date.max)
    if people.valid is not None:
        order = exp.Order(expressions=[exp.Ordered(this=sql.column(people.valid.first, "p"), nulls_first=True)])
        ended = exp.Window(this=exp.func("lag", last_day_of(people, "p")), partition_by=[key.copy()], order=order)
        following = exp.Window(this=exp.func("lead", sql.column(people.valid.first, "p")), partition_by=[key.copy()], order=order.copy())
        first = exp.func("coalesce", sql.paren(exp.Add(this=ended, expression=sql.whole(1))), first)
        last = exp.Case().when(sql.is_null(following), last, copy=False).else_(last_day_of(people, "p"), copy=False)
    rows = exp.select(sql.alias(key, "payee"), sql.alias(calendar_of(scope, "p"), "calendar"), sql.alias(first, "first"))
    rows = rows.select(sql.alias(last, "last"), copy=False).from_(table(PEOPLE, "p", RECORDS), copy=False)
    begin = exp.func("greatest", sql.column("first", "s"), sql.column("first_day", "m"))
    end = exp.func("least", sql.column("last", "s"), sql.column("last_day", "m"))
    meet: list[exp.Expr] = [exp.EQ(this=sql.column("kind", "m"), expression=sql.text("month"))]
    meet.append(exp.LTE(this=sql.column("first", "s"), expression=sql.column("last_day", "m")))
    meet.append(exp.GTE(this=sql.column("last", "s"), expression=sql.column("first_day", "m")))
    query = exp.select(sql.column("payee", "s"), sql.alias(sql.column("number", "m"), "month"))
    query = query.from_(rows.subquery("s", copy=False), copy=False)
    query = query.join(table("periods", "m", CALENDAR), on=sql.all_of(meet), copy=False)
    query, days = between(query, begin, end, sql.column("calendar", "s"))
    query = query.select(sql.alias(sql.cast(exp.func("sum", days), "INTEGER"), "days"), copy=False)
    query = query.group_by(sql.column("payee", "s"), sql.column("number", "m"), copy=False)
    return Step(WORKABLE, "The working days of each month, person by person", ("payee", "month"), query, (WORKING_DAYS,))


def _years_check(scope: Scope, days: WorkingDays) -> Check:
    """Finds years in which working days are counted and no holiday is known, where some are known of others."""
    assert days.kind is not None
    assert days.date is not None
    year = exp.func("year", sql.column("day", "d"))
    known = exp.select(exp.func("year", sql.column(days.date, "h"))).from_(table(days.kind, "h", RECORDS), copy=False)
    some = exp.select(sql.whole(1)).from_(table(days.kind, "o", RECORDS), copy=False)
    for rows, alias in ((known, "h"), (some, "o")):
        if days.group is not None:
            whose = sql.column(days.group, alias)
            mine = exp.EQ(this=whose.copy(), expression=sql.column("calendar", "g"))
            rows.where(sql.any_of([sql.is_null(whose), mine]), copy=False)
    query = exp.select(sql.alias(year, "year"), sql.column("calendar", "g")).from_(table("days", "d", CALENDAR), copy=False).distinct()
    query = query.join(_calendars(scope, days).subquery("g", copy=False), join_type="cross", copy=False)
    query = query.where(exp.Exists(this=some), exp.Not(this=exp.In(this=year.copy(), query=known.subquery())), copy=False)

    def message(row: tuple[object, ...]) -> str:
        whose = f" for {row[1]}" if row[1] else ""
        return f"Working days of {row[0]} are counted, and {days.kind} has no holiday of that year{whose}."

    return Check("no-holidays", "Holidays are missing", query, message, f"Add the holidays of the year to {days.kind}.")


def between(query: exp.Select, first: exp.Expr, last: exp.Expr, calendar: exp.Expr) -> tuple[exp.Select, exp.Expr]:
    """The query with what counts the working days of a calendar from one day through another, and their number."""
    for alias, day in (("wa", first), ("wz", last)):
        on: list[exp.Expr] = [exp.EQ(this=sql.column("day", alias), expression=sql.paren(day.copy()))]
        on.append(exp.EQ(this=sql.column("calendar", alias), expression=calendar.copy()))
        query = query.join(table(WORKING_DAYS, alias), on=sql.all_of(on), copy=False)
    number = exp.Sub(this=sql.column("through", "wz"), expression=sql.column("before", "wa"))
    return query, sql.cast(sql.paren(number), "INTEGER")


def of_stretch(scope: Scope, query: exp.Select, first: exp.Expr, last: exp.Expr) -> tuple[exp.Select, exp.Expr]:
    """The query with the working days of a stretch `s` of a payee's days, between two of them, by the payee's own calendar."""
    days = scope.schema.working_days
    assert days is not None
    if days.group is not None:
        people = scope.schema.kinds[PEOPLE]
        own = exp.EQ(this=sql.column(people.key[0], "p"), expression=sql.column("payee", "s"))
        query = query.join(table(PEOPLE, "p", RECORDS), on=sql.all_of([own, *holds_on(people, "p", first)]), copy=False)
    return between(query, first, last, calendar_of(scope, "p"))
