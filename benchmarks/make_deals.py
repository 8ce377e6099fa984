"""Makes the records of the benchmark: people, deals and quotas of one made-up company, as Parquet files.

The same seed and size give the same rows in the same order. Every column has the type in which validated records are stored, and deals
stand in no useful order. The number of payees follows the number of deals, so that at every size a payee's year runs through the same
tiers and about as many payees reach the cap.

    python -m benchmarks.make_deals FOLDER --deals 1_000_000
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

YEAR = 2027
DEALS_PER_PAYEE = 2_000
PAYEES_PER_TEAM = 10


@dataclass(frozen=True, slots=True)
class Size:
    """How much to make: deals, payees who own them, and the seed of everything that is drawn."""

    deals: int = 10_000_000
    payees: int = 5_000
    seed: int = 2027

    @staticmethod
    def of(deals: int, seed: int = 2027) -> Size:
        """The size with that many deals, and as many payees as keep a payee's year the same."""
        teams = max(1, deals // (DEALS_PER_PAYEE * PAYEES_PER_TEAM))
        return Size(deals, teams * PAYEES_PER_TEAM, seed)

    @property
    def teams(self) -> int:
        """Teams of ten payees, each under one manager."""
        return self.payees // PAYEES_PER_TEAM


def make(folder: Path, size: Size, threads: int = 2) -> None:
    """Write people, deals, quotas and team_quotas as `.parquet` into `folder`, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": threads}) as db:
        for statement in draws(size):
            db.execute(statement)
        for name, query in (
            ("people", _people(size)),
            ("deals", _deals(size)),
            ("quotas", _quotas(size)),
            ("team_quotas", _team_quotas(size)),
        ):
            target = str(folder / f"{name}.parquet").replace("'", "''")
            db.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")


def draws(size: Size) -> tuple[str, ...]:
    """Macros: `draw(i, use)` is a whole number, `chance(i, use)` lies between 0 and 1; `use` keeps draws for the same row apart."""
    return (
        f"CREATE MACRO draw(i, use) AS hash(i * 64 + use + {size.seed} * 1000003)",
        "CREATE MACRO chance(i, use) AS ((draw(i, use) % 4294967296)::DOUBLE + 0.5) / 4294967296",
        f"CREATE MACRO person(i) AS format('P{{:05d}}', ((i * {coprime(size.payees, 1_543)}) % {size.payees} + 1)::BIGINT)",
        "CREATE MACRO team(i) AS format('T{:04d}', (i + 1)::BIGINT)",
    )


def coprime(count: int, at_least: int) -> int:
    """The first number from `at_least` on that shares no factor with `count`: multiplying by it shuffles 0..count-1."""
    return next(n for n in range(at_least, at_least + count + 2) if math.gcd(n, count) == 1)


def _people(size: Size) -> str:
    """Reps in teams of ten, and the team's manager, who owns no deals."""
    return f"""
        SELECT format('P{{:05d}}', n + 1) AS person, 'rep' AS role, team(n // {PAYEES_PER_TEAM}) AS team,
               (84000 + 12000 * (draw(n, 40) % 12))::DECIMAL(18, 2) AS target_incentive
        FROM range({size.payees}) AS reps(n)
        UNION ALL
        SELECT format('M{{:04d}}', n + 1), 'manager', team(n), 180000::DECIMAL(18, 2)
        FROM range({size.teams}) AS managers(n)
    """


def _deals(size: Size) -> str:
    """Deals of one year: 72 % won, 20 % split 60/40 between two payees; some payees sell four times as much as others.

    The amounts are drawn as binary fractions, and are money only once they are rounded to the cent.
    """
    shuffle = coprime(size.deals, 7_368_787)
    normal = "sqrt(-2 * ln(chance(i, 3))) * cos(2 * pi() * chance(i, 4))"
    return f"""
        WITH drawn AS (
            SELECT i, chance(i, 1) AS owner_at, draw(i, 2) % 100 < 20 AS split, exp(ln(900) + 1.5 * {normal}) AS worth
            FROM range({size.deals}) AS deals(i)
        ), owned AS (
            SELECT *, floor({size.payees} * owner_at * (0.4 + 0.6 * owner_at))::BIGINT AS owner_number FROM drawn
        )
        SELECT format('D{{:08d}}', (i * {shuffle}) % {size.deals} + 1) AS deal,
               person(owner_number) AS owner,
               CASE WHEN split
                    THEN person((owner_number + 1 + draw(i, 5) % {size.payees - 1}) % {size.payees}) END AS second,
               CASE WHEN split THEN 0.6 ELSE 1 END::DECIMAL(18, 6) AS owner_share,
               CASE WHEN draw(i, 6) % 100 < 72 THEN 'Won' ELSE 'Lost' END AS stage,
               ['Core', 'Core Plus', 'Analytics', 'Connect', 'Support'][1 + (draw(i, 7) % 5)::INTEGER] AS product,
               DATE '{YEAR}-01-01' + (draw(i, 8) % 365)::INTEGER AS close_date,
               greatest(100, least(200000, worth))::DECIMAL(18, 2) AS amount,
               CASE WHEN draw(i, 9) % 100 < 60 THEN 'new' ELSE 'expansion' END AS kind
        FROM owned
    """


def _quotas(size: Size) -> str:
    """A quota for each payee and quarter."""
    return f"""
        SELECT format('P{{:05d}}', n + 1) AS person, format('{YEAR}-Q{{}}', q) AS quarter,
               (600000 + 25000 * (draw(n * 4 + q, 41) % 25))::DECIMAL(18, 2) AS quota
        FROM range({size.payees}) AS reps(n), range(1, 5) AS quarters(q)
        ORDER BY n, q
    """


def _team_quotas(size: Size) -> str:
    """A quota for each team and quarter, around what teams of ten sell."""
    return f"""
        SELECT team(n) AS team, format('{YEAR}-Q{{}}', q) AS quarter,
               (7000000 + 100000 * (draw(n * 4 + q, 42) % 50))::DECIMAL(18, 2) AS quota
        FROM range({size.teams}) AS teams(n), range(1, 5) AS quarters(q)
        ORDER BY n, q
    """


def main() -> None:
    """Read the command line and make the files."""
    parser = argparse.ArgumentParser(description="Make the records of the benchmark as Parquet files.")
    parser.add_argument("folder", type=Path, help="where the files go; made where it is missing")
    parser.add_argument("--deals", type=int, default=10_000_000, help="how many deals (10_000_000)")
    parser.add_argument("--seed", type=int, default=2027, help="another seed gives another company of the same size")
    arguments = parser.parse_args()
    started = time.perf_counter()
    make(arguments.folder, Size.of(arguments.deals, arguments.seed))
    print(f"{arguments.deals:,} deals in {time.perf_counter() - started:.1f} s")
    for file in sorted(arguments.folder.glob("*.parquet")):
        print(f"  {file.name:<20} {file.stat().st_size / 1e6:8.1f} MB")


if __name__ == "__main__":
    main()
