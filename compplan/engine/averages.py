"""Proration: the days on which somebody is a payee, month by month, and what of a payee is averaged over them."""

from __future__ import annotations

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import RecordColumns, holds_on
from compplan.engine.lower_measures import Valued, periods
from compplan.engine.relations import CALENDAR, RECORDS
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Step, table
from compplan.engine.working_days import WORKABLE, WORKING_DAYS, of_stretch
from compplan.language import typed as ty
from compplan.schema import PEOPLE, Period


def days_by_month(scope: Scope, stretches: str, how: ty.Proration, *more: exp.Expr) -> exp.Select:
    """A row for each stretch of days and month that meet: its last day in the month, and how many days of the month it takes.

    Where working days count, these are how many of them it takes. `more` is read of the stretch, under `s`.
    """
    month = table("periods", "m", CALENDAR)
    first = exp.func("greatest", sql.column("first", "s"), sql.column("first_day", "m"))
    last = exp.func("least", sql.column("last", "s"), sql.column("last_day", "m"))
    on = sql.all_of(
        [
            exp.EQ(this=sql.column("kind", "m"), expression=sql.text("month")),
            exp.LTE(this=sql.column("first", "s"), expression=sql.column("last_day", "m")),
            exp.GTE(this=sql.column("last", "s"), expression=sql.column("first_day", "m")),
        ]
    )
    days = sql.cast(sql.paren(exp.Add(this=sql.paren(exp.Sub(this=last.copy(), expression=first)), expression=sql.whole(1))), "INTEGER")
    keys = [sql.column("payee", "s"), sql.alias(sql.column("number", "m"), "month")]
    query = exp.select(*keys, sql.alias(last, "day")).from_(table(stretches, "s"), copy=False).join(month, on=on, copy=False)
    if how.by == "working days":
        query, days = of_stretch(scope, query, first, last)
    return query.select(sql.alias(days, "weight"), *more, copy=False)


def parts_step(scope: Scope, stays: str, how: ty.Proration, name: str) -> Step:
    """A row for each stay and month that meet: a day on which to read the payee, and the weight of the stay in the month.

    By days, a stay weighs its days, or its working days; by months, the last stay of a month weighs one where all stays of the month have
    days enough.
    """
    query = days_by_month(scope, stays, how)
    if how.by == "months":
        enough = exp.GTE(this=exp.func("sum", sql.column("weight", "d")), expression=sql.whole(how.least))
        weight = sql.cast(exp.Case().when(enough, sql.whole(1), copy=False).else_(sql.whole(0), copy=False), "INTEGER")
        grouped = [sql.column("payee", "d"), sql.column("month", "d")]
        day = sql.alias(exp.func("max", sql.column("day", "d")), "day")
        by_month = exp.select(*grouped, day, sql.alias(weight, "weight")).from_(query.subquery("d", copy=False), copy=False)
        query = by_month.group_by(*(g.copy() for g in grouped), copy=False)
    title = "The days of each payee in the plan, by month"
    return Step(name, title, ("payee", "month", "day"), query, (stays, *reads(how)))


def reads(how: ty.Proration) -> tuple[str, ...]:
    """The steps that days are counted by."""
    return (WORKING_DAYS, WORKABLE) if how.by == "working days" else ()


