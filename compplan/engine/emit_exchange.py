"""Conversions to SQL: an amount at a rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from compplan.currencies import digits_of
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
    # An amount in a currency without decimals is a large number: with the decimals of a product it would often not fit in 64 bits.
    narrow = emitter.narrow and digits_of(expr.rate.target) > 0
    otherwise = sql.multiply(operand, rate, narrow=narrow)
    if expr.rate.both_ways:
        cases.append((is_divisor(rate), sql.divide(operand, sql.negate(rate))))
    if expr.rounding is None:
        return sql.choose(cases, otherwise)
    rounding = expr.rounding
    rounded = [(when, emitter.fitted(sql.to_unit(figure, rounding))) for when, figure in cases]
    return sql.choose(rounded, emitter.fitted(sql.to_unit(otherwise, rounding)))


def is_divisor(rate: Figure) -> exp.Expr:
    """Whether an amount is divided by a rate: it is the one the other way."""
    return exp.LT(this=sql.paren(rate.node), expression=sql.whole(0))
