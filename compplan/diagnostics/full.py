"""The format for people: title, place, the source line with the span marked, what is wrong, and what to do."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping, Sequence

from compplan.diagnostics.model import Diagnostic, Severity, Span
from compplan.diagnostics.text import Lines, location, safe, safe_lines, view
from compplan.immutable import immutable

_TEXT_WIDTH = 100
_SHOWN_WHOLE = 5
_STYLES: Mapping[str, str] = {"error": "1;31", "warning": "1;33", "frame": "1;34", "title": "1", "help": "1;36", "note": "1;32"}


def render_full(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], colour: bool = False) -> str:
    """Each diagnostic as a paragraph with its source, then a line that counts them; nothing at all where there are none."""
    if not diagnostics:
        return ""
    lines = Lines(sources)
    paint = _Paint(colour)
    blocks = [_block(d, lines, paint) for d in diagnostics]
    return "\n".join([*blocks, summary(diagnostics) + "\n"])


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """How many errors and warnings there are: `3 errors, 1 warning`; `no problems` where there are none."""
    errors = sum(d.is_error for d in diagnostics)
    counts = ((errors, "error"), (len(diagnostics) - errors, "warning"))
    said = [f"{count:,} {word}" + ("" if count == 1 else "s") for count, word in counts if count]
    return ", ".join(said) or "no problems"


@immutable
class _Paint:
    """Colours of a terminal, or none."""

    on: bool

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.on and text else text


@immutable
class _Frame:
    """The margin that line numbers stand in, as wide as the largest of them."""

    margin: int
    paint: _Paint

    def arrow(self, span: Span) -> str:
        return " " * self.margin + self.paint("frame", "--> ") + location(span)

    def row(self, number: int | None, text: str) -> str:
        label = "" if number is None else str(number)
        return (self.paint("frame", f"{label:>{self.margin}} |") + f" {text}").rstrip()

    def prose(self, label: str, text: str, style: str = "title") -> list[str]:
        """A text under the source, wrapped; lines that the author indented stay as they are."""
        indent = " " * (self.margin + 1)
        lead = f"{label}: " if label else ""
        wrapped: list[str] = []
        for line in safe_lines(text):
            fixed = line.startswith(" ") or len(line) + len(lead) <= _TEXT_WIDTH
            wrapped += [line] if fixed else textwrap.wrap(line, _TEXT_WIDTH - len(lead), break_long_words=False, break_on_hyphens=False)
        first, *rest = wrapped
        head = f"{self.paint(style, label + ':')} {first}" if label else first
        return [indent + head, *(f"{indent}{' ' * len(lead)}{line}".rstrip() for line in rest)]


def _block(diagnostic: Diagnostic, lines: Lines, paint: _Paint) -> str:
    severity = diagnostic.severity.value
    out = [paint(severity, f"{severity}[{safe(diagnostic.code)}]") + paint("title", f": {safe(diagnostic.title)}")]
    frame = _Frame(_margin(diagnostic, lines), paint)
    if diagnostic.span is not None:
        out.append(frame.arrow(diagnostic.span))
        out += _snippet(diagnostic.span, lines.of(diagnostic), lines, frame, _mark(diagnostic.severity))
    out += frame.prose("", diagnostic.message)
    for related in diagnostic.related:
        out += frame.prose("note", related.message, "note")
        out.append(frame.arrow(related.span))
        out += _snippet(related.span, lines.line(related.span.file, related.span.line), lines, frame, ("-", "frame"))
    if diagnostic.hint is not None:
        out += frame.prose("help", diagnostic.hint, "help")
    return "\n".join(out) + "\n"


def _margin(diagnostic: Diagnostic, lines: Lines) -> int:
    """Columns that the largest line number shown takes; at least two, so that most paragraphs of a report line up."""
    spans = ([] if diagnostic.span is None else [diagnostic.span]) + [r.span for r in diagnostic.related]
    return max([2, *(len(str(_last_line(span, lines))) for span in spans)])


def _last_line(span: Span, lines: Lines) -> int:
    return max(span.line, min(span.end_line, lines.count(span.file)))


def _mark(severity: Severity) -> tuple[str, str]:
    return ("^", severity.value)


def _snippet(span: Span, first_line: str | None, lines: Lines, frame: _Frame, mark: tuple[str, str]) -> list[str]:
    """The source of a span with a mark (character, style) under it; nothing where the source is not at hand."""
    if first_line is None:
        return []
    end_line, end = _end(span, first_line, lines)
    if end_line == span.line:
        return [frame.row(None, ""), *_one_line(span, first_line, end, frame, mark)]
    return [frame.row(None, ""), *_many_lines(span, first_line, (end_line, end), lines, frame, mark)]


def _end(span: Span, first_line: str, lines: Lines) -> tuple[int, int]:
    """The last line to show, and the index in it where the marking ends: that of the span, moved back to text that is at hand."""
    end_line = _last_line(span, lines)
    end = span.end_column - 1 if end_line >= span.end_line else sys.maxsize
    if end_line > span.line and end < 1:
        end_line, end = end_line - 1, sys.maxsize
    last = first_line if end_line == span.line else lines.line(span.file, end_line) or ""
    return end_line, min(end, len(last))


def _one_line(span: Span, line: str, end: int, frame: _Frame, mark: tuple[str, str]) -> list[str]:
    start = min(max(span.column - 1, 0), len(line))
    seen = view(line, start)
    left, right = seen.column(start), seen.column(max(start, end))
    character, style = mark
    underline = " " * left + frame.paint(style, character * max(right - left, 1))
    return [frame.row(span.line, seen.text), frame.row(None, underline)]


def _many_lines(span: Span, first_line: str, end: tuple[int, int], lines: Lines, frame: _Frame, mark: tuple[str, str]) -> list[str]:
    """The lines of a longer span beside a bar; only its first two and its last where there are many."""
    character, style = mark
    end_line, end_index = end
    bar = frame.paint(style, "|")
    out = _opening(span, first_line, frame, mark)
    whole = end_line - span.line < _SHOWN_WHOLE
    for number in range(span.line + 1, end_line) if whole else (span.line + 1,):
        out.append(frame.row(number, f"{bar} {view(lines.line(span.file, number) or '', 0).text}"))
    if not whole:
        out.append(frame.paint("frame", "..."))
    last = max(end_index - 1, 0)
    seen = view(lines.line(span.file, end_line) or "", last)
    out.append(frame.row(end_line, f"{bar} {seen.text}"))
    out.append(frame.row(None, bar + frame.paint(style, "_" * (seen.column(last) + 1) + character)))
    return out


def _opening(span: Span, first_line: str, frame: _Frame, mark: tuple[str, str]) -> list[str]:
    """The first line of a longer span: a corner where the span begins with the line, else a rule that leads to its first character."""
    character, style = mark
    start = min(max(span.column - 1, 0), len(first_line))
    seen = view(first_line, start)
    if not first_line[:start].strip():
        return [frame.row(span.line, f"{frame.paint(style, '/')} {seen.text}")]
    rule = " " + frame.paint(style, "_" * (seen.column(start) + 1) + character)
    return [frame.row(span.line, f"  {seen.text}"), frame.row(None, rule)]
