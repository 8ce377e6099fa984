"""The records that a routing file names: rows of reps, absences, holidays and chances, once the columns are known to fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from compplan.diagnostics.model import Collector, Problems
from compplan.diagnostics.suggest import closest
from compplan.records.project_file import Project
from compplan.records.yaml_marks import Marks, Place
from compplan.schema import (
    Column,
    DateType,
    MoneyType,
    NumberType,
    RatioType,
    RecordKind,
    ReferenceType,
    TextType,
    YesNoType,
)  # fmt: skip

TEXTS: tuple[type, ...] = (TextType, ReferenceType, YesNoType)
NAMES: tuple[type, ...] = (TextType, ReferenceType)
FIGURES: tuple[type, ...] = (NumberType, MoneyType, RatioType)
DATES: tuple[type, ...] = (DateType,)
_WHAT = {TEXTS: "texts", NAMES: "names", FIGURES: "figures", DATES: "dates"}

Row = Mapping[str, Any]


@dataclass(slots=True)
class Wanted:
    """Which columns of which kinds of record a routing file wants; what does not fit is collected, each at its place in the file.

    `project` is None where the file names no records.
    """

    project: Project | None
    marks: Marks
    collector: Collector
    kinds: dict[str, dict[str, None]] = field(default_factory=dict)

    def kind(self, name: str, place: Place) -> RecordKind | None:
        """The kind of that name."""
        known = {} if self.project is None else self.project.schema.kinds
        found = known.get(name)
        if found is None:
            message = f"`{name}` is no kind of record of the project."
            say(self, "unknown-kind", "This kind of record is not known", message, place, near(name, known))
            return None
        columns = self.kinds.setdefault(name, {})
        if found.valid is not None:
            columns |= dict.fromkeys((found.valid.first, found.valid.last))
        return found

    def column(self, kind: RecordKind, name: str, types: tuple[type, ...], place: Place) -> Column | None:
        """The column of that name, if it holds what is wanted."""
        found = kind.column(name)
        if found is None:
            message = f"`{name}` is not a column of {kind.name}."
            say(self, "unknown-column", "This column is not known", message, place, near(name, [c.name for c in kind.columns]))
        elif not isinstance(found.type, types):
            fitting = [c.name for c in kind.columns if isinstance(c.type, types)]
            hint = f"Such columns of {kind.name} are {', '.join(fitting)}." if fitting else None
            say(self, "wrong-column", "This column does not fit", f"`{name}` of {kind.name} does not hold {_WHAT[types]}.", place, hint)
        else:
            self.kinds[kind.name][name] = None
            return found
        return None


def say(wanted: Wanted, code: str, title: str, message: str, place: Place, hint: str | None = None) -> None:
    """Collects a problem at a place of the file."""
    wanted.collector.add(wanted.marks.problem(code, title, message, wanted.marks.value(place), hint))


def near(name: str, names: Sequence[str] | Mapping[str, Any]) -> str:
    """Which of the names may be meant; all of them where none is like it."""
    found = closest(name, names)
    return f"Did you mean `{found}`?" if found else f"There are: {', '.join(names)}."


@contextmanager
def opened(wanted: Wanted, today: date) -> Iterator[Mapping[str, list[Row]]]:
    """The rows of each kind, in the order of its key; where rows hold from a day to a day, those that hold today.

    Raises `Problems` for rows that are bad.
    """
    project = wanted.project
    if not wanted.kinds or project is None:
        yield {}
        return
    import duckdb

    from compplan.records.load import load_records

    schema = project.schema
    names = set(wanted.kinds)
    while more := {c.type.kind for k in names for c in schema.kinds[k].columns if isinstance(c.type, ReferenceType)} - names:
        names |= more
    kinds = {k: v for k, v in schema.kinds.items() if k in names}
    part = replace(project, schema=replace(schema, kinds=kinds), sources={k: project.sources[k] for k in kinds})
    with duckdb.connect() as connection:
        loaded = load_records(part, connection)
        if loaded.rejected:
            raise Problems(list(loaded.diagnostics))
        yield {name: _rows(connection, kinds[name], columns, today) for name, columns in wanted.kinds.items()}


def _rows(connection: Any, kind: RecordKind, columns: Mapping[str, None], today: date) -> list[Row]:  # noqa: ANN401 - a connection of duckdb
    from compplan.records.sql import name as quoted

    shown = ", ".join(quoted(c) for c in columns) or "1"
    order = ", ".join(quoted(k) for k in kind.key) or "ALL"
    found = connection.execute(f"SELECT {shown} FROM records.{quoted(kind.name)} ORDER BY {order}").fetchall()
    rows: list[Row] = [dict(zip(columns, row, strict=False)) for row in found]
    if kind.valid is None:
        return rows
    first, last = kind.valid.first, kind.valid.last
    return [r for r in rows if (r[first] is None or r[first] <= today) and (r[last] is None or today <= r[last])]


def text_of(value: object) -> str:
    """What stands in a cell, as a routing file writes it; nothing for an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def listed(value: object) -> frozenset[str]:
    """The texts in a cell, parted by semicolons."""
    return frozenset(t for part in text_of(value).split(";") if (t := part.strip()))
