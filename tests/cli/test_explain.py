"""Explaining a payee from the command line: the newest run of the period, one run, one plan; and what is not there."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from compplan.engine.explain import explain
from compplan.engine.run_folder import open_run
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


def test_the_page_names_the_figures_of_the_run(compplan: Call, ran: Path) -> None:
    figures = json.loads((ran / "manifest.json").read_text())["figures"]
    assert f"From the figures {figures}," in compplan("explain", "mia.chen", *ASK).out


def test_a_cap_is_shown_with_the_sums_that_it_is_held_against(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    plan.write_text(plan.read_text().replace("at 250% of", "at 20% of"))
    assert compplan("run", "acme", "--period", "2027-Q2").code == 0
    out = compplan("explain", "liam.novak", "--project", "acme", "--period", "2027-Q2").out
    lines = [line.rsplit(maxsplit=1) for line in out.splitlines() if line.startswith("    ") and "2027-Q2" in line and line[-3] == "."]
    sums = {" ".join(label.split()): Decimal(amount.replace(",", "")) for label, amount in lines}
    assert sums["before 2027-Q2"] == Decimal("8230.04")
    assert sums["to date, with 2027-Q2"] == sums["before 2027-Q2"] + sums["in 2027-Q2"]
    assert sums["changes 2027-Q2 by"] == Decimal(9600) - sums["to date, with 2027-Q2"]


def test_a_place_is_shown_with_its_unit_and_with_who_is_ahead(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    trip = 'award trip "Trip" {\n    for each quarter\n    to the top 1 by bookings, ties included\n    grant 1 "trip"\n  }\n  '
    plan.write_text(plan.read_text().replace("bonus new_customer", f"{trip}bonus new_customer", 1))
    assert compplan("run", "acme", "--period", "2027-Q1").code == 0
    out = compplan("explain", "liam.novak", *ASK).out
    assert "place 2 of 2 with bookings = " in out
    assert "mia.chen" not in out
    assert next(line for line in out.splitlines() if "1  another: " in line).endswith(" USD")
    assert "2  liam.novak: " in out
    named = compplan("explain", "liam.novak", *ASK, "--names").out
    assert named == out.replace("1  another: ", "1  mia.chen: ")


def test_a_month_of_a_quarterly_plan_says_when_it_is_paid(compplan: Call, started: Path) -> None:
    assert compplan("run", "acme", "--period", "2027-01").code == 0
    out = compplan("explain", "mia.chen", "--project", "acme", "--period", "2027-01").out
    assert "Nothing is paid in 2027-01: this plan pays each quarter; what is earned is paid for 2027-Q1, when 2027-03" in out
    assert "no quarter of this component ended in 2027-01." in out


def test_a_narrow_terminal_loses_no_words(compplan: Call, ran: Path) -> None:
    explanation = open_run(ran)
    wide, narrow = (explain(explanation, "mia.chen").to_text(width) for width in (110, 20))
    assert max(map(len, narrow.splitlines())) <= 20
    ruled = [w for w in wide.split() if set(w) - set("=-")]
    assert "".join(ruled) == "".join(w for w in narrow.split() if set(w) - set("=-"))


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


def test_a_budget_of_a_component_for_a_part_of_the_year(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    limited = "effective from 2027-02-01\n    budget 300 USD each quarter, first come, the last cut"
    plan.write_text(plan.read_text().replace("pay    250 USD", f"pay    250 USD\n    {limited}"))
    assert compplan("run", "acme", "--period", "2027-Q1").code == 0
    said = compplan("explain", "mia.chen", *ASK)
    assert (said.code, said.err) == (0, "")
    assert "budget 300 USD each quarter, first come, the last cut: spent before" in said.out
