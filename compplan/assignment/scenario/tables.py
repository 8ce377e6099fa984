"""The records of a scenario: rows of accounts and reps, and of the tables that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from compplan.assignment.problem import Flags, Whole
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.form import GivenForm
from compplan.diagnostics.model import Problems
from compplan.records.load import load_records
from compplan.records.sql import name as quoted
from compplan.schema import MoneyType, NumberType, RatioType, RecordKind, ReferenceType


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

    def meets(self, where: Mapping[str, Sequence[str]]) -> Flags:
        """Which rows have in each of these columns one of these texts."""
        met = np.ones(self.rows, bool)
        for column, allowed in where.items():
            met &= np.array([text_of(v) in allowed for v in self.columns[column]], bool)
        return met


@dataclass(frozen=True, eq=False)
class Tables:
    """The database with the records, the accounts and reps that take part, and the other tables that are read row by row."""

    connection: duckdb.DuckDBPyConnection
    schema: Mapping[str, RecordKind]
    accounts: Table
    reps: Table

    def rows(self, kind: str) -> Table:
        """All rows of a kind, by key."""
        return _table(self.connection, self.schema[kind])

    def decimals(self, kind: str, column: str) -> int:
        """How many digits of a column of figures stand behind the point."""
        return Table(self.schema[kind], {}, 0).decimals(column)

    def pairs(self, given: GivenForm) -> tuple[Whole, Whole, Whole]:
        """The account, the rep and the amount (in its smallest unit) of each row of a table of pairs, of those who take part."""
        scale = 10 ** self.decimals(given.records, given.amount)
        for name, table in (("account_places", self.accounts), ("rep_places", self.reps)):
            self.connection.register(name, pa.table({"key": table.key(), "place": np.arange(table.rows)}))
        found = self.connection.execute(
            f"SELECT a.place, r.place, CAST(g.{quoted(given.amount)} * {scale} AS BIGINT) FROM records.{quoted(given.records)} g "
            f"JOIN account_places a ON a.key = g.{quoted(given.account)} JOIN rep_places r ON r.key = g.{quoted(given.rep)} "
            f"WHERE g.{quoted(given.amount)} IS NOT NULL"
        ).fetchnumpy()
        account, rep, amount = (np.asarray(v, np.int64) for v in found.values())
        return account, rep, amount


@contextmanager
def opened(scenario: Scenario) -> Iterator[Tables]:
    """The scenario's records: the kinds that it uses, and those that they refer to. Raises `Problems` for rows that are bad."""
    schema = scenario.project.schema
    wanted = set(scenario.kinds)
    while more := {c.type.kind for k in wanted for c in schema.kinds[k].columns if isinstance(c.type, ReferenceType)} - wanted:
        wanted |= more
    kinds = {k: v for k, v in schema.kinds.items() if k in wanted}
    project = replace(scenario.project, schema=replace(schema, kinds=kinds), sources={k: scenario.project.sources[k] for k in kinds})
    with duckdb.connect() as connection:
        loaded = load_records(project, connection)
        if loaded.rejected:
            raise Problems(list(loaded.diagnostics))
        accounts, reps = (_taking_part(scenario, connection, which) for which in ("accounts", "reps"))
        yield Tables(connection, schema.kinds, accounts, reps)


def _taking_part(scenario: Scenario, connection: duckdb.DuckDBPyConnection, which: str) -> Table:
    form = getattr(scenario.form, which)
    table = _table(connection, scenario.project.schema.kinds[form.records])
    kept = np.nonzero(table.meets(form.where))[0].tolist()
    if not kept:
        message = f"No row of {form.records} takes part."
        raise Problems([scenario.marks.problem("nobody", "There is nothing to assign", message, scenario.marks.value((which,)))])
    return Table(table.kind, {c: [v[r] for r in kept] for c, v in table.columns.items()}, len(kept))


def _table(connection: duckdb.DuckDBPyConnection, kind: RecordKind) -> Table:
    order = ", ".join(quoted(k) for k in kind.key) or "ALL"
    found = connection.sql(f"SELECT * FROM records.{quoted(kind.name)} ORDER BY {order}").to_arrow_table()
    return Table(kind, {c: found.column(c).to_pylist() for c in found.column_names}, found.num_rows)


def text_of(value: object) -> str:
    """What stands in a cell, as a scenario writes it; nothing for an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
