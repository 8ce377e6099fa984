"""Explaining a payee from the command line: the newest run of the period, one run, one plan; and what is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call

ASK = ("--project", "acme", "--period", "2027-Q1")


@pytest.fixture
def ran(compplan: Call, started: Path) -> Path:
    assert compplan("run", "acme", "--period", "2027-Q1").code == 0
    return next(Path("runs").glob("2027-Q1-*"))


def test_the_explanation_ends_at_what_was_paid(compplan: Call, ran: Path) -> None:
    said = compplan("explain", "mia.chen", *ASK)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Mia Chen (mia.chen), 2027-Q1, Example Company\n")
    assert "18,897.50 USD" in said.out
    assert max(map(len, said.out.splitlines())) <= 140


def test_json(compplan: Call, ran: Path) -> None:
    told = json.loads(compplan("explain", "mia.chen", *ASK, "--json").out)
    assert told["payee"] == "mia.chen"


def test_a_run_can_be_named(compplan: Call, ran: Path) -> None:
    named = compplan("explain", "mia.chen", *ASK, "--run", str(ran))
    assert named.out == compplan("explain", "mia.chen", *ASK).out


def test_what_changed_since_is_told(compplan: Call, ran: Path) -> None:
    plan = Path("acme/sales.plan")
    plan.write_text(plan.read_text().replace("250 USD", "300 USD"))
    said = compplan("explain", "mia.chen", *ASK)
    assert said.code == 0
    assert said.err.startswith("Changed since this run was made: sales.plan.")
    assert "18,897.50 USD" in said.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("mia.chn", *ASK), "Did you mean mia.chen?"),
        (("sara.lind", *ASK), "sara.lind is paid by no plan of this run."),
        (("mia.chen", "--project", "acme", "--period", "2027-Q2"), "runs holds no run of 2027-Q2."),
        (("mia.chen", *ASK, "--run", "nowhere"), "nowhere holds no run of 2027-Q1."),
        (("mia.chen", *ASK, "--plan", "sale"), "sale"),
    ],
)
def test_what_is_not_there_is_told(compplan: Call, ran: Path, words: tuple[str, ...], told: str) -> None:
    said = compplan("explain", *words)
    assert (said.code, said.out) == (1, "")
    assert told in said.err


def test_a_run_of_another_period(compplan: Call, ran: Path) -> None:
    said = compplan("explain", "mia.chen", "--project", "acme", "--period", "2027-Q2", "--run", str(ran))
    assert said.code == 1
    assert "is a run of 2027-Q1, not of 2027-Q2." in said.err


def test_a_damaged_run_is_none(compplan: Call, ran: Path) -> None:
    (ran / "manifest.json").write_text("{")
    said = compplan("explain", "mia.chen", *ASK)
    assert said.code == 1
    assert "holds no finished run" in said.err
