"""Several ways of working out the same period, made together: what they share is made once.

A variant has plans of its own, or rows of its own for some kinds of record. A step is shared where its query says the same and what it
reads is shared, all the way down to the records; else it is made beside the other, under a name of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb
from sqlglot import exp

from compplan.calendar import Calendar, FiscalPeriod
from compplan.diagnostics import Problems
from compplan.engine.common_subqueries import with_common_subqueries
from compplan.engine.contents import Contents, Readings, contents_of
from compplan.engine.database import OVERFLOW, Keeper, Progress, create_calendar, make_steps
from compplan.engine.held_measures import Held, held_measures
from compplan.engine.lower import Lowering
from compplan.engine.missing_quotas import Sources
from compplan.engine.reach import reach
from compplan.engine.relations import CALENDAR, RECORDS, STEPS
from compplan.engine.steps import Check, Lowered, Months, Step, tables_read
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import Schema


@immutable
class Variant:
    """A name, the plans, and for kinds of record that have other rows than the project's, the table (of the records) that holds them."""

    name: str
    plans: tuple[ty.Plan, ...]
    records: Mapping[str, str] = field(default_factory=dict)


@immutable
class Made:
    """What a variant came to: its steps as they were lowered, the name of the relation that holds each, and measures with quotas."""

    variant: Variant
    lowered: Lowered
    relations: Mapping[str, str]
    held: tuple[Held, ...] = ()

    def relation(self, step: str) -> str:
        """The name of the relation that holds a step of the variant."""
        return self.relations[step]


@immutable
class Together:
    """The steps of several variants, each once, and for each variant where its steps are."""

    steps: Lowered
    made: tuple[Made, ...]


def make_variants(
    connection: duckdb.DuckDBPyConnection,
    variants: Sequence[Variant],
    schema: Schema,
    calendar: Calendar,
    asked: Months,
    over: FiscalPeriod | None = None,
    keeper: Callable[[], Keeper] = Keeper,
    progress: Progress | None = None,
    sources: Sources | None = None,
) -> tuple[Made, ...]:
    """Makes the steps of all variants in a database that has the records; with `over`, also what their measures come to in that period.

    Raises `Problems` as a run does, for the first variant that has one. Where a figure needs more than 64 bits, all is made again in 128.
    """
    calendars = create_calendars(connection, [v.plans for v in variants], calendar, asked)
    for narrow in (True, False):
        together = lower_variants(variants, schema, calendar, asked, calendars, over, narrow=narrow)
        try:
            make_steps(connection, together.steps, keeper(), progress, sources)
        except Problems as problems:
            if not narrow or all(d.code != OVERFLOW for d in problems.diagnostics):
                raise
            forget_steps(connection)
            continue
        return together.made
    raise AssertionError("the second time either works or raises")


def lower_variants(
    variants: Sequence[Variant],
    schema: Schema,
    calendar: Calendar,
    asked: Months,
    calendars: Sequence[str],
    over: FiscalPeriod | None = None,
    *,
    narrow: bool = False,
) -> Together:
    """The steps of all variants, each once, none of them made yet; `calendars` are those of `create_calendars`, one for each variant."""
    lowerings = [Lowering(v.plans, schema, calendar, asked, narrow) for v in variants]
    lowered = [lowering.lower() for lowering in lowerings]
    held = [() if over is None else held_measures(lowering, v.plans, over) for lowering, v in zip(lowerings, variants, strict=True)]
    lowered = [replace(one, steps=tuple(of.steps.values())) for one, of in zip(lowered, lowerings, strict=True)]
    together = shared(variants, lowered, calendars)
    return replace(together, made=tuple(replace(made, held=of) for made, of in zip(together.made, held, strict=True)))


def forget_steps(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops every step that was made."""
    connection.execute(f"DROP SCHEMA {STEPS} CASCADE")
    connection.execute(f"CREATE SCHEMA {STEPS}")


def shared(variants: Sequence[Variant], lowered: Sequence[Lowered], calendars: Sequence[str]) -> Together:
    """The steps of all variants, those that say the same and read the same only once, under names that tell them apart."""
    merging = _Merging()
    readings = [Readings(v.records, calendar) for v, calendar in zip(variants, calendars, strict=True)]
    contents = [contents_of(one, reading) for one, reading in zip(lowered, readings, strict=True)]
    relations = [merging.add(one) for one in with_common_subqueries(contents)]
    made = tuple(Made(v, one, where) for v, one, where in zip(variants, lowered, relations, strict=True))
    return Together(Lowered(tuple(merging.steps.values()), (), (), ()), made)


@dataclass(slots=True)
class _Merging:
    steps: dict[str, Step] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    """The relation that holds what has a content."""

    def add(self, contents: Contents) -> dict[str, str]:
        """The relation that holds each step."""
        relations: dict[str, str] = {}
        for step in contents.lowered.steps:
            content = contents.hashes[step.name]
            if content not in self.known:
                name = step.name if step.name not in self.steps else f"{step.name}~{len(self.known)}"
                self.known[content] = name
                placed = _Placed({**relations, step.name: name}, contents.readings)
                self.steps[name] = placed.step(step, name)
            relations[step.name] = self.known[content]
        return relations


@immutable
class _Placed:
    """Where a variant's relations are."""

    relations: Mapping[str, str]
    readings: Readings

    def step(self, step: Step, name: str) -> Step:
        """The step under another name, reading what its variant has."""
        checks = tuple(self._check(c) for c in step.checks)
        query = self._query(step.query)
        return replace(step, name=name, query=query, reads=tuple(tables_read(query)), checks=checks)

    def _check(self, check: Check) -> Check:
        return replace(check, query=self._query(check.query), guard=None if check.guard is None else self._query(check.guard))

    def _query(self, query: exp.Select) -> exp.Select:
        moved = query.copy()
        for found in moved.find_all(exp.Table):
            database, name = found.db, found.name
            if database == STEPS and self.relations.get(name, name) != name:
                found.set("this", exp.to_identifier(self.relations[name], quoted=True))
            if database == RECORDS and name in self.readings.records:
                found.set("this", exp.to_identifier(self.readings.records[name], quoted=True))
            if database == CALENDAR and self.readings.calendar != CALENDAR:
                found.set("db", exp.to_identifier(self.readings.calendar, quoted=True))
        return moved


def create_calendars(
    connection: duckdb.DuckDBPyConnection, plans: Sequence[Sequence[ty.Plan]], calendar: Calendar, asked: Months
) -> list[str]:
    """The schema with the calendar of each set of plans: plans that look back further have a longer one."""
    made: dict[Months, str] = {}
    found = []
    for chosen in plans:
        months = reach(chosen, calendar, asked)
        if months not in made:
            made[months] = CALENDAR if not made else f"{CALENDAR}~{len(made)}"
            create_calendar(connection, calendar, months, made[months])
        found.append(made[months])
    return found
