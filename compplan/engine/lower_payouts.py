"""Earnings to payouts: added up by payee, payout period and component, then held to the plan's caps, carried forward, topped up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlglot import exp

from compplan.calendar import FiscalPeriod
from compplan.engine import sql
from compplan.engine.figure_checks import prorations
from compplan.engine.lower_carried_caps import corrections_query, payable_step, rest_step
from compplan.engine.lower_components import ComponentLowering
from compplan.engine.lower_draws import (
    added_formula,
    carried_balance,
    corrections,
    draw_balance,
    negative_check,
    paid_before,
    room_formula,
    stand_in,
    sums_of,
)
from compplan.engine.payout_kinds import CAP, CARRIED, DRAW, EARNING, pays_later
from compplan.engine.project_earnings import fixed
from compplan.engine.relations import CALENDAR, Earnings
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.stays import Stays
from compplan.engine.steps import Check, Step, table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN

COHORT = "cohort"
"""The column with the payout period in which something was earned, where it may be paid in a later one."""


@immutable
class PlanLowering:
    """What the payouts of a plan need of its other steps."""

    scope: Scope
    plan: ty.Plan
    limit: Callable[[ty.PlanCap, int], ComponentLowering]
    """The figures of a cap."""
    figures: Callable[[ty.Component, str, str], Step]
    """The step of a name with a component's figures, worked out with the payouts that another step has."""
    named: Callable[..., str]
    """The name of a step of the plan."""
    stays: str | None
    """The step with who is a payee when, where people are dated."""
    days: Stays | None
    """Where people are dated and paid in their own currency: on which day of a period a payee is read."""


def cap_stand_in(cap: ty.PlanCap, index: int) -> ty.Component:
    """A component that comes to the limit of a cap for each payee and period."""
    grain = ty.ForPeriod(cap.period, None, None)
    return ty.Component(
        "commission", f"cap {index}", "", grain, (cap.limit,), (), None, None, None, None, cap.limit.unit, cap.period, cap.span
    )  # fmt: skip


Parts = list[tuple[str, str | None]]
"""The steps whose amounts make up the payouts so far, and the kind of each; None where a column says it."""


def lower_plan_payouts(lowering: PlanLowering, earnings: Sequence[Earnings]) -> Iterator[Step]:
    """The steps from a plan's earnings to its payouts, the last one."""
    plan = lowering.plan
    paid = [e for e in earnings if e.word != "award"]
    name = lowering.named(plan, "earned")
    yield Step(
        name, "Earnings by payout period", ("payee", "period", "component"), _earned(plan, paid), tuple(e.step for e in paid), plan.span
    )
    parts: Parts = [(name, EARNING)]
    if pays_later(plan):
        parts.append((lowering.named(plan, "changes"), None))
    yield from _capped(lowering, parts)
    if plan.negative == "carried":
        yield from _carried(lowering, parts)
    for draw in plan.draws:
        yield from _drawn(lowering, draw, parts)
    last = lowering.named(plan, "payouts")
    due = last if plan.paid_in is None else lowering.named(plan, "due")
    title = f"Payouts of {plan.label}" if plan.paid_in is None else f"What is due by {plan.label}, in {plan.currency}"
    query = _asked(lowering.scope, plan, parts)
    checks = (negative_check(plan, due),) if plan.negative is None else ()
    yield Step(due, title, ("payee", "period", "component"), query, tuple(p for p, _ in parts), plan.span, checks)
    if plan.paid_in is not None:
        from compplan.engine.lower_paid_in import lower_paid_in  # few plans pay in another currency: the others need not load it

        yield from lower_paid_in(lowering.scope, plan, lowering.days, due, (lowering.named(plan, "paid_in"), last))


def _capped(lowering: PlanLowering, parts: Parts) -> Iterator[Step]:
    """What the plan's caps take off, from the first to the last."""
    plan = lowering.plan
    for index, cap in enumerate(plan.caps, 1):
        limits = _limits(lowering.limit(cap, index), cap, lowering.named(plan, "limit", str(index)))
        yield limits
        corrections = lowering.named(plan, "cap", str(index))
        before = [p for p, _ in parts]
        reads: tuple[str, ...] = (*before, limits.name)
        if cap.carries:
            payable = payable_step(lowering.scope, plan, cap, before, limits.name, lowering.named(plan, "capped", str(index)))
            rest = rest_step(plan, cap, payable.name, lowering.named(plan, "rest", str(index)))
            yield from (payable, rest)
            query, reads = corrections_query(plan, payable.name, rest.name, cap_name(plan, index)), (payable.name, rest.name)
        else:
            query = _corrections(plan, cap, index, before, limits.name)
        checks = (_cap_check(plan, cap, corrections),)
        yield Step(corrections, "What the cap takes off", ("payee", "period", "component"), query, reads, cap.span, checks)
        parts.append((corrections, CAP))


def cap_name(plan: ty.Plan, index: int) -> str:
    """The name of a cap's lines in the payouts."""
    return f"cap {index}" if len(plan.caps) > 1 else "cap"


