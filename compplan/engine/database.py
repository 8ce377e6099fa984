"""The engine's database: DuckDB in memory, with the records, the calendar and the steps as they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
from sqlglot import exp

from compplan.calendar import Calendar, FiscalPeriod
from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.storage import trouble
from compplan.engine import sql
from compplan.engine.missing_quotas import Sources, missing_quotas
from compplan.engine.relations import CALENDAR, RECORDS, STEPS, quoted
from compplan.engine.steps import Check, Lowered, Months, Step, Wanted
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
MOST_WANTED = 100_000
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


def create_kind(connection: duckdb.DuckDBPyConnection, kind: RecordKind) -> None:
    """An empty table for a kind of record."""
    columns = ", ".join(f"{quoted(c.name)} {physical_type(c)}" for c in kind.columns)
    connection.execute(f"CREATE TABLE {quoted(RECORDS)}.{quoted(kind.name)} ({columns})")


def insert_rows(connection: duckdb.DuckDBPyConnection, kind: RecordKind, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows of Python values into a kind's table; what is not among the columns stays empty."""
    if not rows:
        return
    names = ", ".join(quoted(c) for c in columns)
    types = [physical_type(c) for name in columns if (c := kind.column(name)) is not None]
    cells = ", ".join(f"CAST(unnest(?::VARCHAR[]) AS {t})" for t in types)
    values = [[_written(v) for v in column] for column in zip(*rows, strict=True)]
    connection.execute(f"INSERT INTO {quoted(RECORDS)}.{quoted(kind.name)} ({names}) SELECT {cells}", values)


def _written(value: object) -> str | None:
    """A value as text that the database reads as just that value."""
    match value:
        case None | str():
            return value
        case Fraction():
            return f"{sql.decimal_of(value):f}"
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def create_calendar(connection: duckdb.DuckDBPyConnection, calendar: Calendar, months: Months, schema: str = CALENDAR) -> None:
    """Every day of the months with its month, and every period of the calendar around them with its label, in a schema of that name."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
    numbers = list(range(months.first, months.last + 1))
    starts = [calendar.start_of_month(n) for n in numbers]
    lasts = [calendar.start_of_month(n + 1) - timedelta(days=1) for n in numbers]
    connection.execute(
        f"""CREATE TABLE {quoted(schema)}.days AS
            SELECT CAST(unnest(generate_series(m.first, m.last, INTERVAL 1 DAY)) AS DATE) AS day, CAST(m.number AS INTEGER) AS month
            FROM (SELECT unnest(?::DATE[]) AS first, unnest(?::DATE[]) AS last, unnest(?) AS number) m""",
        [starts, lasts, numbers],
    )
    periods = list(_periods(months))
    kinds, labels = [p.kind for p in periods], [p.label for p in periods]
    counted = [[p.number for p in periods], [p.first_month for p in periods], [p.last_month for p in periods]]
    days = [[calendar.start(p) for p in periods], [calendar.end(p) - timedelta(days=1) for p in periods]]
    connection.execute(
        f"""CREATE TABLE {quoted(schema)}.periods AS
            SELECT unnest(?) AS kind, unnest(?::INTEGER[]) AS number, unnest(?) AS label, unnest(?::INTEGER[]) AS first_month,
                unnest(?::INTEGER[]) AS last_month, unnest(?::DATE[]) AS first_day, unnest(?::DATE[]) AS last_day""",
        [kinds, counted[0], labels, counted[1], counted[2], days[0], days[1]],
    )


def _periods(months: Months) -> Iterator[FiscalPeriod]:
    for kind in PERIODS:
        size = MONTHS_IN[kind]
        yield from (FiscalPeriod(kind, n) for n in range(months.first // size, months.last // size + 1))


class Keeper:
    """Keeps a step as a table in memory; a run's keeper writes files instead."""

    def keep(self, connection: duckdb.DuckDBPyConnection, step: Step) -> None:
        """Make the step's relation under its name."""
        connection.execute(f"CREATE TABLE {STEPS}.{quoted(step.name)} AS {step.query.sql('duckdb', copy=False)}")