def measured_periods(scope: Scope, cadence: Period, window: ty.Window, how: ty.Proration) -> exp.Select:
    """The periods of a cadence with their windows, and how much the whole window weighs: its days, or its months.

    Working days are each person's own: there is a row for each `payee` and period then, and `of_payee` picks theirs.
    """
    if how.by == "working days":
        return _worked_periods(scope, cadence, window)
    months = exp.Add(this=sql.paren(exp.Sub(this=sql.column("high", "w"), expression=sql.column("low", "w"))), expression=sql.whole(1))
    days = exp.Add(
        this=sql.paren(exp.Sub(this=sql.column("last_day", "z"), expression=sql.column("first_day", "a"))), expression=sql.whole(1)
    )
    whole = sql.cast(sql.paren(months if how.by == "months" else days), "INTEGER")
    query = exp.select(*(sql.column(n, "w") for n in ("period", "low", "high", "last_day")))
    query = query.from_(periods(scope, cadence, window).subquery("w", copy=False), copy=False)
    for alias, month in (("a", "low"), ("z", "high")):
        is_month = exp.EQ(this=sql.column("kind", alias), expression=sql.text("month"))
        is_this = exp.EQ(this=sql.column("number", alias), expression=sql.column(month, "w"))
        query = query.join(table("periods", alias, CALENDAR), on=sql.all_of([is_month, is_this]), copy=False)
    return query.select(sql.alias(whole, "whole"), copy=False)


def _worked_periods(scope: Scope, cadence: Period, window: ty.Window) -> exp.Select:
    """The periods with their windows for each person, and how many working days of theirs the whole window has."""
    keys = [sql.column("payee", "k"), *(sql.column(n, "w") for n in ("period", "low", "high", "last_day"))]
    inside: list[exp.Expr] = [exp.GTE(this=sql.column("month", "k"), expression=sql.column("low", "w"))]
    inside.append(exp.LTE(this=sql.column("month", "k"), expression=sql.column("high", "w")))
    query = exp.select(*keys, sql.alias(sql.cast(exp.func("sum", sql.column("days", "k")), "INTEGER"), "whole"))
    query = query.from_(periods(scope, cadence, window).subquery("w", copy=False), copy=False)
    query = query.join(table(WORKABLE, "k"), on=sql.all_of(inside), copy=False)
    return query.group_by(*(k.copy() for k in keys), copy=False)


def of_payee(how: ty.Proration, spans: str, payee: exp.Expr) -> list[exp.Expr]:
    """That measured periods are those of a payee, where each has their own."""
    return [exp.EQ(this=sql.column("payee", spans), expression=payee)] if how.by == "working days" else []


def within(part: str, window: str) -> exp.Expr:
    """That the month of a part lies in a window."""
    month = sql.column("month", part)
    return sql.all_of(
        [exp.GTE(this=month, expression=sql.column("low", window)), exp.LTE(this=month.copy(), expression=sql.column("high", window))]
    )


def weighted(value: Figure, whole: exp.Expr, of_part: exp.Expr | None = None) -> Figure:
    """The sum of values, each times the weight of its part, divided by a whole; empty where one of them is empty.

    A part that weighs nothing does not count.
    """
    of_part = of_part or sql.column("weight", "t")
    weight = Figure(sql.cast(of_part, sql.decimal_type(6, 0)), 6, 0)
    counts = exp.GT(this=of_part.copy(), expression=sql.whole(0))
    times = exp.Case().when(counts, sql.multiply_exactly(value, weight).node, copy=False).else_(sql.whole(0), copy=False)
    known = exp.EQ(this=exp.Count(this=times), expression=exp.Count(this=exp.Star()))
    total = exp.Case().when(known, exp.func("sum", times.copy()), copy=False)
    figure = Figure(sql.cast(total, sql.decimal_type(sql.MOST_DIGITS, value.decimals)), sql.MOST_DIGITS, value.decimals)
    return sql.divide(figure, Figure(sql.cast(whole, sql.decimal_type(9, 0)), 9, 0))


