"""Who is a payee of a plan on which days, where people are dated: stays as a step, and the day on which a period reads a payee."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import RecordColumns, last_day_of
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.lower_measures import periods
from compplan.engine.relations import CALENDAR, RECORDS
from compplan.engine.scope import Scope
from compplan.engine.steps import Step, table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import PEOPLE, Period


@immutable
class Stays:
    """A plan's stays; `parts` gives the step with each stay's part of each month,
    `day_step` the step with the day on which each period of a cadence reads a payee's columns.

    A window that begins earlier than the period counts the days since then; without one, all days before count.
    """

    step: str
    day_step: Callable[[Period, ty.Window | None], str]
    parts: Callable[[ty.Proration], str]


def payees_step(scope: Scope, plan: ty.Plan, name: str, stays: str | None) -> Step:
    """The payees of a plan, each once, numbered."""
    people = scope.schema.kinds[PEOPLE]
    title = f"The payees of {plan.label}"
    if stays is not None:
        each = exp.select(sql.column("payee", "s")).from_(table(stays, "s"), copy=False).distinct()
        query = exp.select(sql.column("payee", "p"), _numbered(sql.column("payee", "p"))).from_(each.subquery("p", copy=False), copy=False)
        return Step(name, title, ("payee",), query, (stays,), plan.span)
    key = sql.column(people.key[0], "p")
    query = _people(scope, plan, [sql.alias(key, "payee"), _numbered(key)], [])
    return Step(name, title, ("payee",), query, (), plan.span)


def _numbered(key: exp.Expr) -> exp.Expr:
    number = exp.Window(this=exp.func("row_number"), order=exp.Order(expressions=[exp.Ordered(this=key.copy(), nulls_first=True)]))
    return sql.alias(sql.cast(number, "INTEGER"), "number")


def _people(scope: Scope, plan: ty.Plan, selected: list[exp.Expr], where: list[exp.Expr]) -> exp.Select:
    """The rows of people for which the plan's condition holds."""
    people = scope.schema.kinds[PEOPLE]
    columns = RecordColumns(scope.schema, people, "p")

    def leaf(e: Leaf) -> Emitted:
        assert isinstance(e, ty.PayeeField)
        return columns.column(e.path or people.key)

    emitter = Emitter(leaf, scope.tables, scope.calendar)
    where = where if plan.payees is None else [emitter.condition(plan.payees), *where]
    query = columns.join(exp.select(*selected).from_(table(PEOPLE, "p", RECORDS), copy=False))
    return query.where(*where, copy=False) if where else query


def stays_step(scope: Scope, plan: ty.Plan, name: str) -> Step:
    """A row for each stretch of days within the plan's dates on which a person is a payee with one row of people.

    Where people are not dated, these are all days of the plan.
    """
    people = scope.schema.kinds[PEOPLE]
    first: exp.Expr = sql.day(plan.first)
    last: exp.Expr = sql.day(plan.last)
    if people.valid is not None:
        first = exp.func("greatest", sql.column(people.valid.first, "p"), first)
        last = exp.func("least", last_day_of(people, "p"), last)
    selected = [sql.alias(sql.column(people.key[0], "p"), "payee"), sql.alias(first, "first"), sql.alias(last, "last")]
    query = _people(scope, plan, selected, [exp.LTE(this=first.copy(), expression=last.copy())])
    return Step(name, f"Who is a payee of {plan.label}, and when", ("payee", "first"), query, (), plan.span)


def day_step(scope: Scope, stays: str, cadence: Period, window: ty.Window | None, name: str) -> Step:
    """The last day on which a payee is one, in each period of a cadence or the window behind it; no row where there is none."""
    dated = exp.select(sql.column("period", "w"), sql.alias(_day("first_day", "a"), "first"), sql.alias(_day("last_day", "z"), "last"))
    dated = dated.from_(periods(scope, cadence, window or ty.Window(cadence)).subquery("w", copy=False), copy=False)
    dated = dated.join(_month("a"), on=_is_month("a", "low"), copy=False).join(_month("z"), on=_is_month("z", "high"), copy=False)
    meet: list[exp.Expr] = [exp.LTE(this=sql.column("first", "s"), expression=sql.column("last", "n"))]
    if window is not None:
        meet.append(exp.GTE(this=sql.column("last", "s"), expression=sql.column("first", "n")))
    day = exp.func("max", exp.func("least", sql.column("last", "s"), sql.column("last", "n")))
    query = (
        exp.select(sql.column("payee", "s"), sql.column("period", "n"), sql.alias(day, "day"))
        .from_(table(stays, "s"), copy=False)
        .join(dated.subquery("n", copy=False), on=sql.all_of(meet), copy=False)
        .group_by(sql.column("payee", "s"), sql.column("period", "n"), copy=False)
    )
    return Step(name, f"The day on which each {cadence} reads a payee's columns", ("payee", "period"), query, (stays,))


def _day(name: str, alias: str) -> exp.Expr:
    return sql.column(name, alias)


def _month(alias: str) -> exp.Table:
    return table("periods", alias, CALENDAR)


def _is_month(alias: str, month: str) -> exp.Expr:
    return sql.all_of(
        [
            exp.EQ(this=sql.column("kind", alias), expression=sql.text("month")),
            exp.EQ(this=sql.column("number", alias), expression=sql.column(month, "w")),
        ]
    )
