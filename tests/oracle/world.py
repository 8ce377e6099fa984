"""The records of a project, found by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
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
    by_key: dict[str, dict[Value | None, list[Row]]] = field(default_factory=dict)
    by_reference: dict[tuple[str, str], dict[Value | None, dict[int, Row]]] = field(default_factory=dict)

    def rows(self, kind: str) -> tuple[Row, ...]:
        """The rows of a kind."""
        return tuple(self.records.get(kind, ()))

    def key(self, kind: str, row: Row) -> Key:
        """What names a row."""
        return tuple(row.get(column) for column in self.schema.kinds[kind].key)

    def days_of(self, kind: str, row: Row) -> tuple[date, date]:
        """The first and the last day on which a row holds; all days where the kind is not dated."""
        valid = self.schema.kinds[kind].valid
        if valid is None:
            return date.min, date.max
        first, last = row[valid.first], row.get(valid.last)
        assert isinstance(first, date)
        return first, last if isinstance(last, date) else date.max

    def holds(self, kind: str, row: Row, day: date | None) -> bool:
        """Whether a row holds on a day; a dated one on none that is not known."""
        if self.schema.kinds[kind].valid is None:
            return True
        first, last = self.days_of(kind, row)
        return day is not None and first <= day <= last

    def is_worked(self, payee: str, day: date) -> bool:
        """Whether a day is a working day of somebody."""
        days = self.schema.working_days
        assert days is not None
        if day.weekday() not in days.weekdays:
            return False
        whose = None if days.group is None else self._row_around(payee, day).get(days.group)
        holidays = () if days.kind is None else [row for row in self.rows(days.kind) if row[days.date or ""] == day]
        return not any(days.group is None or row.get(days.group) in (None, whose) for row in holidays)

    def _row_around(self, payee: str, day: date) -> Row:
        """The row of a person on a day; where there is none, the one that follows, or the last."""
        rows = [row for row in self.rows(PEOPLE) if self.key(PEOPLE, row)[0] == payee]
        rows.sort(key=lambda row: self.days_of(PEOPLE, row))
        return next((row for row in rows if day <= self.days_of(PEOPLE, row)[1]), rows[-1])

    def find(self, kind: str, key: Value | None, day: date | None = None) -> Row | None:
        """The row of a key on a day, if there is one."""
        if kind not in self.by_key:
            index: dict[Value | None, list[Row]] = {}
            for row in self.rows(kind):
                index.setdefault(row.get(self.schema.kinds[kind].key[0]), []).append(row)
            self.by_key[kind] = index
        return None if key is None else next((row for row in self.by_key[kind].get(key, ()) if self.holds(kind, row, day)), None)

    def follow(self, kind: str, row: Row | None, path: tuple[str, ...], day: date | None = None) -> Value | None:
        """The value of a column, through references as of a day; empty where a reference is."""
        if row is None:
            return None
        value = row.get(path[0])
        if len(path) == 1:
            return value
        column = self.schema.kinds[kind].column(path[0])
        assert column is not None
        assert isinstance(column.type, ReferenceType)
        return self.follow(column.type.kind, self.find(column.type.kind, value, day), path[1:], day)

    def person(self, payee: str, day: date | None = None) -> Row | None:
        """The record of a person on a day."""
        return self.find(PEOPLE, payee, day)

    def people(self) -> tuple[str, ...]:
        """Everyone, by key."""
        return tuple(sorted({str(self.key(PEOPLE, row)[0]) for row in self.rows(PEOPLE)}))

    def group_of(self, payee: str, column: str, day: date | None = None) -> str | None:
        """The group that a person belongs to on a day."""
        row = self.person(payee, day)
        return None if row is None else cast("str | None", row.get(column))

    def members(self, column: str, group: Value | None, day: date | None = None) -> tuple[str, ...]:
        """Everyone in a group on a day; nobody where the group is empty."""
        return () if group is None else tuple(p for p in self.people() if self.group_of(p, column, day) == group)

    def managers_above(self, payee: str, about: str, day: date | None = None) -> tuple[str, ...]:
        """Everyone above a person on a day, from the nearest up; raises `DataError` where they go in a circle."""
        above: list[str] = []
        row = self.person(payee, day)
        while row is not None and row.get("manager") is not None:
            manager = str(row["manager"])
            if manager == payee or manager in above:
                raise DataError(Trouble("manager-circle", about, payee))
            above.append(manager)
            row = self.person(manager, day)
        return tuple(above)

    def referring(self, kind: str, column: str, key: Value | None, day: date | None = None) -> Mapping[int, Row]:
        """The rows of a kind that refer to a record and hold on a day, each with its place among all of its kind, by key."""
        if (kind, column) not in self.by_reference:
            ordered = sorted(self.rows(kind), key=lambda row: ([str(k) for k in self.key(kind, row)], self.days_of(kind, row)))
            index: dict[Value | None, dict[int, Row]] = {}
            for place, row in enumerate(ordered):
                index.setdefault(row.get(column), {})[place] = row
            self.by_reference[kind, column] = index
        return {place: row for place, row in self.by_reference[kind, column].get(key, {}).items() if self.holds(kind, row, day)}
