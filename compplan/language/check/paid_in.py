"""Typing in which currency payouts are made, and at which rate."""

from __future__ import annotations

from datetime import date

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.conversions import check_currency, rate_day, rates_named
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.schema import PEOPLE, CurrencyType, RecordKind, ReferenceType


def type_paid_in(env: Environment, payout: t.Payout, counted: str) -> ty.PaidIn | None:
    """The currency of payouts; None where nothing is said of it, or after reporting what is wrong."""
    tree = payout.paid_in
    if tree is None:
        return None
    currency = _code(env, tree.currency, tree, counted) if isinstance(tree.currency, str) else _column(env, tree.currency)
    rates = rates_named(env, tree.rates)
    place = Place(Grain.PERIOD, "the payout sentence", period=payout.period, window=ty.Window(payout.period))
    day = None if rates is None else rate_day(env, place, tree, rates)
    if currency is None or rates is None or day is None:
        return None
    if rates.into not in (None, counted) and not rates.both_ways:
        message = f"The {rates.name} rates are all into {rates.into}; none is from {counted} to another currency."
        env.problem("wrong-arguments", message, tree.span, "Name rates that are, or say both_ways: true in the project file.")
        return None
    if isinstance(day, ty.Const) and isinstance(day.value, date):
        return ty.PaidIn(currency, rates.name, day.value, tree.span)
    if not isinstance(day, ty.Moment):
        message = "A payout is of a period; the rate is that of its end, or of a day that you write out."
        env.problem("wrong-grain", message, tree.span, f"Write the end of the {payout.period}.")
        return None
    return ty.PaidIn(currency, rates.name, None, tree.span)


def _code(env: Environment, code: str, tree: t.PaidIn, counted: str) -> str | None:
    if not check_currency(env, code, tree.span):
        return None
    if code == counted:
        env.problem("wrong-unit", f"The plan counts in {code} already.", tree.span, f"Leave in {code} at ... out.")
        return None
    return code


def _column(env: Environment, path: t.Path) -> ty.PayeeField | None:
    """The column of people that names a currency."""
    typed = formulas.type_expression(env, Place(Grain.PEOPLE, "the payout sentence"), path)
    if typed is None:
        return None
    people = env.schema.kinds[PEOPLE]
    if isinstance(typed, ty.PayeeField) and typed.path and _is_currency(env, people, typed.path):
        return typed
    named = [f"payee.{c.name}" for c in people.columns if isinstance(c.type, CurrencyType)]
    hint = did_you_mean(path.text, named) or "Declare a column of people of the type currency."
    env.problem("wrong-unit", f"{path.text} names no currency.", path.span, hint)
    return None


def _is_currency(env: Environment, kind: RecordKind, path: tuple[str, ...]) -> bool:
    column = kind.column(path[0])
    assert column is not None
    if len(path) == 1:
        return isinstance(column.type, CurrencyType)
    assert isinstance(column.type, ReferenceType)
    return _is_currency(env, env.schema.kinds[column.type.kind], path[1:])
