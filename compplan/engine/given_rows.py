"""Plans worked out in memory on records of which one kind's rows are given: for what-if questions, which keep no run.

The steps are those of a run. Steps that do not depend on the given rows are made once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Problems
from compplan.engine.database import OVERFLOW, AgainKeeper, create_calendar, create_kind, make_steps, open_database, translated_errors
from compplan.engine.held_measures import Attained, Held, attained, held_measures
from compplan.engine.lower import Lowering
from compplan.engine.reach import reach
from compplan.engine.relations import RECORDS, STEPS, quoted
from compplan.engine.run import in_force
from compplan.engine.steps import Lowered, Months, Step
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.records.load import load_records
from compplan.records.project_file import Project
from compplan.schema import ReferenceType, Schema

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

GIVEN = "given_rows"


@immutable
class Paid:
    """What a plan pays a person in the period, in a currency."""

    plan: str
    payee: str
    currency: str
    amount: Decimal


@immutable
class Outcome:
    """What comes of the given rows: every payout added up over the period, and every measure that is held against a quota."""

    paid: tuple[Paid, ...]
    attained: tuple[Attained, ...]


@contextmanager
def plans_on_rows(
    project: Project, plans: Sequence[ty.Plan], period: FiscalPeriod, kind: str, threads: int | None = None
) -> Iterator[PlansOnRows]:
    """Those of the plans whose payouts in the period depend on a kind of record, ready for rows of it.

    All records are the project's, but those of the kind and of kinds that refer to it, which are empty at first. Raises `Problems` where
    records are bad or no plan is in force.
    """
    months = Months(period.first_month, period.last_month)
    chosen = in_force(project, plans, months, period)
    empty = dependents(project.schema, kind)
    kept = {name: k for name, k in project.schema.kinds.items() if name not in empty}
    rest = _with_kinds(project, Schema(project.schema.currency, kept, project.schema.rates, project.schema.working_days))
    with open_database(threads=threads) as connection, translated_errors():
        loaded = load_records(rest, connection)
        if loaded.rejected:
            raise Problems(loaded.diagnostics)
        for name in empty:
            create_kind(connection, project.schema.kinds[name])
        create_calendar(connection, project.calendar, reach(chosen, project.calendar, months))
        chosen = tuple(p for p in chosen if _depends(Lowering([p], project.schema, project.calendar, months), kind))
        yield PlansOnRows(connection, project, chosen, period, kind)


def dependents(schema: Schema, kind: str) -> tuple[str, ...]:
    """The kind, and every kind whose rows refer to such rows, directly or by way of others."""
    found = [kind]
    for name in found:
        for other in schema.kinds.values():
            refers = any(isinstance(c.type, ReferenceType) and c.type.kind == name for c in other.columns)
            if refers and other.name not in found:
                found.append(other.name)
    return tuple(found)


def _with_kinds(project: Project, schema: Schema) -> Project:
    sources = {name: project.sources[name] for name in schema.kinds}
    return Project(project.root, project.file, project.company, schema, project.calendar, project.plan_files, sources)


def _depends(lowering: Lowering, kind: str) -> bool:
    lowered = lowering.lower()
    return any(s.name == "payouts" for s in _affected(lowered.steps, kind))


def _affected(steps: Sequence[Step], kind: str) -> list[Step]:
    """The steps that read the kind, or a step that does."""
    found: dict[str, Step] = {}
    for step in steps:
        queries = [step.query, *(c.query for c in step.checks)]
        tables = [t for query in queries for t in query.find_all(exp.Table)]
        if any((t.db == RECORDS and t.name == kind) or (t.db == STEPS and t.name in found) for t in tables):
            found[step.name] = step
    return list(found.values())


@dataclass(slots=True)
class PlansOnRows:
    """Plans on records of a database; `work_out` gives what comes of rows of the kind."""

    connection: duckdb.DuckDBPyConnection
    project: Project
    plans: tuple[ty.Plan, ...]
    period: FiscalPeriod
    kind: str
    _narrow: bool = True
    _lowered: _Lowered | None = field(default=None, init=False)
    _keeper: AgainKeeper = field(default_factory=AgainKeeper, init=False)

    @property
    def payees(self) -> Mapping[str, tuple[str, ...]]:
        """The payees of each plan; what they are paid may be nothing. Known once something was worked out."""
        assert self._lowered is not None
        found: dict[str, tuple[str, ...]] = {}
        for plan, step in self._lowered.payees.items():
            rows = self.connection.execute(f"SELECT payee FROM {STEPS}.{quoted(step)} ORDER BY payee").fetchall()
            found[plan] = tuple(str(payee) for (payee,) in rows)
        return found

    def keys(self, kind: str) -> frozenset[str]:
        """The keys of a kind's records."""
        key = quoted(self.project.schema.kinds[kind].key[0])
        return frozenset(str(k) for (k,) in self.connection.execute(f"SELECT {key} FROM {RECORDS}.{quoted(kind)}").fetchall())

    def work_out(self, rows: pa.Table) -> Outcome:
        """What comes of these rows of the kind, whose columns have the kind's names. Raises `Problems` as a run does."""
        with translated_errors():
            self._fill(rows)
            self._make()
            return Outcome(self._paid(), tuple(self._attained()))

    def _fill(self, rows: pa.Table) -> None:
        relation, columns = f"{RECORDS}.{quoted(self.kind)}", ", ".join(quoted(c) for c in rows.column_names)
        self.connection.register(GIVEN, rows)
        self.connection.execute(f"DELETE FROM {relation}")
        self.connection.execute(f"INSERT INTO {relation} ({columns}) SELECT {columns} FROM {GIVEN}")
        self.connection.unregister(GIVEN)

    def _make(self) -> None:
        """Makes every step that depends on the rows; where a figure needs more than 64 bits, all over again with more, as a run does."""
        try:
            self._make_steps()
        except Problems as problems:
            if not self._narrow or all(d.code != OVERFLOW for d in problems.diagnostics):
                raise
            self._narrow, self._lowered = False, None
            self.connection.execute(f"DROP SCHEMA {STEPS} CASCADE")
            self.connection.execute(f"CREATE SCHEMA {STEPS}")
            self._make_steps()

    def _make_steps(self) -> None:
        if self._lowered is None:
            self._lowered = _lower(self)
            self._keeper = AgainKeeper()
            make_steps(self.connection, self._lowered.once, self._keeper)
        make_steps(self.connection, self._lowered.again, self._keeper)

    def _paid(self) -> tuple[Paid, ...]:
        if not self.plans:
            return ()
        query = f"SELECT plan, payee, currency, sum(amount) FROM {STEPS}.payouts GROUP BY ALL ORDER BY ALL"
        return tuple(Paid(plan, payee, currency, amount) for plan, payee, currency, amount in self.connection.execute(query).fetchall())

    def _attained(self) -> Iterator[Attained]:
        assert self._lowered is not None
        for held in self._lowered.held:
            yield from attained(self.connection, held, self.period)


@immutable
class _Lowered:
    """The steps that are made once, those that depend on the given rows, and where to find what is told."""

    once: Lowered
    again: Lowered
    payees: Mapping[str, str]
    held: tuple[Held, ...]


def _lower(on: PlansOnRows) -> _Lowered:
    project, period = on.project, on.period
    months = Months(period.first_month, period.last_month)
    lowering = Lowering(on.plans, project.schema, project.calendar, months, on._narrow)
    lowered = lowering.lower()
    held = held_measures(lowering, on.plans, period)
    payees = {plan.name: lowering.payees(plan) for plan in on.plans}
    steps = tuple(lowering.steps.values())
    again = _affected(steps, on.kind)
    changing = {s.name for s in again}
    once = tuple(s for s in steps if s.name not in changing)
    first, second = (Lowered(part, lowered.credits, lowered.earnings, lowered.payouts) for part in (once, tuple(again)))
    return _Lowered(first, second, payees, tuple(h for h in held if h.measured in changing))
