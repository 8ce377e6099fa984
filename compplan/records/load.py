"""Records of a project into a database: read, typed, validated; bad rows set apart, each with its place and its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from compplan.diagnostics.model import Diagnostic, Problems, Span
from compplan.diagnostics.suggest import closest
from compplan.records.cells import Cell, Raw, cell, physical_type, readable
from compplan.records.flags import FLAGS, STATE, Tables
from compplan.records.opened import LineOf, Opened, Ragged, RefusedError, Workspace, refuse, sha256
from compplan.records.paths import OutsideProjectError, find_files, relative
from compplan.records.project import Project
from compplan.records.rejects import REJECTS, Place, make_rejects
from compplan.records.report import summarise
from compplan.records.sources import open_source
from compplan.records.spec import SourceSpec
from compplan.records.sql import all_of, any_of, name, text
from compplan.records.validate import check_add_up, check_keys, check_references, follow
from compplan.schema import RecordKind


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many rows a kind's sources have, and how many of them were rejected."""

    read: int
    rejected: int


@dataclass(frozen=True, slots=True)
class LoadedRecords:
    """What became of a project's records.

    The good rows are in one table for each kind, the rejected ones in the table `rejects` (kind, file, line, column, value, reason, code;
    a row for each thing that is wrong). `diagnostics` sum them up by reason. `hashes` has the SHA-256 of each source by its path from the
    project's folder.
    """

    kinds: Mapping[str, KindCount]
    diagnostics: tuple[Diagnostic, ...]
    hashes: Mapping[str, str]

    @property
    def rejected(self) -> int:
        """Rejected rows of all kinds."""
        return sum(count.rejected for count in self.kinds.values())


@dataclass(frozen=True, slots=True)
class _File:
    """A source file that was read: the rows `first` and on of its kind's table, `rows` of them."""

    kind: str
    path: Path
    opened: Opened
    first: int
    rows: int
    ragged: tuple[Ragged, ...]
    line_of: LineOf


def load_records(project: Project, connection: duckdb.DuckDBPyConnection, *, database_schema: str = "records") -> LoadedRecords:
    """Creates a table `<database_schema>.<kind>` for each kind, with the schema's columns in order and only good rows, and `rejects`.

    A row is rejected for a cell, for its key, reference or sum, and also when it refers to a rejected row or shares a group that must add
    up with one. Rows whose cells are all empty are no rows. The connection must not be within a transaction.

    Raises `Problems` where a file cannot be read at all; the tables are then of no use.
    """
    try:
        with TemporaryDirectory(prefix="compplan-") as folder, _in_order(connection):
            workspace = Workspace(connection, folder)
            try:
                return _Loader(project, Tables(connection, database_schema), workspace).load()
            finally:
                workspace.close()
                connection.execute(f"DROP TABLE IF EXISTS temp.{FLAGS}")
    except RefusedError as error:
        raise Problems([error.diagnostic]) from None
    except (duckdb.Error, OSError, MemoryError) as error:
        raise Problems([_unexpected(error)]) from None


