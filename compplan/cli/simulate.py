"""`compplan simulate`: what a period may cost that nobody knows yet, and how sure that is."""

from __future__ import annotations

import re
import sys
from argparse import SUPPRESS, ArgumentTypeError, Namespace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.arguments import Commands, Parser, add_command, add_period, listed, opened, period_argument
from compplan.cli.pages import add_page, check_page_name, write
from compplan.cli.tell import tell
from compplan.cli.terminal import FINE, Misuse, progress_bar

if TYPE_CHECKING:
    from compplan.records.project_file import Project
    from compplan.whatif.simulation.settings import Settings

NAME = "simulate"
_MONEY = re.compile(r"(?P<amount>(\d{1,3}(,\d{3})+|\d{1,15})(\.\d{1,4})?)( ?(?P<currency>[A-Z]{3}))?")


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = (
        "Draw a period many times over from the records of the past, pay each draw by the plans, and tell what the period may cost: "
        "P10, P50 and P90, the chance of exceeding a budget, each payee's chance of quota, and what drives the spread. "
        "With scenarios, all are paid for the same draws."
    )
    example = (
        '  compplan simulate --project plans --period 2027 --budget "3,000,000 USD"\n'
        '  compplan simulate --project plans --period 2027 --known-through 2027-06-30 --set "account_executive.own from 100%: 1.6x"\n'
        "  compplan simulate plans/what-if.yaml --period 2027 --html year.html"
    )
    command = add_command(commands, NAME, about, example, work)
    command.add_argument("file", metavar="FILE", nargs="?", help="a YAML file with scenarios, as compplan try takes it")
    command.add_argument("--set", metavar="CHANGE", action="append", dest="sets", help="a scenario of its own, as compplan try takes it")
    command.add_argument("--only", metavar="NAMES", help="the scenarios of FILE to simulate, as in faster,higher_quotas")
    add_period(command)
    of_project = "the project; if left out, that of FILE, else this folder"
    command.add_argument("--project", metavar="FOLDER", default=SUPPRESS, help=of_project)
    command.add_argument("--budget", metavar="AMOUNT", help='tell how likely the cost exceeds it, as in "3,000,000 USD"')
    _add_draws(command)
    by = "columns of people to group by, such as role,team; role, team and region if left out"
    command.add_argument("--by", metavar="COLUMNS", help=by)
    command.add_argument("--all", action="store_true", help="name all payees")
    command.add_argument("--set-aside", action="store_true", help="leave bad rows out")
    add_page(command)
    command.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="how to print it")


def _add_draws(command: Parser) -> None:
    """The options that say what is drawn, and how."""
    method = "draw whole pieces of the past, or as many records as a fitted season and trend expect (blocks)"
    command.add_argument("--method", choices=("blocks", "model"), default="blocks", help=method)
    command.add_argument("--replicates", metavar="N", type=_whole, default=1000, help="how many draws (1000)")
    command.add_argument("--seed", metavar="N", type=_whole, default=1, help="the same seed gives the same draws (1)")
    each = "who has draws of their own: payee, company (all together), or a column of the records such as segment (payee)"
    command.add_argument("--each", metavar="WHO", default="payee", help=each)
    command.add_argument(
        "--blocks", choices=("month", "quarter", "half", "year"), default="month", help="what is drawn as one piece (month)"
    )
    season = "which pieces may stand for each other: those at the same place in a quarter or in a year, or any (quarter)"
    command.add_argument("--season", choices=("none", "quarter", "year"), default="quarter", help=season)
    history = "the periods to draw from, as in 2026 or 2026-Q3..2027-Q2; all before the first drawn day if left out"
    command.add_argument("--history", metavar="PERIODS", help=history)
    known = "the last day that is known: records up to it are as they are"
    command.add_argument("--known-through", metavar="DATE", type=_day, help=known)
    command.add_argument("--draw", metavar="KINDS", help="the kinds of record to draw, as in deals,leads; all that people are credited for")
    pipeline = "open records are won or lost as those of the past were, as in deals.stage=Open"
    command.add_argument("--pipeline", metavar="KIND.COLUMN=OPEN", help=pipeline)
    dated = "by which of its dates a kind of record is drawn, as in leads=qualified_date"
    command.add_argument("--dated", metavar="KIND=COLUMN", action="append", default=[], help=dated)


