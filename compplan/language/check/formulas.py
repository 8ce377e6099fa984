"""Typing a formula, whatever it is made of, and what is asked of it where it stands. A formula that is wrong is reported once and comes
back as None.

Formulas hold calls, calls hold formulas, and measures, credits and tables hold both. So that each of those can be read by itself, they
all ask here, and the environment knows who answers: `expressions.type_formula`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from compplan.calendar import FiscalPeriod, parse_period
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.environment import FIRST_YEAR, LAST_YEAR, Environment
from compplan.language.check.place import Place
from compplan.language.units import DATE, DAYS, NUMBER, RATIO, TEXT, YES_NO, Kind, Unit, money


def type_literal(literal: t.Literal) -> ty.Const:
    """A literal as a constant with its unit."""
    value = literal.value
    exact = Fraction(value) if isinstance(value, Decimal) else value
    match literal.kind:
        case t.LiteralKind.NUMBER:
            unit = NUMBER
        case t.LiteralKind.MONEY:
            unit = money(literal.currency or "")
        case t.LiteralKind.PERCENT | t.LiteralKind.MULTIPLE:
            unit = RATIO
        case t.LiteralKind.DATE:
            unit = DATE
        case t.LiteralKind.TEXT:
            unit = TEXT
        case t.LiteralKind.YES_NO:
            unit = YES_NO
        case t.LiteralKind.DAYS:
            unit = DAYS
        case t.LiteralKind.MONTHS:
            unit = Unit(Kind.MONTHS)
        case t.LiteralKind.YEARS:
            unit, exact = Unit(Kind.MONTHS), Fraction(value) * 12  # type: ignore[arg-type]
        case _:
            assert_never(literal.kind)
    return ty.Const(exact, unit, literal.span)


def type_condition(env: Environment, place: Place, expr: t.Expression) -> ty.Expr | None:
    """A formula that must be yes or no."""
    typed = type_expression(env, place, expr)
    if typed is not None and typed.unit != YES_NO:
        env.problem(
            "wrong-unit", f"A condition is yes or no; this is {typed.unit}.", expr.span, "Compare it with something: = , >= , in (...)."
        )
        return None
    return typed


def type_quantity(env: Environment, place: Place, expr: t.Expression) -> ty.Expr | None:
    """A formula that must be money, a ratio or a number."""
    typed = type_expression(env, place, expr)
    if typed is not None and not typed.unit.is_quantity:
        env.problem("wrong-unit", f"Here stands a figure: money, a ratio or a number; this is {typed.unit}.", expr.span)
        return None
    return typed


def type_expression(env: Environment, place: Place, expr: t.Expression) -> ty.Expr | None:
    """The typed formula, or None after reporting what is wrong with it."""
    if env.depth == 0:
        env.parts, env.outermost = 0, expr.span
    if env.is_too_deep:
        _refuse(env)
        return None
    env.depth += 1
    env.parts += 1
    typed = env.type_formula(env, place, expr)
    env.depth -= 1
    return typed


def _refuse(env: Environment) -> None:
    """Reports, once for a plan, that a formula has too many parts, all names followed."""
    if not env.refused:
        hint = "Work out part of it elsewhere, as a column of the records, or use fewer names."
        env.problem("too-deep", "This formula, with the formulas of the names that it uses, has too many parts.", env.outermost, hint)
    env.refused = True


def is_power_of_ten(value: ty.Value) -> bool:
    """Whether something can be rounded to it: 1, 10, 0.1, 0.01 and so on."""
    if not isinstance(value, Fraction) or value <= 0:
        return False
    digits = str(value.numerator if value >= 1 else value.denominator)
    return min(value.numerator, value.denominator) == 1 and digits.rstrip("0") == "1"


def named_period(env: Environment, literal: t.PeriodLiteral) -> FiscalPeriod | None:
    """The period that a label names, or None after reporting that it names none of this age."""
    period = parse_period(literal.label)
    if period is None or not FIRST_YEAR <= int(literal.label[:4]) <= LAST_YEAR:
        env.problem("invalid-period", f"There is no period {literal.label}.", literal.span, "Write 2027-03, 2027-Q1, 2027-H1 or 2027.")
        return None
    return period
