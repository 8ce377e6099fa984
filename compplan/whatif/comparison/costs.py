"""What each side of a comparison pays, in one table of the database, and the sums that are told of it: the first side beside another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from compplan.calendar import FiscalPeriod
from compplan.engine.payout_kinds import parts_of
from compplan.engine.relations import RECORDS, STEPS, quoted, text
from compplan.engine.variants import Made
from compplan.immutable import immutable
from compplan.records.project_file import Project
from compplan.schema import PEOPLE, RecordKind
from compplan.whatif.comparison.comparison import Amounts, Group, PayeeChange

if TYPE_CHECKING:
    import duckdb

PART = ("plan", "kind", "component")
"""The columns by which a payout says what it is for."""


@immutable
class Costs:
    """The temporary table `costs`: a row for each payout of each side, in the currency of its plan, with the payee's name and groups."""

    connection: duckdb.DuckDBPyConnection
    columns: tuple[str, ...]
    labels: tuple[Mapping[tuple[str, ...], str], ...]
    """What people call each part of a side's plans, with the plan's own label before it."""

    @staticmethod
    def kept(
        connection: duckdb.DuckDBPyConnection, project: Project, made: Sequence[Made], columns: Sequence[str], period: FiscalPeriod
    ) -> Costs:
        """The costs of all sides, grouped by some columns of people: of each side's own people, as they are when the period ends."""
        sides = " UNION ALL ".join(_of_side(project, side, one, columns, period) for side, one in enumerate(made))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE costs AS {sides}")
        return Costs(connection, tuple(columns), tuple(_labels(one) for one in made))

    def by(self, other: int, currency: str, columns: Sequence[str]) -> tuple[Group, ...]:
        """The amounts by some columns of the table; groups of which neither side has anything are left out."""
        names = ", ".join(columns)
        query = f"SELECT {names}, {_SUMS} FROM costs WHERE currency = $2 GROUP BY {names} HAVING before <> 0 OR after <> 0 ORDER BY {names}"
        labels = {**self.labels[0], **self.labels[other]}
        found = []
        for *key, before, after in self.connection.execute(query, [other, currency]).fetchall():
            words = tuple(str(k) for k in key)
            found.append(Group(labels.get(words) or " ".join(words) or "(none)", Amounts(before, after)))
        return tuple(found)

    def by_people(self, other: int, currency: str, column: str) -> tuple[Group, ...]:
        """The amounts by a column of people."""
        return self.by(other, currency, (_group(column),))

    def payees(self, other: int, currency: str) -> Iterator[PayeeChange]:
        """What each payee of either side gets; name and groups are those of the other side, where somebody is there."""
        told = ", ".join(f"coalesce(any_value({c}) FILTER (side = $1), any_value({c}))" for c in ("name", *map(_group, self.columns)))
        query = f"SELECT payee, {told}, {_SUMS} FROM costs WHERE currency = $2 AND side IN (0, $1) GROUP BY payee ORDER BY payee"
        for payee, name, *groups, before, after in self.connection.execute(query, [other, currency]).fetchall():
            yield PayeeChange(payee, name, dict(zip(self.columns, groups, strict=True)), Amounts(before, after))


_SUMS = ", ".join(f"coalesce(sum(amount) FILTER (side = {side}), 0) AS {word}" for word, side in (("before", "0"), ("after", "$1")))


def _of_side(project: Project, side: int, made: Made, columns: Sequence[str], period: FiscalPeriod) -> str:
    payouts = f"{STEPS}.{quoted(made.relation('payouts'))}"
    parts = [
        f"""SELECT plan, payee, kind, component, label AS period, {text(plan.currency)} AS currency,
            CAST(counted AS DECIMAL(38, 4)) AS amount FROM {payouts} WHERE plan = {text(plan.name)}"""
        for plan in made.variant.plans
    ]
    people = project.schema.kinds[PEOPLE]
    key = quoted(people.key[0])
    name = "name" if people.column("name") is not None else people.key[0]
    chosen = "".join(f", coalesce(w.{quoted(c)}, '') AS {_group(c)}" for c in columns)
    rows = people_when_over(project, people, made.variant.records.get(PEOPLE, PEOPLE), period)
    return f"""SELECT {side} AS side, c.*, coalesce(CAST(w.{quoted(name)} AS VARCHAR), c.payee) AS name{chosen}
        FROM ({" UNION ALL ".join(parts)}) c LEFT JOIN {rows} w ON w.{key} = c.payee"""


def people_when_over(project: Project, people: RecordKind, table: str, period: FiscalPeriod) -> str:
    """People as they are on the last day of the period; of who is no more there, the last row before."""
    rows = f"{RECORDS}.{quoted(table)}"
    if people.valid is None:
        return rows
    key, first = quoted(people.key[0]), quoted(people.valid.first)
    end = project.calendar.end(period).isoformat()
    latest = f"row_number() OVER (PARTITION BY {key} ORDER BY {first} DESC) = 1"
    return f"(SELECT * FROM {rows} WHERE {first} < DATE '{end}' QUALIFY {latest})"


def _labels(made: Made) -> dict[tuple[str, ...], str]:
    return {(plan.name, kind, name): f"{plan.label}: {label}" for plan in made.variant.plans for kind, name, label in parts_of(plan)}


def _group(column: str) -> str:
    return quoted(f"group {column}")
