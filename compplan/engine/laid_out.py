"""Lines of a text with figures at their right edge, laid out to a width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from compplan.diagnostics.text import safe
from compplan.diagnostics.text import width as text_width

MOST_ROWS = 12
"""So many rows of a list are shown where not all are wanted."""
_FIGURE = "\t"
"""Between a line and the figure at its right edge; a tab of the plan's or the records' own is a space by then."""


def line(left: str, right: str = "") -> str:
    """Text with a figure at the right edge."""
    return f"{left}{_FIGURE}{right}" if right else left


def laid_out(lines: Iterable[str], width: int) -> str:
    """Lines as they are printed."""
    return "\n".join(part for one in lines for part in _laid_out(one, width)) + "\n"


def _laid_out(line: str, width: int) -> Iterator[str]:
    """A line as it is printed: its figure at the right edge; what is too long goes on in the next line, further in."""
    left, mark, right = line.rpartition(_FIGURE)
    left, right = (safe(left).rstrip(), safe(right)) if mark else (safe(line).rstrip(), "")
    deeper = " " * min(len(left) - len(left.lstrip()) + 4, width // 2)
    lines = [left] if text_width(left) <= width else wrap(left, width, subsequent_indent=deeper, break_on_hyphens=False) or [""]
    room = width - text_width(right) - 1
    if right and text_width(lines[-1]) > room:
        lines.append("")
    yield from lines[:-1]
    yield f"{lines[-1]}{' ' * max(room - text_width(lines[-1]), 0)} {right}".rstrip() if right else lines[-1]
