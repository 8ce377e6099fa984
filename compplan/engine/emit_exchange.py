"""Conversions to SQL: the rate between two currencies on a day, and an amount at that rate."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.exchange import last_day, rate_on
from compplan.engine.sql import Figure
from compplan.language import typed as ty

if TYPE_CHECKING:
    from compplan.engine.emit import Emitter


def emit_exchange(emitter: Emitter, expr: ty.Rate | ty.Convert | ty.EndOf) -> Figure | exp.Expr:
    """A rate, an amount at a rate, or the last day of a period."""
    match expr:
        case ty.Rate():
            return _rate(emitter, expr)
        case ty.Convert():
            return _convert(emitter, expr)
        case ty.EndOf():
            return last_day(expr.period, emitter.plain(expr.operand))


def _rate(emitter: Emitter, expr: ty.Rate) -> Figure:
    """The rate that an amount is multiplied by; the other way, 1 divided by the rate that there is."""
    same, direct, back = _rates(emitter, expr)
    one = sql.constant(Fraction(1))
    if back is None:
        return sql.choose([(same, one)], direct)
    return sql.choose([(same, one), (sql.not_null(direct.node), direct)], sql.divide(one, back))


def recorded(emitter: Emitter, expr: ty.Rate) -> tuple[Figure, exp.Expr]:
    """The rate as the records have it, and whether an amount is divided by it."""
    same, direct, back = _rates(emitter, expr)
    one = sql.constant(Fraction(1))
    if back is None:
        return sql.choose([(same, one)], direct), exp.false()
    rate = sql.choose([(same, one), (sql.not_null(direct.node), direct)], back)
    differ = exp.NEQ(this=same.this, expression=same.expression)
    return rate, sql.all_of([differ, sql.is_null(direct.node), sql.not_null(back.node)])


def _rates(emitter: Emitter, expr: ty.Rate) -> tuple[exp.EQ, Figure, Figure | None]:
    """Whether the currencies are the same, the rate, and the one the other way, where that will do."""
    source, target, day = emitter.plain(expr.source), sql.text(expr.target), emitter.plain(expr.on)
    same = exp.EQ(this=sql.paren(source), expression=target)
    back = rate_on(expr.rates, target, source, day) if expr.both_ways else None
    return same, rate_on(expr.rates, source, target, day), back


def _convert(emitter: Emitter, expr: ty.Convert) -> Figure:
    operand = emitter.figure(expr.operand)
    same, direct, back = _rates(emitter, expr.rate)
    cases: list[tuple[exp.Expr, Figure]] = [(same, operand)]
    converted = sql.multiply(operand, direct)
    if back is not None:
        cases.append((sql.not_null(direct.node), converted))
        converted = sql.divide(operand, back)
    figure = sql.choose(cases, converted)
    return figure if expr.rounding is None else sql.to_unit(figure, expr.rounding)
