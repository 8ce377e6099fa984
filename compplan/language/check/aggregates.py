"""Typing `sum` and `count`: over credits they make a measure, over rows that name a payee and a period they are added up as they are."""

from __future__ import annotations

from itertools import count

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.conversions import must_be_one_currency
from compplan.language.check.credits import type_credit
from compplan.language.check.dated import check_rows
from compplan.language.check.doubtful import is_shared
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.check.windows import fits_within, type_measure_name, type_measure_over, type_of_the_same
from compplan.language.tree_formulas import paths
from compplan.language.units import NUMBER, Unit, unit_of
from compplan.language.walk import every
from compplan.schema import PEOPLE, DateType, PeriodType, RecordKind, ReferenceType


def type_aggregate(env: Environment, place: Place, call: t.Call) -> ty.Expr | None:
    """A sum or count where it stands: inside a measure, a quota, or a component."""
    source = _source(env, call)
    if source is None:
        return None
    if place.adding:
        env.problem(
            "wrong-place", f"{place.title[0].upper()}{place.title[1:]} is being added up; no other sum can stand inside.", call.span
        )
        return None
    if place.grain not in (Grain.PERIOD, Grain.GROUP, Grain.MEASURE, Grain.CREDIT):
        env.problem("wrong-place", f"Nothing can be added up in {place.title}.", call.span)
        return None
    if source in env.credits:
        if place.grain is Grain.GROUP:
            env.problem("wrong-place", "A quota is set by records or in the plan, not by what is credited.", call.span)
            return None
        aggregate = credit_aggregate(env, source, call)
        return None if aggregate is None else _inline_measure(env, place, aggregate, call)
    return _record_sum(env, place, env.schema.kinds[source], call)


def _source(env: Environment, call: t.Call) -> str | None:
    """The credit or kind of record that is added up: what the names before the dots say."""
    if len(call.arguments) != 1:
        env.problem(
            "wrong-arguments", f"{call.name.text} takes one argument.", call.span, "sum(booking.credited where ...), count(booking)."
        )
        return None
    argument = call.arguments[0]
    heads = [p.names[0] for p in paths(argument) if len(p.names) > 1 or call.name.text == "count"]
    for head in heads:
        if head.text in env.credits or env.schema.kind(head.text) is not None:
            return head.text
    choices = [*env.credits, *env.schema.kinds]
    if not heads:
        hint = "Write whose it is: sum(booking.credited)." if call.name.text == "sum" else "Write what to count: count(booking)."
        env.problem("wrong-arguments", f"{call.name.text} must say what it adds up.", call.span, hint)
        return None
    first = heads[0]
    env.problem("unknown-name", f"There is no credit or record {first.text}.", first.span, did_you_mean(first.text, choices))
    return None


def credit_aggregate(env: Environment, source: str, call: t.Call) -> ty.Aggregate | None:
    """A sum or count of credits."""
    env.use(source)
    credit = type_credit(env, source)
    if credit is None:
        return None
    kind = env.schema.kinds[credit.kind]
    place = Place(Grain.CREDIT, f"the credit {source}", kind=kind, credit=credit, lets=_lets_of(env, source), adding=True)
    where = None if call.where is None else formulas.type_condition(env, place, call.where)
    if call.where is not None and where is None:
        return None
    if call.name.text == "count":
        return _count(env, place, where, call)
    value = formulas.type_quantity(env, place, call.arguments[0])
    if value is None or not must_be_one_currency(env, value, "What is added up"):
        return None
    _warn_whole_records(env, credit, value, call)
    return ty.Aggregate(source, value, where, value.unit, call.span, overlays=call.overlays)


def _count(env: Environment, place: Place, where: ty.Expr | None, call: t.Call) -> ty.Aggregate | None:
    """`count(booking where ...)` counts rows, `count(different booking.account)` what stands in a column, each once."""
    assert place.credit is not None
    credit, argument = place.credit.name, call.arguments[0]
    if not call.different:
        if isinstance(argument, t.Path) and argument.text == credit:
            return ty.Aggregate(credit, None, where, NUMBER, call.span, overlays=call.overlays)
        env.problem(
            "wrong-arguments", f"count counts rows of {credit}, not what stands in them.", argument.span, _instead_of(argument, credit)
        )
        return None
    is_column = isinstance(argument, t.Path) and len(argument.names) > 1
    value = formulas.type_expression(env, place, argument) if is_column else None
    if is_column and value is None:
        return None
    if not isinstance(value, (ty.RecordField, ty.CreditField)):
        message = f"What is counted, each once, is a column of {credit}."
        env.problem("wrong-arguments", message, argument.span, f"Write count(different {credit}.account), with a column of yours.")
        return None
    if isinstance(value, ty.RecordField) and value.optional and not _asks_for(where, value):
        name = argument.text.removeprefix(f"{credit}.") if isinstance(argument, t.Path) else ""
        message = f"{name} may be empty, and it is not said whether such rows count."
        hint = f"They count for none: say so with where {name} is not empty."
        env.problem("wrong-arguments", message, argument.span, hint)
        return None
    return ty.Aggregate(credit, value, where, NUMBER, call.span, different=True, overlays=call.overlays)


