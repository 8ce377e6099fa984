"""`compplan try`: what scenarios would cost, beside the plans and the records as they are. Neither is edited."""

from __future__ import annotations

import sys
from argparse import SUPPRESS, Namespace
from pathlib import Path

from compplan.cli.arguments import Commands, Parser, add_command, add_period, listed, opened
from compplan.cli.pages import add_page, check_page_name, write
from compplan.cli.tell import tell
from compplan.cli.terminal import FINE, Misuse, progress_bar

NAME = "try"


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = (
        "Try other rates, quotas, people or records beside today's, without editing any: what each scenario changes, what it costs, "
        "who gets more and who less. Scenarios stand in a YAML file, or in flags."
    )
    example = (
        '  compplan try --set "account_executive.own from 100%: 1.6x" --project plans --period 2027-Q1\n'
        "  compplan try plans/what-if.yaml --period 2027-Q1\n"
        "  compplan try plans/what-if.yaml --only faster --period 2027-Q1 --format markdown\n"
        "  compplan try plans/what-if.yaml --period 2027-Q1 --html what-if.html"
    )
    command = add_command(commands, NAME, about, example, work)
    command.add_argument("file", metavar="FILE", nargs="?", help="a YAML file with scenarios")
    of_set = (
        "a scenario of its own: NAME=FIGURE for a parameter, PLAN.COMPONENT and a sentence that changes it, "
        'or "quota MEASURE=110%%"; several are tried together'
    )
    command.add_argument("--set", metavar="CHANGE", action="append", dest="sets", help=of_set)
    add_period(command)
    of_project = "the project; if left out, that of FILE, else this folder"
    command.add_argument("--project", metavar="FOLDER", default=SUPPRESS, help=of_project)
    command.add_argument("--only", metavar="NAMES", help="the scenarios of FILE to try, as in faster,higher_quotas; one is told in full")
    by = "columns of people to group by, such as role,team; role, team and region if left out"
    command.add_argument("--by", metavar="COLUMNS", help=by)
    command.add_argument("--all", action="store_true", help="name everyone who gets more or less")
    command.add_argument("--set-aside", action="store_true", help="leave bad rows out")
    add_page(command)
    command.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="how to print it")


def work(args: Namespace) -> int:
    """Prints what comes of the scenarios."""
    from compplan.whatif.comparison.words import SHOWN, heading, sections
    from compplan.whatif.scenarios.asked import chosen, read_file, read_flags
    from compplan.whatif.scenarios.files import tried_as_json, tried_as_markdown
    from compplan.whatif.scenarios.try_scenarios import try_scenarios
    from compplan.whatif.scenarios.words import overview, overview_heading

    if args.file is None and not args.sets:
        raise Misuse("say what to try: a file with scenarios, or --set with a change.")
    check_page_name(args.html)
    named = None if args.only is None else listed(args.only)
    file = None if args.file is None else read_file(Path(args.file))
    args.project = getattr(args, "project", None) or (str(file.project) if file is not None else ".")
    project = opened(args.project).project
    asked = [*(chosen(file.scenarios, named) if file is not None else ()), *([read_flags(args.sets)] if args.sets else [])]
    groups = None if args.by is None else listed(args.by)
    with progress_bar() as progress:
        tried = try_scenarios(project, asked, args.period, groups, set_aside=args.set_aside, progress=progress)
    if args.html is not None:
        from compplan.reports.scenarios.page import page_of

        write(page_of(tried), args.html)
    if args.format == "text":
        if len(tried) == 1:
            tell(heading(tried[0].comparison), sections(tried[0].comparison, None if args.all else SHOWN))
        else:
            tell(overview_heading(tried), overview(tried))
    else:
        sys.stdout.write(tried_as_json(tried) if args.format == "json" else tried_as_markdown(tried))
    return FINE
