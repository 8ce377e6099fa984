"""Who takes part: leavers go, new hires come, and dated records are read as they are on the scenario's day."""

from __future__ import annotations

from pathlib import Path

import pytest

from compplan.assignment.problem import standing
from compplan.assignment.scenario.check import read_scenario
from compplan.assignment.scenario.read_problem import Territories, read_problem
from compplan.assignment.solver.solve import Limits, solve
from compplan.diagnostics.model import Problems
from tests.support.territory_project import PROJECT, SCENARIO, write_territories

HIRE = 'new_hires:\n  dee: {columns: {latitude: 40.3, longitude: -100.3, capacity: 0.50, languages: "en;es", senior: "no"}}\n'


def _read(folder: Path, scenario: str) -> Territories:
    return read_problem(read_scenario(write_territories(folder, scenario)))


def test_a_leaver_has_nothing_afterwards_and_nobody_is_blamed_for_it(tmp_path: Path) -> None:
    found = _read(tmp_path, SCENARIO + "leavers: [ben]\n")
    assert list(found.problem.reps) == ["ana", "cy"]
    bens = [i for i, before in enumerate(found.before) if before == "ben"]
    assert len(bens) == 7
    assert all(found.owner[i] == -1 for i in bens)
    assert found.problem.moved[found.member[bens]].sum() == 0


def test_a_new_hire_takes_its_share(tmp_path: Path) -> None:
    found = _read(tmp_path, SCENARIO + HIRE)
    assert list(found.problem.reps) == ["ana", "ben", "cy", "dee"]
    assert found.problem.least[0, 3] == found.problem.least[0, 2]  # as large as cy
    assigned = solve(found.problem, Limits(None, rounds=3)).assigned
    assert not standing(found.problem, assigned).broken
    assert (assigned == 3).any()


def test_rows_that_hold_on_the_scenarios_day_count(tmp_path: Path) -> None:
    project = PROJECT.replace("    key: person\n", "    key: person\n    valid: {from: since, through: until}\n")
    project = project.replace("columns: {person: text,", "columns: {person: text, since: date, until: {type: date, optional: true},")
    scenario = write_territories(tmp_path, SCENARIO + "day: 2027-07-01\n")
    (tmp_path / "compplan.yaml").write_text(project)
    (tmp_path / "people.csv").write_text(
        "person,since,until,latitude,longitude,capacity,languages,senior\n"
        "ana,2027-01-01,2027-06-30,40.1,-100.1,1.00,en,yes\nana,2027-07-01,,40.1,-100.1,0.25,en;es,yes\n"
        "ben,2027-01-01,2027-06-30,40.4,-100.4,1.00,en,no\ncy,2027-01-01,,40.2,-100.5,0.50,en;es,no\n"
    )
    problem = read_problem(read_scenario(scenario)).problem
    assert list(problem.reps) == ["ana", "cy"]
    assert problem.least[0, 1] in (2 * problem.least[0, 0], 2 * problem.least[0, 0] - 1)
    scenario.write_text(SCENARIO.lstrip())
    with pytest.raises(Problems) as told:
        read_scenario(scenario)
    assert "day: 2027-01-01" in str(told.value.diagnostics[0].hint)


def test_half_of_a_bands_width(tmp_path: Path) -> None:
    whole = _read(tmp_path / "one", SCENARIO).problem
    half = _read(tmp_path / "two", SCENARIO.replace("within: 20%", "within: 20%, width: 50%")).problem
    tenth = _read(tmp_path / "three", SCENARIO.replace("within: 20%", "within: 10%")).problem
    assert half.least.tolist() == tenth.least.tolist() != whole.least.tolist()
    assert half.most.tolist() == tenth.most.tolist()


LIMITED = SCENARIO.replace("share_by: capacity, within: 20%", "limits: {records: bands, rep: rep, at_most: high}")

WRONG = {
    "a leaver who is nobody": (SCENARIO + "leavers: bem\n", "Did you mean ben?"),
    "a new hire who is there": (SCENARIO + HIRE.replace("dee", "ana"), "The records have ana."),
    "a new hire without a capacity": (SCENARIO + HIRE.replace("capacity: 0.50, ", ""), "balance of potential asks for"),
    "a new hire without languages": (SCENARIO + HIRE.replace('languages: "en;es", ', ""), "rule language asks for"),
    "a column that is not there": (SCENARIO + HIRE.replace("senior", "seniro"), "Did you mean `senior`?"),
    "a figure that is none": (SCENARIO + HIRE.replace("0.50", "half"), "“half” cannot stand in `capacity`"),
    "a name twice": (SCENARIO + HIRE.replace("{latitude", "{person: dee, latitude"), "stands before `columns` already"),
    "a new hire without limits": (LIMITED + HIRE, "bands cannot list dee"),
    "limits that nothing asks for": (SCENARIO + HIRE.rstrip("}\n") + "}, limits: {potential: {at_most: 5}}}\n", "needs none of its own"),
    "a rep without limits": (LIMITED, "bands has no row for cy"),
    "a day that is none": (SCENARIO + "day: tomorrow\n", "`day` cannot be “tomorrow”"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_told_at_its_line(mistake: str, tmp_path: Path) -> None:
    scenario, said = WRONG[mistake]
    file = write_territories(tmp_path, scenario)
    bands = "  bands:\n    source: bands.csv\n    key: rep\n    columns: {rep: people, high: money}\n"
    (tmp_path / "compplan.yaml").write_text(PROJECT + bands)
    (tmp_path / "bands.csv").write_text("rep,high\nana,15000.00\nben,15000.00\n")
    with pytest.raises(Problems) as told:
        read_problem(read_scenario(file))
    text = " ".join(f"{d.title} {d.message} {d.hint}" for d in told.value.diagnostics)
    assert said in text
    assert all(d.span is not None and d.line_text for d in told.value.diagnostics)


def test_a_new_hire_has_limits_of_its_own(tmp_path: Path) -> None:
    hire = HIRE.rstrip("}\n") + "}, limits: {potential: {at_least: 10, at_most: 20.5}}}\n"
    file = write_territories(tmp_path, LIMITED + hire)
    bands = "  bands:\n    source: bands.csv\n    key: rep\n    columns: {rep: people, high: money}\n"
    (tmp_path / "compplan.yaml").write_text(PROJECT + bands)
    (tmp_path / "bands.csv").write_text("rep,high\nana,15000.00\nben,15000.00\ncy,15000.00\n")
    problem = read_problem(read_scenario(file)).problem
    assert (problem.least[0, 3], problem.most[0, 3]) == (1000, 2050)
