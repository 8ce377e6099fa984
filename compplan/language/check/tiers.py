"""Typing tiers: the rows of slices, steps and curves, without gaps, overlaps or closed bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

from compplan.diagnostics import Span
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import expressions
from compplan.language.check.environment import Environment
from compplan.language.check.place import Place
from compplan.language.units import Unit, product

_CLOSED = re.compile(r"(9{2,}|0*01)$")


def type_factor(env: Environment, place: Place, factor: t.Factor) -> ty.Expr | None:
    """A factor: a figure, or tiers along one."""
    match factor:
        case t.Slices() | t.Step() | t.Curve():
            return _tiers(env, place, factor)
        case _:
            return expressions.type_quantity(env, place, factor)


def _tiers(env: Environment, place: Place, factor: t.Slices | t.Step | t.Curve) -> ty.Expr | None:
    operand = expressions.type_quantity(env, place, factor.operand)
    rows = [_row(env, place, row, operand) for row in factor.rows]
    unit = _value_unit(env, [value for _, value in rows if value is not None])
    good = [(bound, value) for bound, value in rows if bound is not None and value is not None]
    if not rows:
        env.problem("missing-sentence", "There is no row between these braces.", factor.span, "For example: from 0%: 1x")
    if operand is None or not rows or len(good) != len(rows):
        return None
    if unit is None or not _kinds_fit(env, factor) or not _bounds_fit(env, factor, good):
        return None
    match factor:
        case t.Curve():
            points = tuple(ty.Tier(b, v, r.span) for r, (b, v) in zip(factor.rows[1:-1], good[1:-1], strict=True))
            return ty.Curve(operand, good[0][1], points, good[-1][1], unit, factor.span)
        case t.Step():
            return ty.Step(operand, _with_starts(factor, good), unit, factor.span)
        case t.Slices():
            whole = _slice_unit(env, factor, operand.unit, unit)
            return None if whole is None else ty.Slices(operand, _with_starts(factor, good), whole, factor.span)


def _with_starts(factor: t.Slices | t.Step, rows: list[tuple[ty.Expr, ty.Expr]]) -> tuple[ty.Tier, ...]:
    below = factor.rows[0].bound_kind is t.BoundKind.BELOW
    return tuple(
        ty.Tier(None if below and index == 0 else bound, value, row.span)
        for index, (row, (bound, value)) in enumerate(zip(factor.rows, rows, strict=True))
    )


def _row(env: Environment, place: Place, row: t.Row, operand: ty.Expr | None) -> tuple[ty.Expr | None, ty.Expr | None]:
    bound = expressions.type_quantity(env, place, row.bound)
    value = expressions.type_quantity(env, place, row.value)
    if bound is None or operand is None:
        return bound, value
    if bound.unit != operand.unit:
        hint = "Write a bound in the same unit: 80% along an attainment, 50,000 USD along an amount."
        env.problem("wrong-unit", f"The tiers run along {operand.unit}, this bound is {bound.unit}.", bound.span, hint)
        return None, value
    return bound, value


def _value_unit(env: Environment, values: Sequence[ty.Expr]) -> Unit | None:
    if not values:
        return None
    first = values[0].unit
    for value in values[1:]:
        if value.unit != first:
            message = f"The values of tiers are of one unit; above it was {first}, here it is {value.unit}."
            env.problem("wrong-unit", message, value.span, "Write a factor as 1.5x or 150%, money with its currency.")
            return None
    return first


def _slice_unit(env: Environment, factor: t.Slices, operand: Unit, value: Unit) -> Unit | None:
    unit = product(operand, value)
    if unit is None:
        env.problem("wrong-unit", f"A slice of {operand} cannot be multiplied by {value}.", factor.span, "Let each row hold a rate: 5%.")
    return unit


def _kinds_fit(env: Environment, factor: t.Slices | t.Step | t.Curve) -> bool:
    if isinstance(factor, t.Curve):
        return _curve_kinds_fit(env, factor)
    good = True
    for index, row in enumerate(factor.rows):
        word = row.bound_kind
        if word is t.BoundKind.FROM or (word is t.BoundKind.BELOW and index == 0):
            continue
        good = False
        if word is t.BoundKind.BELOW:
            env.problem("tier-kind", "Only the first row can be below.", row.span, "Write the others with from.")
        else:
            message = f"A row with {word.value} belongs to a curve; these tiers have rows with from."
            env.problem("tier-kind", message, row.span, "Write from, or make it the curve at ... .")
    return good


def _curve_kinds_fit(env: Environment, factor: t.Curve) -> bool:
    words = [r.bound_kind for r in factor.rows]
    good = True
    for row in factor.rows:
        if row.bound_kind is t.BoundKind.FROM:
            message = "A curve goes from point to point; a row with from belongs to slices or steps."
            env.problem("tier-kind", message, row.span, "Write at for a point of the curve.")
            return False
    if words[0] is not t.BoundKind.BELOW:
        env.problem(
            "tier-start", "The curve does not say what holds below its first point.", factor.rows[0].span, "Begin with a row below ... ."
        )
        good = False
    if words[-1] is not t.BoundKind.ABOVE:
        env.problem(
            "tier-end", "The curve does not say what holds above its last point.", factor.rows[-1].span, "End with a row above ... ."
        )
        good = False
    inner = words[1:-1] if good else []
    if good and (len(inner) < 2 or any(w is not t.BoundKind.AT for w in inner)):
        message = "Between below and above, a curve has two or more rows with at."
        env.problem("tier-kind", message, factor.span)
        good = False
    return good


def _bounds_fit(env: Environment, factor: t.Slices | t.Step | t.Curve, rows: list[tuple[ty.Expr, ty.Expr]]) -> bool:
    """Order, gaps, overlaps and the beginning, as far as the bounds are constants."""
    bounds = [(r.bound_kind.value, _constant(b), r.bound.span) for r, (b, _) in zip(factor.rows, rows, strict=True)]
    known = [(how, value, span) for how, value, span in bounds if value is not None]
    if len(known) != len(bounds):
        return True
    good = report_bounds(env, known)
    if good and not isinstance(factor, t.Curve) and known[0][0] == "from" and known[0][1] != 0:
        message = "It is not said what holds below the first bound."
        hint = "Begin with a row from 0, or with a row below."
        env.problem("tier-start", message, known[0][2], hint)
        return False
    return good


def _constant(bound: ty.Expr) -> Fraction | date | None:
    """A bound's value where it is a constant or a constant share of one figure (which then stands for 100 %)."""
    if isinstance(bound, ty.Const) and isinstance(bound.value, (Fraction, date)):
        return bound.value
    if isinstance(bound, ty.Neg) and isinstance(bound.operand, ty.Const) and isinstance(bound.operand.value, Fraction):
        return -bound.operand.value
    if (
        isinstance(bound, ty.Arith)
        and bound.operator == "*"
        and isinstance(bound.left, ty.Const)
        and isinstance(bound.left.value, Fraction)
    ):
        return bound.left.value
    return None


