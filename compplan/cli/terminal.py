"""What the program says, and where: results on the standard output, all else on the standard error; plain text unless it is a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from compplan.diagnostics import Diagnostic, Span
from compplan.diagnostics.render import Format, render

if TYPE_CHECKING:
    from compplan.api import Progress

FINE, PROBLEMS, MISUSED, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141

_LARGEST_SHOWN = 16 * 1024 * 1024


class Misuse(Exception):  # noqa: N818 - it says how the command was used
    """The command line asks for something that is not there; the text says what, and what to write instead."""


def prepare_streams() -> None:
    """Characters that the terminal or a file cannot take are replaced; no text ever stops the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def has_colour(stream: TextIO) -> bool:
    """Whether colours make sense there."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str = "") -> None:
    """A line of the results."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A line beside the results, on the standard error."""
    sys.stdout.flush()
    sys.stderr.write(text + "\n")


def bold(text: str) -> str:
    """The text, bold on a terminal."""
    return f"\x1b[1m{text}\x1b[0m" if has_colour(sys.stdout) else text


def show_problems(diagnostics: Sequence[Diagnostic], root: Path, stream: TextIO, chosen: Format = Format.FULL) -> None:
    """Prints problems of the project at `root`, with the lines that they are about."""
    placed = [_placed(d, root) for d in diagnostics]
    sources = _texts(placed) if chosen is Format.FULL else {}
    sys.stdout.flush()
    stream.write(render(placed, chosen, sources, has_colour(stream)))
    stream.flush()


def _placed(diagnostic: Diagnostic, root: Path) -> Diagnostic:
    """The same with files named from where the reader stands: plans, tables and records come named from the project's folder."""

    def placed(span: Span) -> Span:
        inside = root / span.file
        return replace(span, file=str(inside)) if _is_file(inside) else span

    span = None if diagnostic.span is None else placed(diagnostic.span)
    related = tuple(replace(r, span=placed(r.span)) for r in diagnostic.related)
    return replace(diagnostic, span=span, related=related)


def is_folder(path: Path) -> bool:
    """Whether a path is a folder that can be reached."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _texts(diagnostics: Sequence[Diagnostic]) -> dict[str, str]:
    """The texts of the files that are named, as far as they can be read."""
    spans = [s for d in diagnostics for s in (d.span, *(r.span for r in d.related)) if s is not None]
    texts = {}
    for name in dict.fromkeys(s.file for s in spans):
        path = Path(name)
        try:
            if _is_file(path) and path.stat().st_size <= _LARGEST_SHOWN and not _is_binary(path):
                texts[name] = path.read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            continue
    return texts


def _is_binary(path: Path) -> bool:
    with path.open("rb") as stream:
        return b"\0" in stream.read(4096)


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """Something to report progress to, shown on the standard error where that is a terminal; None where it is not."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda title, number, total: bar.update(task, description=title, completed=number, total=total)
