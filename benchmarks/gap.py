"""Measures the solver on generalised assignment problems of the literature.

A file holds `m n`, the costs (m rows of n), the uses (m rows of n) and the m capacities, parted by any white space: each of n jobs goes to
one of m agents, no agent uses more than its capacity, and the sum of costs is to be the least. Each is solved in a fresh process. What
comes out is checked against the file, and the bound is worked out again from its prices.

A best known value is said as `file=value`.

    python -m benchmarks.gap --seconds 60 gap/d05100.txt=6353 gap/e05100.txt
    python -m benchmarks.gap --make-d 20 100 --seed 3 > d20100.txt
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from compplan.assignment.bound import PRICE_UNIT, lower_bound
from compplan.assignment.problem import NO_LIMIT, Measure, Problem, standing
from compplan.assignment.solver.solve import Limits, solve


def read_problem(file: Path) -> Problem:
    numbers = np.array(file.read_text().split(), np.int64)
    m, n = int(numbers[0]), int(numbers[1])
    cost, uses = (numbers[2 + k * m * n : 2 + (k + 1) * m * n].reshape(m, n).T.copy() for k in (0, 1))
    capacity = numbers[2 + 2 * m * n : 2 + 2 * m * n + m]
    use = Measure("use", uses, np.full(m, -NO_LIMIT), capacity)
    names = [f"job {i}" for i in range(n)], [f"agent {j}" for j in range(m)]
    return Problem(*names, cost, np.ones((n, m), bool), (use,), np.zeros((n, m), np.int64))


def make_d(m: int, n: int, seed: int) -> str:
    """A problem of kind d (Chu and Beasley 1997): what costs little uses much, and capacities are four fifths of a fair share."""
    random = np.random.default_rng(seed)
    uses = random.integers(1, 101, (m, n))
    cost = 111 - uses + random.integers(-10, 11, (m, n))
    capacity = uses.sum(axis=1) * 8 // (10 * m)
    lines = [f"{m} {n}", *(" ".join(map(str, row)) for table in (cost, uses) for row in table.tolist()), " ".join(map(str, capacity))]
    return "\n".join(lines) + "\n"


def solve_one(file: Path, seconds: float, seed: int) -> None:
    """Solves one, and prints what came out as JSON."""
    problem = read_problem(file)
    solution = solve(problem, Limits(seconds=seconds, seed=seed))
    now = standing(problem, solution.assigned)
    proven = lower_bound(problem, solution.prices)
    found = {"value": now.total, "feasible": not now.broken, "by_prices": -(-proven // PRICE_UNIT), "by_search": solution.searched}
    sys.stdout.write(json.dumps(found))


def measure(name: str, seconds: float, seed: int) -> None:
    path, _, best = name.partition("=")
    began = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.gap", "--one", path, "--seconds", str(seconds), "--seed", str(seed)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    took = time.monotonic() - began
    bound = max(found["by_prices"], found["by_search"] or 0)
    beside = f", best known {best} ({found['value'] / int(best) - 1:+.3%})" if best else ""
    print(
        f"{Path(path).stem}: {found['value'] if found['feasible'] else 'NOT FEASIBLE'}{beside}, bound {bound} "
        f"(by prices {found['by_prices']}), gap {(found['value'] - bound) / found['value']:.3%}, {took:.1f} s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="files of problems, each with =VALUE where the best known is to be said")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to search; 60 if left out")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins; 1 if left out")
    parser.add_argument("--make-d", nargs=2, type=int, metavar=("AGENTS", "JOBS"), help="print a problem of kind d instead")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.make_d:
        agents, jobs = args.make_d
        sys.stdout.write(make_d(agents, jobs, args.seed))
    elif args.one:
        solve_one(args.one, args.seconds, args.seed)
    for name in args.files:
        measure(name, args.seconds, args.seed)


if __name__ == "__main__":
    main()
