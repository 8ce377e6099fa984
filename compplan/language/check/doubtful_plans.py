"""Warnings about a whole plan that is right, and of which two parts hardly belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from compplan.diagnostics import Related
from compplan.language import typed as ty
from compplan.language.check.all_formulas import unnamed
from compplan.language.check.changing_weights import warn_changing_weights
from compplan.language.check.contradictions import warn_contradictions
from compplan.language.check.environment import Environment
from compplan.language.check.hints import in_unit
from compplan.language.check.spellings import warn_two_spellings
from compplan.language.units import RATIO
from compplan.schema import MONTHS_IN


def warn_doubtful_plan(env: Environment, plan: ty.Plan) -> None:
    """Reports what a plan is likely not to mean."""
    warn_contradictions(env, plan)
    warn_two_spellings(env, plan)
    warn_changing_weights(env, plan)
    _warn_same_twice(env, plan.components)
    for component in plan.components:
        _warn_capped_before(env, plan, component)
    for hold in plan.holds:
        _warn_kept_for_good(env, hold)
        _warn_on_the_day(env, plan, hold)
    for clawback in plan.clawbacks:
        _warn_on_the_day(env, plan, clawback)


def _warn_same_twice(env: Environment, components: Sequence[ty.Component]) -> None:
    """Two components that differ in their names alone."""
    seen: dict[ty.Component, ty.Component] = {}
    for component in components:
        alike = replace(component, name="", label="", word="award" if component.word == "award" else "bonus")
        first = seen.setdefault(alike, component)
        if first.name != component.name:
            message = f"{component.name} pays the same as {first.name}, for the same thing: it is paid twice."
            related = (Related(first.span, "the other one"),)
            env.problem("same-twice", message, component.span, "Remove one of them, or change what it pays for.", related)


def _warn_capped_before(env: Environment, plan: ty.Plan, component: ty.Component) -> None:
    """A component's cap that lies above the plan's own."""
    if not isinstance(component.cap, ty.Const) or component.pool is not None:
        return
    months = MONTHS_IN[component.grain.to_date or component.grain.period] if isinstance(component.grain, ty.ForPeriod) else 1
    for cap in plan.caps:
        limit = cap.limit
        if isinstance(limit, ty.Const) and not cap.carries and MONTHS_IN[cap.period] >= months and limit.value <= component.cap.value:  # type: ignore[operator]
            assert isinstance(limit.value, Fraction)
            message = f"This cap is never reached: the plan's cap of {in_unit(limit.value, limit.unit)} each {cap.period} comes first."
            related = (Related(cap.span, "the plan's cap"),)
            env.problem("cap-unreached", message, component.cap.span, "Lower it, or leave it out.", related)
            return


def _value(expr: ty.Expr) -> Fraction | None:
    inner = unnamed(expr)
    return inner.value if isinstance(inner, ty.Const) and isinstance(inner.value, Fraction) else None


def _warn_kept_for_good(env: Environment, hold: ty.Hold) -> None:
    """A hold that releases less than it keeps, whatever happens."""
    if any(s.where is not None or s.child is not None for s in hold.shares):
        return
    shares = [_value(s.share) for s in hold.shares]
    known = [s for s in shares if s is not None]
    if len(known) == len(shares) and sum(known) < 1:
        left = in_unit(1 - sum(known, Fraction(0)), RATIO)
        message = f"Of what {hold.name} keeps, {left} is never released, so that it is never paid."
        env.problem("kept-for-good", message, hold.shares[-1].span, "Let the releases add up to 100%, and keep as much as is meant.")


def _warn_on_the_day(env: Environment, plan: ty.Plan, keeper: ty.Hold | ty.Clawback) -> None:
    """What is kept is released, or what is paid is taken back, on the very day on which the record is credited."""
    component = plan.component(keeper.component)
    if component is None or not isinstance(component.grain, ty.ForCredit):
        return
    credit = plan.credits[component.grain.credit]
    for share in keeper.shares:
        if (
            share.where is None
            and share.child is None
            and unnamed(share.dated) in (credit.dated, ty.Moment(None, credit.dated.unit, share.span))
        ):
            if not credit.repeated and component.earned_at is None:
                day = f"{'.'.join(credit.dated.path)} is the day on which {credit.name} counts"
                if isinstance(keeper, ty.Hold):
                    message, hint = f"{day}: what is kept is released at once.", "Release it on a later day, such as that of the payment."
                else:
                    message, hint = f"{day}: what is earned is taken back at once.", "Take it back on the day of what undoes the record."
                env.problem("same-day", message, share.span, hint)