@dataclass(slots=True)
class AgainKeeper(Keeper):
    """Makes the same steps again and again, and remembers how: writing a query takes as long as working it out on few rows.

    A step that only passes rows on is a view.
    """

    texts: dict[str, str] = field(default_factory=dict)

    def keep(self, connection: duckdb.DuckDBPyConnection, step: Step) -> None:
        """Make the step's table, in place of the one that there is."""
        if step.name not in self.texts:
            sort = "VIEW" if step.query.find(exp.Join, exp.Group, exp.Window, exp.Distinct, exp.AggFunc, exp.Case) is None else "TABLE"
            self.texts[step.name] = f"CREATE OR REPLACE {sort} {STEPS}.{quoted(step.name)} AS {step.query.sql('duckdb', copy=False)}"
        connection.execute(self.texts[step.name])


def make_steps(
    connection: duckdb.DuckDBPyConnection,
    lowered: Lowered,
    keeper: Keeper,
    progress: Progress | None = None,
    sources: Sources | None = None,
) -> None:
    """Make every step and hold it to its checks.

    Raises Problems with all that is wrong at the first step that cannot be used; missing quotas are those of all steps, in one list, which
    names their files where `sources` does.
    """
    missing: dict[Wanted, Diagnostic] = {}
    for number, step in enumerate(lowered.steps, 1):
        if progress is not None:
            progress(step.title, number, len(lowered.steps))
        with translated_errors(step):
            failed = [d for c in step.checks if not _reads_itself(c, step) for d in _failed(connection, c, missing)]
            if not failed:
                keeper.keep(connection, step)
                failed = [d for c in step.checks if _reads_itself(c, step) for d in _failed(connection, c, missing)]
            if failed:
                raise Problems([missing_quotas(missing, sources or {})] if missing else failed)  # what is missing may be why it failed
    if missing:
        raise Problems([missing_quotas(missing, sources or {})])


def _failed(connection: duckdb.DuckDBPyConnection, check: Check, missing: dict[Wanted, Diagnostic]) -> list[Diagnostic]:
    """What a check finds; quotas that are missing are put with the others, as long as nothing else is wrong."""
    found = list(_run_check(connection, check))
    if not found or check.wanted is None:
        return found
    rows = _ordered(connection, check, MOST_WANTED)
    wanted = [(check.wanted(row), row) for row in rows]
    if any(w is None for w, _ in wanted):
        return found
    for quota, row in wanted:
        if quota is not None:
            missing.setdefault(quota, Diagnostic(check.code, check.title, check.message(row), check.span, check.hint))
    return []


def _reads_itself(check: Check, step: Step) -> bool:
    return check.guard is not None or any(t.name == step.name and t.db == STEPS for t in check.query.find_all(exp.Table))


def _run_check(connection: duckdb.DuckDBPyConnection, check: Check) -> Iterator[Diagnostic]:
    """A diagnostic for each of the first rows that a check finds, in order; the last of them counts the rest."""
    if check.guard is not None and connection.execute(check.guard.sql("duckdb", copy=False)).fetchone() is None:
        return
    rows = _ordered(connection, check, MOST_EXAMPLES + 1)
    more = ""
    if len(rows) > MOST_EXAMPLES:
        counted = exp.select(exp.Count(this=exp.Star())).from_(check.query.subquery("q"))
        found = connection.execute(counted.sql("duckdb", copy=False)).fetchone()
        rest = (int(found[0]) if found else 0) - MOST_EXAMPLES
        more = f" There {'is 1' if rest == 1 else f'are {rest:,}'} more like this."
    for number, row in enumerate(rows[:MOST_EXAMPLES], 1):
        last = more if number == MOST_EXAMPLES else ""
        yield Diagnostic(check.code, check.title, check.message(row) + last, check.span, check.hint)


def _ordered(connection: duckdb.DuckDBPyConnection, check: Check, most: int) -> list[tuple[object, ...]]:
    """The first rows that a check finds, in order."""
    ordered = check.query.copy().order_by(*(exp.Literal.number(i + 1) for i in range(len(check.query.selects))), copy=False)
    return connection.execute(ordered.limit(most, copy=False).sql("duckdb", copy=False)).fetchall()


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
            found = trouble(error)
            message = f"Files could not be written or read{where}: {found.why}."
            raise Problems([Diagnostic("storage", "The disk cannot be used", message, None, found.advice)]) from error
        if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
            found = trouble(error)
            message = f"The run could not go on{where}: {found.why}."
            raise Problems([Diagnostic("storage", "Memory is full", message, None, found.advice)]) from error
        if isinstance(error, (duckdb.InvalidInputException, duckdb.SerializationException)):
            message = f"A file of the records could not be read{where}: it is not what its ending says, or not whole."
            hint = "See whether the file is whole; write it again if it is not."
            raise Problems([Diagnostic("storage", "A file cannot be read", message, None, hint)]) from error
