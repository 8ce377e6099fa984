"""The queries of an explanation: a component's own with columns for all that is watched in it, each asked once for all payees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from compplan.engine import sql
from compplan.engine.component_formulas import product
from compplan.engine.explained_places import Ranked
from compplan.engine.lower import Lowering
from compplan.engine.lower_components import Figured
from compplan.engine.observe import ConditionPlan, NodePlan, Observer, Sources, figure_columns, to_value
from compplan.engine.project_earnings import fixed
from compplan.engine.relations import STEPS, quoted
from compplan.immutable import immutable
from compplan.language import typed as ty

if TYPE_CHECKING:
    from compplan.engine.observe_exchange import ConversionPlan

Row = Mapping[str, object]
MOST_RANKED = 5
"""So many of those who are ranked are named."""


@immutable
class Watched:
    """A component's query with the plans of all that is watched in it."""

    figured: Figured
    factors: tuple[NodePlan | ConversionPlan, ...]
    conditions: tuple[ConditionPlan, ...]
    where: ConditionPlan | None
    floor: NodePlan | ConversionPlan | None
    cap: NodePlan | ConversionPlan | None
    query: str
    records: tuple[str, ...]
    """The columns with the key of its record."""


def watch(everything: Lowering, sources: Sources, plan: ty.Plan, component: ty.Component) -> Watched:
    """Writes a component's query with all that is watched in it, for which no table is needed yet."""
    lowering = everything.component(plan, component, exp.Placeholder(this="payees"))
    figured = lowering.figured()
    emitter = figured.emitter
    observer = Observer(emitter, sources)
    factors = tuple(observer.plan(f) for f in component.factors)
    conditions = tuple(ConditionPlan(sources.words(c), observer.plan(c)) for c in component.conditions)
    wanted = component.grain.where if isinstance(component.grain, ty.ForCredit) else None
    where = None if wanted is None else ConditionPlan(sources.words(wanted), observer.plan(wanted))
    floor = None if component.floor is None else observer.plan(component.floor)
    cap = None if component.cap is None else observer.plan(component.cap)
    figures = [("product", product(emitter, component)), ("figure", fixed(lowering, figured.figure))]
    if figured.before is not None:
        figures.append(("before", fixed(lowering, figured.before)))
    columns = [*figured.keys, sql.alias(lowering.month_earned(figured.last_month), "earned_month")]
    columns += [*figure_columns(figures), *observer.columns]
    if figured.where is not None:
        columns.append(sql.alias(figured.where, "counts"))
    if component.top is not None:
        columns += [sql.alias(sql.column(n, "t"), n) for n in ("place", "qualifies")] + [sql.alias(sql.column("figure", "t"), "ranked_by")]
    if component.top is not None and component.top.ties == "sharing":
        columns += [sql.alias(sql.column(n, "t"), f"tie_{n}") for n in ("amount", "weights", "share")]
    if component.pool is not None:
        columns += [sql.alias(sql.column(n, "t"), f"pool_{n}") for n in ("group", "member", "amount", "weight", "weights", "share")]
    query = figured.rows.copy().select(*columns, copy=False)
    order = [k.name for k in figured.keys if isinstance(k, exp.Column)]
    first = ["date"] if "date" in order else []
    query = query.order_by(*(sql.column(n) for n in [*first, *order]), copy=False)
    keys = [k.alias_or_name for k in figured.keys]
    records = tuple(n for n in keys if n == "record" or n.startswith("record_"))
    return Watched(figured, factors, conditions, where, floor, cap, query.sql("duckdb", copy=False), records)


@dataclass(slots=True)
class Found:
    """What the queries give for all payees that are to be explained, each asked once."""

    connection: duckdb.DuckDBPyConnection
    payees: tuple[str, ...]
    _watched: dict[tuple[str, ...], Watched] = field(default_factory=dict)
    _kept: dict[tuple[str, ...], dict[str, list[Row]]] = field(default_factory=dict)
    _ranked: dict[tuple[str, int], tuple[int, tuple[Ranked, ...]]] = field(default_factory=dict)

    def watched(self, plan: ty.Plan, component: ty.Component, watch: Callable[[ty.Plan, ty.Component], Watched]) -> Watched:
        """What is watched in a component."""
        key = (plan.name, component.name, *component.version)
        if key not in self._watched:
            self._watched[key] = watch(plan, component)
        return self._watched[key]

    def rows(self, plan: ty.Plan, component: ty.Component, watched: Watched, payee: str) -> Sequence[Row]:
        """One payee's rows of it."""
        key = (plan.name, component.name, *component.version)
        return self.rows_of(key, watched.query, payee)

    def rows_of(self, key: tuple[str, ...], query: str, payee: str) -> Sequence[Row]:
        """One payee's rows of a query that asks for all payees; `key` is where they are kept."""
        if key not in self._kept:
            self._kept[key] = self._rows(query)
        return self._kept[key].get(payee, [])

    def ranked(self, step: str, period: int) -> tuple[int, tuple[Ranked, ...]]:
        """How many are ranked in a period, and the first of them."""
        key = (step, period)
        if key not in self._ranked:
            query = (
                f"SELECT payee, place, figure, count(*) OVER () FROM {STEPS}.{quoted(step)} WHERE period = ? ORDER BY place, payee LIMIT ?"
            )
            rows = self.connection.execute(query, [period, MOST_RANKED]).fetchall()
            first = tuple(Ranked(str(payee), to_value(place), to_value(figure)) for payee, place, figure, _ in rows)
            self._ranked[key] = (int(rows[0][3]) if rows else 0, first)
        return self._ranked[key]

    def _rows(self, query: str) -> dict[str, list[Row]]:
        cursor = self.connection.execute(query, {"payees": list(self.payees)})
        names = [d[0] for d in cursor.description or []]
        rows: dict[str, list[Row]] = {}
        for row in cursor.fetchall():
            values = dict(zip(names, row, strict=True))
            rows.setdefault(str(values["payee"]), []).append(values)
        return rows
