"""The text of a quota as it stands in its file, in three parts."""

from __future__ import annotations

from collections.abc import Mapping

from compplan.diagnostics import Span
from compplan.language import tree as t


def around_value(texts: Mapping[str, str], quota: t.Quota) -> tuple[str, str, str]:
    """What stands before the value of a quota, the value, and what stands behind it."""
    whole, value = quota.span, quota.value.span
    before = Span(whole.file, whole.line, whole.column, value.line, value.column)
    after = Span(whole.file, value.end_line, value.end_column, whole.end_line, whole.end_column)
    lines = texts[whole.file].split("\n")
    return _between(lines, before), _between(lines, value), _between(lines, after)


def _between(lines: list[str], span: Span) -> str:
    found = lines[span.line - 1 : span.end_line]
    found[-1] = found[-1][: span.end_column - 1]
    found[0] = found[0][span.column - 1 :]
    return "\n".join(found)
