"""Exchange rates and the ends of periods as steps, and how a formula looks something up in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from fractions import Fraction

from sqlglot import exp

from compplan.calendar import Calendar, FiscalPeriod
from compplan.engine import sql
from compplan.engine.columns import typed_column
from compplan.engine.relations import RECORDS
from compplan.engine.sql import Figure
from compplan.engine.steps import Months, Step, identifier, table
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN, ExchangeRates, Period, PeriodType, Schema

_NEVER = date(9999, 12, 31)
_YEARS_BACK, _YEARS_AHEAD = 30, 15
"""How far from the run's own years a date may lie whose period is asked for."""


def rates_name(rates: str) -> str:
    """The step with the exchange rates of a name."""
    return identifier("rates", rates)


def ends_name(period: Period) -> str:
    """The step with the first and last days of all periods of a kind."""
    return identifier("days", "of", period)


def exchange_steps(plans: object, schema: Schema, calendar: Calendar, asked: Months) -> Iterator[Step]:
    """The steps that the formulas of plans look rates and ends of periods up in."""
    asking = list(_asking(plans))
    wanted = list(dict.fromkeys(e.rates for e in asking if isinstance(e, (ty.Rate, ty.PaidIn))))
    ends: list[Period] = [e.period for e in asking if isinstance(e, ty.EndOf)]
    for name in wanted:
        kind = _period_of(schema, schema.rates[name])
        ends += [kind] if kind is not None else []
    for period in dict.fromkeys(ends):
        yield _days_of(period, calendar, asked)
    for name in wanted:
        yield _rates(schema, schema.rates[name])


def _asking(node: object) -> Iterator[ty.Rate | ty.EndOf | ty.PaidIn]:
    """Every rate, and every end of a period, that is asked for in anything typed."""
    if isinstance(node, (ty.Rate, ty.EndOf, ty.PaidIn)):
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
    """Every rate, with the days from `first` to before `until` on which it holds; a divisor stands there as a negative rate."""
    name, period = rates_name(rates.name), _period_of(schema, rates)
    query = _one_way(rates, period)
    if rates.both_ways:
        names = ("source", "target", "first", "until", "rate")
        both = exp.union(query, _one_way(rates, period, back=True), distinct=False, copy=False)
        query = exp.select(*(sql.column(n, "b") for n in names)).from_(both.subquery("b", copy=False), copy=False)
    title = f"The {rates.name} exchange rates"
    return Step(name, title, ("source", "target", "first"), query, () if period is None else (ends_name(period),))


def _one_way(rates: ExchangeRates, period: Period | None, *, back: bool = False) -> exp.Select:
    """The rates of every pair; `back`, those of the pairs the other way, where these have none of their own."""

    def pair(alias: str) -> tuple[exp.Expr, exp.Expr]:
        into = sql.text(rates.into) if rates.into is not None else sql.column(rates.target or "", alias)
        return sql.column(rates.source, alias), into

    source, target = pair("r") if not back else pair("r")[::-1]
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
    rate: exp.Expr = sql.column(rates.rate, "r")
    if back:
        rate = exp.Neg(this=rate)
        same = [exp.EQ(this=a, expression=b) for a, b in zip(pair("o"), (source, target), strict=True)]
        own = exp.select(sql.whole(1)).from_(table(rates.kind, "o", RECORDS), copy=False).where(*same, copy=False)
        query = query.where(exp.Not(this=exp.Exists(this=own)), copy=False)
    return query.select(sql.alias(first, "first"), sql.alias(until, "until"), sql.alias(rate, "rate"), copy=False)


def _day_after(day: exp.Expr) -> exp.Expr:
    return sql.cast(sql.paren(exp.Add(this=day, expression=exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY")))), "DATE")


def _until_next(first: exp.Expr, source: exp.Expr, target: exp.Expr) -> exp.Expr:
    order = exp.Order(expressions=[exp.Ordered(this=first.copy(), nulls_first=True)])
    following = exp.Window(this=exp.func("lead", first.copy()), partition_by=[source.copy(), target.copy()], order=order)
    return exp.func("coalesce", following, sql.day(_NEVER))


# ---- looking up ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Lookups:
    """The rates and ends of periods that the formulas over one relation look up, each with its join; at most one row fits."""

    schema: Schema
    joins: dict[ty.Rate | ty.EndOf, tuple[exp.Table, exp.Expr]] = field(default_factory=dict)

    def look_up(self, expr: ty.Rate | ty.EndOf, plain: Callable[[ty.Expr], exp.Expr]) -> Figure | exp.Expr:
        """The rate between two currencies on a day, negative where it is to be divided by; or the last day of a period."""
        match expr:
            case ty.Rate():
                source = plain(expr.source)
                alias = self._alias(expr, lambda name: self._rate(expr, name, source, plain(expr.on)))
                same = exp.EQ(this=sql.paren(source), expression=sql.text(expr.target))
                return sql.choose([(same, sql.constant(Fraction(1)))], self._worth(self.schema.rates[expr.rates], alias))
            case ty.EndOf():
                return sql.column("last", self._alias(expr, lambda name: self._end(expr, name, plain(expr.operand))))

    def _worth(self, rates: ExchangeRates, alias: str) -> Figure:
        """The column of a rate, with the decimals that the records give it: the fewer they are, the faster is what it is used for."""
        column = self.schema.kinds[rates.kind].column(rates.rate)
        assert column is not None
        figure = typed_column(column, alias, "rate")
        assert isinstance(figure, Figure)
        return figure

    def _alias(self, expr: ty.Rate | ty.EndOf, made: Callable[[str], tuple[exp.Table, exp.Expr]]) -> str:
        if expr not in self.joins:
            join = made(f"lookup_{len(self.joins) + 1}")
            if any(t.alias == join[0].alias for t, _ in self.joins.values()):
                join = made(f"lookup_{len(self.joins) + 1}")  # the day was looked up first
            self.joins[expr] = join
        return self.joins[expr][0].alias

    def _rate(self, expr: ty.Rate, alias: str, source: exp.Expr, day: exp.Expr) -> tuple[exp.Table, exp.Expr]:
        on = [
            exp.EQ(this=sql.column("source", alias), expression=sql.paren(source)),
            exp.EQ(this=sql.column("target", alias), expression=sql.text(expr.target)),
            exp.LTE(this=sql.column("first", alias), expression=sql.paren(day)),
            exp.GT(this=sql.column("until", alias), expression=sql.paren(day)),
        ]
        return table(rates_name(expr.rates), alias), sql.all_of(on)

    def _end(self, expr: ty.EndOf, alias: str, day: exp.Expr) -> tuple[exp.Table, exp.Expr]:
        first = exp.LTE(this=sql.column("first", alias), expression=sql.paren(day))
        last = exp.GTE(this=sql.column("last", alias), expression=sql.paren(day))
        return table(ends_name(expr.period), alias), sql.all_of([first, last])

    def reads(self) -> list[str]:
        """The steps that are looked up in."""
        return list(dict.fromkeys(found.name for found, _ in self.joins.values()))

    def join(self, query: exp.Select) -> exp.Select:
        """The query with the joins that the lookups so far need."""
        for found, on in self.joins.values():
            query = query.join(found.copy(), on=on.copy(), join_type="left", copy=False)
        return query
