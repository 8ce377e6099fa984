"""Which rows of a kind of record are meant: columns, also of records that they refer to, and what stands in each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from compplan.calendar import Calendar, parse_period
from compplan.immutable import immutable
from compplan.records.project_file import Project
from compplan.records.sql import all_of, any_of, name
from compplan.schema import Column, DateType, MoneyType, NumberType, PeriodType, RatioType, RecordKind, ReferenceType
from compplan.whatif.scenarios.cell_values import CellValues, NoValueError

_WORDS = {"from": ">=", "above": ">", "below": "<", "through": "<=", ">=": ">=", ">": ">", "<": "<", "<=": "<="}
_ORDERED = (DateType, MoneyType, NumberType, RatioType, PeriodType)
_BOUND = re.compile(r"(?P<word>(?:from|above|below|through)(?=\s)|>=|<=|>|<)\s*(?P<value>.+?)(?:\s+through\s+(?P<last>.+))?", re.S)

LAST_YEAR = 9998
"""The last year whose days can be told."""


@immutable
class Found:
    """A column that a condition is about: the references that lead to its kind, each with where it leads, and the kind."""

    way: tuple[tuple[Column, RecordKind], ...]
    kind: RecordKind
    column: Column


@immutable
class Condition:
    """A condition on a column: its name as it is written, the test of its value as SQL, and the test in words."""

    path: str
    found: Found
    test: str
    words: str

    def sql(self, relation: Callable[[str], str]) -> str:
        """The condition on a row; `relation` gives the relation of a kind of record that is referred to."""
        inside = self.test
        for column, target in reversed(self.found.way):
            inside = f"{name(column.name)} IN (SELECT {name(target.key[0])} FROM {relation(target.name)} WHERE {inside})"
        return inside


def find_column(project: Project, kind: RecordKind, path: str) -> Found | tuple[str, RecordKind]:
    """The column that a name means, or names joined by dots; or the name that is not there, and the kind that lacks it."""
    way: list[tuple[Column, RecordKind]] = []
    *references, last = path.split(".")
    for step in references:
        column = kind.column(step)
        if column is None or not isinstance(column.type, ReferenceType):
            return step, kind
        kind = project.schema.kinds[column.type.kind]
        way.append((column, kind))
    column = kind.column(last)
    return (last, kind) if column is None else Found(tuple(way), kind, column)


def condition(path: str, found: Found, values: Sequence[str | None], cells: CellValues, calendar: Calendar) -> Condition:
    """The condition that such a value stands in the column: all bounds hold, and one of the other values.

    Raises `NoValueError`, with what is wrong in words, where a value cannot stand there.
    """
    if not values:
        raise NoValueError("is an empty list, and says which rows are meant only with a value in it")
    value = name(found.column.name)
    bounds, others, words = [], [], []
    for written in values:
        if written is None or not written.strip():
            others.append(f"{value} IS NULL")
            words.append("empty")
            continue
        limits = list(_bounds(found, written, cells, calendar))
        if limits:
            bounds.append(all_of(f"{value} {sign} {literal}" for sign, literal in limits))
        else:
            others.append(f"{value} = {cells.literal(found.kind, found.column, written)}")
        words.append(" ".join(written.split()))
    test = all_of([*bounds, *([any_of(others)] if others else [])])
    joined = (" and " if not others else " or ").join(words)
    return Condition(path, found, test, f"{path} is {joined}")


def _bounds(found: Found, written: str, cells: CellValues, calendar: Calendar) -> Iterator[tuple[str, str]]:
    """The bounds that a text says of a column whose values have an order; none where it is a value."""
    column, said = found.column, written.strip()
    if not isinstance(column.type, _ORDERED):
        return
    match = _BOUND.fullmatch(said)
    if match is not None:
        yield _WORDS[match["word"]], cells.literal(found.kind, column, match["value"])
        if match["last"] is not None:
            yield "<=", cells.literal(found.kind, column, match["last"])
        return
    period = parse_period(said) if isinstance(column.type, DateType) else None
    if period is not None and period.last_month // 12 < LAST_YEAR:
        yield ">=", f"DATE '{calendar.start(period).isoformat()}'"
        yield "<=", f"DATE '{(calendar.end(period) - timedelta(days=1)).isoformat()}'"
