"""The workbook of a report, read back: every account, real numbers, no formulas, the same bytes each time."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from compplan.reports.territories.figures import Figures
from compplan.reports.territories.workbook import write_territory_workbook
from tests.reports.territories import figures, figures_from, with_names
from tests.support.territory_project import write_territories

Sheets = dict[str, list[list[Any]]]


def written(found: Figures, file: Path) -> Sheets:
    write_territory_workbook(found, "north-assigned", file)
    book = CalamineWorkbook.from_path(file)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return figures(tmp_path_factory.mktemp("north"))


@pytest.fixture(scope="module")
def sheets(found: Figures, tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    return written(found, tmp_path_factory.mktemp("book") / "t.xlsx")


def _column(sheet: list[list[Any]], name: str) -> list[Any]:
    place = sheet[0].index(name)
    return [row[place] for row in sheet[1:]]


def test_there_is_a_sheet_for_each_kind_of_thing(sheets: Sheets) -> None:
    assert list(sheets) == ["Summary", "Reps", "Accounts", "Moves", "Prices", "Certificate"]


def test_all_accounts_are_there_with_their_cost(found: Figures, sheets: Sheets) -> None:
    accounts = sheets["Accounts"]
    assert _column(accounts, "Account") == list(found.accounts)
    assert round(sum(_column(accounts, "Cost")) * 100) == int(found.cost_after.sum())
    assert _column(accounts, "Changes hands").count("yes") == int(found.moved.sum())
    assert sum(_column(accounts, "potential")) == sum(1_000 + 37 * i for i in range(24))


def test_moves_are_those_accounts_that_change_hands(found: Figures, sheets: Sheets) -> None:
    moves = sheets["Moves"]
    assert _column(moves, "Account") == [found.accounts[i] for i in np.nonzero(found.moved)[0].tolist()]
    changed = int((found.cost_after - found.cost_before)[found.moved].sum())
    assert round(sum(_column(moves, "Change in cost")) * 100) == changed


def test_reps_stand_beside_their_bands(sheets: Sheets) -> None:
    reps = sheets["Reps"]
    for least, load, most in zip(*(_column(reps, f"potential{part}") for part in (" at least", "", " at most")), strict=True):
        assert least <= load <= most
    assert sum(_column(reps, "Accounts")) == sum(_column(reps, "Accounts today")) == 24
    assert sum(_column(reps, "Accounts that come")) == sum(_column(reps, "Accounts that leave")) == len(sheets["Moves"]) - 1


def test_the_summary_and_the_certificate_have_numbers(found: Figures, sheets: Sheets) -> None:
    summary, certificate = ({row[0]: row[1] for row in sheets[name] if row[0]} for name in ("Summary", "Certificate"))
    assert round(summary["Cost"] * 100) == found.total == round(certificate["Cost"] * 100)
    assert summary["Accounts that change hands"] == int(found.moved.sum())
    assert certificate["To work it out again"] == "compplan assign verify north.yaml north-assigned"
    assert certificate["SHA-256 of the problem"] == found.problem


def test_texts_of_records_are_never_formulas(tmp_path: Path) -> None:
    file = write_territories(tmp_path)
    with_names(tmp_path, '=HYPERLINK("http://e.vil")', "@SUM(A1)")
    book = tmp_path / "t.xlsx"
    sheets = written(figures_from(file), book)
    assert _column(sheets["Accounts"], "Name")[0] == '=HYPERLINK("http://e.vil")'
    assert _column(sheets["Reps"], "Name")[0] == "@SUM(A1)"
    with zipfile.ZipFile(book) as parts:
        assert all(b"<f>" not in parts.read(name) for name in parts.namelist())
        assert b'quotePrefix="1"' in parts.read("xl/styles.xml")


def test_the_same_figures_give_the_same_bytes(found: Figures, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_territory_workbook(found, "north-assigned", tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
