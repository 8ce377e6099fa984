"""What became of one record: which conditions of each credit it met, on which day it counts, and who is credited with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import duckdb
from sqlglot import exp

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.suggest import closest
from compplan.engine import sql
from compplan.engine.asked_for import known_payee, plans_of
from compplan.engine.columns import node_of
from compplan.engine.covered import credits_used
from compplan.engine.database import create_calendar, open_database
from compplan.engine.explanation import Condition, Explanation
from compplan.engine.lower import Lowering
from compplan.engine.lower_credits import CreditLowering
from compplan.engine.observe import ConditionPlan, Observer, Sources
from compplan.engine.page import Page, Value
from compplan.engine.reach import reach
from compplan.engine.relations import RECORDS, STEPS, quoted
from compplan.engine.steps import Months
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.project_plans import ProjectPlans
from compplan.records.load import load_records
from compplan.records.project_file import Project
from compplan.schema import RecordKind


@immutable
class Given:
    """Somebody's share of a record; of a credit that repeats, on one of its days."""

    payee: str
    via: str | None
    date: str
    month: str
    repetition: int | None
    share: Value
    credited: Value
    overlay: bool


@immutable
class CreditTrace:
    """One credit and the record: the conditions up to the first that failed, the day that it counts on, and who is credited.

    Of a credit that repeats, the day is the first, and `repeats` says how often; `given` has those of the fiscal years at hand.
    """

    credit: str
    source: str
    file: str
    line: int
    via: str | None
    conditions: tuple[Condition, ...]
    dated: str
    date: str | None
    month: str | None
    repeats: str | None
    unit: str
    given: tuple[Given, ...]

    @property
    def counts(self) -> bool:
        """Whether it met every condition."""
        return all(c.held for c in self.conditions)


@immutable
class Stretch:
    """Days on which somebody is a payee, the first and the last."""

    first: str
    last: str


@immutable
class PlanTrace:
    """One plan: whether the payee is paid by it, on which days where people are dated, and what its credits make of the record."""

    plan: str
    label: str
    payees: str
    is_payee: bool
    days: tuple[Stretch, ...] | None
    credits: tuple[CreditTrace, ...]


@immutable
class RecordTrace(Page):
    """A record of a kind, and what each plan makes of it for a payee; `rejected` says why it cannot be used, if it cannot.

    `paid` is the explanation of the period's run, as far as it is about the record; None where the period was not run.
    """

    payee: str
    kind: str
    record: str
    period: str
    rejected: tuple[str, ...]
    plans: tuple[PlanTrace, ...]
    paid: Explanation | None = None

    def __repr__(self) -> str:
        return f"<RecordTrace {self.record} {self.payee} {self.period}>"

    def to_text(self) -> str:
        """The trace as text."""
        from compplan.engine.trace_text import render_trace

        return render_trace(self)


def trace_record(
    project: Project, texts: ProjectPlans, period: FiscalPeriod, payee: str, record: str, plan: str | None = None
) -> RecordTrace:
    """What became of a record of the project, as its files are now. Raises `Problems` where no kind that is credited has it."""
    plans = plans_of(texts.require(), plan)
    kinds = list(dict.fromkeys(c.kind for p in plans for c in p.credits.values()))
    with open_database() as connection:
        loaded = load_records(project, connection)
        known_payee(connection, project.schema, payee)
        kind = _kind_with(connection, project, kinds, record)
        rejected = tuple(_rejected(connection, project.root, kinds, record)) if loaded.rejected else ()
        if kind is None and not rejected:
            raise _unknown_record(connection, project, kinds, record)
        months = Months(period.first_month, period.last_month)
        create_calendar(connection, project.calendar, reach(plans, project.calendar, months))
        if kind is None:
            return RecordTrace(payee, rejected[0][0], record, period.label, tuple(r for _, r in rejected), ())
        _keep_only(connection, kind, record)
        lowering = Lowering(plans, project.schema, project.calendar, months)
        lowering.exchange()
        tracer = _Tracer(connection, lowering, Sources(texts.texts), kind)
        return RecordTrace(
            payee, kind.name, record, period.label, tuple(r for _, r in rejected), tuple(tracer.plan(p, payee) for p in plans)
        )


