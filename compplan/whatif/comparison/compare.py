"""Compares what plans pay on the same records: both are worked out together, and what comes of each is put beside the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.database import Progress, open_database, translated_errors
from compplan.engine.held_measures import attained
from compplan.engine.payout_kinds import parts_of
from compplan.engine.plan_names import PlanNames
from compplan.engine.relations import RECORDS, STEPS, quoted
from compplan.engine.run import in_force, stop_at_bad_rows
from compplan.engine.steps import Months
from compplan.engine.variants import Made, Variant, make_variants
from compplan.language.units import Kind
from compplan.records.load import load_records
from compplan.records.project_file import Project
from compplan.schema import PEOPLE, RecordKind, Schema, TextType
from compplan.whatif.comparison.comparison import (
    Amounts,
    AttainmentSpread,
    Comparison,
    CurrencyPart,
    Group,
    PayeeChange,
    Sales,
    quantiles,
    spread_of,
)
from compplan.whatif.comparison.plan_changes import plan_changes
from compplan.whatif.comparison.plan_side import PlanSide

if TYPE_CHECKING:
    import duckdb

USUAL_GROUPS = ("role", "team", "region")
"""Columns of people by which pay is grouped where nothing else is asked for."""
SIDES = ("before", "after")


def compare_plans(
    project: Project,
    before: PlanSide,
    after: PlanSide,
    period: FiscalPeriod,
    groups: Sequence[str] | None = None,
    *,
    set_aside: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """What a period of a project's records costs under two sets of plans.

    `groups` are columns of people. Raises `Problems` as a run does, and where there is no such column.
    """
    columns = _group_columns(project, groups)
    months = Months(period.first_month, period.last_month)
    variants = [Variant(side.name, in_force(project, side.plans, months, period)) for side in (before, after)]
    with TemporaryDirectory(prefix="compplan-compare-") as spill, open_database(Path(spill)) as connection, translated_errors():
        loaded = load_records(project, connection)
        stop_at_bad_rows(loaded, set_aside)
        connection.execute("SET preserve_insertion_order = false")
        made = make_variants(connection, variants, project.schema, project.calendar, months, period, progress=progress)
        _keep_costs(connection, project, made, columns, period)
        currencies = tuple(_currency(connection, project, made, currency, columns, period) for currency in _currencies(made))
        changes = plan_changes(before.plans, before.texts, after.plans, after.texts)
        attainment = tuple(_attainment(connection, made, period))
    return Comparison(project.company, period.label, before.name, after.name, changes, currencies, attainment)


def _group_columns(project: Project, asked: Sequence[str] | None) -> tuple[str, ...]:
    people = project.schema.kinds[PEOPLE]
    texts = [c.name for c in people.columns if isinstance(c.type, TextType) and c.name not in people.key]
    if asked is None:
        return tuple(c for c in USUAL_GROUPS if c in texts)
    for column in asked:
        if column not in texts:
            message = f"`{column}` is not a column of {PEOPLE} with texts."
            hint = f"Such columns are {', '.join(texts)}." if texts else None
            raise Problems([Diagnostic("unknown-column", "This column is not known", message, hint=hint)])
    return tuple(asked)


def _keep_costs(
    connection: duckdb.DuckDBPyConnection, project: Project, made: Sequence[Made], columns: Sequence[str], period: FiscalPeriod
) -> None:
    """The temporary table `costs`: a row for each payout of both sides in the currency of its plan, with the payee's name and groups."""
    parts = [
        f"""SELECT {_text(side)} AS side, plan, payee, kind, component, label AS period, {_text(plan.currency)} AS currency,
            CAST(counted AS DECIMAL(38, 4)) AS amount
        FROM {STEPS}.{quoted(one.relation("payouts"))} WHERE plan = {_text(plan.name)}"""
        for side, one in zip(SIDES, made, strict=True)
        for plan in one.variant.plans
    ]
    people = project.schema.kinds[PEOPLE]
    key = quoted(people.key[0])
    name = "name" if people.column("name") is not None else people.key[0]
    chosen = "".join(f", coalesce(w.{quoted(c)}, '') AS {_group(c)}" for c in columns)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE costs AS SELECT c.*, coalesce(CAST(w.{quoted(name)} AS VARCHAR), c.payee) AS name{chosen}
        FROM ({" UNION ALL ".join(parts)}) c LEFT JOIN {_as_of(project, people, period)} w ON w.{key} = c.payee"""
    )


def _as_of(project: Project, people: RecordKind, period: FiscalPeriod) -> str:
    """People as they are on the last day of the period; of who is no more there, the last row before."""
    rows = f"{RECORDS}.{quoted(PEOPLE)}"
    if people.valid is None:
        return rows
    key, first = quoted(people.key[0]), quoted(people.valid.first)
    end = project.calendar.end(period).isoformat()
    latest = f"row_number() OVER (PARTITION BY {key} ORDER BY {first} DESC) = 1"
    return f"(SELECT * FROM {rows} WHERE {first} < DATE '{end}' QUALIFY {latest})"


def _currency(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    made: Sequence[Made],
    currency: str,
    columns: Sequence[str],
    period: FiscalPeriod,
) -> CurrencyPart:
    labels = _labels(made)
    by = {
        "component": _grouped(connection, currency, ("plan", "kind", "component"), labels),
        "period": _grouped(connection, currency, ("period",)),
        **{column: _grouped(connection, currency, (_group(column),)) for column in columns},
    }
    payees = tuple(_payees(connection, currency, columns))
    before, after = ([getattr(p.amounts, side) for p in payees] for side in SIDES)
    total = Amounts(sum(before, Decimal(0)), sum(after, Decimal(0)))
    return CurrencyPart(
        currency, total, by, payees, spread_of(before), spread_of(after), _sales(connection, project.schema, made, currency, period)
    )


def _labels(made: Sequence[Made]) -> dict[tuple[str, ...], str]:
    """What people call each part of a plan, with the plan's own label before it; the labels of the second side win."""
    return {
        (plan.name, kind, name): f"{plan.label}: {label}"
        for one in made
        for plan in one.variant.plans
        for kind, name, label in parts_of(plan)
    }


