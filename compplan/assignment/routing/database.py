"""A database opened, its tables brought up to date, and what it says of trouble in the reader's words."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from compplan.assignment.routing.tables import NEWEST, VERSION_TABLE
from compplan.diagnostics.model import Diagnostic, Problems
from compplan.diagnostics.storage import known_trouble

READING = {"reading": True}
"""Execution options of a connection that only reads: on SQLite it takes no lock."""

_UPGRADE_LOCK = 7_266_837
"""The number of the advisory lock under which PostgreSQL's tables are made, so that two programs do not make them at once."""


def open_database(at: str, *, flush: bool, wait: float) -> Engine:
    """The database of a file or an address, with its tables up to date.

    `flush` is whether each commit to a file waits for the disk, `wait` for how many seconds it is waited for others. Raises `Problems`.
    """
    url = _url(at)
    shown = shown_as(at, url)
    with told(shown, wait):
        engine = _sqlite(url, flush=flush, wait=wait) if url.get_backend_name() == "sqlite" else _postgresql(url, wait)
        _upgrade(engine, shown)
    return engine


def shown_as(at: str, url: URL) -> str:
    """A file or an address as messages show it: without the password."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True) if "://" in at else at


def _url(at: str) -> URL:
    if "://" not in at:
        return URL.create("sqlite", database=at)
    try:
        url = make_url(at)
    except (ArgumentError, ValueError):
        message = "The address of the database cannot be read."
        raise Problems([_problem("database-address", "This is no address of a database", message, _ADDRESS)]) from None
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        if find_spec("psycopg") is None:
            message = "To use PostgreSQL, compplan needs the package psycopg, which is not installed."
            raise Problems([_problem("no-driver", "PostgreSQL cannot be used yet", message, "Install compplan[postgresql].")])
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        message = f"The database {backend} is not supported."
        raise Problems([_problem("database-address", "This database is not supported", message, _ADDRESS)])
    return url


_ADDRESS = "Name a file, or write postgresql://user@host/database."


def _sqlite(url: URL, *, flush: bool, wait: float) -> Engine:
    engine = create_engine(url, connect_args={"timeout": wait, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connected(connection: SqliteConnection, _: object) -> None:
        """Transactions begin where we say so, and readers do not keep writers waiting."""
        connection.isolation_level = None
        _write_ahead(connection, wait)
        connection.execute(f"PRAGMA synchronous = {'FULL' if flush else 'NORMAL'}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        """Whoever writes takes the lock at once, so that two never work from the same state."""
        reads = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: SqliteConnection, wait: float) -> None:
    """Turns the write-ahead log on, which SQLite refuses while others begin to use a new file, however long one would wait."""
    from sqlite3 import OperationalError

    until = time.monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _postgresql(url: URL, wait: float) -> Engine:
    milliseconds = max(1, int(wait * 1000))
    options = {"connect_timeout": max(2, int(wait)), "options": f"-c lock_timeout={milliseconds}"}
    return create_engine(url, connect_args=options, pool_pre_ping=True)


def _upgrade(engine: Engine, shown: str) -> None:
    """Makes the tables, or brings those of an earlier version up to date; at most one program at a time does so."""
    with engine.connect().execution_options(**READING) as connection:
        if _version(connection) == NEWEST:
            return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _UPGRADE_LOCK})
        found = _version(connection)
        if found == NEWEST:
            return
        if found is not None and found > NEWEST:
            message = f"{shown} was made by a later version of compplan."
            raise Problems([_problem("database-newer", "The database is of a later version", message, "Use that version.")])
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return found


@contextmanager
def told(shown: str, wait: float) -> Iterator[None]:
    """Inside, what the database or the disk refuses becomes `Problems` that say so."""
    try:
        yield
    except SQLAlchemyError as error:
        raise Problems([_of(error, shown, wait)]) from None
    except OSError as error:
        raise Problems([_unusable(shown, error)]) from None
    except OverflowError:
        message = "A rep's quality would grow larger than can be kept."
        raise Problems([_problem("overflow", "A figure is too large", message, "Count the quality in a larger unit.")]) from None


_BUSY = re.compile(r"database is locked|lock timeout|LockNotAvailable|deadlock detected")
_FULL = re.compile(r"disk is full|No space left|could not extend file")
_PLAIN = (
    (re.compile(r"unable to open database file"), "the file cannot be opened", "See whether its folder is there and may be used."),
    (re.compile(r"readonly database"), "it cannot be written to", "Ask for permission to write there, or name another with --database."),
    (re.compile(r"not a database|malformed|file is encrypted"), "it is no database, or damaged", "Name another, or bring back a copy."),
    (re.compile(r"[Cc]onnection refused|could not translate host|failed to resolve|[Tt]imeout expired|timed out"),
     "nobody answers there", "See whether the server runs, and whether the address is right."),
    (re.compile(r"password authentication failed|no password supplied|role .* does not exist"),
     "the server does not let this user in", "See whether user and password are right; the password can stand in PGPASSWORD or .pgpass."),
    (re.compile(r"database .* does not exist"), "the server has no such database", "Make it with `createdb`, or name another."),
    (re.compile(r"permission denied"), "this user may not do that", "Ask whoever looks after the database."),
    (re.compile(r"terminating connection|server closed the connection|connection is lost|EOF detected"),
     "the server ended the connection", "Run it again; what was answered is kept."),
)  # fmt: skip


def _of(error: SQLAlchemyError, shown: str, wait: float) -> Diagnostic:
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    if _BUSY.search(said) or "LockNotAvailable" in type(getattr(error, "orig", error)).__name__:
        message = f"Another program has been using {shown} for {wait:g} seconds without a pause."
        return _problem("database-busy", "The database is in use", message, "Run it again, or wait longer with --wait.")
    if _FULL.search(said):
        message = f"{shown} cannot grow: the disk is full. What was answered before is kept."
        return _problem("database-full", "The disk is full", message, "Make room on the disk, then run it again.")
    return _unusable(shown, error, said)


def _unusable(shown: str, error: Exception, said: str | None = None) -> Diagnostic:
    said = said or str(error)
    for pattern, why, advice in _PLAIN:
        if pattern.search(said):
            return _problem("database-unusable", "The database cannot be used", f"{shown} cannot be used: {why}.", advice)
    known = known_trouble(error.orig if isinstance(error, DBAPIError) and error.orig is not None else error)
    why = known.why if known else f"it says “{(said.splitlines() or [''])[0].rstrip('. ')}”"
    advice = known.advice if known else "See whether it is there and may be used."
    return _problem("database-unusable", "The database cannot be used", f"{shown} cannot be used: {why}.", advice)


def _problem(code: str, title: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, title, message, hint=hint)
