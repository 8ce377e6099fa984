"""Typing leave: who is on it when, which quotas it relieves, and what formulas ask of it."""

from __future__ import annotations

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.dated import on_the_way
from compplan.language.check.environment import Environment
from compplan.language.check.names import did_you_mean
from compplan.language.check.place import Grain, Place
from compplan.language.check.proration import check_method, quota_mark
from compplan.language.units import RATIO
from compplan.language.walk import every
from compplan.schema import PEOPLE, RecordKind, ReferenceType

MOST_MONTHS = 60
"""Over how many months an average may be taken."""

MOST_DAYS = 36_525


def type_leave(env: Environment, name: str) -> ty.Leave | None:
    """The typed leave of a name; worked out once."""
    if name not in env.typed_leaves:
        env.typed_leaves[name] = _leave(env, env.leaves[name])
    return env.typed_leaves[name]


def _leave(env: Environment, tree: t.Leave) -> ty.Leave | None:
    kind = env.schema.kind(tree.source.text)
    if kind is None:
        hint = did_you_mean(tree.source.text, list(env.schema.kinds))
        env.problem("unknown-name", f"There are no records {tree.source.text}.", tree.source.span, hint)
        return None
    if not _is_dated_and_personal(env, tree, kind):
        return None
    place = Place(Grain.ROWS, f"the records of {kind.name}", kind=kind)
    where = None if tree.where is None else formulas.type_condition(env, place, tree.where)
    if tree.where is not None and where is None:
        return None
    for e in every(where) if where is not None else ():
        found = on_the_way(env, kind, e.path) if isinstance(e, ty.RecordField) else None
        if found is not None:
            message = f"Rows of {found.name} hold from a day to a day, and a leave goes on for many days."
            env.problem("dated-record", message, e.span, f"Declare a column of {kind.name} that says it.")
            return None
    return ty.Leave(tree.name.text, kind.name, where, _least(env, tree.least), tree.span)


def _is_dated_and_personal(env: Environment, tree: t.Leave, kind: RecordKind) -> bool:
    """Whether the key names the person alone, and rows hold from a day to a day: so no two of one person overlap."""
    if kind.valid is None:
        message = f"Rows of {kind.name} do not hold from a day to a day, so it is not known when a leave begins and ends."
        hint = f"Say so in the project file, at {kind.name}: valid, with the columns of the first and the last day."
        env.problem("leave", message, tree.source.span, hint)
        return False
    key = kind.column(kind.key[0]) if len(kind.key) == 1 else None
    if key is None or not isinstance(key.type, ReferenceType) or key.type.kind != PEOPLE:
        named = next((c.name for c in kind.columns if isinstance(c.type, ReferenceType) and c.type.kind == PEOPLE), "person")
        message = f"The key of {kind.name} is not the person alone, so that somebody could be on two leaves on one day."
        env.problem("leave", message, tree.source.span, f"Write `key: {named}` in the project file, at {kind.name}.")
        return False
    return True


def _least(env: Environment, least: t.Literal | None) -> int | None:
    """How many days a leave lasts at least."""
    if least is None:
        return None
    if least.kind is not t.LiteralKind.DAYS or not 1 <= int(str(least.value)) <= MOST_DAYS:
        env.problem("wrong-arguments", "How long a leave lasts is said in days.", least.span, "Write lasting at least 30 days.")
        return None
    return int(str(least.value))


def _named(env: Environment, name: t.Name) -> ty.Leave | None:
    """The leave that is meant, or None after a report."""
    if name.text not in env.leaves:
        hint = did_you_mean(name.text, list(env.leaves)) or f"Write leave {name.text} from RECORDS, beside it."
        env.problem("unknown-name", f"There is no leave {name.text}.", name.span, hint)
        return None
    env.use(f"leave {name.text}")
    return type_leave(env, name.text)


