"""Draws and negative payouts to steps: a balance for each payee and payout period, and what it adds to the payouts or takes from them.

A balance is never below zero: what is added to it, less what may be taken off, and zero where that is less. That is a running sum less
its own lowest point so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.payout_kinds import DRAW
from compplan.engine.steps import Check, Step, table
from compplan.language import typed as ty
from compplan.language.units import money
from compplan.schema import MONTHS_IN, Period

_KEYS = ("payee", "period")


def added_formula(draw: ty.Draw) -> ty.Expr:
    """What a draw adds to a payout, where its condition holds: as much as is missing to its level."""
    unit = draw.level.unit
    missing = ty.Arith("-", draw.level, ty.PaidBefore(unit, draw.span), unit, draw.span)
    return ty.Func("max", (ty.Const(Fraction(0), unit, draw.span), missing), unit, draw.level.span)


def room_formula(draw: ty.Draw) -> ty.Expr:
    """What may be recovered out of a payout at most, where that condition holds: never more than the payout itself."""
    assert draw.room is not None
    unit = draw.room.unit
    within = ty.Func("min", (draw.room, ty.PaidBefore(unit, draw.span)), unit, draw.span)
    return ty.Func("max", (ty.Const(Fraction(0), unit, draw.span), within), unit, draw.room.span)


def stand_in(plan: ty.Plan, draw: ty.Draw, formula: ty.Expr, condition: ty.Expr | None) -> ty.Component:
    """A component that comes to so much for each payee and payout period."""
    grain = ty.ForPeriod(plan.payout, None, None)
    conditions = () if condition is None else (condition,)
    return ty.Component(
        "commission", draw.name, draw.label, grain, (formula,), conditions, None, None, None, None, money(plan.currency), plan.payout,
        draw.span,
    )  # fmt: skip


def sums_of(parts: Sequence[str], decimals: int, by: Sequence[str] = _KEYS) -> exp.Select:
    """The amounts of several steps added up, by payee and payout period if nothing else is said, as `amount`."""
    every = [exp.select(*(sql.column(n, "e") for n in (*by, "amount"))).from_(table(p, "e"), copy=False) for p in parts]
    union: exp.Query = every[0]
    for branch in every[1:]:
        union = exp.union(union, branch, distinct=False, copy=False)
    total = sql.cast(exp.func("sum", sql.column("amount", "u")), sql.decimal_type(18, decimals))
    keys = [sql.column(n, "u") for n in by]
    sums = exp.select(*keys, sql.alias(total, "amount")).from_(union.subquery("u", copy=False), copy=False)
    return sums.group_by(*keys, copy=False)


def paid_before(plan: ty.Plan, parts: Sequence[str], name: str, title: str) -> Step:
    """What payees are paid before a draw, or before negative payouts are carried forward."""
    return Step(name, title, _KEYS, sums_of(parts, plan.unit_decimals), tuple(parts), plan.span)


# ---- balances ---------------------------------------------------------------------------------------------------------


def draw_balance(plan: ty.Plan, draw: ty.Draw, added: str, room: str | None, paid: str, stays: str | None, name: str) -> Step:
    """The balance of a draw by payout period: what is added to it, and what is recovered of it."""
    base = exp.select(*(sql.column(n, "a") for n in _KEYS), sql.alias(_or_nothing("amount", "p"), "paid"))
    base = base.from_(table(added, "a"), copy=False).join(table(paid, "p"), on=_same("p", "a"), join_type="left", copy=False)
    earned = sql.column("earned", "a")
    reads = [added, paid]
    if room is None:
        query = _forgiven_at_once(plan, base.select(sql.alias(earned, "added"), copy=False))
    else:
        reads.append(room)
        base = base.join(table(room, "r"), on=_same("r", "a"), copy=False)
        least = exp.Case().when(exp.GT(this=earned, expression=sql.whole(0)), sql.whole(0), copy=False)
        most = least.else_(sql.column("earned", "r"), copy=False)
        base = base.select(sql.alias(exp.Sub(this=earned, expression=sql.paren(most)), "net"), copy=False)
        if draw.leaving is not None and stays is not None:
            from compplan.engine.leaving import leaving_periods, settled  # only where people come and go

            reads.append(stays)
            query = settled(plan, balance_query(plan, base, draw.forgive), leaving_periods(plan, stays), draw.leaving)
        else:
            query = balance_query(plan, base, draw.forgive)
    return Step(name, f"The balance of {draw.label}", _KEYS, query, tuple(reads), draw.span)


def carried_balance(plan: ty.Plan, paid: str, name: str) -> Step:
    """What of negative payouts is carried forward: it grows by what a payout lacks, and falls by what a payout brings."""
    amount = sql.column("amount", "p")
    base = exp.select(*(sql.column(n, "p") for n in _KEYS), sql.alias(amount, "paid"), sql.alias(exp.Neg(this=amount.copy()), "net")).from_(
        table(paid, "p"), copy=False
    )
    return Step(name, "Negative payouts that are carried forward", _KEYS, balance_query(plan, base, None), (paid,), plan.span)


def corrections(name: str, balance: str, word: str) -> Step:
    """What a balance adds to the payouts, and takes from them: a row for each payee and period where it does either."""
    change = exp.Sub(this=sql.column("added", "b"), expression=sql.column("recovered", "b"))
    query = exp.select(*(sql.column(n, "b") for n in _KEYS), sql.alias(sql.text(word), "component"), sql.alias(change, "amount"))
    query = query.from_(table(balance, "b"), copy=False)
    query = query.where(exp.NEQ(this=sql.paren(change.copy()), expression=sql.whole(0)), copy=False)
    return Step(name, "What it adds to payouts and takes from them", (*_KEYS, "component"), query, (balance,))


def _forgiven_at_once(plan: ty.Plan, base: exp.Select) -> exp.Select:
    """Where nothing is recovered: a balance that is always zero."""
    nothing = sql.cast(sql.whole(0), sql.decimal_type(18, plan.unit_decimals))
    added = sql.column("added", "s")
    return exp.select(
        *(sql.column(n, "s") for n in (*_KEYS, "paid")), sql.alias(nothing, "before"), added, sql.alias(nothing.copy(), "recovered"),
        sql.alias(added.copy(), "forgiven"), sql.alias(nothing.copy(), "after"),
    ).from_(base.subquery("s", copy=False), copy=False)  # fmt: skip


def balance_query(plan: ty.Plan, base: exp.Select, forgive: Period | None) -> exp.Select:
    """From `net` (what is added, less what may be recovered) by payee and period to the balance before and after each period."""
    kind = sql.decimal_type(18, plan.unit_decimals)
    ratio = None if forgive is None else MONTHS_IN[forgive] // MONTHS_IN[plan.payout]
    since = sql.whole(0) if ratio is None else sql.quotient_down(sql.column("period", "s"), ratio)
    first = exp.select(*(sql.column(n, "s") for n in (*_KEYS, "paid", "net")), sql.alias(since, "since"))
    first = first.from_(base.subquery("s", copy=False), copy=False)
    running = sql.cast(_window(exp.func("sum", sql.column("net", "f")), "f"), kind)
    second = exp.select(*(sql.column(n, "f") for n in (*_KEYS, "paid", "since")), sql.alias(running, "running"))
    second = second.from_(first.subquery("f", copy=False), copy=False)
    lowest = exp.func("least", _window(exp.func("min", sql.column("running", "g")), "g"), sql.whole(0))
    after = sql.cast(sql.paren(exp.Sub(this=sql.column("running", "g"), expression=lowest)), kind)
    third = exp.select(*(sql.column(n, "g") for n in (*_KEYS, "paid", "since")), sql.alias(after, "reached"))
    third = third.from_(second.subquery("g", copy=False), copy=False)
    before = _window(exp.func("lag", sql.column("reached", "h"), sql.whole(1), sql.whole(0)), "h", frame=False)
    fourth = exp.select(*(sql.column(n, "h") for n in (*_KEYS, "paid", "reached")), sql.alias(sql.cast(before, kind), "before"))
    fourth = fourth.from_(third.subquery("h", copy=False), copy=False)
    return _receipt(fourth, ratio)


def _receipt(balances: exp.Select, ratio: int | None) -> exp.Select:
    """Before, what is added, recovered and forgiven, after."""
    reached, before = sql.column("reached", "k"), sql.column("before", "k")
    nothing = sql.whole(0)
    added = exp.func("greatest", exp.Sub(this=reached, expression=before), nothing)
    recovered = exp.func("greatest", exp.Sub(this=before.copy(), expression=reached.copy()), nothing.copy())
    forgiven: exp.Expr = exp.Sub(this=reached.copy(), expression=reached.copy())
    if ratio is not None:
        next_one = sql.paren(exp.Add(this=sql.column("period", "k"), expression=sql.whole(1)))
        starts = exp.EQ(this=exp.Mul(this=sql.quotient_down(next_one, ratio), expression=sql.whole(ratio)), expression=next_one.copy())
        forgiven = exp.Case().when(starts, reached.copy(), copy=False).else_(forgiven, copy=False)
    after = exp.Sub(this=reached.copy(), expression=sql.paren(forgiven.copy()))
    return exp.select(
        *(sql.column(n, "k") for n in (*_KEYS, "paid", "before")), sql.alias(added, "added"), sql.alias(recovered, "recovered"),
        sql.alias(forgiven, "forgiven"), sql.alias(after, "after"),
    ).from_(balances.subquery("k", copy=False), copy=False)  # fmt: skip


def _window(function: exp.Expr, alias: str, *, frame: bool = True) -> exp.Window:
    """A function over the payee's periods up to and with this one, since the balance last started anew."""
    spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW") if frame else None
    order = exp.Order(expressions=[exp.Ordered(this=sql.column("period", alias), nulls_first=True)])
    return exp.Window(this=function, partition_by=[sql.column(n, alias) for n in ("payee", "since")], order=order, spec=spec)


