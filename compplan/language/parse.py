"""Text to syntax tree. A bad sentence is reported, set aside with the block that it opens, and the rest is read all the same."""

from __future__ import annotations

from dataclasses import replace

from compplan.diagnostics import Diagnostic, Span
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language.attempt import attempt
from compplan.language.codes import problem
from compplan.language.lines import lost
from compplan.language.remaining import MOST_PROBLEMS, Remaining

MOST_LINES_READ = 40_000


@immutable
class Parsed:
    """What could be read of a file, and what was wrong with the rest."""

    file: t.File
    diagnostics: tuple[Diagnostic, ...]


def decode(data: bytes, path: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """The text of a plan file: UTF-8, with or without a mark at its beginning; line ends as they come."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"), ()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        span = Span(path, line, 1, line, 2)
        message = "The file is not UTF-8 text, so its letters cannot be told apart."
        return "", (problem("syntax", message, span, "Save it as UTF-8; in most editors that is a choice of “Save as”."),)


def parse(text: str, path: str) -> Parsed:
    """The tree of a plan file and every problem of its form. Raises nothing, whatever the text.

    At most 20 problems are given at a time, and fewer of a file with thousands of lines.
    """
    remaining = Remaining(path, text.split("\n"))
    remaining.refuse_too_much()
    most = max(1, min(MOST_PROBLEMS, MOST_LINES_READ // len(remaining.lines)))
    while True:
        read = attempt("\n".join(remaining.lines) + "\n", path)
        if isinstance(read, t.File):
            return Parsed(replace(read, lost=tuple(remaining.lost)), tuple(remaining.found))
        from compplan.language.mending import Mending  # not before something cannot be read

        if len(remaining.found) >= most or not Mending(remaining).set_aside(read):
            everything = lost(remaining.lines, 0, len(remaining.lines))
            return Parsed(t.File(path, (), (*remaining.lost, everything)), tuple(remaining.found))
