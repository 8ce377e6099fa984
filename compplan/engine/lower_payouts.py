"""Earnings to payouts: added up by payee, payout period and component, then held to the plan's caps, first to last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.lower_components import ComponentLowering
from compplan.engine.project_earnings import fixed
from compplan.engine.relations import CALENDAR, Earnings
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.steps import Check, Step, table
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN

CAP = "cap"
EARNING = "earning"


def lower_plan_payouts(
    scope: Scope,
    plan: ty.Plan,
    earnings: Sequence[Earnings],
    limit: Callable[[ty.PlanCap, int], ComponentLowering],
    named: Callable[..., str],
) -> Iterator[Step]:
    """The steps from a plan's earnings to its payouts, the last one. `named` gives a step of the plan its name."""
    paid = [e for e in earnings if e.word != "award"]
    name = named(plan, "earned")
    yield Step(
        name, "Earnings by payout period", ("payee", "period", "component"), _earned(plan, paid), tuple(e.step for e in paid), plan.span
    )
    parts = [(name, EARNING)]
    for index, cap in enumerate(plan.caps, 1):
        limits = _limits(limit(cap, index), cap, named(plan, "limit", str(index)))
        yield limits
        corrections = named(plan, "cap", str(index))
        query = _corrections(plan, cap, index, [p for p, _ in parts], limits.name)
        reads = (*(p for p, _ in parts), limits.name)
        checks = (_cap_check(cap, corrections),)
        yield Step(corrections, "What the cap takes off", ("payee", "period", "component"), query, reads, cap.span, checks)
        parts.append((corrections, CAP))
    last = named(plan, "payouts")
    query = _asked(scope, plan, parts)
    yield Step(last, f"Payouts of {plan.label}", ("payee", "period", "component"), query, tuple(p for p, _ in parts), plan.span)


def _earned(plan: ty.Plan, earnings: Sequence[Earnings]) -> exp.Select:
    size = MONTHS_IN[plan.payout]
    branches = []
    for e in earnings:
        period = sql.quotient_down(sql.column("earned_month", "e"), size)
        total = sql.cast(exp.func("sum", sql.column("earned", "e")), sql.decimal_type(18, plan.unit_decimals))
        branches.append(
            exp.select(
                sql.column("payee", "e"),
                sql.alias(period, "period"),
                sql.alias(sql.text(e.component), "component"),
                sql.alias(total, "amount"),
            )
            .from_(table(e.step, "e"), copy=False)
            .group_by(sql.column("payee", "e"), period, copy=False)
        )
    if not branches:
        return _nothing(plan)
    union: exp.Query = branches[0]
    for branch in branches[1:]:
        union = exp.union(union, branch, distinct=False, copy=False)
    return exp.select(*(sql.column(n, "u") for n in ("payee", "period", "component", "amount"))).from_(
        union.subquery("u", copy=False), copy=False
    )


def _nothing(plan: ty.Plan) -> exp.Select:
    """A plan of awards alone pays no money."""
    return exp.select(
        sql.alias(sql.cast(sql.text(""), "VARCHAR"), "payee"),
        sql.alias(sql.cast(sql.whole(0), "BIGINT"), "period"),
        sql.alias(sql.text(""), "component"),
        sql.alias(sql.cast(sql.whole(0), sql.decimal_type(18, plan.unit_decimals)), "amount"),
    ).where(exp.false(), copy=False)


def _limits(lowering: ComponentLowering, cap: ty.PlanCap, name: str) -> Step:
    """The cap of each payee and period, rounded as earnings are."""
    figured = lowering.figured()
    query = figured.rows.copy().select(*figured.keys, fixed(lowering, figured.figure).named("limit"), copy=False)
    reads = tuple(dict.fromkeys(t.name for t in query.find_all(exp.Table) if t.db == "steps"))
    return Step(name, "The cap of each payee", ("payee", "period"), query, reads, cap.span)


def _cap_check(cap: ty.PlanCap, step: str) -> Check:
    empty = exp.select(sql.column("payee"), sql.column("period")).from_(table(step), copy=False)
    return Check(
        "no-figure",
        "A cap cannot be worked out",
        empty.where(sql.is_null(sql.column("amount")), copy=False),
        lambda row: f"The cap of {row[0]} cannot be worked out: something that it is made from is empty.",
        "Complete the records of the people named.",
        cap.span,
    )


