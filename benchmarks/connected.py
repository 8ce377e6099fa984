"""Connected territories on a graph: feasible or not, cost, bound and gap, and how long it took.

    python benchmarks/connected.py GRAPH.graphml --reps 10 --seconds 60
    python benchmarks/connected.py --grid 30 --reps 12

A graph's nodes need `x` and `y`; every other figure of a node is an activity that each rep is to have within 5 % of an equal share. A
node costs its distance to the centre of the rep who has it, in hundredths. The centres are nodes, spread out and then moved to the middle
of what is nearest to them. A grid has two activities, drawn at random.
"""

from __future__ import annotations

import argparse
import sys
import time
import xml.etree.ElementTree as ET
from math import ceil, floor
from pathlib import Path

import numpy as np

from compplan.assignment.borders import Borders, borders_between
from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.problem import Measure, Problem, Real, Whole, standing
from compplan.assignment.solver.solve import Limits, Progress, solve
from compplan.assignment.territories.certificate import certify, verify

SPACE = "{http://graphml.graphdrawing.org/xmlns}"
PLACES = ("x", "y")


def from_graphml(file: Path) -> tuple[Real, dict[str, Whole], Borders]:
    """The places (n x 2), activities and borders of a graph's nodes."""
    root = ET.parse(file).getroot()
    names = {key.get("id"): key.get("attr.name") for key in root.iter(f"{SPACE}key") if key.get("for") == "node"}
    nodes = list(root.iter(f"{SPACE}node"))
    number = {node.get("id"): i for i, node in enumerate(nodes)}
    figures = [{names[d.get("key")]: float(d.text or 0) for d in node.iter(f"{SPACE}data")} for node in nodes]
    place = np.array([[f[name] for name in PLACES] for f in figures])
    activities = {name: np.array([round(f[name]) for f in figures], np.int64) for name in figures[0] if name not in PLACES}
    edges = [(number[e.get("source")], number[e.get("target")]) for e in root.iter(f"{SPACE}edge")]
    return place, activities, borders_between(len(nodes), np.array(edges, np.int64))


def grid(side: int, seed: int) -> tuple[Real, dict[str, Whole], Borders]:
    """A square of so many counties a side, with a potential and hours drawn at random."""
    random = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    edges = np.concatenate(
        [np.stack([number[:, :-1], number[:, 1:]], -1).reshape(-1, 2), np.stack([number[:-1], number[1:]], -1).reshape(-1, 2)]
    )
    place = np.stack(np.divmod(number.ravel(), side), axis=1) * 100.0 / side
    potential = np.ceil(np.exp(random.normal(4, 1, side * side))).astype(np.int64)
    hours = random.integers(5, 60, side * side)
    return place, {"potential": potential, "hours": hours}, borders_between(side * side, edges)


def problem_of(place: Real, activities: dict[str, Whole], borders: Borders, reps: int, within: float) -> Problem:
    """The problem: equal shares of each activity, plus or minus so much; the cost is the distance to the centres."""
    centres = _centres(place, reps)
    cost = np.rint(np.hypot(*(place[:, None, :] - place[centres][None, :, :]).transpose(2, 0, 1)) * 100).astype(np.int64)
    measures = []
    for name, weight in activities.items():
        share = float(weight.sum()) / reps
        low, high = ceil(share * (1 - within)), floor(share * (1 + within))
        measures.append(Measure(name, weight[:, None], np.full(reps, low, np.int64), np.full(reps, high, np.int64)))
    items, names = [f"node {i}" for i in range(len(place))], [f"rep {j}" for j in range(reps)]
    open_to = np.ones((len(place), reps), bool)
    return Problem(items, names, cost, open_to, tuple(measures), np.zeros(cost.shape, np.int64), cost_decimals=2, borders=borders)


def _centres(place: Real, reps: int) -> Whole:
    chosen = [int(np.hypot(*(place - place.mean(axis=0)).T).argmax())]
    while len(chosen) < reps:
        chosen.append(int(np.hypot(*(place[:, None] - place[chosen]).transpose(2, 0, 1)).min(axis=1).argmax()))
    centres = np.array(chosen)
    for _ in range(20):
        mine = np.hypot(*(place[:, None] - place[centres]).transpose(2, 0, 1)).argmin(axis=1)
        middles = [place[mine == j].mean(axis=0) for j in range(reps)]
        centres = np.array([int(np.hypot(*(place - middle).T).argmin()) for middle in middles])
    return centres


def main() -> int:
    """Runs it and prints what came out."""
    parser = argparse.ArgumentParser()
    parser.add_argument("graph", nargs="?", type=Path)
    parser.add_argument("--grid", type=int, metavar="SIDE")
    parser.add_argument("--reps", type=int, default=10)
    parser.add_argument("--within", type=float, default=0.05)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, help="so many neighbourhoods, whatever time they take")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--apart", action="store_true", help="without connection, to see what it costs")
    args = parser.parse_args()
    place, activities, borders = grid(args.grid, args.seed) if args.graph is None else from_graphml(args.graph)
    problem = problem_of(place, activities, borders, args.reps, args.within)
    if args.apart:
        object.__setattr__(problem, "borders", None)
    began, busy = time.perf_counter(), time.process_time()
    solution = solve(problem, Limits(None if args.rounds else args.seconds, rounds=args.rounds, seed=args.seed), _tell)
    took, busy = time.perf_counter() - began, time.process_time() - busy
    now = standing(problem, solution.assigned)
    verdict = verify(problem, solution.assigned, certify(problem, solution))
    bound = max(solution.bound / PRICE_UNIT, -np.inf if solution.searched is None else solution.searched)
    print(
        f"{len(problem.items)} x {len(problem.reps)}: {'rules broken' if now.broken else 'feasible'}, cost {now.total / 100:,.2f}, "
        f"bound {bound / 100:,.2f} (proven by prices {solution.bound / PRICE_UNIT / 100:,.2f}), "
        f"gap {(now.total - bound) / max(now.total, 1):.3%}, {took:.1f} s ({busy:.1f} s of a processor), {solution.rounds} rounds, "
        f"{'verified' if not verdict.wrong else '; '.join(verdict.wrong)}"
    )
    return 1 if now.broken else 0


def _tell(progress: Progress) -> None:
    best = "none" if progress.best is None else f"{progress.best:,.2f}" + ("" if progress.keeps_rules else " (rules broken)")
    print(f"{progress.seconds:7.1f} s  {progress.phase}: bound {progress.bound:,.2f}, best {best}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
