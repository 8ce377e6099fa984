"""Payouts in another currency: what each payee is paid in, at which rate, and each line of a payout in that currency."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sqlglot import exp

from compplan.currencies import DIGITS, MOST_DIGITS
from compplan.engine import sql
from compplan.engine.columns import RecordColumns, holds_on, node_of
from compplan.engine.exchange import rates_name
from compplan.engine.payout_kinds import parts_of
from compplan.engine.relations import CALENDAR, RECORDS
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.stays import Stays
from compplan.engine.steps import Check, Step, table
from compplan.language import typed as ty
from compplan.schema import PEOPLE

_DIGITS_OF_A_RATE = 30


def lower_paid_in(scope: Scope, plan: ty.Plan, stays: Stays | None, due: str, names: tuple[str, str]) -> Iterator[Step]:
    """From what is due in the plan's currency to what is paid: the step of the rates, and that of the payouts."""
    paid = plan.paid_in
    assert paid is not None
    rates, last = names
    query, reads = _rates(scope, plan, paid, stays, due)
    yield Step(
        rates, "The currency of each payout, and its rate", ("payee", "period"), query, reads, paid.span, tuple(_checks(plan, paid, rates))
    )
    yield Step(
        last, f"Payouts of {plan.label}", ("payee", "period", "kind", "component"), _payouts(plan, due, rates), (due, rates), plan.span
    )


def _rates(scope: Scope, plan: ty.Plan, paid: ty.PaidIn, stays: Stays | None, due: str) -> tuple[exp.Select, tuple[str, ...]]:
    """A row for each payee and payout period: the currency, the day, the rate; an amount is divided by a rate below zero."""
    people = scope.schema.kinds[PEOPLE]
    columns = RecordColumns(scope.schema, people, "p", sql.column("day", "l"))
    code = sql.text(paid.currency) if isinstance(paid.currency, str) else node_of(columns.column(paid.currency.path))
    day = sql.day(paid.on) if paid.on is not None else sql.column("last_day", "n")
    same = exp.EQ(this=sql.paren(code), expression=sql.text(plan.currency))
    rate = exp.Case().when(same, sql.whole(1), copy=False).else_(sql.column("rate", "x"), copy=False)
    keys = [sql.column(n, "d") for n in ("payee", "period", "label")]
    owed = exp.Case().when(exp.NEQ(this=sql.column("amount", "d"), expression=sql.whole(0)), sql.whole(1), copy=False)
    owed = owed.else_(sql.whole(0), copy=False)
    each = exp.select(*keys, sql.alias(exp.func("max", owed), "owed")).from_(table(due, "d"), copy=False)
    each = each.group_by(*(k.copy() for k in keys), copy=False)
    query = exp.select(
        *(sql.column(n, "d") for n in ("payee", "period", "label", "owed")), sql.alias(code.copy(), "currency"), sql.alias(day, "day"),
        sql.alias(sql.cast(rate, sql.decimal_type(_DIGITS_OF_A_RATE, sql.MOST_DECIMALS)), "rate"),
    ).from_(each.subquery("d", copy=False), copy=False)  # fmt: skip
    is_period = [exp.EQ(this=sql.column("kind", "n"), expression=sql.text(plan.payout))]
    is_period.append(exp.EQ(this=sql.column("number", "n"), expression=sql.column("period", "d")))
    query = query.join(table("periods", "n", CALENDAR), on=sql.all_of(is_period), copy=False)
    reads = [due, rates_name(paid.rates)]
    if not isinstance(paid.currency, str):
        if stays is not None:
            step = stays.day_step(plan.payout, None)
            reads.append(step)
            on = [exp.EQ(this=sql.column(n, "l"), expression=sql.column(n, "d")) for n in ("payee", "period")]
            query = query.join(table(step, "l"), on=sql.all_of(on), join_type="left", copy=False)
        own = exp.EQ(this=sql.column(people.key[0], "p"), expression=sql.column("payee", "d"))
        on_day = sql.all_of([own, *holds_on(people, "p", columns.day)])
        query = columns.join(query.join(table(PEOPLE, "p", RECORDS), on=on_day, join_type="left", copy=False))
    at = [
        exp.EQ(this=sql.column("source", "x"), expression=sql.text(plan.currency)),
        exp.EQ(this=sql.column("target", "x"), expression=sql.paren(code.copy())),
        exp.LTE(this=sql.column("first", "x"), expression=sql.paren(day.copy())),
        exp.GT(this=sql.column("until", "x"), expression=sql.paren(day.copy())),
    ]
    return query.join(table(rates_name(paid.rates), "x"), on=sql.all_of(at), join_type="left", copy=False), tuple(reads)


