"""Rows read from where they lie: Parquet files whose columns are stored as the schema wants them are looked through, not copied.

The question is only whether everything is sound, which the file's own statistics mostly answer. Where it is not, the rows are copied into
a table, and each bad one is named, as with any other file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from compplan.currencies import DIGITS
from compplan.immutable import immutable
from compplan.records.cells import own_currency_refusals, period_pattern, physical_type
from compplan.records.flags import Tables
from compplan.records.opened import Opened
from compplan.records.spec import LARGEST_RATIO, ColumnSource, SourceSpec
from compplan.records.sql import any_of, name, text
from compplan.schema import Column, CurrencyType, DateType, MoneyType, PeriodType, RatioType, RecordKind, ReferenceType, TextType

_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


def can_stay(kind: RecordKind, spec: SourceSpec, paths: Sequence[Path]) -> bool:
    """Whether the files of a kind may be of the sort that need not be copied."""
    if spec.given or not paths or any(p.suffix.lower() != ".parquet" for p in paths):
        return False
    return not any(spec.columns[c.name].values for c in kind.columns)


def rows_in_place(tables: Tables, kind: RecordKind, spec: SourceSpec, files: Sequence[Opened]) -> str | None:
    """The query that gives a kind's rows from its files; None where a column has another type or some cell is not sound."""
    if not all(_has_type(column, spec.columns[column.name], opened) for opened in files for column in kind.columns):
        return None
    parts = []
    for opened in files:
        cells = [_cell(column, spec, opened.columns) for column in kind.columns]
        if _finds(tables, opened, any_of(condition for c in cells for condition in c.unsound)):
            return None
        empty = _with_blanks(tables, opened, cells)
        parts.append(f"SELECT {', '.join(c.projected(c.column in empty) for c in cells)} FROM {opened.relation}")
    return " UNION ALL ".join(parts)


@immutable
class _Cell:
    """A column as the file has it, when it is not sound, and when it is written as spaces where it may be empty."""

    column: str
    read: str
    unsound: tuple[str, ...]
    blank: str | None

    def projected(self, some_blank: bool) -> str:
        """The column under the schema's name; nothing but spaces is empty."""
        return f"{f'CASE WHEN {self.blank} THEN NULL ELSE {self.read} END' if some_blank else self.read} AS {name(self.column)}"


def _with_blanks(tables: Tables, opened: Opened, cells: Sequence[_Cell]) -> frozenset[str]:
    """The columns in which a cell that may be empty is written as spaces."""
    return frozenset(c.column for c in cells if c.blank and _finds(tables, opened, c.blank))


def _finds(tables: Tables, opened: Opened, condition: str) -> bool:
    """Whether some row meets a condition. Parts of the file whose statistics rule it out are not read."""
    return tables.connection.execute(f"SELECT 1 FROM {opened.relation} WHERE {condition} LIMIT 1").fetchone() is not None


def _has_type(column: Column, source: ColumnSource, opened: Opened) -> bool:
    """Whether the file has the column as it is wanted, or as a decimal with no more places."""
    found, wanted = opened.columns[source.header][1], physical_type(column)
    if found == wanted:
        return True
    places, most = _places(found), _places(wanted)
    return places is not None and most is not None and places[1] <= most[1]


def _places(physical: str) -> tuple[int, int] | None:
    """How many digits a decimal has before its point, and after it."""
    found = _DECIMAL.fullmatch(physical)
    return None if found is None else (int(found[1]) - int(found[2]), int(found[2]))


def _cell(column: Column, spec: SourceSpec, columns: Mapping[str, tuple[str, str]]) -> _Cell:
    source = spec.columns[column.name]
    read = seen = name(columns[source.header][0])
    unsound = list(_unsound(column, source, seen))
    found, wanted = columns[source.header][1], physical_type(column)
    places, most = _places(found), _places(wanted)
    if found != wanted and places is not None and most is not None:
        read = f"CAST({seen} AS {wanted})"
        if places[0] > most[0]:
            unsound += [f"{seen} >= {10 ** most[0]}", f"{seen} <= -{10 ** most[0]}"]
    if isinstance(column.type, MoneyType) and source.currency_header is not None:
        currency = f"upper(trim(CAST({name(columns[source.currency_header][0])} AS VARCHAR)))"
        unsound.append(f"{seen} IS NOT NULL AND {currency} IS DISTINCT FROM {text(column.type.currency or '')}")
    if isinstance(column.type, MoneyType) and column.type.currency_in is not None:
        own = name(columns[spec.columns[column.type.currency_in].header][0])
        unsound += [condition for _, condition in own_currency_refusals(read, read, own, column.type)]
    if column.required:
        unsound.append(f"{seen} IS NULL")
    # What begins with a space sorts before every sign, or is beyond ASCII: a bound of the column often settles it.
    is_text = isinstance(column.type, TextType | ReferenceType)
    blank = f"({read} < '!' OR {read} >= {text(_WIDE_SPACE)}) AND trim({read}) = ''" if is_text else None
    if blank and column.required:
        unsound.append(blank)
        blank = None
    return _Cell(column.name, read, tuple(unsound), blank)


_WIDE_SPACE = "\u00a0"


def _unsound(column: Column, source: ColumnSource, read: str) -> Iterator[str]:
    """Bare comparisons, each one, for which the statistics of a file are enough."""
    match column.type:
        case DateType():
            yield f"{read} < DATE {text(source.earliest.isoformat())}"
            yield f"{read} > DATE {text(source.latest.isoformat())}"
        case RatioType() if source.at_most is None:
            yield f"{read} > {LARGEST_RATIO}"
            yield f"{read} < -{LARGEST_RATIO}"
        case PeriodType(period=period):
            yield f"NOT regexp_full_match({read}, {text(period_pattern(period))})"
        case CurrencyType():
            yield f"{read} NOT IN ({', '.join(text(code) for code in DIGITS)})"
        case _:
            pass
    if source.at_least is not None:
        yield f"{read} < {source.at_least:f}"
    if source.at_most is not None:
        yield f"{read} > {source.at_most:f}"
