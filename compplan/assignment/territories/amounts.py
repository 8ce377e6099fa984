"""Costs as people read them."""

from __future__ import annotations

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.problem import Problem


def cost_text(problem: Problem, value: int) -> str:
    """A cost in whole units as people write it: 1,234.50."""
    digits = f"{abs(value):0{problem.cost_decimals + 1}d}"
    whole, part = digits[: len(digits) - problem.cost_decimals], digits[len(digits) - problem.cost_decimals :]
    return ("-" if value < 0 else "") + f"{int(whole):,}" + (f".{part}" if part else "")


def millionths_text(problem: Problem, value: int, *, signed: bool = False) -> str:
    """An amount in millionths of a unit of cost, rounded to whole units (half away from zero) and written like a cost."""
    rounded = (2 * abs(value) + PRICE_UNIT) // (2 * PRICE_UNIT)
    text = cost_text(problem, rounded)
    sign = "-" if value < 0 and rounded else "+" if signed and rounded else ""
    return sign + text
