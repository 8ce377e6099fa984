"""`compplan init`: a small project that works, to change into one's own."""

from __future__ import annotations

from argparse import Namespace
from importlib.resources import files
from pathlib import Path

from compplan.cli.arguments import Commands, Parser, add_command
from compplan.cli.terminal import FINE, Misuse, say
from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.storage import trouble

NAME = "init"
FILES = ("compplan.yaml", "sales.plan", "data/people.csv", "data/deals.csv", "data/quotas.csv")


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = "Start a project: a project file, a plan with an example, and a few records. Nothing is overwritten."
    command = add_command(commands, NAME, about, "  compplan init my-company\n  compplan run my-company --period 2027-Q1", work)
    command.add_argument("folder", metavar="FOLDER", nargs="?", default=".", help="where to put it; this folder if left out")


def work(args: Namespace) -> int:
    """Writes the files, unless one of them is there already."""
    folder = Path(args.folder)
    there = [name for name in FILES if _exists(folder / name)]
    if there:
        raise Misuse(f"{folder} already holds {', '.join(there)}, and nothing is overwritten. Name another folder.")
    start = files("compplan.cli") / "start"
    try:
        for name in FILES:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write((start / name).read_text(encoding="utf-8"))
    except OSError as error:
        found = trouble(error)
        message = f"{folder} cannot be written to: {found.why}."
        raise Problems([Diagnostic("storage", "The project cannot be written", message, None, found.advice)]) from None
    say(_next_steps(folder))
    return FINE


def _exists(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except (OSError, ValueError):
        raise Misuse(f"“{path}” is no name of a folder.") from None


def _next_steps(folder: Path) -> str:
    at = "" if folder == Path() else f" {folder}"
    project = "" if folder == Path() else f" --project {folder}"
    written = "".join(f"  {folder / name}\n" for name in FILES)
    return (
        f"Written:\n{written}\nTry:\n  compplan check{at}\n  compplan test{at}\n"
        f"  compplan run{at} --period 2027-Q1\n  compplan explain mia.chen{project} --period 2027-Q1"
    )
