"""`compplan assign pay`, and what `compplan assign territories` says and writes of pay."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from compplan.cli.main import main
from tests.support.pay_project import SCENARIO, write_pay_project


def test_pay_of_today_is_shown_without_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assign", "pay", str(write_pay_project(tmp_path))]) == 0
    told = capsys.readouterr().out
    lines = {line.split()[0]: line for line in told.splitlines() if line}
    assert lines["ana"].split()[2].endswith("%")
    assert "No plan pays by what accounts bring: dot." in told
    assert "All reps" in told
    assert "Others" in told


def test_territories_tell_pay_before_and_after_and_write_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = write_pay_project(tmp_path), tmp_path / "out"
    assert main(["assign", "territories", str(file), "--out", str(out), "--rounds", "5", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["pay"]["people"]
    with (out / "pay.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [(p["person"], p["pay"]["today"], p["pay"]["proposed"]) for p in told if p["plans"]] == [
        (r["person"], r["pay_today"], r["pay_proposed"]) for r in rows if r["plans"]
    ]
    with (out / "attainment.csv").open() as stream:
        held = [r for r in csv.DictReader(stream) if r["measure"] == "arr"]
    assert [r["person"] for r in held] == ["ana", "ben", "cy"]
    assert main(["assign", "pay", str(file), str(out), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["people"] == told


def test_a_scenario_that_expects_nothing_is_told_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_pay_project(tmp_path, SCENARIO[: SCENARIO.index("pay:\n")])
    assert main(["assign", "pay", str(file)]) == 1
    assert "Add `pay:` to the scenario" in capsys.readouterr().err


def test_what_is_wrong_with_records_is_told_before_anything_is_solved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_pay_project(tmp_path)
    quotas = (tmp_path / "quotas.csv").read_text()
    (tmp_path / "quotas.csv").write_text(quotas.replace("cy,2027-Q3,60000\n", ""))
    assert main(["assign", "territories", str(file), "--rounds", "5"]) == 1
    told = capsys.readouterr().err
    assert "bound" not in told
    assert "2027-Q3" in told
    assert not (tmp_path / "north-assigned").exists()
