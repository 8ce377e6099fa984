"""Quotas, and sums over records, to steps: a figure for each owner and period; empty where the records say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import RecordColumns, holds_on
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.lower_measures import Valued, owners, periods
from compplan.engine.relations import CALENDAR, RECORDS
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.stays import Stays
from compplan.engine.steps import Step, table
from compplan.language import typed as ty
from compplan.language.walk import every
from compplan.schema import MONTHS_IN, PEOPLE, Period


def lower_record_sum(scope: Scope, expr: ty.RecordSum, group: str | None, cadence: Period, name: str) -> tuple[Step, Valued]:
    """The sum over a kind's rows, for each owner and period of a cadence; no row where there is nothing to add up."""
    columns = RecordColumns(scope.schema, scope.schema.kinds[expr.kind], "r")

    def leaf(e: Leaf) -> Emitted:
        assert isinstance(e, ty.RecordField)
        return columns.column(e.path)

    emitter = Emitter(leaf, scope.tables, scope.calendar)
    value = emitter.figure(expr.value)
    where = [] if expr.where is None else [emitter.condition(expr.where)]
    owner: exp.Expr = sql.text("") if group == "" else sql.column(expr.person or expr.group or "", "r")
    whole = exp.EQ(this=exp.Count(this=value.node), expression=exp.Count(this=exp.Star()))
    known = exp.Case().when(whole, exp.func("sum", value.node), copy=False)
    total = sql.cast(known, sql.decimal_type(sql.MOST_DIGITS, value.decimals))
    figure = Figure(total, sql.MOST_DIGITS, value.decimals)
    query = exp.select(sql.alias(owner, "owner"), sql.column("period", "w"), figure.named("value"))
    query = columns.join(query.from_(table(expr.kind, "r", RECORDS), copy=False))
    if expr.period is not None:
        named = exp.EQ(this=sql.column("label", "q"), expression=sql.column(expr.period, "r"))
        query = query.join(table("periods", "q", CALENDAR), on=named, copy=False)
        inside = sql.all_of(
            [
                exp.GTE(this=sql.column("first_month", "q"), expression=sql.column("low", "w")),
                exp.LTE(this=sql.column("last_month", "q"), expression=sql.column("high", "w")),
            ]
        )
        query = query.join(periods(scope, cadence, expr.window).subquery("w", copy=False), on=inside, copy=False)
    else:
        query = query.join(periods(scope, cadence, expr.window).subquery("w", copy=False), join_type="cross", copy=False)
    if group != "":
        where.append(sql.not_null(owner))
    if where:
        query = query.where(*where, copy=False)
    query = query.group_by(*([] if group == "" else [owner]), sql.column("period", "w"), copy=False)
    return Step(name, f"{expr.kind} added up", ("owner", "period"), query, (), expr.span), Valued(name, figure)


def lower_quota(
    scope: Scope, quota: ty.Quota, group: str | None, name: str, sums: Mapping[ty.RecordSum, Valued], stays: Stays | None
) -> tuple[Step, Valued]:
    """The quota of every owner in each of its own periods; where people are dated, their columns are those of the last day in the plan."""
    people = scope.schema.kinds[PEOPLE]
    payee = RecordColumns(scope.schema, people, "p", sql.column("day", "l"))
    joined: dict[ty.RecordSum, str] = {}

    def leaf(e: Leaf) -> Emitted:
        match e:
            case ty.RecordSum():
                return sums[e].column(joined.setdefault(e, f"s{len(joined)}"))
            case ty.PayeeField(path=()):
                return sql.column("owner", "o")
            case ty.PayeeField():
                return payee.column(e.path)
            case ty.Moment(period=None):
                return sql.column("last_day", "w")
            case ty.Moment():
                return sql.column("period", "w")
            case _:
                raise AssertionError(f"{type(e).__name__} in a quota")

    def leaf_of_month(e: Leaf) -> Emitted:
        return sql.column("last_day", "m") if isinstance(e, ty.Moment) and e.period is None else leaf(e)

    value = Emitter(leaf, scope.tables, scope.calendar).figure(quota.value)
    if quota.ramp is not None:
        value = _ramped(value, Emitter(leaf_of_month, scope.tables, scope.calendar).figure(quota.ramp), MONTHS_IN[quota.period])
    reads: list[str] = []
    query = exp.select(sql.column("owner", "o"), sql.column("period", "w"), value.named("value"))
    query = query.from_(owners(scope, group).subquery("o", copy=False), copy=False)
    query = query.join(periods(scope, quota.period, ty.Window(quota.period)).subquery("w", copy=False), join_type="cross", copy=False)
    if quota.ramp is not None:
        query = query.join(table("periods", "m", CALENDAR), on=_is_month_of("m", "w"), copy=False)
        query = query.group_by(sql.column("owner", "o"), sql.column("period", "w"), copy=False)
    if any(isinstance(e, ty.PayeeField) for f in (quota.value, quota.ramp) if f is not None for e in every(f)):
        own = exp.EQ(this=sql.column(people.key[0], "p"), expression=sql.column("owner", "o"))
        on = sql.all_of([own, *holds_on(people, "p", payee.day)])
        if stays is not None:
            step = stays.day_step(quota.period, ty.Window(quota.period))
            pairs = (("payee", "o", "owner"), ("period", "w", "period"))
            same = sql.all_of([exp.EQ(this=sql.column(n, "l"), expression=sql.column(m, a)) for n, a, m in pairs])
            query = query.join(table(step, "l"), on=same, join_type="left", copy=False)
            reads.append(step)
        query = payee.join(query.join(table(PEOPLE, "p", RECORDS), on=on, join_type="left", copy=False))
    query = join_valued(query, {alias: sums[e].step for e, alias in joined.items()}, sql.column("owner", "o"), sql.column("period", "w"))
    title = f"The quota for {quota.measure}, for each {quota.period}"
    reads += [sums[e].step for e in joined]
    return Step(name, title, ("owner", "period"), query, tuple(dict.fromkeys(reads)), quota.span), Valued(name, value)


