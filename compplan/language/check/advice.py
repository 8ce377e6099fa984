"""Advice on what goes with what: tiers, thresholds and caps that can be worked out, and that hardly anybody wants together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from compplan.language import typed as ty
from compplan.language.check.environment import Environment
from compplan.language.check.hints import in_unit
from compplan.language.units import RATIO, Kind
from compplan.language.walk import every

_LEAST = Fraction(1, 100)


def advise(env: Environment, component: ty.Component) -> None:
    """Reports what a component is likely not to mean, as far as it can be seen without records."""
    steps = [f for f in map(_unnamed, component.factors) if isinstance(f, ty.Step)]
    for step in steps:
        if not _warn_falling(env, step):
            _warn_cliff(env, component, step)
    for factor in map(_unnamed, component.factors):
        if isinstance(factor, (ty.Step, ty.Slices)):
            _warn_threshold(env, component, factor)
    _warn_cap(env, component)
    _warn_never(env, component, steps)


def _unnamed(expr: ty.Expr) -> ty.Expr:
    return _unnamed(expr.value) if isinstance(expr, ty.Named) else expr


def _figure(expr: ty.Expr | None) -> Fraction | None:
    """The figure that a formula always comes to, where it does."""
    match expr:
        case ty.Const(value=Fraction() as value):
            return value
        case ty.ParameterAt(values=(ty.Since(value=ty.Const(value=Fraction() as value)),)):
            return value
        case ty.Named():
            return _figure(expr.value)
        case ty.Neg():
            inner = _figure(expr.operand)
            return None if inner is None else -inner
        case _:
            return None


def _grows(operand: ty.Expr) -> bool:
    """Whether more of a figure is better: an attainment, or an amount that was credited."""
    inner = _unnamed(operand)
    if isinstance(inner, (ty.MeasureAt, ty.CreditField)):
        return inner.unit.kind is Kind.MONEY
    return isinstance(inner, ty.Attainment)


def _rows(tiers: Sequence[ty.Tier]) -> Iterator[tuple[ty.Tier, Fraction, Fraction]]:
    """The rows after the first whose bound and value are known: the row, the value before it, its own."""
    for before, row in pairwise(tiers):
        old, new = _figure(before.value), _figure(row.value)
        if old is not None and new is not None and row.start is not None:
            yield row, old, new


def _warn_falling(env: Environment, step: ty.Step) -> bool:
    """A row that pays less than the row before it: whoever sells a little more gets less."""
    if not _grows(step.operand):
        return False
    for row, old, new in _rows(step.tiers):
        if new < old:
            message = f"This row gives {in_unit(new, row.value.unit)}, less than the {in_unit(old, row.value.unit)} just below it."
            hint = "So reaching more pays less. If a part alone is meant to pay less, write each slice of."
            env.problem("falling", message, row.span, hint)
            return True
    return False


def _warn_cliff(env: Environment, component: ty.Component, step: ty.Step) -> None:
    """A rate that reaches back over all of a running total: the deal that crosses the bound is paid for all that came before."""
    operand = _unnamed(step.operand)
    measure = operand.measure if isinstance(operand, ty.Attainment) else operand
    if component.grain.to_date is None or not isinstance(measure, ty.MeasureAt):
        return
    if not any(_unnamed(f) == measure for f in component.factors) or step.unit != RATIO or measure.unit.kind is not Kind.MONEY:
        return
    rises = [(row, old, new) for row, old, new in _rows(step.tiers) if new > old]
    if not rises:
        return
    row, old, new = rises[0]
    bound = _figure(row.start)
    period = component.grain.to_date
    if bound is not None and operand is measure:
        less = bound - _LEAST
        below, above = (in_unit(_cents(x), measure.unit) for x in (less * old, bound * new))
        amounts = f"{in_unit(less, measure.unit)} come to {below}, {in_unit(bound, measure.unit)} to {above}"
        message = f"The row reaches back over the {period} to date: {amounts}."
    else:
        rates = f"at {in_unit(new, RATIO)} instead of {in_unit(old, RATIO)}"
        message = f"The row reaches back over the {period} to date: with it, all of the {period} is paid {rates}."
    hint = "One sale is paid for all before it, and one that is taken back takes all of it back. If that is not meant, write each slice of."
    env.problem("cliff", message, row.span, hint)


def _cents(value: Fraction) -> Fraction:
    return Fraction(int(value * 100 + Fraction(1, 2)), 100)


def _warn_threshold(env: Environment, component: ty.Component, factor: ty.Step | ty.Slices) -> None:
    """A row that pays more from a bound on below which nothing is paid."""
    operand = _unnamed(factor.operand)
    for condition in component.conditions:
        low, _ = _range(condition, operand)
        if low is None:
            continue
        for row, old, new in _rows(factor.tiers):
            bound = _figure(row.start)
            if bound is not None and bound < low and new > old > 0:
                unit = operand.unit
                message = f"This row pays more from {in_unit(bound, unit)} on, and below {in_unit(low, unit)} nothing is paid at all."
                env.problem("threshold", message, row.span, "Let the row begin at the threshold or beyond it, or lower the threshold.")
                return


def _range(condition: ty.Expr, operand: ty.Expr) -> tuple[Fraction | None, Fraction | None]:
    """The least and the largest that a condition lets a figure be, as far as it says so."""
    match condition:
        case ty.Named():
            return _range(condition.value, operand)
        case ty.AndOr(operator="and"):
            (a, b), (c, d) = _range(condition.left, operand), _range(condition.right, operand)
            lows, highs = [x for x in (a, c) if x is not None], [x for x in (b, d) if x is not None]
            return max(lows, default=None), min(highs, default=None)
        case ty.Cmp(comparator=comparator, left=left, right=right) if _unnamed(left) == operand and _figure(right) is not None:
            value = _figure(right)
            return (value if comparator in (">", ">=", "=") else None), (value if comparator in ("<", "<=", "=") else None)
        case _:
            return None, None


def _warn_cap(env: Environment, component: ty.Component) -> None:
    """A cap above all that the component can come to."""
    cap = component.cap
    if cap is None or component.pool is not None:
        return
    most = _most(component.factors[1:])
    first = _figure(component.factors[0])
    limit = _figure(cap)
    if limit is None:
        of_target = isinstance(cap, ty.Arith) and isinstance(cap.right, ty.Named) and cap.right.name == "the target"
        limit, first = (_figure(cap.left), Fraction(1)) if of_target and isinstance(cap, ty.Arith) else (None, None)
    if most is not None and first is not None and limit is not None and 0 <= first * most <= limit:
        reached = in_unit(first * most, cap.unit) if _figure(cap) is not None else f"{in_unit(most, RATIO)} of the target"
        env.problem(
            "cap-unreached",
            f"This cap limits nothing: the component comes to {reached} at the most.",
            cap.span,
            "Lower it, or leave it out.",
        )


def _most(factors: Sequence[ty.Expr]) -> Fraction | None:
    """The most that a product can be, where every factor has a largest value."""
    product = Fraction(1)
    for factor in map(_unnamed, factors):
        match factor:
            case ty.Step():
                values = [_figure(t.value) for t in factor.tiers]
            case ty.Curve():
                values = [_figure(e) for e in (factor.below, factor.above, *(t.value for t in factor.points))]
            case _:
                values = [_figure(factor)]
        known = [v for v in values if v is not None]
        if len(known) < len(values) or min(known) < 0:
            return None
        product *= max(known)
    return product


def _warn_never(env: Environment, component: ty.Component, steps: Sequence[ty.Step]) -> None:
    """Conditions that cannot both hold, and tiers that give nothing anywhere."""
    operands = [e.left for c in component.conditions for e in every(c) if isinstance(e, ty.Cmp)]
    for operand in map(_unnamed, operands):
        ranges = [_range(c, operand) for c in component.conditions]
        low, high = max((a for a, _ in ranges if a is not None), default=None), min((b for _, b in ranges if b is not None), default=None)
        if low is not None and high is not None and low > high:
            unit = operand.unit
            message = f"{component.name} can never pay: it wants at least {in_unit(low, unit)} and at most {in_unit(high, unit)}."
            env.problem("never-pays", message, component.conditions[-1].span, "Change one of the conditions.")
            return
    for step in steps:
        if all(_figure(t.value) == 0 for t in step.tiers):
            env.problem("never-pays", f"{component.name} can never pay: every row gives nothing.", step.span, "Give a row a value.")
            return
