"""Typing spreads: to which credits of the payee the figure of a period belongs, and by what."""

from __future__ import annotations

from collections.abc import Iterator

from compplan.diagnostics import Related
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.conversions import must_be_one_currency
from compplan.language.check.credits import type_credit
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.formulas_of import formulas as formulas_of
from compplan.language.running import adds_up, covers
from compplan.language.units import DATE
from compplan.language.walk import every


def type_spread(env: Environment, tree: t.Component, grain: ty.ForPeriod | ty.ForCredit) -> ty.Spread | bool:
    """The typed spread; True where the component has none, False after a report."""
    found = [line for line in tree.lines if isinstance(line, t.SpreadOver)]
    if not found:
        return True
    spread = found[0]
    for again in found[1:]:
        related = (Related(spread.span, "it stood here first"),)
        env.problem("duplicate-sentence", "What a component comes to is spread once.", again.span, None, related)
        return False
    if isinstance(grain, ty.ForCredit):
        message = f"{tree.name.text} is earned for each {grain.credit}: each has its own amount, and there is nothing to spread."
        env.problem("wrong-place", message, spread.span, "Leave the sentence out.")
        return False
    if spread.credit.text not in env.credits:
        hint = did_you_mean(spread.credit.text, list(env.credits))
        env.problem("unknown-name", f"There is no credit {spread.credit.text}.", spread.credit.span, hint)
        return False
    env.use(spread.credit.text)
    credit = type_credit(env, spread.credit.text)
    if credit is None:
        return False
    place = Place(Grain.CREDIT, f"the spread of {tree.name.text}", kind=env.schema.kinds[credit.kind], credit=credit)
    order = None if spread.order is None else _order(env, place, credit, spread.order)
    weight = None if spread.weight is None else _weight(env, place, spread.weight)
    if order is None and weight is None:
        return False
    return ty.Spread(credit.name, order, weight, spread.span)


def _order(env: Environment, place: Place, credit: ty.Credit, tree: t.Expression) -> ty.Expr | None:
    """The day that credits are put in order by: a column of the record that is never empty, or the credit's own."""
    typed = formulas.type_expression(env, place, tree)
    if typed is None:
        return None
    if typed.unit != DATE or not isinstance(typed, (ty.RecordField, ty.Moment)):
        message = f"Credits are put in order by a column that holds a date; this is {typed.unit}."
        env.problem("wrong-unit", message, tree.span, "For example: in order of close_date.")
        return None
    if isinstance(typed, ty.Moment) or typed.path == getattr(credit.dated, "path", None):
        return ty.Moment(None, DATE, tree.span)
    if typed.optional or len(typed.path) > 1:
        message = f"{typed.path[-1]} may be empty, and what has no date has no place in the order."
        env.problem("wrong-arguments", message, tree.span, "Take a date that every record has, such as the one that the credit counts on.")
        return None
    return typed


def _weight(env: Environment, place: Place, tree: t.Expression) -> ty.Expr | None:
    typed = formulas.type_quantity(env, place, tree)
    if typed is None or not must_be_one_currency(env, typed, "What is weighed"):
        return None
    for e in every(typed):
        if isinstance(e, (ty.MeasureAt, ty.QuotaAt, ty.Attainment, ty.RecordSum, ty.EarnedAt)):
            message = f"A spread weighs each {place.credit.name if place.credit else 'credit'} by itself; this adds up several."
            env.problem("wrong-grain", message, e.span, "Use credited, another amount of the credit, or a column of the record.")
            return None
    return typed


def spread_fits(env: Environment, component: ty.Component) -> bool:
    """Whether what is spread in order changes from one credit to the next; reports where it does not, or where nobody can say how."""
    spread = component.spread
    if spread is None or spread.order is None:
        return True
    hint = f"Write spread over {spread.credit} in proportion to credited, or to another figure of each {spread.credit}."
    if component.pool is not None:
        message = "A part in what a group shares has no order: it is not made of one credit after the other."
        env.problem("wrong-place", message, spread.span, hint)
        return False
    running = list(_running(env, component, spread))
    if not running:
        message = f"Nothing in {component.name} adds up {spread.credit} of the payee, so no {spread.credit} adds anything to it."
        env.problem("wrong-grain", message, spread.span, hint)
        return False
    for e in running:
        measure = env.typed_measures[e.measure]
        assert measure is not None
        if any(part.different and part.credit == spread.credit for part in measure.parts):
            message = "What is different is counted over all of a period, and has no order."
            env.problem("wrong-grain", message, e.span, hint)
            return False
    return True


def _running(env: Environment, component: ty.Component, spread: ty.Spread) -> Iterator[ty.MeasureAt]:
    """The measures that go up with each credit of the spread."""
    assert isinstance(component.grain, ty.ForPeriod)
    for e in (e for f in formulas_of(component) for e in every(f)):
        if isinstance(e, ty.MeasureAt) and covers(component.grain, e.window):
            measure = env.typed_measures[e.measure]
            if measure is not None and adds_up(measure, spread.credit):
                yield e
