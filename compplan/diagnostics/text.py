"""Source text made safe and measurable: what is printed for each character, how wide it is, and the part of a line that fits a screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import field

from compplan.diagnostics.model import Diagnostic, Span
from compplan.immutable import immutable

SCREEN = 120
"""Columns of source text shown of one line; what is longer is clipped around the span."""

_LEAD = 40
_TAB = 4
_CUT = "…"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def neutral(character: str) -> str:
    """What is printed for one character: itself, or a visible stand-in where a terminal would act on it or show nothing."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if character.isascii() or unicodedata.category(character) not in _UNSEEN:
        return character
    return f"<U+{code:04X}>"


def safe(text: str) -> str:
    """A text as one line without anything that a terminal would act on; ends of lines and tabs become spaces."""
    return "".join(neutral(c) for c in " ".join(text.split("\n")).replace("\r", "").replace("\t", " "))


def safe_lines(text: str) -> tuple[str, ...]:
    """The lines of a message, each of them safe to print, without empty ones at the ends."""
    return tuple(safe(line).rstrip() for line in text.strip("\n").split("\n"))


def width(text: str) -> int:
    """How many columns of a terminal a safe text takes: two for wide characters, none for accents that combine."""
    return sum(_width(c) for c in text)


def location(span: Span) -> str:
    """Where a span begins, as `file:line:column`; the file alone where it means the whole file."""
    if span.line < 1:
        return safe(span.file)
    return f"{safe(span.file)}:{span.line}:{max(span.column, 1)}"


@immutable
class View:
    """The printed part of a source line, and the printed column at which each of its characters begins."""

    text: str
    first: int
    columns: tuple[int, ...]

    def column(self, index: int) -> int:
        """Printed column, from 0, of the character at `index` of the line; the nearest end where it is clipped or beyond."""
        return self.columns[min(max(index - self.first, 0), len(self.columns) - 1)]


def view(line: str, index: int) -> View:
    """The line as printed, clipped so that the character at `index` (from 0) is seen and no more than a screen is filled."""
    first = _first_shown(line, min(index, len(line)))
    pieces: list[str] = [_CUT] if first else []
    at = len(pieces)
    columns: list[int] = []
    for character in line[first : first + SCREEN]:
        piece = " " * (_TAB - at % _TAB) if character == "\t" else neutral(character)
        size = width(piece)
        if at + size > SCREEN:
            break
        columns.append(at)
        pieces.append(piece)
        at += size
    if first + len(columns) < len(line):
        pieces.append(_CUT)
    return View("".join(pieces), first, (*columns, at))


def _first_shown(line: str, index: int) -> int:
    """Where to begin so that `index` is on the screen: at the start of the line if it can be, else some columns before."""
    fits = len(line) <= SCREEN and _back(line, len(line), SCREEN) == 0
    if fits or _back(line, index, SCREEN - _LEAD) == 0:
        return 0
    return _back(line, index, _LEAD)


def _back(line: str, index: int, columns: int) -> int:
    """The first character from which no more than `columns` are printed up to `index`."""
    while index > 0:
        columns -= _TAB if line[index - 1] == "\t" else width(neutral(line[index - 1]))
        if columns < 0:
            break
        index -= 1
    return index


@immutable
class Lines:
    """The lines of the sources by file, each file split once, when it is first asked for."""

    sources: Mapping[str, str]
    _split: dict[str, list[str]] = field(default_factory=dict)

    def line(self, file: str, number: int) -> str | None:
        """Line `number`, from 1, of a file without its end of line, or None where there is none."""
        lines = self._of(file)
        return lines[number - 1].removesuffix("\r") if 1 <= number <= len(lines) else None

    def count(self, file: str) -> int:
        """How many lines a file has; 0 where it is not at hand."""
        return len(self._of(file))

    def of(self, diagnostic: Diagnostic) -> str | None:
        """The line at which a diagnostic begins: from its source, or as its reporter handed it over."""
        span = diagnostic.span
        if span is None:
            return None
        found = self.line(span.file, span.line)
        if found is None and diagnostic.line_text is not None:
            return diagnostic.line_text.rstrip("\r\n")
        return found

    def _of(self, file: str) -> list[str]:
        if file not in self._split:
            text = self.sources.get(file)
            self._split[file] = [] if text is None else text.split("\n")
        return self._split[file]


def _width(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