def _carried(lowering: PlanLowering, parts: Parts) -> Iterator[Step]:
    """Negative payouts carried to the periods after them."""
    plan, named = lowering.plan, lowering.named
    before = paid_before(plan, [p for p, _ in parts], named(plan, "paid", CARRIED), "Payouts before what is carried forward")
    balance = carried_balance(plan, before.name, named(plan, "balance", CARRIED))
    changes = corrections(named(plan, CARRIED), balance.name, CARRIED)
    yield from (before, balance, changes)
    parts.append((changes.name, CARRIED))


def _drawn(lowering: PlanLowering, draw: ty.Draw, parts: Parts) -> Iterator[Step]:
    """What a draw adds to the payouts, and what it recovers of that."""
    plan, named = lowering.plan, lowering.named
    before = paid_before(plan, [p for p, _ in parts], named(plan, "paid", DRAW, draw.name), f"Payouts before {draw.label}")
    yield before
    added = stand_in(plan, draw, added_formula(draw), draw.level_if)
    topped = lowering.figures(added, named(plan, "added", draw.name), before.name)
    yield topped
    room: Step | None = None
    if draw.room is not None:
        most = stand_in(plan, draw, room_formula(draw), draw.room_if)
        room = lowering.figures(most, named(plan, "room", draw.name), before.name)
        yield room
    rooms = None if room is None else room.name
    balance = draw_balance(plan, draw, topped.name, rooms, before.name, lowering.stays, named(plan, "balance", DRAW, draw.name))
    changes = corrections(named(plan, DRAW, draw.name), balance.name, draw.name)
    yield from (balance, changes)
    parts.append((changes.name, DRAW))


def _earned(plan: ty.Plan, earnings: Sequence[Earnings]) -> exp.Select:
    size = MONTHS_IN[plan.payout]
    branches = []
    for e in earnings:
        period = sql.quotient_down(sql.column("earned_month", "e"), size)
        total = sql.cast(exp.func("sum", sql.column("earned", "e")), sql.decimal_type(18, plan.unit_decimals))
        branches.append(
            exp.select(
                sql.column("payee", "e"),
                *([sql.alias(period.copy(), COHORT)] if pays_later(plan) else []),
                sql.alias(period, "period"),
                sql.alias(sql.text(e.component), "component"),
                sql.alias(total, "amount"),
            )
            .from_(table(e.step, "e"), copy=False)
            .group_by(sql.column("payee", "e"), period, copy=False)
        )
    if not branches:
        return _nothing(plan)
    names = ("payee", *([COHORT] if pays_later(plan) else []), "period", "component", "amount")
    union: exp.Query = branches[0]
    for branch in branches[1:]:
        union = exp.union(union, branch, distinct=False, copy=False)
    keys = [sql.column(n, "u") for n in names[:-1]]
    if len({e.component for e in earnings}) == len(earnings):
        return exp.select(*keys, sql.column("amount", "u")).from_(union.subquery("u", copy=False), copy=False)
    total = sql.cast(exp.func("sum", sql.column("amount", "u")), sql.decimal_type(18, plan.unit_decimals))
    added = exp.select(*keys, sql.alias(total, "amount")).from_(union.subquery("u", copy=False), copy=False)
    return added.group_by(*(k.copy() for k in keys), copy=False)


def _nothing(plan: ty.Plan) -> exp.Select:
    """A plan of awards alone pays no money."""
    return exp.select(
        sql.alias(sql.cast(sql.text(""), "VARCHAR"), "payee"),
        *([sql.alias(sql.cast(sql.whole(0), "BIGINT"), COHORT)] if pays_later(plan) else []),
        sql.alias(sql.cast(sql.whole(0), "BIGINT"), "period"),
        sql.alias(sql.text(""), "component"),
        sql.alias(sql.cast(sql.whole(0), sql.decimal_type(18, plan.unit_decimals)), "amount"),
    ).where(exp.false(), copy=False)


def _limits(lowering: ComponentLowering, cap: ty.PlanCap, name: str) -> Step:
    """The cap of each payee and period, rounded as earnings are."""
    figured = lowering.figured()
    query = figured.rows.copy().select(*figured.keys, fixed(lowering, figured.figure).named("limit"), copy=False)
    if lowering.stays is not None:
        query = query.where(sql.not_null(sql.column("day", "l")), copy=False)  # nothing is earned before the first day as a payee
    reads = tuple(dict.fromkeys(t.name for t in query.find_all(exp.Table) if t.db == "steps"))
    return Step(name, "The cap of each payee", ("payee", "period"), query, reads, cap.span)


