"""Typing credits: which records count, on which day, for how much, and who is given which share."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from compplan.diagnostics import Related
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.conversions import must_be_one_currency
from compplan.language.check.dated import check_date, check_source
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean, resolve
from compplan.language.check.place import Grain, Place
from compplan.language.units import NUMBER, RATIO, TEXT, Kind
from compplan.language.walk import every, is_negative
from compplan.schema import PEOPLE, PERIODS, RecordKind, ReferenceType, TextType

MOST_CREDITS = 30
"""How many credits may come from each other."""


def type_credit(env: Environment, name: str) -> ty.Credit | None:
    """The typed credit of a name; worked out once."""
    if name in env.typed_credits:
        return env.typed_credits[name]
    tree = env.credits[name]
    if len(env.in_progress) > MOST_CREDITS:
        env.problem("too-deep", f"The credit {name} stands at the end of too long a row of credits.", tree.name.span)
        return None
    key = f"credit {name}"
    if key in env.in_progress:
        env.problem("circular", f"The credit {name} comes from itself.", tree.name.span)
        return None
    env.in_progress.append(key)
    env.typed_credits[name] = typed = _credit(env, tree)
    env.in_progress.pop()
    return typed


def _credit(env: Environment, tree: t.Credit) -> ty.Credit | None:
    source, name = tree.source.text, tree.name.text
    if name in PERIODS:
        message = f"{name} is a period, so that for each {name} could not mean this credit."
        env.problem("ambiguous-name", message, tree.name.span, "Give the credit another name.")
    from_credit = source in env.credits
    origin: ty.Credit | None = None
    if from_credit:
        env.use(source)
        origin = type_credit(env, source)
        if origin is None:
            return None
    elif env.schema.kind(source) is None:
        hint = did_you_mean(source, [*env.schema.kinds, *env.credits])
        env.problem("unknown-name", f"There are no records {source}.", tree.source.span, hint)
        return None
    kind = env.schema.kinds[origin.kind if origin is not None else source]
    if not kind.key:
        message = f"The records of {kind.name} have no key, so a credit could not say which it comes from."
        env.problem("wrong-arguments", message, tree.source.span, "Declare a key for them in the project file.")
        return None
    if not check_source(env, kind, tree.source.span):
        return None
    lets = {line.name.text: line for line in tree.lines if isinstance(line, t.Let)}
    place = Place(Grain.RECORD, f"the credit {tree.name.text}", kind=kind, credit=origin, lets=lets, converts=True)
    dated = _dated(env, place, tree)
    place = place.having(dated=dated)
    where = _conditions(env, place, tree)
    amounts = _amounts(env, place, tree)
    gives = _gives(env, place, kind, tree)
    total = None if gives is None else _total(env, tree, gives)
    repeat = _repeat(env, place, origin, tree)
    if where is None or dated is None or amounts is None or gives is None or total is None or isinstance(repeat, bool):
        return None
    overlay = any(g.overlay for g in gives)
    repeated = repeat is not None or (origin is not None and origin.repeated)
    return ty.Credit(
        tree.name.text, source, from_credit, kind.name, where, dated, amounts, gives, total, overlay, repeat, repeated, tree.span
    )


def _conditions(env: Environment, place: Place, tree: t.Credit) -> tuple[ty.Expr, ...] | None:
    sentences = [line for line in tree.lines if isinstance(line, t.Sentence) and line.keyword == "where"]
    typed = [formulas.type_condition(env, place, s.value) for s in sentences]  # type: ignore[arg-type]
    good = tuple(x for x in typed if x is not None)
    return good if len(good) == len(typed) else None


def _only(env: Environment, tree: t.Credit, keyword: str, example: str) -> t.Sentence | None:
    """The one sentence that a credit must have of a kind."""
    found = [line for line in tree.lines if isinstance(line, t.Sentence) and line.keyword == keyword]
    if not found:
        env.problem(
            "missing-sentence", f"The credit {tree.name.text} has no sentence with {keyword}.", tree.name.span, f"For example: {example}"
        )
        return None
    for again in found[1:]:
        related = (Related(found[0].span, "it stood here first"),)
        env.problem("duplicate-sentence", f"The credit {tree.name.text} has two sentences with {keyword}.", again.span, None, related)
    return found[0]


def _dated(env: Environment, place: Place, tree: t.Credit) -> ty.RecordField | None:
    sentence = _only(env, tree, "on", "on close_date")
    if sentence is None:
        return None
    assert isinstance(sentence.value, t.Path)
    found = resolve(env, place, sentence.value)
    if found is None:
        return None
    if not isinstance(found, ty.RecordField) or found.unit.kind is not Kind.DATE:
        env.problem("wrong-unit", f"{sentence.value.text} is no date of the record.", sentence.value.span)
        return None
    origin = place.credit
    if origin is not None and origin.repeated and found.path != origin.dated.path:
        message = f"{origin.name} counts on {origin.dated.path[-1]} and is repeated; what comes from it counts on the same days."
        env.problem("wrong-arguments", message, sentence.value.span, f"Write on {'.'.join(origin.dated.path)}.")
        return None
    assert place.kind is not None
    return found if check_date(env, place.kind, found) else None


def _repeat(env: Environment, place: Place, origin: ty.Credit | None, tree: t.Credit) -> ty.Repeat | Literal[False] | None:
    """How often each record counts; None where it counts once, False after a report."""
    found = [line for line in tree.lines if isinstance(line, t.Repeat)]
    if not found:
        return None
    for again in found[1:]:
        env.problem("duplicate-sentence", f"The credit {tree.name.text} has two sentences with repeat.", again.span)
        return False
    if origin is not None:
        message = f"{tree.name.text} comes from the credit {origin.name}: only what comes from records is repeated."
        env.problem("wrong-place", message, found[0].span, f"Repeat {origin.name}; what comes from it is then repeated as well.")
        return False
    times = formulas.type_quantity(env, place, found[0].times)
    if times is None:
        return False
    if times.unit != NUMBER:
        env.problem("wrong-unit", f"How often a record counts is a number; this is {times.unit}.", times.span)
        return False
    if isinstance(times, ty.Const) and isinstance(times.value, Fraction) and (times.value < 1 or times.value.denominator != 1):
        env.problem("wrong-arguments", "How often a record counts is a whole number, 1 or more.", times.span)
        return False
    return ty.Repeat(found[0].period, times, found[0].span)


def _amounts(env: Environment, place: Place, tree: t.Credit) -> dict[str, ty.Expr] | None:
    main = _only(env, tree, "amount", "amount acv")
    amounts: dict[str, ty.Expr] = {}
    typed = None if main is None else formulas.type_quantity(env, place, main.value)  # type: ignore[arg-type]
    good = typed is not None and must_be_one_currency(env, typed, "What is credited")
    if typed is not None:
        amounts["credited"] = typed
    for line in tree.lines:
        if isinstance(line, t.NamedAmount):
            value = formulas.type_quantity(env, place, line.value)
            if line.name.text in amounts or line.name.text in ("credited", "share", "overlay", "payee", "repetition"):
                env.problem("duplicate-name", f"The credit already has a {line.name.text}.", line.name.span)
            elif value is not None:
                amounts[line.name.text] = value
            good = good and value is not None and must_be_one_currency(env, value, "What is credited")
    return amounts if good else None


def _gives(env: Environment, place: Place, kind: RecordKind, tree: t.Credit) -> tuple[ty.Give, ...] | None:
    lines = [line for line in tree.lines if isinstance(line, t.Give)]
    if not lines:
        message = f"The credit {tree.name.text} is given to nobody."
        env.problem("missing-sentence", message, tree.name.span, "For example: give 100% to owner")
        return None
    rests = [g for g in lines if g.share is None]
    for again in rests[1:]:
        env.problem("shares", "The rest can be given only once.", again.span)
    typed = [_give(env, place, kind, g) for g in lines]
    good = tuple(g for g in typed if g is not None)
    return good if len(good) == len(typed) and len(rests) <= 1 else None


def _give(env: Environment, place: Place, kind: RecordKind, give: t.Give) -> ty.Give | None:
    child = _child(env, kind, give)
    if child is not None:
        place = place.having(child=child[0])
    share = None if give.share is None else formulas.type_quantity(env, place, give.share)
    where = None if give.where is None else formulas.type_condition(env, place, give.where)
    recipient = _recipient(env, place, give)
    if recipient is None or (give.share is not None and share is None) or (give.where is not None and where is None):
        return None
    if share is not None and share.unit != RATIO:
        env.problem("wrong-unit", f"What is given is a share; this is {share.unit}.", share.span, "Write a percentage: 50%.")
        return None
    if share is not None and is_negative(share):
        env.problem("shares", "A share is never below zero.", share.span)
        return None
    if give.share is None and (give.overlay or child is not None or recipient.how != "person" or where is not None):
        message = "The rest goes to one person, without conditions; it is what the other shares leave over."
        env.problem("shares", message, give.span)
        return None
    if give.equally and not _may_share_equally(env, give, share, child, recipient):
        return None
    kind_name, reference = (None, None) if child is None else (child[0].name, child[1])
    return ty.Give(share, give.equally, recipient, where, give.overlay, kind_name, reference, give.span)


def _may_share_equally(
    env: Environment, give: t.Give, share: ty.Expr | None, child: tuple[RecordKind, str] | None, recipient: ty.Recipient
) -> bool:
    if share is None:
        message = "The rest goes to one person, so there is nobody to share it equally with."
        env.problem("shares", message, give.span, "Write the share: give 50% in equal shares to splits.person.")
        return False
    if child is None and recipient.how == "person":
        message = "One person has the share alone, so there is nobody to share it equally with."
        hint = "Leave in equal shares out, or give to several: to splits.person, to everyone in owner.team."
        env.problem("shares", message, give.span, hint)
        return False
    if any(isinstance(e, ty.ChildField) for e in every(share)):
        message = "An equal share cannot differ from row to row."
        env.problem("shares", message, share.span, "Write what all of them have between them: give 100% in equal shares to splits.person.")
        return False
    return True


def _child(env: Environment, kind: RecordKind, give: t.Give) -> tuple[RecordKind, str] | None:
    """The kind whose rows refer to the record and that the give goes through: the name before the dot, in `splits.person`."""
    if isinstance(give.recipient, t.ToNamed):
        return None
    target = give.recipient.group if isinstance(give.recipient, t.ToGroup) else give.recipient.person
    if len(target.names) < 2:
        return None
    child = env.schema.kind(target.names[0].text)
    if child is None or child.name == kind.name:
        return None
    for column in child.columns:
        if isinstance(column.type, ReferenceType) and column.type.kind == kind.name:
            return child, column.name
    return None


def _recipient(env: Environment, place: Place, give: t.Give) -> ty.Recipient | None:
    match give.recipient:
        case t.ToPerson(person=path):
            target = _person(env, place, path)
            return None if target is None else ty.Recipient("person", target)
        case t.ToNamed(key=key):
            return ty.Recipient("person", ty.Const(key, TEXT, give.recipient.span))
        case t.ToManagers(person=path):
            people = env.schema.kinds[PEOPLE]
            manager = people.column("manager")
            if manager is None or not isinstance(manager.type, ReferenceType):
                env.problem("unknown-name", "people have no column manager, so nobody is above anybody.", path.span)
                return None
            target = _person(env, place, path)
            return None if target is None else ty.Recipient("managers", target)
        case t.ToGroup(group=path):
            return _group(env, place, path)


def _person(env: Environment, place: Place, path: t.Path) -> ty.Expr | None:
    found = resolve(env, place, path)
    if found is None:
        return None
    if isinstance(found, (t.Let, t.Measure, t.Parameter, t.Tenure)) or found.unit.kind is not Kind.RECORD or found.unit.record != PEOPLE:
        env.problem("wrong-unit", f"{path.text} does not name a person.", path.span, "Declare the column with the type people.")
        return None
    return found


def _group(env: Environment, place: Place, path: t.Path) -> ty.Recipient | None:
    found = resolve(env, place, path)
    if found is None:
        return None
    column = env.schema.kinds[PEOPLE].column(path.names[-1].text)
    if isinstance(found, (t.Let, t.Measure, t.Parameter, t.Tenure)) or column is None or not isinstance(column.type, TextType):
        message = f"{path.text} does not name a group of people."
        env.problem("wrong-unit", message, path.span, "Write the person's column that names the group: everyone in owner.team.")
        return None
    return ty.Recipient("group", found, column.name)


def _total(env: Environment, tree: t.Credit, gives: tuple[ty.Give, ...]) -> Fraction | None:
    """What the shares that are no overlays add up to; it need not be said where there is one of them and it is a constant."""
    sentences = [line for line in tree.lines if isinstance(line, t.SharesAdd)]
    own = [g for g in gives if not g.overlay]
    constants = [
        g.share.value for g in own if isinstance(g.share, ty.Const) and g.child is None and g.recipient.how == "person" and g.where is None
    ]
    known = sum(c for c in constants if isinstance(c, Fraction)) if len(constants) == len(own) else None
    for again in sentences[1:]:
        env.problem("duplicate-sentence", f"The credit {tree.name.text} says twice what its shares add up to.", again.span)
    if sentences:
        total = Fraction(sentences[0].total.value)  # type: ignore[arg-type]
        if not own:
            message = "Only overlays are given, and they are left out of the sum."
            env.problem("shares", message, sentences[0].span, "Leave this sentence out, or the words as overlay.")
            return None
        if any(g.share is None for g in own) and sum(c for c in constants if isinstance(c, Fraction)) > total:
            env.problem("shares", f"The shares given add up to more than {_percent(total)}, so there is no rest.", sentences[0].span)
            return None
        if known is not None and own and known != total:
            said = sentences[0]
            env.problem("shares", f"The shares given add up to {_percent(Fraction(known))}, not {_percent(total)}.", said.span)
            return None
        return total
    if not own:
        return Fraction(0)
    if known is not None and len(own) == 1 and known <= 1:
        return Fraction(known)
    message = f"The credit {tree.name.text} does not say what its shares add up to."
    env.problem("shares-unstated", message, tree.name.span, "Write shares add to 100%; overlays are left out of the sum.")
    return None


def _percent(share: Fraction) -> str:
    return f"{Decimal((share * 100).numerator) / Decimal((share * 100).denominator):f}%"
