"""Tiers as SQL: slices add up parts, a step picks a value, a curve goes from point to point."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.sql import Figure
from compplan.immutable import immutable
from compplan.language import typed as ty

if TYPE_CHECKING:
    from compplan.engine.emit import Emitter

_ZERO = Fraction(0)


@immutable
class SlicePart:
    """One slice: where it begins and ends (None: nowhere), how much of the operand lies in it, its value, and what it comes to."""

    start: Figure | None
    end: Figure | None
    amount: Figure
    value: Figure
    pay: Figure


def slice_parts(emitter: Emitter, expr: ty.Slices) -> list[SlicePart]:
    """Every slice of the operand, each worked out by itself."""
    x = emitter.figure(expr.operand)
    starts = [None if t.start is None else emitter.figure(t.start) for t in expr.tiers]
    parts = []
    for tier, start, end in zip(expr.tiers, starts, [*starts[1:], None], strict=True):
        amount = sql.add(_clamped(x, start, end), _clamped(sql.constant(_ZERO), start, end), "-")
        value = emitter.figure(tier.value)
        parts.append(SlicePart(start, end, amount, value, sql.multiply(amount, value, narrow=emitter.narrow)))
    return parts


def emit_tiers(emitter: Emitter, expr: ty.Slices | ty.Step | ty.Curve) -> Figure:
    """What tiers come to."""
    match expr:
        case ty.Slices():
            return emit_slices(emitter, expr)
        case ty.Step():
            return emit_step(emitter, expr)
        case ty.Curve():
            return emit_curve(emitter, expr)


def emit_slices(emitter: Emitter, expr: ty.Slices) -> Figure:
    """The sum over the slices of (amount in the slice) times (its value)."""
    constants = _constant_tiers(expr)
    x = emitter.figure(expr.operand)
    if constants is not None and all(x.decimals + sql.constant(v).decimals <= sql.MOST_DECIMALS for _, v in constants):
        return _by_cases(emitter, x, constants)
    parts = slice_parts(emitter, expr)
    total = parts[0].pay
    for part in parts[1:]:
        total = sql.add(total, part.pay)
    return total


def _constant_tiers(expr: ty.Slices) -> list[tuple[Fraction, Fraction]] | None:
    """Start and value of each tier where all are constants and the first begins at zero."""
    found = []
    for tier in expr.tiers:
        start, value = tier.start, tier.value
        if not (isinstance(start, ty.Const) and isinstance(start.value, Fraction)):
            return None
        if not (isinstance(value, ty.Const) and isinstance(value.value, Fraction)):
            return None
        found.append((start.value, value.value))
    return found if found[0][0] == 0 else None


def _by_cases(emitter: Emitter, x: Figure, tiers: Sequence[tuple[Fraction, Fraction]]) -> Figure:
    """What lies below each bound comes to a constant, so that one product is enough: the same figure, worked out faster."""
    cases: list[tuple[exp.Expr, Figure]] = []
    below = _ZERO
    lines: list[Figure] = []
    for index, (start, value) in enumerate(tiers):
        beyond = emitter.fitted(sql.add(x, sql.constant(start), "-")) if start else x
        part = emitter.fitted(sql.multiply_exactly(beyond, sql.constant(value), narrow=emitter.narrow))
        lines.append(emitter.fitted(sql.add(part, sql.constant(below))) if below else part)
        if index + 1 < len(tiers):
            end = tiers[index + 1][0]
            cases.append((exp.LT(this=sql.paren(x.node), expression=sql.constant(end).node), lines[-1]))
            below += (end - start) * value
    negative = exp.LT(this=sql.paren(x.node), expression=sql.whole(0))
    known = [(negative, sql.constant(_ZERO)), *cases, (sql.not_null(x.node), lines[-1])]
    small = emitter.narrow and all(f.digits <= sql.NARROW_DIGITS and f.decimals <= sql.NARROW_DIGITS - 8 for _, f in known)
    return sql.choose(known, None, sql.NARROW_DIGITS if small else sql.MOST_DIGITS)


def _clamped(x: Figure, start: Figure | None, end: Figure | None) -> Figure:
    low = x if end is None else sql.least([x, end])
    return low if start is None else sql.greatest([low, start])


def emit_step(emitter: Emitter, expr: ty.Step) -> Figure:
    """The value of the last tier reached; zero below the first; empty for an empty operand."""
    figure = emitter.figure(expr.operand)
    bounds = [emitter.figure(t.start) for t in expr.tiers if t.start is not None]
    cases: list[tuple[exp.Expr, Figure]] = [(_any_empty([figure, *bounds]), _empty())]
    otherwise = sql.constant(_ZERO)
    for tier in reversed(expr.tiers):
        value = emitter.figure(tier.value)
        if tier.start is None:
            otherwise = value
        else:
            cases.append((emitter.reaches(expr.operand, emitter.figure(tier.start)), value))
    return sql.choose(cases, otherwise)


def emit_curve(emitter: Emitter, expr: ty.Curve) -> Figure:
    """The value on the line between the two points around the operand."""
    x = emitter.figure(expr.operand)
    starts = [emitter.figure(p.start) for p in expr.points if p.start is not None]
    values = [emitter.figure(p.value) for p in expr.points]
    cases: list[tuple[exp.Expr, Figure]] = [
        (_any_empty([x, *starts]), _empty()),
        (emitter.reaches(expr.operand, starts[0], "<"), emitter.figure(expr.below)),
        (emitter.reaches(expr.operand, starts[-1], ">"), emitter.figure(expr.above)),
        (emitter.reaches(expr.operand, starts[-1], ">="), values[-1]),
    ]
    backwards = range(len(starts) - 2, -1, -1)
    cases += [(emitter.reaches(expr.operand, starts[i]), line_between(x, starts, values, i)) for i in backwards]
    return sql.choose(cases, None)


def line_between(x: Figure, starts: Sequence[Figure], values: Sequence[Figure], index: int) -> Figure:
    """The value at `x` on the line from point `index` to the next, its part beyond the first point rounded once."""
    run = sql.add(starts[index + 1], starts[index], "-")
    rise = sql.add(values[index + 1], values[index], "-")
    along = sql.add(x, starts[index], "-")
    return sql.add(values[index], sql.divide_exactly(sql.multiply_exactly(along, rise), run))


def _any_empty(figures: Sequence[Figure]) -> exp.Expr:
    return sql.any_of([sql.is_null(f.node) for f in figures if next(f.node.find_all(exp.Column), None) is not None])


def _empty() -> Figure:
    return Figure(sql.cast(exp.null(), sql.decimal_type(1, 0)), 1, 0)
