"""Typing caps: at most so much for each payee and period of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.environment import Environment
from compplan.language.check.formulas import type_quantity
from compplan.language.check.place import Grain, Place
from compplan.language.check.prorated import cap_mark, prorated
from compplan.language.units import money
from compplan.language.walk import every
from compplan.schema import MONTHS_IN


def type_caps(env: Environment, lines: Sequence[t.PlanCap], code: str, payout: t.PlanLine | None) -> tuple[ty.PlanCap, ...]:
    """The caps of a plan that are right, from top to bottom."""
    typed = [_type_cap(env, line, code, payout) for line in lines]
    return tuple(cap for cap in typed if cap is not None)


def check_carried(env: Environment, caps: Sequence[ty.PlanCap], *, kept: bool) -> None:
    """In a plan that holds or takes back, caps whose rest is carried on stand below those that look at what was earned in their period.

    What they pay later is no more of one period, and could be held to no cap that asks when it was earned.
    """
    for cap, below in pairwise(caps):
        if kept and cap.carries and not below.carries:
            message = (
                f"This cap asks what was earned in its {below.period}; what the cap above it has carried on is of no one {below.period}."
            )
            env.problem("wrong-place", message, below.span, "Write it above the cap whose rest is carried on.")


def _type_cap(env: Environment, line: t.PlanCap, code: str, payout: t.PlanLine | None) -> ty.PlanCap | None:
    place = Place(Grain.PERIOD, "the plan's cap", period=line.period, window=ty.Window(line.period), as_of=True, converts=True)
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
    limit = prorated(env, cap_mark(line.period), limit, line.period, line.span)
    return None if limit is None else ty.PlanCap(line.period, limit, line.carried is not None, line.span)
