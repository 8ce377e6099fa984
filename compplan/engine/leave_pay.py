"""What pay on leave goes by: how much of a period a payee is on leave, and what was earned on average before it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.averages import measured_periods, of_payee, reads, within
from compplan.engine.leave_days import LeaveDays
from compplan.engine.lower_earned import EarningsShape, earned_rows
from compplan.engine.lower_measures import Valued, periods
from compplan.engine.relations import CALENDAR
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Step, table
from compplan.language import typed as ty
from compplan.schema import Period


def share_step(scope: Scope, payees: str, off: str, leaf: ty.LeaveShare, cadence: Period, name: str) -> tuple[Step, Valued]:
    """The part of each period that each payee is on leave."""
    mine = exp.EQ(this=sql.column("payee", "t"), expression=sql.column("payee", "y"))
    spans = measured_periods(scope, cadence, leaf.window, leaf.how).subquery("w", copy=False)
    days = exp.func("coalesce", exp.func("sum", sql.column("weight", "t")), sql.whole(0))
    whole = exp.func("max", sql.column("whole", "w"))
    share = sql.divide(*(Figure(sql.cast(node, sql.decimal_type(9, 0)), 9, 0) for node in (days, whole)))
    query = exp.select(sql.alias(sql.column("payee", "y"), "owner"), sql.column("period", "w"), share.named("value"))
    own = of_payee(leaf.how, "w", sql.column("payee", "y"))
    query = query.from_(table(payees, "y"), copy=False)
    query = query.join(spans, on=sql.all_of(own), copy=False) if own else query.join(spans, join_type="cross", copy=False)
    query = query.join(table(off, "t"), on=sql.all_of([mine, within("t", "w")]), join_type="left", copy=False)
    query = query.group_by(sql.column("payee", "y"), sql.column("period", "w"), copy=False)
    title = f"The share of each {cadence} on {leaf.leave} leave"
    return Step(name, title, ("owner", "period"), query, (payees, off, *reads(leaf.how)), leaf.span), Valued(name, share)


def average_step(
    scope: Scope,
    plan: ty.Plan,
    leaf: ty.AverageBefore,
    days: LeaveDays,
    leave: str,
    shapes: Sequence[EarningsShape],
    cadence: Period,
    name: str,
) -> tuple[Step, Valued]:
    """A month's average before the leave that a payee is on, for each payee and period; zero where they are on none."""
    decimals = max(shape.decimals for shape in shapes)
    begun, months = _begun(leave, leaf, cadence), _months(scope, plan, days, leave, leaf, cadence)
    total = exp.func("coalesce", exp.func("sum", sql.column("earned", "e")), sql.whole(0))
    summed = Figure(sql.cast(total, sql.decimal_type(sql.MOST_DIGITS, decimals)), sql.MOST_DIGITS, decimals)
    count = exp.func("nullif", exp.func("max", sql.column("months", "k")), sql.whole(0))
    average = sql.divide(summed, Figure(sql.cast(count, sql.decimal_type(9, 0)), 9, 0))
    on_leave = exp.GT(this=exp.Count(this=sql.column("payee", "b")), expression=sql.whole(0))
    known = exp.Case().when(on_leave, average.node, copy=False).else_(sql.whole(0), copy=False)
    kind = sql.decimal_type(sql.MOST_DIGITS, average.decimals)
    value = Figure(sql.cast(known, kind), sql.MOST_DIGITS, average.decimals)
    query = exp.select(sql.alias(sql.column("payee", "y"), "owner"), sql.column("period", "w"), value.named("value"))
    query = query.from_(table(days.payees, "y"), copy=False)
    query = query.join(periods(scope, cadence, ty.Window(cadence)).subquery("w", copy=False), join_type="cross", copy=False)
    for part, alias in ((begun, "b"), (months, "k")):
        same = [exp.EQ(this=sql.column("payee", alias), expression=sql.column("payee", "y"))]
        same.append(exp.EQ(this=sql.column("period", alias), expression=sql.column("period", "w")))
        query = query.join(part.subquery(alias, copy=False), on=sql.all_of(same), join_type="left", copy=False)
    earned: list[exp.Expr] = [exp.EQ(this=sql.column("payee", "e"), expression=sql.column("payee", "y"))]
    earned += [exp.GTE(this=sql.column("earned_month", "e"), expression=sql.column("low", "b"))]
    earned += [exp.LTE(this=sql.column("earned_month", "e"), expression=sql.column("high", "b"))]
    query = query.join(earned_rows(shapes).subquery("e", copy=False), on=sql.all_of(earned), join_type="left", copy=False)
    query = query.group_by(sql.column("payee", "y"), sql.column("period", "w"), copy=False)
    title = f"{leaf.component}, the average of a month before {leaf.leave} leave"
    made_from = (days.payees, leave, *([days.stays] if days.stays is not None else []), *(s.made.step for s in shapes))
    return Step(name, title, ("owner", "period"), query, made_from, leaf.span), Valued(name, value)


