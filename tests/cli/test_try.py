"""`compplan try`: scenarios from flags and files, and what is said of mistakes in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.support.scenario_project import write_scenario_project

PLANS = Path(__file__).resolve().parents[2] / "plans"
TRY = ("--project", str(PLANS), "--period", "2027-02")


@pytest.fixture
def small(tmp_path: Path) -> tuple[str, ...]:
    """The words that name a small project and a period."""
    return ("--project", str(write_scenario_project(tmp_path / "small")), "--period", "2027-Q1")


def test_one_flag_tries_another_rate(compplan: Call, small: tuple[str, ...]) -> None:
    said = compplan("try", "--set", "ae.own from 100%: 1.6x", *small, "--by", "region")
    assert said.code == 0
    assert "Own: from 100% it is 1.6x, was 1.5x. (ae)" in said.out
    assert "By region" in said.out
    assert "By role" not in said.out


def test_a_file_is_told_in_one_table_and_one_of_it_in_full(compplan: Call, small: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    text = 'scenarios:\n  one: {changes: {ae.own: {from 0%: 0.6x}}}\n  two: {label: Half, quotas: {arr: "50%"}}\n'
    file.write_text(text)
    said = compplan("try", str(file), *small)
    assert said.code == 0
    assert "two: Half\n  quota arr: it is 50% of what it was." in said.out
    assert [line.split()[0] for line in said.out.splitlines()[-3:]] == ["as", "one", "two"]
    alone = compplan("try", str(file), "--only", "two", *small)
    assert "Who gets more" in alone.out
    told = json.loads(compplan("try", str(file), *small, "--format", "json").out)
    assert [one["scenario"] for one in told["scenarios"]] == ["one", "two"]
    assert file.read_text() == text


WRONG = {
    "accelerator=1.6x": (1, "There is no parameter accelerator"),
    "acount_executive.own from 100%: 1.6x": (1, "Did you mean account_executive.own?"),
    "account_executive.own from 110%: 1.6x": (28, "own of account_executive has no row from 110%."),
    "account_executive.own from 100%: -1.6x": (34, "cannot be below zero"),
    "account_executive.own from 100%: 250 USD": (34, "The values of tiers are of one unit"),
    "account_executive.own from 100%: 1.4x becomes 1.6x": (23, "no row that says this"),
    "account_executive.own pay 80% of target_incentive per quarter": (23, "add up to 105%"),
    "account_executive.own from 100% 1.6x": (33, "with a colon before its value"),
    "account_executive.own=1.6x": (1, "Say what of the component"),
    "account_executive from 100%: 1.6x": (19, "it is not said in which of its components"),
    "arr=110%": (1, 'write --set "quota arr=110%"'),
    "team from 100%: 2x": (1, "Say which: account_executive.team, manager.team."),
    "quota tam_arr=110%": (7, "Did you mean team_arr?"),
    "quota retention=90%": (7, "The measure retention has no quota."),
    "quota arr=250,000 USD": (11, "is not written out in the plan"),
    "from 100%: 1.6x": (1, "It is not said of what this is"),
    "account_executive.own fro 100%: 1.6x": (23, "cannot be read from “fro” on"),
    "account_executive.own from 100%: 1.6x } remove cap": (1, ""),
}


@pytest.mark.parametrize("flag", WRONG)
def test_a_mistake_is_shown_in_the_flag(compplan: Call, flag: str) -> None:
    column, words = WRONG[flag]
    said = compplan("try", "--set", flag, *TRY)
    assert said.code == 1
    assert words in said.err
    assert f"--> --set:1:{column}" in said.err or words == ""
    assert f" 1 | {flag}" in said.err


FILE = """\
scenarios:
  everything wrong:
    parameters: {base_rate: 6%}
    changes:
      account_executive.ow: {from 100%: 1.6x}
      account_executive.own:
        from 100%: 250 USD
    people:
      ana.ruis: {role: AE}
      ana.ruiz: {rolle: AE, target_incentive: much}
    leavers: {ana.ruiz: 2027-02-01}
    records:
      deal: {leave_out: yes}
      deals:
        - where: {product: Gard}
          times: {acv: 110%}
        - where: {owner.regio: West}
          times: {stage: 110%, acv: -5%}
        - where: {close_date: from then}
          set: {acv: 1.234}
        - {}
"""
PLACES = {
    "3:18": "There is no parameter base_rate",
    "5:7": "The plan account_executive has no component ow.",
    "9:7": "Did you mean ana.ruiz?",
    "10:18": "Did you mean `role`?",
    "10:47": "“much” is not an amount written as 1250.50",
    "11:15": "nobody can leave on a day",
    "13:7": "Did you mean `deals`?",
    "15:28": "Did you mean Guard?",
    "17:19": "`regio` is not a column of people.",
    "18:19": "`stage` of deals holds no figures",
    "18:37": "`acv` cannot be multiplied by “-5%”.",
    "19:31": "is not a date written as 2027-01-31",
    "20:22": "more than 2 digits after the point",
    "21:11": "It is not said what becomes of the rows.",
}


def test_all_mistakes_of_a_file_are_shown_in_one_go(compplan: Call, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(FILE)
    said = compplan("try", str(file), *TRY)
    assert said.code == 1
    for place, words in PLACES.items():
        told = said.err.split(f"--> {file}:{place}\n")
        assert len(told) == 2, place
        assert words in " ".join(told[1].split("-->")[0].split()), place
    assert said.err.rstrip().endswith(f"{len(PLACES) + 1} errors")


def test_nothing_to_try_is_told(compplan: Call) -> None:
    assert compplan("try", "--period", "2027-Q1").code == 2


def test_a_scenario_that_is_not_there(compplan: Call, tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text("scenarios: {faster: {}}\n")
    said = compplan("try", str(file), "--only", "fester", *TRY)
    assert said.code == 1
    assert "Did you mean faster?" in said.err


def test_a_page_is_written_where_it_is_asked_for(compplan: Call, tmp_path: Path) -> None:
    said = compplan("try", str(PLANS / "what-if.yaml"), "--only", "faster,reorganised", "--period", "2027-02", "--html", "tried.html")
    assert said.code == 0
    assert "Written: tried.html" in said.err
    assert "More for what lies beyond quota" in (tmp_path / "tried.html").read_text(encoding="utf-8")
    assert compplan("try", str(PLANS / "what-if.yaml"), "--period", "2027-02", "--html", "tried").code == 2
