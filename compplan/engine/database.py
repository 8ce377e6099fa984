"""The engine's database: DuckDB in memory, with the records, the calendar and the steps as they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import duckdb
from sqlglot import exp

from compplan.calendar import Calendar, FiscalPeriod
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine import sql
from compplan.engine.steps import CALENDAR, RECORDS, STEPS, Check, Lowered, Months, Step
from compplan.schema import (
    MONTHS_IN,
    PERIODS,
    Column,
    DateType,
    MoneyType,
    NumberType,
    RatioType,
    RecordKind,
    YesNoType,
)

MOST_EXAMPLES = 5
OVERFLOW = "overflow"

Progress = Callable[[str, int, int], None]
"""Told the title of the step at hand, its number and how many there are."""


def open_database(spill: Path | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """An empty database. What does not fit into memory goes to `spill`."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET autoinstall_known_extensions = false")
    if threads is not None:
        connection.execute("SET threads = ?", [threads])
    if spill is not None:
        connection.execute("SET temp_directory = ?", [str(spill)])
    for name in (RECORDS, CALENDAR, STEPS):
        connection.execute(f'CREATE SCHEMA "{name}"')
    return connection


def physical_type(column: Column) -> str:
    """The type in which a column of records is kept."""
    match column.type:
        case MoneyType() | RatioType() | NumberType():
            return f"DECIMAL(18, {column.type.decimals})"
        case DateType():
            return "DATE"
        case YesNoType():
            return "BOOLEAN"
        case _:
            return "VARCHAR"


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return exp.to_identifier(name, quoted=True).sql("duckdb", copy=False)


def create_kind(connection: duckdb.DuckDBPyConnection, kind: RecordKind) -> None:
    """An empty table for a kind of record."""
    columns = ", ".join(f"{quoted(c.name)} {physical_type(c)}" for c in kind.columns)
    connection.execute(f"CREATE TABLE {quoted(RECORDS)}.{quoted(kind.name)} ({columns})")


