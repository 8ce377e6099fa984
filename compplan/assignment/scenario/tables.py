"""The records of a scenario in a database: accounts, reps, and the tables that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb

from compplan.assignment.problem import Whole
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.form import GivenForm
from compplan.assignment.scenario.loaded import loaded, pairs_of, table_of
from compplan.assignment.scenario.table import Table
from compplan.assignment.scenario.taking_part import accounts_taking_part, reps_taking_part
from compplan.schema import RecordKind


@dataclass(frozen=True, eq=False)
class Tables:
    """The database with the records, the accounts and reps that take part, and the other tables that are read row by row."""

    connection: duckdb.DuckDBPyConnection
    schema: Mapping[str, RecordKind]
    accounts: Table
    reps: Table
    day: date | None = None

    def rows(self, kind: str) -> Table:
        """All rows of a kind, by key; of a kind whose rows hold from a day to a day, those of the scenario's day."""
        return table_of(self.connection, self.schema[kind], self.day)

    def decimals(self, kind: str, column: str) -> int:
        """How many digits of a column of figures stand behind the point."""
        return Table(self.schema[kind], {}, 0).decimals(column)

    def pairs(self, given: GivenForm) -> tuple[Whole, Whole, Whole]:
        """The account, the rep and the amount (in its smallest unit) of each row of a table of pairs, of those who take part."""
        kind = self.schema[given.records]
        return pairs_of(self.connection, kind, (given.account, given.rep, given.amount), self.accounts, self.reps, self.day)


@contextmanager
def opened(scenario: Scenario) -> Iterator[Tables]:
    """The scenario's records: the kinds that it uses, and those that they refer to. Raises `Problems` for rows that are bad."""
    form, kinds = scenario.form, scenario.project.schema.kinds
    with loaded(scenario.project, scenario.kinds) as connection:
        read = {k: table_of(connection, kinds[k], form.day) for k in (form.accounts.records, form.reps.records)}
        accounts = accounts_taking_part(scenario, read[form.accounts.records])
        reps = reps_taking_part(scenario, read[form.reps.records])
        yield Tables(connection, kinds, accounts, reps, form.day)
