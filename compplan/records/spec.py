"""Where the rows of each kind come from and what is asked of them, apart from the shape that `Schema` states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from compplan.diagnostics.model import Span
from compplan.immutable import immutable

Encoding = Literal["utf-8", "utf-16", "latin-1", "windows-1252"]

EARLIEST = date(1900, 1, 1)
LATEST = date(2199, 12, 31)
"""Days outside these are taken for slips of the hand, unless a column says otherwise."""

LARGEST_RATIO = Decimal(10)
"""A ratio beyond 1000 % is taken for a percentage written without its sign, unless a column says `at_most`."""


@immutable
class ColumnSource:
    """How one column is found and read: its header, the map of values, the way that dates and numbers are written, the allowed range."""

    header: str
    values: Mapping[str, str | None] = field(default_factory=dict)
    date_format: str | None = None
    earliest: date = EARLIEST
    latest: date = LATEST
    thousands: str | None = None
    decimal: str = "."
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    currency_header: str | None = None


@immutable
class AddUp:
    """The values of `column` add to `total` within each group of equal `for_each`; or to no more than it, where `at_most`."""

    column: str
    total: Decimal
    at_most: bool
    for_each: tuple[str, ...]


@immutable
class Given:
    """What every row of the files of one path or glob says in some columns, by name."""

    pattern: str
    values: Mapping[str, str | None]


@immutable
class SourceSpec:
    """The files of one kind, as paths or globs relative to the project, how to read them, and what their rows must satisfy together.

    `given` has all patterns where it has any; `root` is the folder that they start from.
    """

    kind: str
    patterns: tuple[str, ...]
    columns: Mapping[str, ColumnSource]
    add_up: tuple[AddUp, ...] = ()
    sheet: str | None = None
    encoding: Encoding = "utf-8"
    delimiter: str | None = None
    span: Span | None = None
    given: tuple[Given, ...] = ()
    root: Path = Path()