def _checks(plan: ty.Plan, paid: ty.PaidIn, rates: str) -> Iterator[Check]:
    """Who is paid anything has a currency, and that has a rate; a pair and day is told once."""
    nobody = exp.select(sql.column("payee"), sql.column("label")).from_(table(rates), copy=False)
    yield Check(
        "no-figure",
        "It is not known in which currency somebody is paid",
        nobody.where(sql.is_null(sql.column("currency")), exp.EQ(this=sql.column("owed"), expression=sql.whole(1)), copy=False),
        lambda row: f"The payout of {row[0]} in {row[1]} has no currency: that of {row[0]} is empty.",
        "Fill it in.",
        paid.span,
    )
    pair = [sql.column("currency", "r"), sql.column("day", "r")]
    payees, first = sql.alias(exp.Count(this=exp.Star()), "payouts"), sql.alias(exp.func("min", sql.column("payee", "r")), "payee")
    missing = exp.select(*pair, first, payees).from_(table(rates, "r"), copy=False)
    missing = missing.where(sql.not_null(sql.column("currency", "r")), sql.is_null(sql.column("rate", "r")), copy=False)
    missing = missing.where(exp.EQ(this=sql.column("owed", "r"), expression=sql.whole(1)), copy=False)
    yield Check(
        "no-rate",
        "An exchange rate is missing",
        missing.group_by(*(p.copy() for p in pair), copy=False),
        lambda row: (
            f"There is no {paid.rates} rate from {plan.currency} to {row[0]} on {row[1]}, which the payout of {row[2]}"
            f"{' needs' if row[3] == 1 else f' and {int(str(row[3])) - 1:,} others need'}."
        ),
        "Add the rate to the records.",
        paid.span,
    )


def _payouts(plan: ty.Plan, due: str, rates: str) -> exp.Select:
    """Each line is what the lines up to it come to, less what those before it come to, both rounded: so they add up to the payout."""
    place = exp.Case()
    for number, (kind, name, _) in enumerate(parts_of(plan)):
        is_it = [exp.EQ(this=sql.column(c, "d"), expression=sql.text(v)) for c, v in (("kind", kind), ("component", name))]
        place = place.when(sql.all_of(is_it), sql.whole(number), copy=False)
    running = exp.Window(
        this=exp.func("sum", sql.column("amount", "d")),
        partition_by=[sql.column("payee", "d"), sql.column("period", "d")],
        order=exp.Order(expressions=[exp.Ordered(this=place, nulls_first=False)]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )
    total = sql.cast(running, sql.decimal_type(18, plan.unit_decimals))
    names = ("plan", "payee", "period", "label", "kind", "component")
    code = exp.func("coalesce", sql.column("currency", "r"), sql.text(plan.currency))
    columns = [*(sql.column(n, "d") for n in (*names, "amount")), sql.alias(code, "currency"), sql.column("rate", "r")]
    lines = exp.select(*columns, sql.alias(total, "upto")).from_(table(due, "d"), copy=False)
    same = [exp.EQ(this=sql.column(n, "r"), expression=sql.column(n, "d")) for n in ("payee", "period")]
    lines = lines.join(table(rates, "r"), on=sql.all_of(same), copy=False)
    upto = Figure(sql.column("upto", "u"), 18, plan.unit_decimals)
    own = Figure(sql.column("amount", "u"), 18, plan.unit_decimals)
    change = sql.add(_in_currency(plan, upto), _in_currency(plan, sql.add(upto, own, "-")), "-")
    amount = sql.cast(sql.paren(change.node), sql.decimal_type(18, MOST_DIGITS))
    return exp.select(
        *(sql.column(n, "u") for n in names), sql.alias(amount, "amount"), sql.column("currency", "u"),
        sql.alias(sql.column("amount", "u"), "counted"),
    ).from_(lines.subquery("u", copy=False), copy=False)  # fmt: skip


def _in_currency(plan: ty.Plan, amount: Figure) -> Figure:
    """An amount at the rate beside it, rounded to the digits of its currency."""
    rate = Figure(sql.column("rate", "u"), _DIGITS_OF_A_RATE, sql.MOST_DECIMALS)
    code = sql.column("currency", "u")
    same = sql.any_of([exp.EQ(this=code, expression=sql.text(plan.currency)), sql.is_null(rate.node)])
    divided = exp.LT(this=rate.node, expression=sql.whole(0))
    converted = sql.choose([(same, amount), (divided, sql.divide(amount, sql.negate(rate)))], sql.multiply(amount, rate))
    unusual = sorted({digits for digits in DIGITS.values() if digits != 2})
    cases = [
        (
            exp.In(this=code.copy(), expressions=[sql.text(c) for c, own in DIGITS.items() if own == digits]),
            sql.to_unit(converted, Fraction(1, 10**digits)),
        )
        for digits in unusual
    ]
    return sql.choose(cases, sql.to_unit(converted, Fraction(1, 100)))
