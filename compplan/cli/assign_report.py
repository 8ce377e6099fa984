"""`compplan assign report`: the page and the workbook of an assignment; and what `compplan assign territories` needs to write them."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.arguments import Commands, Parser, add_command
from compplan.cli.scenarios import scenario_at
from compplan.cli.terminal import FINE, say
from compplan.diagnostics.text import safe

if TYPE_CHECKING:
    from compplan.assignment.scenario.check import Scenario
    from compplan.assignment.scenario.read_problem import Territories
    from compplan.assignment.solver.solve import Solution
    from compplan.assignment.territories.result_folder import Writer


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = (
        "Write the page and the workbook of an assignment anew, from the folder with the result and the records. Nothing is written over."
    )
    example = "  compplan assign report north.yaml north-assigned --out for-managers"
    command = add_command(commands, "report", about, example, _report)
    command.add_argument("scenario", metavar="SCENARIO.yaml", help="the scenario")
    command.add_argument("result", metavar="FOLDER", help="the folder that `compplan assign territories` wrote")
    command.add_argument("--out", metavar="FOLDER", help="where to write the two files; the result's folder if left out")


def writer(scenario: Scenario, territories: Territories, solution: Solution, folder: Path) -> Writer:
    """Writes the report of a solution into a folder that is being made, and is going to be called `folder`; after its other files."""
    from compplan.assignment.territories.certificate import certify
    from compplan.reports.territories.figures import figures_of
    from compplan.reports.territories.files import write_report_beside

    certificate = certify(territories.problem, solution)
    figures = figures_of(scenario, territories, solution.assigned, certificate)
    return partial(write_report_beside, figures, folder.name)


def _report(args: Namespace) -> int:
    from compplan.assignment.scenario.read_problem import read_problem
    from compplan.assignment.territories.result_folder import read_homes, read_result
    from compplan.reports.territories.figures import figures_of
    from compplan.reports.territories.files import check_certificate, write_report_anew

    scenario, result = scenario_at(args.scenario), Path(args.result)
    territories = read_homes(result, read_problem(scenario))
    assigned, certificate = read_result(result, territories)
    check_certificate(territories.problem, assigned, certificate, result)
    figures = figures_of(scenario, territories, assigned, certificate)
    out = Path(args.out) if args.out else result
    for name in write_report_anew(figures, result, out):
        say(f"Written: {safe(str(out / name))}")
    return FINE
