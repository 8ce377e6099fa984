"""The terms of a plan: its dates and its currency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.conversions import check_currency
from compplan.language.check.environment import FIRST_YEAR, LAST_YEAR, Environment
from compplan.schema import Period

_ROUNDINGS = frozenset(Fraction(10) ** n for n in range(-6, 7))


def dates_are_right(env: Environment, line: t.Effective) -> bool:
    """Whether a plan is in force for whole months of the calendar."""
    calendar = env.calendar
    if not FIRST_YEAR <= line.first.year <= line.last.year <= LAST_YEAR and line.first <= line.last:
        env.problem("effective", f"A plan lies between the years {FIRST_YEAR} and {LAST_YEAR}.", line.span)
        return False
    if line.last < line.first:
        env.problem("effective", "The plan ends before it begins.", line.span)
        return False
    after = line.last + timedelta(days=1)
    for day in (line.first, after):
        if calendar.start_of_month(calendar.month_of(day)) != day:
            message = "A plan begins with the first day of a month of the calendar and ends with the last day of one."
            env.problem("effective", message, line.span)
            return False
    return True


def currency_is_right(env: Environment, line: t.Currency) -> bool:
    """Whether a plan counts in a currency that there is, and rounds to a unit of ten."""
    if not check_currency(env, line.code, line.span):
        return False
    unit = Fraction(line.unit)
    if unit not in _ROUNDINGS:
        env.problem("wrong-arguments", "Earnings are rounded to 0.01, 0.1, 1, 10 and so on.", line.span)
        return False
    return True


def warn_cut(env: Environment, lines: Sequence[t.PlanLine], line: t.Effective, components: Sequence[ty.Component]) -> None:
    """A period that does not lie wholly within the plan's dates is not paid by a component for such periods."""
    calendar = env.calendar
    for component in components:
        kind = component.grain.period if isinstance(component.grain, ty.ForPeriod) else "month"
        first, last = calendar.period_of(line.first, kind), calendar.period_of(line.last, kind)
        cut = [p for p in (first, last) if calendar.start(p) < line.first or calendar.end(p) > line.last + timedelta(days=1)]
        if cut:
            message = f"{cut[0].label} does not lie wholly within the plan's dates, so {component.name} pays nothing for it."
            tree = next(c for c in lines if isinstance(c, t.Component) and c.span == component.span)
            where = next(x.span for x in tree.lines if isinstance(x, t.ForPeriod))
            env.problem("period-cut", message, where, "If that is meant, leave it; if not, change the period or the dates.")


def warn_cut_draws(env: Environment, lines: Sequence[t.PlanLine], line: t.Effective, payout: Period) -> None:
    """A draw tops up no payout whose period does not lie wholly within the plan's dates."""
    calendar = env.calendar
    first, last = calendar.period_of(line.first, payout), calendar.period_of(line.last, payout)
    cut = [p for p in (first, last) if calendar.start(p) < line.first or calendar.end(p) > line.last + timedelta(days=1)]
    for draw in (x for x in lines if isinstance(x, t.Draw) and cut):
        message = f"{cut[0].label} does not lie wholly within the plan's dates, so {draw.name.text} pays nothing for it."
        env.problem("period-cut", message, draw.name.span, "If that is meant, leave it; if not, change the period or the dates.")
