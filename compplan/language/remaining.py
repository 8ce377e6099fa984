"""The lines of a file that are still to be read: without sentences too long to be one, and whatever else was set aside."""

from __future__ import annotations

import re

from compplan.diagnostics import Diagnostic, Span
from compplan.language import tree as t
from compplan.language.codes import problem
from compplan.language.lines import bare, block_end, lost, sentence

MOST_PROBLEMS = 20
DEEPEST = 60
LONGEST = 10_000

_SIGN = re.compile(r"[-+*/(<>=]|\b(?:and|or|not|of)\b")


class Remaining:
    """The lines that are still to be read, what was wrong so far, and what was set aside."""

    def __init__(self, path: str, lines: list[str]) -> None:
        self.path = path
        self.lines = lines
        self.found: list[Diagnostic] = []
        self.lost: list[t.Lost] = []

    def blank(self, start: int, end: int) -> None:
        """Sets lines aside."""
        self.lost.append(lost(self.lines, start, end))
        self.lines[start:end] = [""] * (end - start)

    def refuse_too_much(self) -> None:
        """Sets aside sentences too long to be one, and formulas with so many signs that nobody could read them."""
        at = 0
        while at < len(self.lines) and len(self.found) < MOST_PROBLEMS:
            end = at + 1
            if len(self.lines[at]) > DEEPEST or self.lines[at].rstrip().endswith(","):
                end = sentence(self.lines, at)[1]
                if self._is_too_much(at, end):
                    end = block_end(self.lines, at)
                    self.blank(at, end)
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


def _signs(lines: list[str]) -> int:
    """How many signs of calculation and brackets a sentence has; of a table's row, the most in one cell."""
    text = " ".join(bare(line) for line in lines)
    cells = text.split("|") if text.lstrip().startswith("|") else [text]
    return max(len(_SIGN.findall(cell)) for cell in cells)
