"""Draws of people who leave: what becomes of the balance with the payout of the period in which their last day as a payee lies."""

from __future__ import annotations

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.relations import CALENDAR
from compplan.engine.steps import table
from compplan.language import typed as ty

_KEYS = ("payee", "period")


def leaving_periods(plan: ty.Plan, stays: str) -> exp.Select:
    """Whose last day as a payee is before the plan's own, and the payout period in which it lies."""
    last = exp.func("max", sql.column("last", "s"))
    days = exp.select(sql.column("payee", "s"), sql.alias(last, "last")).from_(table(stays, "s"), copy=False)
    days = days.group_by(sql.column("payee", "s"), copy=False).having(exp.LT(this=last.copy(), expression=sql.day(plan.last)), copy=False)
    on = [
        exp.EQ(this=sql.column("kind", "n"), expression=sql.text(plan.payout)),
        exp.GTE(this=sql.column("last", "d"), expression=sql.column("first_day", "n")),
        exp.LTE(this=sql.column("last", "d"), expression=sql.column("last_day", "n")),
    ]
    query = exp.select(sql.column("payee", "d"), sql.alias(sql.column("number", "n"), "period"))
    return query.from_(days.subquery("d", copy=False), copy=False).join(table("periods", "n", CALENDAR), on=sql.all_of(on), copy=False)


def settled(plan: ty.Plan, balances: exp.Select, leaving: exp.Select, how: str) -> exp.Select:
    """The balances by payee and period, with nothing left of them when somebody leaves."""
    left = exp.Add(this=sql.column("after", "b"), expression=sql.column("forgiven", "b"))
    taken: exp.Expr = sql.whole(0)
    if how == "owed":
        taken = sql.paren(left)
    elif how == "recovered":
        payout = exp.Sub(
            this=exp.Add(this=sql.column("paid", "b"), expression=sql.column("added", "b")), expression=sql.column("recovered", "b")
        )
        taken = exp.func("least", sql.paren(left), exp.func("greatest", sql.paren(payout), sql.whole(0)))
    kind = sql.decimal_type(18, plan.unit_decimals)
    leaves = sql.not_null(sql.column("period", "w"))

    def where_left(node: exp.Expr, otherwise: str) -> exp.Expr:
        chosen = exp.Case().when(leaves.copy(), node, copy=False).else_(sql.column(otherwise, "b"), copy=False)
        return sql.alias(sql.cast(chosen, kind), otherwise)

    query = exp.select(
        *(sql.column(n, "b") for n in (*_KEYS, "paid", "before", "added")),
        where_left(exp.Add(this=sql.column("recovered", "b"), expression=taken), "recovered"),
        where_left(exp.Sub(this=sql.paren(left.copy()), expression=taken.copy()), "forgiven"),
        where_left(sql.whole(0), "after"),
    ).from_(balances.subquery("b", copy=False), copy=False)
    on = sql.all_of([exp.EQ(this=sql.column(n, "w"), expression=sql.column(n, "b")) for n in _KEYS])
    return query.join(leaving.subquery("w", copy=False), on=on, join_type="left", copy=False)
