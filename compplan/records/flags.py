"""Flags on rows while records are loaded: which row, which column, what is wrong. Sets of rows only; words come later."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from compplan.records.sql import name, text

STATE = "__state"
"""The passing column of a table in the making: 0 a good row, 1 one with a refused cell, 2 a blank one."""

FLAGS = "__compplan_flags"


@dataclass(frozen=True, slots=True)
class Tables:
    """The connection and where the tables of the kinds are in it."""

    connection: duckdb.DuckDBPyConnection
    schema: str

    def table(self, kind: str) -> str:
        """The quoted name of a kind's table."""
        return f"{name(self.schema)}.{name(kind)}"

    def prepare(self) -> None:
        """Makes the schema, and room for flags."""
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name(self.schema)}")
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {FLAGS} (kind VARCHAR, row_id BIGINT, column_name VARCHAR, value VARCHAR, code VARCHAR, "
            f"other BIGINT, detail VARCHAR)"
        )

    def flag(self, select: str) -> int:
        """Adds the rows of a query (kind, row_id, column_name, value, code, other, detail); gives how many."""
        return int(self.scalar(f"INSERT INTO {FLAGS} {select}"))

    def scalar(self, query: str) -> int:
        """The whole number that a query gives."""
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def flagged(self, kind: str) -> str:
        """A subquery: the rows of a kind that have flags."""
        return f"(SELECT row_id FROM {FLAGS} WHERE kind = {text(kind)})"
