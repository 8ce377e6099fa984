"""The records of a project, found by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from compplan.calendar import Calendar
from compplan.language.typed import Value
from compplan.schema import PEOPLE, ReferenceType, Schema
from tests.oracle.values import DataError, Key, Records, Row, Trouble


@dataclass(frozen=True, slots=True)
class World:
    """Schema, calendar and records."""

    schema: Schema
    calendar: Calendar
    records: Records
    by_key: dict[str, dict[Value | None, Row]] = field(default_factory=dict)
    by_reference: dict[tuple[str, str], dict[Value | None, dict[int, Row]]] = field(default_factory=dict)

    def rows(self, kind: str) -> tuple[Row, ...]:
        """The rows of a kind."""
        return tuple(self.records.get(kind, ()))

    def key(self, kind: str, row: Row) -> Key:
        """What names a row."""
        return tuple(row.get(column) for column in self.schema.kinds[kind].key)

    def find(self, kind: str, key: Value | None) -> Row | None:
        """The row of a key, if there is one."""
        if kind not in self.by_key:
            column = self.schema.kinds[kind].key[0]
            self.by_key[kind] = {row.get(column): row for row in self.rows(kind)}
        return None if key is None else self.by_key[kind].get(key)

    def follow(self, kind: str, row: Row | None, path: tuple[str, ...]) -> Value | None:
        """The value of a column, through references; empty where a reference is."""
        if row is None:
            return None
        value = row.get(path[0])
        if len(path) == 1:
            return value
        column = self.schema.kinds[kind].column(path[0])
        assert column is not None
        assert isinstance(column.type, ReferenceType)
        return self.follow(column.type.kind, self.find(column.type.kind, value), path[1:])

    def person(self, payee: str) -> Row | None:
        """The record of a person."""
        return self.find(PEOPLE, payee)

    def people(self) -> tuple[str, ...]:
        """Everyone, by key."""
        return tuple(sorted(str(self.key(PEOPLE, row)[0]) for row in self.rows(PEOPLE)))

    def group_of(self, payee: str, column: str) -> str | None:
        """The group that a person belongs to."""
        row = self.person(payee)
        return None if row is None else cast("str | None", row.get(column))

    def members(self, column: str, group: Value | None) -> tuple[str, ...]:
        """Everyone in a group; nobody where the group is empty."""
        return () if group is None else tuple(p for p in self.people() if self.group_of(p, column) == group)

    def managers_above(self, payee: str, about: str) -> tuple[str, ...]:
        """Everyone above a person, from the nearest up; raises `DataError` where they go in a circle."""
        above: list[str] = []
        row = self.person(payee)
        while row is not None and row.get("manager") is not None:
            manager = str(row["manager"])
            if manager == payee or manager in above:
                raise DataError(Trouble("manager-circle", about, payee))
            above.append(manager)
            row = self.person(manager)
        return tuple(above)

    def referring(self, kind: str, column: str, key: Value | None) -> Mapping[int, Row]:
        """The rows of a kind that refer to a record, each with its place among all of its kind in the order of their keys."""
        if (kind, column) not in self.by_reference:
            ordered = sorted(self.rows(kind), key=lambda row: [str(k) for k in self.key(kind, row)])
            index: dict[Value | None, dict[int, Row]] = {}
            for place, row in enumerate(ordered):
                index.setdefault(row.get(column), {})[place] = row
            self.by_reference[kind, column] = index
        return self.by_reference[kind, column].get(key, {})
