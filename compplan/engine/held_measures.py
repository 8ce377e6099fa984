"""Measures that plans hold against quotas, over a period: the steps with both, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from compplan.calendar import FiscalPeriod
from compplan.engine.lower import Lowering
from compplan.engine.relations import STEPS, quoted
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.formulas_of import plan_formulas
from compplan.language.walk import every

if TYPE_CHECKING:
    import duckdb


@immutable
class Held:
    """A measure of a plan that is held against a quota, and the steps with both over the period."""

    plan: str
    measure: str
    group: str | None
    measured: str
    asked: str


@immutable
class Attained:
    """What a measure comes to in the period, for a person, a group (by what stands in that column of people) or the company."""

    plan: str
    measure: str
    owner: str
    group: str | None
    credited: Decimal
    quota: Decimal | None


def held_measures(lowering: Lowering, plans: Sequence[ty.Plan], period: FiscalPeriod) -> tuple[Held, ...]:
    """The measures that plans hold against quotas, in the order of their texts; their steps over the period are added to the lowering."""
    return tuple(_held(lowering, plan, name, period) for plan in plans for name in _measures_held(plan))


def attained(
    connection: duckdb.DuckDBPyConnection, held: Held, period: FiscalPeriod, relation: Callable[[str], str] = str
) -> Iterator[Attained]:
    """What a measure comes to for everyone who has some of it, or a quota; `relation` gives the name of the relation that holds a step."""
    query = f"""SELECT m.owner, m.value, q.value FROM {STEPS}.{quoted(relation(held.measured))} m
        LEFT JOIN {STEPS}.{quoted(relation(held.asked))} q ON q.owner = m.owner AND q.period = m.period
        WHERE m.period = {period.number} AND (m.value <> 0 OR q.value IS NOT NULL) ORDER BY m.owner"""
    for owner, credited, quota in connection.execute(query).fetchall():
        yield Attained(held.plan, held.measure, str(owner), held.group, credited, quota)


def _measures_held(plan: ty.Plan) -> list[str]:
    """The measures that the plan holds against quotas, in the order of its text."""
    found = (e for f in plan_formulas(plan) for e in every(f))
    return list(dict.fromkeys(e.measure.measure for e in found if isinstance(e, ty.Attainment)))


def _held(lowering: Lowering, plan: ty.Plan, name: str, period: FiscalPeriod) -> Held:
    window, measure = ty.Window(period.kind), plan.measures[name]
    measured = lowering.measure_over(plan, ty.MeasureAt(name, window, measure.unit, measure.span), period.kind)
    asked = lowering.quota_over(plan, ty.QuotaAt(name, window, measure.unit, measure.span), period.kind)
    return Held(plan.name, name, measure.group, measured.step, asked.step)
