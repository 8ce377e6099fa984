"""Conversions to SQL: an amount at a rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.sql import Figure
from compplan.language import typed as ty

if TYPE_CHECKING:
    from compplan.engine.emit import Emitter


def emit_convert(emitter: Emitter, expr: ty.Convert) -> Figure:
    """The amount times the rate, or divided by the one the other way; the same currency stays what it is."""
    operand, rate = emitter.figure(expr.operand), emitter.figure(expr.rate)
    same = exp.EQ(this=sql.paren(emitter.plain(expr.rate.source)), expression=sql.text(expr.rate.target))
    cases: list[tuple[exp.Expr, Figure]] = [(same, operand)]
    converted = sql.multiply(operand, rate)
    if expr.rate.both_ways:
        cases.append((is_divisor(rate), sql.divide(operand, sql.negate(rate))))
    figure = sql.choose(cases, converted)
    return figure if expr.rounding is None else sql.to_unit(figure, expr.rounding)


def is_divisor(rate: Figure) -> exp.Expr:
    """Whether an amount is divided by a rate: it is the one the other way."""
    return exp.LT(this=sql.paren(rate.node), expression=sql.whole(0))
