"""Tables as plain text: columns as wide as what is in them, figures to the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compplan.diagnostics.text import safe, width

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column, and whether its cells stand to the right."""

    text: str
    right: bool = False


def table_lines(headings: Sequence[Heading], rows: Sequence[Sequence[str]], totals: Sequence[str] | None = None) -> Iterator[str]:
    """The lines of a table: heads, a rule, the rows; a rule and the totals at the end, where there are any."""
    body = [[safe(cell) for cell in row] for row in rows]
    last = [] if totals is None else [[safe(cell) for cell in totals]]
    heads = [h.text for h in headings]
    widths = [max(width(row[i]) for row in [heads, *body, *last]) for i in range(len(headings))]
    rule = _GAP.join("-" * w for w in widths)
    yield _line(heads, headings, widths)
    yield rule
    for row in body:
        yield _line(row, headings, widths)
    for row in last:
        yield rule
        yield _line(row, headings, widths)


def _line(cells: Sequence[str], headings: Sequence[Heading], widths: Sequence[int]) -> str:
    padded = []
    for cell, heading, wide in zip(cells, headings, widths, strict=True):
        space = " " * (wide - width(cell))
        padded.append(space + cell if heading.right else cell + space)
    return _GAP.join(padded).rstrip()