@contextmanager
def _in_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Rows are stored in the order of their files, so that they can be led back to lines; the setting is put back afterwards."""
    before = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchone()
    connection.execute("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        connection.execute(f"SET preserve_insertion_order = {bool(before and before[0])}")


@dataclass(slots=True)
class _Loader:
    project: Project
    tables: Tables
    workspace: Workspace
    files: list[_File] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)

    def load(self) -> LoadedRecords:
        self.tables.prepare()
        kinds = dict(self.project.schema.kinds)
        for kind in kinds.values():
            self._read_kind(kind, self.project.sources[kind.name])
        if self.problems:
            raise Problems(self.problems)
        for file in self.files:
            self._flag_cells(file)
        for kind in kinds.values():
            check_keys(self.tables, kind)
            check_references(self.tables, kind, kinds)
            for rule in self.project.sources[kind.name].add_up:
                check_add_up(self.tables, kind, rule)
        if self.tables.scalar(f"SELECT count(*) FROM {FLAGS}"):
            follow(self.tables, kinds, {n: s.add_up for n, s in self.project.sources.items()})
        counts = {n: self._count(n) for n in kinds}
        make_rejects(self.tables, self.project, self._places())
        diagnostics = summarise(self.tables, self.project) if any(c.rejected for c in counts.values()) else ()
        for kind in kinds.values():
            self._finish(kind)
        return LoadedRecords(counts, diagnostics, dict(sorted(self.hashes.items())))

    def _read_kind(self, kind: RecordKind, spec: SourceSpec) -> None:
        columns = ", ".join(f"{name(c.name)} {physical_type(c)}" for c in kind.columns)
        self.tables.connection.execute(f"CREATE OR REPLACE TABLE {self.tables.table(kind.name)} ({columns}, {STATE} UTINYINT)")
        first = 0
        for path in self._source_files(spec):
            try:
                file = self._read_file(kind, spec, path, first)
            except RefusedError as error:
                self.problems.append(error.diagnostic)
            except OSError as error:
                self.problems.append(_unreadable(path, error.strerror or "the system does not say why"))
            except duckdb.Error as error:
                self.problems.append(_unreadable(path, _first_line(error)))
            else:
                self.files.append(file)
                first += file.rows

    def _source_files(self, spec: SourceSpec) -> list[Path]:
        found: dict[Path, None] = {}
        for pattern in spec.patterns:
            try:
                files = find_files(self.project.root, pattern)
            except OutsideProjectError as error:
                said = str(error)
                self.problems.append(Diagnostic("outside-project", "A path leads out of the project", f"{said}.", spec.span, _INSIDE))
                continue
            if not files:
                self.problems.append(self._missing(spec, pattern))
            found.update(dict.fromkeys(files))
        return list(found)

    def _missing(self, spec: SourceSpec, pattern: str) -> Diagnostic:
        folder = (self.project.root / pattern).parent
        try:
            names = sorted(p.name for p in folder.iterdir())[:1000] if folder.is_dir() else []
        except OSError:
            names = []
        near = closest(Path(pattern).name, names)
        hint = f"Did you mean “{near}”?" if near else f"Put the file there, or change the source of `{spec.kind}`."
        return Diagnostic(
            "source-missing", "A source is not there", f"Nothing is found at “{pattern}”, from which {spec.kind} come.", spec.span, hint
        )

    def _read_file(self, kind: RecordKind, spec: SourceSpec, path: Path, first: int) -> _File:
        self.hashes[relative(self.project.root, path)] = sha256(path)
        opened = open_source(self.workspace, path, spec)
        cells = _cells(kind, spec, opened, path)
        bad = any_of(c.is_bad for c in cells)
        state = f"CASE WHEN {_blank(opened)} THEN 2 WHEN {bad} THEN 1 ELSE 0 END"
        values = ", ".join(c.value for c in cells)
        table = self.tables.table(kind.name)
        rows = self.tables.scalar(f"INSERT INTO {table} SELECT {values}, {state} FROM {opened.relation}")
        try:
            ragged, line_of = opened.after_read(rows)
        except RefusedError as refused:
            if opened.again is None:
                raise
            opened = opened.again()
            self.tables.connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table} WHERE rowid < {first}")
            rows = self.tables.scalar(f"INSERT INTO {table} SELECT {values}, {state} FROM {opened.relation}")
            try:
                ragged, line_of = opened.after_read(rows)
            except RefusedError:
                raise refused from None
        return _File(kind.name, path, opened, first, rows, ragged, line_of)

    def _flag_cells(self, file: _File) -> None:
        """Reads the file again where it has refused cells, for the cells as they were written."""
        table, last = self.tables.table(file.kind), file.first + file.rows
        if not self.tables.scalar(f"SELECT count(*) FROM {table} WHERE {STATE} = 1 AND rowid >= {file.first} AND rowid < {last}"):
            return
        kind, spec = self.project.schema.kinds[file.kind], self.project.sources[file.kind]
        cells = _cells(kind, spec, file.opened, file.path)
        header = _header_again(spec, file.opened)
        found = ", ".join(
            f"{{'column': {text(c.name)}, 'value': CAST({x.shown} AS VARCHAR), 'code': {x.code}}}"
            for c, x in zip(kind.columns, cells, strict=True)
        )
        again = "[{'column': '', 'value': '', 'code': 'repeated-header'}]"
        self.tables.flag(f"""
            WITH numbered AS (SELECT *, row_number() OVER () - 1 + {file.first} AS __row FROM {file.opened.relation}),
            refused AS (
                SELECT __row, unnest(CASE WHEN {header} THEN {again} ELSE [{found}] END) AS flag FROM numbered
                WHERE NOT ({_blank(file.opened)}) AND ({any_of(c.is_bad for c in cells)}))
            SELECT {text(file.kind)}, __row, flag.column, flag.value, flag.code, NULL, NULL FROM refused WHERE flag.code IS NOT NULL""")

    def _count(self, kind: str) -> KindCount:
        ragged = sum(len(f.ragged) for f in self.files if f.kind == kind)
        rows = self.tables.scalar(f"SELECT count(*) FROM {self.tables.table(kind)} WHERE {STATE} <> 2")
        flagged = self.tables.scalar(f"SELECT count(DISTINCT row_id) FROM {FLAGS} WHERE kind = {text(kind)}")
        return KindCount(rows + ragged, flagged + ragged)

    def _places(self) -> list[Place]:
        places = []
        for file in self.files:
            inside = f"kind = {text(file.kind)} AND {{0}} >= {file.first} AND {{0}} < {file.first + file.rows}"
            rows = self.tables.connection.execute(
                f"SELECT DISTINCT row_id AS n FROM {FLAGS} WHERE {inside.format('row_id')} "
                f"UNION SELECT other FROM {FLAGS} WHERE {inside.format('other')} ORDER BY n"
            ).fetchall()
            numbers = [n for (n,) in rows]
            lines = file.line_of([n - file.first for n in numbers]) if numbers else []
            table = pa.table({"row_id": pa.array(numbers, pa.int64()), "line": pa.array(lines, pa.int64())})
            places.append(Place(file.kind, relative(self.project.root, file.path), table, file.ragged))
        return places

    def _finish(self, kind: RecordKind) -> None:
        table = self.tables.table(kind.name)
        self.tables.connection.execute(f"DELETE FROM {table} WHERE {STATE} = 2 OR rowid IN {self.tables.flagged(kind.name)}")
        self.tables.connection.execute(f"ALTER TABLE {table} DROP COLUMN {STATE}")


_INSIDE = "A project reads files from its own folder only: move the file there."


def _cells(kind: RecordKind, spec: SourceSpec, opened: Opened, path: Path) -> list[Cell]:
    cells = []
    for column in kind.columns:
        source = spec.columns[column.name]
        physical, stored = opened.columns[source.header]
        if not readable(stored, column):
            message = f"“{source.header}” of {path.name} has the type {stored}, which does not fit what `{column.name}` is declared to be."
            hint = (
                "Change the type in the project file, or export the column as text, whole numbers, decimals or dates without a time zone."
            )
            raise refuse("wrong-column-type", "A column has another type", message, path, 1, hint)
        currency = f"CAST({name(opened.columns[source.currency_header][0])} AS VARCHAR)" if source.currency_header else None
        raw = Raw(name(physical), stored, opened.is_text, opened.dates_are_iso_too, currency)
        cells.append(cell(column, source, raw))
    return cells


def _blank(opened: Opened) -> str:
    """The condition that a row of texts says nothing at all."""
    if not opened.is_text:
        return "false"
    return all_of(f"coalesce(trim({name(c)}), '') = ''" for c, _ in opened.columns.values())


def _header_again(spec: SourceSpec, opened: Opened) -> str:
    """The condition that a row repeats the header in every column that is read."""
    if not opened.is_text or len(spec.columns) < 2:
        return "false"
    return all_of(f"coalesce(trim({name(opened.columns[s.header][0])}), '') = {text(s.header)}" for s in spec.columns.values())


def _unreadable(path: Path, why: str) -> Diagnostic:
    message = f"{path.name} cannot be read: {why}."
    return Diagnostic(
        "unreadable-file", "A file cannot be read", message, Span(str(path), 1, 1, 1, 1), "Close it elsewhere, or export it again."
    )


def _unexpected(error: Exception) -> Diagnostic:
    said = _first_line(error)
    full = "No space left" in said or "memory" in said.lower()
    hint = "Free some space or memory, then run again; nothing was written." if full else "Nothing was written."
    return Diagnostic("records-not-loaded", "The records cannot be loaded", f"{said}.", hint=hint)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")


def write_rejects(connection: duckdb.DuckDBPyConnection, path: Path, *, database_schema: str = "records") -> int:
    """Writes the rejected rows as CSV: kind, file, line, column, value, reason, code; gives how many lines.

    A value that a spreadsheet would take for a formula gets an apostrophe in front. Raises `Problems` where the file cannot be written.
    """
    table = f"{name(database_schema)}.{name(REJECTS)}"
    formula = "regexp_matches(value, '^[=+@\\t\\r-]') AND NOT regexp_full_match(value, '[+-]?[0-9.,]+%?')"
    safe = f"CASE WHEN {formula} THEN {text(chr(39))} || value ELSE value END"
    try:
        connection.execute(f"COPY (SELECT * REPLACE ({safe} AS value) FROM {table}) TO {text(str(path))} (FORMAT csv, HEADER)")
    except (duckdb.Error, OSError) as error:
        message = f"The rejected rows cannot be written to {path}: {_first_line(error)}."
        raise Problems([Diagnostic("rejects-not-written", "The rejects file cannot be written", message)]) from None
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
