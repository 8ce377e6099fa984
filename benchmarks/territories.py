"""Measures `compplan assign territories` on instances of territories, and checks what comes out with arithmetic of its own.

An instance is a folder with accounts.csv (account, potential, hours, owner), reps.csv (rep), bands.csv (rep, potential_min, potential_max,
hours_min, hours_max) and cost.parquet (account, rep, cost; the pairs that are allowed). Each becomes a project in a temporary folder, and
the command is run on it as a process of its own, timed from its start to its end; its memory is the most that the operating system saw it
hold. The check reads the instance and the files of the result alone: whether each account has one rep who may have it, whether each rep is
within its bands, what it costs, and what the prices of the certificate, with its cuts and without, say that nothing can cost less than.
All of it in whole numbers.

    python -m benchmarks.territories --seconds 60 folder/10k_100 folder/1k_20
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

MEASURES = ("potential", "hours")
NONE = 2**62
"""Stands for the cost of a pair that is not allowed."""

PROJECT = """
company: Territories
currency: USD
records:
  people: {source: reps.csv, key: rep, columns: {rep: text}}
  accounts:
    source: accounts.csv
    key: account
    columns: {account: text, potential: number, hours: number, owner: people}
  bands:
    source: bands.csv
    key: rep
    columns: {rep: people, potential_min: number, potential_max: number, hours_min: number, hours_max: number}
  ways:
    source: cost.parquet
    key: [account, rep]
    columns: {account: accounts, rep: people, cost: number}
"""

SCENARIO = """
title: Territories
accounts: accounts
reps: people
owner: owner
balance:
  potential: {sum: potential, limits: {records: bands, rep: rep, at_least: potential_min, at_most: potential_max}}
  hours: {sum: hours, limits: {records: bands, rep: rep, at_least: hours_min, at_most: hours_max}}
cost:
  given: [{records: ways, account: account, rep: rep, amount: cost}]
"""


@dataclass(frozen=True, eq=False)
class Instance:
    """What the files of an instance say: the cost of each pair, what each account counts, and the bands (measures x reps x two ends)."""

    accounts: list[str]
    reps: list[str]
    cost: Any
    counts: Any
    bands: Any


@dataclass(frozen=True, slots=True)
class Checked:
    """What a result comes to; the bounds are in units of cost."""

    feasible: bool
    cost: int
    bound: float
    plain_bound: float

    @property
    def gap(self) -> float:
        return (self.cost - self.bound) / self.cost


def read_instance(folder: Path) -> Instance:
    db = duckdb.connect()
    accounts = db.sql(f"SELECT account, potential, hours FROM '{folder}/accounts.csv' ORDER BY account").fetchnumpy()
    ends = ", ".join(f"{m}_{end}" for m in MEASURES for end in ("min", "max"))
    bands = db.sql(f"SELECT rep, {ends} FROM '{folder}/bands.csv' ORDER BY rep").fetchnumpy()
    names, reps = [str(a) for a in accounts["account"]], [str(r) for r in bands["rep"]]
    db.execute(
        "CREATE TABLE a AS SELECT account, row_number() OVER (ORDER BY account) - 1 AS i FROM (SELECT unnest(?) AS account)", [names]
    )
    db.execute("CREATE TABLE r AS SELECT rep, row_number() OVER (ORDER BY rep) - 1 AS j FROM (SELECT unnest(?) AS rep)", [reps])
    pairs = db.sql(f"SELECT i, j, cost FROM '{folder}/cost.parquet' JOIN a USING (account) JOIN r USING (rep)").fetchnumpy()
    cost = np.full((len(names), len(reps)), NONE, np.int64)
    cost[pairs["i"], pairs["j"]] = pairs["cost"]
    counts = np.array([accounts[m] for m in MEASURES], np.int64)
    return Instance(names, reps, cost, counts, np.array([[bands[f"{m}_min"], bands[f"{m}_max"]] for m in MEASURES], np.int64))


def check(instance: Instance, result: Path) -> Checked:
    given = duckdb.connect().execute(f"SELECT account, rep FROM '{result}/assignment.csv' ORDER BY account").fetchall()
    place = {rep: j for j, rep in enumerate(instance.reps)}
    once = [a for a, _ in given] == instance.accounts
    assigned = np.array([place[r] for _, r in given])
    rows = np.arange(len(assigned))
    cost = instance.cost[rows, assigned]
    within = True
    for k in range(len(MEASURES)):
        load = np.zeros(len(instance.reps), np.int64)
        np.add.at(load, assigned, instance.counts[k])
        within &= bool(((load >= instance.bands[k, 0]) & (load <= instance.bands[k, 1])).all())
    proof = json.loads((result / "certificate.json").read_text())
    cuts, plain = (bound(instance, proof[p], proof["cost_decimals"]) for p in ("prices_with_cuts", "prices"))
    return Checked(once and within and bool((cost < NONE).all()), int(cost.sum()), max(cuts, plain), plain)


def bound(instance: Instance, prices: Any, decimals: int) -> float:  # noqa: ANN401 - what stood in a file
    """Each account's least cost less what the prices give for it, and what the prices come to at the ends of the bands."""
    unit = 10**decimals
    total = 0
    worth = [[int(prices["of_measures"][m][rep]) for rep in instance.reps] for m in MEASURES]
    for k in range(len(MEASURES)):
        for j, price in enumerate(worth[k]):
            total += price * int(instance.bands[k, 0 if price > 0 else 1, j])
    cut_terms: dict[int, Any] = {}
    for cut in prices.get("cuts", ()):
        j, coefficients, limit = _inequality(instance, cut)
        cut_terms[j] = cut_terms.get(j, 0) + coefficients * cut["price"]
        total -= limit * cut["price"]
    least = np.full(len(instance.accounts), NONE, np.int64)
    for j in range(len(instance.reps)):
        value = instance.cost[:, j] * 1_000_000 * unit - sum(instance.counts[k] * worth[k][j] for k in range(len(MEASURES)))
        value = value + cut_terms.get(j, 0)
        least = np.minimum(least, np.where(instance.cost[:, j] < NONE, value, NONE))
    return float(total + sum(least.tolist())) / 1_000_000 / unit


