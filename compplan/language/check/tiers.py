"""Typing tiers: the rows of slices, steps and curves, without gaps, overlaps or closed bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.environment import Environment
from compplan.language.check.place import Place
from compplan.language.units import Kind, Unit, product

_CLOSED = re.compile(r"(9{2,}|0*01)$")


def type_factor(env: Environment, place: Place, factor: t.Factor) -> ty.Expr | None:
    """A factor: a figure, or tiers along one."""
    match factor:
        case t.Slices() | t.Step() | t.Curve():
            return _tiers(env, place, factor)
        case _:
            return formulas.type_quantity(env, place, factor)


def _tiers(env: Environment, place: Place, factor: t.Slices | t.Step | t.Curve) -> ty.Expr | None:
    operand = formulas.type_quantity(env, place, factor.operand)
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
    bound = formulas.type_quantity(env, place, row.bound)
    value = formulas.type_quantity(env, place, row.value)
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
    """Order, gaps, overlaps and the beginning, as far as they can be seen without records."""
    bounds = [_bound(r.bound_kind.value, b, r.bound.span) for r, (b, _) in zip(factor.rows, rows, strict=True)]
    good = report_bounds(env, bounds)
    if good and not isinstance(factor, t.Curve) and bounds[0].how == "from" and bounds[0].value != 0:
        message = "It is not said what holds below the first bound."
        hint = "Begin with a row from 0, or with a row below."
        env.problem("tier-start", message, bounds[0].span, hint)
        return False
    return good


def _bound(how: str, expr: ty.Expr, span: Span) -> Bound:
    """A bound as a share of one figure, where it is one; zero is zero of whatever."""
    share, base = _share_of(expr)
    return Bound(how, share, span, None if share == 0 else base, expr.unit.kind is Kind.MONEY)


def _share_of(expr: ty.Expr) -> tuple[Fraction, ty.Expr | None]:
    """A formula as a constant times what remains of it; nothing remains of a constant."""
    match expr:
        case ty.Const(value=Fraction() as value):
            return value, None
        case ty.ParameterAt(values=(ty.Since(value=value),)):
            return _share_of(value)
        case ty.Named():
            return _share_of(expr.value)
        case ty.Neg():
            share, base = _share_of(expr.operand)
            return -share, base
        case ty.Arith(operator="*"):
            (left, base), (right, other) = _share_of(expr.left), _share_of(expr.right)
            if base is None or other is None:
                return left * right, base or other
        case ty.Div(right=ty.Const(value=Fraction() as value)):
            share, base = _share_of(expr.left)
            return share / value, base
    return Fraction(1), expr


@immutable
class Bound:
    """A bound of tiers or of a grid: the word before it, and its value, which is a share of `base` where it has one."""

    how: str
    value: Fraction | date
    span: Span
    base: ty.Expr | None = None
    is_money: bool = False


def report_bounds(env: Environment, bounds: Sequence[Bound]) -> bool:
    """Whether bounds rise without gap or overlap; `below 80` is followed by `from 80`. Reports each that does not.

    Only bounds of one base have an order that can be seen; that of others is for the records to say.
    """
    good = True
    for first, second in pairwise(bounds):
        if first.how == "below" or second.how == "above":
            good = _report_unjoined(env, first, second) and good
    for index, bound in enumerate(bounds):
        before = next((b for b in reversed(bounds[:index]) if b.base == bound.base or 0 in (b.value, bound.value)), None)
        joined = index > 0 and (bounds[index - 1].how == "below" or bound.how == "above")
        if before is not None and not joined:
            good = _report_order(env, before, bound) and good
        _warn_closed(env, bound)
    return good


def _report_unjoined(env: Environment, first: Bound, second: Bound) -> bool:
    """A row `below` ends, and a row `above` begins, at the bound beside it."""
    if (first.base, first.value) == (second.base, second.value):
        return True
    code = "tier-gap"
    message = "It cannot be seen that this row begins where the one above it ends."
    if first.base == second.base or 0 in (first.value, second.value):
        gap = second.value > first.value  # type: ignore[operator]
        code = "tier-gap" if gap else "tier-overlap"
        message = "Between this bound and the one before nothing is said." if gap else "This row begins before the one above it ends."
    env.problem(code, message, second.span, "Let the next row begin at the very same bound.")
    return False


def _report_order(env: Environment, first: Bound, second: Bound) -> bool:
    if second.value == first.value:
        env.problem("tier-overlap", "Two rows begin at the same bound.", second.span)
    elif second.value < first.value:  # type: ignore[operator]
        hint = "Order the rows from the lowest bound to the highest."
        env.problem("tier-order", "This bound is lower than the one above it.", second.span, hint)
    else:
        return True
    return False


def _warn_closed(env: Environment, bound: Bound) -> None:
    """Money that ends in 99 or 01 is one beside a round bound, and so are fractions that do."""
    value = bound.value
    if not isinstance(value, Fraction):
        return
    if value == round(value):
        beside = bound.is_money and bound.base is None and value >= 999 and value % 100 in (1, 99)
    else:
        scaled = value * 10**6
        digits = str(int(scaled)).rstrip("0")
        beside = scaled == int(scaled) and len(digits) > 3 and _CLOSED.search(digits) is not None
    if beside:
        message = "A row reaches up to the next bound, so a bound that ends in 99 or 01 leaves a hole for what lies between."
        env.problem(
            "closed-bound", message, bound.span, "Write the round bound: a row holds from it on, the row before up to just below it."
        )
