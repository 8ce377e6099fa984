"""Makes the records of the second benchmark: people who change teams, four levels of managers, deals in three currencies, some cancelled.

Deals have owners and days as those of `make_deals`. Three people in ten change team, and with it their manager, once in the year.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.make_deals import PAYEES_PER_TEAM, YEAR, Size, coprime, draws

BELOW_ONE = 10
"""How many managers each manager has below."""


def make(folder: Path, size: Size, threads: int = 2) -> None:
    """Write people, deals and rates as `.parquet` into `folder`, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": threads}) as db:
        for statement in draws(size):
            db.execute(statement)
        for name, query in (("people", _people(size)), ("deals", _deals(size)), ("rates", _rates())):
            target = str(folder / f"{name}.parquet").replace("'", "''")
            db.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")


def _people(size: Size) -> str:
    """Reps with one or two rows each; teams, regions, areas and the company have a manager each, above one another."""
    regions = -(-size.teams // BELOW_ONE)
    areas = -(-regions // BELOW_ONE)
    return f"""
        WITH reps AS (
            SELECT n, n // {PAYEES_PER_TEAM} AS place, draw(n, 50) % 10 < 3 AS moves,
                   DATE '{YEAR}-01-10' + (draw(n, 51) % 340)::INTEGER AS last_day
            FROM range({size.payees}) AS reps(n)
        ), placed AS (
            SELECT n, place, DATE '{YEAR - 1}-01-01' AS starts, CASE WHEN moves THEN last_day END AS ends FROM reps
            UNION ALL
            SELECT n, (place + 1) % {size.teams}, last_day + 1, NULL FROM reps WHERE moves
        )
        SELECT format('P{{:05d}}', n + 1) AS person, 'rep' AS role, team(place) AS team, format('M{{:04d}}', place + 1) AS manager,
               starts, ends
        FROM placed
        UNION ALL
        SELECT format('M{{:04d}}', n + 1), 'manager', team(n), format('R{{:03d}}', n // {BELOW_ONE} + 1), DATE '{YEAR - 1}-01-01', NULL
        FROM range({size.teams}) AS managers(n)
        UNION ALL
        SELECT format('R{{:03d}}', n + 1), 'manager', 'region', format('A{{:02d}}', n // {BELOW_ONE} + 1), DATE '{YEAR - 1}-01-01', NULL
        FROM range({regions}) AS regions(n)
        UNION ALL
        SELECT format('A{{:02d}}', n + 1), 'manager', 'area', 'H1', DATE '{YEAR - 1}-01-01', NULL FROM range({areas}) AS areas(n)
        UNION ALL
        SELECT 'H1', 'manager', 'company', NULL, DATE '{YEAR - 1}-01-01', NULL
    """


def _deals(size: Size) -> str:
    """Deals of one year: 72 % won, six tenths in dollars, one in twenty cancelled within 150 days."""
    shuffle = coprime(size.deals, 7_368_787)
    normal = "sqrt(-2 * ln(chance(i, 3))) * cos(2 * pi() * chance(i, 4))"
    return f"""
        WITH drawn AS (
            SELECT i, chance(i, 1) AS owner_at, exp(ln(900) + 1.5 * {normal}) AS worth,
                   DATE '{YEAR}-01-01' + (draw(i, 8) % 365)::INTEGER AS close_date
            FROM range({size.deals}) AS deals(i)
        )
        SELECT format('D{{:08d}}', (i * {shuffle}) % {size.deals} + 1) AS deal,
               person(floor({size.payees} * owner_at * (0.4 + 0.6 * owner_at))::BIGINT) AS owner,
               CASE WHEN draw(i, 6) % 100 < 72 THEN 'Won' ELSE 'Lost' END AS stage,
               close_date,
               CASE WHEN draw(i, 52) % 100 < 60 THEN 'USD' WHEN draw(i, 52) % 100 < 85 THEN 'EUR' ELSE 'GBP' END AS currency,
               greatest(100, least(200000, worth))::DECIMAL(18, 2) AS amount,
               CASE WHEN draw(i, 53) % 100 < 5 THEN close_date + (draw(i, 54) % 150)::INTEGER END AS cancelled_date
        FROM drawn
    """


def _rates() -> str:
    """A rate for each of two currencies from each Monday on."""
    return f"""
        SELECT currency, (DATE '{YEAR - 1}-12-28' + (7 * n)::INTEGER) AS day,
               (base + (draw(n, seed) % 100000) / 1000000)::DECIMAL(18, 6) AS rate
        FROM range(54) AS weeks(n), (VALUES ('EUR', 1.05, 55), ('GBP', 1.2, 56)) AS bases(currency, base, seed)
        ORDER BY currency, day
    """
