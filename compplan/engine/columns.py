"""Columns of records as SQL: what a path through references stands for, and the joins that it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.emit import Emitted
from compplan.engine.relations import RECORDS
from compplan.engine.sql import Figure
from compplan.engine.steps import path_name, table
from compplan.language.units import unit_of
from compplan.schema import Column, MoneyType, NumberType, RatioType, RecordKind, ReferenceType, Schema


@dataclass(slots=True)
class RecordColumns:
    """Columns reached from one row of a kind, under `alias`; remembers the joins for references on the way.

    Rows that hold from a day to a day are those of `day`.
    """

    schema: Schema
    kind: RecordKind
    alias: str
    day: exp.Expr | None = None
    joined: dict[tuple[str, ...], str] = field(default_factory=dict)

    def column(self, path: tuple[str, ...]) -> Emitted:
        """The column that a path leads to."""
        kind, alias = self.kind, self.alias
        for index in range(len(path) - 1):
            reference = self._column(kind, path[index])
            assert isinstance(reference.type, ReferenceType)
            kind = self.schema.kinds[reference.type.kind]
            alias = self.joined.setdefault(path[: index + 1], f"{self.alias}__{path_name(path[: index + 1])}")
        return typed_column(self._column(kind, path[-1]), alias)

    @staticmethod
    def _column(kind: RecordKind, name: str) -> Column:
        found = kind.column(name)
        assert found is not None, f"{kind.name}.{name}"
        return found

    def join(self, query: exp.Select) -> exp.Select:
        """The query with the joins that the columns asked for so far need."""
        for path, alias in sorted(self.joined.items(), key=lambda item: (self._is_dated(item[0]), len(item[0]))):
            kind, before = self.kind, self.alias
            for index, name in enumerate(path):
                reference = self._column(kind, name)
                assert isinstance(reference.type, ReferenceType)
                kind = self.schema.kinds[reference.type.kind]
                if index < len(path) - 1:
                    before = self.joined[path[: index + 1]]
            on = exp.EQ(this=sql.column(kind.key[0], alias), expression=sql.column(path[-1], before))
            query = query.join(
                table(kind.name, alias, RECORDS), on=sql.all_of([on, *holds_on(kind, alias, self.day)]), join_type="left", copy=False
            )
        return query

    def _is_dated(self, path: tuple[str, ...]) -> bool:
        """Whether a path leads through rows that hold from a day to a day; the day itself may need the other joins."""
        kind = self.kind
        for name in path:
            reference = self._column(kind, name)
            assert isinstance(reference.type, ReferenceType)
            kind = self.schema.kinds[reference.type.kind]
            if kind.valid is not None:
                return True
        return False


def holds_on(kind: RecordKind, alias: str, day: exp.Expr | None) -> list[exp.Expr]:
    """That a row holds on a day; nothing for rows that always do."""
    if kind.valid is None:
        return []
    assert day is not None, f"no day is known on which to read {kind.name}"
    return [
        exp.LTE(this=sql.column(kind.valid.first, alias), expression=sql.paren(day.copy())),
        exp.GTE(this=last_day_of(kind, alias), expression=sql.paren(day.copy())),
    ]


def last_day_of(kind: RecordKind, alias: str) -> exp.Expr:
    """The last day on which a row holds; the end of time where it still does."""
    assert kind.valid is not None
    return exp.func("coalesce", sql.column(kind.valid.last, alias), sql.day(date.max))


def typed_column(column: Column, alias: str | None, name: str | None = None) -> Emitted:
    """A column as a figure where it is a quantity."""
    node = sql.column(name or column.name, alias)
    if isinstance(column.type, (MoneyType, RatioType, NumberType)):
        return Figure(node, 18, column.type.decimals)
    assert not unit_of(column.type).is_quantity
    return node


def node_of(emitted: Emitted) -> exp.Expr:
    """The bare expression of anything emitted."""
    return emitted.node if isinstance(emitted, Figure) else emitted
