"""Workbooks: their packing is checked before anything is unpacked, then one sheet is read, cell by cell, into texts."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from compplan.diagnostics.suggest import closest
from compplan.records.opened import CHUNK, Opened, RefusedError, Workspace, check_headers, refuse
from compplan.records.spec import SourceSpec
from compplan.records.sql import name

MAX_UNPACKED = 1 << 30
"""Bytes that a workbook may have when unpacked."""

MAX_RATIO = 200
"""How many times larger than packed a part may be; more is no workbook that a person made."""

MAX_AREA = 20_000_000
"""How many cells, empty ones and all, the used range of a sheet may span."""

_RATIO_FROM = 1 << 20
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_BATCH = 50_000
_ERROR_CELL = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>(?:<f[^>]*/>|<f.*?</f>)?\s*<v>([^<]*)</v>', re.DOTALL)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Cell = str | float | int | bool | date | datetime | time | timedelta | None


def open_workbook(workspace: Workspace, file: Path, spec: SourceSpec) -> Opened:
    """One sheet of a workbook as a relation of texts: the sheet that the project names, else the only or first one.

    Raises `RefusedError` where the file is no sound workbook, unpacks to more than is reasonable, or lacks the sheet or a header.
    """
    _check_packing(file)
    try:
        book = CalamineWorkbook.from_path(str(file))
        wanted = _sheet_name(book.sheet_names, file, spec)
        sheet = book.get_sheet_by_name(wanted)
    except RefusedError:
        raise
    except BaseException as error:  # the reader's own panics are no `Exception`
        if not (isinstance(error, CalamineError | OSError | ValueError) or type(error).__name__ == "PanicException"):
            raise
        raise refuse(
            "unreadable-workbook", "The workbook cannot be read", f"{file.name}: {error}.", file, 1, "Save it again from Excel."
        ) from None
    errors = _error_cells(file, wanted)
    rows = _rows(sheet, errors)
    header_row, headers = _header(rows, file)
    check_headers(headers, spec, file, header_row)
    names = [f"c{i}" for i in range(len(headers))]
    table = pa.Table.from_batches(_batches(rows, len(headers)), schema=pa.schema([(n, pa.string()) for n in names]))
    view = workspace.fresh("sheet")
    workspace.connection.register(view, table)
    workspace.registered.append(view)
    columns: dict[str, tuple[str, str]] = {}
    for header, column in zip(headers, names, strict=True):
        columns.setdefault(header, (column, "VARCHAR"))
    first = header_row + 1
    return Opened(name(view), columns, lambda _: ((), lambda numbers: [first + n for n in numbers]), is_text=True, dates_are_iso_too=True)


def _check_packing(file: Path) -> None:
    """Unpacks into nothing: sizes are those found, not those that the archive claims."""
    hint = "Save it again from Excel, or export the sheet as CSV."
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            total = sum(p.file_size for p in parts)
            if total > MAX_UNPACKED:
                message = f"{file.name} would unpack to {total:,} bytes; at most {MAX_UNPACKED:,} are read."
                raise refuse("workbook-too-large", "The workbook is too large", message, file, 1, hint)
            for part in parts:
                if part.file_size > _RATIO_FROM and part.file_size > MAX_RATIO * max(part.compress_size, 1):
                    message = (
                        f"A part of {file.name} unpacks to more than {MAX_RATIO} times its size, as no workbook does that a person made."
                    )
                    raise refuse("workbook-bomb", "The workbook is packed suspiciously", message, file, 1, hint)
            for part in parts:
                with archive.open(part) as stream:
                    rows, columns = _area(stream, part.filename.startswith("xl/worksheets/"))
                if rows * columns > MAX_AREA:
                    message = f"The used range of a sheet of {file.name} has {rows:,} rows and {columns:,} columns."
                    advice = "Delete the empty rows and columns behind the data (there is a stray cell far out), save it, and try again."
                    raise refuse("workbook-too-large", "The workbook is too large", message, file, 1, advice)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        if isinstance(error, OSError) and not file.exists():
            raise
        message = f"{file.name} is not a sound .xlsx file; it may be damaged, protected by a password, or of another format."
        raise refuse("unreadable-workbook", "The workbook cannot be read", message, file, 1, hint) from None


def _area(stream: IO[bytes], is_sheet: bool) -> tuple[int, int]:
    """Reads a part to its end; of a sheet, how many rows and columns its cells reach over: the reader takes room for all of them."""
    rows = columns = 0
    rest = b""
    while chunk := stream.read(CHUNK):
        if is_sheet:
            text = rest + chunk
            for letters, row in set(_CELL.findall(text)):
                rows, columns = max(rows, int(row)), max(columns, _column(letters) + 1)
            rest = text[-40:]
    return rows, columns


def _sheet_name(names: list[str], file: Path, spec: SourceSpec) -> str:
    if spec.sheet is None:
        if names:
            return names[0]
        raise refuse("no-sheet", "The workbook has no sheet", f"{file.name} has no sheet.", file)
    if spec.sheet in names:
        return spec.sheet
    near = closest(spec.sheet, names)
    hint = f"Did you mean “{near}”?" if near else f"It has {', '.join(f'“{n}”' for n in names[:20])}."
    raise refuse("no-sheet", "The sheet is not there", f"{file.name} has no sheet “{spec.sheet}”.", file, 1, hint)


def _rows(sheet: CalamineSheet, errors: dict[tuple[int, int], str]) -> Iterator[list[Cell]]:
    """The rows from the first row of the sheet on, formula errors in their place (the reader would leave such cells empty)."""
    start = sheet.start
    left = start[1] if start else 0
    for number, row in enumerate(sheet.iter_rows()):
        cells: list[Cell] = [None] * left + list(row)
        if errors:
            for column in range(len(cells)):
                cells[column] = errors.get((number, column), cells[column])
        yield cells


def _header(rows: Iterator[list[Cell]], file: Path) -> tuple[int, list[str]]:
    for number, row in enumerate(rows, start=1):
        texts = [cell_text(c) for c in row]
        if any(texts):
            return number, [(t or "").strip() for t in texts]
    raise refuse(
        "empty-file", "The sheet is empty", f"{file.name} has not even a header.", file, 1, 'Is it the right sheet? Say `sheet: "Name"`.'
    )


def _batches(rows: Iterable[list[Cell]], width: int) -> Iterator[pa.RecordBatch]:
    source = iter(rows)
    while block := list(islice(source, _BATCH)):
        columns = [[cell_text(row[i]) if i < len(row) else None for row in block] for i in range(width)]
        yield pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], [f"c{i}" for i in range(width)])


def cell_text(cell: Cell) -> str | None:
    """What a cell says, without loss: numbers by their shortest decimal form, days as 2027-01-31, empty as None."""
    match cell:
        case None | "":
            return None
        case bool():
            return "yes" if cell else "no"
        case str():
            return cell
        case int():
            return str(cell)
        case float():
            return _number_text(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
        case _:
            return str(cell)


def _number_text(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    shortest = Decimal(repr(value))
    return format(shortest.to_integral_value() if shortest == shortest.to_integral_value() else shortest, "f")


def _error_cells(file: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Cells whose formula ended in an error, by row and column from 0."""
    with zipfile.ZipFile(file) as archive:
        path = _sheet_path(archive, sheet)
        if path is None:
            return {}
        data = archive.read(path)
    if b't="e"' not in data:
        return {}
    return {(int(row) - 1, _column(letters)): value.decode("utf-8", "replace") for letters, row, value in _ERROR_CELL.findall(data)}


def _sheet_path(archive: zipfile.ZipFile, sheet: str) -> str | None:
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return None
    ids = [s.get(_RELATION) for s in book.iter(f"{_MAIN}sheet") if s.get("name") == sheet]
    for relation in relations:
        if ids and relation.get("Id") == ids[0]:
            target = relation.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return path if path in archive.namelist() else None
    return None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
