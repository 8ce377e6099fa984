"""Measures `compplan run` against SQL written by hand for the same plan, in turns on the same machine.

Each run is a process of its own, timed from its start to its end; its memory is the most that the operating system saw it hold. The
ratio is that of the fastest runs. Without a plan file in benchmarks/project only the SQL is measured.

    python -m benchmarks.run --deals 1_000_000
    python -m benchmarks.run --deals 10_000_000 --folder somewhere --rounds 5 --check
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.make_deals import Size, make

HERE = Path(__file__).parent
MOST_TIMES = 1.3
MOST_BYTES = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Contender:
    """A command that works out the plan, the folder that it makes anew, and a query for what it paid: payee, month, amount."""

    name: str
    command: tuple[str, ...]
    results: Path
    payouts: str | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


class RunError(Exception):
    """A contender ended with an error, or paid something else; the message is for the reader."""


def engine(project: Path) -> Contender:
    """How the product is run on a project's whole year, and where it leaves its results. The one place that knows its command line."""
    command = (sys.executable, "-m", "compplan", "run", "--project", str(project), "--period", "2027")
    return Contender("compplan run", command, project / "runs", payouts=None)


def by_hand(records: Path, results: Path, sql: str = "by_hand.sql") -> Contender:
    """How a file of SQL written by hand is run."""
    command = (sys.executable, str(HERE / "by_hand.py"), str(records), str(results), "--sql", str(HERE / sql))
    return Contender(sql, command, results, f"SELECT payee, month, amount FROM {_parquet(results / 'payouts.parquet')}")


def measure(contender: Contender) -> Measured:
    """Run a contender once, from nothing; raises `RunError` with what it said where it ends with an error."""
    shutil.rmtree(contender.results, ignore_errors=True)
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(contender.command, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise RunError(f"{contender.name} ended with {process.returncode}:\n{said.read()[-2000:].decode(errors='replace')}")
    return Measured(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def check_rows(one: Contender, other: Contender) -> None:
    """Raise `RunError` unless both left the same rows, in whatever order, in every file."""
    for name in ("credits", "lines", "payouts"):
        prints = {_print_of(f"FROM {_parquet(c.results / f'{name}.parquet')}") for c in (one, other)}
        if len(prints) > 1:
            raise RunError(f"{one.name} and {other.name} differ in {name}")


def check_paid(one: Contender, other: Contender) -> bool:
    """Raise `RunError` unless both paid every payee the same in every month; no where one of them cannot be asked."""
    if one.payouts is None or other.payouts is None:
        return False
    monthly = "SELECT payee, month, sum(amount)::DECIMAL(18, 2) AS amount FROM ({}) GROUP BY ALL HAVING sum(amount) <> 0"
    if _print_of(monthly.format(one.payouts)) != _print_of(monthly.format(other.payouts)):
        raise RunError(f"{one.name} and {other.name} pay something else")
    return True


def _print_of(query: str) -> tuple[object, ...]:
    """The number of rows and a hash of them that their order does not change."""
    with duckdb.connect() as db:
        row = db.execute(f"SELECT count(*), sum(hash(result)::HUGEINT) FROM ({query}) AS result").fetchone()
    assert row is not None, "a count gives a row"
    return tuple(row)


def _parquet(file: Path) -> str:
    """A file as a quoted name in SQL."""
    return "'" + str(file).replace("'", "''") + "'"


def prepare(folder: Path, size: Size) -> Path:
    """The benchmark's project in `folder`, records and all; records of the same size and seed are kept from an earlier time."""
    project = folder / f"project-{size.deals}-{size.seed}"
    shutil.copytree(HERE / "project", project, dirs_exist_ok=True)
    if not (project / "data" / "team_quotas.parquet").exists():
        make(project / "data", size)
    return project


def compare(project: Path, rounds: int, check: bool) -> bool:
    """Measure in turns and print as it goes; whether the engine kept within its limits, which it does while there is no plan for it."""
    peer = by_hand(project / "data", project / "by_hand")
    contenders = [engine(project), peer] if list(project.glob("*.plan")) else [peer]
    best: dict[str, Measured] = {}
    for number in range(1, rounds + 1):
        for contender in contenders:
            measured = measure(contender)
            _say(f"round {number}", contender, measured)
            best[contender.name] = _better(best.get(contender.name, measured), measured)
    if check:
        plain = by_hand(project / "data", project / "plain", "plain.sql")
        _say("check", plain, measure(plain))
        check_rows(peer, plain)
        print("by_hand.sql and plain.sql give the same rows")
    if len(contenders) == 1:
        print("no plan in benchmarks/project yet: only the SQL was measured")
        return True
    return _judge(contenders[0], peer, best)


def _judge(product: Contender, peer: Contender, best: dict[str, Measured]) -> bool:
    """Print the ratio and the memory, and whether both are within the limits."""
    if check_paid(product, peer):
        print("both pay every payee the same in every month")
    times = best[product.name].seconds / best[peer.name].seconds
    work = best[product.name].cpu_seconds / best[peer.name].cpu_seconds
    peak = best[product.name].peak_bytes
    print(f"{times:.2f} times as long (at most {MOST_TIMES}), {work:.2f} times the work of the cores, which other programs disturb less")
    print(f"{peak / 2**30:.2f} GiB of memory (at most {MOST_BYTES / 2**30:.0f})")
    return times <= MOST_TIMES and peak <= MOST_BYTES


def _better(one: Measured, other: Measured) -> Measured:
    """The least time of both, and the most memory."""
    return Measured(min(one.seconds, other.seconds), min(one.cpu_seconds, other.cpu_seconds), max(one.peak_bytes, other.peak_bytes))


def _say(when: str, contender: Contender, measured: Measured) -> None:
    figures = f"{measured.seconds:7.2f} s  {measured.cpu_seconds:7.2f} s of all cores  {measured.peak_bytes / 2**30:5.2f} GiB"
    print(f"{when:<8} {contender.name:<14} {figures}", flush=True)


def main() -> int:
    """Read the command line and measure; 0 where the limits are kept, 1 where not."""
    parser = argparse.ArgumentParser(description="Measure compplan run against SQL written by hand.")
    parser.add_argument("--deals", type=int, default=10_000_000, help="how many deals (10_000_000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run; the fastest counts (3)")
    parser.add_argument("--folder", type=Path, help="where records and results go, and stay (a temporary folder)")
    parser.add_argument("--check", action="store_true", help="also run the obvious SQL once and compare every row")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="compplan-benchmark-") as passing:
        try:
            project = prepare(arguments.folder or Path(passing), Size.of(arguments.deals))
            return 0 if compare(project, arguments.rounds, arguments.check) else 1
        except RunError as failed:
            print(failed, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
