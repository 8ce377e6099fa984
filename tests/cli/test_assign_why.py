"""`compplan assign why`: answers about accounts, reps and rules of a result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.support.territory_project import write_territories


@pytest.fixture
def north(compplan: Call, tmp_path: Path) -> tuple[str, str]:
    file = write_territories(tmp_path / "north")
    assert compplan("assign", "territories", str(file), "--rounds", "3").code == 0
    return str(file), str(file.with_name("north-assigned"))


def test_an_account_a_rep_and_the_rules(compplan: Call, north: tuple[str, str]) -> None:
    said = compplan("assign", "why", *north, "--account", "a08", "--rep", "ana", "--rules", "--rounds", "2")
    assert said.code == 0
    assert "a08 is with cy, as before." in said.out
    assert "ana, ben may not have it: rule named." in said.out
    assert "ana keeps" in said.out
    assert "What each rule and band costs" in said.out
    assert "again: saved" in said.out


def test_an_account_is_solved_again_elsewhere(compplan: Call, north: tuple[str, str]) -> None:
    said = compplan("assign", "why", *north, "--account", "a00", "--rounds", "2")
    assert "Solved again with" in said.out


def test_for_programs(compplan: Call, north: tuple[str, str]) -> None:
    told = json.loads(compplan("assign", "why", *north, "--account", "a03", "--format", "json").out)
    assert told["accounts"][0]["account"] == "a03"
    assert told["accounts"][0]["refused"] == [[["rule language"], ["ben"]]]
    rules = json.loads(compplan("assign", "why", *north, "--format", "json").out)["rules"]
    assert [r["name"] for r in rules] == ["balance of potential", "rule language", "rule named"]


def test_who_is_not_there_is_told(compplan: Call, north: tuple[str, str]) -> None:
    said = compplan("assign", "why", *north, "--rep", "anna")
    assert said.code == 2
    assert "there is no rep anna. Did you mean ana?" in said.err
