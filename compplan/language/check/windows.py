"""Typing what is read over a window: measures, quotas, attainments."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from compplan.diagnostics import Span
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.environment import Environment
from compplan.language.check.measures import type_measure, type_quota_of
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.units import RATIO
from compplan.schema import MONTHS_IN, PEOPLE, Period, ReferenceType


def fits_within(inner: Period, window: ty.Window, cadence: Period | None) -> bool:
    """Whether a window is always made of whole periods of a kind."""
    if window.months:
        return MONTHS_IN[inner] <= MONTHS_IN[cadence or "month"] and window.months % MONTHS_IN[inner] == 0
    outer = cadence if window.reach is t.Reach.TO_DATE and cadence is not None else window.period
    return MONTHS_IN[inner] <= MONTHS_IN[outer]


def type_measure_name(env: Environment, place: Place, name: str, span: Span) -> ty.Expr | None:
    """A measure by its name alone, over the window that the place gives it."""
    return type_measure_over(env, place, name, None, span)


def type_measure_over(env: Environment, place: Place, name: str, window: ty.Window | None, span: Span) -> ty.MeasureAt | None:
    """A measure over a window of its own, or what it is taken over in its place where none is said; None after a report."""
    measure = type_measure(env, name)
    if measure is None or _is_inside_a_sum(env, place, _shown(env, measure), span):
        return None
    if place.grain is Grain.MEASURE and window is None:
        return ty.MeasureAt(measure.name, ty.Window("year"), measure.unit, span)
    if window is not None and window.months and any(part.different for part in measure.parts):
        message = f"{_shown(env, measure)} counts what is different within periods of the calendar; {window.words} are none."
        env.problem("needs-window", message, span, "Take it over month, quarter, half or year.")
        return None
    if place.grain is Grain.CREDIT:
        return _at_credit(env, place, measure, window, span)
    if place.grain is not Grain.PERIOD or place.period is None or place.window is None:
        message = f"{_shown(env, measure)} has one value for a payee and a period; here there is one value for {place.grain.value}."
        env.problem("wrong-grain", message, span)
        return None
    chosen = _window_in_period(env, place, window or place.window, span)
    return None if chosen is None else ty.MeasureAt(measure.name, chosen, measure.unit, span)


def _window_in_period(env: Environment, place: Place, chosen: ty.Window, span: Span) -> ty.Window | None:
    """A window for a payee and a period, if it can be read there."""
    assert place.period is not None
    if chosen.months:
        return chosen
    if chosen.reach is t.Reach.BEFORE:
        env.problem(
            "needs-window", "“before this one” is for components that pay for each credit.", span, "Write to date, or leave it out."
        )
        return None
    if MONTHS_IN[chosen.period] < MONTHS_IN[place.period]:
        message = f"A {place.period} has several {_plural(chosen.period)}; it is not clear which is meant."
        hint = (
            f"Leave the words over {chosen.period} out, for the whole {place.period}; or let it stand in what is for each {chosen.period}."
        )
        env.problem("needs-window", message, span, hint)
        return None
    if place.to_date and chosen.is_own and chosen.reach is t.Reach.WHOLE and MONTHS_IN[chosen.period] > MONTHS_IN[place.period]:
        message = f"A figure to date cannot read the whole {chosen.period}, which is not over yet."
        env.problem("needs-window", message, span, f"Write over {chosen.period} to date.")
        return None
    return chosen


def type_earned(env: Environment, place: Place, call: t.Call) -> ty.Expr | None:
    """`earned(own)`, `earned(own over year to date)`: what another component of the plan has earned the payee."""
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    window = None
    if isinstance(argument, t.Over):
        if argument.same is not None:
            _refuse_same(env, argument.same)
            return None
        window, argument = argument.window, argument.operand
    others: Literal["none", "below", "direct"] = "none"
    if isinstance(argument, t.OfOthers):
        others, argument = "direct" if argument.direct else "below", argument.operand
    if not isinstance(argument, t.Path) or len(argument.names) != 1:
        env.problem("wrong-arguments", "earned is asked of a component by its name.", call.span, "Write earned(own).")
        return None
    name = argument.names[0]
    if others != "none" and not _has_managers(env, call.span):
        return None
    if name.text not in env.components:
        message = f"There is no component {name.text} in this plan."
        env.problem("unknown-name", message, name.span, did_you_mean(name.text, list(env.components)))
        return None
    if _is_inside_a_sum(env, place, f"What {name.text} has earned", call.span):
        return None
    if place.grain is Grain.CREDIT:
        chosen = _earned_at_credit(env, place, name.text, window, call.span)
    elif place.grain is Grain.PERIOD and place.window is not None:
        chosen = _window_in_period(env, place, window or place.window, call.span)
    else:
        message = f"What {name.text} has earned has one value for a payee and a period; here there is one value for {place.grain.value}."
        env.problem("wrong-grain", message, call.span)
        return None
    return None if chosen is None else ty.EarnedAt(name.text, chosen, env.components[name.text], others, call.span)


def _has_managers(env: Environment, span: Span) -> bool:
    """Reports people that do not say whom they report to."""
    column = env.schema.kinds[PEOPLE].column("manager")
    if column is not None and isinstance(column.type, ReferenceType) and column.type.kind == PEOPLE:
        return True
    message = "Who reports to whom is not known: people have no column manager that refers to people."
    env.problem("unknown-name", message, span, "Declare it in the project file: manager: {type: people, optional: true}.")
    return False


def _earned_at_credit(env: Environment, place: Place, name: str, window: ty.Window | None, span: Span) -> ty.Window | None:
    """Beside one credit, what is earned is known for whole months alone."""
    if place.to_date:
        message = f"A figure to date for each credit is made of what was credited; what {name} has earned belongs to months."
        env.problem("needs-window", message, span, "Let the component be for each month.")
        return None
    if window is None or window.reach is not t.Reach.WHOLE:
        message = f"What {name} has earned needs a whole period here, where there is one value for each credit."
        env.problem("needs-window", message, span, f"Write earned({name} over month), or quarter, half or year.")
        return None
    return window


def _plural(period: Period) -> str:
    return "halves" if period == "half" else f"{period}s"


def _is_inside_a_sum(env: Environment, place: Place, shown: str, span: Span) -> bool:
    """Reports a measure or quota in what is added up: each credit counts or not by itself alone."""
    if not place.adding or place.credit is None:
        return False
    message = f"{shown} cannot stand in a sum or count of {place.credit.name}: what is added up goes by each credit alone."
    hint = f"Put it into the component: only if ..., or for each {place.credit.name} where ... ."
    env.problem("wrong-place", message, span, hint)
    return True


def _shown(env: Environment, measure: ty.Measure) -> str:
    """A measure as a reader knows it: one that was written inside a formula has no name."""
    return measure.name if measure.name in env.measures else "This sum or count"


def _at_credit(env: Environment, place: Place, measure: ty.Measure, window: ty.Window | None, span: Span) -> ty.MeasureAt | None:
    chosen = window or place.window
    name = measure.name if measure.name in env.measures else "sum(...)"
    if chosen is None:
        message = f"{_shown(env, measure)} needs a period here, where there is one value for each credit."
        hint = f"Write {name} over quarter (the whole of it), over quarter to date (with this one), or over quarter before this one."
        env.problem("needs-window", message, span, hint)
        return None
    if chosen.reach is t.Reach.WHOLE:
        if place.to_date:
            what = f"the whole {chosen.period}" if chosen.is_own else chosen.words
            env.problem("needs-window", f"A figure to date cannot read {what}.", span, "Leave the words over ... out.")
            return None
        return ty.MeasureAt(measure.name, chosen, measure.unit, span)
    assert place.credit is not None
    if not chosen.is_own:
        message = f"Up to one {place.credit.name} there is nothing to date a year before."
        env.problem("needs-window", message, span, f"Write over {chosen.period} a year before, for the whole of it.")
        return None
    if measure.group is not None or any(part.credit != place.credit.name for part in measure.parts):
        credit = place.credit.name
        message = f"{_shown(env, measure)} does not add up {credit} of one payee alone, so it has no figure up to one {credit}."
        env.problem("wrong-grain", message, span, f"Take it over a whole period, as in {name} over {chosen.period}.")
        return None
    return ty.MeasureAt(measure.name, chosen, measure.unit, span)


def type_attainment(env: Environment, place: Place, call: t.Call) -> ty.Expr | None:
    """`attainment(arr)`, `attainment(arr over year to date against the full quota)`."""
    found = _measured(env, call)
    if found is None:
        return None
    name, window = found
    measure = type_measure_over(env, place, name, window, call.span)
    if measure is None:
        return None
    quota_window = _quota_window(env, place, measure.window, call.against, call.span)
    if quota_window is None:
        return None
    quota = _quota_at(env, place, name, quota_window, call.span)
    if quota is None:
        return None
    if measure.unit != quota.unit:
        env.problem("wrong-unit", f"{name} is {measure.unit}, its quota {quota.unit}.", call.span)
        return None
    return ty.Attainment(measure, quota, RATIO, call.span)


def type_quota(env: Environment, place: Place, call: t.Call) -> ty.Expr | None:
    """`quota(arr)`, `quota(arr over year)`."""
    found = _measured(env, call)
    if found is None:
        return None
    name, window = found
    if _is_inside_a_sum(env, place, f"The quota for {name}", call.span):
        return None
    if place.grain not in (Grain.PERIOD, Grain.CREDIT) or (place.window is None and window is None):
        env.problem("needs-window", f"The quota for {name} needs a period here.", call.span, f"Write quota({name} over quarter).")
        return None
    chosen = window or _quota_window(env, place, place.window or ty.Window("year"), None, call.span)
    return None if chosen is None else _quota_at(env, place, name, chosen, call.span)


def _measured(env: Environment, call: t.Call) -> tuple[str, ty.Window | None] | None:
    """The measure that an attainment or quota is asked of, and the window if one is said."""
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    window = None
    if isinstance(argument, t.Over):
        if argument.same is not None:
            _refuse_same(env, argument.same)
            return None
        window = argument.window
        argument = argument.operand
    if not isinstance(argument, t.Path) or len(argument.names) != 1:
        env.problem("wrong-arguments", f"{call.name.text} is asked of a measure by its name.", call.span, f"Write {call.name.text}(arr).")
        return None
    name = argument.names[0]
    if name.text not in env.measures:
        env.problem("unknown-name", f"There is no measure {name.text}.", name.span, did_you_mean(name.text, list(env.measures)))
        return None
    env.use(name.text)
    return name.text, window


def _refuse_same(env: Environment, same: t.Path) -> None:
    message = f"Of the same {same.text} there is a measure alone: no quota, and nothing earned."
    env.problem("wrong-place", message, same.span, "Write the measure itself: arr over year to date of the same account.")


def type_of_the_same(env: Environment, place: Place, measure: ty.Expr | None, same: t.Path) -> ty.Expr | None:
    """A measure up to one credit, of those whose record has the same in a column."""
    if measure is None:
        return None
    if place.grain is not Grain.CREDIT or place.to_date or not isinstance(measure, ty.MeasureAt):
        message = f"The same {same.text} is that of one credit; here there is one value for {place.grain.value}."
        if place.to_date:
            message = f"A figure to date is that of all credits, not of those of the same {same.text}."
        env.problem("wrong-grain", message, same.span, "Let the component be for each credit, as in for each booking.")
        return None
    column = formulas.type_expression(env, place, same)
    if column is None:
        return None
    if not isinstance(column, ty.RecordField) or column.unit.is_quantity:
        message = f"{same.text} is no column of the record that names something, such as a customer."
        env.problem("wrong-arguments", message, same.span)
        return None
    return replace(measure, same=column)


def _quota_window(env: Environment, place: Place, window: ty.Window, against: t.Against | None, span: Span) -> ty.Window | None:
    """Which part of the quota a figure is held against; to date, the plan must have said which."""
    if window.reach is t.Reach.WHOLE:
        return window
    chosen = against or (place.against if window == place.window else None)
    if chosen is None:
        message = f"A {window.period} to date can be held against the full quota of the {window.period}, or against the quota to date."
        hint = "Say which: in the for sentence, or attainment(... against the full quota)."
        env.problem("needs-against", message, span, hint)
        return None
    if chosen is t.Against.FULL:
        return ty.Window(window.period, back=window.back)
    if place.grain is Grain.CREDIT:
        env.problem("needs-against", "Up to one credit there is no quota to date.", span, "Hold it against the full quota.")
        return None
    return window


def _quota_at(env: Environment, place: Place, name: str, window: ty.Window, span: Span) -> ty.QuotaAt | None:
    if name not in env.quotas:
        env.problem("no-quota", f"No quota is set for {name}.", span, f"Write quota for {name} each quarter = ... beside the measure.")
        return None
    quota = type_quota_of(env, name)
    if quota is None:
        return None
    if window.months:
        message = f"A quota is set for periods of the calendar; for {window.words} there is none."
        env.problem("needs-window", message, span, f"Take it over {quota.period}, or over the previous {quota.period}.")
        return None
    if not fits_within(quota.period, window, place.period):
        asked = window.period if window.reach is t.Reach.WHOLE else place.period
        message = f"The quota for {name} is for each {quota.period}; there is none for a {asked}."
        env.problem("needs-window", message, span, _longer(place, quota.period))
        return None
    return ty.QuotaAt(name, window, quota.unit, span)


def _longer(place: Place, period: Period) -> str:
    """What to write where a quota is set for a longer period than the place's."""
    if place.grain is Grain.CREDIT:
        return f"Take it over {period}."
    return f"Let it be for each {period}; or take it over {period} to date against the full quota."
