"""What a plan says otherwise than before, in words: line by line of its components, and all that these use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import SequenceMatcher
from fractions import Fraction
from itertools import zip_longest
from typing import TypeVar

from compplan.engine.figure_text import in_unit
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.uses import Used
from compplan.language.written import Written

Part = ty.Component | ty.Credit | ty.Measure | ty.Quota | ty.Parameter | ty.Table | ty.Draw | ty.Hold | ty.Clawback
Defined = TypeVar("Defined")
_ROW = re.compile(r"(?P<bound>(?:from|below|above|at) .+?): (?P<value>.+)")
_DEFINITIONS = ("parameters", "credits", "measures", "quotas", "tables")
MOST_ROWS = 8
"""So many rows of a table are told one by one."""


@immutable
class PlanChange:
    """Something that changed: in which plans, of which part, and the sentence that says so."""

    plans: tuple[str, ...]
    part: str
    words: str

    def __str__(self) -> str:
        return f"{self.part}: {self.words}" if self.part else self.words


@immutable
class _Side:
    plan: ty.Plan
    written: Written


def plan_changes(
    before: Sequence[ty.Plan], texts_before: Mapping[str, str], after: Sequence[ty.Plan], texts_after: Mapping[str, str]
) -> tuple[PlanChange, ...]:
    """What changed from some plans to others, plans taken to be the same by their name; what several plans share is told once."""
    old, new = ({p.name: p for p in plans} for plans in (before, after))
    was, now = Written.of(texts_before), Written.of(texts_after)
    found: dict[tuple[str, str], list[str]] = {}
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            found[name, f"this plan ({old[name].label}) is gone."] = [name]
        elif name not in old:
            found[name, f"this plan ({new[name].label}) is new."] = [name]
        else:
            told = list(_of_plan(_Side(old[name], was), _Side(new[name], now)))
            if not told and _meaning(old[name]) != _meaning(new[name]):
                told = [(name, "what its formulas mean has changed, though each line is as before.")]
            for part, words in told:
                found.setdefault((part, words), []).append(name)
    return tuple(PlanChange(tuple(plans), part, words) for (part, words), plans in found.items())


def _meaning(plan: ty.Plan) -> ty.Plan:
    """The plan with those definitions alone that something of it uses."""
    used = Used.by(plan)
    return replace(
        plan,
        examples=(),
        parameters=_of(plan.parameters, used.parameters),
        credits=_of(plan.credits, used.credits),
        measures=_of(plan.measures, used.measures),
        quotas=_of(plan.quotas, used.quotas),
        tables=_of(plan.tables, used.tables),
    )


def _of(defined: Mapping[str, Defined], used: frozenset[str]) -> Mapping[str, Defined]:
    return {name: part for name, part in defined.items() if name in used}


def _of_plan(old: _Side, new: _Side) -> Iterator[tuple[str, str]]:
    yield from _terms(old, new)
    for word in _DEFINITIONS:
        was, now = ({n: p for n, p in getattr(side.plan, word).items() if n in getattr(Used.by(side.plan), word)} for side in (old, new))
        yield from _defined(word.removesuffix("s"), was, now, old, new)
    yield from _components(old, new)
    yield from _limits(old, new)


def _terms(old: _Side, new: _Side) -> Iterator[tuple[str, str]]:
    """The dates, who is paid, when, in what, and how figures are rounded and prorated."""
    was, now = old.plan, new.plan
    for words, a, b in (
        ("it is in force", f"{was.first} through {was.last}", f"{now.first} through {now.last}"),
        ("it pays each", was.payout, now.payout),
        ("its currency is", was.currency, now.currency),
        ("its payees are", _formula(old, was.payees, "everyone"), _formula(new, now.payees, "everyone")),
        ("what is negative is", was.negative or "an error", now.negative or "an error"),
        ("it rounds to", f"{was.rounding_unit}", f"{now.rounding_unit}"),
        ("ties are rounded", *("half to even" if p.half_even else "half away from zero" for p in (was, now))),
        ("it prorates", *(_prorations(p) for p in (was, now))),
    ):
        if a != b:
            yield new.plan.name, f"{words} {b}; before, {a}."


def _prorations(plan: ty.Plan) -> str:
    return ", ".join(f"{what} by {how.by}" for what, how in plan.prorations.items()) or "nothing"


def _components(old: _Side, new: _Side) -> Iterator[tuple[str, str]]:
    was, now = ({(c.name, c.first): c for c in side.plan.components} for side in (old, new))
    for key in dict.fromkeys([*was, *now]):
        before = was.get(key) or _instead_of(now[key], was)
        after = now.get(key) or _instead_of(was[key], now)
        if after is None:
            yield was[key].label, f"this {was[key].word} is gone."
        elif before is not None:
            since = "" if key in was and key in now else f"from {key[1]} on, "
            for label, words in _component(old, before, new, after):
                yield label, f"{since}{words}"
            if key in was and key in now:
                yield from _ended(was[key], now[key], (*was.values(), *now.values()))
        else:
            lines = "; ".join(f"`{new.written.said(line)}`" for sentence in now[key].said for line in sentence if line.words != "}}")
            yield now[key].label, f"a new {now[key].word}: {lines}."


_Components = Mapping[tuple[str, date | None], ty.Component]


def _instead_of(component: ty.Component, others: _Components) -> ty.Component | None:
    """What else is in force of a component, on the other side, on the day on which it begins."""
    day = component.first
    same = [c for c in others.values() if (c.name, c.word) == (component.name, component.word)]
    return next((c for c in same if day is not None and (c.first or day) <= day <= (c.last or day)), None)


def _ended(old: ty.Component, new: ty.Component, others: Iterable[ty.Component]) -> Iterator[tuple[str, str]]:
    """That a component ends on another day than it did, where nothing of its name follows and no sentence of its own says so."""
    follows = any(c.name == new.name and c.first is not None and (new.first is None or c.first > new.first) for c in others)
    if new.last != old.last and not follows and len(new.said) == len(old.said):
        yield new.label, f"it ends on {new.last}." if new.last is not None else f"it no longer ends on {old.last}."


def _component(old: _Side, was: ty.Component, new: _Side, now: ty.Component) -> Iterator[tuple[str, str]]:
    label = now.label
    if was.label != now.label:
        yield label, f"it was called {was.label}."
    if was.word != now.word:
        yield label, f"it is a {now.word}, and was a {was.word}."
    before, after = (
        [side.written.said(line) for sentence in component.said for line in sentence] for side, component in ((old, was), (new, now))
    )
    if was.first != now.first:  # which is told of all that changes on that day
        before, after = ([line for line in lines if not line.startswith("effective ")] for lines in (before, after))
    for words in _lines(before, after):
        yield label, words


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """The changes from some lines to others: rows of tiers by their bound, sentences by their keyword."""
    for tag, a, b, c, d in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for old, new in _paired([x for x in before[a:b] if x != "}"], [x for x in after[c:d] if x != "}"]):
            if old is None:
                yield f"new is {_told(new or '')}."
            elif new is None:
                yield f"gone is {_told(old)}."
            else:
                yield _instead(old, new)


def _paired(old: list[str], new: list[str]) -> Iterator[tuple[str | None, str | None]]:
    """Lines that stand for each other: rows with the same bound, sentences with the same keyword; the rest alone."""
    left = list(old)
    for line in new:
        match = next((x for x in left if _key(x) == _key(line)), None)
        if match is not None:
            left.remove(match)
        yield match, line
    for line in left:
        yield line, None


def _key(line: str) -> str:
    row = _ROW.fullmatch(line)
    return row["bound"] if row else line.split(" ", 1)[0]


def _instead(old: str, new: str) -> str:
    was, now = _ROW.fullmatch(old), _ROW.fullmatch(new)
    if was and now:
        return f"{now['bound']} it is {now['value']}, was {was['value']}."
    return f"`{new}` instead of `{old}`."


def _told(line: str) -> str:
    row = _ROW.fullmatch(line)
    return f"the row {row['bound']}: {row['value']}" if row else f"`{line.removesuffix(' {')}`"


def _defined(word: str, was: Mapping[str, Part], now: Mapping[str, Part], old: _Side, new: _Side) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys([*was, *now]):
        if name not in now:
            yield f"{word} {name}", "it is gone."
        elif name not in was:
            yield f"{word} {name}", f"it is new: `{new.written.at(now[name].span)}`."
        elif was[name] != now[name]:
            for words in _redefined(was[name], now[name], old, new):
                yield f"{word} {name}", words


def _redefined(was: Part, now: Part, old: _Side, new: _Side) -> Iterator[str]:
    if isinstance(was, ty.Table) and isinstance(now, ty.Table):
        yield from _rows(was, now)
        return
    if isinstance(was, ty.Parameter) and isinstance(now, ty.Parameter):
        yield from _values(was, now, old, new)
        return
    yield from _lines(old.written.lines_at(was.span), new.written.lines_at(now.span))


def _values(was: ty.Parameter, now: ty.Parameter, old: _Side, new: _Side) -> Iterator[str]:
    for a, b in zip_longest(was.values, now.values):
        before = None if a is None else (a.first, old.written.at(a.value.span))
        after = None if b is None else (b.first, new.written.at(b.value.span))
        if before == after:
            continue
        if after is None:
            yield f"the value {before[1] if before else ''} is gone."
        else:
            since = f" from {after[0]}" if after[0] is not None else ""
            yield f"it is {after[1]}{since}" + (f", was {before[1]}." if before is not None else ".")


def _rows(was: ty.Table, now: ty.Table) -> Iterator[str]:
    old, new = ({", ".join(k.text or "any" for k in r.keys): r.value for r in t.rows} for t in (was, now))
    changes = [f"for {key} it is {_value(new[key])}, was {_value(old[key])}." for key in new if key in old and new[key] != old[key]]
    changes += [f"new is the row for {key}: {_value(new[key])}." for key in new if key not in old]
    changes += [f"gone is the row for {key}: {_value(old[key])}." for key in old if key not in new]
    yield from changes[:MOST_ROWS]
    if len(changes) > MOST_ROWS:
        yield f"{len(changes) - MOST_ROWS} more of its rows have changed."
    if not changes:
        yield "its rows stand in another order, or are told apart otherwise."


def _value(value: ty.Const) -> str:
    return in_unit(value.value if isinstance(value.value, (Fraction, bool)) else str(value.value), str(value.unit))


def _limits(old: _Side, new: _Side) -> Iterator[tuple[str, str]]:
    """Caps, draws, holds, clawbacks: each as it is written."""
    was, now = ([side.written.at(cap.span) for cap in side.plan.caps] for side in (old, new))
    for words in _lines(was, now):
        yield new.plan.name, words
    for word, kind in (("draw", "draws"), ("hold", "holds"), ("clawback", "clawbacks")):
        before, after = ({x.name: x for x in getattr(side.plan, kind)} for side in (old, new))
        yield from _defined(word, before, after, old, new)


def _formula(side: _Side, formula: ty.Expr | None, otherwise: str) -> str:
    return otherwise if formula is None else f"`{side.written.at(formula.span)}`"
