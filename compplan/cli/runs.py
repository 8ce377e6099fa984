"""Runs on disk, as the command line names them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from compplan.cli.arguments import Parser
from compplan.diagnostics import Diagnostic, Problems

if TYPE_CHECKING:
    from compplan.engine.run_folder import Run


def add_run(command: Parser) -> None:
    """The option --run."""
    command.add_argument("--run", metavar="FOLDER", default="runs", help="a run, or the folder where runs are kept; runs if left out")


def run_of(named: str, period: str) -> Run:
    """The run of a period: the one in that folder, or the newest that is kept below it. Raises `Problems` where there is none."""
    from compplan.engine.run_folder import MANIFEST, find_run, open_run

    folder = Path(named)
    run = open_run(folder) if (folder / MANIFEST).is_file() else find_run(folder, period)
    if run.manifest.period != period:
        message = f"{run.folder} is a run of {run.manifest.period}, not of {period}."
        raise Problems([Diagnostic("no-run", "The run is of another period", message, hint=f"Ask for --period {run.manifest.period}.")])
    return run