def _kind_with(connection: duckdb.DuckDBPyConnection, project: Project, kinds: Sequence[str], record: str) -> RecordKind | None:
    for name in kinds:
        kind = project.schema.kinds[name]
        query = f"SELECT 1 FROM {RECORDS}.{quoted(name)} WHERE CAST({quoted(kind.key[0])} AS VARCHAR) = ? LIMIT 1"
        if connection.execute(query, [record]).fetchone() is not None:
            return kind
    return None


def _rejected(connection: duckdb.DuckDBPyConnection, root: Path, kinds: Sequence[str], record: str) -> Iterator[tuple[str, str]]:
    """The kind and the reason of each rejected line of a text file that has the record's key in it."""
    rows = connection.execute(f"SELECT kind, file, line, reason FROM {RECORDS}.rejects ORDER BY file, line").fetchall()
    for file, of_file in groupby((r for r in rows if r[0] in kinds), key=lambda r: str(r[1])):
        wanted: dict[int, list[tuple[str, str]]] = {}
        for kind, _, line, reason in of_file:
            wanted.setdefault(int(line), []).append((str(kind), f"{file} line {line}: {reason}"))
        with suppress(OSError), (root / file).open(encoding="utf-8", errors="replace") as lines:
            for number, text in enumerate(lines, 1):
                if number in wanted and record in text:
                    yield from wanted[number]


def _unknown_record(connection: duckdb.DuckDBPyConnection, project: Project, kinds: Sequence[str], record: str) -> Problems:
    keys = []
    for name in kinds:
        key = quoted(project.schema.kinds[name].key[0])
        keys += [str(r[0]) for r in connection.execute(f"SELECT {key} FROM {RECORDS}.{quoted(name)} LIMIT 100000").fetchall()]
    near = closest(record, keys)
    hint = f"Did you mean {near}?" if near else f"Keys are written as they are in the files, such as {', '.join(sorted(keys)[:3])}."
    message = f"None of the records ({', '.join(kinds)}) has the key {record}."
    return Problems([Diagnostic("no-record", "There is no such record", message, None, hint)])


def _keep_only(connection: duckdb.DuckDBPyConnection, kind: RecordKind, record: str) -> None:
    """Leaves one record of its kind, so that what follows is worked out for it alone."""
    name = f"{RECORDS}.{quoted(kind.name)}"
    connection.execute(f"CREATE TEMP TABLE one AS SELECT * FROM {name} WHERE CAST({quoted(kind.key[0])} AS VARCHAR) = ?", [record])
    found = connection.execute(
        "SELECT table_type FROM information_schema.tables WHERE table_schema = ? AND table_name = ?", [RECORDS, kind.name]
    ).fetchone()
    assert found is not None
    connection.execute(f"DROP {'VIEW' if found[0] == 'VIEW' else 'TABLE'} {name}")
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM one")


