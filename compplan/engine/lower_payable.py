"""What is earned to what is payable: each earning in its month, and beside it what is held, released and taken back, month by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.lower_kept import KeptSteps, in_run
from compplan.engine.payout_kinds import CLAWBACK, EARNING, HOLD
from compplan.engine.relations import Earnings
from compplan.engine.steps import Step, table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN

_COLUMNS = ("component", "payee", "earned_month", "month", "kind", "name", "amount")


@immutable
class PayableNames:
    """The names of a plan's steps: what is payable by month, its changes by payout period, what is held in the end."""

    payable: str
    changes: str
    held: str


def lower_payable(
    plan: ty.Plan, earnings: Sequence[Earnings], kept: Mapping[str, KeptSteps], names: PayableNames, last: int
) -> Iterator[Step]:
    """The steps of a plan that holds something or takes something back; `kept` has those of each component that is.

    What comes after the last month of the run is not payable yet.
    """
    paid = [e for e in earnings if e.word != "award"]
    branches = [branch for e in paid for branch in _branches(plan, e, kept.get(e.step), last)]
    reads = tuple(step for e in paid for step in (e.step, *([kept[e.step].left] if e.step in kept else ())))
    query = exp.select(*(sql.column(n, "u") for n in _COLUMNS)).from_(_union(branches).subquery("u", copy=False), copy=False)
    keys = ("component", "payee", "earned_month", "month", "kind", "name")
    yield Step(names.payable, "What is earned, held, released and taken back, by month", keys, query, reads, plan.span)
    yield Step(
        names.changes, "What is held, released and taken back, by payout period", ("payee", "cohort", "period", "kind", "component"),
        _changes(plan, names.payable), (names.payable,), plan.span,
    )  # fmt: skip
    holds = {h.component for h in plan.holds}
    held = [_held(e.component, kept[e.step], last) for e in paid if e.step in kept and e.component in holds]
    if held:
        columns = [sql.column(n, "u") for n in ("payee", "component", "record", "date", "earned_month", "amount")]
        everything = exp.select(*columns).from_(_union(held).subquery("u", copy=False), copy=False)
        left = tuple(steps.left for steps in kept.values())
        yield Step(names.held, "What is held when the run's period ends", ("payee", "component", "record"), everything, left, plan.span)


def _branches(plan: ty.Plan, earnings: Earnings, kept: KeptSteps | None, last: int) -> Iterator[exp.Select]:
    """The earnings of a component by month; then the changes of each hold and clawback."""
    component = sql.alias(sql.text(earnings.component), "component")
    yield _summed(
        earnings.step,
        [component, sql.column("payee", "e"), sql.column("earned_month", "e")],
        sql.alias(sql.column("earned_month", "e"), "month"),
        (EARNING, earnings.component),
        _total(plan, "earned"),
    )
    if kept is None:
        return
    for index, keeper in enumerate(plan.keeping(earnings.component), 1):
        kind = HOLD if isinstance(keeper, ty.Hold) else CLAWBACK
        yield _summed(
            kept.left,
            [component.copy(), sql.column("payee", "e"), sql.column("earned_month", "e")],
            sql.column("month", "e"),
            (kind, keeper.name),
            _total(plan, f"change_{index}"),
        ).where(in_run("e", last), copy=False)


def _summed(step: str, keys: list[exp.Expr], month: exp.Expr, kind: tuple[str, str], total: exp.Expr) -> exp.Select:
    group = [sql.column("payee", "e"), sql.column("earned_month", "e"), month.this.copy() if isinstance(month, exp.Alias) else month.copy()]
    columns = [*keys, month, sql.alias(sql.text(kind[0]), "kind"), sql.alias(sql.text(kind[1]), "name"), sql.alias(total, "amount")]
    return exp.select(*columns).from_(table(step, "e"), copy=False).group_by(*group, copy=False)


def _total(plan: ty.Plan, column: str) -> exp.Expr:
    return sql.cast(exp.func("sum", sql.column(column, "e")), sql.decimal_type(18, plan.unit_decimals))


def _changes(plan: ty.Plan, payable: str) -> exp.Select:
    """What holds and clawbacks change each payout period by, of what was earned in which."""
    size = MONTHS_IN[plan.payout]
    cohort = sql.quotient_down(sql.column("earned_month", "e"), size)
    period = sql.quotient_down(sql.column("month", "e"), size)
    total = _total(plan, "amount")
    columns = [
        sql.column("payee", "e"),
        sql.alias(cohort, "cohort"),
        sql.alias(period, "period"),
        sql.column("kind", "e"),
        sql.alias(sql.column("name", "e"), "component"),
        sql.alias(total, "amount"),
    ]
    group = [sql.column("payee", "e"), cohort.copy(), period.copy(), sql.column("kind", "e"), sql.column("name", "e")]
    query = exp.select(*columns).from_(table(payable, "e"), copy=False)
    query = query.where(exp.NEQ(this=sql.column("kind", "e"), expression=sql.text(EARNING)), copy=False).group_by(*group, copy=False)
    return query.having(exp.NEQ(this=exp.func("sum", sql.column("amount", "e")), expression=sql.whole(0)), copy=False)


def _held(component: str, steps: KeptSteps, last: int) -> exp.Select:
    """What is held of each earning after its last change."""
    number = exp.Window(
        this=exp.func("row_number"),
        partition_by=[sql.column("earning", "l")],
        order=exp.Order(expressions=[exp.Ordered(this=sql.column("month", "l"), desc=True)]),
    )
    names = ("payee", "record", "date", "earned_month", "held")
    rows = exp.select(*(sql.column(n, "l") for n in names), sql.alias(number, "place")).from_(table(steps.left, "l"), copy=False)
    rows = rows.where(in_run("l", last), copy=False)
    columns: list[exp.Expr] = [
        sql.column("payee", "h"),
        sql.alias(sql.text(component), "component"),
        sql.alias(sql.cast(sql.column("record", "h"), "VARCHAR"), "record"),
        sql.column("date", "h"),
        sql.column("earned_month", "h"),
        sql.alias(sql.column("held", "h"), "amount"),
    ]
    latest = exp.EQ(this=sql.column("place", "h"), expression=sql.whole(1))
    some = exp.NEQ(this=sql.column("held", "h"), expression=sql.whole(0))
    return exp.select(*columns).from_(rows.subquery("h", copy=False), copy=False).where(latest, some, copy=False)


def _union(branches: Sequence[exp.Select]) -> exp.Query:
    union: exp.Query = branches[0]
    for branch in branches[1:]:
        union = exp.union(union, branch, distinct=False, copy=False)
    return union