def _begun(leave: str, leaf: ty.AverageBefore, cadence: Period) -> exp.Select:
    """The months before the first leave that touches a period, for each payee who is on one; none are known before the calendar's."""
    touch: list[exp.Expr] = [exp.EQ(this=sql.column("kind", "p"), expression=sql.text(cadence))]
    touch += [exp.LTE(this=sql.column("first", "s"), expression=sql.column("last_day", "p"))]
    touch += [exp.GTE(this=sql.column("last", "s"), expression=sql.column("first_day", "p"))]
    first = exp.select(sql.column("payee", "s"), sql.alias(sql.column("number", "p"), "period"))
    first = first.select(sql.alias(exp.func("min", sql.column("since", "s")), "since"), copy=False)
    first = first.from_(table(leave, "s"), copy=False).join(table("periods", "p", CALENDAR), on=sql.all_of(touch), copy=False)
    first = first.group_by(sql.column("payee", "s"), sql.column("number", "p"), copy=False)
    within_month: list[exp.Expr] = [exp.EQ(this=sql.column("kind", "m"), expression=sql.text("month"))]
    within_month += [exp.GTE(this=sql.column("since", "f"), expression=sql.column("first_day", "m"))]
    within_month += [exp.LTE(this=sql.column("since", "f"), expression=sql.column("last_day", "m"))]
    number = sql.column("number", "m")
    low = sql.paren(exp.Sub(this=number, expression=sql.whole(leaf.months)))
    high = sql.paren(exp.Sub(this=number.copy(), expression=sql.whole(1)))
    query = exp.select(sql.column("payee", "f"), sql.column("period", "f"), sql.alias(low, "low"), sql.alias(high, "high"))
    query = query.from_(first.subquery("f", copy=False), copy=False)
    return query.join(table("periods", "m", CALENDAR), on=sql.all_of(within_month), join_type="left", copy=False)


def _months(scope: Scope, plan: ty.Plan, days: LeaveDays, leave: str, leaf: ty.AverageBefore, cadence: Period) -> exp.Select:
    """How many of these months lie in the plan, with a day on which the payee was one."""
    number = sql.column("number", "m")
    plan_first, plan_last = (scope.calendar.month_of(day) for day in (plan.first, plan.last))
    inside: list[exp.Expr] = [exp.EQ(this=sql.column("kind", "m"), expression=sql.text("month"))]
    inside += [exp.GTE(this=number, expression=sql.column("low", "b")), exp.LTE(this=number.copy(), expression=sql.column("high", "b"))]
    inside += [exp.GTE(this=number.copy(), expression=sql.whole(plan_first)), exp.LTE(this=number.copy(), expression=sql.whole(plan_last))]
    count = sql.alias(exp.Count(this=exp.Distinct(expressions=[number.copy()])), "months")
    query = exp.select(sql.column("payee", "b"), sql.column("period", "b"), count)
    query = query.from_(_begun(leave, leaf, cadence).subquery("b", copy=False), copy=False)
    query = query.join(table("periods", "m", CALENDAR), on=sql.all_of(inside), copy=False)
    if days.stays is not None:
        stayed: list[exp.Expr] = [exp.EQ(this=sql.column("payee", "s"), expression=sql.column("payee", "b"))]
        stayed += [exp.LTE(this=sql.column("first", "s"), expression=sql.column("last_day", "m"))]
        stayed += [exp.GTE(this=sql.column("last", "s"), expression=sql.column("first_day", "m"))]
        query = query.join(table(days.stays, "s"), on=sql.all_of(stayed), copy=False)
    return query.group_by(sql.column("payee", "b"), sql.column("period", "b"), copy=False)