@immutable
class _Tracer:
    connection: duckdb.DuckDBPyConnection
    lowering: Lowering
    sources: Sources
    kind: RecordKind

    def plan(self, plan: ty.Plan, payee: str) -> PlanTrace:
        """What one plan makes of the record."""
        paying = [plan.credits[name] for name in credits_used(plan) if plan.credits[name].kind == self.kind.name]
        found = tuple(t for c in paying for t in self._credit(plan, c))
        words = "everyone" if plan.payees is None else f"where {self.sources.words(plan.payees)}"
        self.lowering.payees(plan)
        self._make_steps()
        step = quoted(self.lowering.names.plan_step(plan, "payees"))
        is_payee = self.connection.execute(f"SELECT 1 FROM {STEPS}.{step} WHERE payee = ?", [payee]).fetchone() is not None
        return PlanTrace(plan.name, plan.label, words, is_payee, self._days(plan, payee), found)

    def _days(self, plan: ty.Plan, payee: str) -> tuple[Stretch, ...] | None:
        """The days on which somebody is a payee of the plan; none where people are not dated."""
        if self.lowering.stays(plan) is None:
            return None
        step = quoted(self.lowering.names.plan_step(plan, "stays"))
        rows = self.connection.execute(f"SELECT first, last FROM {STEPS}.{step} WHERE payee = ? ORDER BY first", [payee]).fetchall()
        return tuple(Stretch(first.isoformat(), last.isoformat()) for first, last in rows)

    def _make_steps(self) -> None:
        there = {str(r[0]) for r in self.connection.execute("SELECT table_name FROM information_schema.tables").fetchall()}
        for step in self.lowering.steps.values():
            if step.name not in there:
                self.connection.execute(f"CREATE TABLE {STEPS}.{quoted(step.name)} AS {step.query.sql('duckdb', copy=False)}")

    def _credit(self, plan: ty.Plan, credit: ty.Credit) -> Iterator[CreditTrace]:
        """A trace for the record; of a credit that comes from another one, for each row of that, or why that has none."""
        lowering = self.lowering.credit_lowering(plan, credit.name)
        self.lowering.credit(plan, credit.name)
        self._make_steps()
        observer = Observer(lowering.records.emitter, self.sources)
        conditions = [ConditionPlan(self.sources.words(w), observer.plan(w)) for w in credit.where]
        given = self._given(self.lowering.names.credit_step(plan, credit.name), credit)
        rows = self._rows(lowering, credit, observer)
        if not rows and credit.from_credit:
            yield from self._credit(plan, plan.credits[credit.source])
        alike: dict[tuple[str | None, tuple[Condition, ...]], list[Mapping[str, object]]] = {}
        for row in rows:
            via = None if row["via"] is None else str(row["via"])
            alike.setdefault((via, tuple(_until_failed(conditions, row))), []).append(row)
        for (via, held), found in alike.items():
            first = found[0]
            days = {str(row["day"]) for row in found if row["day"] is not None}
            yield CreditTrace(
                credit.name, credit.source, credit.span.file, credit.span.line, via, held,
                credit.dated.path[-1], None if first["date"] is None else str(first["date"]), self._month(first),
                self._repeats(plan, credit), str(credit.amounts["credited"].unit),
                tuple(g for g in given if g.via == via and (not days or g.date in days)),
            )  # fmt: skip

    def _repeats(self, plan: ty.Plan, credit: ty.Credit) -> str | None:
        """How often each record counts, as the plan says it; a credit that comes from a repeated one counts on the days of that."""
        if not credit.repeated:
            return None
        if credit.repeat is None:
            return self._repeats(plan, plan.credits[credit.source])
        return f"each {credit.repeat.period}, {self.sources.words(credit.repeat.times)} times"

    def _rows(self, lowering: CreditLowering, credit: ty.Credit, observer: Observer) -> list[Mapping[str, object]]:
        via: exp.Expr = sql.column("payee", "r") if credit.from_credit else exp.null()
        dated = node_of(lowering.records.emitter.emit(credit.dated))
        day = sql.column("date", "r") if lowering.records.inherits else exp.null()
        selected = [sql.alias(via, "via"), sql.alias(dated, "date"), sql.alias(day, "day"), *observer.columns]
        query = lowering.records.every_record(selected)
        cursor = self.connection.execute(query.sql("duckdb", copy=False) + " ORDER BY ALL")
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _month(self, row: Mapping[str, object]) -> str | None:
        if row["date"] is None:
            return None
        return self.lowering.calendar.period_of(row["date"], "month").label  # type: ignore[arg-type]

    def _given(self, step: str, credit: ty.Credit) -> list[Given]:
        number = "repetition" if credit.repeated else "NULL"
        columns = f"payee, via, date, {number}, share, credited, overlay"
        query = f"SELECT {columns} FROM {STEPS}.{quoted(step)} ORDER BY date, payee, via, share, credited, overlay"
        return [
            Given(
                str(payee), None if via is None else str(via), str(date), self.lowering.calendar.period_of(date, "month").label, repetition,
                Fraction(share), Fraction(credited), bool(overlay),
            )
            for payee, via, date, repetition, share, credited, overlay in self.connection.execute(query).fetchall()
        ]  # fmt: skip


def _until_failed(conditions: Sequence[ConditionPlan], row: Mapping[str, object]) -> Iterator[Condition]:
    for plan in conditions:
        condition = plan.read(row)
        yield condition
        if not condition.held:
            return
