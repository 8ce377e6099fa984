"""Rows of a kind of record, by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compplan.assignment.problem import Flags, Whole
from compplan.schema import MoneyType, NumberType, RatioType, RecordKind


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of a kind of record: its columns as Python values, and the position of each row by its key, where that is one column."""

    kind: RecordKind
    columns: Mapping[str, Sequence[Any]]
    rows: int

    def key(self) -> list[str]:
        """The keys of the rows."""
        return [str(v) for v in self.columns[self.kind.key[0]]]

    def whole(self, column: str) -> Whole:
        """A column of figures in its smallest unit; what is empty is zero."""
        scale = 10 ** self.decimals(column)
        return np.array([0 if v is None else int(v * scale) for v in self.columns[column]], np.int64)

    def decimals(self, column: str) -> int:
        """How many digits of a column of figures stand behind the point."""
        found = self.kind.column(column)
        assert found is not None and isinstance(found.type, NumberType | MoneyType | RatioType)  # noqa: PT018 - the scenario was checked
        return found.type.decimals

    def real(self, column: str) -> list[float | None]:
        """A column of figures for measuring ways; what is empty stays empty."""
        return [None if v is None else float(v) for v in self.columns[column]]

    def kept(self, rows: Flags) -> Table:
        """The rows for which it says yes."""
        numbers = np.nonzero(rows)[0].tolist()
        return Table(self.kind, {c: [v[r] for r in numbers] for c, v in self.columns.items()}, len(numbers))

    def meets(self, where: Mapping[str, Sequence[str]]) -> Flags:
        """Which rows have in each of these columns one of these texts."""
        met = np.ones(self.rows, bool)
        for column, allowed in where.items():
            met &= np.array([text_of(v) in allowed for v in self.columns[column]], bool)
        return met


def text_of(value: object) -> str:
    """What stands in a cell, as a scenario writes it; nothing for an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
