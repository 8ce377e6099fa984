"""A year of a real CRM export, paid by an agent plan, a manager plan and a regional bonus: every figure is worked out a second time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import pytest

from compplan.api import Results, open_project
from tests.crm.by_hand import QUARTERS, Dealer, Line, days_off, earned

K = TypeVar("K")

by_quarter = pytest.mark.parametrize("quarter", QUARTERS)


def test_the_project_has_no_problems_and_its_examples_hold(dealer_project: Path) -> None:
    company = open_project(dealer_project)
    assert company.check() == ()
    tried = list(company.test())
    assert len(tried) == 3
    assert all(one.passed for one in tried)


@by_quarter
def test_every_earning_is_what_the_plan_says_to_the_cent(quarters: dict[str, Results], dealer: Dealer, quarter: str) -> None:
    found: dict[Line, Fraction] = defaultdict(Fraction)
    for row in quarters[quarter].earnings.to_pylist():
        if row["amount"] and _in(row["earned_month"], quarter):
            found[row["plan"], row["component"], row["payee"], row["record"]] += Fraction(row["amount"])
    assert _differences(found, earned(dealer, quarter)) == {}


@by_quarter
def test_every_payout_is_the_sum_of_what_was_earned(quarters: dict[str, Results], dealer: Dealer, quarter: str) -> None:
    expected: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for (plan, component, payee, _), amount in earned(dealer, quarter).items():
        expected[plan, component, payee] += amount
    rows = quarters[quarter].payouts.to_pylist()
    assert {row["label"] for row in rows} == {quarter}
    assert {row["payee"] for row in rows} == {*dealer.agents, *dealer.managers}
    paid = {(r["plan"], r["component"], r["payee"]): Fraction(r["amount"]) for r in rows if r["amount"]}
    assert _differences(paid, expected) == {}


@by_quarter
def test_the_best_three_have_a_day_off(quarters: dict[str, Results], dealer: Dealer, quarter: str) -> None:
    granted = {r["payee"] for r in quarters[quarter].awards.to_pylist() if r["amount"] and _in(r["earned_month"], quarter)}
    assert granted == days_off(dealer, quarter)


@by_quarter
@pytest.mark.parametrize("credit", ["won", "team_won"])
def test_credits_add_up_to_the_value_that_was_won(quarters: dict[str, Results], dealer: Dealer, quarter: str, credit: str) -> None:
    rows = [r for r in quarters[quarter].credits().to_pylist() if r["credit"] == credit and _in(r["month"], quarter)]
    won = {d.key: Fraction(d.value) for d in dealer.won if d.quarter == quarter}
    assert len(rows) == len(won)
    assert {r["record"]: Fraction(r["credited"]) for r in rows} == won


@pytest.mark.parametrize(
    ("payee", "quarter"),
    [("Darcel Schlecht", "2017-Q4"), ("Carl Lin", "2017-Q4"), ("Summer Sewald", "2017-Q2"), ("Kary Hendrixson", "2017-Q1")],
)
def test_an_explanation_adds_up_to_what_was_paid(quarters: dict[str, Results], dealer: Dealer, quarter: str, payee: str) -> None:
    """The agent who sold the most, one who sold nothing, a manager, one with a day off: by deal, component and plan."""
    results = quarters[quarter]
    paid: dict[str, Fraction] = defaultdict(Fraction)
    for row in results.payouts.to_pylist():
        if row["payee"] == payee:
            paid[row["plan"]] += Fraction(row["amount"])
    explained = results.explain(payee)
    assert {plan.name: plan.total for plan in explained.plans} == paid
    lines = {line: amount for line, amount in earned(dealer, quarter).items() if line[2] == payee}
    for plan in explained.plans:
        cash = [c for c in plan.components if c.word != "award"]
        assert sum((_figure(c.total) for c in cash), Fraction(0)) == plan.total
        for component in cash:
            assert sum((_figure(e.earned) for e in component.earnings), Fraction(0)) == component.total
            found = {(plan.name, component.name, payee, e.record): _figure(e.earned) for e in component.earnings}
            assert _differences(found, {k: v for k, v in lines.items() if k[:2] == (plan.name, component.name)}) == {}


def test_half_cents_were_among_them(dealer: Dealer) -> None:
    """An amount in whole dollars times 0.75 % ends in half a cent one time in two, so how halves are rounded shows in the figures."""
    ties = [d for d in dealer.won if (d.value * 75) % 100 == 50]
    assert len(ties) > 500


def _figure(value: object) -> Fraction:
    assert isinstance(value, Fraction)
    return value


def _in(month: int, quarter: str) -> bool:
    return f"2017-Q{month % 12 // 3 + 1}" == quarter and month // 12 == 2017


def _differences(found: Mapping[K, Fraction], expected: Mapping[K, Fraction]) -> dict[K, tuple[Fraction, Fraction]]:
    """What was found and what was expected, where they are not the same."""
    nothing = Fraction(0)
    pairs = {key: (found.get(key, nothing), expected.get(key, nothing)) for key in {*found, *expected}}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
