"""Workbooks as people like them: sheets with a heading that stays, figures that are numbers, and texts that are never formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.diagnostics import Diagnostic, Problems

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""Rows of a sheet below its heading; what is longer goes on in a second sheet."""
MOST_DIGITS = 15
"""Digits that a spreadsheet keeps of a number; what has more stands there as text."""
WIDEST = 48
"""Characters that a column is wide at most."""
LINE, FULL = 15.5, 0.92
"""Points that a line of a wrapped text is high, and the share of it that words fill."""
_MOST_CHARACTERS = 32_767
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MADE = datetime(2000, 1, 1, tzinfo=UTC)


@contextmanager
def new_workbook(file: Path, title: str) -> Iterator[Sheets]:
    """A workbook to be written to a file; the same sheets give the same bytes. Raises `Problems` where it cannot be written."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    options = {"constant_memory": True, "tmpdir": str(file.parent), "use_zip64": True, "in_memory": False}
    try:
        with Workbook(str(file), options) as book:
            book.set_properties({"title": title, "created": _MADE.replace(tzinfo=None)})
            yield Sheets(book)
    except XlsxWriterException as error:
        message = f"The workbook cannot be written to {file}: {error}."
        raise Problems([Diagnostic("not-exported", "The files cannot be written", message)]) from error


@dataclass(frozen=True)
class Heading:
    """The head of a column; `figures` says that what stands below is aligned to the right."""

    text: str
    width: int = 0
    figures: bool = False
    indent: int = 0


@dataclass(frozen=True)
class Number:
    """A number in a cell, and the spreadsheet's code that says how it is shown, such as `#,##0.00`."""

    value: Decimal
    code: str


Cell = str | Number | None


@dataclass(slots=True)
class Sheets:
    """Writes sheets, row after row; formats are made once each."""

    book: Workbook
    formats: dict[str, Format] = field(default_factory=dict)

    def format(self, key: str, **properties: object) -> Format:
        """The format of this name, made where there is none."""
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def headed(self, title: str, headings: Sequence[Heading]) -> Worksheet:
        """A new sheet whose first row stays in sight and is printed on every page."""
        sheet: Worksheet = self.book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        for place, heading in enumerate(headings):
            sheet.set_column(place, place, heading.width)
            align = "right" if heading.figures else "left"
            head = self.format(f"head {align} {heading.indent}", bold=True, bottom=1, align=align, indent=heading.indent)
            sheet.write_string(0, place, heading.text, head)
        return sheet

    def text(self, sheet: Worksheet, row: int, place: int, value: str, *, indent: bool = False, wrap: bool = False) -> None:
        """A text. It is never taken for a formula, not even when the cell is edited."""
        shown = value if len(value) <= _MOST_CHARACTERS else value[: _MOST_CHARACTERS - 1] + "…"
        quoted = shown.startswith(_FORMULA)
        properties = {"quote_prefix": quoted, "indent": int(indent), **({"text_wrap": True, "valign": "top"} if wrap else {})}
        sheet.write_string(row, place, shown, self.format(f"text {quoted} {indent} {wrap}", **properties))

    def number(self, sheet: Worksheet, row: int, place: int, value: Decimal, code: str, *, align: str = "right") -> None:
        """A number, shown by a spreadsheet's code such as `#,##0.00`; one of more digits than a spreadsheet keeps is a text."""
        if len(value.normalize().as_tuple().digits) > MOST_DIGITS or value.adjusted() >= MOST_DIGITS:
            sheet.write_string(row, place, f"{value:f}", self.format(f"long {align}", align=align, num_format="@"))
            return
        sheet.write_number(row, place, value, self.format(f"{code} {align}", num_format=code, align=align))

    def cell(self, sheet: Worksheet, row: int, place: int, cell: Cell) -> None:
        """A cell: a text, a number, or nothing."""
        if isinstance(cell, str):
            self.text(sheet, row, place, cell)
        elif cell is not None:
            self.number(sheet, row, place, cell.value, cell.code)

    def table(self, title: str, headings: Sequence[Heading], rows: Sequence[Sequence[Cell]]) -> None:
        """A new sheet with a filter, its columns as wide as what stands in them; or as many sheets as the rows need."""
        fitting = [replace(h, width=_width(h, [row[place] for row in rows])) for place, h in enumerate(headings)]
        for first in range(0, max(len(rows), 1), MOST_ROWS):
            sheet = self.headed(title if first == 0 else f"{title} ({first // MOST_ROWS + 1})", fitting)
            part = rows[first : first + MOST_ROWS]
            for number, row in enumerate(part, 1):
                for place, cell in enumerate(row):
                    self.cell(sheet, number, place, cell)
            sheet.autofilter(0, 0, len(part), len(headings) - 1)

    def facts(self, title: str, facts: Sequence[tuple[str, Cell]], width: int = 60) -> None:
        """A new sheet of labels, with a text or a number beside each."""
        sheet: Worksheet = self.book.add_worksheet(title)
        sheet.set_column(0, 0, max(16, *(len(label) + 2 for label, _ in facts)))
        sheet.set_column(1, 1, width)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        for row, (label, value) in enumerate(facts):
            sheet.write_string(row, 0, label, self.format("label", bold=True, valign="top"))
            if isinstance(value, Number):
                self.number(sheet, row, 1, value.value, value.code, align="left")
            elif value is not None:
                if len(value) > width:
                    sheet.set_row(row, LINE * ceil(len(value) / (width * FULL)))
                self.text(sheet, row, 1, value, wrap=len(value) > width)


def point(decimals: int) -> str:
    """The end of a number's code: so many digits behind the point."""
    return f".{'0' * decimals}" if decimals else ""


def _width(heading: Heading, cells: Sequence[Cell]) -> int:
    """Characters that a column needs for what stands in it, and for its heading with the button of a filter."""
    longest = max((len(c) if isinstance(c, str) else len(f"{c.value:,f}") for c in cells if c is not None), default=0)
    return min(max(longest, len(heading.text) + 2) + 2, WIDEST)
