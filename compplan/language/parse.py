"""Text to syntax tree. A bad sentence is reported, set aside with the block that it opens, and the rest is read all the same."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import replace

from lark import Token, Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from compplan.diagnostics import Diagnostic, Related, Span
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language.build import Builder
from compplan.language.build_formulas import InvalidText
from compplan.language.codes import problem
from compplan.language.grammar import parser
from compplan.language.lines import bare, block_end, first_word, indent, lost, open_blocks, place_of, sentence, stray_brace, unclosed
from compplan.language.syntax_message import describe, starts_sentence, unexpected_end

MOST_PROBLEMS = 20
MOST_LINES_READ = 40_000
DEEPEST = 60
LONGEST = 10_000

_SIGN = re.compile(r"[-+*/(<>=]|\b(?:and|or|not|of)\b")


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
    reading = _Reading(path, text.split("\n"))
    reading.refuse_too_much()
    most = max(1, min(MOST_PROBLEMS, MOST_LINES_READ // len(reading.lines)))
    while True:
        attempt = _attempt("\n".join(reading.lines) + "\n", path)
        if isinstance(attempt, t.File):
            return Parsed(replace(attempt, lost=tuple(reading.lost)), tuple(reading.found))
        if len(reading.found) >= most or not reading.set_aside(attempt):
            everything = lost(reading.lines, 0, len(reading.lines))
            return Parsed(t.File(path, (), (*reading.lost, everything)), tuple(reading.found))


@immutable
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
    return _build(tree, path, text)


def _build(tree: Tree[Token], path: str, text: str) -> t.File | _Failure:
    try:
        built = Builder(path, text).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, InvalidText):
            invalid = error.orig_exc
            return _Failure(invalid.span.line, invalid.span.column, None, invalid)
        raise
    assert isinstance(built, t.File)
    return built


class _Reading:
    """The lines that are still to be read, what was wrong so far, and what was set aside."""

    def __init__(self, path: str, lines: list[str]) -> None:
        self.path = path
        self.lines = lines
        self.found: list[Diagnostic] = []
        self.lost: list[t.Lost] = []

    def _blank(self, start: int, end: int) -> None:
        self.lost.append(lost(self.lines, start, end))
        self.lines[start:end] = [""] * (end - start)

    def _line_span(self, at: int, column: int = 0) -> Span:
        text = self.lines[at]
        start = column or indent(text) + 1
        return Span(self.path, at + 1, start, at + 1, max(len(text.rstrip()) + 1, start + 1))

    # ---- too long, too deep

    def refuse_too_much(self) -> None:
        """Sets aside sentences too long to be one, and formulas with so many signs that nobody could read them."""
        at = 0
        while at < len(self.lines) and len(self.found) < MOST_PROBLEMS:
            end = at + 1
            if len(self.lines[at]) > DEEPEST or self.lines[at].rstrip().endswith(","):
                end = sentence(self.lines, at)[1]
                if self._is_too_much(at, end):
                    end = block_end(self.lines, at)
                    self._blank(at, end)
            at = end

    def _is_too_much(self, at: int, end: int) -> bool:
        length = sum(map(len, self.lines[at:end]))
        span = Span(self.path, at + 1, 1, at + 1, min(len(self.lines[at]), 80) + 1)
        if length > LONGEST:
            self.found.append(problem("too-deep", f"The sentence has {length:,} characters; {LONGEST:,} is the most.", span))
        elif _signs(self.lines[at:end]) > DEEPEST:
            message = f"There are more than {DEEPEST} signs of calculation or brackets in one sentence."
            self.found.append(problem("too-deep", message, span, "Give parts of the formula a name with let."))
        else:
            return False
        return True

    # ---- what cannot be read

    def set_aside(self, failure: _Failure) -> bool:
        """Reports what stopped the reading and takes it out of the way; no when nothing is left to take."""
        if failure.invalid is not None:
            self.found.append(problem(failure.invalid.code, failure.invalid.message, failure.invalid.span))
            return self._drop(failure.line - 1)
        at = failure.line - 1
        if at < 0 or at >= len(self.lines) or not bare(self.lines[at]).strip():
            return self._ends_too_early(at)
        if first_word(self.lines[at]) and self._runs_on(at, failure.column):
            return True
        if self._wrong_brace(failure, at):
            return True
        if self._brace_not_opened(failure, at):
            return True
        assert failure.error is not None
        self.found.append(describe(failure.error, self.lines, at, failure.column, self.path))
        return self._drop(at, stopped=failure.column > len(bare(self.lines[at])))

    def _drop(self, at: int, stopped: bool = False) -> bool:
        """Blanks the sentence of a line with the block that it opens; a row of a table with the whole table."""
        if at >= len(self.lines) or not self.lines[at].strip():
            return False
        start = sentence(self.lines, at)[0]
        blocks = open_blocks(self.lines, start)
        if blocks and blocks[-1].place == "table":
            start = sentence(self.lines, blocks[-1].line)[0]
        end = block_end(self.lines, start)
        if stopped:
            while end < len(self.lines) and self._goes_on(end):
                end = sentence(self.lines, end)[1]
        self._blank(start, max(end, start + 1))
        return True

    def _goes_on(self, at: int) -> bool:
        """Whether a line looks like the rest of the sentence before it."""
        text = bare(self.lines[at]).strip()
        return bool(text) and text[0] not in "{}|" and not starts_sentence(first_word(text))

    def _ends_too_early(self, at: int) -> bool:
        """The file, or a sentence, ends where more is needed."""
        before = next((i for i in range(min(at, len(self.lines)) - 1, -1, -1) if bare(self.lines[i]).strip()), None)
        if before is None:
            self.found.append(problem("syntax", "The file ends before a sentence does.", Span(self.path, 1, 1, 1, 2)))
            return False
        if bare(self.lines[before]).endswith(","):
            self.found.append(unexpected_end(self.lines, before, self.path))
            return self._drop(before)
        block = unclosed(self.lines, len(self.lines))
        if block is not None:
            return self._not_closed(*block)
        self.found.append(unexpected_end(self.lines, before, self.path))
        return self._drop(before)

    def _not_closed(self, opened: int, before: int) -> bool:
        related: tuple[Related, ...] = ()
        if before < len(self.lines) and self.lines[before].strip():
            related = (Related(self._line_span(before), "it should end before this line"),)
        hint = "Put a } on a line of its own where it ends."
        self.found.append(
            problem("unclosed-block", "The block that opens here has no closing brace.", self._line_span(opened), hint, related)
        )
        self._blank(sentence(self.lines, opened)[0], before)
        return True

    def _runs_on(self, at: int, column: int) -> bool:
        """A comma too many, so that the next sentence was read as the rest of this one."""
        start = sentence(self.lines, at)[0]
        if start == at or column > indent(self.lines[at]) + 1 or not starts_sentence(first_word(self.lines[at])):
            return False
        before = at - 1
        while before > start and not bare(self.lines[before]).strip():
            before -= 1
        comma = len(bare(self.lines[before]))
        span = Span(self.path, before + 1, comma, before + 1, comma + 1)
        self.found.append(problem("syntax", "After this comma the sentence goes on, but a new one begins.", span, "Leave the comma out."))
        self.lines[before] = self.lines[before][: comma - 1]
        return True

    def _brace_not_opened(self, failure: _Failure, at: int) -> bool:
        """A sentence that opens a block, without the brace at its end; the block is read all the same where it is closed."""
        text = bare(self.lines[at])
        if failure.column <= len(text) or "LBRACE" not in _accepted(failure.error):
            return False
        following = next((i for i in range(at + 1, len(self.lines)) if bare(self.lines[i]).strip()), None)
        own_line = following is not None and bare(self.lines[following]).strip() == "{"
        if not own_line and (following is None or not self._is_inside(following, at)):
            return False
        message = "This sentence opens a block, and the brace at its end is missing."
        span = Span(self.path, at + 1, indent(text) + 1, at + 1, len(text) + 1)
        self.found.append(problem("syntax", message, span, "Put { at the end of this line, and } on a line of its own after the block."))
        end = next((i for i in range(at + 1, len(self.lines)) if self._is_outside(i, at)), len(self.lines))
        if own_line and following is not None:
            self.lines[following] = ""
        elif end == len(self.lines) or bare(self.lines[end]).strip() != "}" or indent(self.lines[end]) < indent(self.lines[at]):
            self._blank(sentence(self.lines, at)[0], end)
            return True
        self.lines[at] = f"{text} {{"
        return True

    def _is_inside(self, line: int, at: int) -> bool:
        """Whether a line looks like one of the block that should open at `at`."""
        text = bare(self.lines[line]).strip()
        return indent(self.lines[line]) > indent(self.lines[at]) or text.startswith("|") or first_word(text) in ("from", "below", "at")

    def _is_outside(self, line: int, at: int) -> bool:
        text = bare(self.lines[line]).strip()
        return bool(text) and text != "{" and not self._is_inside(line, at)

    def _wrong_brace(self, failure: _Failure, at: int) -> bool:
        """A closing brace that is missing before this line, or one too many."""
        if failure.column != indent(self.lines[at]) + 1:
            return False
        place = place_of(self.lines, at)
        if place == "file":
            stray = stray_brace(self.lines, at)
            if stray is not None:
                message = "This brace closes the whole plan, and more follows below."
                self.found.append(
                    problem("syntax", message, self._line_span(stray), "Leave it out, or put it after the last sentence of the plan.")
                )
                self.lines[stray] = ""
                return True
            return False
        block = unclosed(self.lines, at)
        if "RBRACE" not in _accepted(failure.error) or block is None or place == "table":
            return False
        again = _attempt("\n".join([*self.lines[:at], "}", *self.lines[at:]]) + "\n", "")
        if isinstance(again, _Failure) and again.line <= at + 2:
            return False
        return self._not_closed(*block)


def _accepted(error: UnexpectedInput | None) -> Set[str]:
    """The terminals with which the reading could have gone on."""
    return getattr(error, "accepts", None) or getattr(error, "allowed", None) or frozenset()


def _signs(lines: list[str]) -> int:
    """How many signs of calculation and brackets a sentence has; of a table's row, the most in one cell."""
    text = " ".join(bare(line) for line in lines)
    cells = text.split("|") if text.lstrip().startswith("|") else [text]
    return max(len(_SIGN.findall(cell)) for cell in cells)
