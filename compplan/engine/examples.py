"""Working out the examples of plans: each in a database of its own, with nothing but the records that it gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import duckdb

from compplan.calendar import Calendar
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.database import Keeper, create_calendar, create_kind, insert_rows, make_steps, open_database, quoted
from compplan.engine.lower import Lowering
from compplan.engine.steps import STEPS, Lowered, Months
from compplan.language import typed as ty
from compplan.language.tree import Reach
from compplan.schema import Schema


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one expectation; `found` is None where there is no figure."""

    expectation: ty.Expectation
    found: Fraction | None

    @property
    def met(self) -> bool:
        """Whether it is what was expected."""
        return self.found == self.expectation.value


@dataclass(frozen=True, slots=True)
class Tried:
    """An example that was worked out: its outcomes, or why it could not be."""

    plan: str
    example: ty.Example
    outcomes: tuple[Outcome, ...]
    problems: tuple[Diagnostic, ...]

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.problems and all(o.met for o in self.outcomes)


def try_example(plan: ty.Plan, example: ty.Example, schema: Schema, calendar: Calendar) -> Tried:
    """Works out one example of a plan."""
    first = min(e.period.first_month for e in example.expected)
    last = max(e.period.last_month for e in example.expected)
    asked = Months(first, last)
    try:
        with open_database(threads=1) as connection:
            for kind in schema.kinds.values():
                create_kind(connection, kind)
            for rows in example.given:
                insert_rows(connection, schema.kinds[rows.kind], rows.columns, rows.rows)
            create_calendar(connection, calendar, asked.whole_years())
            lowering = Lowering([plan], schema, calendar, asked)
            lowered = _with_expected(lowering, plan, example)
            make_steps(connection, lowered, Keeper())
            outcomes = tuple(Outcome(e, _found(connection, lowering, lowered, plan, e)) for e in example.expected)
    except Problems as problems:
        return Tried(plan.name, example, (), problems.diagnostics)
    return Tried(plan.name, example, outcomes, ())


def _with_expected(lowering: Lowering, plan: ty.Plan, example: ty.Example) -> Lowered:
    """The plan's steps, and those for measures, quotas and credits that only the example asks for."""
    lowered = lowering.lower()
    for expectation in example.expected:
        for target in expectation.targets:
            if target.how == "credited":
                lowering.credit(plan, target.name)
            elif target.how in ("measure", "quota", "attainment"):
                _windowed(lowering, plan, target, expectation)
    return Lowered(tuple(lowering.steps.values()), lowered.credits, lowered.earnings, lowered.payouts)


def _windowed(lowering: Lowering, plan: ty.Plan, target: ty.Target, expectation: ty.Expectation) -> Iterator[str]:
    """The steps that hold a measure or quota, or both for an attainment, over the expectation's period."""
    period = expectation.period.kind
    window = ty.Window(period, Reach.WHOLE)
    unit, span = plan.measures[target.name].unit, expectation.span
    found = []
    if target.how in ("measure", "attainment"):
        found.append(lowering.measure_over(plan, ty.MeasureAt(target.name, window, unit, span), period).step)
    if target.how in ("quota", "attainment"):
        found.append(lowering.quota_over(plan, ty.QuotaAt(target.name, window, unit, span), period).step)
    return iter(found)


def _found(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, lowered: Lowered, plan: ty.Plan, expectation: ty.Expectation
) -> Fraction | None:
    total = Fraction(0)
    for target in expectation.targets:
        found = _target(connection, lowering, lowered, plan, target, expectation)
        if found is None:
            return None
        total += found
    return total


def _target(
    connection: duckdb.DuckDBPyConnection,
    lowering: Lowering,
    lowered: Lowered,
    plan: ty.Plan,
    target: ty.Target,
    expectation: ty.Expectation,
) -> Fraction | None:
    period, payee = expectation.period, expectation.payee
    months = [period.first_month, period.last_month]
    match target.how:
        case "component":
            earnings = next(e for e in lowered.earnings if e.component == target.name)
            where, values = "payee = ? AND earned_month BETWEEN ? AND ?", [payee, *months]
            if expectation.record is not None:
                if not earnings.per_credit:
                    return None
                where, values = where + " AND record = ?", [*values, expectation.record]
            return _sum(connection, f"SELECT sum(earned) FROM {STEPS}.{quoted(earnings.step)} WHERE {where}", values)
        case "payout":
            query = f"""SELECT sum(p.amount) FROM {STEPS}.payouts p JOIN calendar.periods n ON n.label = p.label
                WHERE p.payee = ? AND n.first_month >= ? AND n.last_month <= ?"""
            return _sum(connection, query, [payee, *months])
        case "credited":
            step = lowering.credit(plan, target.name).step
            where, values = "payee = ? AND month BETWEEN ? AND ?", [payee, *months]
            if expectation.record is not None:
                where, values = where + " AND record = ?", [*values, expectation.record]
            return _sum(connection, f"SELECT sum(credited) FROM {STEPS}.{quoted(step)} WHERE {where}", values)
        case _:
            return _measured(connection, lowering, plan, target, expectation)


def _measured(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, plan: ty.Plan, target: ty.Target, expectation: ty.Expectation
) -> Fraction | None:
    group = plan.measures[target.name].group
    owner: object = expectation.payee
    if group == "":
        owner = ""
    elif group is not None:
        key = lowering.schema.kinds["people"].key[0]
        row = connection.execute(f"SELECT {quoted(group)} FROM records.people WHERE {quoted(key)} = ?", [owner]).fetchone()
        owner = row[0] if row else None
    values = []
    for step in _windowed(lowering, plan, target, expectation):
        row = connection.execute(
            f"SELECT value FROM {STEPS}.{quoted(step)} WHERE owner = ? AND period = ?", [owner, expectation.period.number]
        ).fetchone()
        if row is None or row[0] is None:
            return None
        values.append(Fraction(row[0]))
    if len(values) == 1:
        return values[0]
    return _to_twelve(values[0], values[1]) if values[1] > 0 else None


def _to_twelve(left: Fraction, right: Fraction) -> Fraction:
    exact = left / right * 10**12
    sign = 1 if exact >= 0 else -1
    return Fraction(sign * ((2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)), 10**12)


def _sum(connection: duckdb.DuckDBPyConnection, query: str, values: list[object]) -> Fraction | None:
    row = connection.execute(query, values).fetchone()
    return Fraction(0) if row is None or row[0] is None else Fraction(row[0])
