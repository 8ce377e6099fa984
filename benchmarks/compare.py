"""Measures what comparing two versions of a plan costs beside working out one, in turns on the same machine.

The versions differ in one component of the plan of `deals`: in a rate of the tiers that are worked out deal by deal, which are the dearest
part, in the amount of a bonus, or in a step of a team's. Each measurement is a process of its own, from its start to its end. A run
writes every step to files and hashes it; the plan alone in memory is the same work as a comparison does, with one version.

What both versions come to is held against the totals of each alone in memory.

    python -m benchmarks.compare --deals 1_000_000
    python -m benchmarks.compare --deals 10_000_000 --folder somewhere --rounds 3
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.make_deals import Size
from benchmarks.run import PROJECTS, Contender, Measured, RunError, better, engine, measure, prepare, say

PERIOD = "2027"
MOST_TIMES = 1.4
RUN, ALONE = "one run", "one in memory"


@dataclass(frozen=True, slots=True)
class Change:
    """What a version says otherwise: a text of the plan, and what stands in its place."""

    name: str
    old: str
    new: str


CHANGES = (
    Change("tiers", "from 2,500,000 USD: 8%", "from 2,500,000 USD: 9%"),
    Change("bonus", "pay    250 USD", "pay    300 USD"),
    Change("team", ": 0.8x", ": 0.9x"),
)


def version(folder: Path, change: Change) -> Path:
    """A plan file beside the project with one change; raises `RunError` where the plan does not say what is to change."""
    (plan,) = folder.glob("*.plan")
    text = plan.read_text(encoding="utf-8")
    if text.count(change.old) != 1:
        raise RunError(f"{plan.name} does not say once: {change.old}")
    file = folder / "versions" / change.name / plan.name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace(change.old, change.new), encoding="utf-8")
    return file


def alone(folder: Path, plan: Path, out: Path) -> Contender:
    """One version of the plan in memory, as a comparison works it out."""
    command = (sys.executable, "-m", "benchmarks.compare", "--folder", str(folder), "--alone", str(plan))
    return Contender(ALONE, command, out / "nothing", {}, out / "alone.json")


def comparison(folder: Path, change: Change, out: Path) -> Contender:
    """The plan and a version of it, compared."""
    command = (sys.executable, "-m", "compplan", "compare", str(folder), str(version(folder, change)), "--project", str(folder))
    return Contender(
        f"compare {change.name}", (*command, "--period", PERIOD, "--format", "json"), out / "nothing", {}, out / f"{change.name}.json"
    )


def work_out_alone(folder: Path, plan: Path) -> None:
    """Prints the total that the plan pays, worked out in memory."""
    from compplan.api import open_project, period_of
    from compplan.engine.database import open_database
    from compplan.engine.relations import STEPS, quoted
    from compplan.engine.steps import Months
    from compplan.engine.variants import Variant, make_variants
    from compplan.records.load import load_records
    from compplan.whatif.comparison.plan_side import plan_side

    project, period = open_project(folder).project, period_of(PERIOD)
    variant = Variant(ALONE, plan_side(project, str(plan)).plans)
    with tempfile.TemporaryDirectory(prefix="compplan-benchmark-") as spill, open_database(Path(spill)) as connection:
        load_records(project, connection)
        connection.execute("SET preserve_insertion_order = false")
        months = Months(period.first_month, period.last_month)
        (made,) = make_variants(connection, [variant], project.schema, project.calendar, months, period)
        row = connection.execute(f"SELECT sum(counted) FROM {STEPS}.{quoted(made.relation('payouts'))}").fetchone()
    assert row is not None, "a sum gives a row"
    print(json.dumps({"total": str(row[0])}))


def check_totals(folder: Path, out: Path) -> None:
    """Raise `RunError` unless every comparison came to what each of its versions comes to alone."""
    before = _total(folder, folder, out)
    for change in CHANGES:
        (currency,) = _told(comparison(folder, change, out))["currencies"]
        told = [Decimal(currency["total"][side]) for side in ("before", "after")]
        after = _total(folder, version(folder, change), out)
        if told != [before, after] or before == after:
            raise RunError(f"compare {change.name} told {told}, and alone they come to {before} and {after}")
    print("each comparison comes to what each of its versions comes to alone, and that differs")


def _total(folder: Path, plan: Path, out: Path) -> Decimal:
    contender = alone(folder, plan, out)
    measure(contender)
    return Decimal(_told(contender)["total"])


def _told(contender: Contender) -> Any:  # noqa: ANN401 - what a JSON text says
    assert contender.said is not None
    return json.loads(contender.said.read_text(encoding="utf-8"))


def compare(folder: Path, out: Path, rounds: int) -> bool:
    """Measure in turns and print as it goes; whether every comparison kept within its limit."""
    one_run = replace(engine(PROJECTS[0], folder), name=RUN)
    contenders = [one_run, alone(folder, folder, out), *(comparison(folder, change, out) for change in CHANGES)]
    best: dict[str, Measured] = {}
    for number in range(1, rounds + 1):
        for contender in contenders:
            measured = measure(contender)
            say(f"round {number}", contender, measured)
            best[contender.name] = better(best.get(contender.name, measured), measured)
    check_totals(folder, out)
    kept = [_tell(contender.name, best) for contender in contenders[2:]]
    return all(kept)


def _tell(name: str, best: Mapping[str, Measured]) -> bool:
    mine = best[name]
    for one in (RUN, ALONE):
        work, times = mine.cpu_seconds / best[one].cpu_seconds, mine.seconds / best[one].seconds
        print(f"{name:<14} {work:.2f} times the work of the cores for {one}, {times:.2f} times as long (at most {MOST_TIMES} is aimed at)")
    return all(mine.cpu_seconds <= MOST_TIMES * best[one].cpu_seconds for one in (RUN, ALONE))


def main() -> int:
    """Read the command line and measure; 0 where the limit is kept, 1 where not."""
    parser = argparse.ArgumentParser(description="Measure a comparison of two versions of a plan beside one run.")
    parser.add_argument("--deals", type=int, default=10_000_000, help="how many deals (10_000_000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; the fastest counts (3)")
    parser.add_argument("--folder", type=Path, help="where records and results go, and stay (a temporary folder)")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone is not None:
        work_out_alone(arguments.folder, arguments.alone)
        return 0
    with tempfile.TemporaryDirectory(prefix="compplan-benchmark-") as passing:
        try:
            folder = prepare(PROJECTS[0], arguments.folder or Path(passing), Size.of(arguments.deals))
            return 0 if compare(folder, Path(passing), arguments.rounds) else 1
        except RunError as failed:
            print(failed, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