def _inequality(instance: Instance, cut: Any) -> tuple[int, Any, int]:  # noqa: ANN401
    """A band rounded by a divisor, with some accounts counted from the other side: sum of coefficients over the rep's is at most limit."""
    place = {a: i for i, a in enumerate(instance.accounts)}
    j, k, d = instance.reps.index(cut["rep"]), MEASURES.index(cut["measure"]), cut["divisor"]
    sign, end = (1, 1) if cut["end"] == "at most" else (-1, 0)
    row = np.where(instance.cost[:, j] < NONE, instance.counts[k] * sign, 0)
    held = np.zeros(len(row), bool)
    held[[place[a] for a in cut["counted_from_the_other_side"]]] = True
    limit = int(instance.bands[k, end, j]) * sign - int(row[held].sum())
    row = np.where(held, -row, row)
    part = limit % d
    rounded = (d - part) * (row // d) + np.maximum(0, row % d - part)
    return j, np.where(held, -rounded, rounded), (d - part) * (limit // d) - int(rounded[held].sum())


def measure(folder: Path, seconds: float, *, loud: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        project = Path(place)
        (project / "compplan.yaml").write_text(PROJECT)
        (project / "territories.yaml").write_text(SCENARIO)
        for name in ("accounts.csv", "reps.csv", "bands.csv", "cost.parquet"):
            shutil.copy(folder / name, project / name)
        file = project / "territories.yaml"
        command = [sys.executable, "-m", "compplan", "assign", "territories", str(file), "--seconds", str(seconds)]
        began = time.monotonic()
        with (
            (project / "said").open("w") as said,
            subprocess.Popen(command, stdout=said, stderr=None if loud else said) as process,
        ):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        took = time.monotonic() - began
        if not (project / "territories-assigned").exists():
            sys.exit(f"{folder}: the command ended with {process.returncode}\n{(project / 'said').read_text()}")
        found = check(read_instance(folder), project / "territories-assigned")
    print(
        f"{folder.name}: {took:.1f} s ({usage.ru_utime + usage.ru_stime:.1f} s of work), {usage.ru_maxrss / 2**20:.2f} GiB, "
        f"{'feasible' if found.feasible else 'NOT FEASIBLE'}, cost {found.cost:,}, bound {found.bound:,.1f} "
        f"(without cuts {found.plain_bound:,.1f}), gap {found.gap:.3%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="folders of instances")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the whole command may search; 60 if left out")
    parser.add_argument("--loud", action="store_true", help="show the command's progress")
    args = parser.parse_args()
    for folder in args.folders:
        measure(folder, args.seconds, loud=args.loud)


if __name__ == "__main__":
    main()
