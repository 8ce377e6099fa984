"""CSV and TSV files: looked over before DuckDB reads them, as text, and their rows led back to lines."""

from __future__ import annotations

import codecs
import csv
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from compplan.immutable import immutable
from compplan.records.opened import CHUNK, LineOf, Opened, Ragged, Workspace, check_headers, refuse
from compplan.records.spec import SourceSpec
from compplan.records.sql import name, path_text, text
from compplan.records.swallowed import SAMPLE, RowShape, row_shape

MAX_LINE = 4 << 20
"""Bytes in one row; more is taken for a damaged file."""

_SHOWN = 200
_CUT = "; the file ends here, so it may have been cut off"
_ENCODING_HINT = (
    "If the file comes from Excel, save it as “CSV UTF-8”, or say `encoding: windows-1252` (or latin-1, utf-16) beside the source."
)


@dataclass(slots=True)
class _Look:
    """What was seen of a file before it is read: how many lines, and which signs end them."""

    newlines: int = 0
    crlf: int = 0
    returns: int = 0
    ends_open: bool = False

    @property
    def lines(self) -> int:
        """Lines, the last one counted though nothing ends it."""
        return self.newlines + self.ends_open

    @property
    def is_mixed(self) -> bool:
        """Whether lines end in more than one way."""
        return self.returns > self.crlf or 0 < self.crlf < self.newlines


def open_csv(workspace: Workspace, file: Path, spec: SourceSpec) -> Opened:
    """A CSV or TSV file as a relation of texts.

    Raises `RefusedError` where it is not text in the declared encoding, has a row of more than `MAX_LINE` bytes, or lacks a header.
    """
    path = file if spec.encoding == "utf-8" else _transcoded(workspace, file, spec.encoding)
    look = _look_over(path, file)
    if look.is_mixed:
        path = _with_plain_newlines(workspace, path)
        look = _look_over(path, file)
    delimiter = spec.delimiter or ("\t" if file.suffix.lower() == ".tsv" else ",")
    headers, skipped, header_lines = _header(path, file, delimiter)
    check_headers(headers, spec, file, skipped + header_lines)
    shape = _Shape(path, file, delimiter, headers, skipped, header_lines, look.lines)
    return _opened(workspace, shape, parallel=True)


@immutable
class _Shape:
    """What is known of a file before its rows are read; `path` is the file or its copy, `shown` the file."""

    path: Path
    shown: Path
    delimiter: str
    headers: list[str]
    skipped: int
    header_lines: int
    lines: int

    @property
    def first(self) -> int:
        """The line after the header."""
        return self.skipped + self.header_lines + 1


def _opened(workspace: Workspace, shape: _Shape, *, parallel: bool) -> Opened:
    rejects = workspace.fresh("csv_errors")
    workspace.passing += [rejects, f"{rejects}_scans"]
    columns: dict[str, tuple[str, str]] = {}
    for number, header in enumerate(shape.headers):
        columns.setdefault(header, (f"c{number}", "VARCHAR"))
    options = {
        "auto_detect": "false",
        "header": "true",
        "skip": str(shape.skipped),
        "delim": text(shape.delimiter),
        "quote": text('"'),
        "escape": text('"'),
        "columns": "{" + ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(shape.headers))) + "}",
        "strict_mode": "true",
        "max_line_size": str(MAX_LINE),
        "store_rejects": "true",
        "rejects_limit": "0",
        "rejects_table": text(rejects),
        "rejects_scan": text(f"{rejects}_scans"),
        "parallel": str(parallel).lower(),
    }
    relation = f"read_csv({path_text(shape.path)}, {', '.join(f'{k} = {v}' for k, v in options.items())})"
    lines = _Lines(workspace.connection, shape, rejects)
    again = (lambda: _opened(workspace, shape, parallel=False)) if parallel else None
    return Opened(relation, columns, lines.after_read, is_text=True, again=again)


def _look_over(path: Path, shown: Path) -> _Look:
    look, decoder, since, last = _Look(), codecs.getincrementaldecoder("utf-8")(), 0, b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise _not_utf8(shown, look, chunk, max(error.start, 0)) from None
            if b"\0" in chunk:
                line = look.newlines + chunk.count(b"\n", 0, chunk.index(b"\0")) + 1
                message = f"Line {line} of {shown.name} holds a zero byte, which text never does."
                raise refuse(
                    "not-text",
                    "This is not a text file",
                    message,
                    shown,
                    line,
                    "If it is UTF-16, say `encoding: utf-16` beside the source.",
                )
            end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            since = since + len(chunk) if end < 0 else len(chunk) - end - 1
            look.newlines += chunk.count(b"\n")
            look.crlf += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            look.returns += chunk.count(b"\r")
            last = chunk[-1:]
            if since > MAX_LINE:
                message = f"Line {look.newlines + 1} of {shown.name} has more than {MAX_LINE >> 20} million characters."
                hint = "Is it a CSV file at all? If lines end in an unusual way, export it again."
                raise refuse("line-too-long", "A line is too long", message, shown, look.newlines + 1, hint)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _not_utf8(shown, look, b"", 0) from None
    look.ends_open = last not in {b"", b"\n"}
    if not last:
        raise refuse(
            "empty-file", "The file is empty", f"{shown.name} has not even a header.", shown, 1, "Export it again, or remove the source."
        )
    return look


