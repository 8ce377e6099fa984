"""Whether the records of a scenario are still what the project asks of them: keys, references, sums, limits of columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from compplan.diagnostics import Diagnostic
from compplan.diagnostics.suggest import closest
from compplan.engine.relations import RECORDS
from compplan.records.cells import Raw, cell, physical_type
from compplan.records.flags import FLAGS, Tables
from compplan.records.project_file import Project
from compplan.records.reasons import reason, title
from compplan.records.rejects import words_of
from compplan.records.rows import own_currency
from compplan.records.sql import any_of, name, text
from compplan.records.validate import check_add_up, check_keys, check_references, references
from compplan.records.yaml_marks import Place
from compplan.schema import RecordKind
from compplan.whatif.scenarios.asked import Asked
from compplan.whatif.scenarios.rows import RowRule

if TYPE_CHECKING:
    import duckdb


def unsound_rows(
    connection: duckdb.DuckDBPyConnection, project: Project, asked: Asked, rules: Sequence[RowRule], tables: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """What is wrong with records of which some kinds have the rows of other tables; each at the rule that it comes from."""
    if not tables:
        return
    kinds = dict(project.schema.kinds)
    about = {k.name for k in kinds.values() if k.name in tables or any(target in tables for _, target in references(k))}
    names = dict(tables) | {kind: _copied(connection, kind) for kind in sorted(about - set(tables)) if _is_view(connection, kind)}
    counts = {kind: _count(connection, names.get(kind, kind)) for kind in kinds}
    held = Tables(connection, RECORDS, counts, set(kinds), names)
    held.no_flags()
    try:
        for kind in (kinds[n] for n in sorted(about)):
            if kind.name in tables:
                _flag_cells(held, project, kind, rules)
                check_keys(held, kind)
                for rule in project.sources[kind.name].add_up:
                    check_add_up(held, kind, rule)
            check_references(held, kind, kinds)
        yield from _told(held, project, asked, rules)
    finally:
        connection.execute(f"DROP TABLE IF EXISTS temp.{FLAGS}")
        for copied in set(names.values()) - set(tables.values()):
            connection.execute(f"DROP TABLE {name(RECORDS)}.{name(copied)}")


def _flag_cells(held: Tables, project: Project, kind: RecordKind, rules: Sequence[RowRule]) -> None:
    """Flags cells that a rule changed beyond what their column may hold."""
    changed = {column for rule in rules if rule.kind.name == kind.name for column in (*rule.sets, *rule.times)}
    changed |= {column for rule in rules if rule.kind.name == kind.name for row in rule.added for column in row}
    for column in (c for c in kind.columns if c.name in changed):
        own = own_currency(column)
        source = replace(project.sources[kind.name].columns[column.name], values={}, currency_header=None)
        currency = None if own is None else name(own)
        read = cell(column, source, Raw(name(column.name), physical_type(column), is_text=False, currency=currency))
        held.flag(f"""
            SELECT {text(kind.name)}, rowid, {text(column.name)}, CAST({read.shown} AS VARCHAR), {read.code}, NULL, NULL
            FROM {held.table(kind.name)} WHERE {any_of(condition for _, condition in read.refusals)}""")


def _told(held: Tables, project: Project, asked: Asked, rules: Sequence[RowRule]) -> Iterator[Diagnostic]:
    query = f"""SELECT kind, column_name, code, count(DISTINCT row_id), min(value), arg_min(detail, value) FROM {FLAGS}
        GROUP BY kind, column_name, code ORDER BY ALL"""
    for kind, column, code, rows, value, detail in held.connection.execute(query).fetchall():
        words = words_of(project, kind, column)
        why = _WHY.get(code) or reason(code, words).replace("{detail}", detail or "").replace("{other}", "another row")
        more = f" There {'is 1' if rows == 2 else f'are {rows - 1:,}'} more like this." if rows > 1 else ""
        shown = f"“{value}”" if value is not None else "It"
        message = f"{shown} in `{column}` of {kind} {why}.{more}"
        cause = _cause(project, rules, kind, column, value)
        place = _place(asked, cause, column)
        hint = _hint(held, project, code, cause, kind, words["target"], value)
        yield asked.problem("unsound-records", title(code, words), message, place, hint, key=place == cause.place)


def _hint(held: Tables, project: Project, code: str, cause: RowRule, kind: str, target: str, value: str | None) -> str | None:
    """What to do about it."""
    if code == "unknown-reference" and cause.kind.name == kind:
        return _near(held, project.schema.kinds[target], value or "")
    if code in _TWICE and cause.person is not None:
        return "What changes for somebody who is in the records already stands below `people`."
    return _HINTS.get(code, "").format(kind=kind, target=target) or None


def _place(asked: Asked, rule: RowRule, column: str) -> Place:
    """Where a rule says what stands in a column; the rule, where it does not."""
    for place in ((*rule.place, "set", column), (*rule.place, "times", column), (*rule.place, "add", column), (*rule.place, column)):
        if (*asked.place, *place) in asked.marks.values:
            return place
    return rule.place


def _near(held: Tables, kind: RecordKind, value: str) -> str | None:
    """The key that may be meant."""
    key = name(kind.key[0])
    found = held.connection.execute(f"SELECT DISTINCT {key} FROM {held.table(kind.name)} ORDER BY {key} LIMIT {_MOST_KEYS}").fetchall()
    near = closest(value, [str(k) for (k,) in found])
    return f"Did you mean {near}?" if near else None


_MOST_KEYS = 20_000
_TWICE = ("duplicate-key", "overlapping-rows")
_WHY = {"duplicate-key": "stands there twice", "overlapping-rows": "has two rows that hold on the same days"}
_HINTS = {
    "unknown-reference": "Let these rows of {kind} refer to others, or leave them out as well; or keep the row of {target}.",
    "does-not-add-up": "Change the other rows of the group as well.",
    "duplicate-key": "A row that is added needs a key of its own; to change one that is there, choose it by `where` and `set`.",
}


def _cause(project: Project, rules: Sequence[RowRule], kind: str, column: str, value: str | None) -> RowRule:
    """The rule that a problem comes from: that about the person, else the last one about the kind, or about what the column refers to."""
    targets = {target for c, target in references(project.schema.kinds[kind]) if c.name == column}
    mine = [rule for rule in rules if rule.kind.name == kind and (column in {**rule.sets, **rule.times} or rule.added)]
    theirs = [rule for rule in rules if rule.kind.name in targets]
    about = [rule for rule in mine if rule.person is not None and rule.person == value]
    return (about or mine or theirs or [rule for rule in rules if rule.kind.name == kind] or list(rules))[-1]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {name(RECORDS)}.{name(table)}").fetchone()
    return int(row[0]) if row else 0


def _is_view(connection: duckdb.DuckDBPyConnection, kind: str) -> bool:
    query = f"SELECT 1 FROM duckdb_views() WHERE schema_name = {text(RECORDS)} AND view_name = {text(kind)}"
    return connection.execute(query).fetchone() is not None


def _copied(connection: duckdb.DuckDBPyConnection, kind: str) -> str:
    """A passing table with the rows of a view, whose rows have numbers."""
    copied = f"{kind}~rows"
    connection.execute(f"CREATE OR REPLACE TABLE {name(RECORDS)}.{name(copied)} AS SELECT * FROM {name(RECORDS)}.{name(kind)}")
    return copied
