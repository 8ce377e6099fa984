"""Runs the benchmark's plan as SQL written by hand, and says how long each phase took and how much memory it all needed.

python -m benchmarks.by_hand RECORDS RESULTS
python -m benchmarks.by_hand RECORDS RESULTS --sql benchmarks/deals/plain.sql
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
_PHASE = re.compile(r"^-- phase: *(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the SQL, and what it took: seconds on the clock, and seconds of all cores together."""

    name: str
    seconds: float
    cpu_seconds: float


def run(sql: Path, records: Path, results: Path, threads: int = 2) -> tuple[Phase, ...]:
    """Run a file of SQL phase by phase on a folder of records; its Parquet files appear in `results`, which is made where it is missing."""
    results.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": threads, "preserve_insertion_order": False}) as db:
        db.execute("SET VARIABLE records = ?", [str(records)])
        db.execute("SET VARIABLE results = ?", [str(results)])
        return tuple(_timed(db, name, text) for name, text in _phases(sql.read_text(encoding="utf-8")))


def _phases(text: str) -> Iterator[tuple[str, str]]:
    """The name and the statements of each phase, in order."""
    _, *rest = _PHASE.split(text)
    return zip(rest[::2], rest[1::2], strict=True)


def _timed(db: duckdb.DuckDBPyConnection, name: str, statements: str) -> Phase:
    clock, cpu = time.perf_counter(), time.process_time()
    db.execute(statements)
    return Phase(name, time.perf_counter() - clock, time.process_time() - cpu)


def peak_bytes() -> int:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    """Read the command line, run, and print the figures."""
    parser = argparse.ArgumentParser(description="Run the benchmark's plan as SQL written by hand.")
    parser.add_argument("records", type=Path, help="the folder that make_deals.py wrote")
    parser.add_argument("results", type=Path, help="where credits, lines and payouts go")
    parser.add_argument("--sql", type=Path, default=HERE / "deals" / "by_hand.sql", help="the SQL to run (by_hand.sql)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    phases = run(arguments.sql, arguments.records, arguments.results, arguments.threads)
    if arguments.json:
        figures = [{"name": p.name, "seconds": p.seconds, "cpu_seconds": p.cpu_seconds} for p in phases]
        print(json.dumps({"phases": figures, "peak_bytes": peak_bytes()}))
        return
    for phase in phases:
        print(f"  {phase.name:<10} {phase.seconds:6.2f} s  {phase.cpu_seconds:6.2f} s of all cores")
    print(f"  {'together':<10} {sum(p.seconds for p in phases):6.2f} s  {sum(p.cpu_seconds for p in phases):6.2f} s")
    print(f"  {'memory':<10} {peak_bytes() / 2**30:6.2f} GiB")
    for file in sorted(arguments.results.glob("*.parquet")):
        print(f"  {file.name:<18} {file.stat().st_size / 1e6:8.1f} MB")


if __name__ == "__main__":
    main()
