"""Rows that an open quote swallows: lines inside a quoted cell that look like rows of their own, told from a text of several lines.

A quote that somebody forgot to close makes one cell of all lines up to the next quote. The rows in them would be missing, and nothing
would say so. A text of several lines, as an address has, looks otherwise: fewer separators, spaces after its commas, words where the
column has numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence

from compplan.immutable import immutable

SAMPLE = 200
"""Rows of a file from which it is learnt what its columns look like."""

_ENOUGH = 3


@immutable
class _Habit:
    """What all the sampled cells of a column have in common."""

    filled: bool
    digits: bool
    no_spaces: bool
    no_space_first: bool

    def allows(self, cell: str) -> bool:
        """Whether a cell could be one of the column."""
        if not cell.strip():
            return not self.filled
        return (
            (not self.digits or any(c.isdigit() for c in cell))
            and (not self.no_spaces or not any(c.isspace() for c in cell))
            and (not self.no_space_first or not cell[0].isspace())
        )


@immutable
class RowShape:
    """What a row of a file looks like: its separator, and the habits of its columns."""

    delimiter: str
    habits: tuple[_Habit, ...]
    telling: bool

    def first_row(self, lines: Sequence[bytes]) -> int | None:
        """The number, from 0, of the first of the lines after the one that opens a cell that looks like a row; None where none does."""
        if not self.telling:
            return None
        last = len(lines) - 1
        return next((n for n in range(1, last + 1) if self._is_row(lines[n], is_last=n == last)), None)

    def _is_row(self, line: bytes, *, is_last: bool) -> bool:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        width = len(self.habits)
        if text.count(self.delimiter) < width - 1:
            return is_last and '"' in text and self._opens_another(text)
        plain = [c.strip('"') for c in text.split(self.delimiter)]
        return any(len(cells) == width and self._fits(cells) for cells in (cells_of(text, self.delimiter), plain))

    def _opens_another(self, line: str) -> bool:
        """Whether the line that ends the cell is in truth a row whose own cell of several lines begins on it."""
        before, _, opened = line.rpartition(f'{self.delimiter}"')
        if not before or '"' in before or '"' in opened:
            return False
        cells = cells_of(before, self.delimiter)
        return len(cells) < len(self.habits) and self._fits(cells)

    def _fits(self, cells: Sequence[str]) -> bool:
        return any(c.strip() for c in cells) and all(habit.allows(cell) for habit, cell in zip(self.habits, cells, strict=False))


def row_shape(rows: Iterable[bytes], delimiter: str, width: int) -> RowShape:
    """What rows look like, learnt from some that are a line each. A file of one column tells too little unless several rows are alike."""
    read = (cells_of(row.decode("utf-8", "replace"), delimiter) for row in rows)
    samples = [cells for cells in read if len(cells) == width]
    habits = tuple(_habit([cells[i] for cells in samples]) for i in range(width))
    alike = len(samples) >= _ENOUGH and all(h.digits or h.no_spaces for h in habits)
    return RowShape(delimiter, habits, telling=width > 1 or alike)


def _habit(cells: Sequence[str]) -> _Habit:
    said = [c for c in cells if c.strip()]
    return _Habit(
        filled=bool(cells) and len(said) == len(cells),
        digits=bool(said) and all(any(c.isdigit() for c in cell) for cell in said),
        no_spaces=bool(said) and not any(c.isspace() for cell in said for c in cell),
        no_space_first=not any(cell[0].isspace() for cell in said),
    )


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of a line that is read on its own; none where it cannot be."""
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter, strict=False), [])
    except csv.Error:
        return []
