"""The benchmark's peer: the tuned SQL pays exactly what the obvious SQL pays, and what both pay adds up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from benchmarks.by_hand import HERE, run
from benchmarks.make_deals import Size, make

SIZE = Size.of(40_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("benchmark")
    make(made / "records", SIZE)
    run(HERE / "deals" / "by_hand.sql", made / "records", made / "by_hand")
    run(HERE / "deals" / "plain.sql", made / "records", made / "plain")
    return made


@pytest.fixture
def db(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name in ("deals", "people"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{folder}/records/{name}.parquet'")
        for name in ("credits", "lines", "payouts"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{folder}/by_hand/{name}.parquet'")
            connection.execute(f"CREATE VIEW plain_{name} AS FROM '{folder}/plain/{name}.parquet'")
        yield connection


@pytest.mark.parametrize("name", ["credits", "lines", "payouts"])
def test_both_give_the_same_rows(db: duckdb.DuckDBPyConnection, name: str) -> None:
    assert db.execute(f"FROM {name} EXCEPT ALL FROM plain_{name}").fetchall() == []
    assert db.execute(f"FROM plain_{name} EXCEPT ALL FROM {name}").fetchall() == []
    assert db.execute(f"DESCRIBE {name}").fetchall() == db.execute(f"DESCRIBE plain_{name}").fetchall()


def test_the_credits_of_a_deal_add_up_to_its_amount(db: duckdb.DuckDBPyConnection) -> None:
    off = """
        SELECT deal FROM deals LEFT JOIN credits USING (deal)
        WHERE stage = 'Won' GROUP BY deal, amount HAVING sum(credited) IS DISTINCT FROM amount
    """
    assert db.execute(off).fetchall() == []


def test_the_lines_of_a_month_add_up_to_what_it_pays(db: duckdb.DuckDBPyConnection) -> None:
    lines = "SELECT payee, strftime(close_date, '%Y-%m') AS month, component, sum(earned) AS amount FROM lines GROUP BY ALL"
    payouts = "SELECT payee, month, component, amount FROM payouts WHERE component IN ('individual', 'bonus')"
    assert db.execute(f"({lines}) EXCEPT ALL ({payouts})").fetchall() == []
    assert db.execute(f"({payouts}) EXCEPT ALL ({lines})").fetchall() == []


def test_nobody_is_paid_more_than_the_cap_and_somebody_reaches_it(db: duckdb.DuckDBPyConnection) -> None:
    shares = """
        SELECT max(paid - 4 * target_incentive), count(*) FILTER (paid = 4 * target_incentive)
        FROM (SELECT payee, sum(amount) AS paid FROM payouts GROUP BY payee) JOIN people ON person = payee
    """
    row = db.execute(shares).fetchone()
    assert row is not None
    over, capped = row
    assert over == 0
    assert capped > 0


def test_the_same_seed_makes_the_same_records_on_any_number_of_threads(folder: Path, tmp_path: Path) -> None:
    make(tmp_path, SIZE, threads=1)
    for file in (folder / "records").iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()
