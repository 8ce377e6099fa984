"""Pools to steps: what a group comes to, who has a part in it, and each one's share."""

from __future__ import annotations

from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.apportion import apportioned
from compplan.engine.emit import Emitter
from compplan.engine.lower_components import ComponentLowering
from compplan.engine.project_earnings import fixed
from compplan.engine.sql import Figure
from compplan.engine.steps import Step
from compplan.language import typed as ty


def pool_step(lowering: ComponentLowering) -> Step:
    """A row for each payee and period: the group, whether the payee is a member, the amount, the weight, the group's weights, the share."""
    component = lowering.component
    assert component.pool is not None
    assert lowering.pooled is not None
    name, lowering.pooled = lowering.pooled, None
    figured = lowering.figured()
    group, member, weight = _parts(figured.emitter, component.pool)
    amount = fixed(lowering, figured.figure)
    own = sql.choose([(sql.paren(member), weight)], sql.constant(Fraction(0)))
    rows = figured.rows.select(
        *figured.keys, sql.alias(group, "group"), sql.alias(member, "member"), amount.named("amount"), own.named("weight"), copy=False
    )
    kept = ("payee", "period", "group", "member")
    within = ("period", "group", "member")
    at = Figure(sql.column("amount"), amount.digits, amount.decimals)
    query = apportioned(rows, kept, at, own, within, ("payee",), lowering.plan.rounding_unit)
    reads = tuple(dict.fromkeys(t.name for t in query.find_all(exp.Table) if t.db == "steps"))
    return Step(name, f"Who has which part of {component.label}", ("payee", "period"), query, reads, component.pool.span)


def _parts(emitter: Emitter, pool: ty.Pool) -> tuple[exp.Expr, exp.Expr, Figure]:
    """The group of a payee, whether the payee has a part, and the weight, never below zero."""
    group: exp.Expr = sql.text("") if pool.group is None else emitter.plain(pool.group)
    holds = [sql.not_null(group.copy())]
    if pool.where is not None:
        holds.append(emitter.condition(pool.where))
    weight = sql.constant(Fraction(1)) if pool.by is None else sql.greatest([emitter.figure(pool.by), sql.constant(Fraction(0))])
    return group, sql.all_of(holds), weight
