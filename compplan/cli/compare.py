"""`compplan compare`: what other plans would have cost on the same records, who gets more and who less."""

from __future__ import annotations

import sys
from argparse import SUPPRESS, Namespace
from pathlib import Path

from compplan.cli.arguments import Commands, Parser, add_command, add_period, listed, opened
from compplan.cli.pages import add_page, check_page_name, write
from compplan.cli.tell import tell
from compplan.cli.terminal import FINE, progress_bar

NAME = "compare"


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = (
        "Pay a period by two sets of plans on the same records: what changed in the plans, what each costs, who gets more and who less. "
        "OLD and NEW are folders with a project, plan files, or revisions of the git repository that the project lies in."
    )
    example = (
        "  compplan compare plans/account_executive.plan new/account_executive.plan --project plans --period 2027-Q1\n"
        "  compplan compare HEAD plans --period 2027\n"
        "  compplan compare main plans --period 2027-Q1 --format markdown\n"
        "  compplan compare main plans --period 2027-Q1 --html new-rates.html"
    )
    command = add_command(commands, NAME, about, example, work)
    command.add_argument("old", metavar="OLD", help="a folder, a plan file, or a git revision")
    command.add_argument("new", metavar="NEW", help="another one")
    add_period(command)
    of_project = "the project whose records are paid; NEW or OLD where that is a project's folder, else this folder"
    command.add_argument("--project", metavar="FOLDER", default=SUPPRESS, help=of_project)
    by = "columns of people to group by, such as role,team; role, team and region if left out"
    command.add_argument("--by", metavar="COLUMNS", help=by)
    command.add_argument("--all", action="store_true", help="name everyone who gets more or less")
    command.add_argument("--set-aside", action="store_true", help="leave bad rows out")
    add_page(command)
    command.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="how to print it")


def work(args: Namespace) -> int:
    """Prints the comparison, and writes its page where one is asked for."""
    from compplan.whatif.comparison.compare import compare_plans
    from compplan.whatif.comparison.files import as_json, as_markdown
    from compplan.whatif.comparison.plan_side import plan_side
    from compplan.whatif.comparison.words import SHOWN, heading, sections

    check_page_name(args.html)
    args.project = getattr(args, "project", None) or _project(args.new) or _project(args.old) or "."
    project = opened(args.project).project
    groups = None if args.by is None else listed(args.by)
    before, after = plan_side(project, args.old), plan_side(project, args.new)
    with progress_bar() as progress:
        found = compare_plans(project, before, after, args.period, groups, set_aside=args.set_aside, progress=progress)
    if args.html is not None:
        from compplan.reports.comparison.page import page_of

        write(page_of(found), args.html)
    if args.format == "text":
        tell(heading(found), sections(found, None if args.all else SHOWN))
    else:
        sys.stdout.write(as_json(found) if args.format == "json" else as_markdown(found))
    return FINE


def _project(named: str) -> str | None:
    from compplan.schema import PROJECT_FILE

    return named if (Path(named) / PROJECT_FILE).is_file() else None
