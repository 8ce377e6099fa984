"""`compplan assign leads`: a batch of leads given to reps, fairly or for the greatest revenue, with the proof."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.arguments import Commands, Parser, add_command
from compplan.cli.searching import add_limits, ended_by_ctrl_c, rewritten_line
from compplan.cli.terminal import FINE, PROBLEMS, bold, note, say
from compplan.diagnostics.text import safe

if TYPE_CHECKING:
    from compplan.assignment.leads.solve import Progress

SECONDS = 20.0


def add_leads(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = "Give a batch of leads to reps: fairly, or for the greatest revenue above a floor. Ctrl-C ends the search, and keeps the best."
    command = add_command(commands, "leads", about, "  compplan assign leads november.yaml --seconds 20", _leads)
    command.add_argument("scenario", metavar="SCENARIO.yaml", help="the scenario")
    command.add_argument("--out", metavar="FOLDER", help="a new folder for the result; the scenario's name with -assigned if left out")
    add_limits(command, f"how long to search at most; {SECONDS:.0f} if neither this nor --rounds is said")
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print the result")


def verify_leads(scenario: Path, folder: Path) -> int:
    """Works out again what a result comes to; says so."""
    from compplan.assignment.leads.certificate import verify
    from compplan.assignment.leads.check import read_leads_scenario
    from compplan.assignment.leads.read_leads import read_leads
    from compplan.assignment.leads.result_folder import read_leads_result
    from compplan.assignment.leads.summary import verdict_lines

    problem = read_leads(read_leads_scenario(scenario)).problem
    assigned, claimed = read_leads_result(folder, problem)
    verdict = verify(problem, assigned, claimed)
    for line in verdict_lines(problem, verdict, claimed):
        say(line)
    return PROBLEMS if verdict.wrong else FINE


def _leads(args: Namespace) -> int:
    from compplan.assignment.leads.check import read_leads_scenario
    from compplan.assignment.leads.pools import explain_floor
    from compplan.assignment.leads.read_leads import read_leads
    from compplan.assignment.leads.result_folder import write_leads
    from compplan.assignment.leads.solve import CannotBeMet, solve
    from compplan.assignment.leads.summary import as_json, summary_lines
    from compplan.assignment.new_folder import must_be_new
    from compplan.assignment.solver.solve import Limits

    file = Path(args.scenario)
    scenario = read_leads_scenario(file)
    folder = Path(args.out) if args.out else file.with_name(f"{file.stem}-assigned")
    must_be_new(folder)
    leads = read_leads(scenario)
    seconds = args.seconds if args.seconds is not None or args.rounds is not None else SECONDS
    with ended_by_ctrl_c() as stopped, rewritten_line(_words) as tell:
        try:
            solution = solve(leads.problem, Limits(seconds, args.gap, args.rounds, args.seed), tell, stopped)
        except CannotBeMet as found:
            note("The floor cannot be met; what binds is looked for.")
            raise explain_floor(leads, found) from None
    files = write_leads(folder, leads, solution)
    said = as_json(leads, solution)
    if args.format == "json":
        sys.stdout.write(json.dumps(said, indent=1, ensure_ascii=False) + "\n")
    else:
        say(bold(safe(scenario.form.title)))
        for line in summary_lines(leads, solution):
            say(safe(line))
    note(f"Files: {safe(str(folder))} ({', '.join(files)})")
    return PROBLEMS if said["rules_broken"] else FINE


def _words(progress: Progress) -> str:
    best = "" if progress.revenue is None else f": revenue {progress.revenue:,.0f}"
    gap = "" if progress.gap is None else f", gap {progress.gap:.2%}"
    return f"{_PHASES[progress.phase]}{best}{gap}"


_PHASES = {
    "prices": "looking for prices",
    "bound": "the bound is found",
    "exchanges": "exchanging leads",
    "neighbourhoods": "dividing a few reps' leads anew",
    "search": "searching through all there is",
    "revenue": "raising revenue where fairness allows",
}
