"""What a formula comes to, one case after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from compplan.language import typed as ty
from compplan.language.typed import Value
from compplan.schema import PEOPLE
from tests.oracle import exchange, tiers
from tests.oracle.values import CreditRow, Row, half_away, moved, number, round12
from tests.oracle.world import World

Over = Callable[[str, ty.Window], "Fraction | None"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a formula can see where it stands; dated rows are those of `dated`, beside the record those of `record_day`."""

    world: World
    tables: Mapping[str, ty.Table]
    kind: str = ""
    record: Row | None = None
    child: Row | None = None
    payee: str | None = None
    credit: CreditRow | None = None
    measure: Callable[[str, ty.Window, ty.RecordField | None], Fraction | None] | None = None
    quota: Over | None = None
    record_sum: Callable[[ty.RecordSum], Fraction | None] | None = None
    earned: Callable[[ty.EarnedAt], Fraction] | None = None
    average: Callable[[ty.Averaged], Fraction | None] | None = None
    leave_share: Callable[[ty.LeaveShare], Fraction] | None = None
    average_before: Callable[[ty.AverageBefore], Fraction | None] | None = None
    prorated: Callable[[ty.Prorated, Fraction | None], Fraction | None] | None = None
    place: Fraction | None = None
    paid: Fraction | None = None
    parts: tuple[Fraction | None, ...] = ()
    day: date | None = None
    record_day: date | None = None
    dated: date | None = None


def is_yes(expr: ty.Expr, scope: Scope) -> bool:
    """Whether a condition is yes; an empty one is not."""
    return value_of(expr, scope) is True


def figure_of(expr: ty.Expr, scope: Scope) -> Fraction | None:
    """The figure that a formula comes to."""
    return number(value_of(expr, scope))


def value_of(expr: ty.Expr, scope: Scope) -> Value | None:
    """The value of a formula, None where it is empty."""
    match expr:
        case ty.Const():
            return expr.value
        case ty.RecordField():
            return scope.world.follow(scope.kind, scope.record, expr.path, scope.record_day)
        case ty.ChildField():
            return scope.world.follow(expr.kind, scope.child, expr.path, scope.dated)
        case ty.PayeeField():
            assert scope.payee is not None
            person = scope.world.person(scope.payee, scope.dated)
            return scope.world.follow(PEOPLE, person, expr.path, scope.dated) if expr.path else scope.payee
        case ty.CreditField():
            assert scope.credit is not None
            return scope.credit.field(expr.name)
        case ty.Named():
            return value_of(expr.value, scope)
        case ty.Moment():
            return scope.day
        case ty.Tenure():
            begins, day = value_of(expr.begins, scope), value_of(expr.day, scope)
            if not isinstance(begins, date) or not isinstance(day, date):
                return None
            return Fraction((day.year - begins.year) * 12 + day.month - begins.month + expr.first)
        case ty.ParameterAt():
            return parameter(expr, scope)
        case ty.Place():
            return scope.place
        case ty.Averaged():
            assert scope.average is not None
            return scope.average(expr)
        case ty.LeaveShare():
            assert scope.leave_share is not None
            return scope.leave_share(expr)
        case ty.AverageBefore():
            assert scope.average_before is not None
            return scope.average_before(expr)
        case ty.Prorated():
            assert scope.prorated is not None
            return scope.prorated(expr, scope.paid)
        case ty.PaidBefore():
            return scope.paid
        case ty.SumToDate():
            return sum_to_date(expr, scope)
        case ty.Part():
            return scope.parts[expr.index]
        case ty.Cmp() | ty.In() | ty.Within() | ty.Empty() | ty.NotE() | ty.AndOr():
            return condition(expr, scope)
        case ty.MeasureAt() | ty.QuotaAt() | ty.Attainment() | ty.RecordSum() | ty.EarnedAt():
            return over_time(expr, scope)
        case ty.Lookup() | ty.Slices() | ty.Step() | ty.Curve():
            return looked_up(expr, scope)
        case ty.Rate() | ty.Convert() | ty.EndOf():
            return exchanged(expr, scope)
        case _:
            return arithmetic(expr, scope)


def sum_to_date(expr: ty.SumToDate, scope: Scope) -> Fraction:
    """What the rows that refer to the record come to, of those that are dated up to a day."""
    until = value_of(expr.day, scope)
    assert scope.record is not None
    total = Fraction(0)
    for row in scope.world.referring(expr.kind, expr.reference, scope.world.key(scope.kind, scope.record)[0]).values():
        inside = replace(scope, child=row)
        day = value_of(expr.dated, inside)
        if isinstance(day, date) and isinstance(until, date) and day <= until and (expr.where is None or is_yes(expr.where, inside)):
            total += figure_of(expr.value, inside) or Fraction(0)
    return total


