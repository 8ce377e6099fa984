"""What a payout is made of: the kinds of its rows, in their order, and what people call each of them."""

from __future__ import annotations

from compplan.language import typed as ty

EARNING = "earning"
HOLD = "hold"
CLAWBACK = "clawback"
CAP = "cap"
CARRIED = "carried"
DRAW = "draw"


def pays_later(plan: ty.Plan) -> bool:
    """Whether what is earned may be paid, or taken back, in a later payout period, and when the plan is no more in force."""
    return bool(plan.holds or plan.clawbacks)


def lasts(plan: ty.Plan) -> bool:
    """Whether a plan has something to tell when it is no more in force: what is paid later, or what becomes an expense later."""
    return pays_later(plan) or bool(plan.costs)


def corrections_of(plan: ty.Plan) -> list[tuple[str, str, str]]:
    """Everything besides components that may add to a payout or take from it, in its order: its kind, its name, what people call it."""
    caps = ["cap"] if len(plan.caps) == 1 else [f"cap {i}" for i, _ in enumerate(plan.caps, 1)]
    found = [(HOLD, name, label) for name, label in {h.name: h.label for h in plan.holds}.items()]
    found += [(CLAWBACK, name, label) for name, label in {c.name: c.label for c in plan.clawbacks}.items()]
    found += [(CAP, name, f"Cap each {cap.period}") for name, cap in zip(caps, plan.caps, strict=True)]
    if plan.negative == "carried":
        found.append((CARRIED, CARRIED, "Negative payouts carried forward"))
    return [*found, *((DRAW, draw.name, draw.label) for draw in plan.draws)]


def parts_of(plan: ty.Plan) -> list[tuple[str, str, str]]:
    """Components and corrections, in their order: kind, name, what people call it."""
    return [*((EARNING, c.name, c.label) for c in plan.named_components), *corrections_of(plan)]
