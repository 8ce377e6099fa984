"""Typing calls: the functions of formulas, sums and counts, attainments and quotas, tables."""

from __future__ import annotations

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas, hints
from compplan.language.check.aggregates import type_aggregate
from compplan.language.check.environment import Environment
from compplan.language.check.place import Place
from compplan.language.check.tables import type_lookup
from compplan.language.check.windows import type_attainment, type_earned, type_quota
from compplan.language.units import DATE, NUMBER, YES_NO

_FORMS = {
    "abs": (1, 1, "abs(figure)"),
    "if": (3, 3, "if(condition, figure, figure)"),
    "round": (2, 2, "round(figure, 0.01 USD)"),
    "round_down": (2, 2, "round_down(figure, 1,000 USD)"),
    "round_up": (2, 2, "round_up(figure, 1,000 USD)"),
    "months": (2, 2, "months(close_date, cancelled_date)"),
}
_ROUNDING = ("round", "round_down", "round_up")


def type_call(env: Environment, place: Place, call: t.Call) -> ty.Expr | None:
    """The typed call, or None after reporting what is wrong with it."""
    name = call.name.text
    if call.against is not None and name != "attainment":
        env.problem("wrong-arguments", f"Only an attainment is held against a quota, not {name}.", call.span)
        return None
    if (call.different and name != "count") or (call.overlays and name not in ("sum", "count")):
        words, into = ("The word different belongs", "count") if call.different else ("The words overlays included belong", "sum or count")
        message = f"{words} into {into}, not into {name}."
        env.problem("wrong-arguments", message, call.span, "Write count(different booking.account)." if call.different else None)
        return None
    if name in ("sum", "count"):
        return type_aggregate(env, place, call)
    if call.where is not None:
        env.problem("wrong-arguments", f"A where belongs into sum or count, not into {name}.", call.where.span)
        return None
    if name in env.tables:
        return type_lookup(env, place, call)
    if name == "attainment":
        return type_attainment(env, place, call)
    if name == "quota":
        return type_quota(env, place, call)
    if name == "earned":
        return type_earned(env, place, call)
    if name in ("min", "max", *_FORMS):
        return _function(env, place, call)
    message = f"There is no function or table {name}."
    env.problem("unknown-name", message, call.name.span, hints.for_function(name, list(env.tables)))
    return None


def _function(env: Environment, place: Place, call: t.Call) -> ty.Expr | None:
    name = call.name.text
    typed = [_argument(env, place, name, index, a) for index, a in enumerate(call.arguments)]
    arguments = tuple(a for a in typed if a is not None)
    if len(arguments) != len(typed):
        return None
    least, most, form = _FORMS.get(name, (2, 20, f"{name}(figure, figure)"))
    if not least <= len(arguments) <= most:
        env.problem("wrong-arguments", f"{name} does not take {len(arguments)} arguments.", call.span, f"It is written {form}.")
        return None
    figures = arguments[1:] if name == "if" else arguments
    for other in figures[1:]:
        if other.unit != figures[0].unit:
            message = f"The figures of {name} must be of one unit; these are {figures[0].unit} and {other.unit}."
            hint = hints.for_rounding(*arguments) if name in _ROUNDING else hints.for_units(figures[0], other)
            env.problem("wrong-unit", message, other.span, hint)
            return None
    if name in _ROUNDING and (not isinstance(arguments[1], ty.Const) or not formulas.is_power_of_ten(arguments[1].value)):
        hint = hints.for_rounding(*arguments)
        env.problem("wrong-arguments", "What to round to is 1, 10, 0.1, 0.01 and so on.", arguments[1].span, hint)
        return None
    return ty.Func(name, arguments, NUMBER if name == "months" else figures[0].unit, call.span)


def _argument(env: Environment, place: Place, name: str, index: int, argument: t.Expression) -> ty.Expr | None:
    """An argument of a function: a condition, a date, what is chosen, or a figure."""
    if name == "if" and index == 0:
        return formulas.type_condition(env, place, argument)
    if name not in ("if", "months"):
        return formulas.type_quantity(env, place, argument)
    typed = formulas.type_expression(env, place, argument)
    if typed is not None and name == "months" and typed.unit != DATE:
        env.problem("wrong-unit", f"Months are counted from a date to a date; this is {typed.unit}.", argument.span)
        return None
    if typed is not None and typed.unit == YES_NO:
        message = "What an if chooses is a figure, a text or a date; this is yes or no."
        env.problem("wrong-unit", message, argument.span, "Write the conditions with and, or, not.")
        return None
    return typed


__all__ = ["type_call"]
