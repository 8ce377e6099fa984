"""The rows of a file that is open, as SQL: the cells of each column, and the rows that are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from compplan.records.cells import Cell, Raw, cell, readable
from compplan.records.opened import Opened, refuse
from compplan.records.spec import SourceSpec
from compplan.records.sql import all_of, name, text
from compplan.schema import Column, MoneyType, RecordKind


def cells_of(kind: RecordKind, spec: SourceSpec, opened: Opened, path: Path) -> list[Cell]:
    """The columns of a kind, as they are read from a file. Raises `RefusedError` where one has a type that cannot be meant."""
    named: dict[str, Cell] = {}
    for column in sorted(kind.columns, key=lambda c: own_currency(c) is not None):  # the currencies before the amounts
        named[column.name] = _cell(column, spec, opened, path, named)
    return [named[column.name] for column in kind.columns]


def own_currency(column: Column) -> str | None:
    """The column that names the currency of a column's amounts, where each row has its own."""
    return column.type.currency_in if isinstance(column.type, MoneyType) else None


def _cell(column: Column, spec: SourceSpec, opened: Opened, path: Path, named: Mapping[str, Cell]) -> Cell:
    source = spec.columns[column.name]
    own = own_currency(column)
    currency = None if own is None else named[own].value
    if column.name in opened.given:
        value = opened.given[column.name]
        written = "CAST(NULL AS VARCHAR)" if value is None else text(value)
        return cell(column, replace(source, currency_header=None), Raw(written, "VARCHAR", is_text=True, currency=currency))
    physical, stored = opened.columns[source.header]
    if not readable(stored, column):
        message = f"“{source.header}” of {path.name} has the type {stored}, which does not fit what `{column.name}` is declared to be."
        hint = "Change the type in the project file, or export the column as text, whole numbers, decimals or dates without a time zone."
        raise refuse("wrong-column-type", "A column has another type", message, path, 1, hint)
    if source.currency_header:
        currency = f"CAST({name(opened.columns[source.currency_header][0])} AS VARCHAR)"
    return cell(column, source, Raw(name(physical), stored, opened.is_text, opened.dates_are_iso_too, currency))


def is_blank(opened: Opened) -> str:
    """The condition that a row of texts says nothing at all."""
    if not opened.is_text:
        return "false"
    return all_of(f"coalesce(trim({name(c)}), '') = ''" for c, _ in opened.columns.values())


def repeats_header(spec: SourceSpec, opened: Opened) -> str:
    """The condition that a row repeats the header in every column that is read."""
    read = [s.header for column, s in spec.columns.items() if column not in opened.given]
    if not opened.is_text or len(read) < 2:
        return "false"
    return all_of(f"coalesce(trim({name(opened.columns[h][0])}), '') = {text(h)}" for h in read)
