"""What plans pay in each replicate, gathered batch by batch into tables of the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp, parse_one

from compplan.calendar import FiscalPeriod
from compplan.engine.plan_names import PlanNames
from compplan.engine.relations import STEPS, quoted, text
from compplan.engine.replicates.expand import expanded
from compplan.engine.replicates.keys import DRAWS, REPLICATES, Key
from compplan.engine.variants import Made
from compplan.immutable import immutable
from compplan.language.units import Kind
from compplan.schema import Schema

if TYPE_CHECKING:
    import duckdb

_REPLICATE = quoted(Key.REPLICATE.value)


@immutable
class Gathering:
    """The queries that gather what a side comes to in the replicates at hand, each with the table that it fills."""

    queries: tuple[tuple[str, str], ...]

    @staticmethod
    def of(made: Sequence[Made], schema: Schema, period: FiscalPeriod, keys: Mapping[str, Key]) -> Gathering:
        """For all sides; `keys` says which steps have a row for each replicate."""
        return Gathering(tuple(q for side, one in enumerate(made) for q in _queries(side, one, schema, period, keys)))

    def gather(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Adds what the steps hold now."""
        for target, query in self.queries:
            connection.execute(f"INSERT INTO {DRAWS}.{target} {query}")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty tables: `pay`, `attained` and `sold`, each with the side and the replicate."""
    who = "side INTEGER, replicate INTEGER"
    connection.execute(
        f"""CREATE OR REPLACE TABLE {DRAWS}.pay ({who}, plan VARCHAR, payee VARCHAR, kind VARCHAR, component VARCHAR, currency VARCHAR,
            amount DECIMAL(38, 4))"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TABLE {DRAWS}.attained ({who}, measure VARCHAR, grouped VARCHAR, owner VARCHAR,
            value DECIMAL(38, 6), quota DECIMAL(38, 6))"""
    )
    connection.execute(f"CREATE OR REPLACE TABLE {DRAWS}.sold ({who}, credit VARCHAR, currency VARCHAR, amount DECIMAL(38, 4))")


def _queries(side: int, made: Made, schema: Schema, period: FiscalPeriod, keys: Mapping[str, Key]) -> Iterator[tuple[str, str]]:
    payouts, replicate = _rows(made.relation("payouts"), keys)
    for plan in made.variant.plans:
        yield (
            "pay",
            f"""SELECT {side}, {replicate}, plan, payee, kind, component, {text(plan.currency)}, sum(counted)
            FROM {payouts} WHERE plan = {text(plan.name)} GROUP BY ALL""",
        )
    for held in {(made.relation(h.measured), made.relation(h.asked)): h for h in made.held}.values():
        measured, replicate = _rows(made.relation(held.measured), keys)
        asked = f"{STEPS}.{quoted(made.relation(held.asked))}"
        yield (
            "attained",
            f"""SELECT {side}, {replicate}, {text(held.measure)}, {text(held.group or "")}, s.owner, s.value, q.value
            FROM {measured} JOIN {asked} q ON q.owner = s.owner AND q.period = s.period
            WHERE s.period = {period.number} AND q.value <> 0""",
        )
    yield from _sold(side, made, schema, period, keys)


def _rows(relation: str, keys: Mapping[str, Key]) -> tuple[str, str]:
    """A step as `s`, and the replicate of a row; what does not differ stands beside every replicate."""
    rows = f"{STEPS}.{quoted(relation)} s"
    if keys.get(relation) is Key.REPLICATE:
        return rows, f"s.{_REPLICATE}"
    return f"{rows} CROSS JOIN {DRAWS}.{REPLICATES} z", f"z.{_REPLICATE}"


def _sold(side: int, made: Made, schema: Schema, period: FiscalPeriod, keys: Mapping[str, Key]) -> Iterator[tuple[str, str]]:
    """What each credit of records comes to, overlays left out."""
    names = PlanNames(made.variant.plans, schema, {})
    seen = set()
    for plan in made.variant.plans:
        for credit in plan.credits.values():
            unit, step = credit.amounts["credited"].unit, names.credit_step(plan, credit.name)
            if credit.from_credit or unit.kind is not Kind.MONEY or unit.currency is None or step not in made.relations or step in seen:
                continue
            seen.add(step)
            relation = made.relation(step)
            if relation not in keys:
                continue
            query = parse_one(
                f"""SELECT CAST(1 AS INT) AS one, sum(c.credited) AS total FROM {STEPS}.{quoted(relation)} AS c
                WHERE NOT c.overlay AND c.month BETWEEN {period.first_month} AND {period.last_month} GROUP BY CAST(1 AS INT)""",
                read="duckdb",
            )
            assert isinstance(query, exp.Select)
            totals = expanded(query, {(STEPS, name): key for name, key in keys.items()}).sql("duckdb")
            yield "sold", f"SELECT {side}, {_REPLICATE}, {text(credit.name)}, {text(unit.currency)}, total FROM ({totals}) t"
