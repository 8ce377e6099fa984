"""Caps and levels of draws that are prorated: the formula for each part of a period as a payee, and the average of the parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.averages import is_the_same, measured_periods, of_payee, reads, weighted, within
from compplan.engine.lower_measures import Valued
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Step, table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import Period

if TYPE_CHECKING:
    from compplan.engine.lower import Lowering
    from compplan.engine.lower_components import ComponentLowering


@immutable
class Divided:
    """The parts of each period: `parts` is their step. `last_days` gives the step with the last day as a payee up to the end of each period
    of a cadence; None where people are not dated.
    """

    how: ty.Proration
    parts: str
    last_days: Callable[[Period], str] | None

    @property
    def day(self) -> exp.Expr:
        """The day on which a part reads the payee."""
        day = sql.column("day", "t")
        return day if self.last_days is None else exp.func("coalesce", day, sql.column("day", "l"))

    def periods(self, scope: Scope, cadence: Period) -> exp.Select:
        """The periods of a cadence, and how much each of them weighs."""
        return measured_periods(scope, cadence, ty.Window(cadence), self.how)

    def join(self, rows: exp.Select, cadence: Period) -> exp.Select:
        """Payees and periods with a row for each part; one row that weighs the whole period where there is no day as a payee in it."""
        if self.last_days is not None:
            on = [exp.EQ(this=sql.column(n, "l"), expression=sql.column(n, a)) for n, a in (("payee", "y"), ("period", "n"))]
            rows = rows.join(table(self.last_days(cadence), "l"), on=sql.all_of(on), copy=False)
        for mine in of_payee(self.how, "n", sql.column("payee", "y")):
            rows = rows.where(mine, copy=False)
        own = exp.EQ(this=sql.column("payee", "t"), expression=sql.column("payee", "y"))
        return rows.join(table(self.parts, "t"), on=sql.all_of([own, within("t", "n")]), join_type="left", copy=False)


def lower_prorated(everything: Lowering, plan: ty.Plan, leaf: ty.Prorated, paid: str | None) -> tuple[tuple[Step, ...], Valued]:
    """The steps of a prorated cap or level; `paid` is the step with what payees are paid before the draw."""
    days, dated = everything.days(plan), everything.stays(plan) is not None
    divided = Divided(leaf.how, days.parts(leaf.how), (lambda cadence: days.day_step(cadence, None)) if dated else None)
    grain = ty.ForPeriod(leaf.period, None, None)
    stand_in = ty.Component("award", leaf.of, "", grain, (leaf.formula,), (), None, None, None, None, leaf.unit, None, leaf.span)
    lowering = everything.component(plan, stand_in, divided=divided)
    lowering.every_period, lowering.paid = True, paid
    return _steps(lowering, leaf, *everything.names.prorated_steps(plan, leaf))


def _steps(lowering: ComponentLowering, leaf: ty.Prorated, name: str, parts_name: str) -> tuple[tuple[Step, ...], Valued]:
    """The formula for each payee, period and part; and for each payee and period the average of the parts, empty where it must be asked."""
    divided = lowering.divided
    assert divided is not None
    figured = lowering.figured()
    whole, weight = sql.column("whole", "n"), sql.column("weight", "t")
    columns = [
        sql.column("payee", "y"),
        sql.column("period", "n"),
        sql.alias(exp.func("coalesce", sql.column("month", "t"), sql.column("high", "n")), "month"),
        sql.alias(divided.day, "day"),
        sql.alias(exp.func("coalesce", weight, whole), "weight"),
        whole.copy(),
        figured.figure.named("value"),
    ]
    query = figured.rows.copy().select(*columns, copy=False)
    tables = tuple(dict.fromkeys([*(t.name for t in query.find_all(exp.Table) if t.db == "steps"), *reads(divided.how)]))
    title = f"The {leaf.of}, for each part of a {leaf.period} as a payee"
    detail = Step(parts_name, title, ("payee", "period", "month", "day"), query, tables, leaf.span)
    value = Figure(sql.column("value", "t"), figured.figure.digits, figured.figure.decimals)
    of_period = exp.func("max", sql.column("whole", "t"))
    if divided.how.by == "asked":
        all_days = exp.EQ(this=exp.func("sum", sql.column("weight", "t")), expression=of_period)
        known = sql.all_of([all_days, is_the_same(value.node)])
        average = Figure(exp.Case().when(known, exp.func("max", value.node.copy()), copy=False), value.digits, value.decimals)
    else:
        average = weighted(value, of_period)
    keys = [sql.column("payee", "t"), sql.column("period", "t")]
    asked = exp.select(sql.alias(keys[0], "owner"), keys[1], average.named("value")).from_(table(parts_name, "t"), copy=False)
    asked = asked.group_by(*(k.copy() for k in keys), copy=False)
    step = Step(name, f"The {leaf.of}, prorated", ("owner", "period"), asked, (parts_name,), leaf.span)
    return (detail, step), Valued(name, average)