def parameter(expr: ty.ParameterAt, scope: Scope) -> Value | None:
    """The value that holds on the day at hand, the last day of the period at hand; none before the first that is said."""
    if expr.day is None:
        return expr.values[0].value.value
    day = value_of(expr.day, scope)
    held = [s.value.value for s in expr.values if s.first is None or (isinstance(day, date) and s.first <= day)]
    return held[-1] if held else None


def arithmetic(expr: ty.Arith | ty.Div | ty.Neg | ty.Scale | ty.Func | ty.Shift, scope: Scope) -> Value | None:
    """Arithmetic, empty where an operand is; what `*` and `/` give has twelve decimals."""
    match expr:
        case ty.Arith():
            return _arith(expr, scope)
        case ty.Div():
            above, below = figure_of(expr.left, scope), figure_of(expr.right, scope)
            if below == 0:
                assert expr.otherwise is not None
                return value_of(expr.otherwise, scope)
            return None if above is None or below is None else round12(above / below)
        case ty.Neg():
            operand = figure_of(expr.operand, scope)
            return None if operand is None else -operand
        case ty.Scale():
            operand = figure_of(expr.operand, scope)
            return None if operand is None else round12(operand * expr.multiply / expr.divide)
        case ty.Func():
            return _function(expr, scope)
        case ty.Shift():
            day = value_of(expr.operand, scope)
            assert day is None or isinstance(day, date)
            return None if day is None else moved(day, expr.days, expr.months)


def _arith(expr: ty.Arith, scope: Scope) -> Fraction | None:
    left, right = value_of(expr.left, scope), value_of(expr.right, scope)
    if isinstance(left, date) and isinstance(right, date):
        return Fraction((left - right).days)
    a, b = number(left) if not isinstance(left, date) else None, number(right) if not isinstance(right, date) else None
    if a is None or b is None:
        return None
    match expr.operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case _:
            return round12(a * b)


def _function(expr: ty.Func, scope: Scope) -> Value | None:
    if expr.name == "if":
        condition_, then, otherwise = expr.arguments
        return value_of(then if is_yes(condition_, scope) else otherwise, scope)
    if expr.name == "months":
        return _whole_months(*(value_of(a, scope) for a in expr.arguments))
    found = [figure_of(a, scope) for a in expr.arguments]
    figures = [f for f in found if f is not None]
    if len(figures) < len(found):
        return None
    match expr.name:
        case "min":
            return min(figures)
        case "max":
            return max(figures)
        case "abs":
            return abs(figures[0])
        case "round_down" | "round_up":
            whole, rest = divmod(abs(figures[0]), figures[1])
            steps = whole + (1 if rest and expr.name == "round_up" else 0)
            return steps * figures[1] if figures[0] >= 0 else -steps * figures[1]
        case _:
            return half_away(figures[0], figures[1])


def _whole_months(first: Value | None, last: Value | None) -> Fraction | None:
    """The most months that can be added to a day without passing another."""
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    months = (last.year - first.year) * 12 + last.month - first.month
    return Fraction(months if moved(first, 0, months) <= last else months - 1)


def condition(expr: ty.Cmp | ty.In | ty.Within | ty.Empty | ty.NotE | ty.AndOr, scope: Scope) -> bool:
    """Yes or no, and nothing else: whatever is compared with an empty value is no."""
    match expr:
        case ty.Cmp():
            return _compared(expr, scope)
        case ty.In():
            operand = value_of(expr.operand, scope)
            return operand is not None and any(operand == value_of(choice, scope) for choice in expr.choices)
        case ty.Within():
            day = value_of(expr.operand, scope)
            return isinstance(day, date) and scope.world.calendar.start(expr.period) <= day < scope.world.calendar.end(expr.period)
        case ty.Empty():
            return value_of(expr.operand, scope) is None
        case ty.NotE():
            return not is_yes(expr.operand, scope)
        case ty.AndOr(operator="and"):
            return is_yes(expr.left, scope) and is_yes(expr.right, scope)
        case ty.AndOr():
            return is_yes(expr.left, scope) or is_yes(expr.right, scope)


def exchanged(expr: ty.Rate | ty.Convert | ty.EndOf, scope: Scope) -> Value | None:
    """A rate, an amount in another currency, or the last day of a period."""
    match expr:
        case ty.Rate():
            rate = _rate(expr, scope)
            return None if rate is None else round12(1 / rate.value) if rate.back else rate.value
        case ty.EndOf():
            day = value_of(expr.operand, scope)
            assert day is None or isinstance(day, date)
            return None if day is None else exchange.last_day(scope.world.calendar, expr.period, day)
        case ty.Convert():
            amount, rate = figure_of(expr.operand, scope), _rate(expr.rate, scope)
            if amount is None or rate is None:
                return None
            other = amount if rate.same else round12(amount / rate.value) if rate.back else round12(amount * rate.value)
            return other if expr.rounding is None else half_away(other, expr.rounding)


