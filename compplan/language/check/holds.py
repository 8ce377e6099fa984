"""Typing holds and clawbacks: which part of what a component earns is paid later, or taken back, and from which date on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal

from compplan.diagnostics import Related
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.credits import type_credit
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.tree_formulas import paths
from compplan.language.units import DATE, RATIO
from compplan.language.walk import every, is_negative
from compplan.schema import RecordKind, ReferenceType

Tree = t.Hold | t.Clawback | t.ContractCost
_AT_HAND = (
    ty.Const, ty.RecordField, ty.ChildField, ty.PayeeField, ty.CreditField, ty.Arith, ty.Div, ty.Neg, ty.Scale, ty.Func, ty.Shift, ty.Cmp,
    ty.In, ty.Within, ty.Empty, ty.NotE, ty.AndOr, ty.Lookup, ty.Slices, ty.Step, ty.Curve, ty.Named, ty.ParameterAt, ty.Moment,
    ty.SumToDate,
)  # fmt: skip
"""What can be worked out for one deal alone."""


@immutable
class Components:
    """The components of a plan: as written, and as far as they could be typed, in all their versions."""

    trees: Mapping[str, t.Component]
    typed: tuple[ty.Component, ...]


def type_holds(env: Environment, trees: Sequence[t.Hold], components: Components) -> tuple[ty.Hold, ...]:
    """The holds of a plan, each once for every component that it holds."""
    found = [hold for tree in trees for hold in _holds(env, tree, components)]
    _check_parts(env, found)
    return tuple(found)


def type_clawbacks(env: Environment, trees: Sequence[t.Clawback], components: Components) -> tuple[ty.Clawback, ...]:
    """The clawbacks of a plan, each once for every component that it takes something back of."""
    return tuple(clawback for tree in trees for clawback in _clawbacks(env, tree, components))


def _holds(env: Environment, tree: t.Hold, components: Components) -> Iterator[ty.Hold]:
    keep = _keep(env, tree)
    released = _shares(env, tree, "release", "release 100% on paid_date")
    for name, place in kept_places(env, tree, components):
        share = None if keep is None else _share(env, place, keep.share)
        shares = [_dated_share(env, place, line) for line in released]
        good = tuple(s for s in shares if s is not None)
        if share is not None and released and len(good) == len(shares):
            yield ty.Hold(tree.name.text, tree.label, name, share, good, tree.span)
        elif share is None or len(good) < len(shares):
            return  # what is wrong was told; of the next component it would be told again


def _clawbacks(env: Environment, tree: t.Clawback, components: Components) -> Iterator[ty.Clawback]:
    taken = _shares(env, tree, "take", "take 100% on cancelled_date")
    for name, place in kept_places(env, tree, components):
        shares = [_dated_share(env, place, line) for line in taken]
        good = tuple(s for s in shares if s is not None)
        if len(good) < len(shares):
            return
        if taken:
            yield ty.Clawback(tree.name.text, tree.label, name, good, tree.span)


def _word(tree: Tree) -> str:
    match tree:
        case t.Hold():
            return "hold"
        case t.Clawback():
            return "clawback"
        case t.ContractCost():
            return "contract cost"


# ---- the sentences -----------------------------------------------------------------------------------------------------


def _keep(env: Environment, tree: t.Hold) -> t.Keep | None:
    found = [line for line in tree.lines if isinstance(line, t.Keep)]
    if not found:
        message = f"The hold {tree.name.text} does not say which part it keeps."
        env.problem("missing-sentence", message, tree.name.span, "For example: keep 50%")
        return None
    for again in found[1:]:
        related = (Related(found[0].span, "it stood here first"),)
        env.problem("duplicate-sentence", "A hold keeps one part.", again.span, None, related)
    return found[0]


def _shares(env: Environment, tree: Tree, keyword: str, example: str) -> list[t.DatedShare]:
    """The sentences with `release` or `take`; there may be several, which add up."""
    found = [line for line in tree.lines if isinstance(line, t.DatedShare) and line.keyword == keyword]
    if not found:
        what = "when what it keeps is released" if keyword == "release" else "what it takes back, and when"
        message = f"The {_word(tree)} {tree.name.text} does not say {what}."
        env.problem("missing-sentence", message, tree.name.span, f"For example: {example}")
    return found


def kept_places(env: Environment, tree: Tree, components: Components) -> Iterator[tuple[str, Place]]:
    """The components that are named, each with the place in which the formulas are read for it: one of its credits."""
    sentences = [line for line in tree.lines if isinstance(line, t.OfComponents)]
    if not sentences:
        message = f"The {_word(tree)} {tree.name.text} does not say of which components."
        env.problem("missing-sentence", message, tree.name.span, "For example: of own")
    for again in sentences[1:]:
        related = (Related(sentences[0].span, "it stood here first"),)
        env.problem("duplicate-sentence", f"A {_word(tree)} names its components once.", again.span, None, related)
    seen: dict[str, t.Name] = {}
    for name in sentences[0].names if sentences else ():
        if seen.setdefault(name.text, name) is not name:
            env.problem("duplicate-name", f"{name.text} is named twice.", name.span)
        elif _can_be_kept(env, name, components):
            versions = [c.credit for c in components.typed if c.name == name.text]
            paid_for = list(dict.fromkeys(v for v in versions if v is not None))
            if len(paid_for) > 1 or (paid_for and None in versions):
                belongs = " and, at other times, to ".join(v or "none" for v in dict.fromkeys(versions))
                message = f"What {name.text} comes to belongs to {belongs}."
                env.problem("wrong-grain", message, name.span, "Let all its versions pay for the same credit, or be spread over it.")
                continue
            credit = type_credit(env, paid_for[0]) if paid_for else None
            if credit is not None:
                kind = env.schema.kinds[credit.kind]
                yield name.text, Place(Grain.CREDIT, f"the {_word(tree)} {tree.name.text}", kind=kind, credit=credit)


def _can_be_kept(env: Environment, name: t.Name, components: Components) -> bool:
    """Only money that is earned deal by deal can be held or taken back deal by deal."""
    found = components.trees.get(name.text)
    if found is None:
        hint = did_you_mean(name.text, list(components.trees))
        env.problem("unknown-name", f"There is no component {name.text}.", name.span, hint)
        return False
    if found.word == "award":
        env.problem("wrong-place", f"{name.text} is an award: it pays no money that could be kept or taken back.", name.span)
        return False
    period = next((line.period for line in found.lines if isinstance(line, t.ForPeriod)), None)
    if period is not None and not any(isinstance(line, t.SpreadOver) for line in found.lines):
        message = f"{name.text} is earned for each {period}, not for each deal, so there is no deal to hold it for or take it back for."
        hint = "Say there which deal has earned what: spread over booking in order of close_date, or in proportion to credited."
        env.problem("wrong-grain", message, name.span, hint)
        return False
    return True


# ---- the formulas ------------------------------------------------------------------------------------------------------


def _share(env: Environment, place: Place, tree: t.Expression) -> ty.Expr | None:
    """A share of what one deal earned."""
    typed = formulas.type_quantity(env, place, tree)
    if typed is None or not _is_of_one_record(env, place, typed):
        return None
    if typed.unit != RATIO:
        hint = "Write a percentage, or divide: payments.amount / acv."
        env.problem("wrong-unit", f"This is a share of what was earned; {typed.unit} is none.", typed.span, hint)
        return None
    if is_negative(typed) or (isinstance(typed, ty.Const) and isinstance(typed.value, Fraction) and typed.value > 1):
        env.problem("shares", "A share lies between 0% and 100%.", typed.span)
        return None
    return typed


def _dated_share(env: Environment, place: Place, tree: t.DatedShare) -> ty.DatedShare | None:
    child = _child(env, place, tree)
    if child is False:
        return None
    if child is not None:
        place = place.having(child=child[0])
    dated = formulas.type_expression(env, place, tree.dated)
    place = place.having(upto=dated or ty.Moment(None, DATE, tree.span))  # a day that is wrong was told
    share = _share(env, place, tree.share)
    where = None if tree.where is None else formulas.type_condition(env, place, tree.where)
    if dated is not None and dated.unit != DATE:
        env.problem("wrong-unit", f"After on stands a date; this is {dated.unit}.", tree.dated.span)
        return None
    others = [e for e in (dated, where) if e is not None]
    if share is None or dated is None or (tree.where is not None and where is None):
        return None
    if not all(_is_of_one_record(env, place, e) for e in others):
        return None
    kind, reference = (None, None) if child is None else (child[0].name, child[1])
    return ty.DatedShare(share, dated, where, kind, reference, tree.span)


def _child(env: Environment, place: Place, tree: t.DatedShare) -> tuple[RecordKind, str] | Literal[False] | None:
    """The kind whose rows refer to the record and that the sentence names, as in `payments.amount`; False where it names two."""
    assert place.kind is not None
    found: dict[str, tuple[RecordKind, str]] = {}
    for part in (tree.share, tree.dated, tree.where):
        for path in paths(part, t.SumToDate) if part is not None else ():
            kind = env.schema.kind(path.names[0].text) if len(path.names) > 1 else None
            if kind is not None and kind.name != place.kind.name:
                reference = next((c.name for c in kind.columns if _refers_to(c.type, place.kind)), None)
                if reference is not None:
                    found[kind.name] = kind, reference
    if len(found) > 1:
        message = f"The sentence goes through the rows of {' and of '.join(found)} at once."
        env.problem("wrong-grain", message, tree.span, "Write a sentence for each; what they give adds up.")
        return False
    return next(iter(found.values()), None)


def _refers_to(column: object, kind: RecordKind) -> bool:
    return isinstance(column, ReferenceType) and column.kind == kind.name


def _is_of_one_record(env: Environment, place: Place, typed: ty.Expr) -> bool:
    for e in every(typed):
        if isinstance(e, (ty.MeasureAt, ty.QuotaAt, ty.Attainment, ty.RecordSum, ty.EarnedAt)):
            message = f"In {place.title}, formulas are about one deal; this adds up several."
            env.problem("wrong-grain", message, e.span, "Use columns of the record, or of rows that refer to it: payments.amount / acv.")
            return False
        if not isinstance(e, _AT_HAND) or (isinstance(e, ty.Moment) and e.period is not None):
            message = f"In {place.title}, formulas read columns and constants; this is worked out in a period."
            env.problem("wrong-place", message, e.span, "Let a column of the record say it.")
            return False
    return True


def _check_parts(env: Environment, holds: Sequence[ty.Hold]) -> None:
    """What several holds keep of one component is at most all of it."""
    for component in dict.fromkeys(h.component for h in holds):
        these = [h for h in holds if h.component == component]
        constants = [h.keep.value for h in these if isinstance(h.keep, ty.Const) and isinstance(h.keep.value, Fraction)]
        if sum(constants, Fraction(0)) > 1:
            message = f"The holds of {component} keep more than all of it."
            related = tuple(Related(h.keep.span, "one part") for h in these[:-1])
            env.problem("shares", message, these[-1].keep.span, "Several holds keep parts of the same whole: they add up.", related)
