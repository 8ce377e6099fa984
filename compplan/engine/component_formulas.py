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
    """What a condition cannot do without: quotas, attainments, sums over records, what is looked up, a group's measure."""
    match expr:
        case ty.Attainment() | ty.QuotaAt() | ty.RecordSum() | ty.Lookup() | ty.MeasureAt():
            yield expr
        case ty.Averaged():
            if not expr.column.optional:
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
