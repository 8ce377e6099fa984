"""Connected territories in a scenario: borders of accounts, of places and of families; mistakes and contradictions are told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from compplan.assignment.problem import standing
from compplan.assignment.scenario.check import read_scenario
from compplan.assignment.scenario.read_problem import Territories, read_problem
from compplan.assignment.solver.solve import Limits, solve
from compplan.assignment.territories.before_solving import check_before_solving, explain_contradiction
from compplan.assignment.territories.demands import cannot_hold_together
from compplan.diagnostics.model import Problems
from tests.support.territory_project import SCENARIO, write_territories

WHOLE = "  whole: {connected: borders, of: [first, second]}\n"
PLACES = "  whole: {connected: counties, of: [here, there], column: language}\n"
LINE = "".join(f"a{i:02d},a{i + 1:02d}\n" for i in range(23))
"""Accounts in a line: each borders on the next."""
FREE = SCENARIO.replace("  language: {column: language, among: languages}\n", "").replace(
    '  named: {accounts: {named: "yes"}, stay: "yes"}\n', ""
)


def _read(folder: Path, scenario: str, borders: str = LINE, counties: str = "") -> Territories:
    return read_problem(read_scenario(write_territories(folder, scenario, borders=borders, counties=counties)))


def test_accounts_border_as_their_rows_say(tmp_path: Path) -> None:
    borders = _read(tmp_path, FREE + WHOLE, "a02,a00\na00,a02\na01,a02\na03,a03\n").problem.borders
    assert borders is not None
    assert borders.pairs.tolist() == [[0, 2], [1, 2]]


def test_a_family_borders_on_what_its_accounts_border_on(tmp_path: Path) -> None:
    found = _read(tmp_path, FREE + WHOLE + "family: parent\n")
    assert found.problem.borders is not None
    family = int(found.member[4])
    assert set(found.problem.borders.neighbours[family]) == {int(found.member[3]), int(found.member[6])}


def test_accounts_border_where_their_places_do(tmp_path: Path) -> None:
    spanish = {i for i in range(24) if i % 7 == 3}
    for counties, linked in (("", False), ("en,es\nen,fr\n", True)):
        borders = _read(tmp_path, FREE + PLACES, counties=counties).problem.borders
        assert borders is not None
        assert set(borders.neighbours[3]) == (set(range(24)) if linked else spanish) - {3}


def test_territories_of_a_scenario_are_connected(tmp_path: Path) -> None:
    found = _read(tmp_path, FREE + WHOLE)
    check_before_solving(found)
    solution = solve(found.problem, Limits(None, rounds=3))
    assert not standing(found.problem, solution.assigned).broken
    assert sum(a != b for a, b in zip(solution.assigned, solution.assigned[1:], strict=False)) == 2


def _answer(territories: Territories) -> None:
    check_before_solving(territories)
    explain_contradiction(territories)


WRONG = {
    "half of a rule": ("  whole: {connected: borders}\n", "Half of a rule"),
    "a kind that is not there": ("  whole: {connected: border, of: [first, second]}\n", "Did you mean `borders`?"),
    "a column that is not there": ("  whole: {connected: borders, of: [first, secnd]}\n", "Did you mean `second`?"),
    "columns of places without the accounts' column": ("  whole: {connected: counties, of: [here, there]}\n", "references to accounts"),
    "columns of accounts where places are wanted": (
        "  whole: {connected: borders, of: [first, second], column: language}\n",
        "does not hold texts",
    ),
    "a place that is a figure": ("  whole: {connected: counties, of: [here, there], column: visits}\n", "does not hold texts"),
    "some accounts only": ('  whole: {connected: borders, of: [first, second], accounts: {named: "yes"}}\n', "about all accounts"),
    "two of them": (WHOLE + WHOLE.replace("whole", "again"), "Another rule says already"),
    "two wishes": ('  whole: {connected: borders, of: [first, second], stay: "yes"}\n', "several things: stay, connected"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_told_at_its_line(mistake: str, tmp_path: Path) -> None:
    rule, said = WRONG[mistake]
    with pytest.raises(Problems) as told:
        _read(tmp_path, SCENARIO + rule)
    text = " ".join(f"{d.title} {d.message} {d.hint}" for d in told.value.diagnostics)
    assert said in text
    assert all(d.span is not None and d.line_text for d in told.value.diagnostics)


KINDS: dict[str, tuple[str, str, set[str], str]] = {
    "accounts of one rep that lie apart": (
        '  ends: {accounts: {account: [a00, a23]}, reps: {person: ana}}\n  middle: {accounts: {account: a10}, reps: {person: ben}}\n',
        LINE,
        {"rule ends", "rule middle", "rule whole"},
        "a00 and a23 can be with ana only, and no way leads from one to the other",
    ),
    "staying and connection": ('  home: {stay: "yes"}\n', LINE, {"rule home", "rule whole"}, "and no way leads"),
    "more parts than reps": ("", "".join(f"a{i:02d},a{i + 1:02d}\n" for i in range(23) if i % 6 != 5), {"rule whole"}, "4 parts"),
    "a part that is too small": (
        "",
        "".join(f"a{i:02d},a{i + 1:02d}\n" for i in range(23) if i != 1),
        {"rule whole", "balance of potential"},
        "a00 and a01 border on no other account",
    ),
    "a band that no way of dividing a line meets": (
        "  anas: {accounts: {account: [a00, a14]}, reps: {person: ana}}\n",
        LINE,
        {"rule anas", "rule whole", "balance of potential"},
        "No assignment meets",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_hold_together_is_named(kind: str, tmp_path: Path) -> None:
    rules, borders, expected, why = KINDS[kind]
    territories = _read(tmp_path, FREE + rules + WHOLE, borders)
    conflict = cannot_hold_together(territories.open, territories.demands)
    assert {d.name for d in conflict} == expected
    for dropped in conflict:
        assert cannot_hold_together(territories.open, [d for d in conflict if d is not dropped]) == ()
    with pytest.raises(Problems) as told:
        _answer(territories)
    message = told.value.diagnostics[0].message
    assert all(name in message for name in expected)
    assert why in message


def test_an_account_without_a_border_is_named_before_anything_is_solved(tmp_path: Path) -> None:
    with pytest.raises(Problems) as told:
        check_before_solving(_read(tmp_path, FREE + WHOLE, LINE.replace("a00,a01\n", "")))
    assert told.value.diagnostics[0].code == "no-border"
    assert "a00 borders on no other account" in told.value.diagnostics[0].message


def test_an_account_without_a_border_may_be_all_that_somebody_has(tmp_path: Path) -> None:
    scenario = FREE.replace("{sum: potential, share_by: capacity, within: 20%}", "{sum: potential, at_most: 30000}")
    territories = _read(tmp_path, scenario + WHOLE, LINE.replace("a00,a01\n", ""))
    check_before_solving(territories)
    assigned = solve(territories.problem, Limits(None, rounds=3)).assigned
    assert not standing(territories.problem, assigned).broken
    assert (assigned == assigned[0]).sum() == 1
