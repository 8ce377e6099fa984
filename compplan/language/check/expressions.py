"""Typing what formulas are made of: every name resolved, every unit checked."""

from __future__ import annotations

from dataclasses import replace

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import hints
from compplan.language.check.aggregates import type_over
from compplan.language.check.conversions import type_convert
from compplan.language.check.environment import Environment
from compplan.language.check.formulas import named_period, type_condition, type_expression, type_literal, type_quantity
from compplan.language.check.functions import type_call
from compplan.language.check.names import resolve
from compplan.language.check.parameters import parameter_at
from compplan.language.check.place import Place
from compplan.language.check.proration import averaged
from compplan.language.check.tenure import tenure_at
from compplan.language.check.windows import type_measure_name
from compplan.language.units import (
    DATE,
    NUMBER,
    TEXT,
    YES_NO,
    Kind,
    Unit,
    comparable,
    product,
    quotient,
)
from compplan.schema import MONTHS_IN

MOST_DAYS = 36_525


def type_formula(env: Environment, place: Place, expr: t.Expression) -> ty.Expr | None:
    """The typed formula by its outermost part, or None after reporting what is wrong with it."""
    match expr:
        case t.Literal():
            return type_literal(expr)
        case t.Path():
            return _path(env, place, expr)
        case t.Binary():
            return _binary(env, place, expr)
        case t.Divide():
            return _divide(env, place, expr)
        case t.Negate():
            operand = type_quantity(env, place, expr.operand)
            return None if operand is None else ty.Neg(operand, operand.unit, expr.span)
        case t.ShareOf():
            operand = type_quantity(env, place, expr.operand)
            share = type_literal(expr.share)
            return None if operand is None else ty.Arith("*", share, operand, operand.unit, expr.span)
        case t.PerPeriod():
            return _per_period(env, place, expr)
        case t.Over():
            return type_over(env, place, expr)
        case t.Convert():
            return type_convert(env, place, expr)
        case t.Call():
            return type_call(env, place, expr)
        case t.TheTarget() | t.TheLevel() | t.LeaveShare() | t.AverageBefore() | t.OfOthers() | t.SumToDate():
            return _figure_of_the_place(env, place, expr)
        case _:
            return _condition(env, place, expr)


def _condition(env: Environment, place: Place, expr: t.Expression) -> ty.Expr | None:
    """The typed formula where it says yes or no."""
    match expr:
        case t.Compare():
            return _compare(env, place, expr)
        case t.Among():
            return _among(env, place, expr)
        case t.InPeriod():
            return _in_period(env, place, expr)
        case t.IsEmpty():
            operand = type_expression(env, place, expr.operand)
            return None if operand is None else ty.Empty(operand, YES_NO, expr.span)
        case t.Not():
            operand = type_condition(env, place, expr.operand)
            return None if operand is None else ty.NotE(operand, YES_NO, expr.span)
        case t.Logical():
            return _logical(env, place, expr)
        case _:
            return None


def _logical(env: Environment, place: Place, expr: t.Logical) -> ty.Expr | None:
    alternatives = hints.for_alternatives(expr)
    if alternatives is not None:
        env.problem("wrong-unit", "On both sides stands a condition; a text alone is none.", expr.right.span, alternatives)
        return None
    left, right = type_condition(env, place, expr.left), type_condition(env, place, expr.right)
    return None if left is None or right is None else ty.AndOr(expr.operator, left, right, YES_NO, expr.span)


def _path(env: Environment, place: Place, path: t.Path) -> ty.Expr | None:
    found = resolve(env, place, path)
    match found:
        case None:
            return None
        case t.Let():
            return _named(env, place, found, path)
        case t.Parameter():
            return parameter_at(env, place, found, path.span)
        case t.Tenure():
            return tenure_at(env, found, path.span)
        case ty.PayeeField():
            return averaged(env, place, found)
        case t.Measure():
            return type_measure_name(env, place, found.name.text, path.span)
        case _:
            return found


