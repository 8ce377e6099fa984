"""Flags on rows while records are loaded: which row, which column, what is wrong. Sets of rows only; words come later."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field

import duckdb

from compplan.immutable import immutable
from compplan.records.sql import name, text

STATE = "__state"
"""The passing column of a table in the making: 0 a good row, 1 one with a refused cell, 2 a blank one."""

FLAGS = "__compplan_flags"
REJECTS = "rejects"


@immutable
class Tables:
    """The connection, where the tables of the kinds are in it, how many rows each has so far, and which are but views of files.

    `names` has the tables of kinds whose rows stand in one of another name.
    """

    connection: duckdb.DuckDBPyConnection
    schema: str
    rows: dict[str, int] = field(default_factory=dict)
    in_place: set[str] = field(default_factory=set)
    names: Mapping[str, str] = field(default_factory=dict)

    def table(self, kind: str) -> str:
        """The quoted name of a kind's table."""
        return f"{name(self.schema)}.{name(self.names.get(kind, kind))}"

    def prepare(self, kinds: Collection[str]) -> None:
        """Makes the schema, and room for flags; tables and views of these names go."""
        try:
            self.connection.execute(f"CREATE SCHEMA {name(self.schema)}")
        except duckdb.CatalogException:  # it is there, with what was loaded before
            found = self.connection.execute(f"SELECT view_name FROM duckdb_views() WHERE schema_name = {text(self.schema)}").fetchall()
            for view in {v for (v,) in found}.intersection(kinds):
                self.connection.execute(f"DROP VIEW {self.table(view)}")
        self.no_flags()

    def no_flags(self) -> None:
        """Makes room for flags, with none in it."""
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {FLAGS} (kind VARCHAR, row_id BIGINT, column_name VARCHAR, value VARCHAR, code VARCHAR, "
            f"other BIGINT, detail VARCHAR)"
        )

    def no_rejects(self) -> None:
        """Makes the table of rejected rows, with none in it."""
        columns = 'kind VARCHAR, file VARCHAR, line BIGINT, "column" VARCHAR, value VARCHAR, reason VARCHAR, code VARCHAR'
        self.connection.execute(f"CREATE OR REPLACE TABLE {self.table(REJECTS)} ({columns})")

    def lay_view(self, kind: str, query: str, rows: int) -> None:
        """Makes a kind's relation a view of rows in their files."""
        self.connection.execute(f"DROP TABLE IF EXISTS {self.table(kind)}")
        self.connection.execute(f"CREATE VIEW {self.table(kind)} AS {query}")
        self.rows[kind] = rows
        self.in_place.add(kind)

    def drop_view(self, kind: str) -> None:
        """Makes room for a table in the place of such a view."""
        self.connection.execute(f"DROP VIEW {self.table(kind)}")
        self.in_place.remove(kind)

    def kept(self, kind: str, alias: str = "") -> str:
        """The condition that a row is one: that it is not blank."""
        return "true" if kind in self.in_place else f"{alias}{STATE} <> 2"

    def refused(self, kind: str) -> str:
        """The condition that a row has a refused cell."""
        return "false" if kind in self.in_place else f"{STATE} = 1"

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
