"""Payouts in the currency of each payee: line after line, what those so far come to, rounded to the digits of the currency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from compplan.calendar import parse_period
from compplan.currencies import DIGITS
from compplan.language import typed as ty
from compplan.schema import PEOPLE
from tests.oracle import exchange
from tests.oracle.stays import Stays
from tests.oracle.values import Trouble, half_away, round12
from tests.oracle.world import World

PaidLine = tuple[str, str, str, str, Fraction]
"""Payee, payout period, component, currency, amount."""


def in_currencies(
    plan: ty.Plan, world: World, stays: Stays, payouts: Sequence[tuple[str, str, str, Fraction]], troubles: list[Trouble]
) -> list[PaidLine]:
    """Every line of the payouts in the currency in which it is paid."""
    if plan.paid_in is None:
        return [(payee, label, name, plan.currency, amount) for payee, label, name, amount in payouts]
    order = [c.name for c in plan.components] + [h.name for h in plan.holds] + [c.name for c in plan.clawbacks]
    order += ["", "carried", *(d.name for d in plan.draws)]
    found: list[PaidLine] = []
    for payee, label in dict.fromkeys((p, label) for p, label, _, _ in payouts):
        lines = sorted((order.index(name), name, amount) for p, on, name, amount in payouts if (p, on) == (payee, label))
        period = parse_period(label)
        assert period is not None
        day = plan.paid_in.on or world.calendar.end(period) - timedelta(days=1)
        code = _currency(plan.paid_in, world, stays.last_day(payee, None, period.last_month), payee)
        rate = None if code is None else exchange.rate(world, world.schema.rates[plan.paid_in.rates], plan.currency, code, day)
        if not any(amount for _, _, amount in lines):
            found += [(payee, label, name, code or plan.currency, amount) for _, name, amount in lines]
            continue
        if code is None or rate is None:
            troubles.append(Trouble("no-rate", plan.name, payee, label))
            continue
        due = paid = Fraction(0)
        for _, name, amount in lines:
            due += amount
            worth = due if rate.same else round12(due / rate.value) if rate.back else round12(due * rate.value)
            rounded = half_away(worth, Fraction(1, 10 ** DIGITS[code]))
            found.append((payee, label, name, code, rounded - paid))
            paid = rounded
    return found


def _currency(paid_in: ty.PaidIn, world: World, day: object, payee: str) -> str | None:
    if isinstance(paid_in.currency, str):
        return paid_in.currency
    found = world.follow(PEOPLE, world.person(payee, day), paid_in.currency.path, day)  # type: ignore[arg-type]
    return None if found is None else str(found)
