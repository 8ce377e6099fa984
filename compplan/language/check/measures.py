"""Typing measures and quotas."""

from __future__ import annotations

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.environment import DEEPEST, Environment
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.check.tiers import type_factor
from compplan.language.units import RATIO
from compplan.language.walk import every, rewrite, too_deep
from compplan.schema import PEOPLE, TextType

MOST_SUMS = 50
"""How many sums and counts one measure may be made of."""


def type_measure(env: Environment, name: str) -> ty.Measure | None:
    """The typed measure of a name; worked out once."""
    if name in env.typed_measures:
        return env.typed_measures[name]
    tree = env.measures.get(name)
    if tree is None:
        return None
    key = f"measure {name}"
    if key in env.in_progress:
        env.problem("circular", f"The measure {name} is worked out from itself.", tree.span)
        return None
    env.in_progress.append(key)
    typed = _measure(env, tree)
    env.in_progress.pop()
    env.typed_measures[name] = typed
    return typed


def _measure(env: Environment, tree: t.Measure) -> ty.Measure | None:
    group = _group(env, tree)
    place = Place(Grain.MEASURE, f"the measure {tree.name.text}")
    formula = formulas.type_quantity(env, place, tree.value)
    if formula is None or group is None:
        return None
    chosen = None if tree.group is None else group
    parts: list[ty.Aggregate] = []
    foreign: list[ty.MeasureAt] = []

    def numbered(expr: ty.Expr) -> ty.Expr | None:
        if not isinstance(expr, ty.MeasureAt):
            return None
        inner = env.typed_measures[expr.measure]
        assert inner is not None
        if expr.measure in env.measures and inner.group != chosen:
            foreign.append(expr)
        offset = len(parts)
        parts.extend(inner.parts)
        return rewrite(inner.formula, lambda e: ty.Part(e.index + offset, e.unit, e.span) if isinstance(e, ty.Part) else None)

    formula = rewrite(formula, numbered)
    if len(parts) > MOST_SUMS or too_deep(formula, DEEPEST):
        message = f"The measure {tree.name.text} and those that it uses are made of too many parts."
        env.problem("too-deep", message, tree.name.span, "Add up less in one measure.")
        return None
    if not parts:
        message = f"The measure {tree.name.text} adds up nothing."
        env.problem("wrong-arguments", message, tree.value.span, "A measure is a sum or count of credits: sum(booking.credited).")
        return None
    if any(isinstance(e, (ty.PayeeField, ty.RecordField)) for e in every(formula)):
        env.problem("wrong-grain", "A measure is made of sums and counts; a column cannot stand beside them.", tree.value.span)
        return None
    for other in foreign:
        env.problem("wrong-grain", f"{other.measure} is not for the same payees or groups as {tree.name.text}.", other.span)
    if foreign:
        return None
    measure = ty.Measure(tree.name.text, chosen, tuple(parts), formula, formula.unit, tree.span)
    _warn_double_count(env, measure)
    return measure


def _group(env: Environment, tree: t.Measure) -> str | None:
    """The column of people that a measure is for each of, "" for the company; None after a report."""
    if not isinstance(tree.group, t.EachGroup):
        return ""
    column = tree.group.column
    people = env.schema.kinds[PEOPLE]
    found = people.column(column.text)
    if found is None:
        choices = [c.name for c in people.columns]
        env.problem("unknown-name", f"people have no column {column.text}.", column.span, did_you_mean(column.text, choices))
        return None
    if not isinstance(found.type, TextType):
        env.problem("wrong-unit", f"{column.text} does not name a group.", column.span, "A group is a column of text, such as team.")
        return None
    return column.text


def _warn_double_count(env: Environment, measure: ty.Measure) -> None:
    """A group's sum over a credit with overlays counts one deal several times, unless it says what it does with them."""
    if measure.group is None:
        return
    for part in measure.parts:
        credit = env.typed_credits.get(part.credit)
        mentions = part.where is not None and any(isinstance(e, ty.CreditField) and e.name == "overlay" for e in every(part.where))
        if credit is not None and credit.has_overlay and not mentions and not part.overlays:
            message = f"{measure.name} adds up {part.credit} with its overlays, so that one record counts more than once."
            env.problem(
                "double-count", message, part.span, "Write where not overlay; or overlays included, after a comma, if that is meant."
            )


def type_quota_of(env: Environment, name: str) -> ty.Quota | None:
    """The typed quota for a measure; worked out once."""
    if name in env.typed_quotas:
        return env.typed_quotas[name]
    tree = env.quotas[name]
    measure = type_measure(env, name)
    typed = None if measure is None else _quota(env, tree, measure)
    env.typed_quotas[name] = typed
    return typed


def _quota(env: Environment, tree: t.Quota, measure: ty.Measure) -> ty.Quota | None:
    window = ty.Window(tree.period)
    title = f"the quota for {measure.name}"
    if measure.group is None:
        place = Place(Grain.PERIOD, title, period=tree.period, window=window, as_of=True, converts=True)
    else:
        place = Place(Grain.GROUP, title, period=tree.period, window=window, group=measure.group, converts=True)
    value = formulas.type_quantity(env, place, tree.value)
    if value is None:
        return None
    if any(isinstance(e, (ty.MeasureAt, ty.QuotaAt, ty.Attainment)) for e in every(value)):
        env.problem("wrong-place", "A quota is set by records or in the plan, not by what is credited.", tree.value.span)
        return None
    if value.unit != measure.unit:
        hint = f"Ask for one period: ... per {tree.period}." if value.unit.per else None
        env.problem("wrong-unit", f"{measure.name} is {measure.unit}, its quota {value.unit}.", tree.value.span, hint)
        return None
    ramp = None if tree.ramp is None else _ramp(env, tree, measure)
    return None if tree.ramp is not None and ramp is None else ty.Quota(measure.name, tree.period, value, value.unit, ramp, tree.span)


def _ramp(env: Environment, tree: t.Quota, measure: ty.Measure) -> ty.Expr | None:
    """What multiplies a quota month by month: a ratio that goes by the payee and the month."""
    assert tree.ramp is not None
    if measure.group is not None:
        env.problem("wrong-place", f"{measure.name} has no payee of its own whose quota could be ramped.", tree.ramp.span)
        return None
    place = Place(Grain.PERIOD, f"the ramp of the quota for {measure.name}", period="month", window=ty.Window("month"), as_of=True)
    ramp = type_factor(env, place, tree.ramp)
    if ramp is None:
        return None
    if any(isinstance(e, (ty.MeasureAt, ty.QuotaAt, ty.Attainment, ty.RecordSum, ty.EarnedAt)) for e in every(ramp)):
        env.problem("wrong-place", "A ramp goes by the payee and the month, not by what is credited.", tree.ramp.span, "Write tenure.")
        return None
    if ramp.unit != RATIO:
        hint = "Write a percentage of the whole quota: from 1: 25%."
        env.problem("wrong-unit", f"A ramp is a ratio; this is {ramp.unit}.", tree.ramp.span, hint)
        return None
    return ramp