def insert_rows(connection: duckdb.DuckDBPyConnection, kind: RecordKind, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows of Python values into a kind's table; what is not among the columns stays empty."""
    if not rows:
        return
    names = ", ".join(quoted(c) for c in columns)
    marks = ", ".join("?" for _ in columns)
    values = [[sql.decimal_of(v) if isinstance(v, Fraction) else v for v in row] for row in rows]
    connection.executemany(f"INSERT INTO {quoted(RECORDS)}.{quoted(kind.name)} ({names}) VALUES ({marks})", values)


def create_calendar(connection: duckdb.DuckDBPyConnection, calendar: Calendar, months: Months) -> None:
    """Every day of the months with its month, and every period of the calendar around them with its label."""
    connection.execute(f"CREATE TABLE {CALENDAR}.days (day DATE, month INTEGER)")
    ranges = [(n, calendar.start_of_month(n), calendar.start_of_month(n + 1)) for n in range(months.first, months.last + 1)]
    connection.executemany(
        f"INSERT INTO {CALENDAR}.days SELECT unnest(generate_series(?::DATE, ?::DATE, INTERVAL 1 DAY))::DATE, ?",
        [[start, end - timedelta(days=1), number] for number, start, end in ranges],
    )
    connection.execute(
        f"CREATE TABLE {CALENDAR}.periods (kind VARCHAR, number INTEGER, label VARCHAR, first_month INTEGER, last_month INTEGER)"
    )
    rows = [[p.kind, p.number, p.label, p.first_month, p.last_month] for p in _periods(months)]
    connection.executemany(f"INSERT INTO {CALENDAR}.periods VALUES (?, ?, ?, ?, ?)", rows)


def _periods(months: Months) -> Iterator[FiscalPeriod]:
    for kind in PERIODS:
        size = MONTHS_IN[kind]
        yield from (FiscalPeriod(kind, n) for n in range(months.first // size, months.last // size + 1))


class Keeper:
    """Keeps a step as a table in memory; a run's keeper writes files instead."""

    def keep(self, connection: duckdb.DuckDBPyConnection, step: Step) -> None:
        """Make the step's relation under its name."""
        connection.execute(f"CREATE TABLE {STEPS}.{quoted(step.name)} AS {step.query.sql('duckdb', copy=False)}")


def make_steps(connection: duckdb.DuckDBPyConnection, lowered: Lowered, keeper: Keeper, progress: Progress | None = None) -> None:
    """Make every step and hold it to its checks. Raises Problems with all that is wrong at the first step that cannot be used."""
    for number, step in enumerate(lowered.steps, 1):
        if progress is not None:
            progress(step.title, number, len(lowered.steps))
        with translated_errors(step):
            before = [c for c in step.checks if not _reads_itself(c, step)]
            failed = [d for c in before for d in _run_check(connection, c)]
            if failed:
                raise Problems(failed)
            keeper.keep(connection, step)
            failed = [d for c in step.checks if _reads_itself(c, step) for d in _run_check(connection, c)]
            if failed:
                raise Problems(failed)


def _reads_itself(check: Check, step: Step) -> bool:
    return check.guard is not None or any(t.name == step.name and t.db == STEPS for t in check.query.find_all(exp.Table))


def _run_check(connection: duckdb.DuckDBPyConnection, check: Check) -> Iterator[Diagnostic]:
    """A diagnostic for each of the first rows that a check finds, in order; the last of them counts the rest."""
    if check.guard is not None and connection.execute(check.guard.sql("duckdb", copy=False)).fetchone() is None:
        return
    ordered = check.query.copy().order_by(*(exp.Literal.number(i + 1) for i in range(len(check.query.selects))), copy=False)
    rows = connection.execute(ordered.limit(MOST_EXAMPLES + 1, copy=False).sql("duckdb", copy=False)).fetchall()
    more = ""
    if len(rows) > MOST_EXAMPLES:
        counted = exp.select(exp.Count(this=exp.Star())).from_(check.query.subquery("q"))
        found = connection.execute(counted.sql("duckdb", copy=False)).fetchone()
        rest = (int(found[0]) if found else 0) - MOST_EXAMPLES
        more = f" There {'is 1' if rest == 1 else f'are {rest:,}'} more like this."
    for number, row in enumerate(rows[:MOST_EXAMPLES], 1):
        last = more if number == MOST_EXAMPLES else ""
        yield Diagnostic(check.code, check.title, check.message(row) + last, check.span, check.hint)


class translated_errors:  # noqa: N801 - reads as a word in `with`
    """Turns what the database says into words for people: an overflow, a full disk."""

    def __init__(self, step: Step | None = None) -> None:
        self.step = step

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, RuntimeError) and "interrupted" in str(error).lower():
            raise KeyboardInterrupt from error
        where = "" if self.step is None else f" while working out: {self.step.title}"
        span = None if self.step is None else self.step.span
        if isinstance(error, (duckdb.OutOfRangeException, duckdb.ConversionException)):
            message = f"A figure has more digits than can be kept exactly{where}."
            hint = "See whether an amount, a rate or a quota in the records is far too large."
            raise Problems([Diagnostic(OVERFLOW, "A figure is too large", message, span, hint)]) from error
        if isinstance(error, (duckdb.IOException, OSError)):
            message = f"Files could not be written or read{where}: {_plain(str(error))}"
            raise Problems(
                [Diagnostic("storage", "The disk cannot be used", message, None, "Make room on the disk, then run it again.")]
            ) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            message = f"There is not enough memory or room on the disk{where}."
            raise Problems([Diagnostic("storage", "Memory is full", message, None, "Make room, then run it again.")]) from error
        if isinstance(error, (duckdb.InvalidInputException, duckdb.SerializationException)):
            message = f"A file of the records could not be read{where}: {_plain(str(error))}"
            hint = "See whether the file is whole; write it again if it is not."
            raise Problems([Diagnostic("storage", "A file cannot be read", message, None, hint)]) from error


def _plain(text: str) -> str:
    return text.split("\n", maxsplit=1)[0].removeprefix("IO Error: ")
