"""Typed formula to SQL tree. What a name stands for (which column of which table) is asked of the caller; the rest is the same everywhere.

A formula is either a `Figure` (money, a ratio or a number) or a plain expression (a date, text, yes or no). Conditions are never empty:
a comparison with something empty is no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date
from fractions import Fraction

from sqlglot import exp

from compplan.calendar import Calendar
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine import sql
from compplan.engine.emit_exchange import emit_convert
from compplan.engine.emit_tiers import emit_tiers
from compplan.engine.sql import Figure
from compplan.immutable import immutable
from compplan.language import typed as ty

Emitted = Figure | exp.Expr
Leaf = (
    ty.RecordField
    | ty.ChildField
    | ty.PayeeField
    | ty.Rate
    | ty.EndOf
    | ty.CreditField
    | ty.MeasureAt
    | ty.QuotaAt
    | ty.RecordSum
    | ty.SumToDate
    | ty.EarnedAt
    | ty.Averaged
    | ty.LeaveShare
    | ty.AverageBefore
    | ty.Prorated
    | ty.Place
    | ty.PaidBefore
    | ty.Part
    | ty.Moment
)

_COMPARATORS: Mapping[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
MOST_NODES = 30_000
_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@immutable
class Emitter:
    """Turns formulas into SQL; `leaf` gives the column that a name stands for.

    `narrow` keeps figures within 64 bits: several times faster, and an error where one does not fit.
    """

    leaf: Callable[[Leaf], Emitted]
    tables: Mapping[str, ty.Table]
    calendar: Calendar
    narrow: bool = False
    sizes: sql.Sizes = field(default_factory=sql.Sizes, compare=False)

    def figure(self, expr: ty.Expr) -> Figure:
        """A formula that is a number."""
        emitted = self.emit(expr)
        assert isinstance(emitted, Figure), f"{type(expr).__name__} is no figure"
        return self.fitted(emitted)

    def fitted(self, figure: Figure) -> Figure:
        """The figure within 64 bits where that is wanted."""
        return sql.narrow(figure) if self.narrow else figure

    def plain(self, expr: ty.Expr) -> exp.Expr:
        """Any formula as a bare expression."""
        emitted = self.emit(expr)
        return emitted.node if isinstance(emitted, Figure) else emitted

    def condition(self, expr: ty.Expr) -> exp.Expr:
        """A formula that is yes or no, never empty."""
        match expr:
            case ty.Const(value=bool() as value):
                return exp.true() if value else exp.false()
            case ty.Cmp():
                return self._compare(expr)
            case ty.In():
                choices = [self._constant_text_or_figure(c) for c in expr.choices]
                return _no_if_empty(exp.In(this=sql.paren(self.plain(expr.operand)), expressions=choices))
            case ty.Within():
                return self._within(expr)
            case ty.Empty():
                return sql.is_null(self.plain(expr.operand))
            case ty.NotE():
                return exp.Not(this=sql.paren(self.condition(expr.operand)))
            case ty.AndOr():
                kind = exp.And if expr.operator == "and" else exp.Or
                return sql.paren(kind(this=sql.paren(self.condition(expr.left)), expression=sql.paren(self.condition(expr.right))))
            case ty.Named():
                return self.condition(expr.value)
            case _:
                return _no_if_empty(self.plain(expr))

    def filters(self, expr: ty.Expr) -> list[exp.Expr]:
        """A condition for WHERE, where empty counts as no by itself; its parts apart, so that each can be pushed down."""
        match expr:
            case ty.Named():
                return self.filters(expr.value)
            case ty.AndOr(operator="and"):
                return [*self.filters(expr.left), *self.filters(expr.right)]
            case _:
                condition = self.condition(expr)
                return [condition.this if isinstance(condition, exp.Coalesce) else condition]

    def emit(self, expr: ty.Expr) -> Emitted:
        """Any formula. Raises Problems where its SQL would grow beyond all bounds: a figure is written out wherever it is used."""
        emitted = self._emitted(expr)
        if self.sizes.of(emitted.node if isinstance(emitted, Figure) else emitted) > MOST_NODES:
            message = "The formula uses parts of parts so often that it cannot be worked out in one go."
            hint = "Divide it: an amount of the credit, a measure or a component of its own is worked out by itself."
            raise Problems([Diagnostic("too-large", "A formula is too large", message, expr.span, hint)])
        return emitted

    def _emitted(self, expr: ty.Expr) -> Emitted:  # noqa: C901, PLR0912 - one line for each kind of formula
        """Any formula."""
        match expr:
            case ty.Const():
                return self._constant(expr)
            case (
                ty.RecordField() | ty.ChildField() | ty.PayeeField() | ty.CreditField() | ty.Part() | ty.Place() | ty.Moment()
                | ty.Rate() | ty.EndOf()
                | ty.MeasureAt() | ty.QuotaAt() | ty.RecordSum() | ty.EarnedAt() | ty.PaidBefore() | ty.Averaged()
                | ty.LeaveShare() | ty.AverageBefore() | ty.Prorated() | ty.SumToDate()
            ):  # fmt: skip
                return self.leaf(expr)
            case ty.Arith():
                return self._arithmetic(expr)
            case ty.Div():
                return self._division(expr)
            case ty.Neg():
                return sql.negate(self.figure(expr.operand))
            case ty.Scale():
                return self._scale(expr)
            case ty.Convert():
                return emit_convert(self, expr)
            case ty.Func():
                return self._function(expr)
            case ty.Shift():
                return self._shift(expr)
            case ty.Attainment():
                return self._attainment(expr)
            case ty.Lookup():
                return self._lookup(expr)
            case ty.ParameterAt() | ty.Tenure():
                return self._parameter(expr) if isinstance(expr, ty.ParameterAt) else self._tenure(expr)
            case ty.Slices() | ty.Step() | ty.Curve():
                return emit_tiers(self, expr)
            case ty.Named():
                return self.emit(expr.value)
            case _:
                return self.condition(expr)

    def reaches(self, operand: ty.Expr, bound: Figure, comparator: str = ">=") -> exp.Expr:
        """Whether a figure stands in that relation to a bound; an attainment is compared without dividing."""
        inner = operand
        while isinstance(inner, ty.Named):
            inner = inner.value
        kind = _COMPARATORS[comparator]
        if isinstance(inner, ty.Attainment):
            measure, quota = self.figure(inner.measure), self.figure(inner.quota)
            goal = sql.multiply_exactly(bound, quota)
            positive = exp.GT(this=sql.paren(quota.node), expression=sql.whole(0))
            relation = kind(this=sql.paren(measure.node), expression=sql.paren(goal.node))
            return sql.all_of([positive, relation])
        return kind(this=sql.paren(self.figure(operand).node), expression=sql.paren(bound.node))

    def _constant(self, expr: ty.Const) -> Emitted:
        match expr.value:
            case bool():
                return exp.true() if expr.value else exp.false()
            case Fraction():
                return sql.constant(expr.value)
            case int():
                return sql.constant(Fraction(expr.value))
            case date():
                return sql.day(expr.value)
            case str():
                return sql.text(expr.value)

    def _constant_text_or_figure(self, expr: ty.Const) -> exp.Expr:
        return self.plain(expr)

    def _arithmetic(self, expr: ty.Arith) -> Emitted:
        if expr.left.unit.kind.value == "date":
            days = exp.DateDiff(this=sql.paren(self.plain(expr.left)), expression=sql.paren(self.plain(expr.right)), unit=exp.var("DAY"))
            return Figure(sql.cast(days, sql.decimal_type(18, 0)), 18, 0)
        left, right = self.figure(expr.left), self.figure(expr.right)
        return sql.multiply(left, right, narrow=self.narrow) if expr.operator == "*" else sql.add(left, right, expr.operator)

    def _division(self, expr: ty.Div) -> Figure:
        left, right = self.figure(expr.left), self.figure(expr.right)
        quotient = sql.divide(left, right)
        if expr.otherwise is None:
            return quotient
        is_zero = exp.EQ(this=sql.paren(right.node), expression=sql.whole(0))
        return sql.choose([(is_zero, self.figure(expr.otherwise))], quotient)

    def _scale(self, expr: ty.Scale) -> Figure:
        operand = self.figure(expr.operand)
        if expr.divide == 1:
            return sql.multiply(operand, sql.constant(Fraction(expr.multiply)), narrow=self.narrow)
        share = Fraction(expr.multiply, expr.divide)
        if share.denominator in (1, 2, 4):
            return sql.multiply(operand, sql.constant(share), narrow=self.narrow)
        return sql.divide(operand, sql.constant(Fraction(expr.divide)))

    def _function(self, expr: ty.Func) -> Emitted:
        if expr.name == "if":
            condition, then, otherwise = expr.arguments
            if expr.unit.is_quantity:
                return sql.choose([(self.condition(condition), self.figure(then))], self.figure(otherwise))
            return exp.Case().when(self.condition(condition), self.plain(then), copy=False).else_(self.plain(otherwise), copy=False)
        if expr.name == "months":
            return sql.whole_months(*(self.plain(a) for a in expr.arguments))
        figures = [self.figure(a) for a in expr.arguments]
        match expr.name:
            case "min":
                return sql.least(figures)
            case "max":
                return sql.greatest(figures)
            case "abs":
                return Figure(exp.func("abs", figures[0].node), figures[0].digits, figures[0].decimals)
            case _:
                unit = expr.arguments[1]
                assert isinstance(unit, ty.Const)
                assert isinstance(unit.value, Fraction)
                if expr.name != "round":
                    return sql.cut(figures[0], unit.value, up=expr.name == "round_up")
                return sql.to_unit(figures[0], unit.value)

    def _shift(self, expr: ty.Shift) -> exp.Expr:
        count, unit = (expr.days, "DAY") if expr.days else (expr.months, "MONTH")
        moved = exp.Add(
            this=sql.paren(self.plain(expr.operand)),
            expression=exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(unit)),
        )
        return sql.cast(sql.paren(moved), "DATE")

    def _attainment(self, expr: ty.Attainment) -> Figure:
        quota = self.figure(expr.quota)
        ratio = sql.divide(self.figure(expr.measure), quota)
        positive = exp.GT(this=sql.paren(quota.node), expression=sql.whole(0))
        return Figure(exp.Case().when(positive, ratio.node, copy=False), ratio.digits, ratio.decimals)

    def _compare(self, expr: ty.Cmp) -> exp.Expr:
        left, right = _unnamed(expr.left), _unnamed(expr.right)
        if isinstance(left, ty.Attainment) != isinstance(right, ty.Attainment):
            if isinstance(left, ty.Attainment):
                return _no_if_empty(self.reaches(left, self.figure(right), expr.comparator))
            return _no_if_empty(self.reaches(right, self.figure(left), _MIRRORED[expr.comparator]))
        kind = _COMPARATORS[expr.comparator]
        return _no_if_empty(kind(this=sql.paren(self._comparable(left)), expression=sql.paren(self._comparable(right))))

    def _comparable(self, expr: ty.Expr) -> exp.Expr:
        return self.condition(expr) if expr.unit.kind.value == "yes or no" else self.plain(expr)

    def _within(self, expr: ty.Within) -> exp.Expr:
        operand = self.plain(expr.operand)
        start = exp.GTE(this=sql.paren(operand), expression=sql.day(self.calendar.start(expr.period)))
        end = exp.LT(this=sql.paren(operand), expression=sql.day(self.calendar.end(expr.period)))
        return _no_if_empty(sql.all_of([start, end]))

    def _lookup(self, expr: ty.Lookup) -> Emitted:
        table = self.tables[expr.table]
        arguments = [self.emit(a) for a in expr.arguments]
        cases = [
            (sql.all_of([c for k, a in zip(row.keys, arguments, strict=True) for c in self._key(k, a)]), row.value) for row in table.rows
        ]
        if table.unit.is_quantity:
            return sql.choose([(c, self.figure(v)) for c, v in cases], None)
        case = exp.Case()
        for condition, value in cases:
            case = case.when(condition, self.plain(value), copy=False)
        return case

    def _tenure(self, expr: ty.Tenure) -> Figure:
        """Calendar months from one day to another, whatever the days within their months."""

        def month(day: ty.Expr) -> exp.Expr:
            node = sql.paren(self.plain(day))
            years = exp.Mul(this=exp.func("year", node), expression=sql.whole(12))
            return sql.paren(exp.Add(this=years, expression=exp.func("month", node.copy())))

        passed = exp.Sub(this=month(expr.day), expression=month(expr.begins))
        return Figure(sql.cast(sql.paren(exp.Add(this=passed, expression=sql.whole(expr.first))), sql.decimal_type(18, 0)), 18, 0)

    def _parameter(self, expr: ty.ParameterAt) -> Figure:
        """The value of the latest day that is not after the day at hand; empty before the first."""
        if expr.day is None:
            return self.figure(expr.values[0].value)
        day, values = sql.paren(self.plain(expr.day)), list(reversed(expr.values))
        always = self.figure(values.pop().value) if values[-1].first is None else None
        begun = [exp.GTE(this=day.copy(), expression=self._begins(expr.day, since)) for since in values]
        return sql.choose([(b, self.figure(since.value)) for b, since in zip(begun, values, strict=True)], always)

    def _begins(self, day: ty.Expr, since: ty.Since) -> exp.Expr:
        assert since.first is not None
        if isinstance(day, ty.Moment) and day.period is not None:
            return sql.whole(self.calendar.period_of(since.first, day.period).number)
        return sql.day(since.first)

    def _key(self, key: ty.KeyCell, argument: Emitted) -> list[exp.Expr]:
        node = sql.paren(argument.node if isinstance(argument, Figure) else argument)
        if key.any:
            return []
        if key.value is not None:
            return [exp.EQ(this=node, expression=self._value(key.value))]
        low = [] if key.low is None else [exp.GTE(this=node, expression=self._value(key.low))]
        high = [] if key.high is None else [exp.LT(this=node, expression=self._value(key.high))]
        return [*low, *high] or [sql.not_null(node)]

    def _value(self, value: ty.Value) -> exp.Expr:
        match value:
            case bool():
                return exp.true() if value else exp.false()
            case Fraction():
                return sql.constant(value).node
            case date():
                return sql.day(value)
            case str():
                return sql.text(value)


def _unnamed(expr: ty.Expr) -> ty.Expr:
    while isinstance(expr, ty.Named):
        expr = expr.value
    return expr


def _no_if_empty(condition: exp.Expr) -> exp.Expr:
    return exp.func("coalesce", condition, exp.false())
