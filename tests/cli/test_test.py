"""Examples: a line for each, and for one that fails what was expected, what was found, and where it stands."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Call


def test_a_wrong_expectation_is_shown_beside_what_was_found(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    plan.write_text(plan.read_text().replace("= 13,000 USD", "= 12,000 USD"))
    said = compplan("test", "acme")
    assert said.code == 1
    place = "acme/sales.plan:51:5"
    assert said.out == (
        "FAILED sales: a fifth above the quota pays three tenths more\n"
        f"       {place}\n"
        '       own for "ana" in 2027-Q1: expected 12,000.00 USD, found 13,000.00 USD\n'
        "1 example: 0 as expected, 1 not.\n"
    )


def test_an_example_that_cannot_be_worked_out_says_why(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    plan.write_text(plan.read_text().replace('      | "ana"  | 2027-Q1 | 100,000 USD |', '      | "ana"  | 2027-Q2 | 100,000 USD |'))
    said = compplan("test", "acme")
    assert said.code == 1
    assert said.out.startswith("FAILED sales:")
    assert "error[" in said.out


def test_the_examples_of_one_plan(compplan: Call, started: Path) -> None:
    assert compplan("test", "acme", "--plan", "sales").code == 0
    said = compplan("test", "acme", "--plan", "sale")
    assert said.code == 1
    assert "Did you mean sales?" in said.err


def test_no_examples_is_no_failure(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    text = plan.read_text()
    plan.write_text(text[: text.index("  # What the plan should come to")] + "}\n")
    said = compplan("test", "acme")
    assert (said.code, said.err) == (0, "There are no examples in the plans.\n")


def test_a_plan_with_mistakes_is_not_tried(compplan: Call, started: Path) -> None:
    (started / "sales.plan").write_text("plan sales {")
    said = compplan("test", "acme")
    assert said.code == 1
    assert "acme/sales.plan:1:" in said.err
