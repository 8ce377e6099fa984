"""What a scenario says in the plan language: each sentence as it is put into a plan, and where it stands in the scenario's file.

A sentence is read inside a text that is put together around it, in memory. Whatever is said of a place in that text is said of the
place in the file that it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from compplan.diagnostics import Diagnostic, Related, Span
from compplan.immutable import immutable
from compplan.records.yaml_marks import Marks, Place, Value
from compplan.whatif.scenarios.asked import Asked

_ROW = re.compile(r"\s*((add|remove|replace)\s+)?(from|below|above|at)\b")


@immutable
class Said:
    """A text, and where its pieces stand: each with its first character's position in the text."""

    text: str
    pieces: tuple[tuple[int, Span], ...]

    def __add__(self, other: Said) -> Said:
        moved = tuple((start + len(self.text), span) for start, span in other.pieces)
        return Said(self.text + other.text, (*self.pieces, *moved))

    def between(self, before: str, after: str) -> Said:
        """The text with others around it, which stand nowhere."""
        return Said(before, ()) + self + Said(after, ())

    def place(self, position: int) -> tuple[int, int]:
        """The line and column of the file where a character of the text stands; the nearest one that stands somewhere."""
        start, span = next(((s, p) for s, p in reversed(self.pieces) if s <= position), self.pieces[0])
        column = span.column + max(position - start, 0)
        return span.line, min(column, span.end_column) if span.end_line == span.line else column


@immutable
class Fragment:
    """A text of the plan language that was put together around what a scenario says, under a name of its own."""

    name: str
    said: Said
    marks: Marks

    def at_home(self, span: Span) -> Span:
        """A place of the fragment as a place of the file, within one line of it."""
        line, column = self.said.place(self._position(span.line, span.column))
        end_line, end = self.said.place(max(self._position(span.end_line, span.end_column) - 1, 0))
        end = end + 1 if end_line == line else len(self.marks.lines[line - 1]) + 1
        return Span(self.marks.file, line, column, line, max(end, column + 1))

    def _position(self, line: int, column: int) -> int:
        lines = self.said.text.split("\n")
        return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1


def at_home(diagnostic: Diagnostic, fragments: Mapping[str, Fragment]) -> Diagnostic:
    """The same, with places in fragments told where they come from."""

    def moved(span: Span) -> Span:
        fragment = fragments.get(span.file)
        return span if fragment is None else fragment.at_home(span)

    related = tuple(Related(moved(r.span), r.message) for r in diagnostic.related)
    if diagnostic.span is None or diagnostic.span.file not in fragments:
        return replace(diagnostic, related=related)
    marks, span = fragments[diagnostic.span.file].marks, moved(diagnostic.span)
    return replace(diagnostic, span=span, related=related, line_text=marks.line(span))


def sentences(asked: Asked, value: Value, place: Place) -> Iterator[Said]:
    """The sentences that stand at a place of a scenario: a text, a list of them, or rows with what stands behind each colon."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from sentences(asked, one, (*place, number))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield _joined(asked, name, inner, (*place, name))
    else:
        yield scalar(asked, value, place)


def scalar(asked: Asked, value: Value, place: Place) -> Said:
    """A text that stands at a place, which may take several lines."""
    where = (*asked.place, *place)
    return _found(asked.marks, value if isinstance(value, str) else "", asked.marks.values.get(where, asked.marks.value(where)))


def _joined(asked: Asked, name: str, value: Value, place: Place) -> Said:
    """A row, or a sentence, of which YAML reads the part before the first colon as a name; tiers stand below their sentence."""
    key = asked.marks.key((*asked.place, *place))
    begun = _found(asked.marks, name, key)
    if isinstance(value, dict):
        rows = [_joined(asked, inner, below, (*place, inner)) for inner, below in value.items()]
        block = begun + Said(" {\n", ())
        for row in rows:
            block = block + row + Said("\n", ())
        return block + Said("}", ())
    return begun + Said(": " if _ROW.match(name) else " ", ()) + scalar(asked, value, place)


def _found(marks: Marks, text: str, span: Span) -> Said:
    """A text with where each of its lines stands: from the beginning of its place on."""
    pieces: list[tuple[int, Span]] = []
    position, line, column = 0, span.line, span.column
    for part in text.split("\n"):
        shown = part.strip()
        for number in range(line, min(span.end_line, len(marks.lines)) + 1):
            at = marks.lines[number - 1].find(shown, column - 1 if number == line else 0) if shown else -1
            if at >= 0:
                begins = at + 1
                inside = len(part) - len(part.lstrip())
                pieces.append((position + inside, Span(marks.file, number, begins, number, begins + len(shown))))
                line, column = number, begins + len(shown)
                break
        position += len(part) + 1
    return Said(text, tuple(pieces) or ((0, span),))
