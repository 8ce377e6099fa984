"""Tables as plain text: columns as wide as what is in them, figures to the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compplan.diagnostics.text import safe, width
from compplan.immutable import immutable

_GAP = "  "
_HEAD = 12
"""So wide a heading may make its column; a longer one goes on in the next line, between words."""


@immutable
class Heading:
    """The head of a column, and whether its cells stand to the right."""

    text: str
    right: bool = False


def table_lines(headings: Sequence[Heading], rows: Sequence[Sequence[str]], totals: Sequence[Sequence[str]] = ()) -> Iterator[str]:
    """The lines of a table: heads, a rule, the rows; a rule and the rows of totals at the end, where there are any."""
    body = [[safe(cell) for cell in row] for row in rows]
    last = [[safe(cell) for cell in row] for row in totals]
    below = [max((width(row[i]) for row in [*body, *last]), default=0) for i in range(len(headings))]
    heads = [_broken(safe(h.text), max(_HEAD, wide)) for h, wide in zip(headings, below, strict=True)]
    widths = [max(wide, *map(width, lines)) for wide, lines in zip(below, heads, strict=True)]
    rule = _GAP.join("-" * w for w in widths)
    most = max((len(lines) for lines in heads), default=1)
    for cells in zip(*([""] * (most - len(lines)) + lines for lines in heads), strict=True):
        yield _line(cells, headings, widths)
    yield rule
    for row in body:
        yield _line(row, headings, widths)
    if last:
        yield rule
    for row in last:
        yield _line(row, headings, widths)


def _broken(text: str, most: int) -> list[str]:
    """A heading in lines no wider than that, as far as its words allow."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(lines[-1]) + 1 + width(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _line(cells: Sequence[str], headings: Sequence[Heading], widths: Sequence[int]) -> str:
    padded = []
    for cell, heading, wide in zip(cells, headings, widths, strict=True):
        space = " " * (wide - width(cell))
        padded.append(space + cell if heading.right else cell + space)
    return _GAP.join(padded).rstrip()