def _ramped(value: Figure, ramp: Figure, months: int) -> Figure:
    """The average over the months of a period; empty where one of them is."""
    product = sql.multiply(value, ramp)
    whole = exp.EQ(this=exp.Count(this=product.node), expression=exp.Count(this=exp.Star()))
    total = exp.Case().when(whole, exp.func("sum", product.node.copy()), copy=False)
    figure = Figure(sql.cast(total, sql.decimal_type(sql.MOST_DIGITS, product.decimals)), sql.MOST_DIGITS, product.decimals)
    return figure if months == 1 else sql.divide(figure, sql.constant(Fraction(months)))


def _is_month_of(alias: str, window: str) -> exp.Expr:
    """That a period of the calendar is a month, and lies in a window."""
    number = sql.column("number", alias)
    return sql.all_of(
        [
            exp.EQ(this=sql.column("kind", alias), expression=sql.text("month")),
            exp.GTE(this=number, expression=sql.column("low", window)),
            exp.LTE(this=number.copy(), expression=sql.column("high", window)),
        ]
    )


def join_valued(query: exp.Select, steps: Mapping[str, str], owner: exp.Expr, period: exp.Expr) -> exp.Select:
    """The query with steps of owner and period joined, each under its alias."""
    for alias, step in steps.items():
        on = sql.all_of(
            [
                exp.EQ(this=sql.column("owner", alias), expression=owner),
                exp.EQ(this=sql.column("period", alias), expression=period),
            ]
        )
        query = query.join(table(step, alias), on=on, join_type="left", copy=False)
    return query


def lower_quota_window(scope: Scope, quota: ty.Quota, base: Valued, window: ty.Window, cadence: Period, name: str) -> tuple[Step, Valued]:
    """The quota over a window, for each owner and period of a cadence; empty where one of its periods has none."""
    size = MONTHS_IN[quota.period]
    first = exp.Mul(this=sql.column("period", "q"), expression=sql.whole(size))
    inside = sql.all_of(
        [
            exp.GTE(this=sql.paren(first), expression=sql.column("low", "w")),
            exp.LTE(this=exp.Add(this=sql.paren(first), expression=sql.whole(size - 1)), expression=sql.column("high", "w")),
        ]
    )
    value = sql.column("value", "q")
    full = exp.EQ(this=exp.Count(this=value), expression=exp.Count(this=exp.Star()))
    total = exp.Case().when(full, exp.func("sum", value), copy=False)
    figure = Figure(sql.cast(total, sql.decimal_type(sql.MOST_DIGITS, base.value.decimals)), sql.MOST_DIGITS, base.value.decimals)
    query = (
        exp.select(sql.column("owner", "q"), sql.column("period", "w"), figure.named("value"))
        .from_(table(base.step, "q"), copy=False)
        .join(periods(scope, cadence, window).subquery("w", copy=False), on=inside, copy=False)
        .group_by(sql.column("owner", "q"), sql.column("period", "w"), copy=False)
    )
    title = f"The quota for {quota.measure} over {window.period}"
    return Step(name, title, ("owner", "period"), query, (base.step,), quota.span), Valued(name, figure)
