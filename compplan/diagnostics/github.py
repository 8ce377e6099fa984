"""Workflow commands: GitHub shows each diagnostic beside its line in a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from compplan.diagnostics.concise import concise_line
from compplan.diagnostics.model import Diagnostic, Span
from compplan.diagnostics.text import safe, safe_lines


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    """`::error file=...,line=...,title=...::text`, a line each; the text repeats the place, since the log shows nothing else."""
    return "".join(f"{_command(d)}\n" for d in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    fields = [] if diagnostic.span is None else _place(diagnostic.span)
    fields.append(("title", f"{safe(diagnostic.title)} [{safe(diagnostic.code)}]"))
    hint = () if diagnostic.hint is None else safe_lines(f"help: {diagnostic.hint}")
    text = "\n".join((concise_line(diagnostic), *hint))
    return f"::{diagnostic.severity.value} {','.join(f'{k}={_property(v)}' for k, v in fields)}::{_data(text)}"


def _place(span: Span) -> list[tuple[str, str]]:
    """File and lines; columns only for a span within one line, since others are refused."""
    fields = [("file", safe(span.file))]
    if span.line >= 1:
        fields += [("line", str(span.line)), ("endLine", str(max(span.line, span.end_line)))]
        if span.end_line == span.line:
            fields += [("col", str(max(span.column, 1))), ("endColumn", str(max(span.column, span.end_column, 1)))]
    return fields


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
