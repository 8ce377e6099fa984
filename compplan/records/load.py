"""Records of a project into a database: read, typed, validated; bad rows set apart, each with its place and its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb

from compplan.diagnostics.model import Diagnostic, Problems, Span
from compplan.diagnostics.storage import known_trouble, trouble
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.records.cells import physical_type
from compplan.records.fingerprints import Fingerprint, Hashing, check_unchanged
from compplan.records.flags import FLAGS, REJECTS, STATE, Tables
from compplan.records.in_place import can_stay, rows_in_place
from compplan.records.opened import LineOf, Opened, Ragged, RefusedError, Workspace
from compplan.records.paths import OutsideProjectError, find_files, relative
from compplan.records.project_file import Project
from compplan.records.rows import cells_of, is_blank, repeats_header
from compplan.records.sources import open_source
from compplan.records.spec import SourceSpec
from compplan.records.sql import any_of, name, text
from compplan.records.validate import check_add_up, check_keys, check_references, follow, is_sound
from compplan.schema import RecordKind

if TYPE_CHECKING:
    from compplan.records.rejects import Place


@immutable
class KindCount:
    """How many rows a kind's sources have, and how many of them were rejected."""

    read: int
    rejected: int


@immutable
class LoadedRecords:
    """What became of a project's records.

    The good rows are in one table for each kind, or in a view of the files where they lie; the rejected ones in the table `rejects` (kind,
    file, line, column, value, reason, code; a row for each thing that is wrong). `diagnostics` sum them up by reason. `files` has the
    fingerprint of each source by its path from the project's folder.
    """

    kinds: Mapping[str, KindCount]
    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, Fingerprint]

    @property
    def hashes(self) -> Mapping[str, str]:
        """The SHA-256 of each source by its path from the project's folder."""
        return {path: seen.sha256 for path, seen in self.files.items()}

    def check_unchanged(self) -> None:
        """Raises `Problems` where a source is no longer what was read; to be asked when the rows have been used, as they may lie there."""
        check_unchanged(self.files)

    @property
    def rejected(self) -> int:
        """Rejected rows of all kinds."""
        return sum(count.rejected for count in self.kinds.values())


