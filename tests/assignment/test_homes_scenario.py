"""A scenario in which some reps have no home: places are read, chosen, written, and proven again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from compplan.assignment.problem import standing
from compplan.assignment.scenario.check import read_scenario
from compplan.assignment.scenario.read_problem import Territories, read_problem
from compplan.assignment.solver.solve import Limits
from compplan.assignment.territories.assign import assign
from compplan.assignment.territories.certificate import verify
from compplan.assignment.territories.homes_proof import homes_lines, homes_wrong
from compplan.assignment.territories.result_folder import read_homes, read_result, write_result
from compplan.assignment.territories.summary import as_json, summary_lines
from compplan.diagnostics.model import Problems
from tests.support.territory_project import PROJECT, SCENARIO, write_territories

TOWNS = """  towns:
    source: towns.csv
    key: town
    columns: {town: text, lat: {type: number, decimals: 3}, lon: {type: number, decimals: 3}, label: text}
"""
IN_TOWNS = SCENARIO.replace("each_km: 0.1}", "each_km: 0.1, homes: {records: towns, at: [lat, lon]}}")


def _write(folder: Path, scenario: str = SCENARIO, *, towns: int = 4, lost: str = "ben") -> Path:
    """The small territories, with reps who have lost their place, and towns in a row."""
    file = write_territories(folder, scenario)
    project = PROJECT.replace("people:\n    source: people.csv", "people:\n    source: people.csv").replace(
        "columns: {person: text, latitude: {type: number, decimals: 3}, longitude: {type: number, decimals: 3}",
        "columns: {person: text, latitude: {type: number, decimals: 3, optional: true}, "
        "longitude: {type: number, decimals: 3, optional: true}",
    )
    (folder / "compplan.yaml").write_text(project + TOWNS)
    rows = [f"t{i},{40 + i / 10:.1f},{-100 - i / 10:.1f},Town {i}" for i in range(towns)]
    (folder / "towns.csv").write_text("\n".join(["town,lat,lon,label", *rows]) + "\n")
    people = (folder / "people.csv").read_text().splitlines()
    for number, line in enumerate(people):
        cells = line.split(",")
        if cells[0] in lost.split():
            people[number] = ",".join([cells[0], "", "", *cells[3:]])
    (folder / "people.csv").write_text("\n".join(people) + "\n")
    return file


def _assigned(file: Path) -> tuple[Territories, Path]:
    territories, solution = assign(read_problem(read_scenario(file)), Limits(None, rounds=3), lambda _: None, lambda: False)
    assert not standing(territories.problem, solution.assigned).broken
    write_result(file.parent / "out", territories, solution)
    lines = list(summary_lines(territories, solution))
    assert any(line.startswith("ben gets a home at ") for line in lines)
    assert as_json(territories, solution)["gap_over_places"] >= 0
    return territories, file.parent / "out"


def _wrong(file: Path, folder: Path) -> list[str]:
    territories = read_homes(folder, read_problem(read_scenario(file)))
    assigned, claimed = read_result(folder, territories)
    return [*verify(territories.problem, assigned, claimed).wrong, *homes_wrong(territories, assigned)]


def test_a_home_is_chosen_among_the_places_of_accounts(tmp_path: Path) -> None:
    file = _write(tmp_path)
    before = read_problem(read_scenario(file))
    assert before.unplaced is not None
    assert before.unplaced.homes.reps == (1,)
    assert (before.problem.cost[:, 1] <= 500).all()  # nothing but the disruption yet
    territories, folder = _assigned(file)
    assert territories.chosen is not None
    rows = {row["rep"]: row for row in csv.DictReader((folder / "reps.csv").open())}
    place = before.unplaced.homes.at[int(territories.chosen.places[0])]
    assert (rows["ben"]["home_latitude"], rows["ben"]["home_longitude"]) == place
    assert rows["ben"]["home"] in territories.accounts
    assert rows["ana"]["home"] == ""
    assert territories.facts.places is not None
    assert territories.facts.places.reps[1].tolist() == [float(p) for p in place]
    assert _wrong(file, folder) == []


def test_a_chosen_home_costs_no_more_than_the_one_that_was_lost(tmp_path: Path) -> None:
    known = _write(tmp_path / "known", IN_TOWNS, lost="")
    (tmp_path / "known" / "people.csv").write_text((tmp_path / "known" / "people.csv").read_text().replace("40.4,-100.4", "40.1,-100.1"))
    territories, solution = assign(read_problem(read_scenario(known)), Limits(None, rounds=3), lambda _: None, lambda: False)
    with_home = standing(territories.problem, solution.assigned).total
    territories, solution = assign(
        read_problem(read_scenario(_write(tmp_path / "lost", IN_TOWNS))), Limits(None, rounds=3), lambda _: None, lambda: False
    )
    assert standing(territories.problem, solution.assigned).total <= with_home


def test_a_home_is_chosen_among_towns_and_told(tmp_path: Path) -> None:
    file = _write(tmp_path, IN_TOWNS)
    territories, folder = _assigned(file)
    assert territories.unplaced is not None
    assert territories.unplaced.homes.places == ("t3", "t2", "t1", "t0")[::-1]
    rows = {row["rep"]: row for row in csv.DictReader((folder / "reps.csv").open())}
    assert rows["ben"]["home"] in ("t0", "t1", "t2", "t3")
    again = read_homes(folder, read_problem(read_scenario(file)))
    assert next(homes_lines(again, read_result(folder, again)[0])).startswith(f"ben gets a home at {rows['ben']['home']}")


def test_another_place_is_refused(tmp_path: Path) -> None:
    file = _write(tmp_path, IN_TOWNS)
    _, folder = _assigned(file)
    reps = (folder / "reps.csv").read_text()
    had = next(row["home"] for row in csv.DictReader(reps.splitlines()) if row["rep"] == "ben")
    other = "t0" if had != "t0" else "t1"
    (folder / "reps.csv").write_text(reps.replace(f",{had},", f",{other},"))
    assert any("costs" in wrong for wrong in _wrong(file, folder))
    (folder / "reps.csv").write_text(reps.replace(f",{had},", ",nowhere,"))
    with pytest.raises(Problems, match="ben has no place"):
        _wrong(file, folder)


def test_a_raised_bound_is_refused(tmp_path: Path) -> None:
    file = _write(tmp_path, IN_TOWNS)
    _, folder = _assigned(file)
    proof = json.loads((folder / "homes.json").read_text())
    (folder / "homes.json").write_text(json.dumps({**proof, "bound_in_millionths": proof["bound_in_millionths"] + 1}))
    assert any("Over all places" in wrong for wrong in _wrong(file, folder))
    (folder / "homes.json").write_text(json.dumps({**proof, "prices": {}}))
    with pytest.raises(Problems, match="not as it was written"):
        _wrong(file, folder)


def test_two_reps_get_two_places(tmp_path: Path) -> None:
    file = _write(tmp_path, IN_TOWNS, towns=2, lost="ben cy")
    territories, _ = _assigned(file)
    assert territories.chosen is not None
    assert sorted(territories.chosen.places.tolist()) == [0, 1]


def test_too_few_places_are_told(tmp_path: Path) -> None:
    file = _write(tmp_path, IN_TOWNS, towns=1, lost="ben cy")
    with pytest.raises(Problems) as told:
        read_problem(read_scenario(file))
    problem = told.value.diagnostics[0]
    assert "2 reps have no home, and there are only 1 places" in problem.message
    assert problem.span is not None


def test_half_a_place_is_a_mistake(tmp_path: Path) -> None:
    file = _write(tmp_path)
    people = tmp_path / "people.csv"
    people.write_text(people.read_text().replace("ben,,", "ben,40.4,"))
    with pytest.raises(Problems) as told:
        read_problem(read_scenario(file))
    assert "Where rep ben is" in told.value.diagnostics[0].message
    assert "Where both are empty, a home is chosen" in str(told.value.diagnostics[0].hint)


WRONG = {
    "a kind that is not there": ("records: towns", "records: town", "Did you mean `towns`?"),
    "a column that is not there": ("at: [lat, lon]", "at: [lat, long]", "Did you mean `lon`?"),
    "a column of texts": ("at: [lat, lon]", "at: [lat, label]", "does not hold figures"),
    "one column": ("at: [lat, lon]", "at: [lat]", "at"),
    "a setting that is not there": ("homes: {records", "home: {records", "Did you mean `homes`?"),
    "rows without a name": ("homes: {records: towns, at: [lat, lon]}", "homes: {records: rivals, at: [first, second]}", "One key column"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_told_at_its_line(mistake: str, tmp_path: Path) -> None:
    old, new, said = WRONG[mistake]
    assert IN_TOWNS.count(old) == 1
    with pytest.raises(Problems) as told:
        read_scenario(_write(tmp_path, IN_TOWNS.replace(old, new)))
    text = " ".join(f"{d.title} {d.message} {d.hint}" for d in told.value.diagnostics)
    assert said in text
    assert all(d.span is not None and d.line_text for d in told.value.diagnostics)
