"""The records of a scenario in a database: accounts, reps, and the tables that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from compplan.assignment.problem import Whole
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.form import GivenForm
from compplan.assignment.scenario.table import Table
from compplan.assignment.scenario.taking_part import accounts_taking_part, reps_taking_part
from compplan.diagnostics.model import Problems
from compplan.records.load import load_records
from compplan.records.sql import name as quoted
from compplan.schema import RecordKind, ReferenceType


@dataclass(frozen=True, eq=False)
class Tables:
    """The database with the records, the accounts and reps that take part, and the other tables that are read row by row."""

    connection: duckdb.DuckDBPyConnection
    schema: Mapping[str, RecordKind]
    accounts: Table
    reps: Table
    day: date | None = None

    def rows(self, kind: str) -> Table:
        """All rows of a kind, by key; of a kind whose rows hold from a day to a day, those of the scenario's day."""
        return _table(self.connection, self.schema[kind], self.day)

    def decimals(self, kind: str, column: str) -> int:
        """How many digits of a column of figures stand behind the point."""
        return Table(self.schema[kind], {}, 0).decimals(column)

    def pairs(self, given: GivenForm) -> tuple[Whole, Whole, Whole]:
        """The account, the rep and the amount (in its smallest unit) of each row of a table of pairs, of those who take part."""
        scale = 10 ** self.decimals(given.records, given.amount)
        for name, table in (("account_places", self.accounts), ("rep_places", self.reps)):
            self.connection.register(name, pa.table({"key": table.key(), "place": np.arange(table.rows)}))
        found = self.connection.execute(
            f"SELECT a.place, r.place, CAST(g.{quoted(given.amount)} * {scale} AS BIGINT) "
            f"FROM {_holding(self.schema[given.records], self.day)} g "
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
        read = {
            k: _table(connection, schema.kinds[k], scenario.form.day) for k in (scenario.form.accounts.records, scenario.form.reps.records)
        }
        accounts = accounts_taking_part(scenario, read[scenario.form.accounts.records])
        reps = reps_taking_part(scenario, read[scenario.form.reps.records])
        yield Tables(connection, schema.kinds, accounts, reps, scenario.form.day)


def _table(connection: duckdb.DuckDBPyConnection, kind: RecordKind, day: date | None) -> Table:
    order = ", ".join(quoted(k) for k in kind.key) or "ALL"
    found = connection.sql(f"SELECT * FROM {_holding(kind, day)} ORDER BY {order}").to_arrow_table()
    return Table(kind, {c: found.column(c).to_pylist() for c in found.column_names}, found.num_rows)


def _holding(kind: RecordKind, day: date | None) -> str:
    """The rows of a kind, as SQL; where they hold from a day to a day, those that hold on this day."""
    rows = f"records.{quoted(kind.name)}"
    if kind.valid is None or day is None:
        return rows
    on = f"DATE '{day.isoformat()}'"
    return f"(SELECT * FROM {rows} WHERE {quoted(kind.valid.first)} <= {on} AND COALESCE({quoted(kind.valid.last)}, {on}) >= {on})"
