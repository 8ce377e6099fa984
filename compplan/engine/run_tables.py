"""A finished run's steps as tables of a database of their own; of its credits, which are many, those of some payees."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from compplan.engine.relations import CALENDAR, RECORDS, STEPS, quoted
from compplan.engine.run_folder import Run


def open_database() -> duckdb.DuckDBPyConnection:
    """A database with nothing in it but the schemas."""
    connection = duckdb.connect()
    for name in (RECORDS, CALENDAR, STEPS):
        connection.execute(f'CREATE SCHEMA "{name}"')
    return connection


def open_tables(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Adds a view over each kind of record that the run kept and over each step, but for the credits.

    Raises `duckdb.Error` where a file is missing or cannot be read.
    """
    kept = {STEPS: [s for s in run.manifest.steps if s not in run.manifest.credits], RECORDS: _kept_records(run)}
    for database, names in kept.items():
        for name in names:
            connection.execute(f"CREATE VIEW {database}.{quoted(name)} AS SELECT * FROM read_parquet({_file(run, database, name)})")


def read_credits(connection: duckdb.DuckDBPyConnection, run: Run, payees: Sequence[str]) -> None:
    """Adds a table of each credit, with the payees' rows of it. Raises `duckdb.Error` as `open_tables` does."""
    marks = ", ".join("?" for _ in payees)
    for name in run.manifest.credits:
        chosen = f"SELECT * FROM read_parquet({_file(run, STEPS, name)}) WHERE payee IN ({marks})"
        connection.execute(f"CREATE TABLE {STEPS}.{quoted(name)} AS {chosen}", list(payees))


def unreadable(run: Run) -> str | None:
    """The first file of a run that is missing, cannot be read to its end, or has not as many rows as it was made with."""
    wanted: dict[tuple[str, str], int | None] = {(STEPS, name): facts.rows for name, facts in run.manifest.steps.items()}
    wanted |= {(RECORDS, name): None for name in _kept_records(run)}
    with duckdb.connect() as connection:
        for (database, name), rows in wanted.items():
            try:
                counted = connection.execute(
                    f"SELECT count(*), count(COLUMNS(*)) FROM read_parquet({_file(run, database, name)})"
                ).fetchone()
            except (duckdb.Error, OSError):
                return f"{database}/{name}.parquet"
            if counted is None or (rows is not None and counted[0] != rows):
                return f"{database}/{name}.parquet"
    return None


def _kept_records(run: Run) -> list[str]:
    return [p.stem for p in sorted((run.folder / RECORDS).glob("*.parquet"))]


def _file(run: Run, database: str, name: str) -> str:
    path = str(run.folder / database / f"{name}.parquet").replace("'", "''")
    return f"'{path}'"
