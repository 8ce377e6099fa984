"""The records that a scenario names, validated, in a database, and their rows as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from compplan.assignment.problem import Whole
from compplan.assignment.scenario.table import Table
from compplan.diagnostics.model import Problems
from compplan.records.load import load_records
from compplan.records.project_file import Project
from compplan.records.sql import name as quoted
from compplan.schema import RecordKind, ReferenceType


@contextmanager
def loaded(project: Project, named: Sequence[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with these kinds of record, and those that they refer to. Raises `Problems` for rows that are bad."""
    schema, wanted = project.schema, set(named)
    while more := {c.type.kind for k in wanted for c in schema.kinds[k].columns if isinstance(c.type, ReferenceType)} - wanted:
        wanted |= more
    kinds = {k: v for k, v in schema.kinds.items() if k in wanted}
    part = replace(project, schema=replace(schema, kinds=kinds), sources={k: project.sources[k] for k in kinds})
    with duckdb.connect() as connection:
        found = load_records(part, connection)
        if found.rejected:
            raise Problems(list(found.diagnostics))
        yield connection


def pairs_of(
    connection: duckdb.DuckDBPyConnection, kind: RecordKind, columns: tuple[str, str, str], items: Table, reps: Table, day: date | None
) -> tuple[Whole, Whole, Whole]:
    """The item, the rep and the figure (in its smallest unit) of each row of a table of pairs that has a figure.

    `columns` name the three; items and reps are positions in their tables.
    """
    item, rep, figure = columns
    scale = 10 ** Table(kind, {}, 0).decimals(figure)
    for name, table in (("item_places", items), ("rep_places", reps)):
        connection.register(name, pa.table({"key": table.key(), "place": np.arange(table.rows)}))
    found = connection.execute(
        f"SELECT a.place, r.place, CAST(g.{quoted(figure)} * {scale} AS BIGINT) FROM {holding(kind, day)} g "
        f"JOIN item_places a ON a.key = g.{quoted(item)} JOIN rep_places r ON r.key = g.{quoted(rep)} "
        f"WHERE g.{quoted(figure)} IS NOT NULL"
    ).fetchnumpy()
    places, with_rep, amount = (np.asarray(v, np.int64) for v in found.values())
    return places, with_rep, amount


def table_of(connection: duckdb.DuckDBPyConnection, kind: RecordKind, day: date | None) -> Table:
    """All rows of a kind, by key; of a kind whose rows hold from a day to a day, those of this day."""
    order = ", ".join(quoted(k) for k in kind.key) or "ALL"
    found = connection.sql(f"SELECT * FROM {holding(kind, day)} ORDER BY {order}").to_arrow_table()
    return Table(kind, {c: found.column(c).to_pylist() for c in found.column_names}, found.num_rows)


def holding(kind: RecordKind, day: date | None) -> str:
    """The rows of a kind, as SQL; where they hold from a day to a day, those that hold on this day."""
    rows = f"records.{quoted(kind.name)}"
    if kind.valid is None or day is None:
        return rows
    on = f"DATE '{day.isoformat()}'"
    return f"(SELECT * FROM {rows} WHERE {quoted(kind.valid.first)} <= {on} AND COALESCE({quoted(kind.valid.last)}, {on}) >= {on})"
