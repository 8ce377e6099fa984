"""What rows must satisfy together: unique keys, references that lead somewhere, shares that add up; then what goes with a rejected row.

Each check looks at all rows, those with a refused cell included, so that one run finds everything; a check that finds nothing, the usual
case, is one aggregate or one join.
"""

from __future__ import annotations

from collections.abc import Sequence

from compplan.records.distinct import may_repeat
from compplan.records.flags import Tables
from compplan.records.spec import AddUp
from compplan.records.sql import all_of, name, text
from compplan.schema import PEOPLE, Column, RatioType, RecordKind, ReferenceType


def is_sound(tables: Tables, kind: RecordKind, kinds: dict[str, RecordKind], rules: Sequence[AddUp]) -> bool:
    """Whether none of the checks of a kind would find anything."""
    return not (
        _keys_repeat(tables, kind)
        or any(_leads_nowhere(tables, kind, column, kinds[target]) for column, target in references(kind))
        or any(tables.connection.execute(f"{_wrong_groups(tables, kind, rule)} LIMIT 1").fetchone() for rule in rules)
    )


def _keys_repeat(tables: Tables, kind: RecordKind) -> bool:
    """Whether some key may stand twice; equal hashes count as equal keys. Where rows hold from a day to a day: on one day."""
    if not kind.key:
        return False
    if kind.valid is not None:
        return tables.connection.execute(f"{overlapping(tables, kind)} LIMIT 1").fetchone() is not None
    key = ", ".join(name(k) for k in kind.key)
    return may_repeat(tables, tables.table(kind.name), key, _with_key(tables, kind), tables.rows[kind.name])


def _with_key(tables: Tables, kind: RecordKind) -> str:
    """The condition that a row has a key."""
    return all_of([tables.kept(kind.name), *(f"{name(k)} IS NOT NULL" for k in kind.key)])


def check_keys(tables: Tables, kind: RecordKind) -> None:
    """No two rows have the same key; every row of a key that is not alone is flagged, naming another one."""
    if not _keys_repeat(tables, kind):
        return
    if kind.valid is not None:
        tables.flag(overlapping(tables, kind))
        return
    keys = [name(k) for k in kind.key]
    table, key, present = tables.table(kind.name), ", ".join(keys), _with_key(tables, kind)
    shown = " || ', ' || ".join(f"CAST({k} AS VARCHAR)" for k in keys)
    tables.flag(f"""
        WITH suspects AS (SELECT hash({key}) AS h FROM {table} WHERE {present} GROUP BY h HAVING count(*) > 1),
        found AS (
            SELECT {key}, min(rowid, 2) AS pair FROM {table}
            WHERE {present} AND hash({key}) IN (FROM suspects) GROUP BY ALL HAVING count(*) > 1)
        SELECT {text(kind.name)}, t.rowid, {text(", ".join(kind.key))}, {_of("t", keys, shown)}, 'duplicate-key',
               CASE WHEN t.rowid = found.pair[1] THEN found.pair[2] ELSE found.pair[1] END, NULL
        FROM {table} AS t JOIN found ON {all_of(f"t.{k} = found.{k}" for k in keys)}
        WHERE {tables.kept(kind.name, "t.")}""")


def overlapping(tables: Tables, kind: RecordKind) -> str:
    """Flags for rows that end before they begin, and for rows of one key that hold on the same day, each naming another one."""
    assert kind.valid is not None
    keys, first, last = [name(k) for k in kind.key], name(kind.valid.first), name(kind.valid.last)
    table = tables.table(kind.name)
    shown = " || ', ' || ".join(f"CAST(t.{k} AS VARCHAR)" for k in keys)
    never = "DATE '9999-12-31'"
    sound = all_of([_with_key(tables, kind), f"{first} IS NOT NULL", f"coalesce({last}, {never}) >= {first}"])
    rows = f"(SELECT {', '.join(keys)}, rowid AS row, {first} AS first, coalesce({last}, {never}) AS last FROM {table} WHERE {sound})"
    same = all_of([*(f"t.{k} = o.{k}" for k in keys), "t.row <> o.row", "t.first <= o.last", "o.first <= t.last"])
    return f"""
        SELECT {text(kind.name)}, rowid, {text(kind.valid.last)}, CAST({last} AS VARCHAR), 'ends-before-start', NULL::BIGINT, NULL::VARCHAR
        FROM {table} WHERE {tables.kept(kind.name)} AND {last} < {first}
        UNION ALL SELECT {text(kind.name)}, t.row, {text(", ".join(kind.key))}, {shown}, 'overlapping-rows', min(o.row), NULL
        FROM {rows} AS t JOIN {rows} AS o ON {same} GROUP BY ALL"""


