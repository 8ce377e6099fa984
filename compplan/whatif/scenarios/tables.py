"""Rules for rows put into tables: beside the records of the project, which stay as they are, a table for each kind that has other rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from compplan.currencies import DIGITS
from compplan.diagnostics import Diagnostic
from compplan.diagnostics.suggest import closest
from compplan.engine.relations import RECORDS
from compplan.immutable import immutable
from compplan.records.cells import DIGITS as STORED_DIGITS
from compplan.records.cells import physical_type
from compplan.records.project_file import Project
from compplan.records.sql import all_of, name, text
from compplan.records.yaml_marks import Place
from compplan.schema import Column, MoneyType, NumberType, RatioType, RecordKind, Validity
from compplan.whatif.comparison.plan_changes import PlanChange
from compplan.whatif.scenarios.asked import Asked
from compplan.whatif.scenarios.row_words import Applied, applied_words
from compplan.whatif.scenarios.rows import RowRule
from compplan.whatif.scenarios.sound_rows import unsound_rows

if TYPE_CHECKING:
    import duckdb

_CHOICES = 20_000
"""So many values of a column are looked through for one that may be meant."""


@immutable
class ScenarioRows:
    """For kinds of record that have other rows than the project's, the table (of the records) that holds them; and what is told."""

    records: Mapping[str, str]
    changes: tuple[PlanChange, ...]
    diagnostics: tuple[Diagnostic, ...]


def make_tables(connection: duckdb.DuckDBPyConnection, project: Project, asked: Asked, rules: Sequence[RowRule]) -> ScenarioRows:
    """Makes the tables of a scenario in a database that has the records, and holds them to what the project asks of its records."""
    making = _Making(connection, project, asked)
    for rule in rules:
        making.apply(rule)
    problems = list(making.problems) or list(unsound_rows(connection, project, asked, rules, making.tables))
    return ScenarioRows(making.tables, tuple(applied_words(making.applied)), tuple(problems))