def _same(one: str, other: str) -> exp.Expr:
    return sql.all_of([exp.EQ(this=sql.column(n, one), expression=sql.column(n, other)) for n in _KEYS])


def _or_nothing(name: str, alias: str) -> exp.Expr:
    return exp.func("coalesce", sql.column(name, alias), sql.whole(0))


# ---- what a plan must say ----------------------------------------------------------------------------------------------


def negative_check(plan: ty.Plan, payouts: str) -> Check:
    """A payout below zero, before draws, in a plan that does not say what becomes of one."""
    total = exp.func("sum", sql.column("amount", "n"))
    query = exp.select(sql.column("payee", "n"), sql.column("label", "n"), sql.alias(total, "total"))
    query = query.from_(table(payouts, "n"), copy=False)
    query = query.where(exp.NEQ(this=sql.column("kind", "n"), expression=sql.text(DRAW)), copy=False)
    query = query.group_by(sql.column("payee", "n"), sql.column("label", "n"), copy=False)
    query = query.having(exp.LT(this=total.copy(), expression=sql.whole(0)), copy=False)
    return Check(
        "negative-payout",
        "A payout is negative",
        query,
        lambda row: f"The payout of {row[0]} in {row[1]} would be {row[2]} {plan.currency}; {plan.name} does not say what becomes of it.",
        f"Write: payout each {plan.payout}, a negative one is carried forward. Or: a negative one is owed.",
        plan.span,
    )
