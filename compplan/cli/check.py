"""`compplan check`: the project file and the plans, every problem at once."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.arguments import Commands, Parser, add_command, add_project, opened
from compplan.cli.terminal import FINE, PROBLEMS, is_folder, say, show_problems
from compplan.diagnostics import Problems
from compplan.diagnostics.render import Format

if TYPE_CHECKING:
    from compplan.api import Company

NAME = "check"


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = "Look for mistakes in the project file and the plans. Records are not read."
    command = add_command(commands, NAME, about, "  compplan check plans\n  compplan check plans --format concise", work)
    add_project(command)
    formats = [f.value for f in Format]
    command.add_argument("--format", choices=formats, default="full", help="full or concise for people; json, github or sarif for programs")


def work(args: Namespace) -> int:
    """Prints the problems; 1 where one of them is an error."""
    chosen = Format(args.format)
    try:
        company = opened(args.project)
    except Problems as problems:
        path = Path(args.project)
        show_problems(problems.diagnostics, path if is_folder(path) else path.parent, sys.stdout, chosen)
        return PROBLEMS
    found = company.check()
    show_problems(found, company.project.root, sys.stdout, chosen)
    if chosen is Format.FULL and not found:
        say(_fine(company))
    return PROBLEMS if any(d.is_error for d in found) else FINE


def _fine(company: Company) -> str:
    plans = company.plans()
    components, examples = sum(len(p.components) for p in plans), sum(len(p.examples) for p in plans)
    counts = ((len(plans), "plan"), (components, "component"), (examples, "example"))
    said = ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts)
    return f"No problems in {said}."
