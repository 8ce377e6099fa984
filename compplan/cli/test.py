"""`compplan test`: the examples that stand in the plans, each worked out and held to what it expects."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.arguments import Commands, Parser, add_command, add_plan, add_project, opened
from compplan.cli.figures import value_text
from compplan.cli.terminal import FINE, PROBLEMS, note, say, show_problems

if TYPE_CHECKING:
    from compplan.engine.examples import Outcome, Tried

NAME = "test"


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = "Work out the examples that stand in the plans, and compare them with what they expect."
    command = add_command(commands, NAME, about, "  compplan test plans\n  compplan test plans --plan account_executive", work)
    add_project(command)
    add_plan(command, "only the examples of this plan")


def work(args: Namespace) -> int:
    """Prints a line for each example, and what was found where it is not as expected."""
    company = opened(args.project)
    total = failed = 0
    for tried in company.test(args.plan):
        total += 1
        failed += not tried.passed
        _print(tried, company.project.root)
    if not total:
        note("There are no examples in the plans.")
    else:
        say(f"{total} example{'' if total == 1 else 's'}: {total - failed} as expected, {failed} not.")
    return PROBLEMS if failed else FINE


def _print(tried: Tried, root: Path) -> None:
    say(f"{'ok    ' if tried.passed else 'FAILED'} {tried.plan}: {tried.example.title}")
    for outcome in tried.outcomes:
        if not outcome.met:
            say(_difference(outcome, root))
    if tried.problems:
        show_problems(tried.problems, root, sys.stdout)


def _difference(outcome: Outcome, root: Path) -> str:
    """Where it stands, what was expected, and what was found."""
    wanted = outcome.expectation
    payee = "everyone" if wanted.payee is None else f'"{wanted.payee}"'
    whose = f"{wanted.text} for {payee}" + (f' on "{wanted.record}"' if wanted.record is not None else "")
    found = "nothing: there is no such figure" if outcome.found is None else value_text(outcome.found, wanted.unit)
    place = f"{root / wanted.span.file}:{wanted.span.line}:{wanted.span.column}"
    return f"       {place}\n       {whose} in {wanted.period.label}: expected {value_text(wanted.value, wanted.unit)}, found {found}"
