"""What the records of a project say of the past: the months that can be drawn from, and who had records from when on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from compplan.calendar import Calendar, FiscalPeriod
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.relations import RECORDS, quoted
from compplan.engine.replicates.keys import DRAWS
from compplan.engine.steps import Months
from compplan.immutable import immutable
from compplan.whatif.simulation.kinds import DrawnKind
from compplan.whatif.simulation.settings import Settings

if TYPE_CHECKING:
    import duckdb

DAYS = "days"
"""Every day that a drawn record is dated by, with its month: `day`, `month`, and how many days of the month are before it, `passed`."""


@immutable
class History:
    """The months of the past that are drawn from, and whose draws there are: a name for each, and the first month with records of it.

    `first` and `months` are the first day that is drawn, and the months with such days; `counted` is how many records the history has.
    `undated` has the kinds with records that have no day: the kind, the column, and how many there are.
    """

    past: Months
    units: tuple[str, ...]
    since: tuple[int, ...]
    first: date
    months: Months
    counted: int
    undated: tuple[tuple[str, str, int], ...] = ()

    @property
    def spelled(self) -> str:
        """The months, as people write them."""
        first, last = (FiscalPeriod("month", m).label for m in (self.past.first, self.past.last))
        return first if first == last else f"{first} to {last}"

    @property
    def is_itself(self) -> bool:
        """Whether the period is drawn from its own records, as nothing is known before it."""
        return self.past.last >= self.months.first


def history_of(connection: duckdb.DuckDBPyConnection, calendar: Calendar, kinds: Sequence[DrawnKind], settings: Settings) -> History:
    """The history of kinds, whose records are in the database. Raises `Problems` where there is none."""
    first, months = settings.drawn(calendar)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {DRAWS}")
    days = _days(connection, kinds)
    if days is None:
        raise Problems([_nothing("No record of the kinds that are drawn has a day.")])
    _create_days(connection, calendar, *days)
    past = settings.history or _usual(connection, kinds, months)
    undated = tuple((k.kind.name, k.dated, count) for k in kinds if (count := _without_day(connection, k)))
    rows = connection.execute(
        f"""SELECT unit, min(month), count(*) FROM ({" UNION ALL ".join(dated_rows(k, k.kind.name) for k in kinds)}) r
        WHERE month BETWEEN {past.first} AND {past.last} GROUP BY unit ORDER BY unit"""
    ).fetchall()
    if not rows:
        first_day, end = calendar.start_of_month(past.first), calendar.start_of_month(past.last + 1)
        raise Problems([_nothing(f"No record that could be drawn lies from {first_day} on, before {end}.")])
    return History(past, tuple(r[0] for r in rows), tuple(r[1] for r in rows), first, months, sum(r[2] for r in rows), undated)


def dated_rows(kind: DrawnKind, table: str) -> str:
    """A query of the rows of a table of the kind that have a day: `unit`, `month` and all columns of the days."""
    return (
        f"""SELECT {unit_of(kind)} AS unit, d.* FROM {RECORDS}.{quoted(table)} r JOIN {DRAWS}.{DAYS} d ON d.day = r.{quoted(kind.dated)}"""
    )


def _without_day(connection: duckdb.DuckDBPyConnection, kind: DrawnKind) -> int:
    found = connection.execute(f"SELECT count(*) FROM {RECORDS}.{quoted(kind.kind.name)} WHERE {quoted(kind.dated)} IS NULL").fetchone()
    return 0 if found is None else int(found[0])


def unit_of(kind: DrawnKind) -> str:
    """Whose draws a row `r` of the kind belongs to."""
    return "''" if kind.each is None else f"coalesce(CAST(r.{quoted(kind.each)} AS VARCHAR), '')"


def _days(connection: duckdb.DuckDBPyConnection, kinds: Sequence[DrawnKind]) -> tuple[date, date] | None:
    found = [
        connection.execute(f"SELECT min({quoted(k.dated)}), max({quoted(k.dated)}) FROM {RECORDS}.{quoted(k.kind.name)}").fetchone()
        for k in kinds
    ]
    known = [row for row in found if row is not None and row[0] is not None]
    return (min(r[0] for r in known), max(r[1] for r in known)) if known else None


def _create_days(connection: duckdb.DuckDBPyConnection, calendar: Calendar, first: date, last: date) -> None:
    numbers = list(range(calendar.month_of(first), calendar.month_of(last) + 1))
    starts = [calendar.start_of_month(n) for n in [*numbers, numbers[-1] + 1]]
    connection.execute(
        f"""CREATE TABLE {DRAWS}.{DAYS} AS
        SELECT CAST(d AS DATE) AS day, CAST(number AS INTEGER) AS month, CAST(CAST(d AS DATE) - first AS INTEGER) AS passed
        FROM (SELECT unnest(?::DATE[]) AS first, unnest(?::DATE[]) AS until, unnest(?) AS number) m,
            unnest(generate_series(first, until - 1, INTERVAL 1 DAY)) AS s(d)""",
        [starts[:-1], starts[1:], numbers],
    )


def _usual(connection: duckdb.DuckDBPyConnection, kinds: Sequence[DrawnKind], months: Months) -> Months:
    """The months since the first record that are over before the first drawn month; where there are none, the drawn months themselves."""
    union = " UNION ALL ".join(dated_rows(k, k.kind.name) for k in kinds)
    row = connection.execute(f"SELECT min(month) FROM ({union}) r WHERE month < {months.first}").fetchone()
    return months if row is None or row[0] is None else Months(row[0], months.first - 1)


def _nothing(message: str) -> Diagnostic:
    hint = "Name months that have records with --history, such as 2026 or 2026-07..2027-06."
    return Diagnostic("simulation", "There is nothing to draw from", message, hint=hint)
