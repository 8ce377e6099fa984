"""Typing pools: one amount for a group, shared out among its payees."""

from __future__ import annotations

from collections.abc import Iterator

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.units import unit_of
from compplan.language.walk import parts
from compplan.schema import PEOPLE, TextType


def type_pool(env: Environment, place: Place, tree: t.Component, grain: ty.ForPeriod | ty.ForCredit) -> ty.Pool | bool:
    """The typed pool; True where the component has none, False after a report."""
    found = [line for line in tree.lines if isinstance(line, t.SharedOut)]
    if not found:
        return True
    pool = found[0]
    for again in found[1:]:
        env.problem("duplicate-sentence", "What a component comes to is shared out once.", again.span)
        return False
    if not isinstance(grain, ty.ForPeriod) or grain.to_date is not None:
        message = "What is shared out is one amount for a whole period."
        env.problem("wrong-place", message, pool.span, "Let the component be for each month, quarter, half or year.")
        return False
    if any(isinstance(line, t.ToTop) for line in tree.lines):
        message = "What is shared out is no matter of places."
        env.problem("wrong-place", message, pool.span, "Say who has a part with where, or leave the ranking out.")
        return False
    group = _group(env, pool)
    where = None
    if pool.where is not None:
        people = Place(Grain.PEOPLE, f"the members of {tree.name.text}", lets=place.lets)
        where = formulas.type_condition(env, people, pool.where)
    by = None if pool.by is None else formulas.type_quantity(env, place, pool.by)
    if group is False or (pool.where is not None and where is None) or (pool.by is not None and by is None):
        return False
    assert not isinstance(group, bool)
    return ty.Pool(group, where, by, pool.span)


def _group(env: Environment, pool: t.SharedOut) -> ty.PayeeField | bool | None:
    if pool.group is None:
        return None
    people = env.schema.kinds[PEOPLE]
    column = people.column(pool.group.text)
    if column is None or not isinstance(column.type, TextType):
        message = f"{pool.group.text} is no column of people that names a group."
        texts = [c.name for c in people.columns if isinstance(c.type, TextType)]
        env.problem("unknown-name", message, pool.group.span, did_you_mean(pool.group.text, texts))
        return False
    return ty.PayeeField((column.name,), unit_of(column.type), not column.required, pool.group.span)


def pool_is_of_the_group(env: Environment, component: ty.Component) -> bool:
    """Whether what is shared out is one amount for the whole group; reports what each payee has of their own."""
    assert component.pool is not None
    column = None if component.pool.group is None else component.pool.group.path[0]
    whose = "everyone together" if column is None else f"each {column}"
    limits = [f for f in (component.cap, component.floor) if f is not None]
    for formula in (*component.factors, *component.conditions, *limits):
        for e in _own(env, formula, column):
            message = f"Each payee has one of their own here, and what is shared out is one amount for {whose}."
            measured = "for the company" if column is None else f"for each {column}"
            hint = f"Use a measure {measured}; who has a part, and how large, stands after share among."
            env.problem("wrong-grain", message, e.span, hint)
            return False
    return True


def prizes_are_alike(env: Environment, component: ty.Component) -> bool:
    """Whether the prize of a place is the same for whoever comes to it, so that those who tie can share it; reports what is not."""
    assert component.top is not None
    if component.word == "award":
        message = "What is granted is no money, and cannot be cut."
        env.problem("wrong-place", message, component.top.span, "Write ties included, or ties excluded.")
        return False
    limits = [f for f in (component.cap, component.floor) if f is not None]
    for formula in (*component.factors, *limits):
        for e in (e for e in _own(env, formula, None) if not isinstance(e, ty.Place)):
            message = "Each payee has one of their own here, and the prize of a place is shared by whoever comes to it."
            env.problem("wrong-grain", message, e.span, "Use the place, a table of it, or a measure for the company.")
            return False
    return True


def _own(env: Environment, formula: ty.Expr, column: str | None) -> Iterator[ty.Expr]:
    """What a formula reads of a payee that need not be the same for all of the group."""
    match formula:
        case ty.MeasureAt() | ty.QuotaAt():
            measure = env.typed_measures[formula.measure]
            if measure is None or measure.group is None or measure.group not in ("", column):
                yield formula
        case ty.RecordSum():
            if formula.person is not None or formula.group is not None:
                yield formula
        case ty.PayeeField():
            if column is None or formula.path != (column,):
                yield formula
        case ty.EarnedAt() | ty.Place() | ty.LeaveShare() | ty.AverageBefore():
            yield formula
        case _:
            for part in parts(formula):
                yield from _own(env, part, column)