_SUMS = ", ".join(f"coalesce(sum(amount) FILTER (side = '{side}'), 0) AS {side}" for side in SIDES)


def _grouped(
    connection: duckdb.DuckDBPyConnection, currency: str, columns: Sequence[str], labels: Mapping[tuple[str, ...], str] | None = None
) -> tuple[Group, ...]:
    """The amounts by some columns; groups of which neither side has anything are left out."""
    names = ", ".join(columns)
    rows = connection.execute(
        f"SELECT {names}, {_SUMS} FROM costs WHERE currency = $1 GROUP BY {names} HAVING before <> 0 OR after <> 0 ORDER BY {names}",
        [currency],
    ).fetchall()
    found = []
    for *key, before, after in rows:
        words = tuple(str(k) for k in key)
        found.append(Group((labels or {}).get(words) or " ".join(words) or "(none)", Amounts(before, after)))
    return tuple(found)


def _payees(connection: duckdb.DuckDBPyConnection, currency: str, columns: Sequence[str]) -> Iterator[PayeeChange]:
    names = "".join(f", any_value({_group(c)})" for c in columns)
    query = f"SELECT payee, any_value(name){names}, {_SUMS} FROM costs WHERE currency = $1 GROUP BY payee ORDER BY payee"
    for payee, name, *groups, before, after in connection.execute(query, [currency]).fetchall():
        yield PayeeChange(payee, name, dict(zip(columns, groups, strict=True)), Amounts(before, after))


def _sales(
    connection: duckdb.DuckDBPyConnection, schema: Schema, made: Sequence[Made], currency: str, period: FiscalPeriod
) -> Sales | None:
    """The largest credit of records in that currency: what was sold, as far as anybody is paid for it."""
    totals = [dict(_credited(connection, schema, one, currency, period)) for one in made]
    names = [name for name in totals[1] if name in totals[0]]
    largest = max(names, key=lambda name: (totals[1][name], name), default=None)
    return None if largest is None or not totals[1][largest] else Sales(largest, Amounts(totals[0][largest], totals[1][largest]))


def _credited(
    connection: duckdb.DuckDBPyConnection, schema: Schema, made: Made, currency: str, period: FiscalPeriod
) -> Iterator[tuple[str, Decimal]]:
    names = PlanNames(made.variant.plans, schema, {})
    for plan in made.variant.plans:
        for credit in plan.credits.values():
            unit = credit.amounts["credited"].unit
            step = names.credit_step(plan, credit.name)
            if credit.from_credit or unit.kind is not Kind.MONEY or unit.currency != currency or step not in made.relations:
                continue
            relation = f"{STEPS}.{quoted(made.relation(step))}"
            query = f"SELECT coalesce(sum(credited), 0) FROM {relation} WHERE NOT overlay AND month BETWEEN $1 AND $2"
            row = connection.execute(query, [period.first_month, period.last_month]).fetchone()
            yield credit.name, Decimal(row[0]) if row is not None else Decimal(0)


def _attainment(connection: duckdb.DuckDBPyConnection, made: Sequence[Made], period: FiscalPeriod) -> Iterator[AttainmentSpread]:
    """Each measure that both sides hold against quotas; owners without a quota, or with a quota of zero, are left out."""
    found: list[dict[tuple[str, str], dict[str, Fraction]]] = []
    for one in made:
        shares: dict[tuple[str, str], dict[str, Fraction]] = {}
        for held in one.held:
            mine = shares.setdefault((held.measure, held.group or ""), {})
            for each in attained(connection, held, period, one.relation):
                if each.quota:
                    mine[each.owner] = Fraction(round(Fraction(each.credited) / Fraction(each.quota) * 10_000), 10_000)
        found.append(shares)
    for key in found[0]:
        if key in found[1] and found[0][key]:
            before, after = (sorted(side[key].values()) for side in found)
            reached = Amounts(*(Decimal(sum(1 for share in shares if share >= 1)) for shares in (before, after)))
            owners = max(len(before), len(after))
            yield AttainmentSpread(key[0], owners, reached, quantiles(before), quantiles(after), tuple(before), tuple(after))


def _currencies(made: Sequence[Made]) -> list[str]:
    return list(dict.fromkeys(plan.currency for one in made for plan in one.variant.plans))


def _group(column: str) -> str:
    return quoted(f"group {column}")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
