"""Rejected rows summed up: one diagnostic for each thing that is wrong in a column, with its first examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compplan.diagnostics.model import Diagnostic, Related, Span
from compplan.diagnostics.suggest import closest
from compplan.records.flags import Tables
from compplan.records.project import Project
from compplan.records.reasons import FOLLOWING, hint, title
from compplan.records.rejects import rejects_table, words_of
from compplan.records.sql import name
from compplan.schema import ReferenceType

EXAMPLES = 5
"""Rows that a diagnostic names; the rest is counted."""

_SHOWN = 60
_MANY_KEYS = 20_000


def summarise(tables: Tables, project: Project) -> tuple[Diagnostic, ...]:
    """One diagnostic for each kind, column and reason; those of rows that merely go with a rejected one come last."""
    groups = tables.connection.execute(f"""
        WITH numbered AS (
            SELECT *, row_number() OVER () AS position, row_number() OVER (PARTITION BY kind, "column", code ORDER BY rowid) AS example,
                   count(*) OVER (PARTITION BY kind, "column", code) AS size
            FROM {rejects_table(tables)})
        SELECT kind, "column", code, any_value(size),
               list({{'file': file, 'line': line, 'value': value, 'reason': reason}} ORDER BY example)
        FROM numbered WHERE example <= {EXAMPLES}
        GROUP BY kind, "column", code""").fetchall()
    kinds = list(project.schema.kinds)

    def order(group: tuple[Any, ...]) -> tuple[bool, int, str, int, str, str]:
        kind, column, code, _, examples = group
        return code in FOLLOWING, kinds.index(kind), examples[0]["file"], examples[0]["line"], column, code

    return tuple(_diagnostic(tables, project, group) for group in sorted(groups, key=order))


def _diagnostic(tables: Tables, project: Project, group: tuple[Any, ...]) -> Diagnostic:
    kind, column, code, size, examples = group
    words = words_of(project, kind, column)
    first = examples[0]
    related = tuple(Related(_span(project, e), _said(e)) for e in examples[1:])
    message = f"{_subject(column, code)}{_said(first)}."
    if size > 1:
        more = size - len(examples)
        rest = f", and in {more:,} more" if more else ""
        message += f" The same in {len(related)} other row{'' if len(related) == 1 else 's'} named here{rest}."
    advice = hint(code, words)
    if code == "unknown-reference":
        advice = _did_you_mean(tables, project, kind, column, first["value"]) or advice
    return Diagnostic(code, title(code, words), message, _span(project, first), advice, related=related)


def _subject(column: str, code: str) -> str:
    return "The row " if code == "ragged-row" else f"{column}: " if column else "The row "


def _said(example: dict[str, Any]) -> str:
    value = example["value"] or ""
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return f"“{shown}” {example['reason']}" if value else str(example["reason"])


def _span(project: Project, example: dict[str, Any]) -> Span:
    line = example["line"]
    return Span(str(project.root / example["file"]), line, 1, line, 1)


def _did_you_mean(tables: Tables, project: Project, kind: str, column: str, value: str) -> str | None:
    """A key that is spelt nearly so, and the two ways to settle it."""
    declared = project.schema.kinds[kind].column(column)
    if declared is None or not isinstance(declared.type, ReferenceType):
        return None
    target = project.schema.kinds[declared.type.kind]
    near = closest(value, _keys(tables, target.name, target.key[0]))
    if near is None:
        return None
    return f'Did you mean “{near}”? Correct it at the source, or map it at the column: `values: {{"{value}": "{near}"}}`.'


def _keys(tables: Tables, kind: str, key: str) -> Iterator[str]:
    rows = tables.connection.execute(
        f"SELECT DISTINCT {name(key)} FROM {tables.table(kind)} WHERE {name(key)} IS NOT NULL LIMIT {_MANY_KEYS + 1}"
    )
    found = sorted(str(k) for (k,) in rows.fetchall())
    return iter(found if len(found) <= _MANY_KEYS else ())
