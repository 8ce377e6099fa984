"""Where in its line of a CSV file a refused cell stands, so that a message can point at it and not only at the row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from compplan.diagnostics.model import Span
from compplan.records.spec import SourceSpec

LARGEST = 16 * 1024 * 1024
"""Bytes of a file in which cells are looked for; in larger ones a message points at the row."""


@dataclass(slots=True)
class CellPlaces:
    """Finds cells in files that are read once each."""

    lines: dict[Path, tuple[str, ...]] = field(default_factory=dict)

    def span(self, path: Path, line: int, column: str, value: str | None, spec: SourceSpec) -> Span:
        """The stretch of a cell's text; the beginning of its row where it cannot be told."""
        row = Span(str(path), line, 1, line, 1)
        source = spec.columns.get(column)
        if not value or source is None or path.suffix.lower() not in {".csv", ".tsv", ".txt"} or spec.encoding != "utf-8":
            return row
        lines = self._of(path)
        delimiter = spec.delimiter or ("\t" if path.suffix.lower() == ".tsv" else ",")
        header = next((text for text in islice(lines, line) if text.strip()), "")
        names = [text.strip() for _, text in _cells(header, delimiter)]
        if line > len(lines) or source.header not in names:
            return row
        found = next(islice(_cells(lines[line - 1], delimiter), names.index(source.header), None), None)
        if found is None or (found[1].strip() != value.strip() and source.values.get(found[1].strip()) != value):
            return row
        start, text = found
        return Span(str(path), line, start + 1, line, start + 1 + len(text))

    def _of(self, path: Path) -> tuple[str, ...]:
        if path not in self.lines:
            self.lines[path] = _read(path)
        return self.lines[path]


def _read(path: Path) -> tuple[str, ...]:
    try:
        if path.stat().st_size > LARGEST:
            return ()
        return tuple(path.read_text(encoding="utf-8-sig", errors="replace").split("\n"))
    except OSError:
        return ()


def _cells(line: str, delimiter: str) -> Iterator[tuple[int, str]]:
    """Where each cell's text begins in a line, and the text; quotes that are written twice stay two, so that such a cell is not found."""
    at, line = 0, line.rstrip("\r")
    while at <= len(line):
        quoted = line.startswith('"', at)
        end = at + 1
        while quoted and (end := line.find('"', end)) >= 0 and line.startswith('""', end):
            end += 2
        if quoted and end >= 0:
            yield at + 1, line[at + 1 : end]
        stop = line.find(delimiter, end if quoted and end >= 0 else at)
        stop = len(line) if stop < 0 else stop
        if not quoted or end < 0:
            yield at, line[at:stop]
        at = stop + 1
