"""A source file that can be read as a relation: what the readers of each format give, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from compplan.diagnostics.model import Diagnostic, Span
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.records.spec import SourceSpec
from compplan.records.sql import name

CHUNK = 1 << 20

MOST_COLUMNS = 2_000
"""Columns that a file may have, whether they are read or not."""


@immutable
class Ragged:
    """A row that has not the header's shape: its number of line, the text, what is wrong."""

    line: int
    value: str
    reason: str


LineOf = Callable[[Sequence[int]], Sequence[int]]
"""From numbers of rows, counted from 0 in the order of the relation, ascending, to lines of the file."""


@dataclass(slots=True)
class Opened:
    """A file as a relation.

    `relation` is what stands after FROM; its columns are `columns` (header to the name of the column and its DuckDB type). `after_read`,
    called when the relation was read once and gave so many rows, gives the rows that were no rows, and how to find lines; where it refuses,
    `again` has a slower and surer way to read the file. `given` has the columns of the kind that are not read but set, with their values.
    """

    relation: str
    columns: Mapping[str, tuple[str, str]]
    after_read: Callable[[int], tuple[tuple[Ragged, ...], LineOf]]
    is_text: bool
    dates_are_iso_too: bool = False
    again: Callable[[], Opened] | None = None
    given: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(slots=True)
class Workspace:
    """What the readers share: the connection, and a folder for passing files that goes away with it."""

    connection: duckdb.DuckDBPyConnection
    folder: str
    registered: list[str] = field(default_factory=list)
    passing: list[str] = field(default_factory=list)
    serial: int = 0

    def fresh(self, stem: str) -> str:
        """A name that nobody has yet."""
        self.serial += 1
        return f"__compplan_{stem}_{self.serial}"

    def close(self) -> None:
        """Lets go of everything."""
        for view in self.registered:
            self.connection.unregister(view)
        for table in self.passing:
            self.connection.execute(f"DROP TABLE IF EXISTS temp.{name(table)}")


class RefusedError(Exception):
    """A file that cannot be read; carries what to tell."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(diagnostic.message)


def refuse(code: str, title: str, message: str, file: Path, line: int = 1, hint: str | None = None) -> RefusedError:
    """The refusal of a file, at one of its lines."""
    return RefusedError(Diagnostic(code, title, message, Span(str(file), line, 1, line, 1), hint))


def check_headers(headers: Sequence[str], spec: SourceSpec, file: Path, line: int = 1) -> None:
    """Raises `RefusedError` where there are too many, or one that the project reads is missing or stands twice."""
    if len(headers) > MOST_COLUMNS:
        message = f"{file.name} has {len(headers):,} columns; {MOST_COLUMNS:,} are the most."
        raise refuse("too-many-columns", "The file has too many columns", message, file, line, "Export only the columns that are used.")
    wanted = [s.header for s in spec.columns.values()]
    wanted += [s.currency_header for s in spec.columns.values() if s.currency_header]
    twice = [h for h in dict.fromkeys(wanted) if headers.count(h) > 1]
    if twice:
        message = f"The header “{twice[0]}” stands {headers.count(twice[0])} times in {file.name}, so which column is meant is not clear."
        raise refuse("header-twice", "A header stands twice", message, file, line, "Rename or remove one of the columns.")
    missing = [h for h in dict.fromkeys(wanted) if h not in headers]
    if not missing:
        return
    many = len(missing) > 1
    listed = ", ".join(f"“{h}”" for h in missing)
    message = f"{file.name} has no column{'s' if many else ''} {listed}, which {spec.kind} {'need' if many else 'needs'}."
    hint = _by_case(missing, headers, spec) or _header_hint(missing, headers, spec.delimiter or ",")
    if len(missing) < len(set(wanted)) and not any(closest(h, [x for x in headers if x]) for h in missing):
        first = next(column for column, s in spec.columns.items() if missing[0] in {s.header, s.currency_header})
        hint += f" What all rows of a file have in common can be said at its source: `{{file: {file.name}, set: {{{first}: ...}}}}`."
    raise refuse("missing-column", "A column is missing", message, file, line, hint)


def _by_case(missing: Sequence[str], headers: Sequence[str], spec: SourceSpec) -> str:
    """The settings to paste where every missing header stands there with other capitals or spaces."""
    plain = {"".join(h.casefold().split()): h for h in headers}
    pairs = [(c, plain.get("".join(s.header.casefold().split()))) for c, s in spec.columns.items() if s.header in missing]
    lines = [f'`column: "{header}"` at `{column}`' for column, header in pairs if header]
    if len(lines) < len(pairs):
        return ""
    return f"Headers are compared letter by letter, capitals and spaces too: say {', '.join(lines)}."


def _header_hint(missing: Sequence[str], headers: Sequence[str], delimiter: str) -> str:
    only = headers[0] if len([h for h in headers if h]) == 1 else ""
    sign = next((s for s in (";", "\t", "|", ",") if s in only and s != delimiter), None)
    if sign is not None:
        shown = "tab" if sign == "\t" else sign
        return f'The whole header reads as one cell. If the cells are separated by {shown}, say `delimiter: "{shown}"` beside the source.'
    guesses = [(h, closest(h, [x for x in headers if x])) for h in missing]
    near = [f"“{guess}” for “{h}”" for h, guess in guesses if guess]
    found = ", ".join(f"“{h}”" for h in headers[:20] if h) + (", …" if len(headers) > 20 else "")
    asked = f"Did you mean {', '.join(near)}? " if near else ""
    return f'{asked}The file has {found}. Where a header has another name than the column, say `column: "Header"` at the column.'
