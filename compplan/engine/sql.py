"""Exact arithmetic as SQL trees: every figure knows its decimals, and every rounding is written here.

`+`, `-` and sums are exact. A product or quotient has at most twelve decimals, half away from zero, which is what DuckDB's cast to a
smaller scale does. `decimal / decimal` would give a binary fraction there, so a quotient is worked out in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from sqlglot import exp

from compplan.immutable import immutable

MOST_DIGITS = 38
MOST_DECIMALS = 12
NARROW_DIGITS = 18


@immutable
class Figure:
    """A SQL expression for a number, with the digits and decimals of its DECIMAL type."""

    node: exp.Expr
    digits: int
    decimals: int

    def named(self, name: str) -> exp.Expr:
        """The expression under a column's name."""
        return alias(self.node, name)


@dataclass(slots=True)
class Sizes:
    """How many nodes expressions have when written out, those that share parts counted each time; every node is visited once."""

    known: dict[int, tuple[exp.Expr, int]] = field(default_factory=dict)

    def of(self, node: exp.Expr) -> int:
        """The size of an expression."""
        found = self.known.get(id(node))
        if found is None:
            found = (node, 1 + sum(self.of(child) for child in node.iter_expressions()))
            self.known[id(node)] = found
        return found[1]


def column(name: str, table: str | None = None) -> exp.Column:
    """A column, quoted."""
    return exp.column(name, table=table, quoted=True)


def text(value: str) -> exp.Expr:
    """A text literal."""
    return exp.Literal.string(value)


def whole(value: int) -> exp.Expr:
    """A whole number."""
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def day(value: date) -> exp.Expr:
    """A date."""
    return cast(exp.Literal.string(value.isoformat()), "DATE")


@cache
def decimal_type(digits: int, decimals: int) -> exp.DataType:
    """DECIMAL(digits, decimals)."""
    return exp.DataType.build(f"DECIMAL({digits}, {decimals})", dialect="duckdb")


HUGE = exp.DataType.build("HUGEINT", dialect="duckdb")


def constant(value: Fraction) -> Figure:
    """A number written out; raises ValueError where it has no finite decimals."""
    exact = decimal_of(value)
    decimals = max(0, -int(exact.as_tuple().exponent))
    digits = max(len(exact.as_tuple().digits), decimals + 1)
    node = cast(exp.Literal.string(f"{exact:f}"), decimal_type(digits, decimals))
    return Figure(node, digits, decimals)


