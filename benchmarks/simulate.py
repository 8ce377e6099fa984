"""Measures `compplan simulate` beside the same replicates in SQL written by hand, in turns on the same machine.

A thousand replicates of a hundred thousand deals of three hundred payees: individual slices of attainment, and a team's step. Each run is
a process of its own. The SQL is given the draws, which compplan makes in its time: plain.sql makes a row for every deal that a replicate
draws, by_hand.sql adds deals up before it draws. Neither looks for bad records, works out which part of the cost drives its spread, or is
exact to the cent (it divides in binary fractions). What both come to is held against the forecast.

    python -m benchmarks.simulate
    python -m benchmarks.simulate --replicates 100 --deals 20_000 --payees 60
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.make_deals import Size, make
from benchmarks.run import Contender, Measured, RunError, better, measure, say
from compplan.calendar import Calendar, parse_period
from compplan.engine.steps import Months
from compplan.whatif.simulation.blocks import blocks_of
from compplan.whatif.simulation.history import History
from compplan.whatif.simulation.settings import Settings

HERE = Path(__file__).parent
PROJECT = HERE / "replicates"
MOST_TIMES, MOST_SECONDS, MOST_BYTES = 1.5, 60, 8 * 2**30
SEED = 1


def prepare(folder: Path, size: Size, replicates: int) -> None:
    """The project with its records, and the draws for the SQL."""
    make(folder / "data", size)
    for file in PROJECT.iterdir():
        if file.suffix != ".sql":
            shutil.copy(file, folder / file.name)
    period = parse_period("2027")
    assert period is not None
    settings = Settings(period, replicates, SEED)
    with duckdb.connect() as db:
        owners = db.execute(
            f"SELECT owner, min(month(close_date)) FROM '{folder}/data/deals.parquet' GROUP BY owner ORDER BY owner"
        ).fetchall()
        months = Months(period.first_month, period.last_month)
        names, since = tuple(o for o, _ in owners), tuple(months.first + m - 1 for _, m in owners)
        history = History(months, names, since, Calendar().start(period), months, size.deals)
        numbers, copies = blocks_of(history, (), settings).choose(range(replicates), SEED)
        db.execute("CREATE TABLE owners AS SELECT unnest($1) AS payee, unnest(range(len($1))) AS unit", [list(names)])
        drawn = pa.table({"replicate": numbers, "copy": copies - 1})
        db.register("drawn", drawn)
        db.execute(
            f"""COPY (
                SELECT replicate::INTEGER AS replicate, payee, (copy % 144 // 12 + 1)::INTEGER AS past, (copy % 12 + 1)::INTEGER AS asked
                FROM drawn JOIN owners ON unit = copy // 144
            ) TO '{folder}/data/choices.parquet' (FORMAT parquet)"""
        )


def contenders(folder: Path, replicates: int) -> tuple[Contender, ...]:
    """The product and its peers."""
    out = folder / "forecast"
    simulated = ("simulate", "--project", str(folder), "--period", "2027", "--replicates", str(replicates), "--seed", str(SEED))
    told = str(out / "it.json")
    program = f"import sys, os; from compplan.cli.main import main; os.mkdir({str(out)!r}); sys.stdout = open({told!r}, 'w'); main()"
    product = Contender("simulate", (sys.executable, "-c", program, *simulated, "--format", "json"), out, {})
    peers = []
    for sql in ("plain.sql", "by_hand.sql"):
        results = folder / sql.removesuffix(".sql")
        command = (sys.executable, str(HERE / "by_hand.py"), str(folder / "data"), str(results), "--sql", str(PROJECT / sql))
        peers.append(Contender(sql, command, results, {}))
    return (product, *peers)


def check(product: Contender, peer: Contender) -> None:
    """Raise `RunError` unless every replicate costs the same but for a cent for each payout, and chances and pay are the same."""
    found = json.loads((product.results / "it.json").read_text())["scenarios"][0]["currencies"][0]
    with duckdb.connect() as db:
        costs = [row[0] for row in db.execute(f"SELECT cost FROM '{peer.results}/costs.parquet' ORDER BY replicate").fetchall()]
        payees = db.execute(f"SELECT payee, pay, chance FROM '{peer.results}/payees.parquet' ORDER BY payee").fetchall()
    most = Decimal("0.02") * len(payees)
    apart = max(abs(Decimal(a) - b) for a, b in zip(found["costs"], costs, strict=True))
    mine = {p["payee"]: (p["quotas"][0]["chance"], [Decimal(p[k]) for k in ("p10", "p50", "p90")]) for p in found["payees"]}
    for payee, pay, chance in payees:
        if abs(mine[payee][0] - chance) > 1e-9 or any(abs(a - b) > Decimal("0.1") for a, b in zip(mine[payee][1], pay, strict=True)):
            raise RunError(f"{product.name} and {peer.name} differ for {payee}: {mine[payee]} and {chance, pay}")
    if apart > most:
        raise RunError(f"{product.name} and {peer.name} differ by {apart} in a replicate")
    print(f"{product.name} and {peer.name} cost the same in every replicate; the greatest difference is {apart}")


def main() -> int:
    """Read the command line and measure; 0 where the limits are kept, 1 where not."""
    parser = argparse.ArgumentParser(description="Measure compplan simulate beside SQL written by hand.")
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--payees", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=2, help="how often each is run; the fastest counts (2)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="compplan-benchmark-") as passing:
        folder = Path(passing)
        prepare(folder, Size(arguments.deals, arguments.payees), arguments.replicates)
        product, *peers = contenders(folder, arguments.replicates)
        best: dict[str, Measured] = {}
        try:
            for number in range(1, arguments.rounds + 1):
                for contender in (product, *peers):
                    measured = measure(contender)
                    say(f"round {number}", contender, measured)
                    best[contender.name] = better(best.get(contender.name, measured), measured)
            for peer in peers:
                check(product, peer)
        except RunError as failed:
            print(failed, file=sys.stderr)
            return 1
        mine = best[product.name]
        for peer in peers:
            times, work = mine.seconds / best[peer.name].seconds, mine.cpu_seconds / best[peer.name].cpu_seconds
            print(f"{times:.2f} times as long as {peer.name}, {work:.2f} times the work of the cores")
        kept = mine.seconds <= MOST_SECONDS and mine.peak_bytes <= MOST_BYTES
        return 0 if kept and mine.seconds <= MOST_TIMES * best["plain.sql"].seconds else 1


if __name__ == "__main__":
    sys.exit(main())
