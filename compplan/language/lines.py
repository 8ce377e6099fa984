"""The lines of a plan file as a reader sees them: which sentence a line belongs to, which block, and what a lost line defined."""

from __future__ import annotations

import re
from collections.abc import Sequence

from compplan.immutable import immutable
from compplan.language.forms import OPENERS
from compplan.language.tree import Lost

_STRING = re.compile(r'"[^"\n]*"')
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DEFINES = re.compile(r"^\s*([A-Za-z]\w*)\s+(?:for\s+)?([A-Za-z]\w*)")


def bare(line: str) -> str:
    """The line without its comment and without what stands inside quotes; everything else keeps its column."""
    return _STRING.sub(lambda m: '"' + " " * (len(m.group()) - 2) + '"', line).split("#", 1)[0].rstrip()


def uncommented(line: str) -> str:
    """The line without its comment."""
    return line[: len(bare(line))]


def indent(line: str) -> int:
    """How many signs stand before the first that is no blank."""
    return len(line) - len(line.lstrip())


def first_word(line: str) -> str:
    """The word that a line starts with, or an empty text."""
    found = _WORD.match(line.strip())
    return found.group() if found else ""


def sentence(lines: Sequence[str], at: int) -> tuple[int, int]:
    """First line of the sentence that line `at` belongs to, and the line after its last: it goes on after a comma."""
    start = at
    while start > 0:
        before = start - 1
        while before > 0 and not bare(lines[before]):
            before -= 1
        if not bare(lines[before]).endswith(","):
            break
        start = before
    end = at
    while end < len(lines) - 1 and bare(lines[end]).endswith(","):
        end += 1
        while end < len(lines) - 1 and not bare(lines[end]):
            end += 1
    return start, end + 1


def block_end(lines: Sequence[str], at: int) -> int:
    """The line after the sentence that begins at `at`, with the block that it opens."""
    end = sentence(lines, at)[1]
    if not bare(lines[end - 1]).endswith("{"):
        return end
    depth = 0
    for here in range(end - 1, len(lines)):
        text = bare(lines[here])
        depth += text.endswith("{") - (text.strip() == "}")
        if depth <= 0:
            return here + 1
    return len(lines)


@immutable
class Opened:
    """A block that is open: the line that opens it, its indent, the kind of place that it is."""

    line: int
    indent: int
    place: str


def _opener(line: str) -> str:
    """The keyword of a sentence; of one that is added or put in the place of another, its own."""
    word = first_word(line)
    return first_word(line.strip()[len(word) :]) if word in ("add", "replace", "remove") else word


def open_blocks(lines: Sequence[str], before: int) -> list[Opened]:
    """The blocks that are open before a line, from the outside in."""
    stack: list[Opened] = []
    for index, line in enumerate(lines[:before]):
        text = bare(line).strip()
        if text.endswith("{"):
            word = _opener(lines[sentence(lines, index)[0]])
            stack.append(Opened(index, indent(line), OPENERS.get(word, "tiers")))
        elif text == "}" and stack:
            stack.pop()
    return stack


def place_of(lines: Sequence[str], at: int) -> str:
    """What kind of block a line stands in; `file` outside of all."""
    stack = open_blocks(lines, at)
    return stack[-1].place if stack else "file"


def unclosed(lines: Sequence[str], before: int) -> tuple[int, int] | None:
    """The block that lacks its brace, and the line before which the brace should stand, judged by how the lines are indented."""
    stack: list[tuple[int, int]] = []
    for index, line in enumerate(lines[:before]):
        text = bare(line).strip()
        if text.endswith("{"):
            stack.append((index, indent(line)))
        elif text == "}" and stack:
            if indent(line) < stack[-1][1] and any(i == indent(line) for _, i in stack):
                return stack[-1][0], index
            stack.pop()
    return (stack[-1][0], before) if stack else None


def stray_brace(lines: Sequence[str], before: int) -> int | None:
    """The brace that closes a plan or definitions although it is indented like one that closes something inside."""
    stack: list[int] = []
    last: int | None = None
    for index, line in enumerate(lines[:before]):
        text = bare(line).strip()
        if text.endswith("{"):
            stack.append(indent(line))
            last = None if len(stack) == 1 else last
        elif text == "}" and stack:
            opened = stack.pop()
            if not stack and indent(line) > opened:
                last = index
    return last


def lost(lines: Sequence[str], start: int, end: int) -> Lost:
    """What is known of lines that could not be read: where they stood, and the names that they may have defined."""
    found = [_DEFINES.match(line) for line in lines[start:end]]
    return Lost(start + 1, end, frozenset(m.group(2) for m in found if m), frozenset(m.group(1) for m in found if m))
