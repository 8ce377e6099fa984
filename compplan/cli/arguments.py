"""Reading the command line: what commands share of it, and how wrong use is told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from compplan.calendar import FiscalPeriod
from compplan.cli.terminal import MISUSED, Misuse
from compplan.diagnostics import Problems
from compplan.diagnostics.text import safe

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

    from compplan.api import Company

ABOUT = "Sales compensation as code: plans in a small language, payouts to the cent, each one explained."
CODES = "exit codes: 0 fine, 1 problems found, 2 used wrongly"


class Parser(argparse.ArgumentParser):
    """Tells wrong use in one sentence, with where to read more."""

    def error(self, message: str) -> NoReturn:
        """Ends with the exit code for wrong use."""
        sys.stderr.write(f"{self.prog}: {safe(message)}\nSee {self.prog} --help.\n")
        raise SystemExit(MISUSED)

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Writes the help; unlike its parent it does not keep silent where it cannot be written."""
        stream = file or sys.stdout
        stream.write(self.format_help())
        sys.stdout.flush()


Commands = argparse._SubParsersAction  # the only name that argparse has for it


def new_parser() -> tuple[Parser, Commands[Parser]]:
    """The parser of the whole command line, and where commands are added."""
    parser = Parser(
        prog="compplan", description=ABOUT, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"compplan COMMAND --help shows an example of each.\n{CODES}",
    )  # fmt: skip
    parser.add_argument("--version", action="store_true", help="print the version")
    return parser, parser.add_subparsers(metavar="COMMAND", parser_class=Parser, required=True)


def add_command(commands: Commands[Parser], name: str, about: str, example: str, work: Callable[[argparse.Namespace], int]) -> Parser:
    """A command with its help: what it does, its arguments, an example."""
    command = commands.add_parser(
        name, help=about, description=about, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"example:\n{example}\n\n{CODES}",
    )  # fmt: skip
    command.set_defaults(work=work)
    return command


def add_project(command: Parser) -> None:
    """The argument PROJECT."""
    command.add_argument(
        "project", metavar="PROJECT", nargs="?", default=".", help="the folder with compplan.yaml; this folder if left out"
    )


def add_period(command: Parser) -> None:
    """The option --period, which must be given."""
    command.add_argument(
        "--period",
        metavar="PERIOD",
        required=True,
        type=period_argument,
        help="a month 2027-01, a quarter 2027-Q1, a half 2027-H1, a year 2027",
    )


def add_plan(command: Parser, about: str) -> None:
    """The option --plan."""
    command.add_argument("--plan", metavar="NAME", help=about)


def listed(text: str) -> list[str]:
    """The words of an option that names several, as in role,team."""
    return [word.strip() for word in text.split(",") if word.strip()]


def period_argument(text: str) -> FiscalPeriod:
    """The period that a word of the command line names."""
    from compplan.api import period_of

    try:
        return period_of(text)
    except Problems as problems:
        raise argparse.ArgumentTypeError(problems.diagnostics[0].message) from None


def opened(project: str) -> Company:
    """The project that is asked for. Raises `Misuse` where there is none, and `Problems` where it cannot be used."""
    from compplan.api import open_project

    try:
        return open_project(Path(project))
    except Problems as problems:
        first = problems.diagnostics[0]
        if first.code == "no-project":
            raise Misuse(f"{first.message} {first.hint}") from None
        raise
    except ValueError:
        raise Misuse(f"“{project}” is no name of a folder.") from None
