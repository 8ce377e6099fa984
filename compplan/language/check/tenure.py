"""Typing `tenure`: how many months somebody has been here, counted as the plan says."""

from __future__ import annotations

from compplan.diagnostics import Span
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.environment import Environment
from compplan.language.check.names import follow
from compplan.language.units import DATE, NUMBER
from compplan.schema import PEOPLE


def tenure_at(env: Environment, tree: t.Tenure, span: Span) -> ty.Tenure | None:
    """The months from the payee's first day until the day at hand."""
    reached = follow(env, env.schema.kinds[PEOPLE], tree.begins.names, "A payee")
    if reached is None:
        return None
    if reached.unit != DATE:
        message = f"Months are counted from a date; {tree.begins.text} is {reached.unit}."
        env.problem("wrong-unit", message, tree.begins.span, "Write a column of people that holds a date: hire_date.")
        return None
    begins = ty.PayeeField(reached.path, reached.unit, reached.optional, tree.begins.span)
    return ty.Tenure(begins, ty.Moment(None, DATE, span), tree.first, NUMBER, span)


def check_tenure(env: Environment, lines: list[t.Tenure]) -> None:
    """It is said once how tenure counts, and from a date."""
    for again in lines[1:]:
        env.problem("duplicate-sentence", "It is said twice how tenure counts.", again.span)
    for line in lines[:1]:
        tenure_at(env, line, line.span)