def _instead_of(argument: t.Expression, credit: str) -> str:
    if isinstance(argument, t.Path) and len(argument.names) == 2:
        column = argument.names[1].text
        return f"Write count({credit} where {column}) for those of which it is yes, count(different {argument.text}) for each one once."
    return f"Write count({credit} where ...)."


def _asks_for(where: ty.Expr | None, value: ty.Expr) -> bool:
    """Whether a condition speaks of the value being empty."""
    return where is not None and any(isinstance(e, ty.Empty) and e.operand == value for e in every(where))


def _lets_of(env: Environment, credit: str) -> dict[str, t.Let]:
    return {line.name.text: line for line in env.credits[credit].lines if isinstance(line, t.Let)}


def _warn_whole_records(env: Environment, credit: ty.Credit, value: ty.Expr, call: t.Call) -> None:
    """Reports a sum of what belongs to the whole record, where several payees may share it."""
    parts = list(every(value))
    if not is_shared(env, credit) or any(isinstance(p, ty.CreditField) and p.name != "overlay" for p in parts):
        return
    whole = next((p for p in parts if isinstance(p, ty.RecordField) and p.unit.is_quantity), None)
    if whole is None:
        return
    name = whole.path[-1]
    message = f"{name} is that of the whole record, and each payee who shares it would be given all of it."
    hint = f"Make it an amount of the credit {credit.name}: amount {name}_shared = {name}, and add up that."
    env.problem("double-count", message, call.span, hint)


def _inline_measure(env: Environment, place: Place, aggregate: ty.Aggregate, call: t.Call) -> ty.Expr | None:
    name = _inline_name(env, aggregate, call)
    measure = ty.Measure(name, None, (aggregate,), ty.Part(0, aggregate.unit, call.span), aggregate.unit, call.span)
    env.inline(measure)
    return type_measure_name(env, place, name, call.span)


def _inline_name(env: Environment, aggregate: ty.Aggregate, call: t.Call) -> str:
    """A name for a sum or count that has none: what it adds up; numbered where another one adds up something else of it."""
    (argument,) = call.arguments
    what = argument.text if isinstance(argument, t.Path) else aggregate.credit
    stem = f"{call.name.text} of {'different ' if call.different else ''}{what}"
    for number in count(1):
        name = stem if number == 1 else f"{stem} {number}"
        known = env.typed_measures.get(name)
        if known is None or known.parts == (aggregate,):
            return name
    raise AssertionError("numbers do not end")


def _record_sum(env: Environment, place: Place, kind: RecordKind, call: t.Call) -> ty.Expr | None:
    """A sum over the rows of a kind that name the payee (or group) and a period."""
    if place.grain not in (Grain.PERIOD, Grain.GROUP) or place.window is None:
        message = f"Rows of {kind.name} can be added up for a payee and a period, not in {place.title}."
        env.problem("wrong-place", message, call.span, _instead(env, kind) if place.upto is None else _up_to_the_day(call))
        return None
    rows = Place(Grain.ROWS, f"the records of {kind.name}", kind=kind, converts=place.converts)
    where = None if call.where is None else formulas.type_condition(env, rows, call.where)
    counting = call.name.text == "count"
    if call.different or call.overlays:
        words = "Only what is credited is counted each once" if call.different else "Only credits have overlays"
        env.problem("wrong-arguments", f"{words}; {kind.name} is a kind of record.", call.span, _instead(env, kind))
        return None
    value: ty.Expr | None = ty.Const(1, NUMBER, call.span) if counting else formulas.type_quantity(env, rows, call.arguments[0])  # type: ignore[arg-type]
    if value is None or (call.where is not None and where is None) or not must_be_one_currency(env, value, "What is added up"):
        return None
    if not check_rows(env, kind, (value, where), call.span):
        return None
    person, group = _owner_column(env, place, kind, call)
    if person is None and group is None:
        return None
    period = _period_column(env, place, kind, call)
    if period == "":
        return None
    unit: Unit = value.unit
    return ty.RecordSum(kind.name, call.name.text, value, where, person or None, group or None, period, place.window, unit, call.span)


