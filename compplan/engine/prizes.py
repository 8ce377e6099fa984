"""Prizes of places that several share: each group of those who tie has the prizes of all the places that it takes up, in equal parts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.apportion import apportioned
from compplan.engine.lower_components import ComponentLowering
from compplan.engine.project_earnings import fixed
from compplan.engine.sql import Figure
from compplan.engine.steps import Step

_PLACED = ("payee", "period", "place", "qualifies", "figure")


def prizes_step(lowering: ComponentLowering) -> Step:
    """A row for each payee and period, as of a ranking: with `amount`, the prizes of the group, `weights`, how many tie, and `share`.

    In a ranking, those who tie have a seat each, a place of their own in the order of their keys, which is empty beyond the last place that
    is paid. So each seat's prize is worked out once, and the prizes of those who tie are added up.
    """
    component, name = lowering.component, lowering.prizes
    assert component.top is not None
    assert name is not None
    lowering.prizes = None
    lowering.seated = True
    lowering.component = replace(component, conditions=(), top=None)
    figured = lowering.figured()
    prize = fixed(lowering, figured.figure)
    nothing = Figure(sql.cast(sql.constant(Fraction(0)).node, sql.decimal_type(prize.digits, prize.decimals)), prize.digits, prize.decimals)
    own = sql.choose([(sql.is_null(sql.column("seat", "t")), nothing)], prize)
    placed = [sql.column(n, "t") for n in ("place", "qualifies", "figure")]
    each = figured.rows.select(*figured.keys, *placed, own.named("prize"), copy=False)

    within = [sql.column("period", "z"), sql.column("place", "z")]

    def over(function: exp.Expr) -> exp.Expr:
        return exp.Window(this=function, partition_by=[e.copy() for e in within])

    known = exp.EQ(this=over(exp.Count(this=sql.column("prize", "z"))), expression=over(exp.Count(this=exp.Star())))
    together = exp.Case().when(known, over(exp.func("sum", sql.column("prize", "z"))), copy=False)
    amount = Figure(sql.cast(together, sql.decimal_type(18, prize.decimals)), 18, prize.decimals)
    one = Figure(sql.cast(sql.whole(1), sql.decimal_type(1, 0)), 1, 0)
    rows = exp.select(*(sql.column(n, "z") for n in _PLACED), amount.named("amount"), one.named("weight")).from_(
        each.subquery("z", copy=False), copy=False
    )
    shared = Figure(sql.column("amount"), 18, prize.decimals)
    query = apportioned(rows, _PLACED, shared, one, ("period", "place"), ("payee",), lowering.plan.rounding_unit)
    reads = tuple(dict.fromkeys(t.name for t in query.find_all(exp.Table) if t.db == "steps"))
    return Step(name, f"Who has which part of the prizes of {component.label}", ("payee", "period"), query, reads, component.top.span)
