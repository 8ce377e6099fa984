"""What is told of many bad rows, and the file that they are written to."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from compplan.diagnostics.model import Problems
from compplan.records import write_rejects
from tests.records.conftest import Company


def test_a_hundred_thousand_bad_rows_are_one_diagnostic(company: Company) -> None:
    company.deals("number", "1")
    company.write({"deals.csv": "deal,x\n" + "".join(f"D{i},{'soon' if i % 2 else 'later'}\n" for i in range(100_000))})
    loaded = company.load()
    (problem,) = loaded.diagnostics
    assert problem.title == "`x` is not a number"
    assert problem.message == (
        "x: “later” is not a number written as 1250. 100,000 rows are refused for this: deals.csv lines 2, 3, 4, 5, 6 and 99,995 more."
    )
    assert [(r.span.line, r.message) for r in problem.related] == [(3, "“soon” is not a number written as 1250, in 50,000 rows")]
    assert problem.span is not None
    assert (problem.span.file, problem.span.line) == (str(company.root / "deals.csv"), 2)


def test_many_different_values_are_counted(company: Company) -> None:
    loaded = company.deals("number", *[f"x{i}" for i in range(9)])
    (problem,) = loaded.diagnostics
    assert len(problem.related) == 4
    assert problem.related[-1].message.endswith("; 4 more such values follow")


def test_a_long_value_is_cut(company: Company) -> None:
    (problem,) = company.deals("number", "y" * 10_000).diagnostics
    assert "y" * 60 + "…”" in problem.message
    assert len(problem.message) < 200


def test_loading_again_gives_the_same(company: Company) -> None:
    first = company.deals("people", "Anna", "Carl", "Zoe", "")
    assert company.load() == first


def test_nothing_is_left_behind_in_the_database(company: Company) -> None:
    company.deals("people", "Anna", "Carl")
    company.write({"deals.csv": "deal,x\nD1,Carl\nD2\n"})
    first = company.load()
    assert company.load() == first
    tables = company.connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name = 'records'").fetchall()
    assert sorted(t for _, t in tables) == ["deals", "people", "rejects"]
    assert company.connection.execute("SELECT view_name FROM duckdb_views() WHERE view_name LIKE '%compplan%'").fetchall() == []
    assert company.connection.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%compplan%'").fetchall() == []


def test_rejects_are_written_as_a_file(company: Company, tmp_path: Path) -> None:
    company.deals("number", "=HYPERLINK(1)", "-5x", "a, b")
    assert write_rejects(company.connection, tmp_path / "it's rejects.csv") == 3
    with (tmp_path / "it's rejects.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[2] == {
        "kind": "deals",
        "file": "deals.csv",
        "line": "4",
        "column": "x",
        "value": "a, b",
        "reason": "is not a number written as 1250",
        "code": "bad-number",
    }
    assert [r["value"] for r in rows[:2]] == ["'=HYPERLINK(1)", "'-5x"]


def test_a_rejects_file_that_cannot_be_written(company: Company, tmp_path: Path) -> None:
    company.deals("number", "x")
    with pytest.raises(Problems) as raised:
        write_rejects(company.connection, tmp_path / "no such folder" / "rejects.csv")
    assert raised.value.diagnostics[0].code == "rejects-not-written"


def test_the_setting_of_the_connection_is_put_back(company: Company) -> None:
    company.connection.execute("SET preserve_insertion_order = false")
    company.deals("number", "1", "x", "2")
    assert company.rejects() == [(3, "x", "x", "bad-number")]
    assert company.connection.execute("SELECT current_setting('preserve_insertion_order')").fetchone() == (False,)
