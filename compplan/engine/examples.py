"""Working out the examples of plans: each in a database of its own, with nothing but the records that it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from fractions import Fraction

import duckdb

from compplan.calendar import Calendar
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.credit_shape import amount_columns
from compplan.engine.database import Keeper, create_calendar, create_kind, insert_rows, make_steps, open_database
from compplan.engine.lower import Lowering
from compplan.engine.reach import reach
from compplan.engine.relations import STEPS, quoted
from compplan.engine.steps import Lowered, Months
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.tree import Reach
from compplan.language.units import Kind
from compplan.schema import MONTHS_IN, PEOPLE, Schema


@immutable
class Outcome:
    """What came of one expectation; `found` is None where there is no figure."""

    expectation: ty.Expectation
    found: Fraction | None

    @property
    def met(self) -> bool:
        """Whether it is what was expected."""
        return self.found == self.expectation.value


@immutable
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
            create_calendar(connection, calendar, reach([plan], calendar, asked))
            lowering = Lowering([plan], schema, calendar, asked)
            lowered, formulas = _with_expected(lowering, plan, example)
            make_steps(connection, lowered, Keeper())
            asking = _Asking(connection, lowering, lowered, plan, formulas)
            outcomes = tuple(Outcome(e, asking.found(e)) for e in example.expected)
    except Problems as problems:
        return Tried(plan.name, example, (), problems.diagnostics)
    return Tried(plan.name, example, outcomes, ())


def _per_credit(example: ty.Example) -> dict[str, list[ty.Expr]]:
    """The formulas that an example asks for single credits, by credit."""
    found: dict[str, list[ty.Expr]] = {}
    for target in (x for e in example.expected for x in e.targets):
        if target.formula is not None and isinstance(target.grain, ty.ForCredit):
            found.setdefault(target.grain.credit, []).append(target.formula)
    return found


def _with_expected(lowering: Lowering, plan: ty.Plan, example: ty.Example) -> tuple[Lowered, dict[ty.Target, str]]:
    """The plan's steps, with those for what only the example asks for; and the step that holds each formula."""
    lowered = lowering.lower()
    formulas: dict[ty.Target, str] = {}
    for expectation in example.expected:
        for target in expectation.targets:
            if target.how == "credited":
                lowering.credit(plan, target.name)
            elif target.formula is not None and target.grain is not None:
                formulas[target] = lowering.ask(plan, target.formula, target.grain)
            elif target.how in ("measure", "quota", "attainment"):
                _windowed(lowering, plan, target, expectation)
    return Lowered(tuple(lowering.steps.values()), lowered.credits, lowered.earnings, lowered.payouts), formulas


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


