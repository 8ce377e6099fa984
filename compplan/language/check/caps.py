"""Typing caps: at most so much for each payee and period of a plan."""

from __future__ import annotations

from collections.abc import Sequence

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.environment import Environment
from compplan.language.check.formulas import type_quantity
from compplan.language.check.place import Grain, Place
from compplan.language.units import money
from compplan.language.walk import every
from compplan.schema import MONTHS_IN


def type_caps(env: Environment, lines: Sequence[t.PlanCap], code: str, payout: t.PlanLine | None) -> tuple[ty.PlanCap, ...]:
    """The caps of a plan that are right, from top to bottom."""
    typed = [_type_cap(env, line, code, payout) for line in lines]
    return tuple(cap for cap in typed if cap is not None)


def check_carried(env: Environment, caps: Sequence[ty.PlanCap], *, stand_alone: bool, kept: bool) -> None:
    """A rest that is carried on goes together with no hold, clawback or other cap."""
    carrying = next((cap for cap in caps if cap.carries), None)
    if carrying is not None and kept:
        message = "A cap holds what was earned in its period, whenever that is paid; its rest cannot go to the next period as well."
        env.problem("wrong-place", message, carrying.span, "Leave the rest out, or the holds and clawbacks.")
    if carrying is not None and not stand_alone:
        message = "A cap whose rest is carried on is the only one of its plan: which of two holds the rest could not be said."
        env.problem("wrong-place", message, carrying.span, "Leave the rest out, or the other cap.")


def _type_cap(env: Environment, line: t.PlanCap, code: str, payout: t.PlanLine | None) -> ty.PlanCap | None:
    place = Place(Grain.PERIOD, "the plan's cap", period=line.period, window=ty.Window(line.period))
    limit = type_quantity(env, place, line.limit)
    if limit is None:
        return None
    if limit.unit != money(code):
        hint = f"Ask for it per {line.period}." if limit.unit.per else None
        env.problem("wrong-unit", f"A cap is in {code}; this is {limit.unit}.", line.limit.span, hint)
        return None
    if isinstance(payout, t.Payout) and MONTHS_IN[payout.period] > MONTHS_IN[line.period]:
        message = f"Payouts are made each {payout.period}; a cap for each {line.period} is shorter."
        env.problem("needs-window", message, line.span)
        return None
    earned = next((e for e in every(limit) if isinstance(e, ty.EarnedAt)), None)
    if earned is not None and isinstance(payout, t.Payout) and payout.period != line.period:
        message = f"This cap limits each {payout.period}'s payout, when it is not known yet what is earned in the {line.period}."
        env.problem("needs-window", message, earned.span, f"Cap each {payout.period}, or let the cap speak of measures.")
        return None
    if line.carried is not None and line.carried != line.period:
        message = f"What goes beyond the cap of a {line.period} is carried to the next {line.period}."
        env.problem("wrong-arguments", message, line.span, f"Write: the rest is carried to the next {line.period}.")
        return None
    return ty.PlanCap(line.period, limit, line.carried is not None, line.span)