def _rate(expr: ty.Rate, scope: Scope) -> exchange.Rate | None:
    source, day = value_of(expr.source, scope), value_of(expr.on, scope)
    if source is None or day is None:
        return None
    assert isinstance(day, date)
    return exchange.rate(scope.world, scope.world.schema.rates[expr.rates], str(source), expr.target, day)


def _compared(expr: ty.Cmp, scope: Scope) -> bool:
    left, right = _unnamed(expr.left), _unnamed(expr.right)
    if isinstance(left, ty.Attainment) != isinstance(right, ty.Attainment):
        pair = attained(left, scope) if isinstance(left, ty.Attainment) else attained(right, scope)  # type: ignore[arg-type]
        other = figure_of(right if isinstance(left, ty.Attainment) else left, scope)
        if pair is None or other is None:
            return False
        measure, bound = pair[0], other * pair[1]
        return holds(expr.comparator, measure, bound) if isinstance(left, ty.Attainment) else holds(expr.comparator, bound, measure)
    return holds(expr.comparator, value_of(left, scope), value_of(right, scope))


def holds(comparator: str, left: Value | None, right: Value | None) -> bool:
    """Whether a comparison is yes; never where a side is empty."""
    if left is None or right is None:
        return False
    match comparator:
        case "=":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right  # type: ignore[operator]
        case "<=":
            return left <= right  # type: ignore[operator]
        case ">":
            return left > right  # type: ignore[operator]
        case _:
            return left >= right  # type: ignore[operator]


def _unnamed(expr: ty.Expr) -> ty.Expr:
    return _unnamed(expr.value) if isinstance(expr, ty.Named) else expr


def attained(expr: ty.Attainment, scope: Scope) -> tuple[Fraction, Fraction] | None:
    """Measure and quota of an attainment, None where there is no quota above zero."""
    measure, quota = figure_of(expr.measure, scope), figure_of(expr.quota, scope)
    return None if measure is None or quota is None or quota <= 0 else (measure, quota)


def over_time(expr: ty.MeasureAt | ty.QuotaAt | ty.Attainment | ty.RecordSum | ty.EarnedAt, scope: Scope) -> Fraction | None:
    """What is added up over a window."""
    match expr:
        case ty.MeasureAt():
            assert scope.measure is not None
            return scope.measure(expr.measure, expr.window, expr.same)
        case ty.QuotaAt():
            assert scope.quota is not None
            return scope.quota(expr.measure, expr.window)
        case ty.Attainment():
            pair = attained(expr, scope)
            return None if pair is None else round12(pair[0] / pair[1])
        case ty.RecordSum():
            assert scope.record_sum is not None
            return scope.record_sum(expr)
        case ty.EarnedAt():
            assert scope.earned is not None
            return scope.earned(expr)


def looked_up(expr: ty.Lookup | ty.Slices | ty.Step | ty.Curve, scope: Scope) -> Value | None:
    """What a table or tiers give."""
    if isinstance(expr, ty.Lookup):
        arguments = [value_of(a, scope) for a in expr.arguments]
        rows = scope.tables[expr.table].rows
        fitting = (row for row in rows if all(cell.fits(a) for cell, a in zip(row.keys, arguments, strict=True)))
        first = next(fitting, None)
        return None if first is None else value_of(first.value, scope)
    operand = _operand(expr.operand, scope)
    if operand is None:
        return None
    match expr:
        case ty.Slices():
            return tiers.slices(operand.value, _rows(expr.tiers, scope))
        case ty.Step():
            return tiers.step(operand, _rows(expr.tiers, scope))
        case ty.Curve():
            below, above = figure_of(expr.below, scope), figure_of(expr.above, scope)
            return tiers.curve(operand, below, _rows(expr.points, scope), above)


def _operand(expr: ty.Expr, scope: Scope) -> tiers.Operand | None:
    bare = _unnamed(expr)
    if isinstance(bare, ty.Attainment):
        pair = attained(bare, scope)
        return None if pair is None else tiers.Operand(round12(pair[0] / pair[1]), pair[0], pair[1])
    value = figure_of(bare, scope)
    return None if value is None else tiers.Operand(value, value, Fraction(1))


def _rows(rows: tuple[ty.Tier, ...], scope: Scope) -> list[tiers.Row]:
    return [tiers.Row(r.start is None, None if r.start is None else figure_of(r.start, scope), figure_of(r.value, scope)) for r in rows]
