"""Examples of plans run through the oracle: the records that they give, and what must come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from compplan.calendar import Calendar, parse_period
from compplan.language import typed as ty
from compplan.language.units import RATIO
from compplan.schema import MONTHS_IN, PEOPLE, Schema
from tests.oracle.components import Earning
from tests.oracle.formulas import figure_of
from tests.oracle.outcome import Outcome, evaluate
from tests.oracle.values import CreditRow, Records, Row


@dataclass(frozen=True, slots=True)
class Found:
    """What an expectation asked for, and what came of it (None where the data leave it undecided)."""

    expectation: ty.Expectation
    value: Fraction | None


def run_example(plan: ty.Plan, example: ty.Example, schema: Schema, calendar: Calendar) -> tuple[list[Found], Outcome]:
    """Each expectation of an example with what is found, and the whole outcome. The run spans all payout periods that are asked about."""
    periods = [e.period for e in example.expected]
    size = MONTHS_IN[plan.payout]
    first = min(p.first_month for p in periods) // size * size
    last = max(p.last_month for p in periods) // size * size + size - 1
    outcome = evaluate(plan, schema, calendar, records_of(example, schema), first, last)
    return [Found(e, _found(outcome, e)) for e in example.expected], outcome


def records_of(example: ty.Example, schema: Schema) -> Records:
    """The records that an example gives; a column that it leaves out is empty."""
    records: dict[str, list[Row]] = {kind: [] for kind in schema.kinds}
    for given in example.given:
        empty = dict.fromkeys(column.name for column in schema.kinds[given.kind].columns)
        records[given.kind].extend({**empty, **dict(zip(given.columns, row, strict=True))} for row in given.rows)
    records.setdefault(PEOPLE, [])
    return records


def _found(outcome: Outcome, expectation: ty.Expectation) -> Fraction | None:
    total = Fraction(0)
    for target in expectation.targets:
        value = _target(outcome, expectation, target)
        if value is None:
            return None
        total += value
    return total


def _target(outcome: Outcome, asked: ty.Expectation, target: ty.Target) -> Fraction | None:
    first, last = asked.period.first_month, asked.period.last_month
    measures = outcome.measures
    if any(trouble.about == target.name or target.how in ("payout", "draw", "balance") for trouble in outcome.errors):
        return None
    match target.how:
        case "component":
            found = [
                e.amount
                for e in [*(outcome.earnings if asked.record is None else outcome.by_record), *outcome.awards]
                if e.component == target.name and asked.payee in (None, e.payee) and first <= e.earned_month <= last
                if asked.record is None or (e.key is not None and asked.record in e.key)
            ]
            return sum(found, Fraction(0))
        case "draw":
            return sum(
                (
                    amount
                    for payee, label, name, amount in outcome.payouts
                    if asked.payee in (None, payee) and name == target.name and _inside(label, asked)
                ),
                Fraction(0),
            )
        case "balance":
            after = outcome.balances.get(target.name, {})
            payees = {payee for payee, _ in after if asked.payee in (None, payee)}
            return sum((_last_balance(measures.plan, target.name, after, payee, last) for payee in payees), Fraction(0))
        case "payout":
            lines = [line for line in outcome.paid if asked.payee in (None, line[0]) and _inside(line[1], asked)]
            elsewhere = any(currency != asked.unit.currency for _, _, _, currency, _ in lines)
            return None if elsewhere else sum((amount for *_, amount in lines), Fraction(0))
        case "change":
            changes = [c for c in outcome.changes if c.name == target.name and first <= c.month <= last and _of(c.earning, asked)]
            return sum((c.amount for c in changes), Fraction(0))
        case "cost":
            return _cost(outcome, asked, target)
        case "held":
            last_of = {id(h.earning): h for h in outcome.held if h.month <= last and _of(h.earning, asked)}
            return sum((h.amount for h in last_of.values() if h.earning.component == target.name), Fraction(0))
        case "credited":
            rows = outcome.credits[target.name]
            return sum((r.amounts[target.amount] for r in rows if _asked(r, asked) and first <= r.month <= last), Fraction(0))
        case "formula":
            assert target.formula is not None
            assert asked.payee is not None
            if isinstance(target.grain, ty.ForPeriod):
                return figure_of(target.formula, measures.period_scope(asked.payee, asked.period))
            assert target.grain is not None
            rows = [r for r in outcome.credits[target.grain.credit] if _asked(r, asked) and first <= r.month <= last]
            values = [figure_of(target.formula, measures.credit_scope(r)) for r in rows]
            if not values or None in values:
                return None
            return values[0] if len(set(values)) == 1 and asked.unit == RATIO else sum((v for v in values if v is not None), Fraction(0))
        case _:
            assert asked.payee is not None
            end = measures.world.calendar.end(asked.period) - timedelta(days=1)
            owner = measures.owner(target.name, asked.payee, end)
            ask = {"measure": outcome.measure, "quota": outcome.quota, "attainment": outcome.attainment}[target.how]
            return ask(target.name, owner, first, last)


def _cost(outcome: Outcome, asked: ty.Expectation, target: ty.Target) -> Fraction:
    """A figure of a contract cost in a period; the balance at its end is what all changes until then come to."""
    first = 0 if target.amount == "balance" else asked.period.first_month
    total = Fraction(0)
    for row in outcome.costs:
        mine = asked.payee in (None, row.payee) and (asked.record is None or (row.key is not None and asked.record in row.key))
        if row.cost == target.name and mine and first <= row.month <= asked.period.last_month:
            balance = row.capitalised - row.amortised - row.written_off
            total += balance if target.amount == "balance" else getattr(row, target.amount)
    return total


def _of(earning: Earning, asked: ty.Expectation) -> bool:
    """Whether an earning is that of the payee and of the record that are asked for."""
    return asked.payee in (None, earning.payee) and (asked.record is None or (earning.key is not None and asked.record in earning.key))


def _last_balance(plan: ty.Plan, name: str, after: Mapping[tuple[str, int], Fraction], payee: str, last: int) -> Fraction:
    """What is left at the end of a month: as much as after the last payout until then, unless it was forgiven since."""
    size = MONTHS_IN[plan.payout]
    number = max((n for p, n in after if p == payee and n * size + size - 1 <= last), default=None)
    if number is None:
        return Fraction(0)
    forgive = next((MONTHS_IN[d.forgive] for d in plan.draws if d.name == name and d.forgive is not None), None)
    return Fraction(0) if forgive is not None and number * size // forgive < (last + 1) // forgive else after[payee, number]


def _asked(row: CreditRow, asked: ty.Expectation) -> bool:
    return asked.payee in (None, row.payee) and (asked.record is None or asked.record in row.key)


def _inside(label: str, asked: ty.Expectation) -> bool:
    period = parse_period(label)
    assert period is not None
    return asked.period.first_month <= period.first_month and period.last_month <= asked.period.last_month
