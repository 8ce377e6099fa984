"""Leave: the stretches of days that payees are on it, how much of each month that is, and what is left of the days that count."""

from __future__ import annotations

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.averages import days_by_month, reads
from compplan.engine.columns import RecordColumns, last_day_of
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.relations import RECORDS
from compplan.engine.scope import Scope
from compplan.engine.steps import Step, table
from compplan.immutable import immutable
from compplan.language import typed as ty


@immutable
class LeaveDays:
    """The steps that say of a plan who is a payee: `stays`, where people are dated, with the days of each; `payees` in any case."""

    stays: str | None
    payees: str


def leave_step(scope: Scope, plan: ty.Plan, leave: ty.Leave, days: LeaveDays, name: str) -> Step:
    """A row for each stretch of days on which a payee is on leave: within one stay, where people are dated, else within the plan's dates.

    `since` is the day on which the leave itself begins, and `stay` the first day of the stay.
    """
    kind = scope.schema.kinds[leave.kind]
    assert kind.valid is not None
    begins, ends = sql.column(kind.valid.first, "r"), last_day_of(kind, "r")
    columns = RecordColumns(scope.schema, kind, "r")

    def leaf(e: Leaf) -> Emitted:
        assert isinstance(e, ty.RecordField)
        return columns.column(e.path)

    where = [] if leave.where is None else Emitter(leaf, scope.tables, scope.calendar).filters(leave.where)
    if leave.least is not None:
        lasts = exp.Sub(this=sql.paren(ends.copy()), expression=begins.copy())
        where.append(exp.GTE(this=sql.paren(lasts), expression=sql.whole(leave.least - 1)))
    dated = days.stays is not None
    first = sql.column("first", "s") if dated else sql.day(plan.first)
    last = sql.column("last", "s") if dated else sql.day(plan.last)
    selected: list[exp.Expr] = [sql.column("payee", "s")]
    selected += [sql.alias(exp.func("greatest", begins, first), "first"), sql.alias(exp.func("least", ends, last), "last")]
    selected += [sql.alias(first.copy(), "stay"), sql.alias(begins.copy(), "since")]
    on: list[exp.Expr] = [exp.EQ(this=sql.column("payee", "s"), expression=sql.column(kind.key[0], "r"))]
    on += [exp.LTE(this=begins.copy(), expression=last.copy()), exp.GTE(this=ends.copy(), expression=first.copy())]
    query = exp.select(*selected).from_(table(kind.name, "r", RECORDS), copy=False)
    source = days.stays or days.payees
    query = columns.join(query.join(table(source, "s"), on=sql.all_of(on), copy=False))
    if where:
        query = query.where(*where, copy=False)
    return Step(name, f"Who is on {leave.name} leave, and when", ("payee", "first"), query, (source,), leave.span)


def off_step(scope: Scope, leave: str, how: ty.Proration, name: str) -> Step:
    """How much of each month a payee is on leave: days, working days, or one, where the leave takes days enough of it."""
    days = exp.func("sum", sql.column("weight", "d"))
    weight: exp.Expr = days
    if how.by == "months":
        enough = exp.GTE(this=days, expression=sql.whole(how.least))
        weight = exp.Case().when(enough, sql.whole(1), copy=False).else_(sql.whole(0), copy=False)
    keys = [sql.column("payee", "d"), sql.column("month", "d")]
    query = exp.select(*keys, sql.alias(sql.cast(weight, "INTEGER"), "weight"))
    query = query.from_(days_by_month(scope, leave, how).subquery("d", copy=False), copy=False).group_by(
        *(k.copy() for k in keys), copy=False
    )
    return Step(name, "The days on leave of each payee, by month", ("payee", "month"), query, (leave, *reads(how)))


def at_work_step(scope: Scope, stays: str, leave: str, how: ty.Proration, name: str) -> Step:
    """A row for each stay and month that meet, as of the days of a payee in the plan, weighing what is left of it beside leave."""
    present = days_by_month(scope, stays, how, sql.alias(sql.column("first", "s"), "stay"))
    off = days_by_month(scope, leave, how, sql.column("stay", "s"))
    less = exp.select(
        *(sql.column(n, "f") for n in ("payee", "month", "day")), sql.alias(exp.Neg(this=sql.column("weight", "f")), "weight")
    )
    less = less.select(sql.column("stay", "f"), copy=False).from_(off.subquery("f", copy=False), copy=False)
    both = exp.union(present, less, distinct=False, copy=False)
    keys = [sql.column(n, "b") for n in ("payee", "month")]
    day = sql.alias(exp.func("max", sql.column("day", "b")), "day")
    weight = sql.alias(sql.cast(exp.func("sum", sql.column("weight", "b")), "INTEGER"), "weight")
    query = exp.select(*keys, day, weight).from_(both.subquery("b", copy=False), copy=False)
    query = query.group_by(*(k.copy() for k in keys), sql.column("stay", "b"), copy=False)
    title = "The days of each payee in the plan that are not on leave, by month"
    return Step(name, title, ("payee", "month", "day"), query, (stays, leave, *reads(how)))


def months_at_work_step(parts: str, off: str, name: str) -> Step:
    """The months that count for each payee in the plan, save those that a leave takes."""
    same = [exp.EQ(this=sql.column(n, "f"), expression=sql.column(n, "t")) for n in ("payee", "month")]
    gone = exp.EQ(this=exp.func("coalesce", sql.column("weight", "f"), sql.whole(0)), expression=sql.whole(1))
    weight = exp.Case().when(gone, sql.whole(0), copy=False).else_(sql.column("weight", "t"), copy=False)
    query = exp.select(*(sql.column(n, "t") for n in ("payee", "month", "day")), sql.alias(sql.cast(weight, "INTEGER"), "weight"))
    query = query.from_(table(parts, "t"), copy=False).join(table(off, "f"), on=sql.all_of(same), join_type="left", copy=False)
    return Step(name, "The months of each payee in the plan that no leave takes", ("payee", "month", "day"), query, (parts, off))
