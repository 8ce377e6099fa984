"""Resolving names: from a path as written to the column, field or measure that it means in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from compplan.diagnostics import Span
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.environment import Environment
from compplan.language.check.place import Grain, Place
from compplan.language.check.words import for_word
from compplan.language.units import NUMBER, RATIO, YES_NO, Kind, Unit, unit_of
from compplan.schema import PEOPLE, RecordKind, ReferenceType


@immutable
class Reached:
    """A column reached through references."""

    path: tuple[str, ...]
    unit: Unit
    optional: bool


def follow(env: Environment, kind: RecordKind, names: tuple[t.Name, ...], seen: str) -> Reached | None:
    """The column that names lead to from a kind of record; reports the name that leads nowhere."""
    path: list[str] = []
    optional = False
    here: RecordKind | None = kind
    unit: Unit | None = None
    for index, name in enumerate(names):
        column = here.column(name.text) if here is not None else None
        if here is None or column is None:
            what = f"{seen} has" if index == 0 else f"{names[index - 1].text} has"
            choices = [c.name for c in here.columns] if here is not None else []
            env.problem("unknown-name", f"{what} no column {name.text}.", name.span, did_you_mean(name.text, choices))
            return None
        path.append(name.text)
        optional = optional or not column.required
        unit = unit_of(column.type)
        unit = replace(unit, own=("payee" if seen == "A payee" else kind.name, *path[:-1], *unit.own)) if unit.own else unit
        here = env.schema.kind(column.type.kind) if isinstance(column.type, ReferenceType) else None
    assert unit is not None
    return Reached(tuple(path), unit, optional)


def did_you_mean(word: str, choices: list[str]) -> str | None:
    """A hint with the closest of the choices, or a list of them where there are few."""
    near = closest(word, choices)
    if near is not None:
        return f"Did you mean {near}?"
    if len(choices) > 12 or not choices:
        return None
    return f"There {'is' if len(choices) == 1 else 'are'} {', '.join(sorted(choices))}."


Meaning = ty.Expr | t.Let | t.Measure | t.Parameter | t.Tenure


def resolve(env: Environment, place: Place, path: t.Path) -> Meaning | None:
    """What a path means: a field, a formula with a name and so on; None after reporting that it means nothing, or two things."""
    if len(path.names) > 1:
        return _qualified(env, place, path)
    name = path.names[0]
    meanings = list(_meanings(env, place, name))
    if len(meanings) == 1:
        return meanings[0][1]
    if meanings:
        ways = " or ".join(way for way, _ in meanings)
        env.problem("ambiguous-name", f"{name.text} could be {ways}.", name.span, "Write the one that you mean.")
        return None
    _unknown(env, place, name)
    return None


def _meanings(env: Environment, place: Place, name: t.Name) -> Iterator[tuple[str, Meaning]]:
    """Everything that a single name may mean here, each with the way to write it that means nothing else."""
    text, span = name.text, name.span
    if text in place.lets:
        yield f"the {text} defined here with let", place.lets[text]
        return
    yield from _meanings_of_place(place, name)
    if place.credit is not None and place.grain is not Grain.MEASURE:
        field = credit_field(place.credit, text, span)
        if field is not None:
            yield f"{place.credit.name}.{text}", field
    if text == "payee" and place.has_payee:
        yield "the payee", ty.PayeeField((), Unit(Kind.RECORD, record=PEOPLE), False, span)
    if place.kind is not None and place.kind.column(text) is not None:
        reached = follow(env, place.kind, (name,), place.kind.name)
        if reached is not None:
            yield f"{place.kind.name}.{text}", ty.RecordField(reached.path, reached.unit, reached.optional, span)
    people = env.schema.kind(PEOPLE)
    if place.has_payee and people is not None and people.column(text) is not None:
        reached = follow(env, people, (name,), "A payee")
        if reached is not None:
            yield f"payee.{text}", ty.PayeeField(reached.path, reached.unit, reached.optional, span)
    yield from _defined(env, place, text)


def _defined(env: Environment, place: Place, text: str) -> Iterator[tuple[str, Meaning]]:
    """What the plan, or the definitions that it uses, mean by a name."""
    if text == "tenure" and env.tenure is not None and place.grain in (Grain.PERIOD, Grain.CREDIT):
        env.use(text)
        yield "the tenure", env.tenure
    if text in env.lets:
        env.use(text)
        yield f"the formula {text}", env.lets[text]
    if text in env.parameters:
        env.use(text)
        yield f"the parameter {text}", env.parameters[text]
    if text in env.measures and place.grain in (Grain.PERIOD, Grain.CREDIT, Grain.MEASURE):
        env.use(text)
        yield f"the measure {text}", env.measures[text]


def _meanings_of_place(place: Place, name: t.Name) -> Iterator[tuple[str, ty.Expr]]:
    """What only some places know: the place in a ranking, the payout before a draw."""
    if name.text == "place" and place.ranked:
        yield "the place in the ranking", ty.Place(NUMBER, name.span)
    if name.text == "payout" and place.paid is not None:
        yield "the payout before the draw", ty.PaidBefore(place.paid, name.span)


def credit_field(credit: ty.Credit, name: str, span: Span) -> ty.CreditField | None:
    """A field that every row of a credit has, or one of its named amounts."""
    if name in credit.amounts:
        return ty.CreditField(name, credit.amounts[name].unit, span)
    if name == "share":
        return ty.CreditField("share", RATIO, span)
    if name == "repetition" and credit.repeated:
        return ty.CreditField("repetition", NUMBER, span)
    if name == "overlay":
        return ty.CreditField("overlay", YES_NO, span)
    return None


def _qualified(env: Environment, place: Place, path: t.Path) -> ty.Expr | None:
    first, rest = path.names[0], path.names[1:]
    if first.text == "payee" and place.has_payee:
        people = env.schema.kinds[PEOPLE]
        reached = follow(env, people, rest, "A payee")
        return None if reached is None else ty.PayeeField(reached.path, reached.unit, reached.optional, path.span)
    if place.child is not None and first.text == place.child.name:
        reached = follow(env, place.child, rest, place.child.name)
        return None if reached is None else ty.ChildField(place.child.name, reached.path, reached.unit, reached.optional, path.span)
    if place.credit is not None and first.text == place.credit.name:
        if len(rest) == 1:
            field = credit_field(place.credit, rest[0].text, path.span)
            if field is not None:
                return field
        return _of_record(env, place, rest, path.span, place.credit.name)
    if place.kind is not None and first.text == place.kind.name:
        return _of_record(env, place, rest, path.span, place.kind.name)
    if place.kind is not None and isinstance(getattr(place.kind.column(first.text), "type", None), ReferenceType):
        return _of_record(env, place, path.names, path.span, place.kind.name)
    people_kind = env.schema.kind(PEOPLE)
    if place.has_payee and people_kind is not None and people_kind.column(first.text) is not None:
        reached = follow(env, people_kind, path.names, "A payee")
        return None if reached is None else ty.PayeeField(reached.path, reached.unit, reached.optional, path.span)
    _unknown_head(env, place, path)
    return None


def _of_record(env: Environment, place: Place, names: tuple[t.Name, ...], span: Span, seen: str) -> ty.Expr | None:
    assert place.kind is not None
    reached = follow(env, place.kind, names, seen)
    return None if reached is None else ty.RecordField(reached.path, reached.unit, reached.optional, span)


def _unknown_head(env: Environment, place: Place, path: t.Path) -> None:
    first = path.names[0]
    if first.text in env.credits or env.schema.kind(first.text) is not None:
        message = f"{path.text} has one value for each row of {first.text}; here there is one value for {place.grain.value}."
        hint = f"Add it up: sum({path.text})." if place.grain in (Grain.PERIOD, Grain.GROUP, Grain.CREDIT, Grain.MEASURE) else None
        env.problem("wrong-grain", message, path.span, hint)
        return
    if first.text == "payee":
        message = f"No payee is at hand in {place.title}."
        hint = "Its rows are those of the payee already." if place.grain is Grain.ROWS else None
        env.problem("wrong-place", message, first.span, hint)
        return
    choices = [*env.credits, *env.schema.kinds, *(["payee"] if place.has_payee else [])]
    env.problem("unknown-name", f"There is no {first.text} here.", first.span, did_you_mean(first.text, choices))


def _unknown(env: Environment, place: Place, name: t.Name) -> None:
    """Reports a single name that means nothing here; says so if it would mean something elsewhere."""
    text = name.text
    if text in env.measures:
        message = f"{text} is a measure: it has one value for a payee and a period. Here there is one value for {place.grain.value}."
        env.problem("wrong-grain", message, name.span)
        return
    if text in env.tables:
        env.problem("wrong-arguments", f"{text} is a table.", name.span, f"Write what to look up: {text}(...).")
        return
    if text in env.credits:
        env.problem("wrong-grain", f"{text} is a credit.", name.span, f"Write {text}.credited, or count({text}).")
        return
    if place.grain is Grain.PERIOD:
        for credit in env.credits:
            kind = env.schema.kind(env.record_kind_of(credit))
            if text == "credited" or (kind is not None and kind.column(text) is not None):
                message = f"{text} has one value for each {credit}; here there is one value for {place.grain.value}."
                hint = f"Add it up, as in sum({credit}.credited), or let the component pay for each {credit}."
                env.problem("wrong-grain", message, name.span, hint)
                return
    if text in ("attainment", "quota"):
        measure = next(iter(env.quotas), "arr")
        env.problem("unknown-name", f"Of which measure is this the {text}?", name.span, f"Write {text}({measure}).")
        return
    near = closest(text, _in_scope(env, place))
    hint = for_word(text) or (f"Did you mean {near}?" if near else f'If it is a text, put it between quotes: "{text}".')
    env.problem("unknown-name", f"There is no {text} in {place.title}.", name.span, hint)


def _in_scope(env: Environment, place: Place) -> list[str]:
    names = [*place.lets, *env.lets, *env.parameters]
    if place.kind is not None:
        names += [c.name for c in place.kind.columns]
    if place.has_payee and PEOPLE in env.schema.kinds:
        names += [c.name for c in env.schema.kinds[PEOPLE].columns]
    if place.credit is not None:
        names += [*place.credit.amounts, "share", "overlay", *(["repetition"] if place.credit.repeated else [])]
    if place.grain in (Grain.PERIOD, Grain.CREDIT, Grain.MEASURE):
        names += [*env.measures, "payee", *(["payout"] if place.paid is not None else [])]
    return names
