"""`compplan assign why`: why an account is where it is, what binds a rep, and what each rule and band costs."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compplan.cli.arguments import Commands, Parser, add_command
from compplan.cli.scenarios import scenario_at
from compplan.cli.searching import ended_by_ctrl_c, limits_of, progress_line, solve_options
from compplan.cli.tables import Heading, table_lines
from compplan.cli.terminal import FINE, Misuse, bold, say
from compplan.diagnostics.suggest import closest
from compplan.diagnostics.text import safe

if TYPE_CHECKING:
    from compplan.assignment.problem import Whole
    from compplan.assignment.scenario.read_problem import Territories
    from compplan.assignment.territories.certificate import Certificate
    from compplan.assignment.territories.why_account import AccountWhy


@dataclass(frozen=True)
class _Asked:
    """A result, and how it is asked about."""

    territories: Territories
    assigned: Whole
    certificate: Certificate
    args: Namespace


def add_why(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = "Say why an account is where it is, what binds a rep, and what each rule and band costs; with --seconds, solved again."
    example = (
        "  compplan assign why north.yaml north-assigned --account ACME --account Initech\n"
        "  compplan assign why north.yaml north-assigned --rep ana.ruiz\n"
        "  compplan assign why north.yaml north-assigned --rules --seconds 20"
    )
    command = add_command(commands, "why", about, example, _why)
    command.add_argument("scenario", metavar="SCENARIO.yaml", help="the scenario")
    command.add_argument("result", metavar="FOLDER", help="the folder that `compplan assign territories` wrote")
    command.add_argument("--account", metavar="ACCOUNT", action="append", default=[], help="an account; may be said more than once")
    command.add_argument("--rep", metavar="REP", action="append", default=[], help="a rep; may be said more than once")
    command.add_argument("--rules", action="store_true", help="what each rule and band costs; so it is too where nothing else is asked for")
    solve_options(command, "solve again with another rep, or without a rule, for so long each, to confirm what it costs")
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print the answer")


def _why(args: Namespace) -> int:
    from compplan.assignment.scenario.read_problem import read_problem
    from compplan.assignment.territories.result_folder import read_homes, read_result
    from compplan.reports.territories.files import check_certificate

    territories = read_homes(Path(args.result), read_problem(scenario_at(args.scenario)))
    assigned, certificate = read_result(Path(args.result), territories)
    check_certificate(territories.problem, assigned, certificate, Path(args.result))
    asked = _Asked(territories, assigned, certificate, args)
    accounts = [_position(name, territories.accounts, "account") for name in args.account]
    reps = [_position(name, territories.problem.reps, "rep") for name in args.rep]
    told: dict[str, Any] = {}
    if accounts:
        told["accounts"] = [_account(asked, number) for number in accounts]
    if reps:
        told["reps"] = [_rep(asked, number) for number in reps]
    if args.rules or not told:
        told["rules"] = _rules(asked)
    if args.format == "json":
        sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return FINE


def _account(asked: _Asked, number: int) -> dict[str, Any]:
    from compplan.assignment.territories.why_account import why_account
    from compplan.assignment.territories.why_words import account_heading, account_lines, again_line, option_rows

    problem = asked.territories.problem
    why = why_account(asked.territories, asked.assigned, asked.certificate, number)
    again = _solved_again(asked, number, why)
    if asked.args.format == "text":
        _say_table(account_heading(why), *option_rows(problem, why))
        for line in account_lines(problem, why):
            say(safe(line))
        for rep, total in again.items():
            say(safe(again_line(problem, why, rep, total)))
        say()
    return {**asdict(why), "solved_again": again}


def _solved_again(asked: _Asked, number: int, why: AccountWhy) -> dict[str, int | None]:
    """What it comes to with the next best rep, and with the one of today, where that is asked for."""
    from compplan.assignment.problem import standing
    from compplan.assignment.solver.solve import solve
    from compplan.assignment.territories.why_account import only_at

    if asked.args.seconds is None and asked.args.rounds is None:
        return {}
    problem, item = asked.territories.problem, int(asked.territories.member[number])
    others = [o.rep for o in why.options if o.rep != why.chosen.rep]
    found: dict[str, int | None] = {}
    for rep in dict.fromkeys([*others[:1], *(r for r in others if r == why.before)]):
        held = only_at(problem, item, rep)
        with ended_by_ctrl_c() as stopped, progress_line() as tell:
            now = standing(held, solve(held, limits_of(asked.args), tell, stopped).assigned)
        found[rep] = None if now.broken else now.total
    return found


def _rep(asked: _Asked, number: int) -> dict[str, Any]:
    from compplan.assignment.territories.why_rep import why_rep
    from compplan.assignment.territories.why_words import bound_rows, rep_heading, rep_lines

    why = why_rep(asked.territories, asked.assigned, asked.certificate, number)
    if asked.args.format == "text":
        problem = asked.territories.problem
        _say_table(rep_heading(why), *bound_rows(problem, why))
        for line in rep_lines(problem, why):
            say(safe(line))
        say()
    return asdict(why)


def _rules(asked: _Asked) -> list[dict[str, Any]]:
    from compplan.assignment.territories.why_rules import why_rules
    from compplan.assignment.territories.why_words import RULES_NOTE, rule_rows

    args = asked.args
    limits = None if args.seconds is None and args.rounds is None else limits_of(args)
    with ended_by_ctrl_c() as stopped, progress_line() as tell:
        found = list(why_rules(asked.territories, asked.assigned, asked.certificate, limits, tell, stopped))
    if args.format == "text":
        _say_table("What each rule and band costs", *rule_rows(asked.territories.problem, found))
        say(RULES_NOTE)
    return [asdict(rule) for rule in found]


def _say_table(heading: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    say(bold(safe(heading)))
    headings = [Heading(text, right=number > 0 and text != "given to it alone") for number, text in enumerate(head)]
    for line in table_lines(headings, rows):
        say(line)


def _position(name: str, names: Sequence[str], what: str) -> int:
    listed = list(names)
    if name in listed:
        return listed.index(name)
    near = closest(name, listed)
    raise Misuse(f"there is no {what} {name}." + (f" Did you mean {near}?" if near else ""))
