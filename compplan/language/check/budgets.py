"""Typing budgets: at most so much for all payees together."""

from __future__ import annotations

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.environment import Environment
from compplan.language.check.place import Grain, Place
from compplan.language.units import money
from compplan.language.walk import is_negative


def type_budget(env: Environment, tree: t.Component, grain: ty.ForPeriod | ty.ForCredit, currency: str) -> ty.Budget | bool:
    """The typed budget; True where the component has none, False after a report."""
    found = [line for line in tree.lines if isinstance(line, t.Budget)]
    if not found:
        return True
    budget = found[0]
    for again in found[1:]:
        env.problem("duplicate-sentence", "A component has one budget.", again.span)
        return False
    if not isinstance(grain, ty.ForCredit) or grain.to_date is not None:
        message = "A budget is spent credit by credit."
        hint = "Let the component be for each credit; one amount for a whole period is shared out with share among."
        env.problem("wrong-place", message, budget.span, hint)
        return False
    limit = formulas.type_quantity(env, Place(Grain.CONSTANT, "the budget"), budget.limit)
    if limit is None:
        return False
    if limit.unit != money(currency):
        env.problem("wrong-unit", f"A budget is in {currency}; this is {limit.unit}.", limit.span)
        return False
    if is_negative(limit):
        env.problem("wrong-arguments", "A budget is not below zero.", limit.span)
        return False
    return ty.Budget(limit, budget.period, budget.spent, budget.span)
