"""From what is earned to what is paid: sums by payout period, and what the plan's caps take off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from compplan.calendar import FiscalPeriod
from compplan.language import typed as ty
from compplan.language.formulas_of import earnings_read
from compplan.schema import MONTHS_IN
from tests.oracle.components import Earning
from tests.oracle.formulas import figure_of
from tests.oracle.measures import Measures
from tests.oracle.values import Trouble, half_away, half_even

CORRECTION = ""
Payout = tuple[str, str, str, Fraction]
_Paid = dict[tuple[str, int], Fraction]


def first_month_needed(plan: ty.Plan, first: int) -> int:
    """From when on earnings must be known for the payouts from a month on: since the longest cap, the payout period, or the longest time
    over which a component reads what another has earned began.
    """
    periods = [plan.payout, *(cap.period for cap in plan.caps)]
    for component in plan.components:
        windows = [e.window.period for e in earnings_read(component)]
        if windows:
            periods += [*windows, *(p for p in (component.grain.to_date, component.earned_at) if p is not None)]
    return min(first // MONTHS_IN[p] * MONTHS_IN[p] for p in periods)


def payouts(plan: ty.Plan, measures: Measures, earnings: Sequence[Earning], first: int, last: int, troubles: list[Trouble]) -> list[Payout]:
    """Payee, payout period, component (empty for a cap's correction) and amount, for the payout periods that end between two months."""
    size = MONTHS_IN[plan.payout]
    sums: dict[tuple[str, int, str], Fraction] = defaultdict(Fraction)
    totals: _Paid = defaultdict(Fraction)
    for e in earnings:
        sums[e.payee, e.earned_month // size, e.component] += e.amount
        totals[e.payee, e.earned_month // size] += e.amount
    for cap in plan.caps:
        for (payee, number), correction in _corrections(plan, cap, measures, totals, last, troubles).items():
            sums[payee, number, CORRECTION] += correction
            totals[payee, number] += correction
    return [
        (payee, FiscalPeriod(plan.payout, number).label, component, amount)
        for (payee, number, component), amount in sorted(sums.items())
        if first <= number * size + size - 1 <= last
    ]


def _corrections(plan: ty.Plan, cap: ty.PlanCap, measures: Measures, totals: _Paid, last: int, troubles: list[Trouble]) -> _Paid:
    """What a cap takes off the total of each payee and payout period, and gives back where there is room again."""
    size, capped = MONTHS_IN[plan.payout], MONTHS_IN[cap.period]
    found: _Paid = {}
    for payee in sorted({payee for payee, _ in totals}):
        for number in sorted({n * size // capped for p, n in totals if p == payee and n * size <= last}):
            limit = figure_of(cap.limit, measures.period_scope(payee, FiscalPeriod(cap.period, number).last_month))
            if limit is None:
                troubles.append(Trouble("empty-cap", plan.name, payee, FiscalPeriod(cap.period, number).label))
                continue
            limit = (half_even if plan.half_even else half_away)(limit, plan.rounding_unit)
            running = payable = Fraction(0)
            for n in range(number * capped // size, (number + 1) * capped // size):
                if (payee, n) in totals:
                    running += totals[payee, n]
                    found[payee, n] = min(running, limit) - payable - totals[payee, n]
                    payable = min(running, limit)
    return found
