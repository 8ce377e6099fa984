"""How far back a run must look: a payout depends on all earnings since its period, its longest cap, what it reads or
what it carries forward began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compplan.calendar import Calendar
from compplan.engine.payout_kinds import lasts
from compplan.engine.steps import Months
from compplan.language import typed as ty
from compplan.language.formulas_of import earnings_read, plan_formulas
from compplan.language.walk import every
from compplan.schema import MONTHS_IN, Period


def first_needed(plan: ty.Plan, calendar: Calendar, asked: Months) -> int:
    """The first month whose earnings are needed for the payouts of the months that are asked."""
    sizes = [MONTHS_IN[p] for p in (plan.payout, *(cap.period for cap in plan.caps), *_read_over(plan))]
    begins = min([asked.first, *_carried_since(plan, calendar, asked)])
    return min(begins // size * size for size in sizes)


def _read_over(plan: ty.Plan) -> Iterator[Period]:
    """The periods over which what components have earned is read."""
    for component in plan.components:
        if component.budget is not None:
            yield component.budget.period
        read = [e.window.period for e in earnings_read(component) if isinstance(e, ty.EarnedAt)]
        if read:
            yield from read
            yield from (p for p in (component.grain.to_date, component.earned_at) if p is not None)
    for draw in plan.draws:
        formulas = [f for f in (draw.level, draw.level_if, draw.room, draw.room_if) if f is not None]
        yield from (e.window.period for f in formulas for e in every(f) if isinstance(e, ty.EarnedAt))


def _carried_since(plan: ty.Plan, calendar: Calendar, asked: Months) -> Iterable[int]:
    """For whatever is carried from one payout period to the next: the month since which it is."""
    begins = min(calendar.month_of(plan.first), asked.first)
    if any(isinstance(e, ty.AverageBefore) for f in plan_formulas(plan) for e in every(f)):
        yield begins  # a leave may have begun long ago
    if any(isinstance(e, ty.EarnedAt) and not e.window.is_own for e in _windowed(plan)):
        yield begins
    if plan.negative == "carried" or any(cap.carries for cap in plan.caps) or lasts(plan):
        yield begins
    for draw in plan.draws:
        if draw.room is not None and draw.forgive is not None:
            yield max(begins, asked.first // MONTHS_IN[draw.forgive] * MONTHS_IN[draw.forgive])
        elif draw.room is not None:
            yield begins


def reach(plans: Iterable[ty.Plan], calendar: Calendar, asked: Months) -> Months:
    """The fiscal years over which the figures of a run are worked out."""
    years = [_earlier(plan, Months(min(first_needed(plan, calendar, asked), asked.first), asked.last).whole_years()) for plan in plans]
    return Months(min((one.first for one in years), default=asked.first), asked.last).whole_years()


def _earlier(plan: ty.Plan, years: Months) -> Months:
    """The years and those before them that a plan's windows look back into."""
    return Months(years.first - max((months_back(e.window) for e in _windowed(plan)), default=0), years.last)


def months_back(window: ty.Window) -> int:
    """How many months before the period at hand a window begins, at most."""
    return window.months or window.back


def _windowed(plan: ty.Plan) -> Iterator[ty.MeasureAt | ty.QuotaAt | ty.RecordSum | ty.EarnedAt]:
    """All that a plan and its examples read over a window."""
    formulas = list(plan_formulas(plan))
    formulas += [e.formula for x in plan.examples for expected in x.expected for e in expected.targets if e.formula is not None]
    yield from (e for f in formulas for e in every(f) if isinstance(e, (ty.MeasureAt, ty.QuotaAt, ty.RecordSum, ty.EarnedAt)))
