"""Which measures run along with the credits that the figure of a period is spread over, in order."""

from __future__ import annotations

from compplan.language import typed as ty
from compplan.schema import MONTHS_IN


def runs_along(plan: ty.Plan, component: ty.Component, leaf: ty.MeasureAt) -> bool:
    """Whether a measure has another figure after each credit: one of the payee alone, that adds the credit up over all that is spread."""
    assert component.spread is not None
    assert isinstance(component.grain, ty.ForPeriod)
    return covers(component.grain, leaf.window) and adds_up(plan.measures[leaf.measure], component.spread.credit)


def adds_up(measure: ty.Measure, credit: str) -> bool:
    """Whether a measure of a payee adds up a credit."""
    return measure.group is None and any(part.credit == credit for part in measure.parts)


def covers(grain: ty.ForPeriod, window: ty.Window) -> bool:
    """Whether a window holds all credits that a figure of a period is spread over: those of the period, or of the longer one to date."""
    months = MONTHS_IN[grain.to_date or grain.period]
    if window.months:
        return window.months >= months and not window.apart
    return MONTHS_IN[window.period] >= months and not window.back