def _named(env: Environment, place: Place, let: t.Let, path: t.Path) -> ty.Expr | None:
    env.used_lets.add(let.span)
    key = f"let {let.name.text}"
    if key in env.in_progress:
        env.problem("circular", f"{let.name.text} is worked out from itself.", let.span)
        return None
    env.in_progress.append(key)
    value = type_expression(env, place, let.value)
    env.in_progress.pop()
    return None if value is None else ty.Named(let.name.text, value, value.unit, path.span)


def _binary(env: Environment, place: Place, expr: t.Binary) -> ty.Expr | None:
    left, right = type_expression(env, place, expr.left), type_expression(env, place, expr.right)
    if left is None or right is None:
        return None
    if expr.operator == "*":
        unit = product(left.unit, right.unit)
        if unit is None:
            env.problem("wrong-unit", f"{_cap(left.unit)} cannot be multiplied by {right.unit}.", expr.span)
            return None
        return ty.Arith("*", left, right, unit, expr.span)
    moved = _moved_date(env, expr, left, right)
    if moved is not None:
        return moved
    if left.unit.kind is Kind.DATE and right.unit.kind is Kind.DATE and expr.operator == "-":
        return ty.Arith("-", left, right, NUMBER, expr.span)
    if left.unit != right.unit or not left.unit.is_quantity:
        verb = "added to" if expr.operator == "+" else "taken from"
        first, second = (left, right) if expr.operator == "+" else (right, left)
        env.problem("wrong-unit", f"{_cap(first.unit)} cannot be {verb} {second.unit}.", expr.span, hints.for_units(left, right))
        return None
    return ty.Arith(expr.operator, left, right, left.unit, expr.span)


def _moved_date(env: Environment, expr: t.Binary, left: ty.Expr, right: ty.Expr) -> ty.Shift | None:
    if left.unit.kind is not Kind.DATE or not isinstance(right, ty.Const) or right.unit.kind not in (Kind.DAYS, Kind.MONTHS):
        return None
    count = int(right.value) * (1 if expr.operator == "+" else -1)  # type: ignore[arg-type]
    if abs(count) > MOST_DAYS:
        env.problem("wrong-arguments", "A date is moved by a hundred years at most.", right.span)
    days, months = (count, 0) if right.unit.kind is Kind.DAYS else (0, count)
    return ty.Shift(left, days, months, DATE, expr.span)


def _divide(env: Environment, place: Place, expr: t.Divide) -> ty.Expr | None:
    left, right = type_quantity(env, place, expr.left), type_quantity(env, place, expr.right)
    otherwise = None if expr.otherwise is None else type_quantity(env, place, expr.otherwise)
    if left is None or right is None or (expr.otherwise is not None and otherwise is None):
        return None
    unit = quotient(left.unit, right.unit)
    if unit is None:
        env.problem("wrong-unit", f"{_cap(left.unit)} cannot be divided by {right.unit}.", expr.span)
        return None
    if isinstance(right, ty.Const):
        if right.value == 0:
            env.problem("needs-else", "This divides by zero.", expr.right.span)
            return None
        otherwise = None
    elif otherwise is None:
        env.problem("needs-else", "What this divides by can be zero.", expr.span, "Say what it then comes to: ... / ... else 0%.")
        return None
    elif otherwise.unit != unit:
        env.problem("wrong-unit", f"The division gives {unit}, its else {otherwise.unit}.", otherwise.span)
        return None
    return ty.Div(left, right, otherwise, unit, expr.span)


