"""Caps whose rest is carried to the next period: what goes beyond one is not lost, but paid out of the room of those after it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.lower_draws import balance_query, sums_of
from compplan.engine.reach import first_needed
from compplan.engine.relations import CALENDAR
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Step, table
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN


def payable_step(scope: Scope, plan: ty.Plan, cap: ty.PlanCap, parts: Sequence[str], limits: str, name: str) -> Step:
    """For each payee and payout period of the plan: what was earned in it, and the cap of the period that it lies in."""
    ratio = MONTHS_IN[cap.period] // MONTHS_IN[plan.payout]
    calendar, decimals = scope.calendar, plan.unit_decimals
    first = max(calendar.month_of(plan.first), first_needed(plan, calendar, scope.asked))
    last = min(calendar.month_of(plan.last), scope.asked.last)
    capped = sql.quotient_down(sql.column("number", "n"), ratio)
    own = exp.func("coalesce", sql.column("amount", "s"), sql.whole(0))
    query = (
        exp.select(
            sql.column("payee", "l"),
            sql.alias(sql.column("number", "n"), "period"),
            sql.alias(capped, "capped"),
            sql.alias(sql.cast(own, sql.decimal_type(18, decimals)), "own"),
            sql.column("limit", "l"),
        )
        .from_(table(limits, "l"), copy=False)
        .join(table("periods", "n", CALENDAR), on=exp.EQ(this=sql.column("period", "l"), expression=capped.copy()), copy=False)
        .join(
            sums_of(parts, decimals).subquery("s", copy=False),
            on=sql.all_of(
                [
                    exp.EQ(this=sql.column("payee", "s"), expression=sql.column("payee", "l")),
                    exp.EQ(this=sql.column("period", "s"), expression=sql.column("number", "n")),
                ]
            ),
            join_type="left",
            copy=False,
        )
        .where(
            exp.EQ(this=sql.column("kind", "n"), expression=sql.text(plan.payout)),
            exp.GTE(this=sql.column("last_month", "n"), expression=sql.whole(first)),
            exp.LTE(this=sql.column("first_month", "n"), expression=sql.whole(last)),
            copy=False,
        )
    )
    return Step(name, "What is held to the cap", ("payee", "period"), query, (*parts, limits), cap.span)


def rest_step(plan: ty.Plan, cap: ty.PlanCap, payable: str, name: str) -> Step:
    """What is carried into each period of the cap, and out of it."""
    kind = sql.decimal_type(18, plan.unit_decimals)
    total = sql.cast(exp.func("sum", sql.column("own", "p")), kind)
    net = exp.Sub(this=total.copy(), expression=exp.func("min", sql.column("limit", "p")))
    keys = [sql.column("payee", "p"), sql.column("capped", "p")]
    base = exp.select(keys[0], sql.alias(keys[1], "period"), sql.alias(total, "paid"), sql.alias(net, "net"))
    base = base.from_(table(payable, "p"), copy=False).group_by(*(k.copy() for k in keys), copy=False)
    return Step(
        name, "What goes beyond the cap, and is carried on", ("payee", "period"), balance_query(plan, base, None), (payable,), cap.span
    )


def corrections_query(plan: ty.Plan, payable: str, rest: str, word: str) -> exp.Select:
    """Payable to date is the lesser of the cap, and what was carried into its period with the sum to date."""
    decimals = plan.unit_decimals
    kind = sql.decimal_type(18, decimals)
    within = [sql.column("payee", "p"), sql.column("capped", "p")]
    order = exp.Order(expressions=[exp.Ordered(this=sql.column("period", "p"), nulls_first=True)])
    spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    running = exp.Window(this=exp.func("sum", sql.column("own", "p")), partition_by=within, order=order, spec=spec)
    to_date = sql.cast(sql.paren(exp.Add(this=sql.column("before", "r"), expression=running)), kind)
    least = sql.least([Figure(to_date, 18, decimals), Figure(sql.column("limit", "p"), 18, decimals)])
    same = (("payee", within[0]), ("period", within[1]))
    on = [exp.EQ(this=sql.column(name, "r"), expression=column.copy()) for name, column in same]
    inner = exp.select(*(sql.column(n, "p") for n in ("payee", "period", "capped", "own")), least.named("payable"))
    inner = inner.from_(table(payable, "p"), copy=False).join(table(rest, "r"), on=sql.all_of(on), copy=False)
    before = exp.Window(
        this=exp.func("lag", sql.column("payable", "q"), sql.whole(1), sql.whole(0)),
        partition_by=[sql.column("payee", "q"), sql.column("capped", "q")],
        order=exp.Order(expressions=[exp.Ordered(this=sql.column("period", "q"), nulls_first=True)]),
    )
    change = exp.Sub(this=exp.Sub(this=sql.column("payable", "q"), expression=before), expression=sql.column("own", "q"))
    rows = exp.select(
        sql.column("payee", "q"), sql.column("period", "q"), sql.alias(sql.text(word), "component"),
        sql.alias(sql.cast(sql.paren(change), kind), "amount"),
    ).from_(inner.subquery("q", copy=False), copy=False)  # fmt: skip
    changed = exp.NullSafeNEQ(this=sql.column("amount", "c"), expression=sql.whole(0))
    return exp.select(exp.Star()).from_(rows.subquery("c", copy=False), copy=False).where(changed, copy=False)
