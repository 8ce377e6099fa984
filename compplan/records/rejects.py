"""The table of rejected rows: flags led back to files and lines, with their reasons in words."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from compplan.immutable import immutable
from compplan.records.flags import FLAGS, REJECTS, Tables
from compplan.records.opened import Ragged
from compplan.records.project_file import Project
from compplan.records.reasons import reason, words_for
from compplan.records.sql import name

_PLACES = "__compplan_places"
_REASONS = "__compplan_reasons"
_ORDER = "__compplan_order"


@immutable
class Place:
    """A file of a kind: its flagged rows by their numbers in the table, their lines, and the rows that could not be read as rows."""

    kind: str
    file: str
    rows: Sequence[int]
    lines: Sequence[int]
    ragged: tuple[Ragged, ...]


def make_rejects(tables: Tables, project: Project, places: list[Place]) -> None:
    """Creates the table `rejects` from the flags, in the order of kinds, files, lines and columns. Of a repeated header no more is said."""
    connection, table = tables.connection, tables.table(REJECTS)
    connection.register(_PLACES, _place_table(places))
    connection.register(_REASONS, _reason_table(tables, project))
    connection.register(_ORDER, _order_table(project))
    connection.register("__compplan_ragged", _ragged_table(places))
    filled = "replace(replace(r.reason, '{other}', coalesce(o.file || ' line ' || o.line, '')), '{detail}', coalesce(f.detail, ''))"
    try:
        connection.execute(f"""
            CREATE OR REPLACE TABLE {table} AS
            WITH headers AS (SELECT kind, row_id FROM {FLAGS} WHERE code = 'repeated-header')
            SELECT kind, file, line, "column", value, reason, code FROM (
                SELECT f.kind, p.file, p.line, f.column_name AS "column", f.value, {filled} AS reason, f.code, p.file_number
                FROM {FLAGS} AS f JOIN {_PLACES} AS p ON p.kind = f.kind AND p.row_id = f.row_id
                LEFT JOIN {_PLACES} AS o ON o.kind = f.kind AND o.row_id = f.other
                JOIN {_REASONS} AS r ON r.kind = f.kind AND r.column_name = f.column_name AND r.code = f.code
                WHERE f.code = 'repeated-header' OR (f.kind, f.row_id) NOT IN (FROM headers)
                UNION ALL SELECT kind, file, line, '', value, reason, 'ragged-row', file_number FROM __compplan_ragged)
            LEFT JOIN {_ORDER} AS n ON n.kind_name = kind AND n.column_name = "column"
            ORDER BY file_number, line, n.position, "column", code""")
    finally:
        for view in (_PLACES, _REASONS, _ORDER, "__compplan_ragged"):
            connection.unregister(view)


def _place_table(places: list[Place]) -> pa.Table:
    schema = pa.schema(
        [("row_id", pa.int64()), ("line", pa.int64()), ("kind", pa.string()), ("file", pa.string()), ("file_number", pa.int32())]
    )
    parts = []
    for number, place in enumerate(places):
        size = len(place.rows)
        arrays = [
            pa.array(place.rows, pa.int64()),
            pa.array(place.lines, pa.int64()),
            pa.repeat(pa.scalar(place.kind), size),
            pa.repeat(pa.scalar(place.file), size),
            pa.repeat(pa.scalar(number, pa.int32()), size),
        ]
        parts.append(pa.table(arrays, schema=schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _reason_table(tables: Tables, project: Project) -> pa.Table:
    found = tables.connection.execute(f"SELECT DISTINCT kind, column_name, code FROM {FLAGS} ORDER BY ALL").fetchall()
    rows = [{"kind": k, "column_name": c, "code": code, "reason": reason(code, words_of(project, k, c))} for k, c, code in found]
    return pa.Table.from_pylist(rows, pa.schema([(n, pa.string()) for n in ("kind", "column_name", "code", "reason")]))


def _order_table(project: Project) -> pa.Table:
    rows = [
        {"kind_name": kind.name, "column_name": column.name, "position": position}
        for kind in project.schema.kinds.values()
        for position, column in enumerate(kind.columns)
    ]
    return pa.Table.from_pylist(rows, pa.schema([("kind_name", pa.string()), ("column_name", pa.string()), ("position", pa.int32())]))


def _ragged_table(places: list[Place]) -> pa.Table:
    rows = [
        {"kind": p.kind, "file": p.file, "line": r.line, "value": r.value, "reason": r.reason, "file_number": number}
        for number, p in enumerate(places)
        for r in p.ragged
    ]
    types = [("kind", pa.string()), ("file", pa.string()), ("line", pa.int64()), ("value", pa.string()), ("reason", pa.string())]
    return pa.Table.from_pylist(rows, pa.schema([*types, ("file_number", pa.int32())]))


def words_of(project: Project, kind_name: str, column_name: str) -> dict[str, str]:
    """What the texts say of a column of a kind."""
    kind = project.schema.kinds[kind_name]
    keys = {k.name: ", ".join(k.key) for k in project.schema.kinds.values()}
    return words_for(kind, kind.column(column_name), column_name, project.sources[kind_name], keys)


def rejects_table(tables: Tables) -> str:
    """The quoted name of the table."""
    return f"{name(tables.schema)}.{name(REJECTS)}"
