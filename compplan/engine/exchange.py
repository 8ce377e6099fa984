"""Exchange rates and the ends of periods as steps, and how a formula looks something up in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta

from sqlglot import exp

from compplan.calendar import Calendar, FiscalPeriod
from compplan.engine import sql
from compplan.engine.relations import RECORDS
from compplan.engine.sql import Figure
from compplan.engine.steps import Months, Step, identifier, table
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN, ExchangeRates, Period, PeriodType, Schema

_NEVER = date(9999, 12, 31)
_YEARS_BACK, _YEARS_AHEAD = 30, 15
"""How far from the run's own years a date may lie whose period is asked for."""


_DIGITS = 30
"""Digits of a rate where it is looked up: twelve of them after the point."""


def rates_name(rates: str) -> str:
    """The step with the exchange rates of a name."""
    return identifier("rates", rates)


def ends_name(period: Period) -> str:
    """The step with the first and last days of all periods of a kind."""
    return identifier("days", "of", period)


def exchange_steps(plans: object, schema: Schema, calendar: Calendar, asked: Months) -> Iterator[Step]:
    """The steps that the formulas of plans look rates and ends of periods up in."""
    asking = list(_asking(plans))
    wanted = list(dict.fromkeys(e.rates for e in asking if isinstance(e, ty.Rate)))
    ends: list[Period] = [e.period for e in asking if isinstance(e, ty.EndOf)]
    for name in wanted:
        kind = _period_of(schema, schema.rates[name])
        ends += [kind] if kind is not None else []
    for period in dict.fromkeys(ends):
        yield _days_of(period, calendar, asked)
    for name in wanted:
        yield _rates(schema, schema.rates[name])


def _asking(node: object) -> Iterator[ty.Rate | ty.EndOf]:
    """Every rate, and every end of a period, that is asked for in anything typed."""
    if isinstance(node, (ty.Rate, ty.EndOf)):
        yield node
    if is_dataclass(node) and not isinstance(node, type):
        for f in fields(node):
            if f.compare:
                yield from _asking(getattr(node, f.name))
    elif isinstance(node, (tuple, list)):
        for item in node:
            yield from _asking(item)
    elif hasattr(node, "values") and not isinstance(node, type):
        for item in node.values():
            yield from _asking(item)


def _period_of(schema: Schema, rates: ExchangeRates) -> Period | None:
    column = schema.kinds[rates.kind].column(rates.when)
    assert column is not None
    return column.type.period if isinstance(column.type, PeriodType) else None


def _days_of(period: Period, calendar: Calendar, asked: Months) -> Step:
    """Every period of a kind, of the years around those at hand, with its first and its last day."""
    size = MONTHS_IN[period]
    years = range(asked.first // 12 - _YEARS_BACK, asked.last // 12 + _YEARS_AHEAD)
    numbers = [n for year in years for n in range(year * 12 // size, (year + 1) * 12 // size)]
    rows = []
    for number in numbers:
        one = FiscalPeriod(period, number)
        first, last = calendar.start(one), calendar.end(one) - timedelta(days=1)
        rows.append(exp.Tuple(expressions=[sql.text(one.label), sql.day(first), sql.day(last)]))
    names = [exp.to_identifier(n, quoted=True) for n in ("label", "first", "last")]
    values = exp.Values(expressions=rows, alias=exp.TableAlias(this=exp.to_identifier("v"), columns=names))
    query = exp.select(*(sql.column(n, "v") for n in ("label", "first", "last"))).from_(values, copy=False)
    return Step(ends_name(period), f"The days of each {period}", ("label",), query, ())


def _rates(schema: Schema, rates: ExchangeRates) -> Step:
    """Every rate, with the days from `first` to before `until` on which it holds."""
    name, period = rates_name(rates.name), _period_of(schema, rates)
    source = sql.column(rates.source, "r")
    target = sql.text(rates.into) if rates.into is not None else sql.column(rates.target or "", "r")
    query = exp.select(sql.alias(source, "source"), sql.alias(target, "target")).from_(table(rates.kind, "r", RECORDS), copy=False)
    first: exp.Expr
    until: exp.Expr
    if period is not None:
        on = exp.EQ(this=sql.column("label", "d"), expression=sql.column(rates.when, "r"))
        query = query.join(table(ends_name(period), "d"), on=on, copy=False)
        first, until = sql.column("first", "d"), _day_after(sql.column("last", "d"))
    else:
        first = sql.column(rates.when, "r")
        until = _day_after(first) if rates.on_its_day else _until_next(first, source, target)
    rate = sql.cast(sql.column(rates.rate, "r"), sql.decimal_type(_DIGITS, sql.MOST_DECIMALS))
    query = query.select(sql.alias(first, "first"), sql.alias(until, "until"), sql.alias(rate, "rate"), copy=False)
    title = f"The {rates.name} exchange rates"
    return Step(name, title, ("source", "target", "first"), query, () if period is None else (ends_name(period),))


def _day_after(day: exp.Expr) -> exp.Expr:
    return sql.cast(sql.paren(exp.Add(this=day, expression=exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY")))), "DATE")


def _until_next(first: exp.Expr, source: exp.Expr, target: exp.Expr) -> exp.Expr:
    order = exp.Order(expressions=[exp.Ordered(this=first.copy(), nulls_first=True)])
    following = exp.Window(this=exp.func("lead", first.copy()), partition_by=[source.copy(), target.copy()], order=order)
    return exp.func("coalesce", following, sql.day(_NEVER))


# ---- looking up ----------------------------------------------------------------------------------------------------


def rate_on(rates: str, source: exp.Expr, target: exp.Expr, day: exp.Expr) -> Figure:
    """The rate from one currency to another on a day, as the records have it; empty where there is none."""
    query = exp.select(exp.func("max", sql.column("rate", "fx"))).from_(table(rates_name(rates), "fx"), copy=False)
    query = query.where(
        exp.EQ(this=sql.column("source", "fx"), expression=sql.paren(source)),
        exp.EQ(this=sql.column("target", "fx"), expression=sql.paren(target)),
        exp.LTE(this=sql.column("first", "fx"), expression=sql.paren(day)),
        exp.GT(this=sql.column("until", "fx"), expression=sql.paren(day)),
        copy=False,
    )
    return Figure(sql.paren(query.subquery(copy=False)), _DIGITS, sql.MOST_DECIMALS)


def last_day(period: Period, day: exp.Expr) -> exp.Expr:
    """The last day of the period in which a day lies."""
    query = exp.select(exp.func("max", sql.column("last", "days"))).from_(table(ends_name(period), "days"), copy=False)
    query = query.where(
        exp.LTE(this=sql.column("first", "days"), expression=sql.paren(day)),
        exp.GTE(this=sql.column("last", "days"), expression=sql.paren(day)),
        copy=False,
    )
    return sql.paren(query.subquery(copy=False))
