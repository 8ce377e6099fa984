"""`compplan assign report` and the report in a result's folder: page and workbook, whole or not there, and never of something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.support.territory_project import write_territories

SOLVE = ("assign", "territories", "north.yaml", "--rounds", "5")


@pytest.fixture
def assigned(compplan: Call, tmp_path: Path) -> Path:
    write_territories(tmp_path)
    said = compplan(*SOLVE)
    assert said.code == 0
    assert "territories.html, territories.xlsx" in said.err
    return tmp_path / "north-assigned"


def test_the_report_lies_beside_the_assignment_and_says_how_to_verify_it(compplan: Call, assigned: Path) -> None:
    page = (assigned / "territories.html").read_text(encoding="utf-8")
    assert "compplan assign verify north.yaml north-assigned" in page
    assert (assigned / "territories.xlsx").read_bytes()[:2] == b"PK"
    assert compplan("assign", "verify", "north.yaml", "north-assigned").code == 0


def test_written_anew_it_has_the_same_bytes(compplan: Call, assigned: Path) -> None:
    said = compplan("assign", "report", "north.yaml", "north-assigned", "--out", "managers")
    assert (said.code, said.out) == (0, "Written: managers/territories.html\nWritten: managers/territories.xlsx\n")
    for name in ("territories.html", "territories.xlsx"):
        assert (assigned / name).read_bytes() == (Path("managers") / name).read_bytes()
    assert compplan("assign", "report", "north.yaml", "north-assigned").code == 0


def test_what_is_there_and_says_something_else_is_not_written_over(compplan: Call, assigned: Path) -> None:
    (assigned / "territories.html").write_text("notes of mine")
    said = compplan("assign", "report", "north.yaml", "north-assigned")
    assert said.code == 1
    assert "territories.html is there already, and holds something else" in said.all
    assert (assigned / "territories.html").read_text() == "notes of mine"


def test_a_report_of_other_records_is_refused(compplan: Call, assigned: Path) -> None:
    accounts = Path("accounts.csv")
    accounts.write_text(accounts.read_text().replace("1000.00", "1001.00"))
    said = compplan("assign", "report", "north.yaml", "north-assigned", "--out", "managers")
    assert said.code == 1
    assert "The records or the scenario are not those that north-assigned was made from" in said.all
    assert not Path("managers").exists()


def test_a_report_of_a_changed_assignment_is_refused(compplan: Call, assigned: Path) -> None:
    certificate = assigned / "certificate.json"
    proof = json.loads(certificate.read_text())
    certificate.write_text(json.dumps({**proof, "total": proof["total"] - 1}))
    said = compplan("assign", "report", "north.yaml", "north-assigned", "--out", "managers")
    assert said.code == 1
    assert "does not cost what its certificate says" in said.all


def test_a_folder_that_is_none_is_told(compplan: Call, assigned: Path) -> None:
    said = compplan("assign", "report", "north.yaml", "elsewhere")
    assert said.code == 1
    assert "elsewhere" in said.all