def report_bounds(env: Environment, bounds: Sequence[tuple[str, Fraction | date, Span]]) -> bool:
    """Whether bounds rise without gap or overlap; `below 80` is followed by `from 80`. Reports each that does not."""
    good = True
    for (how, value, _), (next_how, next_value, span) in pairwise(bounds):
        joined = how == "below" or next_how == "above"
        if joined and next_value != value:
            gap = next_value > value  # type: ignore[operator]
            code = "tier-gap" if gap else "tier-overlap"
            message = "Between this bound and the one before nothing is said." if gap else "This row begins before the one above it ends."
            env.problem(code, message, span, "Let the next row begin at the very same bound.")
            good = False
        elif not joined and next_value == value:
            env.problem("tier-overlap", "Two rows begin at the same bound.", span)
            good = False
        elif next_value < value:  # type: ignore[operator]
            env.problem(
                "tier-order", "This bound is lower than the one above it.", span, "Order the rows from the lowest bound to the highest."
            )
            good = False
    for _, value, span in bounds:
        _warn_closed(env, value, span)
    return good


def _warn_closed(env: Environment, value: Fraction | date, span: Span) -> None:
    if not isinstance(value, Fraction) or value == int(value * 100) * Fraction(1, 100) == round(value):
        return
    scaled = value * 10**6
    digits = str(int(scaled)).rstrip("0")
    if scaled == int(scaled) and len(digits) > 3 and _CLOSED.search(digits):
        message = "A row reaches up to the next bound, so a bound that ends in 99 or 01 leaves a hole for what lies between."
        env.problem("closed-bound", message, span, "Write the round bound: a row holds from it on, the row before up to just below it.")
