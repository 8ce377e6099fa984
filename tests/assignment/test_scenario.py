"""A scenario's file and records become a problem; what is wrong with either is told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from compplan.assignment.scenario.check import read_scenario
from compplan.assignment.scenario.read_problem import read_problem
from compplan.assignment.territories.before_solving import check_before_solving
from compplan.diagnostics.model import Problems
from tests.support.territory_project import SCENARIO, write_territories


def test_the_problem_has_the_scenarios_rules_bands_and_costs(tmp_path: Path) -> None:
    found = read_problem(read_scenario(write_territories(tmp_path)))
    problem = found.problem
    assert problem.shape == (24, 3)
    assert list(problem.reps) == ["ana", "ben", "cy"]
    assert [bool(e) for e in problem.eligible[3]] == [True, False, True]  # Spanish is not spoken by ben
    assert [bool(e) for e in problem.eligible[8]] == [False, False, True]  # a named account stays with its owner
    total = sum(100_000 + 3_700 * i for i in range(24))
    assert [int(v) for v in problem.least[0]] == [total * 8 // 25, total * 8 // 25, total * 4 // 25]
    assert [int(v) for v in problem.most[0]] == [total * 12 // 25, total * 12 // 25, total * 6 // 25]
    assert problem.cost[0, 0] == 140  # 14.0 km, once, at 0.1 each
    assert problem.moved[0].tolist() == [0, 1, 1]


def test_a_family_is_one_item(tmp_path: Path) -> None:
    found = read_problem(read_scenario(write_territories(tmp_path, SCENARIO + "family: parent\n")))
    assert len(found.problem.items) == 23
    assert found.member[4] == found.member[5]
    assert found.problem.measures[0].weight[found.member[4], 0] == 100_000 * 2 + 3_700 * 9
    assert found.problem.moved[found.member[4]].tolist() == [2, 1, 1]


def test_pairs_that_must_be_apart_and_moves_are_rules(tmp_path: Path) -> None:
    rules = "  rivals: {apart: rivals, of: [first, second]}\n  few: {moves_at_most: 4}\n"
    rules += '  seniors: {accounts: {account: [a00, a01]}, reps: {senior: "yes"}}\n'
    problem = read_problem(read_scenario(write_territories(tmp_path, SCENARIO + rules, rivals="a02,a01\n"))).problem
    assert problem.apart == ((1, 2),)
    assert problem.most_moves == 4
    assert problem.eligible[:2].tolist() == [[True, False, False]] * 2


WRONG = {
    "a column that is not there": ("sum: potential", "sum: potental", "Did you mean `potential`?"),
    "a kind that is not there": ("accounts: accounts", "accounts: acounts", "Did you mean `accounts`?"),
    "a setting that is not there": ("within: 20%", "withn: 20%", "Did you mean `within`?"),
    "no number": ("within: 20%", "within: some", "write a number"),
    "a measure without a band": (", within: 20%", "", "within: 5%"),
    "two bands": ("within: 20%", "within: 20%, at_most: 5", "said in two ways"),
    "a column of texts": ("times: visits", "times: language", "does not hold figures"),
    "half of a rule": (", among: languages", "", "Half of a rule"),
    "a rule that wants nothing": ("{column: language, among: languages}", "{}", "does not say what it wants"),
    "a reference to something else": ("owner: owner", "owner: language", "does not hold references to people"),
    "a scenario of leads": ("accounts: accounts", "leads: accounts", "compplan assign leads"),
    "no owner": ("owner: owner\n", "", "Who has an account today is not said"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_told_at_its_line(mistake: str, tmp_path: Path) -> None:
    old, new, said = WRONG[mistake]
    assert SCENARIO.count(old) == 1
    file = write_territories(tmp_path, SCENARIO.replace(old, new))
    with pytest.raises(Problems) as told:
        read_scenario(file)
    text = " ".join(f"{d.title} {d.message} {d.hint}" for d in told.value.diagnostics)
    assert said in text
    assert all(d.span is not None and d.line_text for d in told.value.diagnostics)


def test_an_account_that_nobody_may_have_is_named(tmp_path: Path) -> None:
    file = write_territories(tmp_path)
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(accounts.read_text().replace("a10,40.0,-100.4,1370.00,3,es", "a10,40.0,-100.4,1370.00,3,fr"))
    with pytest.raises(Problems) as told:
        check_before_solving(read_problem(read_scenario(file)))
    assert "a10" in told.value.diagnostics[0].message
    assert "language" in told.value.diagnostics[0].message


def test_an_account_without_a_place_is_named(tmp_path: Path) -> None:
    file = write_territories(tmp_path)
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(accounts.read_text().replace("a10,40.0,", "a10,,"))
    with pytest.raises(Problems) as told:
        read_problem(read_scenario(file))
    assert "a10" in told.value.diagnostics[0].message


def test_a_band_that_holds_nothing_is_told(tmp_path: Path) -> None:
    scenario = SCENARIO.replace("share_by: capacity, within: 20%", "at_least: 12, at_most: 4")
    with pytest.raises(Problems) as told:
        read_problem(read_scenario(write_territories(tmp_path, scenario)))
    assert "at least 12.00 and at most 4.00 of potential" in told.value.diagnostics[0].message


def test_visits_below_zero_are_refused(tmp_path: Path) -> None:
    file = write_territories(tmp_path)
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(accounts.read_text().replace("a10,40.0,-100.4,1370.00,3,", "a10,40.0,-100.4,1370.00,-3,"))
    with pytest.raises(Problems) as told:
        read_problem(read_scenario(file))
    assert "`visits` of account a10 is below zero" in told.value.diagnostics[0].message


def test_bad_rows_stop_it(tmp_path: Path) -> None:
    file = write_territories(tmp_path, rivals="a00,nobody\n")
    file.write_text(file.read_text() + "  rivals: {apart: rivals, of: [first, second]}\n")
    with pytest.raises(Problems) as told:
        read_problem(read_scenario(file))
    assert "“nobody” is no account" in told.value.diagnostics[0].message


def test_what_a_move_disrupts_is_exact_and_rounded_once(tmp_path: Path) -> None:
    travel = "  travel: {from: [latitude, longitude], to: [latitude, longitude], times: visits, each_km: 0.1}\n"
    scenario = SCENARIO.replace(travel, "").replace("{each: 5}", "{each: 0.125, times: visits}")
    problem = read_problem(read_scenario(write_territories(tmp_path, scenario))).problem
    assert problem.cost[:3].tolist() == [[0, 13, 13], [25, 0, 25], [38, 38, 0]]  # 0.125, 0.25 and 0.375 where another has it


def test_the_price_of_a_band_counts_to_the_last_digit(tmp_path: Path) -> None:
    scenario = SCENARIO.replace("within: 20%}", "within: 20%, price: 0.015}")
    problem = read_problem(read_scenario(write_territories(tmp_path, scenario))).problem
    assert problem.measures[0].price is not None
    assert problem.measures[0].price.tolist() == [15, 15, 15]  # a cent outside costs 0.00015
    assert problem.cost_decimals == 5
    assert problem.cost[0, 0] == 140_033  # 14.0033 km, once, at 0.1 each


def test_a_price_that_is_too_fine_is_told(tmp_path: Path) -> None:
    scenario = SCENARIO.replace("within: 20%}", "within: 20%, price: 0.00001}")
    with pytest.raises(Problems) as told:
        read_problem(read_scenario(write_territories(tmp_path, scenario)))
    assert told.value.diagnostics[0].code == "price"
