"""A component's formulas: which there are, what their conditions cannot do without, and what the factors come to."""

from __future__ import annotations

from collections.abc import Iterator

from compplan.engine import sql
from compplan.engine.emit import Emitter
from compplan.engine.sql import Figure
from compplan.language import typed as ty
from compplan.language.walk import parts


def product(emitter: Emitter, component: ty.Component) -> Figure:
    """The factors multiplied, from the first to the last."""
    value = emitter.figure(component.factors[0])
    for factor in component.factors[1:]:
        value = emitter.fitted(sql.multiply(value, emitter.figure(factor), narrow=emitter.narrow))
    return value


def needs(expr: ty.Expr) -> Iterator[ty.Expr]:
    """What a condition cannot do without: quotas, attainments, sums over records, what is looked up, a group's measure, rates."""
    match expr:
        case ty.Attainment() | ty.QuotaAt() | ty.RecordSum() | ty.Lookup() | ty.MeasureAt() | ty.AverageBefore() | ty.Rate():
            yield expr
        case ty.Averaged():
            if not expr.column.optional:
                yield expr
        case ty.Prorated():
            yield expr
        case ty.Empty():
            return
        case ty.Func(name="if"):
            yield from needs(expr.arguments[0])
        case ty.Div():
            yield from needs(expr.left)
            yield from needs(expr.right)
        case _:
            for part in parts(expr):
                yield from needs(part)


def vanishes(plan: ty.Plan, component: ty.Component) -> bool:
    """Whether the figure is zero as long as nothing was credited."""
    return component.floor is None and any(_zero_at_zero(plan, f) for f in component.factors)


def _zero_at_zero(plan: ty.Plan, expr: ty.Expr) -> bool:
    match expr:
        case ty.MeasureAt():
            return isinstance(plan.measures[expr.measure].formula, ty.Part)
        case ty.Attainment():
            return _zero_at_zero(plan, expr.measure)
        case ty.Slices() | ty.Neg() | ty.Scale():
            return _zero_at_zero(plan, expr.operand)
        case ty.Named():
            return _zero_at_zero(plan, expr.value)
        case ty.Arith(operator="*"):
            return _zero_at_zero(plan, expr.left) or _zero_at_zero(plan, expr.right)
        case _:
            return False
