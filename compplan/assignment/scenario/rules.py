"""The rules of a scenario: which rep may have which account, what goes together, and what must be apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compplan.assignment.borders import Borders, borders_between
from compplan.assignment.problem import Flags, Whole
from compplan.assignment.scenario.form import RuleForm
from compplan.assignment.scenario.table import Table, text_of
from compplan.assignment.scenario.tables import Tables


def owners(accounts: Table, column: str | None, reps: Table) -> Whole:
    """The position of the rep that each account names; -1 where it names none who takes part."""
    if column is None:
        return np.full(accounts.rows, -1, np.int64)
    position = {rep: j for j, rep in enumerate(reps.key())}
    return np.array([position.get(text_of(v), -1) for v in accounts.columns[column]], np.int64)


def allowed_by(rule: RuleForm, accounts: Table, reps: Table, owner: Whole) -> Flags:
    """Which pairs a rule allows: accounts x reps."""
    about = accounts.meets(rule.accounts)
    allowed = np.ones((accounts.rows, reps.rows), bool)
    if rule.reps is not None:
        allowed[about] = reps.meets(rule.reps)[None, :]
    if rule.among is not None and rule.column is not None:
        allowed[about] = has_all(accounts.columns[rule.column], reps.columns[rule.among])[about]
    if rule.stay:
        held = np.nonzero(about & (owner >= 0))[0]
        allowed[held] = False
        allowed[held, owner[held]] = True
    return allowed


def has_all(needed: Sequence[object], had: Sequence[object]) -> Flags:
    """Which of `had` have all texts of which of `needed`; both are lists parted by semicolons, and an empty one needs nothing."""
    lists = [parted(v) for v in had]
    each = [parted(v) for v in needed]
    rows = {texts: np.array([texts <= has for has in lists], bool) for texts in set(each)}
    return np.array([rows[texts] for texts in each], bool).reshape(len(each), len(lists))


def parted(value: object) -> frozenset[str]:
    """The texts of a list that is parted by semicolons."""
    return frozenset(t.strip() for t in text_of(value).split(";")) - {""}


def summed(values: Whole, member: Whole) -> Whole:
    """Rows of accounts added up by item."""
    items = int(member.max()) + 1
    if items == len(member):
        return values
    total = np.zeros((items, values.shape[1]), np.int64)
    np.add.at(total, member, values)
    return total


def families(accounts: Table, column: str | None) -> Whole:
    """The item of each account: its family's, or one of its own."""
    if column is None:
        return np.arange(accounts.rows)
    first: dict[str, int] = {}
    member = []
    for number, value in enumerate(accounts.columns[column]):
        family = f"family {value}" if text_of(value) else f"account {number}"
        member.append(first.setdefault(family, len(first)))
    return np.array(member, np.int64)


def kept_apart(rule: RuleForm, tables: Tables, member: Whole) -> list[tuple[int, int]]:
    """The pairs of items that a rule lets no rep have both of; an item and itself, where they are of one family."""
    if rule.apart is None or rule.of is None:
        return []
    position = {account: int(member[i]) for i, account in enumerate(tables.accounts.key())}
    table = tables.rows(rule.apart)
    named = zip(table.columns[rule.of[0]], table.columns[rule.of[1]], strict=True)
    pairs = [(position[a], position[b]) for a, b in named if a in position and b in position]
    return sorted({(min(a, b), max(a, b)) for a, b in pairs})


def borders_of(rule: RuleForm, tables: Tables, member: Whole) -> Borders | None:
    """Which items border on each other by a rule; None where it is about something else.

    A family borders on whatever one of its accounts borders on. With a column of places, accounts border where their places do, and those
    of one place on each other; an account without a place borders on none.
    """
    if rule.connected is None or rule.of is None:
        return None
    keys = tables.accounts.key() if rule.column is None else [text_of(v) for v in tables.accounts.columns[rule.column]]
    at: dict[str, list[int]] = {}
    for key, item in zip(keys, member.tolist(), strict=True):
        at.setdefault(key, []).append(item)
    at.pop("", None)
    table = tables.rows(rule.connected)
    named = [(text_of(a), text_of(b)) for a, b in zip(table.columns[rule.of[0]], table.columns[rule.of[1]], strict=True)]
    inside = [(place, place) for place, items in at.items() if len(items) > 1]
    both = [_each_with_each(at[a], at[b]) for a, b in [*named, *inside] if a in at and b in at]
    return borders_between(int(member.max()) + 1, np.concatenate([np.zeros((0, 2), np.int64), *both]))


def _each_with_each(some: list[int], others: list[int]) -> Whole:
    return np.stack([np.repeat(some, len(others)), np.tile(others, len(some))], axis=1).astype(np.int64)
