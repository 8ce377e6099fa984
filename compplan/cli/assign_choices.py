"""`compplan assign choices` and `compplan assign compare`: several assignments beside each other, so that a manager can pick one."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from compplan.cli.arguments import Commands, Parser, add_command
from compplan.cli.assign_report import writer
from compplan.cli.scenarios import scenario_at
from compplan.cli.searching import add_limits, ended_by_ctrl_c, limits_of, progress_line
from compplan.cli.tables import Heading, table_lines
from compplan.cli.terminal import FINE, bold, note, say
from compplan.diagnostics.text import safe

SHOWN = 20


def add_choices(commands: Commands[Parser]) -> None:
    """Adds both commands."""
    about = (
        "Assign the accounts of a scenario in five to nine ways that weigh balance, moves and ways differently, each with its proof. "
        "Each is a scenario file and a result beside it. Ctrl-C ends the search at hand, and no further choice is made."
    )
    command = add_command(commands, "choices", about, "  compplan assign choices north.yaml --seconds 20", _choices)
    command.add_argument("scenario", metavar="SCENARIO.yaml", help="the scenario")
    command.add_argument("--out", metavar="FOLDER", help="a new folder for the choices; the scenario's name with -choices if left out")
    add_limits(command, "how long to search for each; 20 if neither this nor --rounds is said")
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print the choices")
    about = "Say what two assignments of a scenario's accounts come to, side by side, and which accounts are in other hands."
    example = "  compplan assign compare north.yaml north-choices/as-asked north-choices/fewer-moves"
    command = add_command(commands, "compare", about, example, _compare)
    command.add_argument("scenario", metavar="SCENARIO.yaml", help="the scenario whose costs and bands count")
    command.add_argument("first", metavar="FOLDER", help="a result")
    command.add_argument("second", metavar="FOLDER", help="another")
    command.add_argument("--all", action="store_true", help=f"every account in other hands, not only the first {SHOWN}")
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print the comparison")


def _choices(args: Namespace) -> int:
    from compplan.assignment.new_folder import new_folder
    from compplan.assignment.scenario.read_problem import read_problem
    from compplan.assignment.territories.before_solving import check_before_solving
    from compplan.assignment.territories.choice_words import as_json, choice_lines, choice_rows
    from compplan.assignment.territories.make_choice import make_choices

    args.seconds = 20.0 if args.seconds is None and args.rounds is None else args.seconds
    file = Path(args.scenario)
    scenario = scenario_at(file)
    territories = read_problem(scenario)
    check_before_solving(territories)
    folder = Path(args.out) if args.out else file.with_name(f"{file.stem}-choices")
    with new_folder(folder) as place, ended_by_ctrl_c() as stopped, progress_line() as tell:
        made = list(make_choices(scenario, territories, place, limits_of(args), tell, stopped, partial(scenario_at, like=scenario), writer))
    if args.format == "json":
        sys.stdout.write(json.dumps(as_json(territories.problem, made), indent=1, ensure_ascii=False) + "\n")
    else:
        say(bold(safe(scenario.form.title)))
        _say_table(choice_rows(territories.problem, made))
        say()
        for line in choice_lines(made):
            say(safe(line))
    note(f"Files: {safe(str(folder))}, a scenario and a result for each choice")
    return FINE


def _compare(args: Namespace) -> int:
    from compplan.assignment.scenario.read_problem import read_problem
    from compplan.assignment.territories.choice_words import account_rows, comparison_json, comparison_rows, rep_rows
    from compplan.assignment.territories.compare import compare
    from compplan.assignment.territories.result_folder import read_assignment, read_homes
    from compplan.assignment.territories.sides import side_of

    territories = read_problem(scenario_at(args.scenario))
    problem = territories.problem
    sides = [(name, read_homes(Path(name), territories)) for name in (args.first, args.second)]
    first, second = (side_of(placed, name, read_assignment(Path(name), placed)) for name, placed in sides)
    found = compare(territories, first, second)
    if args.format == "json":
        sys.stdout.write(json.dumps(comparison_json(problem, found), indent=1, ensure_ascii=False) + "\n")
        return FINE
    _say_table(comparison_rows(problem, found))
    if not found.accounts:
        say("\nEvery account is with the same rep in both.")
        return FINE
    say(f"\n{len(found.accounts):,} accounts are in other hands.")
    _say_table(rep_rows(problem, found))
    say()
    _say_table(account_rows(problem, found, None if args.all else SHOWN))
    if not args.all and len(found.accounts) > SHOWN:
        say(f"... and {len(found.accounts) - SHOWN:,} more; --all shows them.")
    return FINE


def _say_table(table: tuple[tuple[str, ...], Sequence[tuple[str, ...]]]) -> None:
    head, rows = table
    texts = {"account", "first", "second", "today", "rep", "choice", "assignment"}
    for line in table_lines([Heading(text, right=text not in texts) for text in head], rows):
        say(line)
