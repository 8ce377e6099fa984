"""Typing parameters: figures with a name, which may change on a day, read as of the day or the period that a place lies in."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from compplan.diagnostics import Span
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.environment import Environment
from compplan.language.check.formulas import type_literal
from compplan.language.check.place import Grain, Place
from compplan.language.units import DATE
from compplan.schema import Period


def type_parameter(env: Environment, name: str) -> ty.Parameter | None:
    """The typed parameter of a name; worked out once."""
    if name not in env.typed_parameters:
        env.typed_parameters[name] = _parameter(env, env.parameters[name])
    return env.typed_parameters[name]


def _parameter(env: Environment, tree: t.Parameter) -> ty.Parameter | None:
    if not tree.values:
        message = f"The parameter {tree.name.text} has no value."
        env.problem("missing-sentence", message, tree.name.span, "For example: from 2027-01-01: 5%")
        return None
    values = [_value(env, since) for since in tree.values]
    good = tuple(v for v in values if v is not None)
    if len(good) < len(values) or not _rises(env, tree):
        return None
    first = good[0].value.unit
    for value in good[1:]:
        if value.value.unit != first:
            message = f"The values of a parameter are of one unit; above it was {first}, here it is {value.value.unit}."
            env.problem("wrong-unit", message, value.value.span)
            return None
    return ty.Parameter(tree.name.text, good, first, tree.span)


def _value(env: Environment, since: t.Since) -> ty.Since | None:
    negative = isinstance(since.value, t.Negate)
    literal = since.value.operand if isinstance(since.value, t.Negate) else since.value
    const = type_literal(literal) if isinstance(literal, t.Literal) else None
    if const is None or not isinstance(const.value, Fraction) or not const.unit.is_quantity:
        hint = "Write 5%, 500 USD or 3. What is worked out has a name with let."
        env.problem("wrong-unit", "A parameter is a figure written out.", since.value.span, hint)
        return None
    return ty.Since(since.first, ty.Const(-const.value if negative else const.value, const.unit, since.value.span))


def _rises(env: Environment, tree: t.Parameter) -> bool:
    for before, after in pairwise(tree.values):
        assert after.first is not None
        if before.first is not None and after.first <= before.first:
            same = after.first == before.first
            code, message = (
                ("tier-overlap", "Two rows begin on the same day.") if same else ("tier-order", "This day is before the one above it.")
            )
            env.problem(code, message, after.span, "Order the rows from the first day to the last.")
            return False
    return True


def parameter_at(env: Environment, place: Place, tree: t.Parameter, span: Span) -> ty.Expr | None:
    """A parameter where it is used: its one value; or that of the credit's day, or of the period, in which it must not change."""
    parameter = type_parameter(env, tree.name.text)
    if parameter is None:
        return None
    day: ty.Expr | None = None
    if len(parameter.values) > 1 or parameter.values[0].first is not None:
        day = _day(place, span)
        if day is None:
            message = f"{parameter.name} has a value for each day, and {place.title} has no day to go by."
            env.problem("parameter", message, span, "Use it in a credit or in a component, or give it one value.")
            return None
        if not _is_said(env, parameter, day.period if isinstance(day, ty.Moment) else None, span):
            return None
    return ty.ParameterAt(parameter.name, parameter.values, day, parameter.unit, span)


def _day(place: Place, span: Span) -> ty.Moment | ty.RecordField | None:
    match place.grain:
        case Grain.RECORD:
            return place.dated
        case Grain.CREDIT if not place.to_date:
            return ty.Moment(None, DATE, span)
        case Grain.CREDIT | Grain.PERIOD | Grain.GROUP:
            period = place.window.period if place.window is not None and place.to_date else place.period
            return None if period is None else ty.Moment(period, DATE, span)
        case _:
            return None


def _is_said(env: Environment, parameter: ty.Parameter, period: Period | None, span: Span) -> bool:
    """Whether there is a value on every day of the plan, and one alone in each of its periods."""
    if env.dates is None:
        return True
    first, last = env.dates
    begins = parameter.values[0].first
    if begins is not None and begins > first:
        message = f"{parameter.name} has no value before {begins}, and the plan begins on {first}."
        env.problem("parameter", message, span, f"Begin its values with from {first}.")
        return False
    if period is None:
        return True
    for day in (since.first for since in parameter.values[1:] if since.first is not None):
        within = env.calendar.period_of(day, period)
        if first <= day <= last and env.calendar.start(within) != day:
            message = f"{parameter.name} changes on {day}, within {within.label}, for which it is asked once."
            hint = f"Let it change where a {period} begins, or pay for each credit or a shorter period."
            env.problem("parameter", message, span, hint)
            return False
    return True
