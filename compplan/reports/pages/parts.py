"""Parts that pages are made of, as values that `parts.html.j2` writes."""

from __future__ import annotations

from collections.abc import Sequence

from compplan.immutable import immutable


@immutable
class KeyFigure:
    """A figure at the top of a page, and in small what it is to be read beside."""

    what: str
    value: str
    beside: str = ""


@immutable
class Table:
    """A table of a few rows: the first `texts` columns hold texts, the others figures."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1


@immutable
class Head:
    """The head of a column that a table can be sorted by: its text, whether it holds figures, and how it is sorted at first."""

    text: str
    figure: bool
    sorted: str = "none"


@immutable
class Cell:
    """What stands in a row of such a table: a text, whether that is a figure, a small text beside it, and how it is coloured."""

    text: str
    figure: bool = False
    small: str = ""
    tone: str = ""
