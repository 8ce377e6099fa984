"""What payouts are made of, for an explanation: their parts, and what draws and carried negative payouts come to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import duckdb

from compplan.currencies import digits_of
from compplan.engine.covered import paid_months
from compplan.engine.explanation import DrawExplanation, Node, PaidExplanation, PayoutLine
from compplan.engine.lower import Lowering
from compplan.engine.observe import Sources, to_value
from compplan.engine.payout_kinds import CARRIED, parts_of
from compplan.engine.relations import STEPS, quoted
from compplan.language import typed as ty


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