@dataclass(slots=True)
class _Making:
    connection: duckdb.DuckDBPyConnection
    project: Project
    asked: Asked
    tables: dict[str, str] = field(default_factory=dict)
    applied: list[Applied] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def apply(self, rule: RowRule) -> None:
        """Does what a rule says to the table of its kind."""
        table = self._table(rule.kind)
        where = all_of(c.sql(_original) for c in rule.where)
        if rule.added:
            for row in rule.added:
                columns, values = ", ".join(name(c) for c in row), ", ".join(row.values())
                self.connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({values})")
            self.applied.append(Applied(rule, len(rule.added)))
            return
        if rule.leaves is not None:
            self._leave(rule, table, where)
            return
        if rule.since is not None and rule.kind.valid is not None:
            where = self._split(rule, rule.kind.valid, rule.since, table, where)
        rows = int(self._one(f"SELECT count(*) FROM {table} WHERE {where}"))
        if not rows:
            self._nothing(rule)
        elif not (rule.leave_out or rule.sets or rule.times):
            return  # what is wrong with its values is told already
        elif rule.leave_out:
            self.applied.append(Applied(rule, rows))
            self.connection.execute(f"DELETE FROM {table} WHERE {where}")
        else:
            was = {c: self._old(table, where, c) for c in rule.sets}
            sums = {c: self._sum(rule.kind, table, where, c) for c in rule.times}
            assignments = [f"{name(c)} = {value}" for c, value in rule.sets.items()]
            assignments += [f"{name(c)} = {_times(rule.kind, c, factor)}" for c, factor in rule.times.items()]
            self.connection.execute(f"ALTER TABLE {table} ADD COLUMN {_CHOSEN} BOOLEAN")
            self.connection.execute(f"UPDATE {table} SET {_CHOSEN} = ({where})")
            self.connection.execute(f"UPDATE {table} SET {', '.join(assignments)} WHERE {_CHOSEN}")
            after = {c: self._sum(rule.kind, table, _CHOSEN, c) for c in rule.times}
            self.connection.execute(f"ALTER TABLE {table} DROP COLUMN {_CHOSEN}")
            self.applied.append(Applied(rule, rows, was, {c: (sums[c], after[c]) for c in rule.times}))

    def _split(self, rule: RowRule, valid: Validity, since: date, table: str, where: str) -> str:
        """Ends the row that holds when something changes the day before, and begins another; gives which rows hold from that day on."""
        first, last, day = name(valid.first), name(valid.last), f"DATE '{since.isoformat()}'"
        there = f"({where}) AND {first} < {day} AND coalesce({last}, DATE '9999-12-31') >= {day}"
        columns = ", ".join(day if c.name == valid.first else name(c.name) for c in rule.kind.columns)
        self.connection.execute(f"INSERT INTO {table} SELECT {columns} FROM {table} WHERE {there}")
        self.connection.execute(f"UPDATE {table} SET {last} = {day} - 1 WHERE {there}")
        return f"({where}) AND {first} >= {day}"

    def _leave(self, rule: RowRule, table: str, where: str) -> None:
        valid = rule.kind.valid
        assert valid is not None
        assert rule.leaves is not None
        first, last, day = name(valid.first), name(valid.last), f"DATE '{rule.leaves.isoformat()}'"
        there = f"{where} AND {first} <= {day} AND coalesce({last}, DATE '9999-12-31') >= {day}"
        if not self._one(f"SELECT count(*) FROM {table} WHERE {where}"):
            self._nothing(rule)
        elif not self._one(f"SELECT count(*) FROM {table} WHERE {there}"):
            message = f"{rule.person} is not there on {rule.leaves}, so cannot leave on that day."
            self.problems.append(self.asked.problem("no-leaving", "Nobody can leave", message, rule.place))
        else:
            self.connection.execute(f"DELETE FROM {table} WHERE {where} AND {first} > {day}")
            self.connection.execute(f"UPDATE {table} SET {last} = {day} WHERE {there}")
            self.applied.append(Applied(rule, 1))

    def _table(self, kind: RecordKind) -> str:
        """The scenario's table of a kind, with the rows of the records in it at first."""
        if kind.name not in self.tables:
            number = 1
            while self._one(f"SELECT count(*) FROM duckdb_tables() WHERE schema_name = {text(RECORDS)} AND {_is(kind.name, number)}"):
                number += 1
            self.tables[kind.name] = f"{kind.name}~{number}"
            columns = ", ".join(f"CAST({name(c.name)} AS {physical_type(c)}) AS {name(c.name)}" for c in kind.columns)
            self.connection.execute(f"CREATE TABLE {_relation(self.tables[kind.name])} AS SELECT {columns} FROM {_original(kind.name)}")
        return _relation(self.tables[kind.name])

    def _nothing(self, rule: RowRule) -> None:
        """Says that a rule chooses no row, and what may have been meant."""
        if rule.since is not None and self._is_known(rule):
            message = f"{rule.person} is not there on {rule.since}, nor later."
            place: Place = (*rule.place, "from")
            self.problems.append(self.asked.problem("no-leaving", "Nothing can change on a day", message, place))
            return
        if rule.person is not None:
            message = f"Nobody of {rule.kind.name} is called {rule.person}."
            near = self._near(rule.kind, rule.kind.key[0], rule.person) or "Who is not in the records yet belongs below `new_hires`."
            self.problems.append(self.asked.problem("unknown-person", "Nobody has this name", message, rule.place, near, key=True))
            return
        words = " and ".join(c.words for c in rule.where) or "anything stands"
        said = ((c, c.words.removeprefix(f"{c.path} is ")) for c in rule.where)
        meant = next(filter(None, (self._near(c.found.kind, c.found.column.name, written) for c, written in said)), None)
        message = f"There is no row of {rule.kind.name} where {words}."
        where: Place = (*rule.place, "where", *([rule.where[0].path] if len(rule.where) == 1 else []))
        if rule.subject is not None:
            where = rule.place
        self.problems.append(self.asked.problem("no-rows", "No row is chosen", message, where, meant, key=rule.subject is not None))

    def _is_known(self, rule: RowRule) -> bool:
        return bool(self._one(f"SELECT count(*) FROM {_original(rule.kind.name)} WHERE {all_of(c.test for c in rule.where)}"))

    def _near(self, kind: RecordKind, column: str, written: str) -> str | None:
        """Which value of a column may be meant; the few that there are where none is like it."""
        query = f"SELECT DISTINCT CAST({name(column)} AS VARCHAR) AS v FROM {_original(kind.name)} WHERE v IS NOT NULL ORDER BY v"
        values = [str(v) for (v,) in self.connection.execute(f"{query} LIMIT {_CHOICES}").fetchall()]
        near = closest(written, values)
        if near:
            return f"Did you mean {near}?"
        return f"`{column}` of {kind.name} is one of {', '.join(values)}." if 0 < len(values) <= 8 and written not in values else None

    def _old(self, table: str, where: str, column: str) -> str | None:
        """What stands in a column of the chosen rows today, where it is one thing."""
        found = self.connection.execute(f"SELECT DISTINCT CAST({name(column)} AS VARCHAR) FROM {table} WHERE {where} LIMIT 2").fetchall()
        return None if len(found) != 1 else "empty" if found[0][0] is None else str(found[0][0])

    def _sum(self, kind: RecordKind, table: str, where: str, column: str) -> Decimal | None:
        """What a column of one currency, or of numbers, comes to."""
        found = kind.column(column)
        if found is None or isinstance(found.type, RatioType) or (isinstance(found.type, MoneyType) and found.type.currency is None):
            return None
        value = self._one(f"SELECT coalesce(sum({name(column)}), 0) FROM {table} WHERE {where}")
        return Decimal(value)

    def _one(self, query: str) -> Any:  # noqa: ANN401 - whatever the query gives
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return row[0]