@immutable
class _Asking:
    """Asks the steps of an example, once they are made, for what it expects."""

    connection: duckdb.DuckDBPyConnection
    lowering: Lowering
    lowered: Lowered
    plan: ty.Plan
    formulas: Mapping[ty.Target, str]

    def found(self, expectation: ty.Expectation) -> Fraction | None:
        """What comes of an expectation; None where a part of it has no figure."""
        total = Fraction(0)
        for target in expectation.targets:
            found = self._target(target, expectation)
            if found is None:
                return None
            total += found
        return total

    def _target(self, target: ty.Target, expectation: ty.Expectation) -> Fraction | None:
        match target.how:
            case "component":
                made = [e for e in self.lowered.earnings if e.component == target.name]
                if expectation.record is not None and not all(e.by_record for e in made):
                    return None
                steps = (e.step if expectation.record is None else e.by_record or "" for e in made)
                sums = (self._sum("earned", step, "earned_month", expectation) for step in steps)
                return sum((s for s in sums if s is not None), Fraction(0))
            case "draw":
                query = f"""SELECT sum(p.counted) FROM {STEPS}.payouts p JOIN calendar.periods n ON n.label = p.label
                    WHERE (p.payee = $payee OR $payee IS NULL) AND n.first_month >= $first AND n.last_month <= $last
                        AND p.kind = 'draw' AND p.component = $draw"""
                return self._one(query, {**_asked_of(expectation), "draw": target.name})
            case "balance":
                return self._balance(target.name, expectation)
            case "payout":
                return self._paid(expectation)
            case "change":
                return self._changed(target.name, expectation)
            case "cost":
                return self._cost(target.name, target.amount, expectation)
            case "held":
                return self._held(target.name, expectation)
            case "credited":
                shape = self.lowering.credit(self.plan, target.name)
                return self._sum(amount_columns(shape.amounts)[target.amount], shape.step, "month", expectation)
            case "formula":
                return self._formula(self.formulas[target], expectation)
            case _:
                return self._measured(target, expectation)

    def _paid(self, expectation: ty.Expectation) -> Fraction | None:
        """What is paid in the currency that is expected; nothing where any of it is paid in another."""
        where = f"""FROM {STEPS}.payouts p JOIN calendar.periods n ON n.label = p.label
            WHERE (p.payee = $payee OR $payee IS NULL) AND n.first_month >= $first AND n.last_month <= $last"""
        values = {**_asked_of(expectation), "currency": expectation.unit.currency}
        if self._one(f"SELECT count(*) {where} AND p.currency <> $currency", values):
            return None
        return self._one(f"SELECT sum(p.amount) {where} AND p.currency = $currency", values)

    def _changed(self, name: str, expectation: ty.Expectation) -> Fraction:
        """What a hold or clawback changes payouts by; of one record, what it changes what is left of its earnings by."""
        if expectation.record is None:
            query = f"""SELECT sum(p.counted) FROM {STEPS}.payouts p JOIN calendar.periods n ON n.label = p.label
                WHERE (p.payee = $payee OR $payee IS NULL) AND n.first_month >= $first AND n.last_month <= $last
                    AND p.kind IN ('hold', 'clawback') AND p.component = $name"""
            values = {
                "payee": expectation.payee, "first": expectation.period.first_month, "last": expectation.period.last_month, "name": name,
            }  # fmt: skip
            return self._one(query, values)
        total = Fraction(0)
        for component in self.plan.components:
            for index, keeper in enumerate(self.plan.keeping(component.name), 1):
                if keeper.name == name:
                    step = self.lowering.names.kept_steps(self.plan, component).left
                    total += self._sum(f"change_{index}", step, "month", expectation) or 0
        return total

    def _cost(self, name: str, figure: str, expectation: ty.Expectation) -> Fraction:
        """A figure of a contract cost over the period; of the balance, all changes since the beginning."""
        value, first = quoted(figure), expectation.period.first_month
        if figure == "balance":
            value, first = "capitalised - amortised - written_off", 0
        where = "month BETWEEN $first AND $last AND (payee = $payee OR $payee IS NULL) AND "
        where += "($record IS NULL OR record = $record OR starts_with(record, $record || ', '))"
        step = quoted(self.lowering.names.plan_step(self.plan, "cost", name))
        values = {**_asked_of(expectation), "first": first, "record": expectation.record}
        return self._one(f"SELECT sum({value}) FROM {STEPS}.{step} WHERE {where}", values)

    def _held(self, component: str, expectation: ty.Expectation) -> Fraction:
        """What is still held of a component when the period ends."""
        total = Fraction(0)
        values = {"last": expectation.period.last_month, "payee": expectation.payee, "record": expectation.record}
        where = "month <= $last AND (payee = $payee OR $payee IS NULL) AND (CAST(record AS VARCHAR) = $record OR $record IS NULL)"
        for version in (c for c in self.plan.components if c.name == component):
            step = quoted(self.lowering.names.kept_steps(self.plan, version).left)
            last = f"SELECT held FROM {STEPS}.{step} WHERE {where} QUALIFY row_number() OVER (PARTITION BY earning ORDER BY month DESC) = 1"
            total += self._one(f"SELECT sum(held) FROM ({last})", values)
        return total

    def _sum(self, column: str, step: str, month: str, expectation: ty.Expectation) -> Fraction | None:
        """A column of a step added up: the rows of the payee, or of all, of the period and of the record, where one is named."""
        where, values = _rows_of(expectation, month)
        return self._one(f"SELECT sum({quoted(column)}) FROM {STEPS}.{quoted(step)} WHERE {where}", values)

    def _one(self, query: str, values: Mapping[str, object]) -> Fraction:
        row = self.connection.execute(query, values).fetchone()
        return Fraction(0) if row is None or row[0] is None else Fraction(row[0])

    def _balance(self, name: str, expectation: ty.Expectation) -> Fraction:
        """The last balance at or before the end of the period, since it last started anew: it stays while nothing is paid."""
        last = expectation.period.last_month
        forgive = next((d.forgive for d in self.plan.draws if d.name == name), None)
        since = 0 if forgive is None else (last + 1) // MONTHS_IN[forgive] * MONTHS_IN[forgive]
        step = quoted(self.lowering.names.balance_step(self.plan, name))
        query = f"""SELECT sum(after) FROM (SELECT arg_max(b.after, b.period) AS after
                FROM {STEPS}.{step} b JOIN calendar.periods n ON n.kind = $kind AND n.number = b.period
                WHERE (b.payee = $payee OR $payee IS NULL) AND n.first_month >= $since AND n.last_month <= $last GROUP BY b.payee)"""
        return self._one(query, {"payee": expectation.payee, "kind": self.plan.payout, "since": since, "last": last})

    def _formula(self, step: str, expectation: ty.Expectation) -> Fraction | None:
        """A formula's value: the one that its rows share, or their sum where it is money or a number."""
        where, values = _rows_of(expectation, "earned_month")
        rows = self.connection.execute(f"SELECT earned FROM {STEPS}.{quoted(step)} WHERE {where}", values).fetchall()
        found = [None if value is None else Fraction(value) for (value,) in rows]
        known = [value for value in found if value is not None]
        if not known or len(known) < len(found):
            return None
        if expectation.unit.kind is Kind.RATIO:
            return known[0] if len(set(known)) == 1 else None
        return sum(known, Fraction(0))

    def _measured(self, target: ty.Target, expectation: ty.Expectation) -> Fraction | None:
        group = self.plan.measures[target.name].group
        owner: object = expectation.payee
        if group == "":
            owner = ""
        elif group is not None:
            key = self.lowering.schema.kinds[PEOPLE].key[0]
            query = f"SELECT {quoted(group)} FROM records.people WHERE {quoted(key)} = ?"
            asked: list[object] = [owner]
            valid = self.lowering.schema.kinds[PEOPLE].valid
            if valid is not None:  # the group at the end of the period
                day = self.lowering.calendar.end(expectation.period) - timedelta(days=1)
                query += f" AND ? BETWEEN {quoted(valid.first)} AND coalesce({quoted(valid.last)}, DATE '9999-12-31')"
                asked.append(day)
            row = self.connection.execute(query, asked).fetchone()
            owner = row[0] if row else None
        values = []
        for step in _windowed(self.lowering, self.plan, target, expectation):
            query = f"SELECT value FROM {STEPS}.{quoted(step)} WHERE owner = ? AND period = ?"
            row = self.connection.execute(query, [owner, expectation.period.number]).fetchone()
            if row is None or row[0] is None:
                return None
            values.append(Fraction(row[0]))
        if len(values) == 1:
            return values[0]
        return _to_twelve(values[0], values[1]) if values[1] > 0 else None


def _asked_of(expectation: ty.Expectation) -> dict[str, object]:
    """The payee and the months that are asked about."""
    return {"payee": expectation.payee, "first": expectation.period.first_month, "last": expectation.period.last_month}


def _rows_of(expectation: ty.Expectation, month: str) -> tuple[str, dict[str, object]]:
    """The rows that an expectation asks of, as a condition and its values."""
    where = [f"{month} BETWEEN $first AND $last"]
    values: dict[str, object] = {"first": expectation.period.first_month, "last": expectation.period.last_month}
    for name, value in (("payee", expectation.payee), ("record", expectation.record)):
        if value is not None:
            where.append(f"{name} = ${name}")
            values[name] = value
    return " AND ".join(where), values


def _to_twelve(left: Fraction, right: Fraction) -> Fraction:
    exact = left / right * 10**12
    sign = 1 if exact >= 0 else -1
    return Fraction(sign * ((2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)), 10**12)
