"""Diagnostics for programs: one JSON object, plain ASCII, the same fields always there."""

from __future__ import annotations

import json
from collections.abc import Sequence

from compplan.diagnostics.model import Diagnostic, Span

VERSION = 1
"""Version of the shape of the object; a field that changes its meaning raises it."""


def render_json(diagnostics: Sequence[Diagnostic]) -> str:
    """An object with `version`, the counts `errors` and `warnings`, and `diagnostics`; `span` and `hint` are null where there is none."""
    errors = sum(d.is_error for d in diagnostics)
    log = {
        "version": VERSION,
        "errors": errors,
        "warnings": len(diagnostics) - errors,
        "diagnostics": [_diagnostic(d) for d in diagnostics],
    }
    return json.dumps(log, indent=2) + "\n"


def _diagnostic(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "title": diagnostic.title,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "span": None if diagnostic.span is None else _span(diagnostic.span),
        "related": [{"message": r.message, "span": _span(r.span)} for r in diagnostic.related],
    }


def _span(span: Span) -> dict[str, object]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
