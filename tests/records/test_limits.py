"""What is too large, out of reach, or has a name that is no text: told in words, and soon."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compplan.api import open_project
from compplan.diagnostics import Problems
from compplan.project_plans import LARGEST_PLAN, MOST_LINES
from compplan.records import load_project
from compplan.records.opened import MOST_COLUMNS
from tests.records.conftest import Company
from tests.support.projects import write_project


def test_a_file_of_too_many_columns(company: Company) -> None:
    company.project("deals: {source: deals.csv, columns: {deal: text}}")
    company.write({"deals.csv": "deal" + ",x" * MOST_COLUMNS + "\n"})
    problem = company.refusal()
    assert problem.code == "too-many-columns"
    assert f"{MOST_COLUMNS + 1:,} columns" in problem.message


@pytest.mark.parametrize(("text", "why"), [("\n" * (MOST_LINES + 1), "50,001 lines"), ("#" * (LARGEST_PLAN + 1), "2,000,001 bytes")])
def test_a_plan_file_that_no_person_wrote(tmp_path: Path, text: str, why: str) -> None:
    (problem,) = open_project(write_project(tmp_path / "p", {"p": text})).check()
    assert (problem.code, problem.is_error) == ("plan-file", True)
    assert why in problem.message


@pytest.mark.parametrize("text", ["", "\n\n", "# to be written\n"])
def test_a_plan_file_that_says_nothing_is_warned_of(tmp_path: Path, text: str) -> None:
    (problem,) = open_project(write_project(tmp_path / "p", {"p": text})).check()
    assert (problem.code, problem.is_error) == ("plan-file", False)
    assert "p.plan holds no plan" in problem.message


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_a_plan_that_is_no_plain_file(tmp_path: Path, make: object) -> None:
    root = write_project(tmp_path / "p", {"p": ""})
    (root / "p.plan").unlink()
    assert callable(make)
    make(root / "p.plan")
    with pytest.raises(Problems, match=r"“p[.]plan” is a folder or something else that is no plain file"):
        load_project(root)


def test_names_that_are_not_utf8(company: Company) -> None:
    company.project("deals: {source: 'd*.csv', columns: {deal: text}}")
    company.write({os.fsdecode(b"d\xff.csv"): "deal\nD1\n"})
    problem = company.refusal()
    assert problem.code == "bad-file-name"
    assert "d\N{REPLACEMENT CHARACTER}.csv" in problem.message


@pytest.mark.parametrize("pattern", ["x" * 5000 + ".csv", "data/**deals.csv"])
def test_names_that_no_file_can_have(company: Company, pattern: str) -> None:
    company.project(f"deals: {{source: '{pattern}', columns: {{deal: text}}}}")
    assert company.refusal().code == "source-missing"


def test_a_fiscal_year_far_from_its_first_day(company: Company) -> None:
    company.project("deals: {columns: {deal: text}}")
    file = company.root / "compplan.yaml"
    file.write_text("calendar: {pattern: 4-4-5, first_day: 9999-12-31, first_year: 2199}\n" + file.read_text())
    with pytest.raises(Problems, match="cannot begin the fiscal year 2199"):
        load_project(company.root)
