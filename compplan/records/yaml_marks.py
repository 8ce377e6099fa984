"""YAML into plain values, each with its place in the file, so that whatever is wrong later can be pointed at.

Every scalar stays the text that was written (so `no` is never taken for false); what it means is decided by the field it stands in. Only
mappings, lists and scalars are read: tags, anchors, aliases and a second document are refused, as are a key twice and deep nesting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from compplan.diagnostics.model import Diagnostic, Problems, Related, Span
from compplan.diagnostics.storage import trouble

MAX_BYTES = 1_000_000
MAX_DEPTH = 30

Value = str | None | list["Value"] | dict[str, "Value"]
Place = tuple[str | int, ...]
"""The way to a value from the top: keys and positions in lists."""


@dataclass(slots=True)
class Marks:
    """Where each value stands in the file, and each key; `lines` is the text, for showing."""

    file: str
    lines: tuple[str, ...]
    values: dict[Place, Span] = field(default_factory=dict)
    keys: dict[Place, Span] = field(default_factory=dict)

    def value(self, place: Place) -> Span:
        """The place of a value, or of the nearest thing around it that has one; of its key, where it takes several lines."""
        while place and place not in self.values:
            place = place[:-1]
        span = self.values.get(place, Span(self.file, 1, 1, 1, 1))
        if span.end_line == span.line:
            return span
        first = self.line(span) or ""
        return self.keys.get(place) or Span(self.file, span.line, span.column, span.line, max(len(first.rstrip()) + 1, span.column))

    def key(self, place: Place) -> Span:
        """The place of a key; of the value where it has none, as in a list."""
        return self.keys.get(place) or self.value(place)

    def line(self, span: Span) -> str | None:
        """The line of text at a place."""
        return self.lines[span.line - 1] if 1 <= span.line <= len(self.lines) else None

    def problem(
        self, code: str, title: str, message: str, span: Span, hint: str | None = None, related: tuple[Related, ...] = ()
    ) -> Diagnostic:
        """A diagnostic at a place of this file."""
        return Diagnostic(code, title, message, span, hint, related=related, line_text=self.line(span))


def read_yaml(path: Path) -> tuple[Value, Marks]:
    """The values of a YAML file and where they stand.

    Raises `Problems` where the file is missing, too large, not UTF-8 or not the plain YAML described above.
    """
    text = _read_text(path)
    marks = Marks(str(path), tuple(text.splitlines()))
    try:
        return _Builder(marks, yaml.parse(text, Loader=yaml.SafeLoader)).document(), marks
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = _point(marks, mark.line, mark.column) if mark else marks.value(())
        raise Problems([marks.problem("yaml-syntax", "This is not valid YAML", _plain(error), span, _SYNTAX_HINT)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position)
        message = f"There is a character (number {error.character}) that cannot be part of such a file."
        raise Problems([marks.problem("yaml-syntax", "This is not valid YAML", message, _point(marks, line, 0))]) from None


_SYNTAX_HINT = 'Check the indentation (spaces, never tabs) and the quotes; texts with `:`, `#`, `{`, `%` at their start or `"` need quotes.'


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        found = trouble(error)
        message = f"{path} cannot be read: {found.why}."
        raise Problems([Diagnostic("unreadable-file", "The file cannot be read", message, None, found.advice)]) from None
    if len(data) > MAX_BYTES:
        message = f"{path} has {len(data):,} bytes; such a file has at most {MAX_BYTES:,}."
        raise Problems([Diagnostic("file-too-large", "The file is too large", message)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"Line {line} holds a byte that is not UTF-8 text."
        hint = "Save the file as UTF-8."
        raise Problems([Diagnostic("not-utf8", "The file is not UTF-8", message, Span(str(path), line, 1, line, 1), hint)]) from None


_PLAIN: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "A colon stands where none can: one setting a line, and a text that holds `: ` needs quotes."),
    ("could not find expected ':'", "A name and a colon are expected before this place, as in `currency: USD`."),
    ("expected ',' or ']'", "A list that opens with `[` is not closed with `]`."),
    ("expected ',' or '}'", "A group that opens with `{` is not closed with `}`."),
    ("character '\\t'", "A tab stands here; YAML is indented with spaces only."),
    ("cannot start any token", "A text cannot begin with this sign unless it is in quotes."),
    ("unexpected end of stream", "A quote is opened and never closed."),
    ("expected <block end>", "The indentation does not match the lines above: settings of one group begin in the same column."),
    ("did not find expected", "The indentation does not match the lines above: settings of one group begin in the same column."),
)


def _plain(error: yaml.MarkedYAMLError) -> str:
    said = ", ".join(p for p in (error.context, error.problem) if p) or "it cannot be read"
    return next((plain for part, plain in _PLAIN if part in said), f"{said[0].upper()}{said[1:]}.")


def _point(marks: Marks, line: int, column: int) -> Span:
    return Span(marks.file, line + 1, column + 1, line + 1, column + 2)


class _Builder:
    """Values from the stream of events: no recursion deeper than `MAX_DEPTH`, nothing kept that a key twice or an alias would hide."""

    def __init__(self, marks: Marks, events: Iterator[yaml.Event]) -> None:
        self.marks = marks
        self.events = (e for e in events if not isinstance(e, yaml.StreamStartEvent))
        self.ended_at = (0, 0)

    def document(self) -> Value:
        if not isinstance(next(self.events), yaml.DocumentStartEvent):
            return None
        value = self._value(next(self.events), (), 0)
        next(self.events)
        extra = next(self.events)
        if isinstance(extra, yaml.DocumentStartEvent):
            self._refuse(extra, "A second document begins here (`---`); such a file is one document.")
        return value

    def _value(self, event: yaml.Event, place: Place, depth: int) -> Value:
        if depth > MAX_DEPTH:
            self._refuse(event, f"The nesting is more than {MAX_DEPTH} levels deep.")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._refuse(
                event, "Anchors (`&name`) and aliases (`*name`) are not read; write the value out, or quote a text that begins so."
            )
        if getattr(event, "tag", None):
            self._refuse(event, f"The tag `{getattr(event, 'tag', '')}` is not read; quote a text that begins with `!`.")
        if isinstance(event, yaml.ScalarEvent):
            self.marks.values[place] = self._span(event)
            self.ended_at = _end(event)
            return None if event.style is None and event.value in {"", "~", "null", "Null", "NULL"} else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, place, depth)
        assert isinstance(event, yaml.MappingStartEvent)
        return self._mapping(event, place, depth)

    def _sequence(self, start: yaml.Event, place: Place, depth: int) -> Value:
        items: list[Value] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*place, len(items)), depth + 1))
        self._close(start, event, place)
        return items

    def _mapping(self, start: yaml.Event, place: Place, depth: int) -> Value:
        values: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.tag or event.anchor:
                self._refuse(event, "A name is expected here, before the colon.")
                continue
            here = (*place, event.value)
            span = self._span(event)
            if event.value in values:
                related = (Related(self.marks.keys[here], "the first one"),)
                message = f"`{event.value}` stands twice in the same place; only one can count."
                raise Problems([self.marks.problem("yaml-key-twice", "A key stands twice", message, span, "Remove one.", related)])
            self.marks.keys[here] = span
            values[event.value] = self._value(next(self.events), here, depth + 1)
        self._close(start, event, place)
        return values

    def _close(self, start: yaml.Event, end: yaml.Event, place: Place) -> None:
        opened, first, last = _begin(start), _begin(end), _end(end)
        if last > first:
            self.ended_at = last
        line, column = max(self.ended_at, _end(start))
        self.marks.values[place] = Span(self.marks.file, opened[0] + 1, opened[1] + 1, line + 1, column + 1)

    def _span(self, event: yaml.Event) -> Span:
        one, two = _begin(event), _end(event)
        return Span(self.marks.file, one[0] + 1, one[1] + 1, two[0] + 1, two[1] + 1)

    def _refuse(self, event: yaml.Event, message: str) -> None:
        line, column = _begin(event)
        span = _point(self.marks, line, column)
        raise Problems([self.marks.problem("yaml-not-plain", "This part of YAML is not read", message, span)])


def _begin(event: yaml.Event) -> tuple[int, int]:
    return (event.start_mark.line, event.start_mark.column) if event.start_mark else (0, 0)


def _end(event: yaml.Event) -> tuple[int, int]:
    return (event.end_mark.line, event.end_mark.column) if event.end_mark else _begin(event)
