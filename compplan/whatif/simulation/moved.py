"""Records of the past, put into the days of the period: a row for each copy that a record can be in, with a key of its own.

All dates of a record move by as many days, and so do those of the records that go with it. What is known stays as it is: copy 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from compplan.calendar import Calendar, FiscalPeriod
from compplan.engine.relations import RECORDS, quoted
from compplan.engine.replicates.keys import DRAWS, Key
from compplan.schema import DateType, RecordKind, TextType
from compplan.whatif.simulation.blocks import Blocks
from compplan.whatif.simulation.history import DAYS
from compplan.whatif.simulation.kinds import DrawnKind

if TYPE_CHECKING:
    import duckdb

KNOWN = 0
"""The copy of all records that are known."""
_COPY, _FROM, _LATER, _CALLED = (quoted(name) for name in (Key.COPY.value, "~from", "~later", "~called"))
"""Beside the copy: the key of the record that a row was made from, by how many days it moved, and what its key has behind that one."""


def create_moves(connection: duckdb.DuckDBPyConnection, calendar: Calendar, blocks: Blocks) -> None:
    """The relations that say which unit has which number, and which month of the past may stand for which of the period."""
    units, moves = blocks.history.units, list(blocks.moves())
    numbers = list(range(len(units)))
    connection.execute(f"CREATE TABLE {DRAWS}.units AS SELECT unnest(?) AS unit, unnest(?::INTEGER[]) AS number", [list(units), numbers])
    asked = [a for _, a in moves]
    firsts = [calendar.start_of_month(a) for a in asked]
    lasts = [calendar.start_of_month(a + 1) - timedelta(days=1) for a in asked]
    labels = [f"~{FiscalPeriod('month', a).label}" for a in asked]
    connection.execute(
        f"""CREATE TABLE {DRAWS}.moves AS SELECT unnest(?::INTEGER[]) AS past, unnest(?::INTEGER[]) AS asked,
            unnest(?::DATE[]) AS first, unnest(?::DATE[]) AS last, unnest(?) AS called""",
        [[p for p, _ in moves], asked, firsts, lasts, labels],
    )


def create_moved(connection: duckdb.DuckDBPyConnection, blocks: Blocks, kind: DrawnKind, tables: Mapping[str, str]) -> dict[str, str]:
    """The tables of a kind and of those that go with it, moved; `tables` names the tables of kinds that are not called like the kind.

    Gives the names of the new tables by kind.
    """
    moved = {name: f"{tables.get(name, name)}~moved" for name in (kind.kind.name, *(f.kind.name for f in kind.followers))}
    _create(connection, moved[kind.kind.name], _drawn(kind, tables.get(kind.kind.name, kind.kind.name), blocks))
    for follower in kind.followers:
        own = tables.get(follower.kind.name, follower.kind.name)
        _create(connection, moved[follower.kind.name], _followed(follower.kind, follower.reference, own, moved[follower.of]))
    return moved


def _create(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    connection.execute(f"CREATE TABLE {RECORDS}.{quoted(name)} AS {query}")


def _drawn(kind: DrawnKind, table: str, blocks: Blocks) -> str:
    """The records of the past for each month that they may stand for, and those that are known."""
    day, first = quoted(kind.dated), blocks.history.first.isoformat()
    unit = "''" if kind.each is None else f"coalesce(CAST(r.{quoted(kind.each)} AS VARCHAR), '')"
    past, past_months, months = blocks.history.past, blocks.past_months, blocks.history.months
    copy = f"1 + (u.number * {past_months} + v.past - {past.first}) * {blocks.asked_months} + v.asked - {months.first}"
    later = f"least(v.first + d.passed, v.last) - r.{day}"
    drawn = f"""SELECT r.*, CAST({copy} AS INTEGER) AS {_COPY}, CAST({later} AS INTEGER) AS {_LATER}, v.called AS {_CALLED}
        FROM {RECORDS}.{quoted(table)} r JOIN {DRAWS}.{DAYS} d ON d.day = r.{day} JOIN {DRAWS}.units u ON u.unit = {unit}
        JOIN {DRAWS}.moves v ON v.past = d.month WHERE least(v.first + d.passed, v.last) >= DATE '{first}'"""
    known = f"""SELECT r.*, {KNOWN} AS {_COPY}, 0 AS {_LATER}, '' AS {_CALLED}
        FROM {RECORDS}.{quoted(table)} r WHERE r.{day} IS NULL OR r.{day} < DATE '{first}'"""
    return f"SELECT {_columns(kind.kind, _renamed(kind.kind))} FROM ({drawn} UNION ALL {known}) m"


def _followed(kind: RecordKind, reference: str, table: str, parent: str) -> str:
    """The rows that go with moved ones, moved with them."""
    rows = f"""SELECT r.*, p.{_COPY}, p.{_LATER}, p.{_CALLED} FROM {RECORDS}.{quoted(table)} r
        JOIN {RECORDS}.{quoted(parent)} p ON p.{_FROM} = r.{quoted(reference)}"""
    return f"SELECT {_columns(kind, _renamed(kind) | {reference})} FROM ({rows}) m"


def _renamed(kind: RecordKind) -> frozenset[str]:
    """The first column of a kind's key with a text of its own, which no other kind's key stands in."""
    texts = [name for name in kind.key if (column := kind.column(name)) is not None and isinstance(column.type, TextType)]
    return frozenset(texts[:1])


def _columns(kind: RecordKind, called: frozenset[str]) -> str:
    """All columns, the dates moved, keys with what tells the copy apart behind them, and what is known of the copy."""
    found = []
    for column in kind.columns:
        name = quoted(column.name)
        value = f"m.{name}"
        if isinstance(column.type, DateType):
            value = f"m.{name} + m.{_LATER}"
        elif column.name in called:
            value = f"m.{name} || m.{_CALLED}"
        found.append(f"{value} AS {name}")
    return ", ".join([*found, f"m.{quoted(kind.key[0])} AS {_FROM}", *(f"m.{n} AS {n}" for n in (_COPY, _LATER, _CALLED))])
