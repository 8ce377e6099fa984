"""Values that a scenario writes for cells of records, read as the cells of the records themselves are read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from compplan.immutable import immutable
from compplan.records.cells import Raw, cell, physical_type
from compplan.records.project_file import Project
from compplan.records.reasons import reason
from compplan.records.rejects import words_of
from compplan.records.sql import text
from compplan.schema import Column, MoneyType, NumberType, RecordKind

if TYPE_CHECKING:
    import duckdb

_WITH_CURRENCY = re.compile(r"(?P<amount>[0-9][0-9,]*(\.[0-9]+)?) (?P<currency>[A-Z]{3})")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


class NoValueError(ValueError):
    """A text that cannot stand in a column; says why, to be read after the text."""


@immutable
class CellValues:
    """Reads values for the columns of a project."""

    connection: duckdb.DuckDBPyConnection
    project: Project

    def literal(self, kind: RecordKind, column: Column, written: str | None) -> str:
        """The value as SQL. Raises `NoValueError` where it cannot stand in the column.

        Amounts may be written as plans write them, too: 95,000 USD.
        """
        if written is None or not written.strip():
            if column.required:
                raise NoValueError(f"is empty, and every row of {kind.name} needs it")
            return f"CAST(NULL AS {physical_type(column)})"
        source = replace(self.project.sources[kind.name].columns[column.name], currency_header=None)
        plain = _as_in_records(column, written.strip(), source.decimal)
        read = cell(column, source, Raw(text(plain), "VARCHAR", is_text=True))
        row = self.connection.execute(f"SELECT CAST(({read.value}) AS VARCHAR), ({read.code})").fetchone()
        assert row is not None
        value, code = row
        if code is not None:
            raise NoValueError(reason(code, words_of(self.project, kind.name, column.name)))
        return f"CAST({text(value)} AS {physical_type(column)})"


def _as_in_records(column: Column, written: str, point: str) -> str:
    """An amount of a plan as the records have it: without its currency and its commas."""
    if isinstance(column.type, MoneyType):
        found = _WITH_CURRENCY.fullmatch(written)
        if found is not None and found["currency"] == column.type.currency:
            written = found["amount"]
    if point == "." and isinstance(column.type, MoneyType | NumberType) and _GROUPED.fullmatch(written):
        return written.replace(",", "")
    return written
