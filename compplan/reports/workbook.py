"""A run's results as a workbook: a sheet for totals, payouts, lines, credits and awards, and one that says which run they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from compplan.calendar import parse_period
from compplan.currencies import digits_of
from compplan.engine.result_lines import opened_results
from compplan.engine.result_tables import ResultColumn, ResultTable
from compplan.engine.run_folder import Run
from compplan.reports.new_files import new_files
from compplan.reports.sheets import MOST_ROWS, WIDEST, Heading, Sheets, new_workbook, point

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_BATCH = 10_000
_LEFT_OUT_WHERE_EMPTY = ("name", "through")
_BESIDE_FIGURES = ("unit", "currency")


def write_workbook(run: Run, path: Path) -> tuple[str, ...]:
    """Writes the workbook and gives the names of its sheets. The same run gives the same bytes.

    Amounts are numbers, which a spreadsheet shows to the last digit; those of more than fifteen digits are texts, for it would cut them.
    A table with more rows than a sheet holds goes on in another sheet. Raises `Problems` where the file is there and holds something
    else, where the run is damaged, and where the disk does not take it.
    """
    title = f"{run.manifest.company} {run.manifest.period}"
    with (
        opened_results(run) as (connection, tables),
        new_files(path.parent, (path.name,)) as passing,
        new_workbook(passing / path.name, title) as sheets,
    ):
        writer = _Writer(sheets)
        for table in tables:
            writer.table(connection, table)
        writer.run(run)
        return tuple(sheet.name for sheet in sheets.book.worksheets())


@dataclass(slots=True)
class _Writer:
    """Writes the tables of a run, row after row."""

    sheets: Sheets

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
        headings = [
            Heading(c.heading or "", width, c.holds not in ("text", "date"), int(c.name in _BESIDE_FIGURES))
            for c, width in zip(columns, widths, strict=True)
        ]
        return self.sheets.headed(title, headings)

    def cell(self, sheet: Worksheet, row: int, place: int, value: object, column: ResultColumn, scale: int) -> None:
        """One value. Text is never taken for a formula, not even when the cell is edited."""
        match value:
            case None:
                return
            case Decimal():
                self.number(sheet, row, place, value, column, scale)
            case date() if value.year >= 1900:
                day = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
                sheet.write_datetime(row, place, day, self.sheets.format("day", num_format="yyyy-mm-dd", align="left"))
            case _:
                self.sheets.text(sheet, row, place, str(value), indent=column.name in _BESIDE_FIGURES)

    def number(self, sheet: Worksheet, row: int, place: int, value: Decimal, column: ResultColumn, scale: int) -> None:
        needed = max(0, -int(value.normalize().as_tuple().exponent))
        if column.holds == "ratio":
            code = f"0{point(max(0, needed - 2))}%"
        else:
            code = f"#,##0{point(max(scale, needed) if column.holds == 'money' else needed if needed != 1 else 2)}"
        self.sheets.number(sheet, row, place, value, code)

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
        self.sheets.facts("Run", facts)


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
    return min(max(longest, len(column.heading or "") + 2) + 2, WIDEST)


def _shown(value: object, column: ResultColumn, scale: int) -> str:
    if isinstance(value, Decimal):
        needed = max(0, -int(value.normalize().as_tuple().exponent))
        return f"{value:,.{max(scale, needed)}f}" if column.holds == "money" else f"{value.normalize():,f}"
    return str(value)
