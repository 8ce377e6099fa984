"""Rejected rows summed up: one diagnostic for each thing that is wrong in a column, with its first examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from compplan.diagnostics.model import Diagnostic, Related, Span
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.records.cell_place import CellPlaces
from compplan.records.flags import Tables
from compplan.records.project_file import Project
from compplan.records.reasons import FOLLOWING, hint, title
from compplan.records.rejects import rejects_table, words_of
from compplan.records.sql import name, text
from compplan.records.usual_amounts import MOST_DECIMALS, amount_advice, decimals_needed, yes_no_advice
from compplan.records.usual_dates import date_advice
from compplan.schema import ReferenceType

EXAMPLES = 5
"""Values, and lines, that a diagnostic names; the rest is counted."""

_SHOWN = 60
_MANY_KEYS = 20_000
_MANY_VALUES = 5_000


@immutable
class _Example:
    """A refused value: the first row that has it, and how many rows do."""

    file: str
    line: int
    value: str | None
    reason: str
    rows: int = 1


@dataclass(slots=True)
class _Group:
    """All that is wrong in one column for one reason."""

    kind: str
    column: str
    code: str
    rows: int = 0
    values: int = 0
    examples: list[_Example] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)


def summarise(tables: Tables, project: Project) -> tuple[Diagnostic, ...]:
    """One diagnostic for each kind, column and reason; those of rows that merely go with a rejected one come last."""
    kinds = list(project.schema.kinds)

    def order(group: _Group) -> tuple[bool, int, str, int, int, str]:
        first = group.examples[0]
        return group.code in FOLLOWING, kinds.index(group.kind), first.file, first.line, _position(project, group), group.code

    places = CellPlaces()
    return tuple(_diagnostic(tables, project, group, places) for group in sorted(_groups(tables), key=order))


def _position(project: Project, group: _Group) -> int:
    """Where the column, or the first one of a key, stands among the columns of its kind."""
    names = [c.name for c in project.schema.kinds[group.kind].columns]
    first = group.column.split(", ")[0]
    return names.index(first) if first in names else -1


def _groups(tables: Tables) -> list[_Group]:
    rejects, groups = rejects_table(tables), dict[tuple[str, str, str], _Group]()
    places = f'SELECT kind, "column", code, min(rowid, {EXAMPLES}) FROM {rejects} GROUP BY kind, "column", code ORDER BY ALL'
    values = f"""
        SELECT kind, "column", code, sum(size), count(*), min(first, {EXAMPLES}), arg_min(size, first, {EXAMPLES})
        FROM (SELECT kind, "column", code, value, min(rowid) AS first, count(*) AS size FROM {rejects} GROUP BY kind, "column", code, value)
        GROUP BY kind, "column", code ORDER BY kind, "column", code"""
    first_places, first_values = tables.connection.execute(places).fetchall(), tables.connection.execute(values).fetchall()
    named = {n for *_, numbers in first_places for n in numbers} | {n for *_, numbers, _ in first_values for n in numbers}
    found = f"SELECT rowid, file, line, value, reason FROM {rejects} WHERE rowid IN ({', '.join(map(str, sorted(named)))})"
    rows = {n: _Example(file, line, value, why) for n, file, line, value, why in tables.connection.execute(found).fetchall()}
    for kind, column, code, size, count, numbers, sizes in first_values:
        examples = [replace(rows[n], rows=k) for n, k in zip(numbers, sizes, strict=True)]
        groups[kind, column, code] = _Group(kind, column, code, int(size), count, examples)
    for kind, column, code, numbers in first_places:
        groups[kind, column, code].places.extend((rows[n].file, rows[n].line) for n in numbers)
    return list(groups.values())


def _diagnostic(tables: Tables, project: Project, group: _Group, places: CellPlaces) -> Diagnostic:
    words = words_of(project, group.kind, group.column)
    first, others = group.examples[0], group.examples[1:]
    subject = f"{group.column}: " if group.column and group.code != "ragged-row" else "The row "
    message = f"{subject}{_said(first)}."
    if group.rows > 1:
        message += f" {group.rows:,} rows are refused for this: {_lines(group)}."
    related = [Related(_span(places, project, group, e), f"{_said(e)}{f', in {e.rows:,} rows' if e.rows > 1 else ''}") for e in others]
    if group.values > len(group.examples):
        related[-1] = replace(related[-1], message=f"{related[-1].message}; {group.values - len(group.examples):,} more such values follow")
    advice = hint(group.code, words)
    if group.code == "unknown-reference":
        advice = _did_you_mean(tables, project, group.kind, group.column, first.value or "") or advice
    elif group.code == "bad-date":
        advice = _date_advice(tables, group) or advice
    elif group.code in {"bad-amount", "bad-number", "too-many-digits", "bad-yes-no"}:
        advice = _value_advice(tables, project, group) or advice
    return Diagnostic(group.code, title(group.code, words), message, _span(places, project, group, first), advice, related=tuple(related))


def _value_advice(tables: Tables, project: Project, group: _Group) -> str | None:
    """What the refused values of a column themselves advise."""
    source, values = project.sources[group.kind].columns[group.column], _values(tables, group)
    if group.code == "bad-yes-no":
        return yes_no_advice(values)
    if group.code != "too-many-digits":
        return amount_advice(values, source.thousands, source.decimal)
    needed = decimals_needed(values, source.decimal)
    if needed is None:
        return f"Nothing is rounded unasked, and {MOST_DECIMALS} digits are the most that can be kept: round it at the source."
    return f"Nothing is rounded unasked: round it at the source, or say `decimals: {needed}` at the column."


def _values(tables: Tables, group: _Group) -> list[str]:
    """The values that were refused, each once; of very many, some."""
    which = f'kind = {text(group.kind)} AND "column" = {text(group.column)} AND code = {text(group.code)} AND value IS NOT NULL'
    values = f"SELECT DISTINCT value FROM {rejects_table(tables)} WHERE {which} ORDER BY value LIMIT {_MANY_VALUES}"
    return [str(v) for (v,) in tables.connection.execute(values).fetchall()]


def _date_advice(tables: Tables, group: _Group) -> str | None:
    """How the refused dates of a column are written, by the values themselves."""
    accepted = tables.scalar(f"SELECT count({name(group.column)}) FROM {tables.table(group.kind)}")
    return date_advice(_values(tables, group), group.rows, accepted)


def _lines(group: _Group) -> str:
    """The first lines, by file, and how many more there are."""
    by_file: dict[str, list[str]] = {}
    for file, line in group.places:
        by_file.setdefault(file, []).append(str(line))
    named = "; ".join(f"{file} line{'' if len(lines) == 1 else 's'} {', '.join(lines)}" for file, lines in by_file.items())
    more = group.rows - len(group.places)
    return f"{named} and {more:,} more" if more else named


def _said(example: _Example) -> str:
    value = " ".join((example.value or "").split("\n"))
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return f"“{shown}” {example.reason}" if value else example.reason


def _span(places: CellPlaces, project: Project, group: _Group, example: _Example) -> Span:
    return places.span(project.root / example.file, example.line, group.column, example.value, project.sources[group.kind])


def _did_you_mean(tables: Tables, project: Project, kind: str, column: str, value: str) -> str | None:
    """A key that is spelt nearly so, and the two ways to settle it."""
    declared = project.schema.kinds[kind].column(column)
    if declared is None or not isinstance(declared.type, ReferenceType):
        return None
    target = project.schema.kinds[declared.type.kind]
    near = closest(value, _keys(tables, target.name, target.key[0]))
    if near is None:
        return None
    if near.strip() == value.strip():
        return _spaces_advice(value, near, target.name)
    return f'Did you mean “{near}”? Correct it at the source, or map it at the column: `values: {{"{value}": "{near}"}}`.'


def _spaces_advice(value: str, key: str, kind: str) -> str:
    """What to say of two texts of which only the spaces around them differ: such spaces are not seen."""
    if value != value.strip():
        return f"It has a space before or after it, which “{key}” in {kind} has not: take the space away at the source."
    return f"In {kind} it stands with a space before or after it: take that space away at the source."


def _keys(tables: Tables, kind: str, key: str) -> Iterator[str]:
    rows = tables.connection.execute(
        f"SELECT DISTINCT {name(key)} FROM {tables.table(kind)} WHERE {name(key)} IS NOT NULL LIMIT {_MANY_KEYS + 1}"
    )
    found = sorted(str(k) for (k,) in rows.fetchall())
    return iter(found if len(found) <= _MANY_KEYS else ())
