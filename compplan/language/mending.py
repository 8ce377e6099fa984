"""What cannot be read is told and set aside, with the block that it opens, so that the rest can be read."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from compplan.diagnostics import Diagnostic, Related, Span
from compplan.language.attempt import Failure, attempt
from compplan.language.codes import problem
from compplan.language.lines import bare, block_end, first_word, indent, open_blocks, place_of, sentence, stray_brace, unclosed
from compplan.language.remaining import Remaining
from compplan.language.syntax_message import describe, starts_sentence, unexpected_end

if TYPE_CHECKING:
    from lark import UnexpectedInput


class Mending:
    """Takes what stops the reading out of the lines that remain."""

    def __init__(self, remaining: Remaining) -> None:
        self._remaining = remaining
        self.path = remaining.path
        self.lines = remaining.lines
        self.found: list[Diagnostic] = remaining.found

    def _blank(self, start: int, end: int) -> None:
        self._remaining.blank(start, end)

    def _line_span(self, at: int, column: int = 0) -> Span:
        text = self.lines[at]
        start = column or indent(text) + 1
        return Span(self.path, at + 1, start, at + 1, max(len(text.rstrip()) + 1, start + 1))

    def set_aside(self, failure: Failure) -> bool:
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

    def _brace_not_opened(self, failure: Failure, at: int) -> bool:
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

    def _wrong_brace(self, failure: Failure, at: int) -> bool:
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
        again = attempt("\n".join([*self.lines[:at], "}", *self.lines[at:]]) + "\n", "")
        if isinstance(again, Failure) and again.line <= at + 2:
            return False
        return self._not_closed(*block)


def _accepted(error: UnexpectedInput | None) -> Set[str]:
    """The terminals with which the reading could have gone on."""
    return getattr(error, "accepts", None) or getattr(error, "allowed", None) or frozenset()
