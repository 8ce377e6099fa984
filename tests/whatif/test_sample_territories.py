"""The sample company's territories, as a whole: everybody's pay is within its band, by the plans themselves, with few accounts moved."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from compplan.cli.main import main

SCENARIO = Path(__file__).parents[2] / "plans" / "territories.yaml"


def test_the_sample_companys_territories_pay_all_the_same_part_of_their_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "halden"
    assert main(["assign", "territories", str(SCENARIO), "--out", str(out), "--rounds", "40"]) == 0
    told = capsys.readouterr().out
    assert "Every rep is paid within the band of pay." in told
    assert "isaac.goldberg" in told
    with (out / "pay.csv").open() as file:
        people = {row["person"]: row for row in csv.DictReader(file)}
    reps = [row for row in people.values() if row["rep"] == "yes"]
    assert len(reps) == 27
    for row in reps:
        assert float(row["pay_at_least"]) <= float(row["pay_proposed"]) <= float(row["pay_at_most"])
    assert sum(not float(r["pay_at_least"]) <= float(r["pay_today"]) <= float(r["pay_at_most"]) for r in reps) > 10
    assert people["grace.okonkwo"]["plans"] == "manager"
    with (out / "assignment.csv").open() as file:
        moved = sum(row["changes_hands"] == "yes" for row in csv.DictReader(file))
    assert 0 < moved < 60
