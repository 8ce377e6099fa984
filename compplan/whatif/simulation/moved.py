"""Records of the past, put into the days of the period: a row for each copy that a record can be in, with a key of its own.

All dates of a record move by as many days, and so do those of the records that go with it. What is known stays as it is: copy 0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import count
from typing import TYPE_CHECKING

from compplan.engine.relations import RECORDS, quoted, text
from compplan.schema import DateType, RecordKind, TextType
from compplan.whatif.simulation.draws import CALLED, COPY, LATER, Draws
from compplan.whatif.simulation.kinds import DrawnKind, Follower
from compplan.whatif.simulation.pipeline import Stage, began_after

if TYPE_CHECKING:
    import duckdb

KNOWN = 0
"""The copy of all records that are known."""
_FROM = quoted("~from")
"""The key of the record that a row was made from."""


def create_moved(
    connection: duckdb.DuckDBPyConnection,
    draws: Sequence[Draws],
    first: date,
    stage: Stage | None,
    kind: DrawnKind,
    tables: Mapping[str, str],
    taken: Collection[str] = (),
) -> dict[str, str]:
    """The tables of a kind and of those that go with it, moved; `tables` names the tables of kinds that are not called like the kind.

    `first` is the first day that is drawn; with a `stage`, what is drawn of the past begins then or later, and open records do not stay.
    Gives the names of the new tables by kind, none of which is `taken`: what goes with records that two scenarios have otherwise may be
    one table, and moves with each.
    """
    moved = {name: _name(tables.get(name, name), taken) for name in (kind.kind.name, *(f.kind.name for f in kind.followers))}
    _create(connection, moved[kind.kind.name], _drawn(kind, tables.get(kind.kind.name, kind.kind.name), draws, first, stage))
    for follower in kind.followers:
        own = tables.get(follower.kind.name, follower.kind.name)
        rest = _referring_to_nothing(follower, own, draws, first, stage)
        _create(connection, moved[follower.kind.name], f"{_followed(follower.kind, follower.reference, own, moved[follower.of])}{rest}")
    return moved


def _name(table: str, taken: Collection[str]) -> str:
    names = (f"{table}~moved" + (f"~{number}" if number else "") for number in count())
    return next(name for name in names if name not in taken)


def _create(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    connection.execute(f"CREATE TABLE {RECORDS}.{quoted(name)} AS {query}")


def _drawn(kind: DrawnKind, table: str, draws: Sequence[Draws], first: date, stage: Stage | None) -> str:
    """The records of the past as they are drawn for the days from the first one on, and those that are known."""
    day, bound = quoted(kind.dated), f"DATE '{first.isoformat()}'"
    drawn = [query for one in draws if (query := one.moved(kind, table)) is not None]
    if stage is not None:
        drawn[0] = began_after(stage, kind, drawn[0], first)
    known = f"SELECT r.*, {KNOWN} AS {COPY}, 0 AS {LATER}, '' AS {CALLED} FROM {RECORDS}.{quoted(table)} r"
    moved = f"SELECT * FROM ({' UNION ALL '.join(drawn)}) d WHERE {day} + {LATER} >= {bound}"
    closed = "" if stage is None or kind != stage.kind else f" AND r.{quoted(stage.column)} <> {text(stage.open)}"
    rows = f"{moved} UNION ALL {known} WHERE (r.{day} IS NULL OR r.{day} < {bound}){closed}"
    return f"SELECT {_columns(kind.kind, _renamed(kind.kind))} FROM ({rows}) m"


def _followed(kind: RecordKind, reference: str, table: str, parent: str) -> str:
    """The rows that go with moved ones, moved with them."""
    rows = f"""SELECT r.*, p.{COPY}, p.{LATER}, p.{CALLED} FROM {RECORDS}.{quoted(table)} r
        JOIN {RECORDS}.{quoted(parent)} p ON p.{_FROM} = r.{quoted(reference)}"""
    return f"SELECT {_columns(kind, _renamed(kind) | {reference})} FROM ({rows}) m"


def _referring_to_nothing(follower: Follower, table: str, draws: Sequence[Draws], first: date, stage: Stage | None) -> str:
    """The rows that could go with others and do not, as far as there can be such: drawn by themselves, or as they are."""
    column = follower.kind.column(follower.reference)
    if column is None or column.required:
        return ""
    reference = quoted(follower.reference)
    if follower.alone is not None:
        return f" UNION ALL SELECT * FROM ({_drawn(follower.alone, table, draws, first, stage)}) a WHERE {reference} IS NULL"
    known = f"SELECT r.*, {KNOWN} AS {COPY}, 0 AS {LATER}, '' AS {CALLED} FROM {RECORDS}.{quoted(table)} r WHERE r.{reference} IS NULL"
    return f" UNION ALL SELECT {_columns(follower.kind, frozenset())} FROM ({known}) m"


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
            value = f"m.{name} + m.{LATER}"
        elif column.name in called:
            value = f"m.{name} || m.{CALLED}"
        found.append(f"{value} AS {name}")
    return ", ".join([*found, f"m.{quoted(kind.key[0])} AS {_FROM}", *(f"m.{n} AS {n}" for n in (COPY, LATER, CALLED))])
