"""A component's figures to its step: keys, the month in which it is earned, what is earned."""

from __future__ import annotations

from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.budgets import within_budget
from compplan.engine.lower_components import ComponentLowering, Figured
from compplan.engine.sql import Figure
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN


def earnings_query(lowering: ComponentLowering, figured: Figured) -> exp.Select:
    """The rows of a component: keys, `earned_month`, `earned`; for periods, `to_date` where it pays that less what was earned before."""
    component, grain = lowering.component, lowering.component.grain
    earned_month = lowering.month_earned(figured.last_month)
    figure = fixed(lowering, figured.figure)
    keys = [*figured.keys, *figured.carried, sql.alias(earned_month, "earned_month")]
    if figured.before is not None:
        difference = sql.add(figure, fixed(lowering, figured.before), "-")
        query = figured.rows.copy().select(*keys, fixed(lowering, difference).named("earned"), copy=False)
    elif isinstance(grain, ty.ForPeriod) and grain.to_date is not None:
        query = _less_earlier(lowering, figured, figure, keys, grain.to_date)
    else:
        query = figured.rows.copy().select(*keys, figure.named("earned"), copy=False)
    if figured.where is not None:
        query = query.where(figured.where, copy=False)
    if component.budget is not None:
        query = within_budget(lowering, figured, query, component.budget)
        earned_month = sql.column("earned_month", "w")
    later = component.earned_at is not None and not (isinstance(grain, ty.ForPeriod) and component.earned_at == grain.period)
    if later:
        query = query.where(exp.LTE(this=earned_month, expression=sql.whole(lowering.scope.asked.last)), copy=False)
    return query


def fixed(lowering: ComponentLowering, value: Figure) -> Figure:
    """Money as it is kept: eighteen digits, with the decimals of the plan; more is an overflow, and an error."""
    if lowering.component.word == "award":
        return value
    decimals = lowering.plan.unit_decimals
    return Figure(sql.cast(value.node, sql.decimal_type(18, decimals)), 18, decimals)


def _less_earlier(lowering: ComponentLowering, figured: Figured, figure: Figure, keys: list[exp.Expr], basis: str) -> exp.Select:
    """The figure to date, less that of the period before in the same longer period."""
    size = MONTHS_IN[basis]  # type: ignore[index]
    to_date = figured.rows.copy().select(
        *keys, sql.alias(sql.quotient_down(figured.last_month, size), "basis"), figure.named("to_date"), copy=False
    )
    earlier = exp.Window(
        this=exp.func("lag", sql.column("to_date", "f"), sql.whole(1), sql.constant(Fraction(0)).node),
        partition_by=[sql.column("payee", "f"), sql.column("basis", "f")],
        order=exp.Order(expressions=[exp.Ordered(this=sql.column("period", "f"), nulls_first=True)]),
    )
    figure_to_date = Figure(sql.column("to_date", "f"), figure.digits, figure.decimals)
    difference = sql.add(figure_to_date, Figure(earlier, figure.digits, figure.decimals), "-")
    names = ("payee", "period", "earned_month", "to_date")
    every = exp.select(*(sql.column(n, "f") for n in names), fixed(lowering, difference).named("earned")).from_(
        to_date.subquery("f", copy=False), copy=False
    )
    needed = exp.GTE(this=sql.column("earned_month", "e"), expression=sql.whole(max(lowering.first_needed, lowering.own_months()[0])))
    rows = exp.select(*(sql.column(n, "e") for n in (*names, "earned"))).from_(every.subquery("e", copy=False), copy=False)
    return rows.where(needed, copy=False)
