"""Scenarios that cannot be met: what cannot hold together is named, and dropping any one of it makes the rest solvable."""

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

BAND = "  potential: {sum: potential, share_by: capacity, within: 20%}\n"
LANGUAGE = "  language: {column: language, among: languages}\n"
NAMED = '  named: {accounts: {named: "yes"}, stay: "yes"}\n'

KINDS: dict[str, tuple[str, set[str]]] = {
    "bands that leave too little room": ("potential: {sum: potential, at_most: 10000}", {"balance of potential"}),
    "bands that want more than there is": ("potential: {sum: potential, at_least: 20000}", {"balance of potential"}),
    "too many accounts for each": ("count: {at_least: 9}", {"balance of count"}),
    "too few places": ("count: {at_most: 7}", {"balance of count"}),
    "two bands that pull apart": ("count: {at_least: 8, at_most: 8}\n  potential: {sum: potential, share_by: capacity, within: 5%}",
                                  {"balance of count", "balance of potential"}),
    "a rule and a band":
        ('potential: {sum: potential, within: 5%}\nRULE  west: {reps: {person: [ana, ben]}}', {"balance of potential", "rule west"}),
    "two rules": ('RULE  one: {reps: {person: ana}}\n  two: {reps: {person: ben}}', {"rule one", "rule two"}),
    "three rules":
        ('RULE  a: {reps: {person: [ana, ben]}}\n  b: {reps: {person: [ben, cy]}}\n'
         '  c: {reps: {person: [ana, cy]}}', {"rule a", "rule b", "rule c"}),
    "a rule that nobody meets": ("RULE  none: {reps: {languages: fr}}", {"rule none"}),
    "a language and a rule": ('RULE  bens: {reps: {person: ben}}', {"rule bens", "rule language"}),
    "staying and another rule": ('RULE  home: {stay: "yes"}\n  seniors: {reps: {senior: "yes"}}', {"rule home", "rule seniors"}),
    "staying and a band": ('count: {at_least: 8}\nRULE  home: {stay: "yes"}', {"balance of count", "rule home"}),
    "no moves and a band": ("count: {at_least: 8}\nRULE  still: {moves_at_most: 0}", {"balance of count", "rule still"}),
    "few moves and a band": ("potential: {sum: potential, share_by: capacity, within: 5%}\nRULE  still: {moves_at_most: 1}",
                             {"balance of potential", "rule still"}),
    "moves and a rule": ("RULE  still: {moves_at_most: 2}\n  seniors: {reps: {person: ana}}", {"rule still", "rule seniors"}),
    "four that are to be apart from each other": ("RULE  rivals: {apart: rivals, of: [first, second]}", {"rule rivals"}),
    "apart and a rule": ("RULE  rivals: {apart: rivals, of: [first, second]}\n  anas: {reps: {person: ana}}", {"rule anas", "rule rivals"}),
    "visits and potential": ("visits: {sum: visits, within: 1%}\n  potential: {sum: potential, share_by: capacity, within: 1%}",
                             {"balance of potential", "balance of visits"}),
    "a family and rules for its members": ("FAMILYRULE  one: {accounts: {account: a04}, reps: {person: ana}}\n"
                                           "  two: {accounts: {account: a05}, reps: {person: ben}}", {"rule one", "rule two"}),
    "nobody speaks it, whoever is large": ("RULE  large: {accounts: {account: a03}, reps: {person: ben}}", {"rule language", "rule large"}),
}  # fmt: skip
PAIRS = "a00,a01\na00,a02\na00,a06\na01,a02\na01,a06\na02,a06\n"


def _scenario(kind: str) -> str:
    """The small scenario with its band and its named accounts replaced by what the kind demands."""
    said, _ = KINDS[kind]
    bands, _, rules = said.partition("RULE")
    bands = bands.removeprefix("FAMILY").rstrip()
    text = SCENARIO.replace(BAND, f"  {bands}\n" if bands else "  count: {at_least: 0}\n")
    text = text.replace(NAMED, rules.removesuffix("\n  family") + "\n")
    return text + ("family: parent\n" if said.startswith("FAMILY") else "")


def _answer(territories: Territories) -> None:
    check_before_solving(territories)
    explain_contradiction(territories)


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_hold_together_is_named(kind: str, tmp_path: Path) -> None:
    _, expected = KINDS[kind]
    territories = read_problem(
        read_scenario(write_territories(tmp_path, _scenario(kind), rivals="a00,a01\n" if kind == "apart and a rule" else PAIRS))
    )
    conflict = cannot_hold_together(territories.open, territories.demands)
    assert {d.name for d in conflict} == expected
    for dropped in conflict:
        assert cannot_hold_together(territories.open, [d for d in conflict if d is not dropped]) == ()
    with pytest.raises(Problems) as told:
        _answer(territories)
    assert all(name in told.value.diagnostics[0].message for name in expected)


def test_an_account_that_is_too_large_is_named_before_anything_is_solved(tmp_path: Path) -> None:
    file = write_territories(tmp_path, SCENARIO.replace("within: 20%", "within: 5%"))
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(accounts.read_text().replace(",1000.00,", ",30000.00,"))
    with pytest.raises(Problems) as told:
        check_before_solving(read_problem(read_scenario(file)))
    message = told.value.diagnostics[0]
    assert "a00 alone has 30000.00 of potential" in message.message
    assert "times as far" in str(message.hint)


def test_two_accounts_of_a_family_that_are_to_be_apart(tmp_path: Path) -> None:
    rules = SCENARIO + "  rivals: {apart: rivals, of: [first, second]}\nfamily: parent\n"
    with pytest.raises(Problems) as told:
        check_before_solving(read_problem(read_scenario(write_territories(tmp_path, rules, rivals="a04,a05\n"))))
    assert "a04 + a05" in told.value.diagnostics[0].message


def test_what_can_be_met_contradicts_nothing(tmp_path: Path) -> None:
    territories = read_problem(read_scenario(write_territories(tmp_path)))
    check_before_solving(territories)
    assert cannot_hold_together(territories.open, territories.demands) == ()
    assert not standing(territories.problem, solve(territories.problem, Limits(None, rounds=3)).assigned).broken