_CHOSEN = '"~chosen"'


def _relation(table: str) -> str:
    return f"{name(RECORDS)}.{name(table)}"


def _original(kind: str) -> str:
    return _relation(kind)


def _is(kind: str, number: int) -> str:
    return f"lower(table_name) = {text(f'{kind}~{number}'.lower())}"


def _times(kind: RecordKind, column_name: str, factor: Decimal) -> str:
    """A figure times a factor, as SQL: exact, then rounded half away from zero to the digits of the column, or of the row's currency."""
    column = kind.column(column_name)
    assert column is not None
    assert isinstance(column.type, MoneyType | NumberType | RatioType)
    scale = max(0, -int(factor.as_tuple().exponent))
    product = f"{name(column_name)} * CAST({text(f'{factor:f}')} AS DECIMAL({STORED_DIGITS},{scale}))"
    stored = physical_type(column)
    own = column.type.currency_in if isinstance(column.type, MoneyType) else None
    cases = "".join(_in_digits(product, own, digits) for digits in _fewer_digits(column)) if own is not None else ""
    return f"CASE {cases} ELSE CAST({product} AS {stored}) END" if cases else f"CAST({product} AS {stored})"


def _fewer_digits(column: Column) -> Iterator[int]:
    """The digits of currencies that have fewer than the column."""
    assert isinstance(column.type, MoneyType)
    if column.type.decimals == max(DIGITS.values()):
        yield from sorted({d for d in DIGITS.values() if d < column.type.decimals})


def _in_digits(product: str, currency: str, digits: int) -> str:
    codes = ", ".join(text(code) for code, d in DIGITS.items() if d == digits)
    return f"WHEN {name(currency)} IN ({codes}) THEN CAST({product} AS DECIMAL(38,{digits})) "
