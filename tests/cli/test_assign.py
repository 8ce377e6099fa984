"""`compplan assign`: territories from a scenario, and their proof worked out again."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.support.territory_project import SCENARIO, write_territories


def test_territories_are_assigned_proven_and_verified(compplan: Call, tmp_path: Path) -> None:
    file = write_territories(tmp_path / "north")
    said = compplan("assign", "territories", str(file), "--rounds", "5")
    assert said.code == 0
    assert "24 accounts, 3 reps" in said.out
    assert "Proven to be the best there is." in said.out
    folder = file.with_name("north-assigned")
    rows = list(csv.DictReader((folder / "assignment.csv").open()))
    assert len(rows) == 24
    assert rows[8] == {"account": "a08", "rep": "cy", "before": "cy", "changes_hands": "no"}
    for row in csv.DictReader((folder / "reps.csv").open()):
        assert float(row["potential_at_least"]) <= float(row["potential"]) <= float(row["potential_at_most"])
    assert compplan("assign", "verify", str(file), str(folder)).out.startswith("All rules are kept")


def test_the_same_seed_and_rounds_give_the_same_files(compplan: Call, tmp_path: Path) -> None:
    file = write_territories(tmp_path / "north")
    for out in ("one", "two"):
        assert compplan("assign", "territories", str(file), "--rounds", "3", "--seed", "7", "--out", out).code == 0
    for name in ("assignment.csv", "reps.csv", "prices.csv", "certificate.json"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


def test_a_result_is_never_written_over(compplan: Call, tmp_path: Path) -> None:
    file = write_territories(tmp_path / "north")
    (tmp_path / "kept").mkdir()
    said = compplan("assign", "territories", str(file), "--rounds", "1", "--out", "kept")
    assert said.code == 1
    assert "nothing is written over" in said.err


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("a08,cy", "a08,ana", "with a rep who may not have them"),
        ("a00,", "a99,", "there is no account a99"),
        ("a01,ben", "a01,zoe", "there is no rep zoe"),
    ],
)
def test_an_assignment_that_was_changed_is_refused(compplan: Call, tmp_path: Path, old: str, new: str, told: str) -> None:
    file = write_territories(tmp_path / "north")
    compplan("assign", "territories", str(file), "--rounds", "3")
    assignment = file.with_name("north-assigned") / "assignment.csv"
    text = assignment.read_text()
    if old not in text:
        old = next(line.rsplit(",", 2)[0] for line in text.splitlines() if line.startswith(old.split(",", maxsplit=1)[0]))
    assignment.write_text(text.replace(old, new))
    said = compplan("assign", "verify", str(file), str(assignment.parent))
    assert said.code == 1
    assert told in said.all


def test_a_bound_that_was_raised_is_refused(compplan: Call, tmp_path: Path) -> None:
    file = write_territories(tmp_path / "north")
    compplan("assign", "territories", str(file), "--rounds", "3")
    proof = file.with_name("north-assigned") / "certificate.json"
    value = json.loads(proof.read_text())
    value["bound_in_millionths"] += 1
    proof.write_text(json.dumps(value))
    said = compplan("assign", "verify", str(file), str(proof.parent))
    assert said.code == 1
    assert "The prices give a bound of" in said.out


def test_a_search_that_is_said_to_have_reached_more_than_the_cost_is_refused(compplan: Call, tmp_path: Path) -> None:
    file = write_territories(tmp_path / "north")
    compplan("assign", "territories", str(file), "--rounds", "3")
    proof = file.with_name("north-assigned") / "certificate.json"
    value = json.loads(proof.read_text())
    value["bound_by_search"] = 999_999_999
    proof.write_text(json.dumps(value))
    said = compplan("assign", "verify", str(file), str(proof.parent))
    assert said.code == 1
    assert "nothing costs less than 9,999,999.99, and this costs less" in said.out


def test_records_that_changed_since_are_told(compplan: Call, tmp_path: Path) -> None:
    file = write_territories(tmp_path / "north")
    compplan("assign", "territories", str(file), "--rounds", "3")
    accounts = file.with_name("accounts.csv")
    accounts.write_text(accounts.read_text().replace("1037.00", "1038.00"))
    said = compplan("assign", "verify", str(file), str(file.with_name("north-assigned")))
    assert said.code == 1
    assert "not those that the certificate was made for" in said.out


def test_a_scenario_that_cannot_be_met_says_so(compplan: Call, tmp_path: Path) -> None:
    file = write_territories(tmp_path / "north", SCENARIO.replace("within: 20%", "within: 0.01%"))
    said = compplan("assign", "territories", str(file), "--rounds", "3")
    assert said.code == 1
    assert "No assignment meets balance of potential." in said.err
    assert not file.with_name("north-assigned").exists()


def test_ctrl_c_keeps_what_was_found(tmp_path: Path) -> None:
    file = write_territories(tmp_path / "north", accounts=400)
    command = [sys.executable, "-m", "compplan", "assign", "territories", str(file), "--seconds", "120"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as started:
        assert started.stderr is not None
        for line in started.stderr:
            if "exchanging" in line or "dividing" in line or "searching" in line:
                break
        time.sleep(0.5)
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=60)
    if "Files" not in err:
        pytest.fail(out + err)
    assert (file.with_name("north-assigned") / "certificate.json").exists()
