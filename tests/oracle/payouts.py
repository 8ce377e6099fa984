"""From what is earned to what is paid: sums by payout period, what the plan's caps take off, what is carried forward, what is drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from compplan.calendar import FiscalPeriod
from compplan.language import typed as ty
from compplan.language.formulas_of import earnings_read, plan_formulas
from compplan.language.walk import every
from compplan.schema import MONTHS_IN
from tests.oracle.components import Earning
from tests.oracle.draws import Amounts, carried_forward, carried_on, drawn
from tests.oracle.formulas import figure_of
from tests.oracle.kept import Change
from tests.oracle.measures import Measures
from tests.oracle.paid_in import PaidLine, in_currencies
from tests.oracle.stays import Stays
from tests.oracle.values import Trouble, half_away, half_even

CORRECTION = ""
CARRIED = "carried"
Payout = tuple[str, str, str, Fraction]
_ByCohort = dict[tuple[str, int, int], Fraction]
"""By payee, the payout period in which it was earned, and the one in which it is paid."""


@dataclass(frozen=True, slots=True)
class Paid:
    """The payouts, and what is left of each draw after each payout period; under `payout`, of what is carried forward."""

    payouts: list[Payout]
    balances: dict[str, Amounts]
    in_currencies: list[PaidLine] = field(default_factory=list)


def first_month_needed(plan: ty.Plan, measures: Measures, first: int) -> int:
    """From when on earnings must be known for the payouts from a month on: since the longest cap, the payout period, or the longest time
    over which a component reads what another has earned began; since the plan began, where it carries anything forward, pays later, reads
    what was earned in earlier periods, or takes an average before a leave, which may have begun long ago.
    """
    periods = [plan.payout, *(cap.period for cap in plan.caps)]
    for component in plan.components:
        periods += [] if component.budget is None else [component.budget.period]
        windows = [e.window.period for e in earnings_read(component) if isinstance(e, ty.EarnedAt)]
        if windows:
            periods += [*windows, *(p for p in (component.grain.to_date, component.earned_at) if p is not None)]
    read = [e for f in plan_formulas(plan) for e in every(f) if isinstance(e, ty.EarnedAt)]
    if any(e.window.back or e.window.months for e in read):
        first = min(first, measures.world.calendar.month_of(plan.first))
    lasting = (
        plan.holds
        or plan.clawbacks
        or plan.costs
        or any(draw.room is not None for draw in plan.draws)
        or any(cap.carries for cap in plan.caps)
    )
    averaged = any(isinstance(e, ty.AverageBefore) for f in plan_formulas(plan) for e in every(f))
    if plan.negative == "carried" or lasting or averaged:
        first = min(first, measures.world.calendar.month_of(plan.first))
    return min(first // MONTHS_IN[p] * MONTHS_IN[p] for p in periods)


def payouts(
    plan: ty.Plan,
    measures: Measures,
    stays: Stays,
    earnings: Sequence[Earning],
    changes: Sequence[Change],
    first: int,
    last: int,
    troubles: list[Trouble],
) -> Paid:
    """Payee, payout period, component (empty for a cap's correction) and amount, for the payout periods that end between two months."""
    size = MONTHS_IN[plan.payout]
    sums: dict[tuple[str, int, str], Fraction] = defaultdict(Fraction)
    totals: Amounts = defaultdict(Fraction)
    cohorts: _ByCohort = defaultdict(Fraction)
    balances: dict[str, Amounts] = {}

    def correct(name: str, corrections: Amounts) -> None:
        for (payee, number), correction in corrections.items():
            sums[payee, number, name] += correction
            totals[payee, number] += correction

    for e in earnings:
        sums[e.payee, e.earned_month // size, e.component] += e.amount
        totals[e.payee, e.earned_month // size] += e.amount
        cohorts[e.payee, e.earned_month // size, e.earned_month // size] += e.amount
    for change in changes:
        payee, cohort, number = change.earning.payee, change.earning.earned_month // size, change.month // size
        cohorts[payee, cohort, number] += change.amount
        correct(change.name, {(payee, number): change.amount})
    for cap in plan.caps:
        if cap.carries:
            begins = max(measures.world.calendar.month_of(plan.first), first_month_needed(plan, measures, first))
            moved = carried_on(plan, cap, measures, stays, totals, begins, last, troubles)
            correct(CORRECTION, moved)
            for (payee, number), amount in moved.items():
                cohorts[payee, number, number] += amount  # what is carried on counts where it is paid
            continue
        for (payee, cohort, number), amount in _corrections(plan, cap, measures, cohorts, last, troubles).items():
            cohorts[payee, cohort, number] += amount
            correct(CORRECTION, {(payee, number): amount})
    if plan.negative == "carried":
        made, balances["payout"] = carried_forward(totals)
        correct(CARRIED, made)
    elif plan.negative is None:
        low = [(payee, n) for (payee, n), amount in totals.items() if amount < 0 and first <= n * size + size - 1 <= last]
        troubles.extend(Trouble("negative-payout", plan.name, payee, FiscalPeriod(plan.payout, n).label) for payee, n in low)
    calendar = measures.world.calendar
    begins = max(calendar.month_of(plan.first), first_month_needed(plan, measures, first))
    for draw in plan.draws:
        made, balances[draw.name] = drawn(plan, draw, measures, stays, totals, begins, min(last, calendar.month_of(plan.last)), troubles)
        correct(draw.name, made)
    found = [
        (payee, FiscalPeriod(plan.payout, number).label, component, amount)
        for (payee, number, component), amount in sorted(sums.items())
        if first <= number * size + size - 1 <= last
    ]
    return Paid(found, balances, in_currencies(plan, measures.world, stays, found, troubles))


def _corrections(plan: ty.Plan, cap: ty.PlanCap, measures: Measures, totals: _ByCohort, last: int, troubles: list[Trouble]) -> _ByCohort:
    """What a cap takes off what was earned in its period, as that becomes payable, and gives back where there is room again."""
    size, capped = MONTHS_IN[plan.payout], MONTHS_IN[cap.period]
    found: _ByCohort = {}
    for payee in sorted({payee for payee, _, _ in totals}):
        for number in sorted({n * size // capped for p, n, _ in totals if p == payee and n * size <= last}):
            limit = figure_of(cap.limit, measures.period_scope(payee, FiscalPeriod(cap.period, number)))
            if limit is None:
                troubles.append(Trouble("empty-cap", plan.name, payee, FiscalPeriod(cap.period, number).label))
                continue
            limit = (half_even if plan.half_even else half_away)(limit, plan.rounding_unit)
            running = payable = Fraction(0)
            earned = range(number * capped // size, (number + 1) * capped // size)
            for n, cohort in sorted((n, cohort) for p, cohort, n in totals if p == payee and cohort in earned):
                own = totals[payee, cohort, n]
                running += own
                found[payee, cohort, n] = min(running, limit) - payable - own
                payable = min(running, limit)
    return found
