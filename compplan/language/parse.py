"""Text to syntax tree. A bad sentence is reported, set aside with the block that it opens, and the rest is read all the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lark import Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from compplan.diagnostics import Diagnostic, Related, Span
from compplan.language import tree as t
from compplan.language.build import Builder, InvalidText
from compplan.language.codes import problem
from compplan.language.syntax_message import describe
from compplan.language.grammar import parser

MOST_PROBLEMS = 20
DEEPEST = 60
LONGEST_LINE = 10_000

_OPENS = re.compile(r"\{\s*(#.*)?$")
_STRING = re.compile(r'"[^"\n]*"')


@dataclass(frozen=True, slots=True)
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
    """The tree of a plan file and every problem of its form. Raises nothing, whatever the text."""
    lines = text.split("\n")
    found: list[Diagnostic] = _too_much(lines, path)
    for index in {d.span.line - 1 for d in found if d.span is not None}:
        _set_aside(lines, index)
    while len(found) < MOST_PROBLEMS:
        attempt = _attempt("\n".join(lines) + "\n", path)
        if isinstance(attempt, t.File):
            return Parsed(attempt, tuple(found))
        at, diagnostic = _locate(attempt, lines, path)
        if diagnostic is not None:
            found.append(diagnostic)
        if not _set_aside(lines, at):
            break
    return Parsed(t.File(path, ()), tuple(found))


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a text could not be read: lark's error, or a word that means nothing."""

    line: int
    column: int
    error: UnexpectedInput | None
    invalid: InvalidText | None


def _attempt(text: str, path: str) -> t.File | _Failure:
    try:
        tree = parser().parse(text)
    except (UnexpectedToken, UnexpectedCharacters) as error:
        return _Failure(error.line, error.column, error, None)
    except UnexpectedInput as error:
        return _Failure(text.count("\n"), 1, error, None)
    return _build(tree, path)


def _build(tree: Tree[object], path: str) -> t.File | _Failure:
    try:
        built = Builder(path).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, InvalidText):
            invalid = error.orig_exc
            return _Failure(invalid.span.line, invalid.span.column, None, invalid)
        raise
    assert isinstance(built, t.File)
    return built


def _locate(failure: _Failure, lines: list[str], path: str) -> tuple[int, Diagnostic | None]:
    """Index of the line to set aside, and what to say of it; nothing where the line was blamed already."""
    if failure.invalid is not None:
        return failure.line - 1, problem("invalid-date", failure.invalid.message, failure.invalid.span)
    at = failure.line - 1
    beyond_the_end = at < 0 or at >= len(lines) or not lines[at].strip()
    if beyond_the_end:
        at = _unclosed(lines)
        return at, _not_closed(lines, at, path)
    opened = _missing_brace(failure, lines)
    if opened is not None:
        diagnostic = _not_closed(lines, opened, path, before=at)
        lines.insert(at, "}")
        return -1, diagnostic
    assert failure.error is not None
    return at, describe(failure.error, lines, at, failure.column, path)


def _unclosed(lines: list[str]) -> int:
    """Index of the innermost line that opens a block which nothing closes; the last line that says something where there is none."""
    open_lines: list[int] = []
    for index, line in enumerate(lines):
        bare = _STRING.sub('""', line).split("#")[0].strip()
        if bare.endswith("{"):
            open_lines.append(index)
        elif bare == "}" and open_lines:
            open_lines.pop()
    if open_lines:
        return open_lines[-1]
    return max((i for i, line in enumerate(lines) if line.strip()), default=0)


def _missing_brace(failure: _Failure, lines: list[str]) -> int | None:
    """Index of the block that ought to end before the bad line, if a closing brace there lets the reading go on."""
    error = failure.error
    accepted = getattr(error, "accepts", None) or getattr(error, "allowed", None) or set()
    if "RBRACE" not in accepted:
        return None
    at = failure.line - 1
    closed = [*lines[:at], "}", *lines[at:]]
    again = _attempt("\n".join(closed) + "\n", "")
    if isinstance(again, _Failure) and again.line <= at + 2:
        return None
    return _unclosed(lines[:at])


def _not_closed(lines: list[str], opened: int, path: str, before: int | None = None) -> Diagnostic:
    text = lines[opened] if opened < len(lines) else ""
    span = Span(path, opened + 1, len(text) - len(text.lstrip()) + 1, opened + 1, max(len(text.rstrip()) + 1, 2))
    related: tuple[Related, ...] = ()
    if before is not None:
        here = lines[before]
        indent = len(here) - len(here.lstrip()) + 1
        related = (Related(Span(path, before + 1, indent, before + 1, len(here.rstrip()) + 1), "this sentence cannot stand inside it"),)
    if not text.strip():
        return problem("syntax", "The file ends before a sentence does.", span)
    if not text.split("#")[0].rstrip().endswith("{"):
        return problem("syntax", "This sentence stops too early.", span, "A sentence ends where its line ends; it goes on only after a comma.")
    return problem("unclosed-block", "The block that opens here has no closing brace.", span, "Put a } on a line of its own where it ends.", related)


def _set_aside(lines: list[str], at: int) -> bool:
    """Blank a line, and the block that it opens; no when there is nothing left to blank."""
    if at == -1:
        return True
    if at >= len(lines) or not lines[at].strip():
        return False
    depth = 0
    for here in range(at, len(lines)):
        bare = _STRING.sub('""', lines[here]).split("#")[0].rstrip()
        depth += bool(_OPENS.search(bare)) - (bare.strip() == "}")
        lines[here] = ""
        if depth <= 0:
            break
    return True


def _too_much(lines: list[str], path: str) -> list[Diagnostic]:
    """Lines too long to be a sentence, and formulas nested so deeply that nobody could read them."""
    found = []
    for index, line in enumerate(lines):
        span = Span(path, index + 1, 1, index + 1, min(len(line), 80) + 1)
        if len(line) > LONGEST_LINE:
            found.append(problem("too-deep", f"The line has {len(line):,} characters; {LONGEST_LINE:,} is the most.", span))
        elif _depth(line) > DEEPEST:
            message = f"There are more than {DEEPEST} signs of calculation or brackets in one sentence."
            found.append(problem("too-deep", message, span, "Give parts of the formula a name with let."))
    return found[:MOST_PROBLEMS]


def _depth(line: str) -> int:
    bare = _STRING.sub("", line).split("#")[0]
    if bare.lstrip().startswith("|"):
        bare = max(bare.split("|"), key=len)
    operators = len(re.findall(r"[-+*/(<>=]|\b(?:and|or|not)\b", bare))
    return operators
