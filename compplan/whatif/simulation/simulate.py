"""Simulates a period: draws replicates of its records, and works out what several sides pay for all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from compplan.diagnostics import Problems
from compplan.engine.database import OVERFLOW, AgainKeeper, Keeper, Progress, make_steps, translated_errors
from compplan.engine.relations import quoted
from compplan.engine.replicates.keys import CHOICES, DRAWS, REPLICATES, Key
from compplan.engine.replicates.steps import Replicated, replicated
from compplan.engine.steps import Lowered, Months, Step
from compplan.engine.variants import Made, Variant, create_calendars, forget_steps, lower_variants
from compplan.records.project_file import Project
from compplan.whatif.comparison.compare import Side, changes_between
from compplan.whatif.comparison.words import told
from compplan.whatif.simulation.blocks import blocks_of
from compplan.whatif.simulation.collected import Gathering, create_tables
from compplan.whatif.simulation.draws import Draws
from compplan.whatif.simulation.forecast import Forecasts
from compplan.whatif.simulation.history import History, history_of
from compplan.whatif.simulation.kinds import DrawnKind, all_drawn, drawn_kinds
from compplan.whatif.simulation.model import model_of
from compplan.whatif.simulation.moved import KNOWN, create_moved
from compplan.whatif.simulation.pipeline import Stage, pipeline_of, stage_of
from compplan.whatif.simulation.settings import Settings
from compplan.whatif.simulation.statistics import forecasts_of

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MOST_ROWS = 4_000_000
"""How many rows all replicates of a batch have in a step, at most: as far as that can be told before."""


def simulate(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    sides: Sequence[Side],
    settings: Settings,
    columns: Sequence[str],
    budget: Decimal | None = None,
    progress: Progress | None = None,
) -> Forecasts:
    """What a period may come to under several sides, on the same draws, in a database that has the records of the project.

    `columns` are columns of people by which pay is grouped; the budget is in the currency of the project. Raises `Problems` where the
    settings cannot be used, and as a run does.
    """
    settings = settings.checked()
    period = settings.period
    variants = [side.variant(project, period) for side in sides]
    plans = [plan for variant in variants for plan in variant.plans]
    kinds = drawn_kinds(project.schema, plans, settings)
    with translated_errors():
        history = history_of(connection, project.calendar, all_drawn(kinds), settings)
        stage = None if settings.pipeline is None else stage_of(kinds, plans, settings.pipeline)
        draws = draws_of(connection, project, history, all_drawn(kinds), stage, settings)
        for one in draws:
            one.create(connection, project.calendar)
        moved: list[Variant] = []
        known: dict[tuple[str, ...], dict[str, str]] = {}
        for variant in variants:
            tables = dict(variant.records)
            for kind in kinds:
                names = (kind.kind.name, *(f.kind.name for f in kind.followers))
                key = tuple(variant.records.get(n, n) for n in names)
                if key not in known:
                    taken = {table for made in known.values() for table in made.values()}
                    known[key] = create_moved(connection, draws, history.first, stage, kind, variant.records, taken)
                tables |= known[key]
            moved.append(Variant(variant.name, variant.plans, tables))
        drawn = {table for tables in known.values() for table in tables.values()}
        made = _make(connection, project, moved, settings, draws, drawn, progress)
        found = forecasts_of(connection, project, made, settings, history, draws, all_drawn(kinds), columns, budget)
    changed = (told(tuple(changes_between(sides[0], side))) for side in sides)
    return Forecasts(tuple(replace(one, changes=changes) for one, changes in zip(found.sides, changed, strict=True)))


def _make(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    variants: Sequence[Variant],
    settings: Settings,
    draws: Sequence[Draws],
    drawn: set[str],
    progress: Progress | None,
) -> tuple[Made, ...]:
    """Works all replicates out, and leaves what they come to in the tables of `collected`."""
    period = settings.period
    months = Months(period.first_month, period.last_month)
    calendars = create_calendars(connection, [v.plans for v in variants], project.calendar, months)
    for narrow in (True, False):
        create_tables(connection)
        together = lower_variants(variants, project.schema, project.calendar, months, calendars, period, narrow=narrow)
        steps = replicated(together.steps.steps, drawn)
        gathering = Gathering.of(together.made, project.schema, period, steps.keys)
        try:
            make_steps(connection, _only(steps.once), Keeper())
            keeper = AgainKeeper()
            for number, batch in enumerate(batches := list(_batches(draws, settings, steps)), 1):
                if progress is not None:
                    progress(f"{batch.stop:,} of {settings.replicates:,} replicates", number, len(batches))
                _take(connection, draws, settings, batch)
                make_steps(connection, _only(steps.each), keeper)
                with translated_errors():
                    gathering.gather(connection)
        except Problems as problems:
            if not narrow or all(d.code != OVERFLOW for d in problems.diagnostics):
                raise
            forget_steps(connection)
            continue
        return together.made
    raise AssertionError("the second time either works or raises")


def _only(steps: tuple[Step, ...]) -> Lowered:
    return Lowered(steps, (), (), ())


def _batches(draws: Sequence[Draws], settings: Settings, steps: Replicated) -> Iterator[range]:
    """The numbers of replicates that are worked out at once."""
    rows = 1 + sum(one.choices for one in draws) + (sum(one.rows for one in draws) if steps.gives_rows_out else 0)
    size = max(1, min(settings.replicates, MOST_ROWS // rows))
    for first in range(0, settings.replicates, size):
        yield range(first, min(first + size, settings.replicates))


def _take(connection: duckdb.DuckDBPyConnection, draws: Sequence[Draws], settings: Settings, batch: range) -> None:
    """Fills the relations that say which replicates there are, and which copies each takes."""
    numbers = f"SELECT CAST(range AS INTEGER) AS {_REPLICATE} FROM range({batch.start}, {batch.stop})"
    connection.execute(f"CREATE OR REPLACE TABLE {DRAWS}.{REPLICATES} AS {numbers}")
    connection.register("chosen", _choices(draws, settings, batch))
    connection.execute(f"CREATE OR REPLACE TABLE {DRAWS}.{CHOICES} AS FROM chosen")
    connection.unregister("chosen")


_REPLICATE = quoted(Key.REPLICATE.value)


def _choices(draws: Sequence[Draws], settings: Settings, batch: range) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    everyone = np.arange(batch.start, batch.stop)
    chosen = [(everyone, everyone * 0 + KNOWN), *(one.choose(batch, settings.seed) for one in draws)]
    replicates, copies = (np.concatenate([pair[i] for pair in chosen]).astype(np.int32) for i in (0, 1))
    return pa.table({Key.REPLICATE.value: replicates, Key.COPY.value: copies})


def draws_of(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    history: History,
    kinds: Sequence[DrawnKind],
    stage: Stage | None,
    settings: Settings,
) -> tuple[Draws, ...]:
    """The ways in which records are drawn; each has copies of its own."""
    past: Draws = model_of(connection, history, kinds, settings) if settings.method == "model" else blocks_of(history, kinds, settings)
    if stage is None:
        return (past,)
    return past, pipeline_of(connection, history, stage, project.calendar.end(settings.period), past.last + 1, settings)