def _instead(env: Environment, kind: RecordKind) -> str | None:
    """What to add up where a credit comes from the kind of record."""
    name = next((c.name.text for c in env.credits.values() if c.source.text == kind.name), None)
    return None if name is None else f"The credit {name} comes from {kind.name}: sum({name}.credited)."


def _up_to_the_day(call: t.Call) -> str:
    """What to write in a sentence of a hold or clawback."""
    (argument,) = call.arguments
    what = argument.text if isinstance(argument, t.Path) else "payments.amount"
    return f"Say what they come to up to the day of the sentence: {call.name.text}({what} to date)."


def _owner_column(env: Environment, place: Place, kind: RecordKind, call: t.Call) -> tuple[str | None, str | None]:
    """The columns that name the payee and the group; empty texts where the company needs none, None after a report."""
    if place.grain is Grain.GROUP and place.group == "":
        return "", ""
    if place.grain is Grain.GROUP and place.group:
        if kind.column(place.group) is None:
            message = f"{kind.name} has no column {place.group}, so its rows belong to no {place.group}."
            env.problem("wrong-arguments", message, call.span)
            return None, None
        return "", place.group
    people = [c.name for c in kind.columns if isinstance(c.type, ReferenceType) and c.type.kind == PEOPLE]
    if len(people) != 1:
        what = "no column that names a person" if not people else f"several columns that name a person: {', '.join(people)}"
        env.problem("wrong-arguments", f"{kind.name} has {what}, so it is not clear whose a row is.", call.span, _instead(env, kind))
        return None, None
    return people[0], ""


def _period_column(env: Environment, place: Place, kind: RecordKind, call: t.Call) -> str | None:
    """The column that names the row's period, None where there is none, an empty text after a report."""
    found = [c for c in kind.columns if isinstance(c.type, PeriodType)]
    if len(found) > 1:
        message = f"{kind.name} has several columns that name a period: {', '.join(c.name for c in found)}."
        env.problem("wrong-arguments", message, call.span)
        return ""
    if not found:
        return None if _is_timeless(env, kind, call) else ""
    assert place.window is not None
    column = found[0]
    unit = unit_of(column.type)
    if unit.per is not None and not fits_within(unit.per, place.window, place.period):
        message = f"The rows of {kind.name} are each for a {unit.per}, and one {unit.per} is longer than the period asked for here."
        if place.window.months:
            message = f"The rows of {kind.name} are each for a {unit.per}, and {place.window.words} may begin or end within one."
        env.problem("needs-window", message, call.span, f"Let it stand where there is one value for each {unit.per}.")
        return ""
    return column.name


def _is_timeless(env: Environment, kind: RecordKind, call: t.Call) -> bool:
    """Whether rows without a period are without a date as well; else all of them would be added up, in every period alike."""
    dates = [c.name for c in kind.columns if isinstance(c.type, DateType)]
    if not dates:
        return True
    message = f"{kind.name} has no column that names a period, so all its rows would be added up in each period, whatever their {dates[0]}."
    hint = f"Credit them: credit NAME from {kind.name}, on {dates[0]}; or declare a column of {kind.name} as month, quarter, half or year."
    env.problem("needs-window", message, call.span, _instead(env, kind) or hint)
    return False


def type_over(env: Environment, place: Place, expr: t.Over) -> ty.Expr | None:
    """`arr over year to date`: a measure, or a sum, over a window of its own."""
    window, operand = expr.window, expr.operand
    typed: ty.Expr | None = None
    if isinstance(operand, t.Path) and len(operand.names) == 1 and operand.names[0].text in env.measures:
        env.use(operand.names[0].text)
        typed = type_measure_over(env, place, operand.names[0].text, window, expr.span)
        return typed if expr.same is None else type_of_the_same(env, place, typed, expr.same)
    if isinstance(operand, t.Call) and operand.name.text in ("sum", "count"):
        typed = type_aggregate(env, place.having(window=window), operand)
        return typed if expr.same is None else type_of_the_same(env, place, typed, expr.same)
    what = operand.text if isinstance(operand, t.Path) else "this"
    env.problem("wrong-arguments", f"Only a measure, a sum or a count is taken over a period; {what} is none.", expr.span)
    return None


__all__ = ["credit_aggregate", "type_aggregate", "type_over"]
