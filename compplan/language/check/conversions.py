"""Typing conversions: money of one currency, or of each row's own, as money of another, at a rate that the records hold."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from compplan.currencies import DIGITS
from compplan.diagnostics import Span
from compplan.diagnostics.suggest import closest
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.units import DATE, NUMBER, TEXT, Kind, money
from compplan.language.walk import every
from compplan.schema import DateType, ExchangeRates, Period, PeriodType


def type_convert(env: Environment, place: Place, expr: t.Convert) -> ty.Convert | None:
    """The typed conversion, or None after reporting what is wrong with it."""
    if not place.converts or place.child is not None:
        message = f"No money is converted in {place.title}."
        hint = "Make it an amount of the credit: amount in_dollars = acv in USD at the ...; or convert what is paid, in the component."
        env.problem("wrong-place", message, expr.span, hint)
        return None
    operand = formulas.type_quantity(env, place, expr.operand)
    rates = rates_named(env, expr.rates)
    on = None if rates is None else rate_day(env, place, expr, rates)
    good = check_currency(env, expr.currency, expr.span)
    source = None if operand is None else _source(env, operand, expr)
    if isinstance(source, ty.Const) and source.value == expr.currency:
        env.problem("wrong-unit", f"This is {expr.currency} already.", expr.operand.span, "Leave the conversion out.")
        return None
    rounding = _rounding(env, expr)
    if operand is None or source is None or rates is None or on is None or not good or rounding is None:
        return None
    rate = ty.Rate(rates.name, source, expr.currency, on, rates.both_ways, NUMBER, expr.span)
    unit = money(expr.currency, operand.unit.per)
    return ty.Convert(operand, rate, rounding or None, unit, expr.span)


def rates_named(env: Environment, name: t.Name) -> ExchangeRates | None:
    """The exchange rates of a name; reports where there are none."""
    found = env.schema.rates.get(name.text)
    if found is None:
        known = list(env.schema.rates)
        hint = did_you_mean(name.text, known) if known else "Declare them in the project file, under exchange_rates."
        env.problem("unknown-name", f"There are no exchange rates {name.text}.", name.span, hint)
    return found


def check_currency(env: Environment, code: str, span: Span) -> bool:
    """Whether a code is that of a currency; reports where it is not."""
    if code in DIGITS:
        return True
    near = closest(code, DIGITS)
    hint = f"Did you mean {near}?" if near else "Write it as in USD, EUR, GBP, JPY."
    env.problem("currency", f"{code} is not an ISO 4217 currency code.", span, hint)
    return False


def must_be_one_currency(env: Environment, typed: ty.Expr, what: str) -> bool:
    """Whether a figure is in one currency, as it must be to be added up or compared over rows; reports where it is not."""
    if not typed.unit.own:
        return True
    env.problem(
        "wrong-unit", f"{what} has one currency for all; this is {typed.unit}.", typed.span, f"Convert it: {_converted(env, typed)}."
    )
    return False


def _converted(env: Environment, typed: ty.Expr) -> str:
    """How a figure that has a currency of its own is converted."""
    kind = env.schema.kind(typed.unit.own[0])
    day = next((c.name for c in kind.columns if isinstance(c.type, DateType)), "close_date") if kind is not None else "close_date"
    name = typed.path[-1] if isinstance(typed, ty.RecordField) else "acv"
    rates = next(iter(env.schema.rates), "daily")
    return f"{name} in {env.schema.currency} at the {rates} rate of {day}, rounded to 0.01"


def _source(env: Environment, operand: ty.Expr, expr: t.Convert) -> ty.Expr | None:
    """What gives the currency of the operand: known from the plan, or a column beside the amount."""
    unit = operand.unit
    if unit.kind is not Kind.MONEY:
        env.problem("wrong-unit", f"Only money is converted; this is {unit}.", expr.operand.span)
        return None
    if not unit.own:
        return ty.Const(unit.currency or "", TEXT, expr.operand.span)
    amounts = (e for e in every(operand) if isinstance(e, (ty.RecordField, ty.ChildField, ty.PayeeField)))
    return next(_currency_of(e) for e in amounts if e.unit.own == unit.own)


def _currency_of(amount: ty.RecordField | ty.ChildField | ty.PayeeField) -> ty.Expr:
    """The column that names the currency of an amount."""
    path, optional = (*amount.path[:-1], amount.unit.own[-1]), amount.optional
    match amount:
        case ty.RecordField():
            return ty.RecordField(path, TEXT, optional, amount.span)
        case ty.ChildField():
            return ty.ChildField(amount.kind, path, TEXT, optional, amount.span)
        case ty.PayeeField():
            return ty.PayeeField(path, TEXT, optional, amount.span)


def rate_day(env: Environment, place: Place, expr: t.Convert | t.PaidIn, rates: ExchangeRates) -> ty.Expr | None:
    """The day whose rate is taken."""
    when = env.schema.kinds[rates.kind].column(rates.when)
    assert when is not None
    if expr.literal is not None:
        period = formulas.named_period(env, expr.literal)
        if period is None:
            return None
        if not isinstance(when.type, PeriodType) or when.type.period != period.kind:
            what = "a day" if isinstance(when.type, DateType) else f"a {when.type.period}" if isinstance(when.type, PeriodType) else ""
            message = f"The {rates.name} rates are each for {what}, not for a {period.kind}."
            env.problem("wrong-arguments", message, expr.literal.span, "Name a date: at the daily rate of close_date.")
            return None
        return ty.Const(env.calendar.start(period), DATE, expr.literal.span)
    if expr.date is None:
        assert expr.period is not None
        return _end_of_period(env, place, expr, expr.period)
    day = formulas.type_expression(env, place, expr.date)
    if day is None:
        return None
    if day.unit != DATE:
        env.problem("wrong-unit", f"A rate is that of a day; this is {day.unit}.", expr.date.span)
        return None
    return day if expr.period is None else ty.EndOf(day, expr.period, DATE, expr.date.span)


def _end_of_period(env: Environment, place: Place, expr: t.Convert | t.PaidIn, period: Period) -> ty.Expr | None:
    """The last day of the period at hand."""
    if place.grain not in (Grain.PERIOD, Grain.GROUP):
        message = f"Which {period}? Here there is one value for {place.grain.value}."
        env.problem("wrong-grain", message, expr.span, f"Say of which day: the end of the {period} of close_date.")
        return None
    if period != place.period:
        message = f"The period at hand is a {place.period}, not a {period}."
        env.problem("needs-window", message, expr.span, f"Write the end of the {place.period}.")
        return None
    return ty.Moment(None, DATE, expr.span)


def _rounding(env: Environment, expr: t.Convert) -> Fraction | Literal[False] | None:
    """What is rounded to; False where nothing is, None after reporting that it is not said."""
    if expr.unrounded:
        return False
    if expr.unit is None:
        message = "It is not said whether the converted amount is rounded."
        env.problem("rounding-unstated", message, expr.span, "Write , rounded to 0.01 or , not rounded behind it.")
        return None
    if not formulas.is_power_of_ten(Fraction(expr.unit)):
        env.problem("wrong-arguments", "What to round to is 1, 10, 0.1, 0.01 and so on.", expr.span)
        return None
    return Fraction(expr.unit)
