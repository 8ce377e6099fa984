"""The engine and the oracle agree to the last digit, on plans and records that nobody wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from hypothesis import given, note

from tests.generators import Case, cases, check
from tests.oracle import Earning, Outcome, evaluate
from tests.properties.effort import examples
from tests.support.engine import Found, run_engine


@examples(200)
@given(cases())
def test_the_engine_pays_what_the_oracle_pays(case: Case) -> None:
    plan, errors = check(case.plan_text, case.calendar, case.schema)
    assert plan is not None, errors
    expected = evaluate(plan, case.schema, case.calendar, case.records, case.first_month, case.last_month)
    note(f"the oracle finds {expected.errors}")
    found = run_engine(case.plan_text, case.schema, case.calendar, case.records, case.first_month, case.last_month)
    note(f"the engine finds {found.errors}")
    assert bool(found.errors) == bool(expected.errors)
    if not expected.errors:
        assert earned(found.earnings) == earned(expected.earnings)
        assert earned(found.awards) == earned(expected.awards)
        assert earned(found.by_record) == earned(expected.by_record)
        assert found.costs == costs(expected)
        assert paid(found) == paid(expected)
        assert in_currencies(found) == in_currencies(expected)


def earned(earnings: Sequence[Earning]) -> dict[tuple[object, ...], Fraction]:
    """What each component earns each payee for each record's share or period; nothing where it is zero.

    Several rows of one record and give are added up: of a credit from another credit, they may be taken in any order.
    """
    sums: Counter[tuple[object, ...]] = Counter()
    for e in earnings:
        sums[e.component, e.payee, e.key, e.give, e.period, e.earned_month] += e.amount  # type: ignore[assignment]
    return {key: Fraction(amount) for key, amount in sums.items() if amount}


def costs(outcome: Outcome) -> dict[tuple[object, ...], tuple[Fraction, ...]]:
    """The contract costs of all records, month by month."""
    sums: dict[tuple[object, ...], tuple[Fraction, ...]] = {}
    for row in outcome.costs:
        key = (row.cost, row.component, row.payee, None if row.key is None else ", ".join(map(str, row.key)), row.month)
        figures = (row.capitalised, row.expensed, row.amortised, row.written_off, row.balance)
        sums[key] = tuple(a + b for a, b in zip(sums.get(key, (Fraction(0),) * 5), figures, strict=True))
    return {key: figures for key, figures in sums.items() if any(figures)}


def in_currencies(outcome: Outcome | Found) -> dict[tuple[str, str, str, str], Fraction]:
    """The same in the currencies in which it is paid."""
    return {(payee, label, name, currency): amount for payee, label, name, currency, amount in outcome.paid if amount}


def paid(outcome: Outcome | Found) -> dict[tuple[str, str, str], Fraction]:
    """Payouts that are not zero."""
    return {(payee, label, component): amount for payee, label, component, amount in outcome.payouts if amount}
