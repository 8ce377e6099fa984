"""What is known of accounts and reps one by one; and files that others add to a result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from compplan.assignment.scenario.check import read_scenario
from compplan.assignment.scenario.read_problem import Territories, read_problem
from compplan.assignment.solver.solve import Limits, solve
from compplan.assignment.territories.result_folder import write_result
from compplan.diagnostics.model import Problems
from tests.support.territory_project import SCENARIO, write_territories

TRAVEL = "  travel: {from: [latitude, longitude], to: [latitude, longitude], times: visits, each_km: 0.1}\n"


def _read(folder: Path, scenario: str = SCENARIO) -> Territories:
    return read_problem(read_scenario(write_territories(folder, scenario)))


def _with_names(folder: Path) -> None:
    project = folder / "compplan.yaml"
    project.write_text(project.read_text().replace("{person: text,", "{person: text, name: {type: text, optional: true},"))
    people = folder / "people.csv"
    people.write_text(people.read_text().replace("person,", "person,name,").replace("ana,", "ana,Ana Ruiz,").replace("\nben,", "\nben,,"))
    people.write_text(people.read_text().replace("\ncy,", "\ncy,Cy,"))


def test_places_are_those_of_travel(tmp_path: Path) -> None:
    places = _read(tmp_path).facts.places
    assert places is not None
    assert places.reps.tolist() == [[40.1, -100.1], [40.4, -100.4], [40.2, -100.5]]
    assert places.accounts[7].tolist() == [40.2, -100.1]


def test_without_travel_places_are_columns_called_so_and_may_be_missing(tmp_path: Path) -> None:
    file = write_territories(tmp_path, SCENARIO.replace(TRAVEL, ""))
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(accounts.read_text().replace("a10,40.0,", "a10,,"))
    places = read_problem(read_scenario(file)).facts.places
    assert places is not None
    assert np.isnan(places.accounts[10]).all()
    assert int(np.isnan(places.accounts).any(axis=1).sum()) == 1


def test_records_without_places_have_none(tmp_path: Path) -> None:
    file = write_territories(tmp_path, SCENARIO.replace(TRAVEL, ""))
    for name in ("compplan.yaml", "accounts.csv"):
        (tmp_path / name).write_text((tmp_path / name).read_text().replace("latitude", "north"))
    people = tmp_path / "people.csv"
    people.write_text(people.read_text().replace("latitude", "north"))
    assert read_problem(read_scenario(file)).facts.places is None


def test_names_are_a_column_called_so_and_an_empty_one_is_the_key(tmp_path: Path) -> None:
    file = write_territories(tmp_path)
    _with_names(tmp_path)
    facts = read_problem(read_scenario(file)).facts
    assert facts.rep_names == ("Ana Ruiz", "ben", "Cy")
    assert facts.account_names is None


def test_accounts_of_a_family_keep_their_own_figures(tmp_path: Path) -> None:
    together, apart = _read(tmp_path / "together", SCENARIO + "family: parent\n"), _read(tmp_path / "apart")
    assert len(together.problem.items) == 23
    assert together.facts.cost.tolist() == apart.problem.cost.tolist()
    assert together.facts.weights[0][:, 0].tolist() == apart.problem.measures[0].weight[:, 0].tolist()
    assert together.facts.disruption.tolist() == [500] * 24


def test_files_of_others_are_there_with_the_result_or_nothing_is(tmp_path: Path) -> None:
    territories = _read(tmp_path)
    solution = solve(territories.problem, Limits(seconds=None, rounds=1))

    def page(folder: Path) -> tuple[str, ...]:
        (folder / "page.html").write_text("it")
        return ("page.html",)

    def fails(folder: Path) -> tuple[str, ...]:
        raise OSError(28, "No space left on device", str(folder))

    with pytest.raises(Problems, match="cannot be written"):
        write_result(tmp_path / "full", territories, solution, [page, fails])
    assert [p.name for p in tmp_path.iterdir() if "full" in p.name] == []
    assert write_result(tmp_path / "made", territories, solution, [page])[-1] == "page.html"
    assert (tmp_path / "made" / "page.html").read_text() == "it"
