"""Typing components: what is paid for each credit or each period, along which tiers, under which conditions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from compplan.diagnostics import Related
from compplan.diagnostics.suggest import closest
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.amendments import in_force
from compplan.language.check import formulas, hints
from compplan.language.check.budgets import type_budget
from compplan.language.check.conversions import must_be_one_currency
from compplan.language.check.credits import type_credit
from compplan.language.check.doubtful import warn_doubtful
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.check.pools import pool_is_of_the_group, prizes_are_alike, type_pool
from compplan.language.check.tiers import type_factor
from compplan.language.formulas_of import all_formulas
from compplan.language.said import said_of
from compplan.language.units import NUMBER, RATIO, Unit, money, product
from compplan.language.walk import every, is_negative
from compplan.schema import MONTHS_IN, PERIODS, Period


def type_component(env: Environment, tree: t.Component, currency: str) -> ty.Component | None:
    """The typed component, or None after reporting all that is wrong with it."""
    grained = _grain(env, tree)
    if grained is None:
        _pay_sentences(env, tree)
        return None
    place, grain, good = grained
    top_tree = next((line for line in tree.lines if isinstance(line, t.ToTop)), None)
    top = None if top_tree is None else _top(env, place, top_tree, grain)
    good = good and (top_tree is None or top is not None)
    budget = type_budget(env, tree, grain, currency)
    good = good and budget is not False
    pool = type_pool(env, place, tree, grain)
    spread = _spread(env, tree, grain)
    good = good and pool is not False and spread is not False
    if top_tree is not None:
        place = place.having(ranked=True)
    factors = _factors(env, place, tree)
    if factors:
        place = place.having(target=factors[0])
    dates = in_force(tree)
    good = _dates_fit(env, tree, grain) and good
    env.places.setdefault(tree.name.text, []).append((*dates, place, grain))
    conditions = [formulas.type_condition(env, place, s.value) for s in _sentences(tree, "only if")]  # type: ignore[arg-type]
    cap = _limit(env, place, tree, "cap", currency) if factors else None
    floor = _limit(env, place, tree, "floor", currency) if factors else None
    if isinstance(cap, ty.Const) and isinstance(floor, ty.Const) and cap.value < floor.value:  # type: ignore[operator]
        env.problem("wrong-arguments", "The floor lies above the cap.", floor.span)
        return None
    unit, thing = _unit(env, tree, factors, currency)
    if (
        factors is None
        or unit is None
        or isinstance(cap, bool)
        or isinstance(floor, bool)
        or any(c is None for c in conditions)
        or not good
    ):
        return None
    typed = ty.Component(
        tree.word, tree.name.text, tree.label, grain, factors, tuple(c for c in conditions if c is not None), top,
        cap, floor, thing, unit, None, tree.span, *dates, said_of(tree), None if isinstance(pool, bool) else pool,
        None if isinstance(budget, bool) else budget, None if isinstance(spread, bool) else spread,
    )  # fmt: skip
    if typed.top is not None and typed.top.ties == "sharing" and not prizes_are_alike(env, typed):
        return None
    if (typed.pool is not None and not pool_is_of_the_group(env, typed)) or not _spread_fits(env, typed):
        return None
    typed = replace(typed, earned_at=_earned_at(typed))
    warn_doubtful(env, typed, tree)
    return typed if _running_fits(env, typed) else None


def _spread(env: Environment, tree: t.Component, grain: ty.ForPeriod | ty.ForCredit) -> ty.Spread | bool:
    """The typed spread; True where the component has none, False after a report."""
    if not any(isinstance(line, t.SpreadOver) for line in tree.lines):
        return True
    from compplan.language.check.spreads import type_spread  # few plans spread anything, and at start all is loaded

    return type_spread(env, tree, grain)


def _spread_fits(env: Environment, component: ty.Component) -> bool:
    if component.spread is None:
        return True
    from compplan.language.check.spreads import spread_fits  # few plans spread anything, and at start all is loaded

    return spread_fits(env, component)


def _dates_fit(env: Environment, tree: t.Component, grain: ty.ForPeriod | ty.ForCredit) -> bool:
    """Whether a component begins and ends with a month of the calendar, and with a period of those that it is paid for."""
    lines = [line for line in tree.lines if isinstance(line, t.InForce)]
    for again in lines[1:]:
        env.problem("duplicate-sentence", "A component has one sentence with effective.", again.span)
    first, last = in_force(tree)
    if first is not None and last is not None and last < first:
        env.problem("effective", f"The {tree.word} {tree.name.text} ends before it begins.", lines[0].span)
        return False
    plan_first, plan_last = env.dates or (first or date.min, last or date.max)
    if lines and ((first or plan_first) > plan_last or (last or plan_last) < plan_first):
        env.problem("effective", f"The {tree.word} {tree.name.text} is in force outside the plan's dates.", lines[0].span)
        return False
    period: Period = grain.period if isinstance(grain, ty.ForPeriod) else "month"
    begins = [first] if first is not None else []
    begins += [last + timedelta(days=1)] if last is not None else []
    for day in begins:
        found = env.calendar.period_of(day, period)
        if env.calendar.start(found) != day:
            message = f"{day} lies within {found.label}, and {tree.name.text} is for each {period}."
            hint = f"Let it begin with the first day of a {period}, and end with the last of one."
            env.problem("effective", message, lines[0].span, hint)
            return False
    return True


def _sentences(tree: t.Component, keyword: str) -> list[t.Sentence]:
    return [line for line in tree.lines if isinstance(line, t.Sentence) and line.keyword == keyword]


def _grain(env: Environment, tree: t.Component) -> tuple[Place, ty.ForPeriod | ty.ForCredit, bool] | None:
    fors = [line for line in tree.lines if isinstance(line, (t.ForPeriod, t.ForCredit))]
    if not fors:
        message = f"The {tree.word} {tree.name.text} does not say what it is paid for."
        env.problem("missing-sentence", message, tree.name.span, "For example: for each quarter, or for each booking")
        return None
    for again in fors[1:]:
        related = (Related(fors[0].span, "it stood here first"),)
        env.problem("duplicate-sentence", "A component is paid for one thing.", again.span, None, related)
    lets = {line.name.text: line for line in tree.lines if isinstance(line, t.Let)}
    title = f"the {tree.word} {tree.name.text}"
    found = fors[0]
    grained: tuple[Place, ty.ForPeriod | ty.ForCredit, bool] | None
    grained = _for_period(env, found, title) if isinstance(found, t.ForPeriod) else _for_credit(env, found, title)
    if grained is None:
        return None
    place, grain, good = grained
    return place.having(lets={**place.lets, **lets}), grain, good


def _for_period(env: Environment, tree: t.ForPeriod, title: str) -> tuple[Place, ty.ForPeriod, bool]:
    if tree.to_date is None:
        place = Place(Grain.PERIOD, title, period=tree.period, window=ty.Window(tree.period), converts=True)
        return place, ty.ForPeriod(tree.period, None, None), True
    basis, against = tree.to_date.period, tree.to_date.against
    good = MONTHS_IN[basis] > MONTHS_IN[tree.period]
    if not good:
        message = f"A {basis} to date cannot be paid for each {tree.period}; it must be longer."
        env.problem("needs-window", message, tree.to_date.span)
    window = ty.Window(basis, t.Reach.TO_DATE)
    place = Place(Grain.PERIOD, title, period=tree.period, window=window, to_date=True, against=against, converts=True)
    return place, ty.ForPeriod(tree.period, basis, against), good


def _for_credit(env: Environment, tree: t.ForCredit, title: str) -> tuple[Place, ty.ForCredit, bool] | None:
    name = tree.credit.text
    if name not in env.credits:
        env.problem("unknown-name", f"There is no credit {name}, and it is no period.", tree.credit.span, _for_each_hint(env, name))
        return None
    env.use(name)
    credit = type_credit(env, name)
    if credit is None:
        return None
    lets = {line.name.text: line for line in env.credits[name].lines if isinstance(line, t.Let)}
    place = Place(Grain.CREDIT, title, kind=env.schema.kinds[credit.kind], credit=credit, lets=lets, converts=True)
    where = None if tree.where is None else formulas.type_condition(env, place, tree.where)
    good = tree.where is None or where is not None
    if tree.to_date is None:
        return place, ty.ForCredit(name, where, None, None), good
    if tree.where is not None:
        message = "A figure to date is that of all credits; it cannot be paid for some of them."
        env.problem("wrong-place", message, tree.where.span, "Put the condition into the measure: sum(booking.credited where ...).")
        good = False
    basis, against = tree.to_date.period, tree.to_date.against
    place = place.having(window=ty.Window(basis, t.Reach.TO_DATE), to_date=True, against=against)
    return place, ty.ForCredit(name, None, basis, against), good


def _for_each_hint(env: Environment, name: str) -> str | None:
    """A credit of that spelling, the credit that comes from records of that name, or the period that is meant."""
    choices = [*env.credits, *PERIODS]
    kind = name if name in env.schema.kinds else closest(name, env.schema.kinds)
    credit = next((c.name.text for c in env.credits.values() if kind is not None and c.source.text == kind), None)
    if credit is not None and closest(name, choices) is None:
        return f"Write for each {credit}: the credit {credit} comes from {kind}."
    return hints.for_period(name) or did_you_mean(name, choices)


def _factors(env: Environment, place: Place, tree: t.Component) -> tuple[ty.Expr, ...] | None:
    grants = [line for line in tree.lines if isinstance(line, t.Grant)]
    if tree.word == "award":
        if len(grants) != 1:
            message = f"The award {tree.name.text} grants nothing." if not grants else f"The award {tree.name.text} grants two things."
            env.problem("missing-sentence", message, tree.name.span, 'For example: grant 2 "days off"')
            return None
        quantity = formulas.type_quantity(env, place, grants[0].quantity)
        return None if quantity is None else (quantity,)
    pays = _pay_sentences(env, tree)
    if not pays:
        return None
    typed = [type_factor(env, place, s.value) for s in [*pays[:1], *_sentences(tree, "times")]]
    good = tuple(f for f in typed if f is not None)
    return good if len(good) == len(typed) and len(pays) == 1 else None


def _pay_sentences(env: Environment, tree: t.Component) -> list[t.Sentence]:
    """The sentences with `pay`; reports where there is not one of them."""
    pays = _sentences(tree, "pay")
    if not pays and tree.word != "award":
        message = f"The {tree.word} {tree.name.text} does not say what it pays."
        env.problem("missing-sentence", message, tree.name.span, "For example: pay 10% of credited")
    for again in pays[1:]:
        env.problem(
            "duplicate-sentence", "A component pays one thing.", again.span, "Multiply with times; for a sum, write two components."
        )
    return pays


def _unit(env: Environment, tree: t.Component, factors: tuple[ty.Expr, ...] | None, currency: str) -> tuple[Unit | None, str | None]:
    if factors is None:
        return None, None
    unit: Unit | None = factors[0].unit
    for factor in factors[1:]:
        before = unit
        unit = None if unit is None else product(unit, factor.unit)
        if unit is None:
            env.problem("wrong-unit", f"{before} cannot be multiplied by {factor.unit}.", factor.span)
            return None, None
    if tree.word == "award":
        if unit != NUMBER:
            env.problem("wrong-unit", f"An award grants a number of something; this is {unit}.", factors[0].span)
            return None, None
        return unit, next(line.thing for line in tree.lines if isinstance(line, t.Grant))
    if unit != money(currency) and not env.damage.touches(tree.span):
        hint = "Ask for it per period: ... per quarter." if unit is not None and unit.per else hints.for_pay(factors, currency)
        message = f"A {tree.word} comes to {currency}; this comes to {unit}."
        env.problem("wrong-unit", message, factors[0].span.to(factors[-1].span), hint)
        return None, None
    return unit, None


def _limit(env: Environment, place: Place, tree: t.Component, keyword: str, currency: str) -> ty.Expr | Literal[False] | None:
    """The cap or floor; None where there is none, False after a report."""
    found = _sentences(tree, keyword)
    if not found:
        return None
    for again in found[1:]:
        env.problem("duplicate-sentence", f"The component has two sentences with {keyword}.", again.span)
        return False
    typed = formulas.type_quantity(env, place, found[0].value)  # type: ignore[arg-type]
    if typed is None:
        return False
    if typed.unit != money(currency):
        hint = "Say of what: cap at 150% of the target." if typed.unit == RATIO else hints.for_pay([typed], currency)
        env.problem("wrong-unit", f"A {keyword} is in {currency}; this is {typed.unit}.", typed.span, hint)
        return False
    if keyword == "cap" and is_negative(typed):
        env.problem("wrong-arguments", "A cap below zero would make every payee owe money.", typed.span)
        return False
    return typed


def _top(env: Environment, place: Place, tree: t.ToTop, grain: ty.ForPeriod | ty.ForCredit) -> ty.Top | None:
    if not isinstance(grain, ty.ForPeriod) or grain.to_date is not None:
        message = "A ranking is made of payees at the end of a period."
        env.problem("wrong-place", message, tree.span, "Let the component be for each month, quarter, half or year.")
        return None
    by = formulas.type_quantity(env, place, tree.by)
    percent = tree.size.kind is t.LiteralKind.PERCENT
    size = Fraction(tree.size.value)  # type: ignore[arg-type]
    if percent and tree.rounded_up is None:
        message = f"{size * 100}% of the payees need not be a whole number."
        env.problem("missing-sentence", message, tree.size.span, "Say rounded up, or rounded down, after the figure.")
        return None
    if percent and not 0 < size <= 1:
        env.problem("wrong-arguments", "The top is more than 0% and at most 100% of the payees.", tree.size.span)
        return None
    if not percent and (size.denominator != 1 or size < 1):
        env.problem("wrong-arguments", "The top is a whole number of payees.", tree.size.span)
        return None
    if by is None or not must_be_one_currency(env, by, "What is ranked"):
        return None
    return ty.Top(None if percent else int(size), size if percent else None, bool(tree.rounded_up), tree.ties, by, tree.span)


def _earned_at(component: ty.Component) -> Period | None:
    """The longest period that the component must see to its end."""
    in_proportion = component.budget is not None and component.budget.spent == "in proportion"
    whole: set[Period] = {component.budget.period} if in_proportion and component.budget is not None else set()
    whole |= {
        e.window.period
        for f in all_formulas(component)
        for e in every(f)
        if isinstance(e, (ty.MeasureAt, ty.EarnedAt)) and e.window.reach is t.Reach.WHOLE and e.window.is_own
    }
    if isinstance(component.grain, ty.ForPeriod):
        whole.add(component.grain.period)
    return max(whole, key=MONTHS_IN.__getitem__, default=None)


def _running_fits(env: Environment, component: ty.Component) -> bool:
    """A figure to date for each credit is made of measures: a field of the one credit at hand has no figure to date."""
    if not isinstance(component.grain, ty.ForCredit) or component.grain.to_date is None:
        return True
    limits = [e for e in (component.cap, component.floor) if e is not None]
    good = True
    for formula in [*component.factors, *component.conditions, *limits]:
        for e in every(formula):
            if isinstance(e, (ty.CreditField, ty.RecordField)):
                name = e.name if isinstance(e, ty.CreditField) else e.path[-1]
                credit, basis = component.grain.credit, component.grain.to_date
                message = f"{name} belongs to one {credit}; the component pays what the {basis} to date comes to."
                env.problem("wrong-grain", message, e.span, f"Use a measure, such as one of sum({component.grain.credit}.credited).")
                good = False
            elif isinstance(e, ty.MeasureAt) and e.window != ty.Window(component.grain.to_date, t.Reach.TO_DATE):
                env.problem("needs-window", "In a figure to date, every measure is taken to date.", e.span, "Leave the words over ... out.")
                good = False
    return good
