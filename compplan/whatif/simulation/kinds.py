"""Which kinds of record are drawn, by which column they are dated, whose draws they belong to, and which kinds go with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.suggest import closest
from compplan.engine.given_rows import dependents
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import PEOPLE, DateType, RecordKind, ReferenceType, Schema
from compplan.whatif.simulation.settings import COMPANY, PAYEE, Settings

Credited = Mapping[str, Sequence[ty.Credit]]
"""The credits that are made from each kind of record."""


@immutable
class DrawnKind:
    """A kind that is drawn: the column with the day, the column that says whose draws its records belong to (None for everybody's)."""

    kind: RecordKind
    dated: str
    each: str | None
    followers: tuple[Follower, ...]


@immutable
class Follower:
    """A kind whose rows go with those of another: the column that refers to it."""

    kind: RecordKind
    reference: str
    of: str
    alone: DrawnKind | None
    """How rows that refer to nothing are drawn, where people are credited for such rows; None where they stay as they are."""


def names_of(kinds: Sequence[DrawnKind]) -> str:
    """The kinds as a sentence begins with them: Deals, leads and contracts."""
    *others, last = (k.kind.name for k in kinds) if kinds else ("records",)
    names = f"{', '.join(others)} and {last}" if others else last
    return names[0].upper() + names[1:]


def drawn_kinds(schema: Schema, plans: Sequence[ty.Plan], settings: Settings) -> tuple[DrawnKind, ...]:
    """The kinds that are drawn, each once; a kind whose rows refer to a drawn kind goes with it.

    Raises `Problems` where a kind or column is not there, or where nothing that the plans pay for can be drawn.
    """
    credited = _credits(plans)
    asked = settings.kinds or tuple(credited)
    wrong = list(_unknown(schema, credited, asked, settings))
    if wrong:
        raise Problems(wrong)
    following = {d for name in asked for d in dependents(schema, name)[1:]}
    roots = [name for name in asked if name not in following]
    if not roots:
        message = "The plans credit nobody for records with a day, so there is nothing to draw."
        raise Problems([Diagnostic("simulation", "This cannot be simulated", message)])
    if settings.each not in (PAYEE, COMPANY) and all(schema.kinds[name].column(settings.each) is None for name in roots):
        columns = sorted({c.name for name in roots for c in schema.kinds[name].columns})
        near = closest(settings.each, columns)
        message = f"None of {', '.join(roots)} has a column `{settings.each}`."
        other = f"Did you mean `{near}`? " if near else ""
        raise Problems([Diagnostic("unknown-column", "This column is not known", message, hint=f"{other}Or use payee or company.")])
    return tuple(_drawn(schema, name, credited, settings) for name in roots)


def all_drawn(kinds: Sequence[DrawnKind]) -> tuple[DrawnKind, ...]:
    """The kinds, and those that go with them where some of their rows refer to nothing and are drawn by themselves."""
    return (*kinds, *(f.alone for kind in kinds for f in kind.followers if f.alone is not None))


def _credits(plans: Sequence[ty.Plan]) -> dict[str, list[ty.Credit]]:
    """The credits that are made from each kind of record, in the order of the plans."""
    found: dict[str, list[ty.Credit]] = {}
    for plan in plans:
        for credit in plan.credits.values():
            if not credit.from_credit:
                found.setdefault(credit.kind, []).append(credit)
    return found


def _unknown(schema: Schema, credited: dict[str, list[ty.Credit]], asked: Sequence[str], settings: Settings) -> Iterator[Diagnostic]:
    for name in asked:
        if name not in credited:
            near = closest(name, list(credited))
            hint = (f"Did you mean `{near}`? " if near else "") + f"The plans credit people for {', '.join(credited) or 'nothing'}."
            message = f"The plans credit nobody for `{name}`, so there is nothing to draw."
            yield Diagnostic("unknown-kind", "This kind of record is not drawn", message, hint=hint)
    for name, column in settings.dated.items():
        kind = schema.kinds.get(name)
        dates = [] if kind is None else [c.name for c in kind.columns if isinstance(c.type, DateType)]
        if column not in dates:
            known = f"Its dates are {', '.join(dates)}." if dates else None
            yield Diagnostic("unknown-column", "This column is not known", f"{name} has no date `{column}`.", hint=known)


def _drawn(schema: Schema, name: str, credited: Credited, settings: Settings) -> DrawnKind:
    """A kind with those that go with it."""
    return replace(_alone(schema, name, credited, settings), followers=tuple(_followers(schema, name, credited, settings)))


def _alone(schema: Schema, name: str, credited: Credited, settings: Settings) -> DrawnKind:
    kind = schema.kinds[name]
    day = settings.dated.get(name) or _day(kind, credited[name])
    return DrawnKind(kind, day, _each(kind, credited[name], settings), ())


def _day(kind: RecordKind, credited: Sequence[ty.Credit]) -> str:
    """The column by which the first of the kind's credits is dated; one that is always filled in goes before one that may be empty."""
    days = [c.dated.path[0] for c in credited if len(c.dated.path) == 1]
    filled = [d for d in days if (column := kind.column(d)) is not None and column.required]
    if not days:
        message = f"People are credited for {kind.name} on a day of another record, so {kind.name} have no day of their own to be drawn by."
        hint = f"Name a date of {kind.name} with --dated {kind.name}=COLUMN, or leave them out with --draw."
        raise Problems([Diagnostic("simulation", "This cannot be simulated", message, hint=hint)])
    return (filled or days)[0]


def _each(kind: RecordKind, credited: Sequence[ty.Credit], settings: Settings) -> str | None:
    if settings.each == COMPANY:
        return None
    if settings.each != PAYEE and kind.column(settings.each) is not None:
        return settings.each
    for credit in credited:
        for give in credit.gives:
            target = give.recipient.target
            if give.recipient.how == "person" and give.child is None and isinstance(target, ty.RecordField) and len(target.path) == 1:
                return target.path[0]
    people = (c.name for c in kind.columns if isinstance(c.type, ReferenceType) and c.type.kind == PEOPLE)
    return next(people, None)


def _followers(schema: Schema, root: str, credited: Credited, settings: Settings) -> Iterator[Follower]:
    """The kinds whose rows go with the kind's, each after the one that it refers to."""
    reached = [root]
    for name in reached:
        for other in schema.kinds.values():
            reference = next((c for c in other.columns if isinstance(c.type, ReferenceType) and c.type.kind == name), None)
            if reference is not None and other.name not in reached:
                reached.append(other.name)
                is_alone = not reference.required and other.name in (settings.kinds or credited)
                yield Follower(other, reference.name, name, _alone(schema, other.name, credited, settings) if is_alone else None)
