"""Databases to try things on: a file, and PostgreSQL where there is one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

URL = os.environ.get("COMPPLAN_POSTGRESQL_URL")
WITHOUT = "no PostgreSQL: tools/postgresql.sh make test runs one beside the tests"

needs_postgresql = pytest.mark.skipif(not URL, reason=WITHOUT)


@contextmanager
def passing_postgresql() -> Iterator[str]:
    """The address of a new, empty database, which is dropped afterwards."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url

    assert URL is not None
    url = make_url(URL).set(drivername="postgresql+psycopg")
    name = f"routing_{uuid4().hex[:12]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(URL).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=needs_postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database of each sort: the name of a file that is not there yet, or an address."""
    if request.param == "sqlite":
        yield str(tmp_path / "state.db")
        return
    with passing_postgresql() as url:
        yield url
