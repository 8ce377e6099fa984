"""Capacitated p-median: reps without a home, all alike, with one upper limit, whose homes are the customers' places.

    python benchmarks/cpmp.py FILE... [--seconds 60]

A file has `n p`, then for each customer x, y, capacity and demand. A distance is the whole part of the Euclidean one, or with two decimals
where the coordinates are those of a town plan, which have more than three digits. Each file is solved in a process of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.homes import Homes, placed
from compplan.assignment.homes_bound import homes_bound
from compplan.assignment.problem import NO_LIMIT, Measure, Problem, standing
from compplan.assignment.solver.homes_search import solve_with_homes
from compplan.assignment.solver.solve import Limits

OPTIMUM = {"cpmp01": 713, "cpmp06": 778, "cpmp16": 954, "SJC1": 17288}


def read(file: Path) -> tuple[Problem, Homes]:
    """The problem of a file, and the places."""
    numbers = file.read_text().split()
    n, p = int(numbers[0]), int(numbers[1])
    x, y, capacity, demand = np.array([float(v) for v in numbers[2 : 2 + 4 * n]]).reshape(n, 4).T
    distance = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    decimals = 2 if max(x.max(), y.max()) > 999 else 0
    travel = np.floor(distance).astype(np.int64) if decimals == 0 else np.rint(distance * 10**decimals).astype(np.int64)
    band = Measure("demand", demand.astype(np.int64)[:, None], np.full(p, -NO_LIMIT), np.full(p, int(capacity[0])))
    none = np.zeros((n, p), np.int64)
    names = tuple(f"customer {i}" for i in range(1, n + 1))
    reps = [f"median {j}" for j in range(1, p + 1)]
    problem = Problem(names, reps, none, none == 0, (band,), none, cost_decimals=decimals)
    at = tuple((f"{a:g}", f"{b:g}") for a, b in zip(x.tolist(), y.tolist(), strict=True))
    return problem, Homes(tuple(range(p)), names, at, travel, n)


def solve_one(file: Path, seconds: float) -> str:
    """Solves a file and says in a line what was found; the bound is worked out again."""
    problem, homes = read(file)
    began = time.monotonic()
    found = solve_with_homes(problem, homes, Limits(seconds=seconds))
    passed = time.monotonic() - began
    now = standing(placed(problem, homes, found.chosen), found.solution.assigned)
    unit = 10**problem.cost_decimals
    bound = homes_bound(problem, homes, found.prices) / PRICE_UNIT
    proven = max(bound, found.searched or 0)
    best = OPTIMUM.get(file.stem)
    off = "" if best is None else f"  {now.total / unit / best - 1:+7.2%} from {best}"
    kept = "keeps all rules" if not now.broken else "BREAKS RULES"
    gap = max(0.0, 1 - proven / max(now.total, 1))
    return (
        f"{file.stem:12}{len(problem.items):5} x {len(problem.reps):3}  cost {now.total / unit:10,.2f}  bound {bound / unit:10,.2f}  "
        f"searched {'-' if found.searched is None else f'{found.searched / unit:,.2f}':>10}  gap {gap:6.2%}  {passed:5.1f} s  {kept}{off}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    args = parser.parse_args()
    if len(args.files) == 1:
        print(solve_one(args.files[0], args.seconds), flush=True)
        return
    for file in args.files:
        subprocess.run([sys.executable, __file__, str(file), "--seconds", str(args.seconds)], check=True)


if __name__ == "__main__":
    main()
