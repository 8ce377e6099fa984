"""Every formula of a component and of what holds it or takes it back, and the earnings of other components that they read."""

from __future__ import annotations

from collections.abc import Iterator

from compplan.language import typed as ty
from compplan.language.tree_formulas import Reach
from compplan.language.walk import every


def formulas(component: ty.Component) -> Iterator[ty.Expr]:
    """Every formula of a component but those of its ranking."""
    yield from component.factors
    yield from component.conditions
    for formula in (component.cap, component.floor):
        if formula is not None:
            yield formula
    if component.pool is not None:
        yield from (f for f in (component.pool.group, component.pool.where, component.pool.by) if f is not None)
    if isinstance(component.grain, ty.ForCredit) and component.grain.where is not None:
        yield component.grain.where


def all_formulas(component: ty.Component) -> Iterator[ty.Expr]:
    """Every formula of a component."""
    yield from formulas(component)
    if component.top is not None:
        yield component.top.by


def earnings_read(component: ty.Component) -> Iterator[ty.EarnedAt | ty.AverageBefore]:
    """Where a component reads what others have earned."""
    yield from (e for f in all_formulas(component) for e in every(f) if isinstance(e, (ty.EarnedAt, ty.AverageBefore)))


def plan_formulas(plan: ty.Plan) -> Iterator[ty.Expr]:
    """Every formula of a plan's components, caps and draws."""
    for component in plan.components:
        yield from all_formulas(component)
    yield from (cap.limit for cap in plan.caps)
    for draw in plan.draws:
        yield from (f for f in (draw.level, draw.level_if, draw.room, draw.room_if) if f is not None)


def kept_formulas(plan: ty.Plan, component: str) -> Iterator[ty.Expr]:
    """Every formula of the holds, clawbacks and contract costs of a component."""
    for cost in plan.costs:
        if cost.component == component:
            yield from cost.formulas
    for keeper in plan.keeping(component):
        if isinstance(keeper, ty.Hold):
            yield keeper.keep
        for dated in keeper.shares:
            yield from (e for e in (dated.share, dated.dated, dated.where) if e is not None)


def running_measures(component: ty.Component) -> Iterator[ty.MeasureAt]:
    """The measures that a component reads credit by credit."""
    if isinstance(component.grain, ty.ForCredit):
        inside = (e for f in formulas(component) for e in every(f))
        yield from (e for e in inside if isinstance(e, ty.MeasureAt) and e.window.reach is not Reach.WHOLE)