def _of(alias: str, keys: Sequence[str], shown: str) -> str:
    for key in keys:
        shown = shown.replace(f"CAST({key} AS", f"CAST({alias}.{key} AS")
    return shown


def references(kind: RecordKind) -> list[tuple[Column, str]]:
    """The columns that refer to another kind, with its name."""
    return [(c, c.type.kind) for c in kind.columns if isinstance(c.type, ReferenceType)]


def _parts(kind: RecordKind, rules: tuple[AddUp, ...]) -> list[tuple[Column, str]]:
    """The columns by which a row is part of another record, as a split is part of a deal: without its row, that record would mean
    something else. They name a row of the kind, or the group that its rows add up in; a person is nobody's whole.
    """
    grouped = {g for rule in rules for g in rule.for_each}
    return [(c, target) for c, target in references(kind) if target != PEOPLE and (c.name in kind.key or c.name in grouped)]


def _leads_nowhere(tables: Tables, kind: RecordKind, column: Column, target: RecordKind) -> bool:
    """Whether some value of a column is no key of the other kind. Many rows that refer to few are first brought down to their values."""
    ours, theirs, table = name(column.name), name(target.key[0]), tables.table(kind.name)
    referring = f"(SELECT DISTINCT {ours} FROM {table})" if tables.rows[kind.name] > _MANY_TO_ONE * tables.rows[target.name] else table
    stray = f"NOT EXISTS (SELECT 1 FROM {tables.table(target.name)} AS o WHERE o.{theirs} = t.{ours})"
    query = f"SELECT 1 FROM {referring} AS t WHERE t.{ours} IS NOT NULL AND {stray} LIMIT 1"
    return tables.connection.execute(query).fetchone() is not None


_MANY_TO_ONE = 4


def check_references(tables: Tables, kind: RecordKind, kinds: dict[str, RecordKind]) -> None:
    """A reference is the key of a row of the other kind, whether that row is sound or not."""
    for column, target in references(kind):
        if not _leads_nowhere(tables, kind, column, kinds[target]):
            continue
        ours, theirs = name(column.name), name(kinds[target].key[0])
        tables.flag(f"""
            SELECT {text(kind.name)}, t.rowid, {text(column.name)}, t.{ours}, 'unknown-reference', NULL, NULL
            FROM {tables.table(kind.name)} AS t
            WHERE t.{ours} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {tables.table(target)} AS o WHERE o.{theirs} = t.{ours})""")


def _wrong_groups(tables: Tables, kind: RecordKind, rule: AddUp) -> str:
    """The groups that do not add up, with their totals; one with a value that cannot be read is left to that value's own flag."""
    column, group = name(rule.column), [name(g) for g in rule.for_each]
    kept = all_of([tables.kept(kind.name), *(f"{g} IS NOT NULL" for g in group)])
    wrong = f"sum({column}) {'>' if rule.at_most else '<>'} {rule.total:f}"
    return f"""
        SELECT {", ".join(group)}, sum({column}) AS total FROM {tables.table(kind.name)} WHERE {kept}
        GROUP BY ALL HAVING {wrong} AND NOT bool_or({column} IS NULL AND {tables.refused(kind.name)})"""