def decimal_of(value: Fraction) -> Decimal:
    """A fraction as the decimal that it is; raises ValueError where its decimals never end."""
    numerator, decimals = value.numerator, 0
    while numerator % value.denominator:
        numerator *= 10
        decimals += 1
        if decimals > MOST_DIGITS:
            raise ValueError(f"{value} has no finite decimals")
    return Decimal(numerator // value.denominator).scaleb(-decimals)


def cast(node: exp.Expr, to: exp.DataType | str) -> exp.Expr:
    """The expression as another type."""
    return exp.Cast(this=node, to=_named_type(to) if isinstance(to, str) else to)


@cache
def _named_type(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect="duckdb")


def alias(node: exp.Expr, name: str) -> exp.Expr:
    """The expression under a column's name."""
    return exp.Alias(this=node, alias=exp.to_identifier(name, quoted=True))


def paren(node: exp.Expr) -> exp.Expr:
    """The expression in brackets."""
    return exp.Paren(this=node)


def add(left: Figure, right: Figure, operator: str = "+") -> Figure:
    """Sum or difference, exact."""
    decimals = max(left.decimals, right.decimals)
    digits = min(MOST_DIGITS, max(left.digits - left.decimals, right.digits - right.decimals) + decimals + 1)
    kind = exp.Add if operator == "+" else exp.Sub
    return Figure(paren(kind(this=paren(left.node), expression=paren(right.node))), digits, decimals)


def negate(value: Figure) -> Figure:
    """The number with the other sign."""
    return Figure(exp.Neg(this=paren(value.node)), value.digits, value.decimals)


def multiply(left: Figure, right: Figure, *, narrow: bool = False) -> Figure:
    """Product, to twelve decimals; `narrow` as for an exact product."""
    return to_twelve(multiply_exactly(left, right, narrow=narrow))


def multiply_exactly(left: Figure, right: Figure, *, narrow: bool = False) -> Figure:
    """Product with all its decimals.

    DuckDB gives the product of two decimals of up to eighteen digits eighteen digits, and an error where they do not suffice. That is
    fast, and meant where `narrow`; else one of the two is made wide before.
    """
    digits = left.digits + right.digits
    if left.digits <= NARROW_DIGITS and right.digits <= NARROW_DIGITS and digits > NARROW_DIGITS:
        if narrow and left.decimals + right.decimals <= NARROW_DIGITS - 8:
            digits = NARROW_DIGITS
        else:
            left = widened(left)
    node = paren(exp.Mul(this=paren(left.node), expression=paren(right.node)))
    return Figure(node, min(MOST_DIGITS, digits), left.decimals + right.decimals)


def widened(value: Figure) -> Figure:
    """The same number in as many digits as there are."""
    return Figure(cast(value.node, decimal_type(MOST_DIGITS, value.decimals)), MOST_DIGITS, value.decimals)


def to_twelve(value: Figure) -> Figure:
    """The number to at most twelve decimals."""
    return value if value.decimals <= MOST_DECIMALS else rounded(value, MOST_DECIMALS)


def rounded(value: Figure, decimals: int) -> Figure:
    """The number to so many decimals, half away from zero."""
    needed = value.digits - value.decimals + decimals + 1
    digits = NARROW_DIGITS if value.digits <= NARROW_DIGITS and needed <= NARROW_DIGITS else MOST_DIGITS
    return Figure(cast(value.node, decimal_type(digits, decimals)), digits, decimals)


def narrow(value: Figure) -> Figure:
    """The same number in eighteen digits, where the database counts in 64 bits; one that does not fit is an error there.

    What has so many decimals that fewer than eight digits would be left before the point stays as it is.
    """
    if value.digits <= NARROW_DIGITS or value.decimals > NARROW_DIGITS - 8:
        return value
    return Figure(cast(value.node, decimal_type(NARROW_DIGITS, value.decimals)), NARROW_DIGITS, value.decimals)


def rounded_to_even(value: Figure, decimals: int) -> Figure:
    """The number to so many decimals, half to even."""
    if value.decimals <= decimals:
        return rounded(value, decimals)
    unit = 10 ** (value.decimals - decimals)
    units = in_units(value)
    quotient = paren(exp.IntDiv(this=units, expression=whole(unit)))
    rest = paren(exp.Sub(this=in_units(value), expression=paren(exp.Mul(this=quotient, expression=whole(unit)))))
    twice = exp.Mul(this=whole(2), expression=exp.func("abs", rest))
    odd = exp.NEQ(this=paren(exp.Mod(this=quotient, expression=whole(2))), expression=whole(0))
    up = exp.Or(
        this=exp.GT(this=twice, expression=whole(unit)),
        expression=paren(exp.And(this=exp.EQ(this=twice, expression=whole(unit)), expression=odd)),
    )
    away = exp.Case().when(up, cast(exp.func("sign", in_units(value)), HUGE), copy=False).else_(cast(whole(0), HUGE), copy=False)
    return from_units(exp.Add(this=quotient, expression=paren(away)), decimals)


def divide(left: Figure, right: Figure) -> Figure:
    """Quotient to twelve decimals, half away from zero; empty where the divisor is zero.

    In whole numbers: (2n + sign(n) d) // 2d for a positive d, where `//` cuts towards zero.
    """
    return divide_exactly(to_twelve(left), to_twelve(right))


def divide_exactly(left: Figure, right: Figure) -> Figure:
    """Quotient to twelve decimals of figures that may have more than twelve themselves."""
    shift = MOST_DECIMALS + right.decimals - left.decimals
    if shift < 0:
        right, shift = Figure(cast(right.node, decimal_type(MOST_DIGITS, right.decimals - shift)), MOST_DIGITS, right.decimals - shift), 0
    sign = cast(exp.func("sign", right.node), HUGE)
    numerator = exp.Mul(this=exp.Mul(this=in_units(left), expression=_power(shift)), expression=sign)
    denominator = exp.func("abs", in_units(right))
    doubled = exp.Mul(this=whole(2), expression=paren(numerator))
    half = exp.Mul(this=cast(exp.func("sign", paren(numerator)), HUGE), expression=denominator)
    quotient = exp.IntDiv(
        this=paren(exp.Add(this=doubled, expression=half)),
        expression=paren(exp.Mul(this=whole(2), expression=denominator)),
    )
    guarded = exp.Case().when(exp.NEQ(this=paren(right.node), expression=whole(0)), quotient, copy=False)
    return from_units(paren(guarded), MOST_DECIMALS)


def equal_part(value: Figure, parts: exp.Expr, number: exp.Expr) -> Figure:
    """One of so many equal parts of twelve decimals; what does not divide is a last digit each for the first, counted from 1."""
    units = paren(exp.Mul(this=in_units(value), expression=_power(MOST_DECIMALS - value.decimals)))
    parts, number = paren(cast(parts, HUGE)), paren(cast(number, HUGE))
    left_over = exp.Mod(this=units.copy(), expression=parts.copy())
    more = exp.Case().when(exp.LTE(this=number, expression=paren(left_over)), cast(whole(1), HUGE), copy=False)
    part = exp.Add(this=paren(exp.IntDiv(this=units, expression=parts)), expression=paren(more.else_(cast(whole(0), HUGE), copy=False)))
    return from_units(part, MOST_DECIMALS)


def _power(exponent: int) -> exp.Expr:
    return cast(exp.Literal.string(str(10**exponent)), HUGE)


def to_unit(value: Figure, unit: Fraction, half_even: bool = False) -> Figure:
    """The number to a multiple of a power of ten."""
    if unit <= 1:
        decimals = len(str(unit.denominator)) - 1
        return rounded_to_even(value, decimals) if half_even else rounded(value, decimals)
    shifted = multiply_exactly(value, constant(1 / unit))
    return multiply_exactly(rounded(shifted, 0), constant(unit))


def cut(value: Figure, unit: Fraction, *, up: bool) -> Figure:
    """The number to a multiple of a power of ten: towards zero or, with `up`, away from it."""
    decimals = len(str(unit.denominator)) - 1
    size = 10 ** (value.decimals - decimals) if unit <= 1 and value.decimals > decimals else int(unit * 10**value.decimals)
    if unit <= 1 and value.decimals <= decimals:
        return value
    divisor = cast(exp.Literal.string(str(size)), HUGE)
    number = paren(exp.IntDiv(this=in_units(value), expression=divisor))
    if up:
        rest = exp.NEQ(this=paren(exp.Mod(this=in_units(value), expression=divisor.copy())), expression=whole(0))
        away = exp.Case().when(rest, cast(exp.func("sign", in_units(value)), HUGE), copy=False).else_(cast(whole(0), HUGE), copy=False)
        number = paren(exp.Add(this=number, expression=paren(away)))
    if unit <= 1:
        return from_units(number, decimals)
    return from_units(exp.Mul(this=number, expression=cast(exp.Literal.string(str(int(unit))), HUGE)), 0)


def whole_months(first: exp.Expr, last: exp.Expr) -> Figure:
    """How many months can be added to a day without passing another; a month's missing day is its last."""

    def number(day: exp.Expr) -> exp.Expr:
        return exp.Add(this=exp.Mul(this=exp.func("year", day.copy()), expression=whole(12)), expression=exp.func("month", day.copy()))

    is_last = exp.EQ(this=exp.func("last_day", last.copy()), expression=last.copy())
    reached = exp.Or(this=exp.LTE(this=exp.func("day", first.copy()), expression=exp.func("day", last.copy())), expression=is_last)
    short = exp.Case().when(reached, whole(0), copy=False).else_(whole(1), copy=False)
    months = exp.Sub(this=exp.Sub(this=paren(number(last)), expression=paren(number(first))), expression=paren(short))
    empty = exp.Or(this=is_null(first.copy()), expression=is_null(last.copy()))
    known = exp.Case().when(empty, exp.null(), copy=False).else_(paren(months), copy=False)
    return Figure(cast(known, decimal_type(18, 0)), 18, 0)


def in_units(value: Figure) -> exp.Expr:
    """The number counted in its last decimal, as a whole number."""
    scaled = exp.Mul(this=paren(widened(value).node), expression=cast(whole(10**value.decimals), decimal_type(value.decimals + 1, 0)))
    return paren(cast(scaled if value.decimals else value.node, HUGE))


def from_units(node: exp.Expr, decimals: int) -> Figure:
    """A whole number, counted in the last of so many decimals, as the number that it is."""
    as_decimal = cast(paren(node), decimal_type(MOST_DIGITS, 0))
    if decimals == 0:
        return Figure(as_decimal, MOST_DIGITS, 0)
    unit = cast(exp.Literal.string(f"{Decimal(1).scaleb(-decimals):f}"), decimal_type(decimals + 1, decimals))
    return Figure(paren(exp.Mul(this=as_decimal, expression=unit)), MOST_DIGITS, decimals)


def aligned(values: Sequence[Figure], most: int = MOST_DIGITS) -> tuple[list[Figure], int, int]:
    """Numbers brought to one DECIMAL type of at most so many digits, with its digits and decimals, so that one may stand for another."""
    decimals = max(v.decimals for v in values)
    digits = min(most, max(v.digits - v.decimals for v in values) + decimals)
    same = [
        v if (v.digits, v.decimals) == (digits, decimals) else Figure(cast(v.node, decimal_type(digits, decimals)), digits, decimals)
        for v in values
    ]
    return same, digits, decimals


def least(values: Sequence[Figure]) -> Figure:
    """The smallest; empty where one of them is."""
    return _of_all(exp.Least, values)


def greatest(values: Sequence[Figure]) -> Figure:
    """The largest; empty where one of them is."""
    return _of_all(exp.Greatest, values)


def _of_all(kind: type[exp.Expr], values: Sequence[Figure]) -> Figure:
    """`least` and `greatest` of DuckDB pass over what is empty; a formula must not."""
    same, digits, decimals = aligned(values)
    node = kind(this=same[0].node, expressions=[v.node for v in same[1:]], ignore_nulls=True)
    maybe_empty = [v.node for v in same if not _is_constant(v.node)]
    if len(maybe_empty) > 1 or (maybe_empty and len(same) > len(maybe_empty)):
        node = (
            exp.Case()
            .when(any_of([is_null(n) for n in maybe_empty]), cast(exp.null(), decimal_type(digits, decimals)), copy=False)
            .else_(node, copy=False)
        )
    return Figure(node, digits, decimals)


def _is_constant(node: exp.Expr) -> bool:
    return not any(True for _ in node.find_all(exp.Column))


def choose(cases: Sequence[tuple[exp.Expr, Figure]], otherwise: Figure | None, most: int = MOST_DIGITS) -> Figure:
    """The figure of the first condition that holds, in at most so many digits."""
    figures = [f for _, f in cases] + ([otherwise] if otherwise is not None else [])
    same, digits, decimals = aligned(figures, most)
    case = exp.Case()
    for (condition, _), figure in zip(cases, same, strict=False):
        case = case.when(condition, figure.node, copy=False)
    if otherwise is not None:
        case = case.else_(same[-1].node, copy=False)
    return Figure(case, digits, decimals)


def is_null(node: exp.Expr) -> exp.Expr:
    """Whether it is empty."""
    return exp.Is(this=paren(node), expression=exp.null())


def not_null(node: exp.Expr) -> exp.Expr:
    """Whether it is not empty."""
    return exp.Not(this=is_null(node))


def all_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """Whether every one holds; yes where there is none."""
    if not conditions:
        return exp.true()
    return _joined(exp.And, conditions)


def any_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """Whether one of them holds; no where there is none."""
    if not conditions:
        return exp.false()
    return _joined(exp.Or, conditions)


def _joined(kind: type[exp.Connector], conditions: Sequence[exp.Expr]) -> exp.Expr:
    made = paren(conditions[0])
    for condition in conditions[1:]:
        made = kind(this=made, expression=paren(condition))
    return paren(made)


def quotient_down(node: exp.Expr, by: int) -> exp.Expr:
    """A month's number as the number of the longer period: whole division of numbers that are never negative."""
    return node if by == 1 else paren(exp.IntDiv(this=paren(node), expression=whole(by)))
