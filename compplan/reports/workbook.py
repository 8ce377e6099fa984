"""A run's results as a workbook: a sheet for totals, payouts, lines, credits and awards, and one that says which run they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from compplan.calendar import parse_period
from compplan.currencies import digits_of
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.result_lines import opened_results
from compplan.engine.result_tables import ResultColumn, ResultTable
from compplan.engine.run_folder import Run
from compplan.reports.new_files import new_files

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""Rows of a sheet below its heading; what is longer goes on in a second sheet."""
MOST_DIGITS = 15
"""Digits that a spreadsheet keeps of a number; what has more stands there as text."""
_MOST_CHARACTERS = 32_767
_BATCH = 10_000
_WIDEST = 48
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LEFT_OUT_WHERE_EMPTY = ("name", "through")
_BESIDE_FIGURES = ("unit", "currency")


def write_workbook(run: Run, path: Path) -> tuple[str, ...]:
    """Writes the workbook and gives the names of its sheets. The same run gives the same bytes.

    Amounts are numbers, which a spreadsheet shows to the last digit; those of more than fifteen digits are texts, for it would cut them.
    A table with more rows than a sheet holds goes on in another sheet. Raises `Problems` where the file is there and holds something
    else, where the run is damaged, and where the disk does not take it.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    try:
        with opened_results(run) as (connection, tables), new_files(path.parent, (path.name,)) as passing:
            options = {"constant_memory": True, "tmpdir": str(passing), "use_zip64": True, "in_memory": False}
            with Workbook(str(passing / path.name), options) as book:
                book.set_properties({"title": f"{run.manifest.company} {run.manifest.period}", "created": _MADE.replace(tzinfo=None)})
                writer = _Writer(book)
                for table in tables:
                    writer.table(connection, table)
                writer.run(run)
                return tuple(sheet.name for sheet in book.worksheets())
    except XlsxWriterException as error:
        message = f"The workbook cannot be written to {path}: {error}."
        raise Problems([Diagnostic("not-exported", "The files cannot be written", message)]) from error


@dataclass(slots=True)
class _Writer:
    """Writes sheets, row after row; formats are made once each."""

    book: Workbook
    formats: dict[str, Format] = field(default_factory=dict)

    def format(self, key: str, **properties: object) -> Format:
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def table(self, connection: duckdb.DuckDBPyConnection, table: ResultTable) -> None:
        """The sheets of a table: one, or as many as its rows need."""
        cursor = connection.execute(table.query)
        decimals = [_decimals_of(d[1]) for d in cursor.description or []]
        first = cursor.fetchmany(_BATCH)
        shown = [i for i, c in enumerate(table.columns) if c.heading and not _is_left_out(c, i, first)]
        columns = [(i, table.columns[i], decimals[i]) for i in shown]
        named = next((i for i, c in enumerate(table.columns) if c.name == "currency"), None)
        rows = chain(first, _rest(cursor))
        widths = [_width_of(c, ((row[i], _digits(row, named, scale)) for row in first)) for i, c, scale in columns]
        number, row = 1, next(rows, None)
        while row is not None or number == 1:
            sheet = self.sheet(table.title if number == 1 else f"{table.title} ({number})", [c for _, c, _ in columns], widths)
            last = 0
            while row is not None and last < MOST_ROWS:
                last += 1
                for place, (i, column, scale) in enumerate(columns):
                    self.cell(sheet, last, place, row[i], column, _digits(row, named, scale))
                row = next(rows, None)
            sheet.autofilter(0, 0, last, len(columns) - 1)
            number += 1

    def sheet(self, title: str, columns: Sequence[ResultColumn], widths: Sequence[int]) -> Worksheet:
        sheet: Worksheet = self.book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        for place, (column, width) in enumerate(zip(columns, widths, strict=True)):
            sheet.set_column(place, place, width)
            align, indent = "left" if column.holds in ("text", "date") else "right", int(column.name in _BESIDE_FIGURES)
            head = self.format(f"head {align} {indent}", bold=True, bottom=1, align=align, indent=indent)
            sheet.write_string(0, place, column.heading or "", head)
        return sheet

    def cell(self, sheet: Worksheet, row: int, place: int, value: object, column: ResultColumn, scale: int) -> None:
        """One value. Text is never taken for a formula, not even when the cell is edited."""
        match value:
            case None:
                return
            case Decimal():
                self.number(sheet, row, place, value, column, scale)
            case date() if value.year >= 1900:
                sheet.write_datetime(
                    row, place, datetime(value.year, value.month, value.day), self.format("day", num_format="yyyy-mm-dd", align="left")  # noqa: DTZ001
                )  # fmt: skip
            case _:
                self.text(sheet, row, place, str(value), indent=column.name in _BESIDE_FIGURES)

    def text(self, sheet: Worksheet, row: int, place: int, value: str, indent: bool = False) -> None:
        shown = value if len(value) <= _MOST_CHARACTERS else value[: _MOST_CHARACTERS - 1] + "…"
        quoted = shown.startswith(_FORMULA)
        sheet.write_string(row, place, shown, self.format(f"text {quoted} {indent}", quote_prefix=quoted, indent=int(indent)))

    def number(self, sheet: Worksheet, row: int, place: int, value: Decimal, column: ResultColumn, scale: int) -> None:
        needed = max(0, -int(value.normalize().as_tuple().exponent))
        if len(value.normalize().as_tuple().digits) > MOST_DIGITS or value.adjusted() >= MOST_DIGITS:
            sheet.write_string(row, place, f"{value:f}", self.format("long", align="right", num_format="@"))
            return
        if column.holds == "ratio":
            code = f"0{_point(max(0, needed - 2))}%"
        else:
            code = f"#,##0{_point(max(scale, needed) if column.holds == 'money' else needed if needed != 1 else 2)}"
        sheet.write_number(row, place, value, self.format(code, num_format=code))

    def run(self, run: Run) -> None:
        """Which run this is."""
        manifest = run.manifest
        period = parse_period(manifest.period)
        assert period is not None
        facts = [
            ("Company", manifest.company),
            ("Period", manifest.period),
            ("From", manifest.calendar.start(period).isoformat()),
            ("Through", (manifest.calendar.end(period) - timedelta(days=1)).isoformat()),
            ("Figures", manifest.figures),
            ("Plans", ", ".join(manifest.plans)),
            ("Rows set aside", str(manifest.rejected)),
            ("Made by", f"compplan {manifest.versions.get('compplan', '')}".strip()),
        ]
        sheet: Worksheet = self.book.add_worksheet("Run")
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 60)
        for row, (label, value) in enumerate(facts):
            sheet.write_string(row, 0, label, self.format("label", bold=True))
            self.text(sheet, row, 1, value)


def _rest(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[object, ...]]:
    while rows := cursor.fetchmany(_BATCH):
        yield from rows


def _decimals_of(kind: object) -> int:
    text = str(kind)
    return int(text.rstrip(")").split(",")[1]) if text.startswith("DECIMAL(") else 0


def _digits(row: tuple[object, ...], named: int | None, scale: int) -> int:
    """How many digits an amount of a row is shown with: those of its currency, where the column keeps as many."""
    return scale if named is None else min(scale, digits_of(str(row[named])))


def _is_left_out(column: ResultColumn, place: int, rows: Sequence[tuple[object, ...]]) -> bool:
    """Names and managers' ways are shown only where there are any."""
    return column.name in _LEFT_OUT_WHERE_EMPTY and len(rows) < _BATCH and all(row[place] is None for row in rows)


def _width_of(column: ResultColumn, values: Iterator[tuple[object, int]]) -> int:
    longest = max((len(_shown(v, column, scale)) for v, scale in values if v is not None), default=0)
    return min(max(longest, len(column.heading or "") + 2) + 2, _WIDEST)


def _shown(value: object, column: ResultColumn, scale: int) -> str:
    if isinstance(value, Decimal):
        needed = max(0, -int(value.normalize().as_tuple().exponent))
        return f"{value:,.{max(scale, needed)}f}" if column.holds == "money" else f"{value.normalize():,f}"
    return str(value)


def _point(decimals: int) -> str:
    return f".{'0' * decimals}" if decimals else ""
