"""Measures how many leads a second are routed: in memory, kept in SQLite, and in PostgreSQL where its address is given.

Forty reps share four pools, with products, languages and chances of winning; leads have log-normal values. `--data` takes leads, reps and
chances from a folder with leads.csv, reps.csv and affinity.csv instead, over and over again.

    python -m benchmarks.routing
    python -m benchmarks.routing --leads 100_000 --postgresql postgresql://user@host/database
    python -m benchmarks.routing --data leads/500_40

Both the clock's seconds and the processor's are told: where a machine does other things as well, the latter say more. `kept` is one commit
a lead, which outlives the end of the program at any point; `flushed` waits for the disk each time as well, which outlives a power cut;
`together` flushes up to 50 leads at once.
"""

from __future__ import annotations

import argparse
import csv
import gc
import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from compplan.assignment.routing import Router, open_router
from compplan.assignment.routing.status import status_of

START = datetime(2027, 1, 4, 8, tzinfo=UTC)
PRODUCTS, LANGUAGES, SEGMENTS = ("core", "cloud", "security", "data"), ("en", "es", "fr"), ("ENT", "MID", "SMB", "NEW")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=20_000, help="how many leads in memory; a tenth of it is kept in a database")
    parser.add_argument("--data", type=Path, help="a folder with leads.csv, reps.csv and affinity.csv")
    parser.add_argument("--postgresql", metavar="URL", default=os.environ.get("COMPPLAN_POSTGRESQL_URL"))
    args = parser.parse_args()
    gc.set_threshold(1_000_000)  # as the command does, too: nothing that is kept here is garbage
    rules, leads = from_folder(args.data, args.leads) if args.data else generated(args.leads)
    with tempfile.TemporaryDirectory(prefix="compplan-routing-") as name:
        folder = Path(name)
        measure("in memory", rules, leads, folder, None, memory=True)
        few = leads[: max(1, len(leads) // 10)]
        measure("SQLite, kept", rules, few, folder, "kept.db")
        measure("SQLite, flushed", rules, few, folder, "flushed.db", flush=True)
        measure("SQLite, together", rules, few, folder, "together.db", flush=True, together=50)
        if args.postgresql:
            measure("PostgreSQL", rules, few, folder, args.postgresql)


def measure(
    title: str,
    rules: Mapping[str, Any],
    leads: list[dict[str, Any]],
    folder: Path,
    database: str | None,
    *,
    memory: bool = False,
    flush: bool = False,
    together: int = 1,
) -> None:
    """Routes all leads, and says how long it took and how far the levels are apart at the end."""
    at = database if database is None or "://" in database else str(folder / database)
    name = f"benchmark {title} {time.time_ns()}"
    said = {**rules, "title": name, "database": {"at": at or "none.db", "flush": "yes" if flush else "no"}}
    file = folder / "routing.yaml"
    file.write_text(yaml.safe_dump(said), encoding="utf-8")
    with open_router(file, memory=memory) as router:
        began, worked = time.perf_counter(), time.process_time()
        given = sum(1 for answer in routed(router, leads, together) if answer["rep"] is not None)
        seconds, busy = time.perf_counter() - began, time.process_time() - worked
        worst = max((s.by / s.bound for s in status_of(router.rules, router.store) if s.by is not None and s.bound), default=0)
    print(f"{title:<18} {len(leads):>7,} leads, {given:>7,} given, {seconds:6.2f} s, {len(leads) / seconds:>7,.0f} a second, "
          f"{len(leads) / busy:>7,.0f} a second of the processor; "
          f"furthest ahead: {float(worst):.0%} of the bound")  # fmt: skip


def routed(router: Router, leads: list[dict[str, Any]], together: int) -> Iterator[Mapping[str, Any]]:
    """The answers, one by one or so many together."""
    if together == 1:
        yield from map(router.route, leads)
        return
    from compplan.assignment.routing.incoming import read_event

    for start in range(0, len(leads), together):
        events = [read_event(lead, router.rules, router.clock) for lead in leads[start : start + together]]
        for answer in router.route_together(events):
            if isinstance(answer, Exception):
                raise answer
            yield answer


def generated(count: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Forty reps in four pools, and leads for them."""
    chance = random.Random(1)
    reps = {}
    for number in range(40):
        products = ["core", *chance.sample(PRODUCTS[1:], chance.randint(1, 3))]
        languages = ["en", *chance.sample(LANGUAGES[1:], chance.randint(0, 2))]
        segments = chance.sample(SEGMENTS, chance.randint(2, 4))
        weight = str(chance.choice([0.5, 0.75, 1, 1, 1, 1.25]))
        reps[f"R{number:03}"] = {"weight": weight, "products": products, "languages": languages, "segments": segments}
    reps["R000"] = {"products": list(PRODUCTS), "languages": list(LANGUAGES), "segments": list(SEGMENTS)}
    rules = {
        "reps": reps,
        "pools": {s: {"leads": {"segment": s}, "reps": {"segments": s}, "window": "0.5"} for s in SEGMENTS},
        "needs": {"product": "products", "language": "languages"},
        "quality": "value",
        "chance": "chances",
    }
    leads = [
        {
            "lead": f"L{number:07}", "at": START + timedelta(seconds=20 * number), "segment": chance.choice(SEGMENTS),
            "product": chance.choice(PRODUCTS), "language": chance.choices(LANGUAGES, (8, 1, 1))[0],
            "value": int(chance.lognormvariate(8, 1)) + 1, "chances": {rep: round(chance.betavariate(2, 6), 3) for rep in reps},
        }
        for number in range(count)
    ]  # fmt: skip
    return rules, leads


def from_folder(folder: Path, count: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Reps, leads and chances of a folder; the leads come over and over again."""
    reps = {
        r["rep"]: {"weight": r["capacity"], "products": r["products"].split(";"), "languages": r["languages"].split(";")}
        for r in _rows(folder / "reps.csv")
    }
    chances: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _rows(folder / "affinity.csv"):
        chances[row["lead"]][row["rep"]] = float(row["win_probability"])
    rules = {
        "reps": reps,
        "pools": {"all": {"window": "0.5"}},
        "needs": {"product": "products", "language": "languages"},
        "quality": "value",
        "chance": "chances",
    }
    known = _rows(folder / "leads.csv")
    leads: list[dict[str, Any]] = []
    for number in range(count):
        row = known[number % len(known)]
        lead = {**row, "value": int(row["value"]), "chances": chances[row["lead"]], "lead": f"{row['lead']}-{number // len(known)}"}
        leads.append({**lead, "at": START + timedelta(seconds=20 * number)})
    return rules, leads


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
