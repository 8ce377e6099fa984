"""An assignment of a small project, in figures, for tests of its report."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from compplan.assignment.bound import Prices, lower_bound
from compplan.assignment.problem import standing
from compplan.assignment.scenario.check import read_scenario
from compplan.assignment.scenario.read_problem import read_problem
from compplan.assignment.solver.solve import Limits
from compplan.assignment.territories.assign import assign
from compplan.assignment.territories.certificate import Certificate, certify, fingerprint
from compplan.reports.territories.figures import Figures, figures_of
from tests.support.territory_project import SCENARIO, write_territories

TRAVEL = "  travel: {from: [latitude, longitude], to: [latitude, longitude], times: visits, each_km: 0.1}\n"


def with_names(folder: Path, account: str, rep: str) -> None:
    """Gives account a00 and rep ana a name, in a project that was written; all others have none."""
    project = folder / "compplan.yaml"
    text = project.read_text().replace("{person: text,", "{person: text, name: {type: text, optional: true},")
    project.write_text(text.replace("      account: text\n", "      account: text\n      name: {type: text, optional: true}\n", 1))
    for file, key, name in (("people.csv", "ana", rep), ("accounts.csv", "a00", account)):
        quoted = '"' + name.replace('"', '""') + '"'
        head, *rows = (folder / file).read_text().splitlines()
        named = [f"{k},{quoted if k == key else ''},{rest}" for k, rest in (row.split(",", 1) for row in rows)]
        (folder / file).write_text("\n".join([head.replace(",", ",name,", 1), *named]) + "\n", encoding="utf-8")


def figures_from(file: Path) -> Figures:
    """The figures of a scenario's best assignment."""
    scenario = read_scenario(file)
    territories = read_problem(scenario)
    territories, solution = assign(territories, Limits(seconds=None, rounds=5), lambda _: None, lambda: False)
    return figures_of(scenario, territories, solution.assigned, certify(territories.problem, solution))


def all_moved(folder: Path, accounts: int) -> Figures:
    """The figures of an assignment that nobody would want: every account of a larger project goes to the next rep."""
    scenario = read_scenario(write_territories(folder, accounts=accounts))
    territories = read_problem(scenario)
    problem = territories.problem
    assigned = (territories.owner + 1) % len(problem.reps)
    now, prices = standing(problem, assigned), Prices(np.zeros((len(problem.measures), len(problem.reps)), np.int64))
    proof = Certificate(fingerprint(problem), now.cost, now.total, lower_bound(problem, prices), None, prices, prices)
    return figures_of(scenario, territories, assigned, proof)


def figures(folder: Path, scenario: str = SCENARIO) -> Figures:
    """The figures of the small project under a scenario."""
    return figures_from(write_territories(folder, scenario))