def _corrections(plan: ty.Plan, cap: ty.PlanCap, index: int, parts: Sequence[str], limits: str) -> exp.Select:
    """Payable to date is the lesser of the sum to date and the cap; what it changes by, less the period's own sum, is the correction."""
    decimals = plan.unit_decimals
    every = [exp.select(*(sql.column(n, "e") for n in ("payee", "period", "amount"))).from_(table(p, "e"), copy=False) for p in parts]
    union: exp.Query = every[0]
    for branch in every[1:]:
        union = exp.union(union, branch, distinct=False, copy=False)
    total = sql.cast(exp.func("sum", sql.column("amount", "u")), sql.decimal_type(18, decimals))
    sums = exp.select(sql.column("payee", "u"), sql.column("period", "u"), sql.alias(total, "own")).from_(
        union.subquery("u", copy=False), copy=False
    )
    sums = sums.group_by(sql.column("payee", "u"), sql.column("period", "u"), copy=False)
    ratio = MONTHS_IN[cap.period] // MONTHS_IN[plan.payout]
    capped = sql.quotient_down(sql.column("period", "s"), ratio)
    running = exp.Window(
        this=exp.func("sum", sql.column("own", "s")),
        partition_by=[sql.column("payee", "s"), capped],
        order=exp.Order(expressions=[exp.Ordered(this=sql.column("period", "s"), nulls_first=True)]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )
    on = sql.all_of(
        [
            exp.EQ(this=sql.column("payee", "l"), expression=sql.column("payee", "s")),
            exp.EQ(this=sql.column("period", "l"), expression=capped),
        ]
    )
    to_date = Figure(sql.cast(running, sql.decimal_type(18, decimals)), 18, decimals)
    payable = sql.least([to_date, Figure(sql.column("limit", "l"), 18, decimals)])
    inner = (
        exp.select(
            sql.column("payee", "s"),
            sql.column("period", "s"),
            sql.column("own", "s"),
            sql.alias(capped, "capped"),
            payable.named("payable"),
        )
        .from_(sums.subquery("s", copy=False), copy=False)
        .join(table(limits, "l"), on=on, copy=False)
    )
    before = exp.Window(
        this=exp.func("lag", sql.column("payable", "p"), sql.whole(1), sql.whole(0)),
        partition_by=[sql.column("payee", "p"), sql.column("capped", "p")],
        order=exp.Order(expressions=[exp.Ordered(this=sql.column("period", "p"), nulls_first=True)]),
    )
    change = exp.Sub(this=exp.Sub(this=sql.column("payable", "p"), expression=before), expression=sql.column("own", "p"))
    correction = sql.cast(sql.paren(change), sql.decimal_type(18, decimals))
    rows = exp.select(
        sql.column("payee", "p"),
        sql.column("period", "p"),
        sql.alias(sql.text(f"cap {index}" if len(plan.caps) > 1 else "cap"), "component"),
        sql.alias(correction, "amount"),
    ).from_(inner.subquery("p", copy=False), copy=False)
    return (
        exp.select(exp.Star())
        .from_(rows.subquery("c", copy=False), copy=False)
        .where(exp.NullSafeNEQ(this=sql.column("amount", "c"), expression=sql.whole(0)), copy=False)
    )


def _asked(scope: Scope, plan: ty.Plan, parts: Sequence[tuple[str, str]]) -> exp.Select:
    """The payouts of the run's months, each with the period's label."""
    branches = []
    for step, kind in parts:
        branches.append(
            exp.select(
                sql.alias(sql.text(plan.name), "plan"),
                sql.column("payee", "e"),
                sql.column("period", "e"),
                sql.alias(sql.column("label", "n"), "label"),
                sql.alias(sql.text(kind), "kind"),
                sql.column("component", "e"),
                sql.column("amount", "e"),
            )
            .from_(table(step, "e"), copy=False)
            .join(
                table("periods", "n", CALENDAR),
                on=sql.all_of(
                    [
                        exp.EQ(this=sql.column("kind", "n"), expression=sql.text(plan.payout)),
                        exp.EQ(this=sql.column("number", "n"), expression=sql.column("period", "e")),
                    ]
                ),
                copy=False,
            )
            .where(exp.GTE(this=sql.column("last_month", "n"), expression=sql.whole(scope.asked.first)), copy=False)
            .where(exp.LTE(this=sql.column("last_month", "n"), expression=sql.whole(scope.asked.last)), copy=False)
        )
    union: exp.Query = branches[0]
    for branch in branches[1:]:
        union = exp.union(union, branch, distinct=False, copy=False)
    return exp.select(exp.Star()).from_(union.subquery("u", copy=False), copy=False)


def lower_payouts(plans: Sequence[Step]) -> Step:
    """The payouts of every plan in one relation."""
    union: exp.Query = exp.select(exp.Star()).from_(table(plans[0].name), copy=False)
    for plan in plans[1:]:
        union = exp.union(union, exp.select(exp.Star()).from_(table(plan.name), copy=False), distinct=False, copy=False)
    query = exp.select(exp.Star()).from_(union.subquery("u", copy=False), copy=False)
    return Step("payouts", "Payouts", ("plan", "payee", "period", "kind", "component"), query, tuple(p.name for p in plans))
