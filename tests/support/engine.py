"""The engine on records given as Python values, its results in the shape of the oracle's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import duckdb

from compplan.calendar import Calendar, FiscalPeriod
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.database import Keeper, create_calendar, create_kind, insert_rows, make_steps, open_database
from compplan.engine.lower import lower
from compplan.engine.reach import reach
from compplan.engine.relations import Earnings
from compplan.engine.steps import Lowered, Months, identifier
from compplan.language import typed as ty
from compplan.schema import Schema
from tests.generators import check
from tests.oracle.components import Earning
from tests.oracle.paid_in import PaidLine

Records = Mapping[str, Sequence[Mapping[str, ty.Value | None]]]


@dataclass(frozen=True, slots=True)
class Found:
    """What the engine came to; with `errors`, nothing else."""

    earnings: Sequence[Earning]
    awards: Sequence[Earning]
    payouts: Sequence[tuple[str, str, str, Fraction]]
    errors: Sequence[Diagnostic]
    by_record: Sequence[Earning] = ()
    """What components are said to have earned by which record; what belongs to none beside it."""
    costs: Mapping[tuple[object, ...], tuple[Fraction, ...]] = field(default_factory=dict)
    """By contract cost, component, payee, record and month: what is capitalised, expensed, amortised, written off, and left."""
    paid: Sequence[PaidLine] = ()


def run_engine(
    plan_text: str,
    schema: Schema,
    calendar: Calendar,
    records: Records,
    first_month: int,
    last_month: int,
    *,
    narrow: bool = False,
    threads: int = 1,
) -> Found:
    """Works out a plan on records over some months."""
    plan, errors = check(plan_text, calendar, schema)
    assert plan is not None, errors
    asked = Months(first_month, last_month)
    with open_database(threads=threads) as connection:
        for kind in schema.kinds.values():
            create_kind(connection, kind)
            columns = [c.name for c in kind.columns]
            insert_rows(connection, kind, columns, [[row.get(c) for c in columns] for row in records.get(kind.name, ())])
        create_calendar(connection, calendar, reach([plan], calendar, asked))
        lowered = lower([plan], schema, calendar, asked, narrow=narrow)
        try:
            make_steps(connection, lowered, Keeper())
        except Problems as problems:
            return Found((), (), (), problems.diagnostics)
        found = [e for part in lowered.earnings for e in _earnings(connection, plan, part, part.step, asked)]
        by_record = [e for part in lowered.earnings for e in _earnings(connection, plan, part, part.by_record or part.step, asked)]
        money, awards = ([e for e in found if (e.word == "award") is award] for award in (False, True))
        payouts, paid = _payouts(connection, lowered)
        of_records = [e for e in by_record if e.word != "award"]
        return Found(money, awards, payouts, (), of_records, _costs(connection, plan), paid)


def _costs(connection: duckdb.DuckDBPyConnection, plan: ty.Plan) -> dict[tuple[object, ...], tuple[Fraction, ...]]:
    found: dict[tuple[object, ...], tuple[Fraction, ...]] = {}
    for cost in dict.fromkeys(c.name for c in plan.costs):
        figures = "sum(capitalised), sum(expensed), sum(amortised), sum(written_off), sum(balance)"
        step = identifier("cost", plan.name, cost)
        query = f'SELECT component, payee, record, month, {figures} FROM steps."{step}" GROUP BY ALL'
        for component, payee, record, month, *values in connection.execute(query).fetchall():
            found[cost, component, payee, record, month] = tuple(Fraction(v) for v in values)
    return {key: values for key, values in found.items() if any(values)}


def _earnings(connection: duckdb.DuckDBPyConnection, plan: ty.Plan, part: Earnings, step: str, asked: Months) -> list[Earning]:
    component = plan.component(part.component)
    assert component is not None
    cursor = connection.execute(f'SELECT * FROM steps."{step}" WHERE earned_month BETWEEN ? AND ?', [asked.first, asked.last])
    names = [d[0] for d in cursor.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    made = []
    for row in rows:
        of_record = row.get("record") is not None
        key = tuple(row[n] for n in names if n == "record" or n.startswith("record_")) if of_record else None
        if isinstance(component.grain, ty.ForPeriod):
            period = FiscalPeriod(component.grain.period, row["period"]).label
        else:
            period = row["date"].isoformat()
        give = row.get("give", 0) if key is not None else None
        made.append(Earning(part.component, part.word, row["payee"], key, give, None, period, row["earned_month"], Fraction(row["earned"])))
    return made


def _payouts(connection: duckdb.DuckDBPyConnection, lowered: Lowered) -> tuple[list[tuple[str, str, str, Fraction]], list[PaidLine]]:
    """The payouts in the plan's currency, and in the currencies in which they are paid."""
    sums: dict[tuple[str, str, str], Fraction] = {}
    paid: dict[tuple[str, str, str, str], Fraction] = {}
    query = "SELECT payee, label, kind, component, counted, currency, amount FROM steps.payouts"
    for payee, label, kind, component, counted, currency, amount in connection.execute(query).fetchall() if lowered.payouts else ():
        key = (payee, label, "" if kind == "cap" else component)
        sums[key] = sums.get(key, Fraction(0)) + Fraction(counted)
        paid[(*key, currency)] = paid.get((*key, currency), Fraction(0)) + Fraction(amount)
    return [(*key, amount) for key, amount in sums.items()], [(*key, amount) for key, amount in paid.items()]
