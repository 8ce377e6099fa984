"""Caps and draws that are prorated: what the plan says of each, and what it must say."""

from __future__ import annotations

from datetime import timedelta

from compplan.diagnostics import Span
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.environment import Environment
from compplan.schema import PEOPLE, Period


def cap_mark(period: Period) -> str:
    """The mark of a cap among what is prorated."""
    return f"cap each {period}"


def draw_mark(name: str) -> str:
    """The mark of a draw among what is prorated."""
    return f"draw {name}"


def cut_by_plan(env: Environment, period: Period) -> str | None:
    """A period of a kind that does not lie wholly within the plan's dates."""
    if env.dates is None or env.dates[1] < env.dates[0]:
        return None
    first, last = env.dates
    calendar = env.calendar
    for found in (calendar.period_of(first, period), calendar.period_of(last, period)):
        if calendar.start(found) < first or calendar.end(found) > last + timedelta(days=1):
            return found.label
    return None


def check_prorated(env: Environment, lines: list[t.PlanLine]) -> None:
    """What is said to be prorated of caps and draws is there."""
    caps = {line.period for line in lines if isinstance(line, t.PlanCap)}
    draws = {line.name.text for line in lines if isinstance(line, t.Draw)}
    for what in (w for line in lines if isinstance(line, t.Prorate) for w in line.what):
        if isinstance(what, t.ProratedCap) and what.period not in caps:
            env.problem("proration", f"The plan has no cap each {what.period}.", what.span, "Leave it out here, or write such a cap.")
        elif isinstance(what, t.ProratedDraw) and what.name.text not in draws:
            hint = f"There are: {', '.join(sorted(draws))}." if draws else "Leave it out here."
            env.problem("proration", f"The plan has no draw {what.name.text}.", what.name.span, hint)


def prorated(env: Environment, of: str, formula: ty.Expr, period: Period, span: Span) -> ty.Expr | None:
    """A cap, or the level of a draw, prorated as the plan says; None after reporting that it ought to."""
    how = env.prorations.get(of)
    cut = cut_by_plan(env, period) if of == cap_mark(period) else None
    if how is None and cut is not None:
        message = f"The plan is in force for part of {cut}; it is not said whether the {of} is prorated."
        env.problem("proration", message, span, f"Write: prorate {of} by calendar days. Or: do not prorate {of}.")
        return None
    if (how is None and env.schema.kinds[PEOPLE].valid is None) or (how is not None and how.by == "not"):
        return formula
    return ty.Prorated(of, formula, period, how or ty.Proration("asked", 0), formula.unit, formula.span)
