"""A scenario with all that the plans say of it: where it balances expected pay, the credit with which each rep's pay is within its band."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from compplan.assignment.scenario.check import Scenario, read_scenario
from compplan.assignment.scenario.form import CostForm
from compplan.assignment.scenario.pay_limits import PayLimits
from compplan.whatif.territory_pay.expectation import expectation_of, expected_plans
from compplan.whatif.territory_pay.expected_pay import pay_where
from compplan.whatif.territory_pay.pay_at_levels import PayAtLevels, mix_of
from compplan.whatif.territory_pay.pay_bands import PayBands


def open_scenario(file: Path, tell: Callable[[str], None] = lambda _: None, like: Scenario | None = None) -> Scenario:
    """The scenario of a file, with limits for its measures of expected pay; `tell` is told in words what takes a while.

    What is known of another scenario is not worked out again where this one is `like` it in all that pay depends on. Raises `Problems`,
    as `read_scenario` does, and where plans or records are wrong or a band of pay cannot be met by a rep.
    """
    scenario = read_scenario(file)
    measures = {name: form for name, form in scenario.form.balance.items() if form.expected_pay}
    if not measures:
        return scenario
    if like is not None and _same_pay(scenario, like):
        return replace(scenario, pay_limits=like.pay_limits)
    tell("Working out from the plans how much credit gives how much pay.")
    expected = expectation_of(scenario)
    with expected_plans(expected) as plans:
        pay_where(expected, plans, expected.owners)  # told before anything else is, if something is wrong with plans or records
        payees = plans.payees
        paying = tuple(p.name for p in plans.plans if set(payees[p.name]) & set(expected.paid_reps)) or tuple(payees)
    limits: dict[str, PayLimits] = {}
    with expected_plans(expected, paying, threads=1) as plans:  # few rows, many runs
        pay = PayAtLevels(expected, plans, mix_of(expected))
        for name, form in measures.items():
            limits[name] = PayBands(expected, name, form, pay).limits()
    tell(f"The plans were run {pay.runs} times for that.")
    return replace(scenario, pay_limits=limits)


def _same_pay(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios have the same accounts, reps, measures and expectations, whatever their rules and costs are."""
    first, second = (s.form.model_copy(update={"title": "", "project": "", "rules": {}, "cost": CostForm()}) for s in (one, other))
    return first == second and one.project.root.resolve() == other.project.root.resolve()