def _per_period(env: Environment, place: Place, expr: t.PerPeriod) -> ty.Expr | None:
    operand = type_quantity(env, place, expr.operand)
    if operand is None:
        return None
    if operand.unit.kind is not Kind.MONEY or operand.unit.per is None:
        message = f"Only money for a period can be asked for another; this is {operand.unit}."
        env.problem("wrong-unit", message, expr.span, "Leave the words per ... out, or declare the column as money per year.")
        return None
    have, want = MONTHS_IN[operand.unit.per], MONTHS_IN[expr.period]
    multiply, divide = (want // have, 1) if want >= have else (1, have // want)
    return ty.Scale(operand, multiply, divide, replace(operand.unit, per=None), expr.span)


def _target(env: Environment, place: Place, expr: t.TheTarget) -> ty.Expr | None:
    if place.target is None:
        env.problem("wrong-place", "The target is what a component's pay sentence comes to; here there is none.", expr.span)
        return None
    return ty.Named("the target", place.target, place.target.unit, expr.span)


def _level(env: Environment, place: Place, expr: t.TheLevel) -> ty.Expr | None:
    if place.level is None:
        env.problem("wrong-place", "The level is what a draw tops up to, for its sentence with recover; here there is none.", expr.span)
        return None
    return ty.Named("the level", place.level, place.level.unit, expr.span)


def _figure_of_the_place(
    env: Environment, place: Place, expr: t.TheTarget | t.TheLevel | t.LeaveShare | t.AverageBefore | t.OfOthers | t.SumToDate
) -> ty.Expr | None:
    """What is one of the component, draw, or payee on leave: `the target`, `the level`, `the share on`, `the monthly average of`."""
    if isinstance(expr, t.OfOthers):
        message = "What others have is asked of what a component has earned."
        env.problem("wrong-place", message, expr.span, "Write earned(own of everyone below).")
        return None
    if isinstance(expr, (t.TheTarget, t.TheLevel)):
        return _target(env, place, expr) if isinstance(expr, t.TheTarget) else _level(env, place, expr)
    if isinstance(expr, t.SumToDate):
        from compplan.language.check.sums_to_date import type_sum_to_date  # rarely needed

        return type_sum_to_date(env, place, expr)
    from compplan.language.check.leave import type_average, type_share  # rarely needed, and at start all is loaded

    return type_share(env, place, expr) if isinstance(expr, t.LeaveShare) else type_average(env, place, expr)


def _compare(env: Environment, place: Place, expr: t.Compare) -> ty.Expr | None:
    left, right = type_expression(env, place, expr.left), type_expression(env, place, expr.right)
    if left is None or right is None:
        return None
    if not comparable(left.unit, right.unit):
        env.problem("wrong-unit", f"{_cap(left.unit)} cannot be compared with {right.unit}.", expr.span, hints.for_units(left, right))
        return None
    ordered = left.unit.is_quantity or left.unit.kind is Kind.DATE
    if expr.comparator not in ("=", "!=") and not ordered:
        env.problem("wrong-unit", f"{_cap(left.unit)} has no order; it can only be = or !=.", expr.span)
        return None
    return ty.Cmp(expr.comparator, left, right, YES_NO, expr.span)


def _among(env: Environment, place: Place, expr: t.Among) -> ty.Expr | None:
    operand = type_expression(env, place, expr.operand)
    choices = tuple(type_literal(c) for c in expr.choices)
    if operand is None:
        return None
    for choice, literal in zip(choices, expr.choices, strict=True):
        if not comparable(operand.unit, choice.unit):
            message = f"{_cap(operand.unit)} cannot be compared with {choice.unit}."
            env.problem("wrong-unit", message, choice.span, hints.for_units(operand, choice))
            return None
        width = literal.span.end_column - literal.span.column
        if literal.kind is t.LiteralKind.NUMBER and "." not in str(literal.value) and width > len(str(literal.value)):
            message = f"This is the one number {literal.value:,}."
            env.problem(
                "unlikely-number", message, literal.span, "For two numbers, put a space after the comma; for one, leave the comma out."
            )
    return ty.In(operand, choices, YES_NO, expr.span)


def _in_period(env: Environment, place: Place, expr: t.InPeriod) -> ty.Expr | None:
    operand = type_expression(env, place, expr.operand)
    period = named_period(env, expr.period)
    if operand is None or period is None:
        return None
    if operand.unit.kind is Kind.PERIOD and operand.unit.per == period.kind:
        return ty.Cmp("=", operand, ty.Const(period.label, TEXT, expr.period.span), YES_NO, expr.span)
    if operand.unit != DATE:
        env.problem("wrong-unit", f"Only a date lies in a period; this is {operand.unit}.", expr.operand.span)
        return None
    return ty.Within(operand, period, YES_NO, expr.span)


def _cap(unit: Unit) -> str:
    text = str(unit)
    return text[0].upper() + text[1:]


__all__ = ["type_formula"]
