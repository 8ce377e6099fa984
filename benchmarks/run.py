"""Measures `compplan run` against SQL written by hand for the same plan, in turns on the same machine.

Each run is a process of its own, timed from its start to its end; its memory is the most that the operating system saw it hold. The
ratio is that of the fastest runs. Peers: plain.sql says the plan in obvious SQL, by_hand.sql (of `deals`) is the same, tuned with all
that is known of DuckDB. Neither validates its records, keeps hashes, or can explain a figure, and the product does all three in its time.

What it gave on two cores stands in the README.

`deals` has tiers along a running total, a team's step, a bonus and a cap; `managers` has people who change teams, four levels of
managers, three currencies and a window in which cancelled deals are taken back.

    python -m benchmarks.run --deals 1_000_000
    python -m benchmarks.run --project managers
    python -m benchmarks.run --deals 10_000_000 --folder somewhere --rounds 5
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks import make_deals, make_managers
from benchmarks.make_deals import Size

HERE = Path(__file__).parent
MOST_TIMES = 1.3
MOST_BYTES = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Contender:
    """A command that works out the plan, the folder that it makes anew, and a query for each of its results, with the same columns.

    What it prints is kept in `said`, where that is a file.
    """

    name: str
    command: tuple[str, ...]
    results: Path
    outputs: Mapping[str, str]
    said: Path | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Project:
    """A project: how its records are made, the last of them, its peers, and how the product's results read as theirs do."""

    name: str
    make: Callable[[Path, Size], None]
    last: str
    peers: tuple[str, ...]
    outputs: Callable[[Path], Mapping[str, str]]


class RunError(Exception):
    """A contender ended with an error, or paid something else; the message is for the reader."""


def engine(project: Project, folder: Path) -> Contender:
    """How the product is run on a project's whole year, and where it leaves its results. The one place that knows its command line."""
    runs = folder / "runs"
    command = (sys.executable, "-m", "compplan", "run", str(folder), "--period", "2027", "--out", str(runs), "--format", "json")
    return Contender("compplan run", command, runs, project.outputs(runs / "*" / "steps"))


def _outputs_of_deals(steps: Path) -> Mapping[str, str]:
    def step(name: str) -> str:
        return _parquet(steps / f"{name}.parquet")

    lines = "SELECT '{}' AS component, payee, record AS deal, date AS close_date, earned FROM {}"
    return {
        "credits": f"SELECT record AS deal, payee, date AS close_date, share, credited FROM {step('credit_sale')}",
        "lines": lines.format("individual", step("earnings_benchmark_individual"))
        + " UNION ALL "
        + lines.format("bonus", step("earnings_benchmark_large")),
        "payouts": "SELECT payee, label AS month, CASE component WHEN 'large' THEN 'bonus' ELSE component END AS component, amount "
        f"FROM {step('payouts')} WHERE amount <> 0",
    }


def _outputs_of_managers(steps: Path) -> Mapping[str, str]:
    def step(name: str) -> str:
        return _parquet(steps / f"{name}.parquet")

    credit = "SELECT record AS deal, payee, via, date AS close_date, credited::DECIMAL(18, 2) AS credited FROM "
    return {
        "credits": f"{credit}{step('credit_sale')} UNION ALL {credit}{step('credit_managed')}",
        "lines": f"SELECT 'own' AS component, payee, record AS deal, date AS close_date, earned FROM {step('earnings_reps_own')}",
        "payouts": f"SELECT payee, label AS month, component, amount FROM {step('payouts')} WHERE amount <> 0",
    }


PROJECTS = (
    Project("deals", make_deals.make, "team_quotas", ("plain.sql", "by_hand.sql"), _outputs_of_deals),
    Project("managers", make_managers.make, "rates", ("plain.sql",), _outputs_of_managers),
)


def by_hand(project: Project, folder: Path, sql: str) -> Contender:
    """How a file of SQL written by hand is run."""
    results = folder / sql.removesuffix(".sql")
    command = (sys.executable, str(HERE / "by_hand.py"), str(folder / "data"), str(results), "--sql", str(HERE / project.name / sql))
    outputs = {name: f"FROM {_parquet(results / f'{name}.parquet')}" for name in ("credits", "lines", "payouts")}
    return Contender(sql, command, results, {**outputs, "payouts": f"{outputs['payouts']} WHERE amount <> 0"})


