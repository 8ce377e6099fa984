"""Workbooks: typed cells become exact values, lines are rows of the sheet, and an archive that is no workbook does no harm."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from compplan.records import workbook
from tests.records.conftest import Company

RECORDS = """
deals:
  source: deals.xlsx
  key: deal
  columns:
    deal: text
    amount: {type: money, optional: true}
    share: {type: ratio, optional: true}
    closed: {type: date, format: "%m/%d/%Y", optional: true}
    renewal: {type: yes/no, optional: true}
"""
HEADER = ["deal", "amount", "share", "closed", "renewal"]

Write = Callable[[Any], None]


def sheet(company: Company, rows: list[list[Any]], *, name: str = "Sheet1", first_row: int = 0, first_column: int = 0) -> None:
    """Writes deals.xlsx; a cell that begins with = is a formula."""
    with xlsxwriter.Workbook(str(company.root / "deals.xlsx"), {"default_date_format": "yyyy-mm-dd"}) as book:
        book.add_worksheet("Notes") if name != "Sheet1" else None
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and cell.startswith("="):
                    page.write_formula(first_row + number, first_column + column, cell, None, "#DIV/0!")
                else:
                    page.write(first_row + number, first_column + column, cell)


def test_cells_become_exact_values(company: Company) -> None:
    company.project(RECORDS)
    sheet(company, [HEADER, [1001, 1250.1, 0.6, date(2027, 1, 31), True], ["D2", "1250.10", "60%", "01/31/2027", "no"], ["D3", 1e15, 0]])
    company.load()
    assert company.rejects() == []
    assert [tuple(map(str, r)) for r in company.rows("deals")] == [
        ("1001", "1250.10", "0.600000", "2027-01-31", "True"),
        ("D2", "1250.10", "0.600000", "2027-01-31", "False"),
        ("D3", "1000000000000000.00", "0.000000", "None", "None"),
    ]


def test_lines_are_rows_of_the_sheet(company: Company) -> None:
    company.project(RECORDS)
    moment = datetime(2027, 1, 31, 13, 5)  # noqa: DTZ001
    rows: list[list[Any]] = [HEADER, ["D1", 0.125], [], ["D2", "oops"], ["D3", "=1/0"], ["D4", None, 60], ["D5", 1, 1, moment]]
    sheet(company, rows, first_row=2, first_column=1)
    loaded = company.load()
    assert company.rejects() == [
        (4, "amount", "0.125", "too-many-digits"),
        (6, "amount", "oops", "bad-amount"),
        (7, "amount", "#DIV/0!", "formula-error"),
        (8, "share", "60", "suspicious-ratio"),
        (9, "closed", "2027-01-31 13:05:00", "bad-date"),
    ]
    assert loaded.kinds["deals"].read == 5


def test_the_sheet_that_is_named(company: Company) -> None:
    company.project(RECORDS.replace("key:", "sheet: Deals\n  key:"))
    sheet(company, [HEADER, ["D1"]], name="Deals")
    company.load()
    assert len(company.rows("deals")) == 1
    sheet(company, [HEADER, ["D1"]], name="Deal")
    problem = company.refusal()
    assert (problem.code, problem.hint) == ("no-sheet", "Did you mean “Deal”?")


def test_an_empty_sheet_and_a_missing_header(company: Company) -> None:
    company.project(RECORDS)
    sheet(company, [])
    assert company.refusal().code == "empty-file"
    sheet(company, [["deal", "amount"], ["D1", 1]])
    assert company.refusal().code == "missing-column"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.project(RECORDS)
    with zipfile.ZipFile(company.root / "deals.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (8 << 20))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it should not be unpacked"))
    assert company.refusal().code == "workbook-bomb"
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1 << 20)
    assert company.refusal().code == "workbook-too-large"


def test_an_archive_that_lies_about_its_sizes(company: Company) -> None:
    company.project(RECORDS)
    path: Path = company.root / "deals.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (1 << 20))
    data = path.read_bytes()
    path.write_bytes(data.replace((1 << 20).to_bytes(4, "little"), (1 << 10).to_bytes(4, "little")))
    assert company.refusal().code == "unreadable-workbook"


@pytest.mark.parametrize("data", [b"", b"deal,amount\n", b"PK\x03\x04 and then nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_what_is_no_workbook(data: bytes, company: Company) -> None:
    company.project(RECORDS)
    company.write({"deals.xlsx": data})
    problem = company.refusal()
    assert problem.code == "unreadable-workbook"
    assert "deals.xlsx" in problem.message


def test_an_archive_that_is_no_workbook(company: Company) -> None:
    company.project(RECORDS)
    with zipfile.ZipFile(company.root / "deals.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert company.refusal().code == "unreadable-workbook"