def work(args: Namespace) -> int:
    """Prints the forecast, and writes its page where one is asked for."""
    from compplan.whatif.scenarios.asked import chosen, read_file, read_flags
    from compplan.whatif.simulation.files import forecasts_as_json, forecasts_as_markdown
    from compplan.whatif.simulation.project import simulate_project
    from compplan.whatif.simulation.words import SHOWN, heading, sections

    check_page_name(args.html)
    file = None if args.file is None else read_file(Path(args.file))
    args.project = getattr(args, "project", None) or (str(file.project) if file is not None else ".")
    project = opened(args.project).project
    named = None if args.only is None else listed(args.only)
    asked = [*(chosen(file.scenarios, named) if file is not None else ()), *([read_flags(args.sets)] if args.sets else [])]
    groups = None if args.by is None else listed(args.by)
    settings, budget = _settings(args), _budget(project, args.budget)
    with progress_bar() as progress:
        found = simulate_project(project, settings, asked, groups, budget, set_aside=args.set_aside, progress=progress)
    if args.html is not None:
        from compplan.reports.simulation.page import page_of

        write(page_of(found), args.html)
    if args.format == "text":
        tell(heading(found), sections(found, None if args.all else SHOWN))
    else:
        sys.stdout.write(forecasts_as_json(found) if args.format == "json" else forecasts_as_markdown(found))
    return FINE


def _settings(args: Namespace) -> Settings:
    from compplan.engine.steps import Months
    from compplan.whatif.simulation.settings import Settings

    history = None
    if args.history is not None:
        first, _, last = args.history.partition("..")
        try:
            start, end = period_argument(first), period_argument(last or first)
        except ArgumentTypeError as error:
            raise Misuse(f"--history: {error}") from None
        if start.first_month > end.last_month:
            raise Misuse("--history: the second period must not end before the first begins.")
        history = Months(start.first_month, end.last_month)
    dated = dict(_pair(text) for text in args.dated)
    kinds = None if args.draw is None else tuple(listed(args.draw))
    if kinds == ():
        raise Misuse("--draw: name the kinds of record to draw, as in deals,leads.")
    return Settings(
        args.period,
        args.replicates,
        args.seed,
        args.method,
        each=args.each,
        blocks=args.blocks,
        season=args.season,
        known_through=args.known_through,
        history=history,
        kinds=kinds,
        dated=dated,
        pipeline=None if args.pipeline is None else _pipeline(args.pipeline),
    )


def _pair(text: str) -> tuple[str, str]:
    kind, equals, column = text.partition("=")
    if not equals or not kind.strip() or not column.strip():
        raise Misuse(f"--dated: “{text}” is no KIND=COLUMN, such as leads=qualified_date.")
    return kind.strip(), column.strip()


def _pipeline(text: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"\s*(\w+)\.(\w+)\s*=\s*(.+?)\s*", text)
    if found is None:
        raise Misuse(f"--pipeline: “{text}” is no KIND.COLUMN=OPEN, such as deals.stage=Open.")
    return found[1], found[2], found[3]


def _budget(project: Project, text: str | None) -> Decimal | None:
    if text is None:
        return None
    found = _MONEY.fullmatch(text.strip())
    if found is None or (found["currency"] or project.schema.currency) != project.schema.currency:
        raise Misuse(f"--budget: “{text}” is no amount in {project.schema.currency}, such as 3,000,000 {project.schema.currency}.")
    return Decimal(found["amount"].replace(",", ""))


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise ArgumentTypeError(f"“{text}” is no whole number.")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no day such as 2027-06-30.") from None