def _cap_check(plan: ty.Plan, cap: ty.PlanCap, step: str) -> Check:
    why, hint = "something that it is made from is empty", "Complete the records of the people named."
    if isinstance(cap.limit, ty.Prorated) and cap.limit.how.by == "asked":
        why = f"they are a payee for part of the {cap.period}, or the cap changes within it, and the plan does not say what then counts"
        hint = f"Write {prorations(cap.limit.of)}."
    empty = exp.select(sql.column("payee"), sql.column("period")).from_(table(step), copy=False)
    return Check(
        "no-figure",
        "A cap cannot be worked out",
        empty.where(sql.is_null(sql.column("amount")), copy=False),
        lambda row: (
            f"The cap each {cap.period} of {row[0]} cannot be worked out in {FiscalPeriod(plan.payout, int(str(row[1]))).label}: {why}."
        ),
        hint,
        cap.span,
    )


def _corrections(plan: ty.Plan, cap: ty.PlanCap, index: int, parts: Sequence[str], limits: str) -> exp.Select:
    """Payable to date is the lesser of the sum to date and the cap; what it changes by, less the period's own sum, is the correction.

    A cap is for what is earned in its period, whenever that is paid.
    """
    decimals = plan.unit_decimals
    earned = COHORT if pays_later(plan) else "period"
    keys = ("payee", *([COHORT] if pays_later(plan) else []), "period")
    sums = sums_of(parts, decimals, keys)
    ratio = MONTHS_IN[cap.period] // MONTHS_IN[plan.payout]
    capped = sql.quotient_down(sql.column(earned, "s"), ratio)
    running = exp.Window(
        this=exp.func("sum", sql.column("amount", "s")),
        partition_by=[sql.column("payee", "s"), capped],
        order=_in_order(keys, "s"),
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
            *(sql.column(n, "s") for n in keys),
            sql.alias(sql.column("amount", "s"), "own"),
            sql.alias(capped, "capped"),
            payable.named("payable"),
        )
        .from_(sums.subquery("s", copy=False), copy=False)
        .join(table(limits, "l"), on=on, copy=False)
    )
    before = exp.Window(
        this=exp.func("lag", sql.column("payable", "p"), sql.whole(1), sql.whole(0)),
        partition_by=[sql.column("payee", "p"), sql.column("capped", "p")],
        order=_in_order(keys, "p"),
    )
    change = exp.Sub(this=exp.Sub(this=sql.column("payable", "p"), expression=before), expression=sql.column("own", "p"))
    correction = sql.cast(sql.paren(change), sql.decimal_type(18, decimals))
    rows = exp.select(
        *(sql.column(n, "p") for n in keys),
        sql.alias(sql.text(cap_name(plan, index)), "component"),
        sql.alias(correction, "amount"),
    ).from_(inner.subquery("p", copy=False), copy=False)
    return (
        exp.select(exp.Star())
        .from_(rows.subquery("c", copy=False), copy=False)
        .where(exp.NullSafeNEQ(this=sql.column("amount", "c"), expression=sql.whole(0)), copy=False)
    )


def _in_order(keys: Sequence[str], alias: str) -> exp.Order:
    """By the period in which it is payable; of one such period, by that in which it was earned."""
    return exp.Order(expressions=[exp.Ordered(this=sql.column(n, alias), nulls_first=True) for n in reversed(keys[1:])])


def _asked(scope: Scope, plan: ty.Plan, parts: Sequence[tuple[str, str | None]]) -> exp.Select:
    """The payouts of the run's months, each with the period's label. A step with no kind of its own has a column that says it."""
    branches = []
    for step, kind in parts:
        branches.append(
            exp.select(
                sql.alias(sql.text(plan.name), "plan"),
                sql.column("payee", "e"),
                sql.column("period", "e"),
                sql.alias(sql.column("label", "n"), "label"),
                sql.column("kind", "e") if kind is None else sql.alias(sql.text(kind), "kind"),
                sql.column("component", "e"),
                sql.column("amount", "e"),
                sql.alias(sql.text(plan.currency), "currency"),
                sql.alias(sql.column("amount", "e"), "counted"),
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
    if not pays_later(plan):
        return exp.select(exp.Star()).from_(union.subquery("u", copy=False), copy=False)
    names = ("plan", "payee", "period", "label", "kind", "component")
    total = sql.cast(exp.func("sum", sql.column("amount", "u")), sql.decimal_type(18, plan.unit_decimals))
    columns = [
        *(sql.column(n, "u") for n in names),
        sql.alias(total, "amount"),
        sql.column("currency", "u"),
        sql.alias(total.copy(), "counted"),
    ]
    query = exp.select(*columns).from_(union.subquery("u", copy=False), copy=False)
    return query.group_by(*(sql.column(n, "u") for n in (*names, "currency")), copy=False)


def lower_payouts(plans: Sequence[Step]) -> Step:
    """The payouts of every plan in one relation."""
    union: exp.Query = exp.select(exp.Star()).from_(table(plans[0].name), copy=False)
    for plan in plans[1:]:
        union = exp.union(union, exp.select(exp.Star()).from_(table(plan.name), copy=False), distinct=False, copy=False)
    query = exp.select(exp.Star()).from_(union.subquery("u", copy=False), copy=False)
    return Step("payouts", "Payouts", ("plan", "payee", "period", "kind", "component"), query, tuple(p.name for p in plans))
