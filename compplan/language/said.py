"""What a component says, line by line, as it stands after all changes: which words of which file stand where."""

from __future__ import annotations

from collections.abc import Iterator

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language import tree as t


@immutable
class Said:
    """One line: its words, a format with `{}` for the text of each span; `span` is where it was written."""

    words: str
    spans: tuple[Span, ...]
    span: Span


def said_of(tree: t.Component) -> tuple[tuple[Said, ...], ...]:
    """The sentences of a component, each with the lines that it has."""
    return tuple(tuple(_lines(line)) for line in tree.lines if not (isinstance(line, t.InForce) and not line.written))


def _lines(line: t.ComponentLine) -> Iterator[Said]:
    if isinstance(line, t.Sentence) and isinstance(line.value, (t.Slices, t.Step, t.Curve)):
        span, operand = line.span, line.value.operand.span
        head = Span(span.file, span.line, span.column, operand.end_line, _LINE_END)
        yield Said("{}", (head,), head)
        for row in line.value.rows:
            if row.span == row.value.span:
                yield Said(f"  {row.bound_kind.value} {{}}: {{}}", (row.bound.span, row.value.span), row.span)
            else:
                yield Said("  {}", (row.span,), row.span)
        yield Said("}}", (), Span(span.file, span.end_line, span.end_column, span.end_line, span.end_column))
    elif isinstance(line, t.Sentence) and line.span == line.value.span:
        yield Said(f"{line.keyword}{' at' if line.keyword in ('cap', 'floor') else ''} {{}}", (line.value.span,), line.span)
    else:
        yield Said("{}", (line.span,), line.span)


_LINE_END = 1_000_000
"""Beyond the end of any line."""
