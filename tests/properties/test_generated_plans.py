"""What holds for every plan and all records, seen through the oracle."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from compplan.calendar import FiscalPeriod
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN
from tests.generators import Case, cases, check
from tests.oracle import Outcome, evaluate
from tests.oracle.components import Components
from tests.oracle.formulas import figure_of
from tests.oracle.payouts import CARRIED
from tests.oracle.tiers import Row, slices
from tests.oracle.values import CreditRow, Trouble, half_away, half_even
from tests.properties.effort import examples

FEW = examples(40)
NONE = Fraction(0)


def typed(case: Case) -> ty.Plan:
    plan, errors = check(case.plan_text, case.calendar, case.schema)
    assert plan is not None, errors
    return plan


def worked_out(case: Case) -> tuple[ty.Plan, Outcome]:
    plan = typed(case)
    outcome = evaluate(plan, case.schema, case.calendar, case.records, case.first_month, case.last_month)
    assume(not outcome.errors)
    return plan, outcome


@FEW
@given(cases())
def test_a_generated_plan_is_right_and_its_text_is_checked_without_a_problem(case: Case) -> None:
    assert check(case.plan_text, case.calendar, case.schema)[1] == []


@FEW
@given(cases())
def test_shares_that_are_no_overlays_add_up_to_what_the_credit_says(case: Case) -> None:
    plan, outcome = worked_out(case)
    for name, rows in outcome.credits.items():
        if all(give.overlay for give in plan.credits[name].gives):
            continue
        sums: dict[object, Fraction] = defaultdict(Fraction)
        for row in rows:
            sums[origin(row)] += NONE if row.overlay else row.share
        assert set(sums.values()) <= {plan.credits[name].total}


def origin(row: CreditRow) -> object:
    """What a row shares out: a record, or one row of another credit; of a credit that repeats, one repetition of it."""
    return (row.key if row.source is None else (row.source.order, row.source.payee), row.date)


@FEW
@given(cases())
def test_what_is_paid_is_what_was_earned_and_the_corrections_of_caps(case: Case) -> None:
    plan, outcome = worked_out(case)
    size = MONTHS_IN[plan.payout]
    earned: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for e in outcome.earnings:
        earned[e.payee, FiscalPeriod(plan.payout, e.earned_month // size).label] += e.amount
    paid: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for payee, label, component, amount in outcome.payouts:
        kept = (*(draw.name for draw in plan.draws), *(hold.name for hold in plan.holds), *(clawback.name for clawback in plan.clawbacks))
        correction = component in ("", CARRIED, *kept)
        paid[payee, label] += NONE if correction else amount
        assert component or plan.caps
    assert {k: v for k, v in paid.items() if v} == {k: v for k, v in earned.items() if v}


@FEW
@given(cases())
def test_no_more_is_paid_to_date_than_the_last_cap_allows(case: Case) -> None:
    assume(case.schema.kinds["people"].valid is None)  # of people who change, the limit is that of a day of their own
    plan = typed(case)
    assume(plan.caps and not plan.holds and not plan.clawbacks)  # with these a cap is held against what was earned in its period
    cap, size = plan.caps[-1], MONTHS_IN[plan.payout]
    capped = FiscalPeriod(cap.period, case.first_month // MONTHS_IN[cap.period])
    assume(case.first_month == capped.first_month)
    _, outcome = worked_out(case)
    labels = {FiscalPeriod(plan.payout, n).label for n in range(capped.first_month // size, (capped.last_month + 1) // size)}
    for payee in {payee for payee, *_ in outcome.payouts}:
        limit = outcome.measures.period_scope(payee, capped)
        later = (CARRIED, *(draw.name for draw in plan.draws))
        paid = sum((amount for p, label, c, amount in outcome.payouts if p == payee and label in labels and c not in later), NONE)
        bound = figure_of(cap.limit, limit)
        assert bound is not None
        bound = (half_even if plan.half_even else half_away)(bound, plan.rounding_unit)
        assert paid <= bound or not any(p == payee and label in labels for p, label, *_ in outcome.payouts)


@FEW
@given(cases())
def test_what_is_earned_to_date_adds_up_to_the_figure_at_the_end(case: Case) -> None:
    plan, outcome = worked_out(case)
    components = Components(plan, outcome.measures, outcome.measures.stays, case.first_month, case.last_month, list[Trouble]())
    for component in plan.components:
        grain = component.grain
        if not isinstance(grain, ty.ForPeriod) or grain.to_date is None:
            continue
        if component.first is not None or component.last is not None:
            continue  # one that is in force for part of the time has no figure for all of it
        longer = MONTHS_IN[grain.to_date]
        for payee in outcome.measures.stays.payees:
            mine = [e for e in outcome.earnings if e.component == component.name and e.payee == payee]
            for number in {e.earned_month // longer for e in mine}:
                within = [e for e in mine if e.earned_month // longer == number]
                first, last = within[0].earned_month, within[-1].earned_month
                if case.first_month > number * longer:
                    continue
                end = FiscalPeriod(grain.period, last // MONTHS_IN[grain.period])
                scope = outcome.measures.period_scope(payee, end, since=number * longer)
                assert sum((e.amount for e in within), NONE) == components.figure(component, scope, payee, str(first))


@FEW
@given(cases())
def test_the_order_of_rows_changes_nothing(case: Case) -> None:
    plan, outcome = worked_out(case)
    turned = {kind: rows[::-1] for kind, rows in case.records.items()}
    again = evaluate(plan, case.schema, case.calendar, turned, case.first_month, case.last_month)
    assert again.payouts == outcome.payouts
    assert sorted(map(repr, again.earnings)) == sorted(map(repr, outcome.earnings))


amounts = st.integers(-500, 100_000).map(lambda n: Fraction(n, 2))
rates = st.integers(0, 3000).map(lambda n: Fraction(n, 1000))


@given(st.lists(amounts, min_size=1, max_size=4, unique=True), st.lists(rates, min_size=5, max_size=5), amounts, amounts)
def test_slices_with_rates_of_zero_or_more_never_pay_less_for_more(
    bounds: list[Fraction], values: list[Fraction], first: Fraction, second: Fraction
) -> None:
    starts = sorted(bounds)
    rows = [Row(True, None, values[0]), *(Row(False, s, v) for s, v in zip(starts, values[1:], strict=False))]
    less, more = slices(min(first, second), rows), slices(max(first, second), rows)
    assert less is not None
    assert more is not None
    assert less <= more
    assert slices(NONE, rows) == 0
    assert all(a < b for a, b in pairwise(starts))


@FEW
@given(cases())
def test_a_balance_is_what_was_added_to_it_and_never_below_nothing(case: Case) -> None:
    plan, outcome = worked_out(case)
    for balances in outcome.balances.values():
        assert all(balance >= 0 for balance in balances.values())
    begins = case.calendar.month_of(plan.first)
    for draw in plan.draws:
        if draw.room is None or draw.forgive is not None or draw.leaving is not None or begins < case.first_month:
            continue  # what is forgiven, or was added before the run, is not among its payouts
        for payee in {p for p, _ in outcome.balances.get(draw.name, {})}:
            number = max(n for p, n in outcome.balances[draw.name] if p == payee)
            added = sum((amount for p, _, name, amount in outcome.payouts if (p, name) == (payee, draw.name)), NONE)
            assert added == outcome.balances[draw.name][payee, number]