def read_reliefs(env: Environment, lines: list[t.Relieve]) -> None:
    """Fills in which quotas are relieved for which leave, and how; each is named once."""
    for line in lines:
        check_method(env, line.by, line.least, line.span)
        leave = _named(env, line.leave)
        for what in line.what:
            measure = _quota(env, what)
            if measure is None or leave is None:
                continue
            mark, how = quota_mark(measure), ty.Proration(line.by, line.least)
            if mark in env.reliefs:
                env.problem("duplicate-sentence", f"It is said twice how {mark} is relieved.", what.span)
            else:
                env.reliefs[mark] = ty.Relief(leave.name, how, line.span)
                _check_against_proration(env, mark, how, line)


def _quota(env: Environment, what: t.Path | t.Call) -> str | None:
    """The measure whose quota is relieved; None after a report."""
    argument = what.arguments[0] if isinstance(what, t.Call) and len(what.arguments) == 1 else None
    if not isinstance(what, t.Call) or what.name.text != "quota" or not isinstance(argument, t.Path) or argument.text not in env.quotas:
        env.problem("leave", "What is relieved for a leave is a quota.", what.span, "Write quota(arr).")
        return None
    env.use(argument.text)
    if argument.text in env.measures and env.measures[argument.text].group is not None:
        message = f"{argument.text} is not the goal of one payee, who could be on leave."
        env.problem("leave", message, what.span)
        return None
    return argument.text


_WORDS = {"days": "calendar days", "working days": "working days", "months": "months"}


def _check_against_proration(env: Environment, mark: str, how: ty.Proration, line: t.Relieve) -> None:
    """Days on leave are taken off the days that count otherwise: both are counted alike."""
    prorated = env.prorations.get(mark)
    if prorated is not None and prorated.by in _WORDS and prorated.by != how.by:
        message = f"{mark} is prorated by {_WORDS[prorated.by]} and relieved by {_WORDS[how.by]}: one cannot be taken off the other."
        env.problem("leave", message, line.span, "Say the same in both.")


def type_share(env: Environment, place: Place, expr: t.LeaveShare) -> ty.Expr | None:
    """`the share on parental leave by calendar days`: how much of the period at hand."""
    leave = _named(env, expr.leave)
    check_method(env, expr.by, expr.least, expr.span)
    if leave is None or not _is_for_a_period(env, place, "How much of a period somebody is on leave", expr):
        return None
    assert place.period is not None
    return ty.LeaveShare(leave.name, ty.Window(place.period), ty.Proration(expr.by, expr.least), RATIO, expr.span)


def type_average(env: Environment, place: Place, expr: t.AverageBefore) -> ty.Expr | None:
    """`the monthly average of earned(own) over 3 months before parental leave`."""
    leave = _named(env, expr.leave)
    name = expr.component
    if name.text not in env.components:
        message = f"There is no component {name.text} in this plan."
        env.problem("unknown-name", message, name.span, did_you_mean(name.text, list(env.components)))
        return None
    months = int(str(expr.over.value)) * (12 if expr.over.kind is t.LiteralKind.YEARS else 1)
    if expr.over.kind is t.LiteralKind.DAYS or not 1 <= months <= MOST_MONTHS:
        message = f"An average is taken over whole months, at most {MOST_MONTHS}."
        env.problem("wrong-arguments", message, expr.over.span, "Write over 3 months.")
        return None
    if leave is None or not _is_for_a_period(env, place, "An average before a leave", expr):
        return None
    assert place.period is not None
    return ty.AverageBefore(name.text, months, leave.name, ty.Window(place.period), env.components[name.text], expr.span)


def _is_for_a_period(env: Environment, place: Place, what: str, expr: t.Expression) -> bool:
    """Whether there is one value for each payee and period; of what is to date, the period is not over."""
    if place.grain is not Grain.PERIOD or place.period is None or place.as_of:
        message = f"{what} has one value for a payee and a period; it cannot stand in {place.title}."
        env.problem("wrong-place", message, expr.span, "Let it stand in a component for each month.")
        return False
    if place.to_date:
        env.problem("wrong-place", f"{what} is one of a whole period, not one to date.", expr.span, "Let a component of its own pay it.")
        return False
    return True
