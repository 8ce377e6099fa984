"""Parquet: what has the right type is taken as it is, what can be converted exactly is, the rest is named by its row."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.records.conftest import Company


def load(company: Company, column: str, values: list[Any], kind: pa.DataType | None = None) -> None:
    company.project(f"deals:\n  source: deals.parquet\n  columns:\n    x: {column}")
    pq.write_table(pa.table({"x": pa.array(values, kind)}), company.root / "deals.parquet")
    company.load()


@pytest.mark.parametrize(
    ("column", "values", "kind", "stored"),
    [
        ("money", [Decimal("1.50")], pa.decimal128(18, 2), Decimal("1.50")),
        ("money", [Decimal("1.5000")], pa.decimal128(38, 4), Decimal("1.50")),
        ("money", [15], pa.int64(), Decimal("15.00")),
        ("money", [1.1], pa.float64(), Decimal("1.10")),
        ("money", ["1.1"], pa.string(), Decimal("1.10")),
        ("ratio", [0.1], pa.float32(), Decimal("0.100000")),
        ("ratio", ["12.5%"], pa.string(), Decimal("0.125000")),
        ("date", [date(2027, 1, 31)], pa.date32(), date(2027, 1, 31)),
        ("date", [datetime(2027, 1, 31)], pa.timestamp("us"), date(2027, 1, 31)),  # noqa: DTZ001
        ('{type: date, format: "%d.%m.%Y"}', ["31.01.2027"], pa.string(), date(2027, 1, 31)),
        ("yes/no", [True], pa.bool_(), True),
        ("yes/no", [1], pa.int8(), True),
        ("text", [7], pa.int64(), "7"),
        ("text", ["a"], pa.dictionary(pa.int32(), pa.string()), "a"),
        ("year", [2027], pa.int32(), "2027"),
        ("people", ["Anna"], pa.string(), "Anna"),
    ],
)
def test_values_are_taken_exactly(column: str, values: list[Any], kind: pa.DataType, stored: object, company: Company) -> None:
    load(company, column, values, kind)
    assert company.rejects() == []
    assert company.rows("deals") == [(stored,)]


@pytest.mark.parametrize(
    ("column", "values", "kind", "codes"),
    [
        ("money", [Decimal("1.50"), None, Decimal("1.00")], pa.decimal128(18, 2), {2: "missing-value"}),
        ("money", [Decimal("1.005"), Decimal("1.010")], pa.decimal128(18, 3), {1: "too-many-digits"}),
        (
            "money",
            [1.005, float("nan"), float("inf"), 1e300],
            pa.float64(),
            {1: "too-many-digits", 2: "bad-amount", 3: "bad-amount", 4: "bad-amount"},
        ),
        ("money", [10**17], pa.int64(), {1: "too-large"}),
        ("number", [1, 2**62], pa.int64(), {2: "too-large"}),
        ("date", [date(2027, 1, 31), date(1, 1, 1), date(9999, 12, 31)], pa.date32(), {2: "date-out-of-range", 3: "date-out-of-range"}),
        ("date", [datetime(2027, 1, 31, 13)], pa.timestamp("us"), {1: "bad-date"}),  # noqa: DTZ001
        ("yes/no", [0, 1, 2], pa.int32(), {3: "bad-yes-no"}),
        ("text", ["a", "", " "], pa.string(), {2: "missing-value", 3: "missing-value"}),
        ("ratio", [Decimal("60.000000")], pa.decimal128(18, 6), {1: "suspicious-ratio"}),
    ],
)
def test_what_cannot_be_taken_is_named_by_its_row(
    column: str, values: list[Any], kind: pa.DataType, codes: dict[int, str], company: Company
) -> None:
    load(company, column, values, kind)
    assert {line: code for line, _, _, code in company.rejects()} == codes
    assert len(company.rows("deals")) == len(values) - len(codes)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("date", pa.timestamp("us", tz="UTC")),
        ("money", pa.bool_()),
        ("text", pa.float64()),
        ("text", pa.list_(pa.string())),
        ("text", pa.binary()),
    ],
)
def test_a_type_that_says_something_else_is_refused(column: str, kind: pa.DataType, company: Company) -> None:
    company.project(f"deals:\n  source: deals.parquet\n  columns:\n    x: {column}")
    pq.write_table(pa.table({"x": pa.array([None], kind)}), company.root / "deals.parquet")
    problem = company.refusal()
    assert problem.code == "wrong-column-type"
    assert "“x” of deals.parquet" in problem.message


@pytest.mark.parametrize("data", [b"", b"PAR1", b"not parquet at all, but long enough to be looked at"])
def test_what_is_no_parquet_file(data: bytes, company: Company) -> None:
    company.project("deals: {source: deals.parquet, columns: {x: text}}")
    company.write({"deals.parquet": data})
    assert company.refusal().code == "unreadable-file"


def test_a_missing_column(company: Company) -> None:
    company.project("deals: {source: deals.parquet, columns: {amount: money}}")
    pq.write_table(pa.table({"amuont": [1]}), company.root / "deals.parquet")
    problem = company.refusal()
    assert problem.code == "missing-column"
    assert "Did you mean “amuont”" in (problem.hint or "")


def test_many_rows_keep_their_numbers(company: Company) -> None:
    size = 300_000
    company.project("deals: {source: deals.parquet, key: deal, columns: {deal: text, x: {type: number, optional: true}}}")
    keys = [f"D{i}" for i in range(size)]
    keys[250_000] = "D7"
    values: list[str | None] = [str(i) for i in range(size)]
    values[123_456], values[299_999] = "x", None
    pq.write_table(pa.table({"deal": keys, "x": values}), company.root / "deals.parquet", row_group_size=20_000)
    company.load()
    assert [(line, code) for line, _, _, code in company.rejects()] == [
        (8, "duplicate-key"),
        (123_457, "bad-number"),
        (250_001, "duplicate-key"),
    ]
    assert len(company.rows("deals")) == size - 3
