"""`compplan assign`: who looks after which account; near the best there is, with the proof, and the proof worked out again."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from compplan.cli import assign_report
from compplan.cli.arguments import Commands, Parser, add_command
from compplan.cli.assign_choices import add_choices
from compplan.cli.assign_leads import add_leads, verify_leads
from compplan.cli.assign_pay import add_pay, pay_beside
from compplan.cli.assign_why import add_why
from compplan.cli.pay_table import pay_as_json, pay_lines
from compplan.cli.scenarios import scenario_at
from compplan.cli.searching import add_limits, ended_by_ctrl_c, limits_of, progress_line
from compplan.cli.terminal import FINE, PROBLEMS, bold, note, say
from compplan.diagnostics.text import safe

NAME = "assign"


def add(commands: Commands[Parser]) -> None:
    """Adds the command and what it can assign."""
    about = "Assign accounts or leads to reps: balanced, near the best there is, with a proof."
    example = "  compplan assign territories north.yaml --seconds 60\n  compplan assign verify north.yaml north-assigned"
    command = add_command(commands, NAME, about, example, _nothing)
    inner = command.add_subparsers(metavar="WHAT", parser_class=Parser, required=True)
    _add_territories(inner)
    _add_verify(inner)
    add_why(inner)
    add_choices(inner)
    add_pay(inner)
    add_leads(inner)
    assign_report.add(inner)


def _nothing(_: Namespace) -> int:
    return FINE


def _add_territories(commands: Commands[Parser]) -> None:
    about = "Assign the accounts of a scenario to its reps. Ctrl-C ends the search: what was found till then is kept, with its proof."
    command = add_command(commands, "territories", about, "  compplan assign territories north.yaml --seconds 60 --gap 0.5%", _territories)
    command.add_argument("scenario", metavar="SCENARIO.yaml", help="the scenario")
    command.add_argument("--out", metavar="FOLDER", help="a new folder for the result; the scenario's name with -assigned if left out")
    add_limits(command)
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print the result")


def _add_verify(commands: Commands[Parser]) -> None:
    about = "Work out again what an assignment comes to, which rules it keeps, and how far from the best it can be; no solver is used."
    command = add_command(commands, "verify", about, "  compplan assign verify north.yaml north-assigned", _verify)
    command.add_argument("scenario", metavar="SCENARIO.yaml", help="the scenario")
    command.add_argument("result", metavar="FOLDER", help="the folder that `compplan assign territories` or `leads` wrote")


def _territories(args: Namespace) -> int:
    from compplan.assignment.problem import standing
    from compplan.assignment.scenario.read_problem import read_problem
    from compplan.assignment.territories.assign import assign
    from compplan.assignment.territories.before_solving import check_before_solving, explain_contradiction
    from compplan.assignment.territories.result_folder import write_result
    from compplan.assignment.territories.summary import as_json, summary_lines
    from compplan.whatif.territory_pay.pay_files import pay_writer

    file = Path(args.scenario)
    scenario = scenario_at(file)
    folder = Path(args.out) if args.out else file.with_name(f"{file.stem}-assigned")
    territories = read_problem(scenario)
    check_before_solving(territories)
    with pay_beside(scenario, territories) as pay_under:
        with ended_by_ctrl_c() as stopped, progress_line() as tell:
            territories, solution = assign(territories, limits_of(args), tell, stopped)
            if standing(territories.problem, solution.assigned).broken and not stopped():
                explain_contradiction(territories)
        pay = pay_under(solution.assigned)
    writers = [*([] if pay is None else [pay_writer(pay)]), assign_report.writer(scenario, territories, solution, folder)]
    files = write_result(folder, territories, solution, writers)
    if args.format == "json":
        paid = {} if pay is None else {"pay": pay_as_json(pay)}
        sys.stdout.write(json.dumps({**as_json(territories, solution), **paid}, indent=1, ensure_ascii=False) + "\n")
    else:
        say(bold(safe(scenario.form.title)))
        for line in summary_lines(territories, solution):
            say(line)
        for line in () if pay is None else pay_lines(pay, everyone=False):
            say(line)
    note(f"Files: {safe(str(folder))} ({', '.join(files)})")
    return PROBLEMS if as_json(territories, solution)["rules_broken"] else FINE


def _verify(args: Namespace) -> int:
    from compplan.assignment.leads.check import is_of_leads
    from compplan.assignment.scenario.read_problem import read_problem
    from compplan.assignment.territories.certificate import verify
    from compplan.assignment.territories.homes_proof import homes_lines, homes_wrong
    from compplan.assignment.territories.result_folder import read_homes, read_result
    from compplan.assignment.territories.summary import verdict_lines

    if is_of_leads(Path(args.scenario)):
        return verify_leads(Path(args.scenario), Path(args.result))
    territories = read_homes(Path(args.result), read_problem(scenario_at(args.scenario)))
    assigned, claimed = read_result(Path(args.result), territories)
    verdict = verify(territories.problem, assigned, claimed)
    verdict = replace(verdict, wrong=(*verdict.wrong, *homes_wrong(territories, assigned)))
    for line in verdict_lines(territories.problem, verdict, claimed):
        say(line)
    for line in () if verdict.wrong else homes_lines(territories, assigned, worked_out_again=True):
        say(line)
    return PROBLEMS if verdict.wrong else FINE
