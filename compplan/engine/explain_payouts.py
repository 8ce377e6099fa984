"""What payouts are made of, for an explanation: their parts, what caps leave, what draws and carried negative payouts come to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import duckdb

from compplan.calendar import FiscalPeriod
from compplan.currencies import digits_of
from compplan.engine.covered import paid_months
from compplan.engine.explanation import CapExplanation, DrawExplanation, Node, PaidExplanation, PayoutLine
from compplan.engine.lower import Lowering
from compplan.engine.observe import Sources, to_value
from compplan.engine.payout_kinds import CARRIED, parts_of, pays_later
from compplan.engine.relations import STEPS, quoted
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN


def payout_lines(connection: duckdb.DuckDBPyConnection, plan: ty.Plan, payee: str) -> Iterator[PayoutLine]:
    """The parts of each payout, in the order in which a plan makes them."""
    rows = connection.execute(
        f"SELECT label, kind, component, counted, amount FROM {STEPS}.payouts WHERE plan = ? AND payee = ?",
        [plan.name, payee],
    ).fetchall()
    order = {(kind, name): i for i, (kind, name, _) in enumerate(parts_of(plan))}
    for label, kind, component, counted, amount in sorted(rows, key=lambda r: (r[0], order.get((r[1], r[2]), len(order)), r[2])):
        yield PayoutLine(str(label), str(kind), str(component), Fraction(counted), Fraction(amount))


def paid_lines(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, sources: Sources, plan: ty.Plan, payee: str
) -> Iterator[PaidExplanation]:
    """Each payout in the currency in which it is paid."""
    if plan.paid_in is None:
        return
    step = quoted(lowering.names.plan_step(plan, "paid_in"))
    query = f"""SELECT r.label, r.currency, r.day, r.rate, sum(p.counted), sum(p.amount)
        FROM {STEPS}.{step} r JOIN {STEPS}.payouts p ON p.plan = ? AND p.payee = r.payee AND p.period = r.period
        WHERE r.payee = ? AND r.rate IS NOT NULL GROUP BY ALL ORDER BY r.label"""
    words = sources.at(plan.paid_in.span)
    for label, currency, day, rate, counted, amount in connection.execute(query, [plan.name, payee]).fetchall():
        pair = (plan.currency, currency) if rate > 0 else (currency, plan.currency)
        named = f"{plan.paid_in.rates} rate from {pair[0]} to {pair[1]} on {day}"
        parts = [Node("field", "the payout", plan.currency, to_value(counted))]
        if currency != plan.currency:
            parts.append(Node("rate", named, "a number", abs(Fraction(rate)), note="" if rate > 0 else "divided"))
        note = f"rounded to {Decimal(1).scaleb(-digits_of(currency))}"
        yield PaidExplanation(
            str(label), str(currency), Node("conversion", words, str(currency), to_value(amount), tuple(parts), note=note)
        )


def cap_lines(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, sources: Sources, plan: ty.Plan, payee: str
) -> Iterator[CapExplanation]:
    """What each cap of a plan leaves in the payout periods of the run."""
    for index, cap in enumerate(plan.caps, 1):
        if pays_later(plan) and not cap.carries:
            yield from _cap_of_cohorts(connection, lowering, sources, plan, payee, index)
        else:
            yield from _cap_of_periods(connection, lowering, sources, plan, payee, index)


def _before_cap(lowering: Lowering, plan: ty.Plan, index: int) -> list[str]:
    """The steps whose amounts a cap looks at: what is earned, held and taken back, and what the caps above it change."""
    kinds = ["earned", *(["changes"] if pays_later(plan) else [])]
    return [*(lowering.names.plan_step(plan, k) for k in kinds), *(lowering.names.plan_step(plan, "cap", str(i)) for i in range(1, index))]


def _cap_of_periods(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, sources: Sources, plan: ty.Plan, payee: str, index: int
) -> Iterator[CapExplanation]:
    """A cap on what becomes payable in its period."""
    cap = plan.caps[index - 1]
    ratio = MONTHS_IN[cap.period] // MONTHS_IN[plan.payout]
    parts = " UNION ALL ".join(f"SELECT payee, period, amount FROM {STEPS}.{quoted(s)}" for s in _before_cap(lowering, plan, index))
    before = f"u.period < n.number AND u.period // {ratio} = n.number // {ratio}"
    query = f"""SELECT n.number, n.label, l."limit", coalesce(c.amount, 0),
          (SELECT coalesce(sum(u.amount), 0) FROM ({parts}) u WHERE u.payee = l.payee AND {before}),
          (SELECT coalesce(sum(u.amount), 0) FROM ({parts}) u WHERE u.payee = l.payee AND u.period = n.number)
        FROM calendar.periods n JOIN {STEPS}.{quoted(lowering.names.plan_step(plan, "limit", str(index)))} l
          ON l.period = n.number // {ratio} AND l.payee = ?
        LEFT JOIN {STEPS}.{quoted(lowering.names.plan_step(plan, "cap", str(index)))} c ON c.payee = l.payee AND c.period = n.number
        WHERE n.kind = ? AND n.first_month >= ? AND n.last_month <= ? ORDER BY n.number"""
    months = paid_months(plan, lowering.asked)
    rows = connection.execute(query, [payee, plan.payout, months.first, months.last]).fetchall()
    rest = f", the rest is carried to the next {cap.period}" if cap.carries else ""
    words = f"cap each {cap.period} at {sources.words(cap.limit)}{rest}"
    carried = _carried_into(connection, lowering, plan, payee, index) if cap.carries else {}
    for number, label, limit, correction, earlier, own in rows:
        came = carried.get(int(number) // ratio, Fraction(0)) if cap.carries else None
        yield CapExplanation(words, str(label), to_value(limit), came, *(to_value(v) for v in (earlier, own, correction)))


def _cap_of_cohorts(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, sources: Sources, plan: ty.Plan, payee: str, index: int
) -> Iterator[CapExplanation]:
    """A cap on what was earned in its period, in the payout periods in which that is paid."""
    months, cap = paid_months(plan, lowering.asked), plan.caps[index - 1]
    ratio = MONTHS_IN[cap.period] // MONTHS_IN[plan.payout]
    own = quoted(lowering.names.plan_step(plan, "cap", str(index)))
    parts = " UNION ALL ".join(f"SELECT payee, cohort, period, amount FROM {STEPS}.{quoted(s)}" for s in _before_cap(lowering, plan, index))
    sums = f"SELECT coalesce(sum(u.amount), 0) FROM ({parts}) u WHERE u.payee = l.payee AND u.cohort // {ratio} = l.period"
    query = f"""SELECT n.label, l.period, l."limit", ({sums} AND u.period < n.number), ({sums} AND u.period = n.number),
          (SELECT coalesce(sum(c.amount), 0) FROM {STEPS}.{own} c
           WHERE c.payee = l.payee AND c.cohort // {ratio} = l.period AND c.period = n.number)
        FROM calendar.periods n JOIN {STEPS}.{quoted(lowering.names.plan_step(plan, "limit", str(index)))} l
          ON l.period <= n.number // {ratio} AND l.payee = ?
        WHERE n.kind = ? AND n.first_month >= ? AND n.last_month <= ? ORDER BY n.number, l.period"""
    rows = connection.execute(query, [payee, plan.payout, months.first, months.last]).fetchall()
    for label, earned_in, limit, earlier, now, correction in rows:
        words = (
            f"cap each {cap.period} at {sources.words(cap.limit)}, of what was earned in {FiscalPeriod(cap.period, int(earned_in)).label}"
        )
        if earlier or now:
            yield CapExplanation(words, str(label), to_value(limit), None, *(to_value(v) for v in (earlier, now, correction)))


def _carried_into(connection: duckdb.DuckDBPyConnection, lowering: Lowering, plan: ty.Plan, payee: str, index: int) -> dict[int, Fraction]:
    """What is carried into each period of a cap."""
    step = quoted(lowering.names.plan_step(plan, "rest", str(index)))
    rows = connection.execute(f"SELECT period, before FROM {STEPS}.{step} WHERE payee = ?", [payee]).fetchall()
    return {int(period): Fraction(before) for period, before in rows}


def draw_lines(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, sources: Sources, plan: ty.Plan, payee: str
) -> Iterator[DrawExplanation]:
    """What is carried forward, and each draw, in the payout periods of the run."""
    balances = [("payout", CARRIED, "Negative payouts carried forward", ())] if plan.negative == "carried" else []
    months = paid_months(plan, lowering.asked)
    for key, name, label, sentences in [*balances, *((d.name, d.name, d.label, sources.inside(d.span)) for d in plan.draws)]:
        query = f"""SELECT n.label, b.paid, b.before, b.added, b.recovered, b.forgiven, b.after
            FROM {STEPS}.{quoted(lowering.names.balance_step(plan, key))} b
            JOIN calendar.periods n ON n.kind = ? AND n.number = b.period
            WHERE b.payee = ? AND n.first_month >= ? AND n.last_month <= ? ORDER BY n.number"""
        for period, *figures in connection.execute(query, [plan.payout, payee, months.first, months.last]).fetchall():
            yield DrawExplanation(name, label, sentences, str(period), *(to_value(f) for f in figures))
