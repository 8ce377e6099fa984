"""The stays of a plan's payees, with the steps made of them as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compplan.engine.averages import parts_step
from compplan.engine.lower_measures import window_name
from compplan.engine.plan_names import PlanNames
from compplan.engine.scope import Scope
from compplan.engine.stays import Stays, day_step, stays_step
from compplan.engine.steps import Step
from compplan.language import typed as ty
from compplan.schema import Period


def stays_of(plan: ty.Plan, scope: Scope, names: PlanNames, known: Mapping[str, Step], add: Callable[[Step], None]) -> Stays:
    """Who is a payee of a plan, and when; `add` adds a step that is not yet `known`."""
    name = names.plan_step(plan, "stays")
    if name not in known:
        add(stays_step(scope, plan, name))

    def day(cadence: Period, window: ty.Window | None) -> str:
        words = window_name(f"day of {plan.name}", window, cadence) if window else f"day of {plan.name} for each {cadence} ever"
        step = names.given.name(f"{plan.name}: day {cadence} {window!r}", words)
        if step not in known:
            add(day_step(scope, name, cadence, window, step))
        return step

    def parts(how: ty.Proration) -> str:
        counted = {"months": ("by", "months", str(how.least)), "working days": ("worked",)}.get(how.by, ())
        step = names.plan_step(plan, "days", *counted)
        if how.by == "working days":
            from compplan.engine.working_days import working_day_steps  # rarely needed, and at start all is loaded

            for counting in working_day_steps(scope):
                add(counting)
        if step not in known:
            add(parts_step(scope, name, how, step))
        return step

    return Stays(name, day, parts)