def average_step(scope: Scope, parts: str, leaf: ty.Averaged, cadence: Period, name: str) -> tuple[Step, Valued]:
    """A payee's column averaged over a window, for each payee and period; empty where it must be asked about, or has several currencies."""
    people = scope.schema.kinds[PEOPLE]
    columns = RecordColumns(scope.schema, people, "p", sql.column("day", "t"))
    value = columns.column(leaf.column.path)
    assert isinstance(value, Figure)
    days = exp.func("sum", sql.column("weight", "t"))
    whole = exp.func("max", sql.column("whole", "n"))
    if leaf.how.by == "asked":
        same = [is_the_same(value.node)]
        if leaf.zeros:
            same.append(exp.EQ(this=days, expression=whole))
        figure = Figure(exp.Case().when(sql.all_of(same), exp.func("max", value.node.copy()), copy=False), value.digits, value.decimals)
    else:
        figure = weighted(value, whole if leaf.zeros else days)
    if leaf.unit.own:
        code = columns.column((*leaf.column.path[:-1], leaf.unit.own[-1]))
        assert not isinstance(code, Figure)
        figure = Figure(exp.Case().when(is_the_same(code), figure.node, copy=False), figure.digits, figure.decimals)
    on = sql.all_of([exp.EQ(this=sql.column(people.key[0], "p"), expression=sql.column("payee", "t")), *holds_on(people, "p", columns.day)])
    query = exp.select(sql.alias(sql.column("payee", "t"), "owner"), sql.column("period", "n"), figure.named("value"))
    query = query.from_(table(parts, "t"), copy=False)
    mine = sql.all_of([within("t", "n"), *of_payee(leaf.how, "n", sql.column("payee", "t"))])
    query = query.join(measured_periods(scope, cadence, leaf.window, leaf.how).subquery("n", copy=False), on=mine, copy=False)
    query = columns.join(query.join(table(PEOPLE, "p", RECORDS), on=on, copy=False))
    query = query.group_by(sql.column("payee", "t"), sql.column("period", "n"), copy=False)
    title = f"{leaf.column.path[-1]} over {leaf.window.period}"
    return Step(name, title, ("owner", "period"), query, (parts, *reads(leaf.how)), leaf.span), Valued(name, figure)


def is_the_same(node: exp.Expr) -> exp.Expr:
    """Whether all rows have the same value."""
    one = exp.EQ(this=exp.func("min", node.copy()), expression=exp.func("max", node.copy()))
    known = exp.EQ(this=exp.Count(this=node.copy()), expression=exp.Count(this=exp.Star()))
    return sql.all_of([one, known])


def asked_about(scope: Scope, parts: str, quota: ty.Quota, fields: list[ty.PayeeField]) -> exp.Select:
    """Whose quota of which period is asked about: who is a payee for part of it, or of whom something changes that the quota reads."""
    people = scope.schema.kinds[PEOPLE]
    columns = RecordColumns(scope.schema, people, "p", sql.column("day", "t"))
    days = exp.func("sum", sql.column("weight", "t"))
    differs: list[exp.Expr] = [exp.NEQ(this=days, expression=exp.func("max", sql.column("whole", "n")))]
    for field in fields:
        found = columns.column(field.path)
        node = found.node if isinstance(found, Figure) else found
        few, all_known = exp.func("min", node), exp.EQ(this=exp.Count(this=node.copy()), expression=exp.Count(this=exp.Star()))
        none_known = exp.EQ(this=exp.Count(this=node.copy()), expression=sql.whole(0))
        differs.append(exp.NEQ(this=few, expression=exp.func("max", node.copy())))
        differs.append(exp.Not(this=sql.paren(sql.any_of([all_known, none_known]))))
    on = sql.all_of([exp.EQ(this=sql.column(people.key[0], "p"), expression=sql.column("payee", "t")), *holds_on(people, "p", columns.day)])
    how, window = ty.Proration("asked", 0), ty.Window(quota.period)
    query = exp.select(sql.column("payee", "t"), sql.column("period", "n")).from_(table(parts, "t"), copy=False)
    query = query.join(measured_periods(scope, quota.period, window, how).subquery("n", copy=False), on=within("t", "n"), copy=False)
    query = columns.join(query.join(table(PEOPLE, "p", RECORDS), on=on, copy=False))
    query = query.group_by(sql.column("payee", "t"), sql.column("period", "n"), copy=False)
    return query.having(sql.any_of(differs), copy=False)
