"""Pay is balanced: bands of pay become bands of credit by the plans, and what a run pays for the assignment lies within them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from compplan.assignment.problem import standing
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.read_problem import read_problem
from compplan.assignment.solver.solve import Limits, solve
from compplan.diagnostics.model import Problems
from compplan.whatif.territory_pay.scenario import open_scenario
from tests.support.pay_project import REPS, SCENARIO, write_pay_project
from tests.whatif.test_expected_pay import deals_by_hand, paid_by_run

CAP = "  cap  each year at 20,000 USD\n}\n"
BASE = 'bonus base "Base" {\n    for  each quarter\n    pay  1,000 USD\n  }\n\n  '
OWN = 'commission own "Own bookings" {'


def balanced(band: str) -> str:
    return SCENARIO.replace("potential: {sum: potential, within: 60%}", f'pay: {{expected_pay: "yes", {band}}}').replace(", Trainee", "")


def opened(folder: Path, band: str, reps: str = REPS) -> Scenario:
    return open_scenario(write_pay_project(folder, balanced(band), reps=reps, trainee=False))


def proposed(scenario: Scenario) -> list[str]:
    territories = read_problem(scenario)
    solution = solve(territories.problem, Limits(None, rounds=30))
    assert not standing(territories.problem, solution.assigned).broken
    return [territories.problem.reps[r] for r in solution.assigned[territories.member].tolist()]


@pytest.mark.parametrize("band", ["within: 6%, share_by: target_incentive", "at_least: 26000, at_most: 50000"])
def test_what_a_run_pays_for_the_assignment_lies_within_the_band(band: str, tmp_path: Path) -> None:
    scenario = opened(tmp_path, band)
    limits = scenario.pay_limits["pay"]
    paid = paid_by_run(tmp_path, deals_by_hand(tmp_path, proposed(scenario)))
    for rep, (low, high) in limits.pay.items():
        assert low is not None
        assert high is not None
        assert low <= paid[rep] <= high
    if "share_by" in band:
        assert limits.pay["ana"] == limits.pay["cy"]
        assert [round(a * 3 / 2) for a in limits.pay["ana"] if a] == [round(b) for b in limits.pay["ben"] if b]


def test_an_amount_to_be_near_is_taken_from_the_reps(tmp_path: Path) -> None:
    limits = opened(tmp_path, "within: 40%, of: target_incentive").pay_limits["pay"]
    assert limits.pay["ana"] == (Decimal(24_000), Decimal(56_000))
    assert limits.pay["ben"] == (Decimal(36_000), Decimal(84_000))
    assert limits.currency == "USD"


def test_the_credit_is_that_at_which_the_plan_pays_so_much(tmp_path: Path) -> None:
    """Ana's plan pays half of what a quarter's quota of 60,000 is reached by; 24,000 a year take 240,000 and a sixth of 40 % more."""
    least = opened(tmp_path, "at_least: 24000").pay_limits["pay"].credit["ana"][0]
    exact = 240_000_00 + 4_000_00 * 240_000 // 60_000
    assert least is not None
    assert exact <= least <= exact + 120_000_00 // 100


WRONG = {
    "a cap": ("at_least: 30000", REPS.rstrip()[:-1] + CAP, "is paid 20,000.00 USD at most"),
    "pay in any case": ("at_most: 500", REPS.replace(OWN, BASE + OWN), "even where no account brings anything"),
    "more pays less": ("within: 5%", REPS.replace("each slice of", "the step reached by").replace("from 100%: 1.5x", "from 100%: 0.1x"),
                       "and only"),
    "nobody is paid": ("within: 5%", REPS.replace('role = "AE"', 'role = "AE" and team = "South"'), "on deals pays ana"),
    "nothing is paid": ("within: 5%", REPS.replace("from   0%: 0.5x", "from   0%: 0x").replace("from 100%: 1.5x", "from 100%: 0x"),
                        "the plans pay nothing to ana, ben, cy"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_what_pay_cannot_reach_is_told_with_the_rep_and_why(kind: str, tmp_path: Path) -> None:
    band, reps, said = WRONG[kind]
    with pytest.raises(Problems) as told:
        opened(tmp_path, band, reps)
    first = told.value.diagnostics[0]
    assert said in first.message
    assert first.span is not None
    assert first.hint


def test_what_is_known_of_a_scenario_is_not_worked_out_again_for_one_with_other_rules(tmp_path: Path) -> None:
    first = opened(tmp_path, "at_least: 1000")
    told: list[str] = []
    (tmp_path / "fewer.yaml").write_text(balanced("at_least: 1000").lstrip() + "rules:\n  few: {moves_at_most: 3}\n")
    assert open_scenario(tmp_path / "fewer.yaml", told.append, first).pay_limits == first.pay_limits
    assert not told
    (tmp_path / "other.yaml").write_text(balanced("at_least: 1500").lstrip())
    assert open_scenario(tmp_path / "other.yaml", told.append, first).pay_limits != first.pay_limits
    assert told


def test_a_new_hire_has_no_pay_to_balance(tmp_path: Path) -> None:
    text = balanced("within: 20%") + "new_hires: {zoe: {columns: {role: AE, team: North}}}\n"
    file = write_pay_project(tmp_path, text, trainee=False)
    with pytest.raises(Problems) as told:
        open_scenario(file)
    assert "zoe is in no records" in told.value.diagnostics[0].message


def test_a_problem_is_not_posed_before_its_bands_are_worked_out(tmp_path: Path) -> None:
    from compplan.assignment.scenario.check import read_scenario

    with pytest.raises(Problems) as told:
        read_problem(read_scenario(write_pay_project(tmp_path, balanced("within: 20%"), trainee=False)))
    assert told.value.diagnostics[0].code == "no-pay"
