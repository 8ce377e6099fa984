"""Choices between balance, moves and ways: each is a scenario of its own, gives up what it says, and can be verified."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from compplan.assignment.problem import standing
from compplan.assignment.scenario.check import read_scenario
from compplan.assignment.scenario.read_problem import Territories, read_problem
from compplan.assignment.solver.solve import Limits
from compplan.assignment.territories.certificate import verify
from compplan.assignment.territories.choices import beaten_by
from compplan.assignment.territories.compare import compare
from compplan.assignment.territories.make_choice import Made, make_choices
from compplan.assignment.territories.result_folder import read_result
from compplan.assignment.territories.sides import Side, side_of
from tests.support.territory_project import SCENARIO, write_territories

NORTH = SCENARIO + "  few: {moves_at_most: 6}\n"


@pytest.fixture(scope="module")
def north(tmp_path_factory: pytest.TempPathFactory) -> tuple[Territories, dict[str, Made], Path]:
    folder = tmp_path_factory.mktemp("north")
    scenario = read_scenario(write_territories(folder, NORTH))
    territories = read_problem(scenario)
    place = folder / "choices"
    place.mkdir()
    made = {m.choice.name: m for m in make_choices(scenario, territories, place, Limits(None, rounds=3))}
    return territories, made, place


def _sides(made: dict[str, Made]) -> dict[str, Side]:
    return {name: m.side for name, m in made.items() if m.side is not None}


def test_there_are_five_to_nine_choices_each_with_a_proof(north: tuple[Territories, dict[str, Made], Path]) -> None:
    _, made, place = north
    assert 5 <= len(_sides(made)) <= 9
    for name in _sides(made):
        territories = read_problem(read_scenario(place / f"{made[name].choice.file_name}.yaml"))
        assigned, certificate = read_result(place / made[name].choice.file_name, territories)
        assert verify(territories.problem, assigned, certificate).wrong == ()


def test_each_gives_up_one_thing_for_another(north: tuple[Territories, dict[str, Made], Path]) -> None:
    sides = _sides(north[1])
    asked = sides["as asked"]
    assert sides["fewer moves"].moves <= asked.moves // 2
    assert sides["fewest moves"].moves <= sides["fewer moves"].moves
    assert sides["shortest ways"].ways <= asked.ways
    assert sides["wider balance"].cost <= asked.cost
    if "tighter balance" in sides:
        assert (sides["tighter balance"].uneven[0] or 0) <= 100
        assert asked.cost <= sides["tighter balance"].cost


def test_a_choice_that_cannot_be_met_says_why(tmp_path: Path) -> None:
    scenario = read_scenario(write_territories(tmp_path, SCENARIO.replace("within: 20%", "within: 20%, width: 2%")))
    territories = read_problem(scenario)
    (tmp_path / "choices").mkdir()
    made = {m.choice.name: m for m in make_choices(scenario, territories, tmp_path / "choices", Limits(None, rounds=2))}
    left_out = [m for m in made.values() if m.side is None]
    assert left_out
    assert all(m.why_not for m in left_out)


def test_a_side_is_what_counting_gives(north: tuple[Territories, dict[str, Made], Path]) -> None:
    territories, made, _ = north
    for side in _sides(made).values():
        assert side.cost == standing(territories.problem, side.assigned).total
        now = [territories.problem.reps[j] for j in side.assigned[territories.member].tolist()]
        assert side.moves == sum(1 for a, b in zip(territories.before, now, strict=True) if a != b)
        assert side.disruption == 500 * side.moves
        assert side.ways == side.cost - side.disruption


def test_a_choice_that_is_beaten_names_what_beats_it() -> None:
    nothing = np.zeros(0, np.int64)
    good, bad = (Side(name, nothing, cost, 0, moves, (50,), nothing, True) for name, cost, moves in (("good", 10, 2), ("bad", 11, 2)))
    other = Side("other", nothing, 5, 0, 3, (50,), nothing, True)
    assert beaten_by(bad, [good, other]) == "good"
    assert beaten_by(good, [bad, other]) is None
    assert beaten_by(good, [good]) is None


def test_two_assignments_beside_each_other(north: tuple[Territories, dict[str, Made], Path]) -> None:
    territories, made, _ = north
    first, second = _sides(made)["as asked"], _sides(made)["shortest ways"]
    found = compare(territories, first, second)
    assert sum(a.dearer for a in found.accounts) == second.cost - first.cost
    assert {a.account for a in found.accounts} == {
        a for a, i in zip(territories.accounts, territories.member.tolist(), strict=True) if first.assigned[i] != second.assigned[i]
    }
    assert sum(r.only_first for r in found.reps) == sum(r.only_second for r in found.reps) == len(found.accounts)
    assert compare(territories, first, side_of(territories, "again", first.assigned)).accounts == ()
