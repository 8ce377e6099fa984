"""The days on which a payee was one, for an explanation, with what is averaged over them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb

from compplan.engine.covered import paid_months
from compplan.engine.explanation import ColumnValue, StayLine
from compplan.engine.lower import Lowering
from compplan.engine.observe import to_value
from compplan.engine.relations import RECORDS, STEPS, quoted
from compplan.engine.working_days import WORKING_DAYS
from compplan.language import typed as ty
from compplan.language.formulas_of import formulas, plan_formulas
from compplan.language.walk import every
from compplan.schema import PEOPLE, Schema


def stay_lines(connection: duckdb.DuckDBPyConnection, lowering: Lowering, plan: ty.Plan, payee: str) -> Iterator[StayLine]:
    """The stays within the months that the run pays; none where people are not dated."""
    people = lowering.schema.kinds[PEOPLE]
    if people.valid is None:
        return
    months, calendar = paid_months(plan, lowering.asked), lowering.calendar
    begin, end = calendar.start_of_month(months.first), calendar.start_of_month(months.last + 1) - timedelta(days=1)
    columns = _averaged(plan)
    read = "".join(f", p.{quoted(name)}" for name in columns)
    query = f"""SELECT greatest(s.first, ?) AS first, least(s.last, ?) AS last{read}
        FROM {STEPS}.{quoted(lowering.names.plan_step(plan, "stays"))} s
        JOIN {RECORDS}.{PEOPLE} p ON p.{quoted(people.key[0])} = s.payee AND p.{quoted(people.valid.first)} <= s.first
            AND coalesce(p.{quoted(people.valid.last)}, DATE '9999-12-31') >= s.last
        WHERE s.payee = ? AND s.first <= ? AND s.last >= ? ORDER BY 1"""
    for first, last, *values in connection.execute(query, [begin, end, payee, end, begin]).fetchall():
        shown = tuple(ColumnValue(n, to_value(v), u) for (n, u), v in zip(columns.items(), values, strict=True))
        worked = working_days_between(connection, lowering.schema, payee, (first, last)) if counts_working_days(plan) else None
        yield StayLine(first.isoformat(), last.isoformat(), (last - first).days + 1, worked, shown)


def counts_working_days(plan: ty.Plan) -> bool:
    """Whether a plan counts by working days."""
    hows = [*plan.prorations.values(), *(relief.how for relief in plan.reliefs.values())]
    hows += [e.how for f in plan_formulas(plan) for e in every(f) if isinstance(e, ty.LeaveShare)]
    return any(how.by == "working days" for how in hows)


def working_days_between(connection: duckdb.DuckDBPyConnection, schema: Schema, payee: str, days: tuple[date, date]) -> int | None:
    """A payee's working days from one day through another; None where nothing of the run counts them."""
    tables = "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"
    known = connection.execute(tables, [STEPS, WORKING_DAYS]).fetchone()
    if known is None:
        return None
    counts = f"""SELECT z.through - a."before" FROM {STEPS}.{WORKING_DAYS} a JOIN {STEPS}.{WORKING_DAYS} z ON a.calendar = z.calendar
        WHERE a.calendar = ? AND a.day = ? AND z.day = ?"""
    found = connection.execute(counts, [_calendar_of(connection, schema, payee, days[0]), *days]).fetchone()
    return None if found is None else int(found[0])


def _calendar_of(connection: duckdb.DuckDBPyConnection, schema: Schema, payee: str, day: date) -> str:
    """Which holidays are a payee's on a day."""
    people, worked = schema.kinds[PEOPLE], schema.working_days
    if worked is None or worked.group is None:
        return ""
    query = f"SELECT {quoted(worked.group)} FROM {RECORDS}.{PEOPLE} WHERE {quoted(people.key[0])} = ?"
    if people.valid is not None:
        query += f" AND {quoted(people.valid.first)} <= ? AND coalesce({quoted(people.valid.last)}, DATE '9999-12-31') >= ?"
    found = connection.execute(query, [payee, *([] if people.valid is None else [day, day])]).fetchone()
    return "" if found is None or found[0] is None else str(found[0])


def _averaged(plan: ty.Plan) -> dict[str, str]:
    """The payee's own columns that components or quotas average, with their units."""
    found = {}
    for component in plan.components:
        inside = (e for f in formulas(component) for e in every(f) if isinstance(e, ty.Averaged))
        found.update({e.column.path[0]: str(e.unit) for e in inside if len(e.column.path) == 1})
    for quota in plan.quotas.values():
        if plan.measures[quota.measure].group is None:
            fields = (e for e in every(quota.value) if isinstance(e, ty.PayeeField) and len(e.path) == 1)
            found.update({e.path[0]: str(e.unit) for e in fields if e.unit.is_quantity})
    return dict(sorted(found.items()))
