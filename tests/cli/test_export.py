"""Results for payroll and for spreadsheets: a workbook and CSV files, exact, the same each time, and never over another file."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from compplan.reports import workbook
from tests.cli.conftest import Call

ASK = ("export", "--period", "2027-Q1")


@pytest.fixture
def ran(compplan: Call, started: Path) -> Path:
    assert compplan("run", "acme", "--period", "2027-Q1").code == 0
    return next(Path("runs").glob("2027-Q1-*"))


def sheets(path: str) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_workbook_has_a_sheet_for_each_kind_of_result(compplan: Call, ran: Path) -> None:
    said = compplan(*ASK, "--xlsx", "payouts.xlsx")
    assert (said.code, said.out) == (0, "Written: payouts.xlsx (Totals, Payouts, Lines, Credits, Awards, Run)\n")
    book = sheets("payouts.xlsx")
    assert book["Totals"] == [
        ["Payee", "Name", "Amount", "Currency"], ["liam.novak", "Liam Novak", 8230.04, "USD"], ["mia.chen", "Mia Chen", 18897.5, "USD"],
    ]  # fmt: skip
    assert book["Payouts"][1] == ["liam.novak", "Liam Novak", "Sales 2027", "Own bookings", "2027-Q1", 7980.04, "USD"]
    assert ["Figures", json.loads((ran / "manifest.json").read_text())["figures"]] in book["Run"]


def test_the_lines_add_up_to_the_payouts_and_name_the_deals(compplan: Call, ran: Path) -> None:
    assert compplan(*ASK, "--csv", "out").code == 0
    lines, payouts, credited = rows("out/lines.csv"), rows("out/payouts.csv"), rows("out/credits.csv")
    assert sum(Decimal(r["earned"]) for r in lines) == sum(Decimal(r["amount"]) for r in payouts) == Decimal("27127.54")
    deal = next(r for r in lines if r["component"] == "new_customer")
    assert (deal["label"], deal["unit"], deal["earned"], deal["paid_in"]) == ("New customer", "USD", "250.00", "2027-Q1")
    assert deal["deal"] in {r["deal"] for r in credited}
    assert Decimal(deal["amount"]) == sum(Decimal(r["amount"]) for r in credited if r["deal"] == deal["deal"])


def test_a_line_shows_the_rate_of_what_is_paid_on_an_amount(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    plan.write_text(plan.read_text().replace("pay    250 USD", "pay    3.25% of credited"))
    assert compplan("run", "acme", "--period", "2027-Q1").code == 0
    assert compplan(*ASK, "--csv", "out").code == 0
    assert {r["effective_rate"] for r in rows("out/lines.csv") if r["component"] == "new_customer"} == {"0.0325"}


def test_the_same_run_gives_the_same_bytes(compplan: Call, ran: Path) -> None:
    for name in ("a", "b"):
        assert compplan(*ASK, "--xlsx", f"{name}.xlsx", "--csv", name).code == 0
    assert Path("a.xlsx").read_bytes() == Path("b.xlsx").read_bytes()
    assert [p.read_bytes() for p in sorted(Path("a").iterdir())] == [p.read_bytes() for p in sorted(Path("b").iterdir())]
    assert compplan(*ASK, "--xlsx", "a.xlsx").code == 0


@pytest.mark.parametrize("words", [("--xlsx", "acme/mine.xlsx"), ("--csv", "acme/data")])
def test_nothing_is_written_over_another_file(compplan: Call, ran: Path, words: tuple[str, str]) -> None:
    kept = [Path("acme/mine.xlsx"), Path("acme/data/payouts.csv")]
    for path in kept:
        path.write_text("mine")
    before = sorted(Path("acme").rglob("*"))
    said = compplan(*ASK, *words)
    assert said.code == 1
    assert "is there already, and holds something else" in said.err
    assert [p.read_text() for p in kept] == ["mine", "mine"]
    assert sorted(Path("acme").rglob("*")) == before


def test_text_that_looks_like_a_formula_stays_text(compplan: Call, started: Path) -> None:
    people = started / "data" / "people.csv"
    people.write_text(people.read_text().replace("Mia Chen", "=HYPERLINK(1)").replace("Liam Novak", "-liam"))
    assert compplan("run", "acme", "--period", "2027-Q1").code == 0
    assert compplan(*ASK, "--xlsx", "p.xlsx", "--csv", "out").code == 0
    assert [r["name"] for r in rows("out/totals.csv")] == ["'-liam", "'=HYPERLINK(1)"]
    assert [r[1] for r in sheets("p.xlsx")["Totals"][1:]] == ["-liam", "=HYPERLINK(1)"]
    assert "'=HYPERLINK(1)" in next(Path("runs").glob("*/payouts.csv")).read_text()


def test_an_amount_that_a_spreadsheet_would_cut_is_text(compplan: Call, started: Path) -> None:
    people = started / "data" / "people.csv"
    people.write_text(people.read_text().replace("48000", "600000000000000.11"))
    plan = started / "sales.plan"
    plan.write_text(plan.read_text().replace("at 250% of", "at 200% of"))
    assert compplan("run", "acme", "--period", "2027-Q1").code == 0
    assert compplan(*ASK, "--xlsx", "p.xlsx", "--csv", "out").code == 0
    exact = {r["payee"]: r["amount"] for r in rows("out/totals.csv")}
    shown = {r[0]: r[2] for r in sheets("p.xlsx")["Totals"][1:]}
    long = [payee for payee, amount in exact.items() if len(amount.replace(".", "")) > 15]
    assert long
    assert [shown[p] for p in long] == [exact[p] for p in long]


def test_what_a_sheet_cannot_hold_goes_on_in_the_next(compplan: Call, ran: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    assert "Payouts, Payouts (2), Lines" in compplan(*ASK, "--xlsx", "p.xlsx").out
    book = sheets("p.xlsx")
    assert [len(book[n]) - 1 for n in ("Payouts", "Payouts (2)")] == [3, 1]
    assert book["Payouts"][0] == book["Payouts (2)"][0]


def test_awards_are_named_with_who_won_them(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    award = """
  award trip "Winners' trip" {
    for   each quarter
    to    the top 1 by bookings, ties included
    grant 1 "trip to Rome"
  }
