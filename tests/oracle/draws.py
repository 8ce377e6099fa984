"""Draws, and negative payouts that are carried forward: one payee after the other, one payout period after the other."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from compplan.calendar import FiscalPeriod
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN
from tests.oracle.components import indispensable
from tests.oracle.formulas import Scope, figure_of, is_yes, value_of
from tests.oracle.measures import Measures
from tests.oracle.stays import Stays
from tests.oracle.values import DataError, Trouble, half_away, half_even

NOTHING = Fraction(0)
Amounts = dict[tuple[str, int], Fraction]
"""Something for each payee and payout period, by the period's number."""


def carried_forward(totals: Amounts) -> tuple[Amounts, Amounts]:
    """What carrying forward changes of each payout, and what is still carried after it: a payee never owes anything at once."""
    changes: Amounts = {}
    after: Amounts = {}
    for payee in sorted({payee for payee, _ in totals}):
        carried = NOTHING
        for n in sorted(n for p, n in totals if p == payee):
            payout = totals[payee, n]
            paid = max(payout - carried, NOTHING)
            changes[payee, n] = paid - payout
            carried += paid - payout
            after[payee, n] = carried
    return changes, after


def carried_on(
    plan: ty.Plan,
    cap: ty.PlanCap,
    measures: Measures,
    stays: Stays,
    totals: Amounts,
    first: int,
    last: int,
    troubles: list[Trouble],
) -> Amounts:
    """What a cap changes of each payout between two months, where what goes beyond it is paid in the periods after it."""
    size, capped = MONTHS_IN[plan.payout], MONTHS_IN[cap.period]
    last = min(last, measures.world.calendar.month_of(plan.last))
    changes: Amounts = {}
    for payee in stays.payees:
        carried = NOTHING
        for number in range(first // capped, last // capped + 1):
            period = FiscalPeriod(cap.period, number)
            end = period.last_month
            if stays.last_day(payee, None, end) is None:
                continue
            limit = figure_of(cap.limit, measures.period_scope(payee, period))
            if limit is None:
                troubles.append(Trouble("empty-cap", plan.name, payee, FiscalPeriod(cap.period, number).label))
                continue
            limit = _rounded(plan, limit)
            owed, paid = carried, NOTHING
            for n in range(number * capped // size, (number + 1) * capped // size):
                if first <= n * size + size - 1 and n * size <= last:
                    own = totals.get((payee, n), NOTHING)
                    owed += own
                    changes[payee, n] = min(owed, limit) - paid - own
                    paid = min(owed, limit)
            carried = owed - paid
    return changes


def drawn(
    plan: ty.Plan,
    draw: ty.Draw,
    measures: Measures,
    stays: Stays,
    totals: Amounts,
    first: int,
    last: int,
    troubles: list[Trouble],
) -> tuple[Amounts, Amounts]:
    """What a draw changes of each payout between two months, and what is left to be recovered after it."""
    changes: Amounts = {}
    after: Amounts = {}
    for payee in stays.payees:
        balance = NOTHING
        for n in _periods(plan, first, last):
            if _begins(plan, draw, n):
                balance = NOTHING
            period = FiscalPeriod(plan.payout, n)
            if stays.last_day(payee, period.first_month, period.last_month) is None:
                continue
            paid = totals.get((payee, n), NOTHING)
            scope = replace(measures.period_scope(payee, period, since=period.first_month), paid=paid)
            try:
                level = _amount(plan, draw, draw.level, draw.level_if, scope)
                room = _amount(plan, draw, draw.room, draw.room_if, scope)
            except DataError as error:
                troubles.append(error.trouble)
                continue
            added = NOTHING if level is None else _rounded(plan, max(level - paid, NOTHING))
            most = NOTHING if room is None or added else _rounded(plan, max(min(room, paid), NOTHING))
            recovered = min(balance, most)
            changes[payee, n] = added - recovered
            if draw.room is not None:
                balance += added - recovered
            if draw.leaving is not None and _leaves(plan, stays, payee, period):
                payout = paid + changes[payee, n]
                changes[payee, n] -= {"forgiven": NOTHING, "owed": balance, "recovered": min(balance, max(payout, NOTHING))}[draw.leaving]
                balance = NOTHING
            after[payee, n] = NOTHING if _begins(plan, draw, n + 1) else balance
    return changes, after


def _leaves(plan: ty.Plan, stays: Stays, payee: str, period: FiscalPeriod) -> bool:
    """Whether somebody's last day as a payee lies in a period, and is not the plan's own."""
    last = max(stay.last for stay in stays.stays if stay.payee == payee)
    calendar = stays.world.calendar
    return last < plan.last and calendar.start(period) <= last < calendar.end(period)


def _periods(plan: ty.Plan, first: int, last: int) -> list[int]:
    """The payout periods between two months that lie wholly within the plan's dates."""
    size = MONTHS_IN[plan.payout]
    return [n for n in range(first // size, last // size + 1) if first <= n * size and n * size + size - 1 <= last]


def _begins(plan: ty.Plan, draw: ty.Draw, n: int) -> bool:
    """Whether the balance starts anew with a payout period."""
    return draw.forgive is not None and n * MONTHS_IN[plan.payout] % MONTHS_IN[draw.forgive] == 0


def _amount(plan: ty.Plan, draw: ty.Draw, formula: ty.Expr | None, condition: ty.Expr | None, scope: Scope) -> Fraction | None:
    """The formula where its condition holds; None where it does not, or where there is no formula."""
    if formula is None:
        return None
    trouble = Trouble("empty-figure", draw.name, scope.payee or "")
    if condition is not None:
        if any(value_of(e, scope) is None for e in indispensable(condition)):
            raise DataError(trouble)
        if not is_yes(condition, scope):
            return None
    amount = figure_of(formula, scope)
    if amount is None:
        raise DataError(trouble)
    return amount


def _rounded(plan: ty.Plan, amount: Fraction) -> Fraction:
    return (half_even if plan.half_even else half_away)(amount, plan.rounding_unit)
