"""The page of a report: all of the assignment, readable without its script, and nothing in it that records could have smuggled in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compplan.reports.territories.figures import Figures
from compplan.reports.territories.page import page_of
from compplan.reports.territories.territory_map import map_of
from tests.reports.territories import TRAVEL, all_moved, figures, figures_from, with_names
from tests.support.html import asks_nobody, read, runs_its_own_script_alone
from tests.support.territory_project import SCENARIO, write_territories

NASTY = '</script><script>alert(1)</script> "O\'Neil" & <b onmouseover=x>שלום</b> {{ 7*7 }} \u2028'


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found is not None
    value: dict[str, Any] = json.loads(found.group(1))
    return value


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return figures(tmp_path_factory.mktemp("north"))


@pytest.fixture(scope="module")
def page(found: Figures) -> str:
    return page_of(found, "north-assigned", "territories.xlsx")


def test_the_page_has_every_rep_and_every_move(found: Figures, page: str) -> None:
    rows = read(page).rows
    assert [r[0] for r in rows["rep-table"][1:]] == list(found.reps)
    moves = {r[0]: (r[1], r[2]) for r in rows["move-table"][1:]}
    wanted = {found.accounts[i]: (found.name_before(i), found.rep_name(int(found.after[i]))) for i in np.nonzero(found.moved)[0].tolist()}
    assert moves == wanted


def test_the_page_has_every_account_for_its_script(found: Figures, page: str) -> None:
    data = data_of(page)
    accounts = data["accounts"]
    assert accounts["id"] == list(found.accounts)
    assert accounts["after"] == found.after.tolist()
    assert sum(accounts["cost"]) == int(found.cost_after.sum())
    assert [sum(figure) for figure in accounts["figures"]] == [int(m.after.sum()) for m in found.measures]
    assert len(data["about"]) == len(found.reps)


def test_each_account_is_a_point_of_its_rep_before_and_after(found: Figures) -> None:
    drawn = map_of(found)
    assert drawn is not None
    for territories, owners in ((drawn.after, found.after), (drawn.before, found.before)):
        counted = {t.rep: sum(d.path.count("M") for d in t.dots) for t in territories}
        assert counted == {j: int((owners == j).sum()) for j in range(3)}
    inside = (drawn.points >= 0) & (drawn.points <= (drawn.frame.width, drawn.frame.height))
    assert inside.all()
    assert [h.label for h in drawn.homes] == list(found.reps)


def test_the_same_figures_give_the_same_page(found: Figures, page: str) -> None:
    assert page_of(found, "north-assigned", "territories.xlsx") == page


def test_the_page_asks_for_nothing_from_anywhere(page: str) -> None:
    assert asks_nobody(page)
    assert "url(" not in page


def test_only_the_pages_own_script_may_run(page: str) -> None:
    assert runs_its_own_script_alone(page)


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("nasty")
    file = write_territories(folder, SCENARIO.replace("North 2027", "'<img src=x onerror=alert(2)> 2027'"))
    with_names(folder, NASTY, "x" * 400 + NASTY)
    accounts = folder / "accounts.csv"
    accounts.write_text(accounts.read_text(encoding="utf-8").replace("a00,", '"=HYPERLINK(""http://e.vil"")<i>",'), encoding="utf-8")
    return page_of(figures_from(file), "north-<assigned>", "territories.xlsx")


def test_names_from_records_stay_text(nasty: str, page: str) -> None:
    reader, plain = read(nasty), read(page)
    kinds = {tag for tag, _ in plain.tags} | {"small"}
    assert {tag for tag, _ in reader.tags} <= kinds
    assert sum(tag == "script" for tag, _ in reader.tags) == 2
    assert all(not name.startswith("on") for _, attributes in reader.tags for name in attributes)
    text = "".join(reader.text)
    assert "<img src=x onerror=alert(2)> 2027" in text
    assert NASTY.strip("\u2028") in text
    assert "{{ 7*7 }}" in text
    data = data_of(nasty)
    assert data["accounts"]["name"][0] == NASTY
    assert data["reps"][0] == "x" * 400 + NASTY


def test_a_long_name_is_cut_on_the_map_alone(nasty: str) -> None:
    labels = re.findall(r'<text x="-?\d+" y="-?\d+"[^>]*>([^<]*)</text>', nasty)
    assert labels[0] == "x" * 19 + "…"


def test_without_places_there_is_no_map_and_the_page_says_so(tmp_path: Path) -> None:
    file = write_territories(tmp_path, SCENARIO.replace(TRAVEL, ""))
    for name in ("compplan.yaml", "accounts.csv", "people.csv"):
        (tmp_path / name).write_text((tmp_path / name).read_text().replace("latitude", "north"))
    page = page_of(figures_from(file), "north-assigned", "territories.xlsx")
    assert "There is no map" in page
    assert 'id="picture"' not in page
    assert data_of(page)["accounts"]["x"] is None
    assert len(read(page).rows["rep-table"]) == 4


def test_accounts_and_reps_without_a_place_are_left_out_of_the_map_alone(tmp_path: Path) -> None:
    file = write_territories(tmp_path, SCENARIO.replace(TRAVEL, ""))
    accounts, project = tmp_path / "accounts.csv", tmp_path / "compplan.yaml"
    accounts.write_text(accounts.read_text().replace("a10,40.0,", "a10,,"))
    people = tmp_path / "people.csv"
    people.write_text(people.read_text().replace("ben,40.4,", "ben,,"))
    project.write_text(
        project.read_text().replace("latitude: {type: number, decimals: 3}", "latitude: {type: number, decimals: 3, optional: true}")
    )
    found = figures_from(file)
    drawn = map_of(found)
    assert drawn is not None
    assert drawn.not_shown == 1
    assert [h.label for h in drawn.homes] == ["ana", "cy"]
    page = page_of(found, "north-assigned", "territories.xlsx")
    assert "1 without a place are not on the map" in page
    assert data_of(page)["accounts"]["x"][10] is None


def test_broken_rules_are_told_first(tmp_path: Path) -> None:
    found = figures_from(write_territories(tmp_path, SCENARIO.replace("within: 20%", "within: 0%"), accounts=6))
    assert found.is_broken
    page = page_of(found, "north-assigned", "territories.xlsx")
    assert "Rules or bands are broken." in page
    assert "Could be saved at most" not in page


def test_of_many_moves_the_first_are_shown_and_the_rest_is_said_to_be_in_the_workbook(tmp_path: Path) -> None:
    found = all_moved(tmp_path, 130)
    page = page_of(found, "north-assigned", "territories.xlsx")
    rows = read(page).rows["move-table"][1:]
    shown = [float(r[-1].replace(",", "")) for r in rows]
    assert len(rows) == 50
    assert shown == sorted(shown, reverse=True)
    assert "50 of 130 accounts." in page
    assert "The other 80 are in the workbook beside this page." in page
    assert len(data_of(page)["accounts"]["id"]) == 130