def measure(contender: Contender) -> Measured:
    """Run a contender once, from nothing; raises `RunError` with what it said where it ends with an error."""
    shutil.rmtree(contender.results, ignore_errors=True)
    with tempfile.TemporaryFile() if contender.said is None else contender.said.open("w+b") as said:
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
    """Raise `RunError` unless both left the same rows, in whatever order, in every result."""
    for name in one.outputs:
        if _print_of(one.outputs[name]) != _print_of(other.outputs[name]):
            raise RunError(f"{one.name} and {other.name} differ in {name}")
    print(f"{one.name} and {other.name} give the same {', '.join(one.outputs)}")


def _print_of(query: str) -> tuple[object, ...]:
    """The number of rows and a hash of them that their order does not change."""
    with duckdb.connect() as db:
        row = db.execute(f"SELECT count(*), sum(hash(result)::HUGEINT) FROM ({query}) AS result").fetchone()
    assert row is not None, "a count gives a row"
    return tuple(row)


def _parquet(file: Path) -> str:
    """A file as a quoted name in SQL."""
    return "'" + str(file).replace("'", "''") + "'"


def prepare(project: Project, folder: Path, size: Size) -> Path:
    """The project in a folder below `folder`, records and all; records of the same size and seed are kept from an earlier time."""
    made = folder / f"{project.name}-{size.deals}-{size.seed}"
    shutil.copytree(HERE / project.name, made, dirs_exist_ok=True)
    if not (made / "data" / f"{project.last}.parquet").exists():
        project.make(made / "data", size)
    return made


def compare(project: Project, folder: Path, rounds: int) -> bool:
    """Measure in turns and print as it goes; whether the engine kept within its limits beside the obvious SQL."""
    product = engine(project, folder)
    peers = [by_hand(project, folder, sql) for sql in project.peers]
    best: dict[str, Measured] = {}
    for number in range(1, rounds + 1):
        for contender in (product, *peers):
            measured = measure(contender)
            say(f"round {number}", contender, measured)
            best[contender.name] = better(best.get(contender.name, measured), measured)
    for peer in peers:
        check_rows(product, peer)
    for peer in peers:
        times = best[product.name].seconds / best[peer.name].seconds
        work = best[product.name].cpu_seconds / best[peer.name].cpu_seconds
        print(f"{times:.2f} times as long as {peer.name}, {work:.2f} times the work of the cores, which other programs disturb less")
    peak = best[product.name].peak_bytes
    print(f"{peak / 2**30:.2f} GiB of memory (at most {MOST_BYTES / 2**30:.0f}); at most {MOST_TIMES} times as long is aimed at")
    within = best[product.name].seconds <= MOST_TIMES * best[peers[0].name].seconds
    return within and peak <= MOST_BYTES


def better(one: Measured, other: Measured) -> Measured:
    """The least time of both, and the most memory."""
    return Measured(min(one.seconds, other.seconds), min(one.cpu_seconds, other.cpu_seconds), max(one.peak_bytes, other.peak_bytes))


def say(when: str, contender: Contender, measured: Measured) -> None:
    """Print what a contender took."""
    figures = f"{measured.seconds:7.2f} s  {measured.cpu_seconds:7.2f} s of all cores  {measured.peak_bytes / 2**30:5.2f} GiB"
    print(f"{when:<8} {contender.name:<14} {figures}", flush=True)


def main() -> int:
    """Read the command line and measure; 0 where the limits are kept, 1 where not."""
    parser = argparse.ArgumentParser(description="Measure compplan run against SQL written by hand.")
    parser.add_argument("--project", choices=[p.name for p in PROJECTS], default="deals", help="which project (deals)")
    parser.add_argument("--deals", type=int, default=10_000_000, help="how many deals (10_000_000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run; the fastest counts (3)")
    parser.add_argument("--folder", type=Path, help="where records and results go, and stay (a temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="compplan-benchmark-") as passing:
        try:
            project = next(p for p in PROJECTS if p.name == arguments.project)
            folder = prepare(project, arguments.folder or Path(passing), Size.of(arguments.deals))
            return 0 if compare(project, folder, arguments.rounds) else 1
        except RunError as failed:
            print(failed, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
