"""What a component earns within a budget for all payees together: first come, or in proportion."""

from __future__ import annotations

from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.apportion import apportioned
from compplan.engine.credit_shape import ORDER
from compplan.engine.lower_components import ComponentLowering, Figured
from compplan.engine.sql import Figure
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN

_KEPT = ("earned_month", "budget_period")


def within_budget(lowering: ComponentLowering, figured: Figured, rows: exp.Select, budget: ty.Budget) -> exp.Select:
    """The rows, alias `w`, with `figure`, what each comes to by itself; `spent`, what those before it, or all, come to; and `earned`."""
    decimals = lowering.plan.unit_decimals
    keys = [*(k.name for k in figured.keys if isinstance(k, exp.Column)), *(c.alias for c in figured.carried)]
    shape = lowering.credits[lowering.component.grain.credit]  # type: ignore[union-attr]
    columns = list(dict.fromkeys(["date", *shape.record, "payee", *ORDER]))
    order = [f"order_{n}" for n in range(len(columns))]
    beside = [sql.alias(sql.column(n, "c"), as_) for n, as_ in zip(columns, order, strict=True)]
    period = sql.alias(sql.quotient_down(sql.column("month", "c"), MONTHS_IN[budget.period]), "budget_period")
    limit = sql.to_unit(figured.emitter.figure(budget.limit), lowering.plan.rounding_unit, lowering.plan.half_even)
    limit = Figure(sql.cast(limit.node, sql.decimal_type(18, decimals)), 18, decimals)
    own = Figure(sql.column("earned", "f"), 18, decimals)
    counts = sql.greatest([own, sql.constant(Fraction(0))])
    names = [*keys, *order, *_KEPT]
    each = exp.select(*(sql.column(n, "f") for n in names), own.named("figure"), limit.named("amount"), counts.named("weight")).from_(
        rows.select(*beside, period, copy=False).subquery("f", copy=False), copy=False
    )
    if budget.spent == "in proportion":
        query = apportioned(each, (*names, "figure"), Figure(sql.column("amount"), 18, decimals), counts, ("budget_period",), order,
                            lowering.plan.rounding_unit)  # fmt: skip
        spent, share = Figure(sql.column("weights", "s"), 38, counts.decimals), Figure(sql.column("share", "s"), 18, decimals)
    else:
        query = _running(each, [*names, "figure", "amount", "weight"], order)
        spent, share = Figure(sql.column("spent", "s"), 18, decimals), None
    return _result(query, keys, spent, share, budget, decimals)


def _running(rows: exp.Select, names: list[str], order: list[str]) -> exp.Select:
    """With `spent`: what those before each row have come to, in order, each not below zero."""
    window = exp.Window(
        this=exp.func("sum", sql.column("weight", "r")),
        partition_by=[sql.column("budget_period", "r")],
        order=exp.Order(expressions=[exp.Ordered(this=sql.column(n, "r"), nulls_first=True) for n in order]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )
    before = exp.Sub(this=window, expression=sql.column("weight", "r"))
    return exp.select(*(sql.column(n, "r") for n in names), sql.alias(sql.paren(before), "spent")).from_(
        rows.subquery("r", copy=False), copy=False
    )


def _result(query: exp.Select, keys: list[str], spent: Figure, share: Figure | None, budget: ty.Budget, decimals: int) -> exp.Select:
    own, limit = Figure(sql.column("figure", "s"), 18, decimals), Figure(sql.column("amount", "s"), 18, decimals)
    untouched = exp.LTE(this=own.node, expression=sql.whole(0))
    if share is not None:
        fits = exp.LTE(this=spent.node, expression=limit.node)
        earned = sql.choose([(sql.any_of([untouched, fits]), own)], share)
    else:
        with_this = sql.add(spent, own)
        fits = exp.LTE(this=with_this.node, expression=limit.node)
        left = sql.greatest([sql.add(limit, spent, "-"), sql.constant(Fraction(0))])
        earned = sql.choose([(sql.any_of([untouched, fits]), own)], left if budget.spent == "cut" else sql.constant(Fraction(0)))
    known = sql.choose([(sql.is_null(own.node), own)], earned)
    fixed = Figure(sql.cast(known.node, sql.decimal_type(18, decimals)), 18, decimals)
    kept = [sql.column(n, "s") for n in (*keys, "earned_month", "figure")]
    total = Figure(sql.cast(spent.node, sql.decimal_type(18, decimals)), 18, decimals)
    inner = exp.select(*kept, limit.named("limit"), total.named("spent"), fixed.named("earned")).from_(
        query.subquery("s", copy=False), copy=False
    )
    return exp.select(exp.Star()).from_(inner.subquery("w", copy=False), copy=False)
