"""`compplan assign choices` and `compplan assign compare`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call
from tests.support.territory_project import write_territories


def test_choices_are_made_verified_and_compared(compplan: Call, tmp_path: Path) -> None:
    file = write_territories(tmp_path / "north")
    said = compplan("assign", "choices", str(file), "--rounds", "2")
    assert said.code == 0
    assert "tighter balance: bands half as wide" in said.out
    folder = file.with_name("north-choices")
    choice = str(folder / "fewest-moves")
    assert compplan("assign", "verify", f"{choice}.yaml", choice).out.startswith("All rules are kept")
    assert "North 2027: fewest moves" in (folder / "fewest-moves" / "territories.html").read_text(encoding="utf-8")
    compared = compplan("assign", "compare", str(file), str(folder / "as-asked"), choice)
    assert compared.code == 0
    assert "accounts are in other hands." in compared.out
    told = json.loads(compplan("assign", "compare", str(file), choice, choice, "--format", "json").out)
    assert told["accounts"] == []
    again = compplan("assign", "choices", str(file), "--rounds", "2")
    assert again.code == 1
    assert "nothing is written over" in again.err


def test_choices_for_programs(compplan: Call, tmp_path: Path) -> None:
    file = write_territories(tmp_path / "north")
    told = json.loads(compplan("assign", "choices", str(file), "--rounds", "1", "--format", "json").out)
    assert told[0]["choice"] == "as asked"
    assert 5 <= len(told) <= 9