def _not_utf8(shown: Path, look: _Look, chunk: bytes, at: int) -> Exception:
    if look.newlines == 0 and chunk[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return refuse(
            "wrong-encoding", "The file is not UTF-8", f"{shown.name} is UTF-16.", shown, 1, "Say `encoding: utf-16` beside the source."
        )
    if look.newlines == 0 and chunk[:4] == b"PK\x03\x04":
        hint = "Name it .xlsx if it is a workbook."
        return refuse("not-text", "This is not a text file", f"{shown.name} is a workbook or a zip archive.", shown, 1, hint)
    line = look.newlines + chunk.count(b"\n", 0, at) + 1
    start = max(chunk.rfind(b"\n", 0, at) + 1, at - 30)
    near = chunk[start : at + 20].split(b"\n")[0].decode("windows-1252", "replace").strip()
    message = f"Line {line} of {shown.name} holds a letter that is not written in UTF-8, near “{near}”."
    return refuse("wrong-encoding", "The file is not UTF-8", message, shown, line, _ENCODING_HINT)


def _transcoded(workspace: Workspace, file: Path, encoding: str) -> Path:
    """A copy in UTF-8."""
    target = Path(workspace.folder) / f"{workspace.fresh('utf8')}.csv"
    try:
        with file.open("r", encoding=encoding, newline="") as source, target.open("w", encoding="utf-8", newline="") as copy:
            while chunk := source.read(CHUNK):
                copy.write(chunk)
    except UnicodeError:
        message = f"{file.name} cannot be read as {encoding}, which the project file says it is."
        raise refuse(
            "wrong-encoding", "The file has another encoding", message, file, 1, "Try windows-1252, latin-1, utf-16 or utf-8."
        ) from None
    return target


def _with_plain_newlines(workspace: Workspace, path: Path) -> Path:
    """A copy whose lines all end in the same way; there are as many as before."""
    target = Path(workspace.folder) / f"{workspace.fresh('lines')}.csv"
    with path.open("r", encoding="utf-8", newline=None) as source, target.open("w", encoding="utf-8", newline="") as copy:
        while chunk := source.read(CHUNK):
            copy.write(chunk)
    return target


def _header(path: Path, shown: Path, delimiter: str) -> tuple[list[str], int, int]:
    """The headers, the number of blank lines before them, and the number of lines that they take."""
    with path.open("r", encoding="utf-8-sig", newline="") as stream:
        skipped = 0
        while (line := stream.readline(MAX_LINE)) and not line.strip():
            skipped += 1
        first = iter([line])
        reader = csv.reader(_chain(first, islice(stream, 1000)), delimiter=delimiter)
        try:
            headers = next(reader)
            if not any(h.strip() for h in headers):
                raise StopIteration
        except (StopIteration, csv.Error):
            message = f"{shown.name} has no header that can be read."
            raise refuse("no-header", "The header is missing", message, shown, skipped + 1, "The first line names the columns.") from None
        return [h.strip() for h in headers], skipped, reader.line_num


def _chain(first: Iterator[str], rest: Iterator[str]) -> Iterator[str]:
    yield from first
    yield from rest


@dataclass(slots=True)
class _Lines:
    """Finds the line of a row: simply, where every row is a line; else by going through the file once more, quote by quote.

    In both cases rows are counted, for DuckDB may lose rows of the wrong shape when it reads in parallel.
    """

    connection: duckdb.DuckDBPyConnection
    shape: _Shape
    rejects: str

    def after_read(self, rows: int) -> tuple[tuple[Ragged, ...], LineOf]:
        """The rows that have not the header's shape, and the way from row numbers to lines. Raises `RefusedError` if their count is off."""
        bad, first = self._bad_rows(), self.shape.first
        if not bad and self.shape.lines == first - 1 + rows:
            return (), lambda numbers: [first + n for n in numbers]
        lines, ragged = self._walk(bad)
        if len(lines) != rows or len(ragged) != len(bad):
            message = f"The quotes in {self.shape.shown.name} do not pair up, so that its rows cannot be told apart."
            advice = 'A quote inside a quoted cell is written twice: "".'
            line = min((r.line for r in ragged), default=1)
            raise refuse("unpaired-quotes", "The quotes do not pair up", message, self.shape.shown, line, advice)
        return tuple(ragged), lambda numbers: [lines[n] for n in numbers]

    def _bad_rows(self) -> list[tuple[int, str, str]]:
        """The byte at which each starts, its text, the reason."""
        query = f"""
            SELECT line_byte_position, any_value(left(csv_line, {_SHOWN})), min(error_type), any_value(error_message)
            FROM {name(self.rejects)} GROUP BY line_byte_position ORDER BY line_byte_position"""
        width = len(self.shape.headers)
        return [(at, line or "", _reason(kind, said, width)) for at, line, kind, said in self.connection.execute(query).fetchall()]

    def _walk(self, bad: list[tuple[int, str, str]]) -> tuple[array[int], list[Ragged]]:
        """The line of each good row, and the bad rows."""
        lines, ragged = array("q"), list[Ragged]()
        shape: RowShape | None = None
        in_step = True  # beyond a row that is too long, quotes can no longer be followed
        for start, line, last, texts in self._rows():
            in_step = in_step and sum(map(len, texts)) <= MAX_LINE
            if in_step and len(texts) > 1:
                shape = shape or self._row_shape()
                self._refuse_swallowed(shape, line, texts)
            # DuckDB counts bytes from 1, and may take the end of the row before, or a blank line, for the start of a row
            if len(ragged) < len(bad) and bad[len(ragged)][0] - 1 <= start:
                _, shown, why = bad[len(ragged)]
                span = f"; it takes the lines {line} to {last}" if last > line else ""
                end = _CUT if last >= self.shape.lines and why.startswith("has") else ""
                ragged.append(Ragged(line, shown.strip("\r\n"), f"{why}{span}{end}"))
            else:
                lines.append(line)
        return lines, ragged

    def _row_shape(self) -> RowShape:
        alone = (texts[0] for _, _, _, texts in self._rows() if len(texts) == 1)
        return row_shape(islice(alone, SAMPLE), self.shape.delimiter, len(self.shape.headers))

    def _refuse_swallowed(self, shape: RowShape, line: int, texts: Sequence[bytes]) -> None:
        found = shape.first_row(texts)
        if found is None:
            return
        last = line + len(texts) - 1
        message = (
            f"A quote that opens on line {line} of {self.shape.shown.name} swallows the lines up to {last}: they would count as one row, "
            f"though line {line + found} looks like a row of its own."
        )
        advice = f'Close the quote on line {line}, or remove it; a quote inside a quoted cell is written twice: "". '
        advice += "If all of it is one cell indeed, take the line breaks out of it."
        raise refuse("swallowed-rows", "An open quote swallows rows", message, self.shape.shown, line, advice)

    def _rows(self) -> Iterator[tuple[int, int, int, list[bytes]]]:
        """The byte, the first and the last line of each row and its lines, without the header and blank lines (which are rows where there
        is but one column).
        """
        cells, single = _Cells(self.shape.delimiter.encode()), len(self.shape.headers) == 1
        with self.shape.path.open("rb") as stream:
            at, line = 0, 1
            for _ in range(self.shape.first - 1):
                at, line = at + len(stream.readline()), line + 1
            while row := stream.readline():
                start, first, line, size, texts = at, line, line + 1, len(row), [row]
                inside = b'"' in row and cells.end_inside(row, inside=False)
                while inside and size <= MAX_LINE and (more := stream.readline()):
                    inside, line, size = cells.end_inside(more, inside=True), line + 1, size + len(more)
                    texts.append(more)
                at += size
                if single or row.rstrip(b"\r\n"):
                    yield start, first, line - 1, texts


class _Cells:
    """Follows the quotes of a row from line to line."""

    def __init__(self, delimiter: bytes) -> None:
        sign = re.escape(delimiter)
        self._opening = re.compile(rb' *"')
        self._quoted = re.compile(rb'(?:[^"]+|"")*')
        self._rest = re.compile(rb"[^" + sign + rb"\r\n]*(" + sign + rb")?")

    def end_inside(self, line: bytes, *, inside: bool) -> bool:
        """Whether the line ends inside quotes, where it began inside or outside of them."""
        at = 0
        while True:
            opening = None if inside else self._opening.match(line, at)
            if inside or opening:
                quoted = self._quoted.match(line, opening.end() if opening else at)
                assert quoted is not None
                if quoted.end() == len(line):
                    return True
                at, inside = quoted.end() + 1, False
            rest = self._rest.match(line, at)
            if rest is None or rest[1] is None:
                return False
            at = rest.end()


def _reason(kind: str, said: str, width: int) -> str:
    digits = re.findall(r"\d+", said)
    if kind in {"MISSING COLUMNS", "TOO MANY COLUMNS"} and len(digits) >= 2:
        return f"has {digits[1]} cell{'' if digits[1] == '1' else 's'} where the header has {width}"
    if kind == "UNQUOTED VALUE":
        return "has a quote that is not closed, or text after a closing quote"
    if kind == "LINE SIZE OVER MAXIMUM":
        return f"is longer than {MAX_LINE >> 20} million characters; a quote may not be closed"
    return "cannot be read as a row"