def check_add_up(tables: Tables, kind: RecordKind, rule: AddUp) -> None:
    """Within each group the values add to the total."""
    found, group = _wrong_groups(tables, kind, rule), [name(g) for g in rule.for_each]
    if tables.connection.execute(f"{found} LIMIT 1").fetchone() is None:
        return
    is_ratio = isinstance(getattr(kind.column(rule.column), "type", None), RatioType)
    which = " || ', ' || ".join(f"CAST(t.{g} AS VARCHAR)" for g in group)
    value = _plain(f"t.{name(rule.column)}", is_ratio)
    limit = "at most " if rule.at_most else ""
    wanted = f"{(rule.total * 100).normalize():f}%" if is_ratio else f"{rule.total:f}"
    detail = f"'is part of ' || {_plain('found.total', is_ratio)} || ' in all for ' || {which} || ', which should be {limit}{wanted}'"
    tables.flag(f"""
        SELECT {text(kind.name)}, t.rowid, {text(rule.column)}, {value}, 'does-not-add-up', NULL, {detail}
        FROM {tables.table(kind.name)} AS t JOIN ({found}) AS found ON {all_of(f"t.{g} = found.{g}" for g in group)}
        WHERE {tables.kept(kind.name, "t.")}""")


def _plain(value: str, is_ratio: bool) -> str:
    shown = f"CAST({value} * 100 AS VARCHAR)" if is_ratio else f"CAST({value} AS VARCHAR)"
    trimmed = f"CASE WHEN contains({shown}, '.') THEN rtrim(rtrim({shown}, '0'), '.') ELSE {shown} END"
    return f"({trimmed} || '%')" if is_ratio else f"({trimmed})"


def follow(tables: Tables, kinds: dict[str, RecordKind], add_up: dict[str, tuple[AddUp, ...]]) -> None:
    """Flags what goes with flagged rows, until nothing more does: rows that refer to them, records that they are part of, and the rest of
    a group that must add up.
    """
    while sum(_follow_once(tables, kind, kinds, add_up.get(kind.name, ())) for kind in kinds.values()):
        pass


def _follow_once(tables: Tables, kind: RecordKind, kinds: dict[str, RecordKind], rules: tuple[AddUp, ...]) -> int:
    table, ours = tables.table(kind.name), tables.flagged(kind.name)
    more = 0
    for column, target in references(kind):
        key = name(kinds[target].key[0])
        more += tables.flag(f"""
            SELECT {text(kind.name)}, rowid, {text(column.name)}, {name(column.name)}, 'refers-to-rejected', NULL, NULL
            FROM {table}
            WHERE {tables.kept(kind.name)} AND rowid NOT IN {ours} AND {name(column.name)} IN (
                SELECT {key} FROM {tables.table(target)} WHERE rowid IN {tables.flagged(target)} AND {key} IS NOT NULL)""")
    for column, target in _parts(kind, rules):
        key = name(kinds[target].key[0])
        more += tables.flag(f"""
            SELECT {text(target)}, rowid, {text(kinds[target].key[0])}, CAST({key} AS VARCHAR), 'part-rejected', NULL, {text(kind.name)}
            FROM {tables.table(target)}
            WHERE {tables.kept(target)} AND rowid NOT IN {tables.flagged(target)} AND {key} IN (
                SELECT {name(column.name)} FROM {table} WHERE rowid IN {ours} AND {name(column.name)} IS NOT NULL)""")
    for rule in rules:
        if rule.at_most:
            continue
        group = [name(g) for g in rule.for_each]
        which = " || ', ' || ".join(f"CAST(t.{g} AS VARCHAR)" for g in group)
        more += tables.flag(f"""
            SELECT {text(kind.name)}, t.rowid, {text(rule.column)}, CAST(t.{name(rule.column)} AS VARCHAR), 'incomplete-group',
                   NULL, {which}
            FROM {table} AS t JOIN (SELECT DISTINCT {", ".join(group)} FROM {table} WHERE rowid IN {ours}) AS g
            ON {all_of(f"t.{g} = g.{g}" for g in group)}
            WHERE {tables.kept(kind.name, "t.")} AND t.rowid NOT IN {ours}""")
    return more