@immutable
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
    """Creates `<database_schema>.<kind>` for each kind, with the schema's columns in order and only good rows, and the table `rejects`.

    A kind is a table, or a view of its files where these are Parquet, of the right types, and nothing is wrong with any row.
    A row is rejected for a cell, for its key, reference or sum, and also when it refers to a rejected row or shares a group that must add
    up with one. Rows whose cells are all empty are no rows. The connection must not be within a transaction.

    Raises `Problems` where a file cannot be read at all; the tables are then of no use.
    """
    try:
        with TemporaryDirectory(prefix="compplan-") as folder, _in_order(connection):
            workspace, hashing = Workspace(connection, folder), Hashing()
            try:
                return _Loader(project, Tables(connection, database_schema), workspace, hashing).load()
            finally:
                hashing.close()
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
    hashing: Hashing
    files: list[_File] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    paths: dict[str, list[Path]] = field(default_factory=dict)
    blank: dict[str, int] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, RecordKind]:
        return dict(self.project.schema.kinds)

    def load(self) -> LoadedRecords:
        self.tables.prepare([*self.kinds, REJECTS])
        for kind in self.kinds.values():
            self._read_kind(kind, self.project.sources[kind.name])
        self._stop_at_problems()
        self._check()
        flagged = self._flagged()
        counts = {n: self._count(n, flagged.get(n, 0)) for n in self.kinds}
        diagnostics = self._tell() if any(c.rejected for c in counts.values()) else ()
        if not diagnostics:
            self.tables.no_rejects()
        for kind in self.kinds.values():
            if kind.name not in self.tables.in_place:
                self._finish(kind, flagged.get(kind.name, 0))
        return LoadedRecords(counts, diagnostics, self._fingerprints())

    def _stop_at_problems(self) -> None:
        if self.problems:
            raise Problems(self.problems)

    def _read_kind(self, kind: RecordKind, spec: SourceSpec) -> None:
        """Leaves the rows where they are if they are sound, else copies them into a table."""
        paths = self._source_files(spec)
        rest = [p for p in paths if self._is_begun(p)]
        self.paths[kind.name] = rest
        if rest != paths or not can_stay(kind, spec, rest) or not self._stays(kind, spec, rest):
            self._copy(kind, spec, rest)

    def _is_begun(self, path: Path) -> bool:
        try:
            self.hashing.begin(path)
        except OSError as error:
            self.problems.append(_unreadable(path, trouble(error).why))
            return False
        return True

    def _stays(self, kind: RecordKind, spec: SourceSpec, paths: Sequence[Path]) -> bool:
        try:
            query = rows_in_place(self.tables, kind, spec, [open_source(self.workspace, p, spec) for p in paths])
        except (RefusedError, duckdb.Error, OSError):
            return False  # what is wrong is said when the rows are copied
        if query is None:
            return False
        self.tables.lay_view(kind.name, query, self.tables.scalar(f"SELECT count(*) FROM ({query})"))
        return True

    def _copy(self, kind: RecordKind, spec: SourceSpec, paths: Sequence[Path]) -> None:
        columns = ", ".join(f"{name(c.name)} {physical_type(c)}" for c in kind.columns)
        self.tables.connection.execute(f"CREATE OR REPLACE TABLE {self.tables.table(kind.name)} ({columns}, {STATE} UTINYINT)")
        first = 0
        for path in paths:
            try:
                file = self._read_file(kind, spec, path, first)
            except RefusedError as error:
                self.problems.append(error.diagnostic)
            except OSError as error:
                self.problems.append(_unreadable(path, trouble(error).why))
            except duckdb.Error as error:
                known = known_trouble(error)
                self.problems.append(_unreadable(path, "it is damaged, or not whole" if known is None else known.why))
            else:
                self.files.append(file)
                first += file.rows
        self.tables.rows[kind.name] = first

    def _check(self) -> None:
        """Flags whatever is wrong. Kinds in place are copied where one of their own rows is, or where rows may have to go with others."""
        for kind in self._in_place():
            try:
                sound = is_sound(self.tables, kind, self.kinds, self.project.sources[kind.name].add_up)
            except duckdb.Error:
                sound = False  # a file is damaged, which is said when its rows are copied
            if not sound:
                self._copy_after_all(kind)
        copied = [k for k in self.kinds.values() if k.name not in self.tables.in_place]
        for kind in copied:
            self._flag_refused(kind)
            check_keys(self.tables, kind)
            check_references(self.tables, kind, self.kinds)
            for rule in self.project.sources[kind.name].add_up:
                check_add_up(self.tables, kind, rule)
        if self.tables.scalar(f"SELECT count(*) FROM {FLAGS}"):
            for kind in self._in_place():
                self._copy_after_all(kind)
                self._flag_refused(kind)
            follow(self.tables, self.kinds, {n: s.add_up for n, s in self.project.sources.items()})

    def _in_place(self) -> list[RecordKind]:
        return [k for k in self.kinds.values() if k.name in self.tables.in_place]

    def _copy_after_all(self, kind: RecordKind) -> None:
        self.tables.drop_view(kind.name)
        self._copy(kind, self.project.sources[kind.name], self.paths[kind.name])
        self._stop_at_problems()

    def _flag_refused(self, kind: RecordKind) -> None:
        """Counts blank rows, and flags refused cells."""
        counts = f"SELECT count(*) FILTER ({STATE} = 2), count(*) FILTER ({STATE} = 1) FROM {self.tables.table(kind.name)}"
        blank, refused = self.tables.connection.execute(counts).fetchall()[0]
        self.blank[kind.name] = blank
        for file in self.files:
            if refused and file.kind == kind.name:
                self._flag_cells(file)

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
        opened = open_source(self.workspace, path, spec)
        cells = cells_of(kind, spec, opened, path)
        bad = any_of(c.is_bad for c in cells)
        state = f"CASE WHEN {is_blank(opened)} THEN 2 WHEN {bad} THEN 1 ELSE 0 END"
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
        """Reads the file again, for the refused cells as they were written."""
        kind, spec = self.project.schema.kinds[file.kind], self.project.sources[file.kind]
        cells = cells_of(kind, spec, file.opened, file.path)
        header = repeats_header(spec, file.opened)
        found = ", ".join(
            f"{{'column': {text(c.name)}, 'value': CAST({x.shown} AS VARCHAR), 'code': {x.code}}}"
            for c, x in zip(kind.columns, cells, strict=True)
        )
        again = "[{'column': '', 'value': '', 'code': 'repeated-header'}]"
        self.tables.flag(f"""
            WITH numbered AS (SELECT *, row_number() OVER () - 1 + {file.first} AS __row FROM {file.opened.relation}),
            refused AS (
                SELECT __row, unnest(CASE WHEN {header} THEN {again} ELSE [{found}] END) AS flag FROM numbered
                WHERE NOT ({is_blank(file.opened)}) AND ({any_of(c.is_bad for c in cells)}))
            SELECT {text(file.kind)}, __row, flag.column, flag.value, flag.code, NULL, NULL FROM refused WHERE flag.code IS NOT NULL""")

    def _flagged(self) -> dict[str, int]:
        """How many rows of each kind have flags."""
        return dict(self.tables.connection.execute(f"SELECT kind, count(DISTINCT row_id) FROM {FLAGS} GROUP BY kind").fetchall())

    def _count(self, kind: str, flagged: int) -> KindCount:
        ragged = sum(len(f.ragged) for f in self.files if f.kind == kind)
        return KindCount(self.tables.rows[kind] - self.blank.get(kind, 0) + ragged, flagged + ragged)

    def _tell(self) -> tuple[Diagnostic, ...]:
        """Lists the rejected rows and sums them up."""
        from compplan.records.rejects import make_rejects  # needs what takes long to import
        from compplan.records.report import summarise

        make_rejects(self.tables, self.project, self._places())
        return summarise(self.tables, self.project)

    def _places(self) -> list[Place]:
        from compplan.records.rejects import Place

        places = []
        for file in self.files:
            inside = f"kind = {text(file.kind)} AND {{0}} >= {file.first} AND {{0}} < {file.first + file.rows}"
            rows = self.tables.connection.execute(
                f"SELECT DISTINCT row_id AS n FROM {FLAGS} WHERE {inside.format('row_id')} "
                f"UNION SELECT other FROM {FLAGS} WHERE {inside.format('other')} ORDER BY n"
            ).fetchall()
            numbers = [n for (n,) in rows]
            lines = file.line_of([n - file.first for n in numbers]) if numbers else []
            places.append(Place(file.kind, relative(self.project.root, file.path), numbers, lines, file.ragged))
        return places

    def _finish(self, kind: RecordKind, flagged: int) -> None:
        table = self.tables.table(kind.name)
        if flagged or self.blank.get(kind.name):
            self.tables.connection.execute(f"DELETE FROM {table} WHERE {STATE} = 2 OR rowid IN {self.tables.flagged(kind.name)}")
        self.tables.connection.execute(f"ALTER TABLE {table} DROP COLUMN {STATE}")

    def _fingerprints(self) -> dict[str, Fingerprint]:
        """Those of all files, which are still as they were when they were opened."""
        found = {relative(self.project.root, seen.file): seen for seen in self.hashing.done()}
        check_unchanged(found)
        return dict(sorted(found.items()))


_INSIDE = "A project reads files from its own folder only: move the file there."


def _unreadable(path: Path, why: str) -> Diagnostic:
    message = f"{path.name} cannot be read: {why}."
    return Diagnostic(
        "unreadable-file", "A file cannot be read", message, Span(str(path), 1, 1, 1, 1), "Close it elsewhere, or export it again."
    )


def _unexpected(error: Exception) -> Diagnostic:
    found = trouble(error)
    what = error.filename if isinstance(error, OSError) and error.filename is not None else "One of the files"
    message = f"{what} could not be read to the end: {found.why}."
    return Diagnostic("records-not-loaded", "The records cannot be loaded", message, hint=f"{found.advice} Nothing was written.")


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
        found = trouble(error)
        message = f"The rejected rows cannot be written to {path}: {found.why}."
        raise Problems([Diagnostic("rejects-not-written", "The rejects file cannot be written", message, None, found.advice)]) from None
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