"""
    text = plan.read_text()
    plan.write_text(text.replace("  bonus new_customer", award + "  bonus new_customer", 1))
    said = compplan("run", "acme", "--period", "2027-Q1")
    assert "Mia Chen (mia.chen): 1 trip to Rome (Winners' trip)" in said.out
    assert "payouts.csv, awards.csv;" in said.err
    assert compplan(*ASK, "--csv", "out", "--xlsx", "p.xlsx").code == 0
    assert rows("out/awards.csv") == rows(str(next(Path("runs").glob("*/awards.csv"))))
    assert sheets("p.xlsx")["Awards"][1] == ["mia.chen", "Mia Chen", "Sales 2027", "Winners' trip", "2027-03", 1.0, "trip to Rome"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "say where to: --xlsx FILE for a workbook, --csv FOLDER for CSV files."),
        (("--xlsx", "payouts.xls"), 2, "a workbook's name ends in .xlsx: --xlsx payouts.xlsx"),
        (("--xlsx", "p.xlsx", "--run", "nowhere"), 1, "nowhere holds no run of 2027-Q1."),
        (("--csv", "runs/mine/there.txt"), 1, "Nothing can be written to runs/mine/there.txt"),
    ],
)
def test_what_cannot_be_exported_is_told(compplan: Call, ran: Path, words: tuple[str, ...], code: int, told: str) -> None:
    Path("runs/mine").write_text("")
    said = compplan(*ASK, *words)
    assert (said.code, said.out) == (code, "")
    assert told in said.err


def test_a_damaged_run_is_not_exported(compplan: Call, ran: Path) -> None:
    (ran / "steps" / "payouts.parquet").unlink()
    said = compplan(*ASK, "--xlsx", "p.xlsx")
    assert said.code == 1
    assert "is damaged" in said.err
    assert not Path("p.xlsx").exists()
