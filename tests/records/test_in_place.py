"""Parquet that is sound is read from where it lies; whatever is wrong with it is told as with any other file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from compplan.diagnostics.model import Problems
from compplan.records import distinct
from tests.records.conftest import Company

DEALS = """
deals:
  source: "deals*.parquet"
  key: deal
  columns:
    deal: text
    owner: people
    second: {type: people, optional: true}
    note: {type: text, optional: true}
    quarter: quarter
    closed: {type: date, from: 2027-01-01, through: 2027-12-31}
    rate: ratio
    amount: {type: money, at_least: 0}
"""
SOUND: Mapping[str, list[Any]] = {
    "deal": ["D1", "D2", "D3"],
    "owner": ["Anna", "Ben", "Anna"],
    "second": ["Ben", None, None],
    "note": ["ätsch", None, "b"],
    "quarter": ["2027-Q1", "2027-Q2", "2027-Q2"],
    "closed": [date(2027, 1, 31), date(2027, 5, 1), date(2027, 6, 1)],
    "rate": [Decimal("0.5"), Decimal("1"), Decimal("-10")],
    "amount": [Decimal("1.50"), Decimal("0"), Decimal("99999.99")],
}
TYPES = pa.schema(
    [(c, pa.string()) for c in ("deal", "owner", "second", "note", "quarter")]
    + [("closed", pa.date32()), ("rate", pa.decimal128(18, 6)), ("amount", pa.decimal128(18, 2))]
)


def write(
    company: Company, changed: Mapping[str, list[Any]] | None = None, *, file: str = "deals.parquet", statistics: bool = True
) -> None:
    company.project(DEALS)
    pq.write_table(pa.table({**SOUND, **(changed or {})}, TYPES), company.root / file, write_statistics=statistics)


def is_view(company: Company, kind: str = "deals") -> bool:
    found = company.connection.execute("SELECT table_type FROM information_schema.tables WHERE table_name = ?", [kind]).fetchall()
    return found == [("VIEW",)]


@pytest.mark.parametrize("statistics", [True, False])
def test_sound_rows_stay_where_they_are(statistics: bool, company: Company) -> None:
    write(company, statistics=statistics)
    loaded = company.load()
    assert is_view(company)
    assert not is_view(company, "people")
    assert (loaded.kinds["deals"].read, loaded.kinds["deals"].rejected) == (3, 0)
    assert company.rows("deals") == list(zip(*SOUND.values(), strict=True))
    described = company.connection.execute("DESCRIBE records.deals").fetchall()
    assert [row[1] for row in described] == ["VARCHAR"] * 5 + ["DATE", "DECIMAL(18,6)", "DECIMAL(18,2)"]
    assert company.rejects() == []


@pytest.mark.parametrize("statistics", [True, False])
@pytest.mark.parametrize(
    ("changed", "rejects"),
    [
        ({"deal": ["D1", "", "D3"]}, [(2, "deal", None, "missing-value")]),
        ({"deal": ["D1", "\u2003", "D3"]}, [(2, "deal", None, "missing-value")]),
        ({"deal": ["D1", "D2", "D1"]}, [(1, "deal", "D1", "duplicate-key"), (3, "deal", "D1", "duplicate-key")]),
        ({"owner": ["Anna", "Bob", "Anna"]}, [(2, "owner", "Bob", "unknown-reference")]),
        ({"second": ["Ben", None, "Cleo"]}, [(3, "second", "Cleo", "unknown-reference")]),
        ({"quarter": ["2027-Q1", "2027-Q5", "2027-Q2"]}, [(2, "quarter", "2027-Q5", "bad-period")]),
        ({"closed": [date(2027, 1, 1), date(2026, 12, 31), date(2027, 12, 31)]}, [(2, "closed", "2026-12-31", "date-out-of-range")]),
        (
            {"closed": [date(2027, 1, 1), date(2028, 1, 1), None]},
            [(2, "closed", "2028-01-01", "date-out-of-range"), (3, "closed", None, "missing-value")],
        ),
        ({"rate": [Decimal(60), Decimal("0.5"), Decimal("0.5")]}, [(1, "rate", "60.000000", "suspicious-ratio")]),
        ({"rate": [Decimal(-60), Decimal("0.5"), Decimal("0.5")]}, [(1, "rate", "-60.000000", "suspicious-ratio")]),
        ({"amount": [Decimal("-0.01"), Decimal(1), Decimal(1)]}, [(1, "amount", "-0.01", "too-small")]),
    ],
)
def test_what_is_wrong_is_named(changed: Mapping[str, list[Any]], rejects: list[Any], statistics: bool, company: Company) -> None:
    write(company, changed, statistics=statistics)
    company.load()
    assert company.rejects() == rejects
    assert not is_view(company)
    assert len(company.rows("deals")) == 3 - len({line for line, *_ in rejects})


def write_with(company: Company, columns: Mapping[str, tuple[pa.DataType, list[Any]]]) -> None:
    """The sound deals, with some columns of another type."""
    company.project(DEALS)
    table = pa.table(SOUND, TYPES)
    for name, (kind, values) in columns.items():
        table = table.set_column(table.column_names.index(name), name, pa.array([Decimal(v) for v in values], kind))
    pq.write_table(table, company.root / "deals.parquet")


@pytest.mark.parametrize(("amount", "rate"), [((12, 1), (7, 4)), ((18, 0), (18, 5)), ((4, 2), (3, 1)), ((38, 2), (30, 6))])
def test_decimals_with_fewer_places_stay_too(amount: tuple[int, int], rate: tuple[int, int], company: Company) -> None:
    amounts, rates = ["1", "2", "99"], ["0.5", "1", "-10"]
    write_with(company, {"amount": (pa.decimal128(*amount), amounts), "rate": (pa.decimal128(*rate), rates)})
    company.load()
    assert is_view(company)
    assert [row[-2:] for row in company.rows("deals")] == [(Decimal(r), Decimal(a)) for r, a in zip(rates, amounts, strict=True)]
    described = company.connection.execute("DESCRIBE records.deals").fetchall()
    assert [row[1] for row in described][-2:] == ["DECIMAL(18,6)", "DECIMAL(18,2)"]


@pytest.mark.parametrize(("kind", "value"), [((20, 2), "1e16"), ((18, 0), "1e16"), ((38, 2), "-1e17"), ((18, 3), "1.005")])
def test_decimals_that_do_not_fit_are_copied_and_told(kind: tuple[int, int], value: str, company: Company) -> None:
    write_with(company, {"amount": (pa.decimal128(*kind), ["1", value, "3"])})
    company.load()
    assert not is_view(company)
    assert [row[:2] for row in company.rejects()] == [(2, "amount")]
    assert len(company.rows("deals")) == 2


@pytest.mark.parametrize(("amount", "stays"), [("12.50", True), ("12.00", True), ("0.10", False)])
def test_amounts_in_a_currency_of_their_own_stay_where_they_have_no_more_digits(amount: str, stays: bool, company: Company) -> None:
    company.project("""
    sales:
      source: sales.parquet
      columns:
        currency: currency
        value: {type: money, currency_in: currency}
    """)
    currencies = pa.array(["USD", "JPY" if not stays else "BHD", "EUR"])
    table = pa.table({"currency": currencies, "value": pa.array([Decimal(1), Decimal(amount), Decimal(2)], pa.decimal128(18, 2))})
    pq.write_table(table, company.root / "sales.parquet")
    company.load()
    assert is_view(company, "sales") == stays
    assert [row[1] for row in company.rejects()] == ([] if stays else ["value"])


def test_spaces_in_a_cell_that_may_be_empty_are_nothing(company: Company) -> None:
    write(company, {"second": ["Ben", "", "\u00a0 "], "note": [" ", "x", " y"]})
    company.load()
    assert is_view(company)
    assert [row[2:4] for row in company.rows("deals")] == [("Ben", None), (None, "x"), (None, " y")]


def test_a_label_in_small_letters_is_put_right(company: Company) -> None:
    write(company, {"quarter": ["2027-q1", "2027-Q2", "2027-Q2"]})
    company.load()
    assert company.rows("deals")[0][4] == "2027-Q1"


def test_several_files_are_one_kind(company: Company) -> None:
    write(company, file="deals1.parquet")
    write(company, {"deal": ["D4", "D5", "D6"]}, file="deals2.parquet")
    loaded = company.load()
    assert is_view(company)
    assert loaded.kinds["deals"].read == 6
    assert len(company.rows("deals")) == 6


def test_a_key_in_two_files(company: Company) -> None:
    write(company, file="deals1.parquet")
    write(company, {"deal": ["D4", "D3", "D6"]}, file="deals2.parquet")
    company.load()
    assert company.rejects() == [(3, "deal", "D3", "duplicate-key"), (2, "deal", "D3", "duplicate-key")]
    assert company.reasons() == ["is also in deals2.parquet line 2", "is also in deals1.parquet line 3"]


def test_rows_that_refer_to_a_rejected_row_go_with_it(company: Company) -> None:
    write(company)
    company.project(DEALS + "people: {source: people.csv, key: person, columns: {person: text, since: date}}")
    company.write({"people.csv": "person,since\nAnna,2020-01-01\nBen,yesterday\n"})
    company.load()
    assert {(line, code) for line, _, _, code in company.rejects()} == {
        (1, "refers-to-rejected"),
        (2, "refers-to-rejected"),
        (3, "bad-date"),
    }
    assert [row[0] for row in company.rows("deals")] == ["D3"]


def test_sums_are_checked_in_place(company: Company) -> None:
    kinds = "shares: {source: shares.parquet, add_up: [{column: share, to: 100%, for_each: deal}], columns: {deal: text, share: ratio}}"
    types = pa.schema([("deal", pa.string()), ("share", pa.decimal128(18, 6))])
    company.project(kinds)
    for last, rejected in (("0.5", 0), ("0.4", 2)):
        rows = {"deal": ["D1", "D1", "D2"], "share": [Decimal("0.5"), Decimal(last), Decimal(1)]}
        pq.write_table(pa.table(rows, types), company.root / "shares.parquet")
        assert company.load().kinds["shares"].rejected == rejected
        assert is_view(company, "shares") == (rejected == 0)


def test_another_currency_beside_the_amount(company: Company) -> None:
    company.project("deals: {source: deals.parquet, columns: {x: {type: money, currency_column: cur}}}")
    for second, rejected in (("usd ", 0), ("EUR", 1)):
        rows = {"x": pa.array([Decimal(1), Decimal(2)], pa.decimal128(18, 2)), "cur": ["USD", second]}
        pq.write_table(pa.table(rows), company.root / "deals.parquet")
        assert company.load().kinds["deals"].rejected == rejected


def test_many_keys_are_compared_by_sorted_hashes(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "FEW", 0)
    monkeypatch.setattr(distinct, "AT_ONCE", 2)
    write(company)
    company.load()
    assert is_view(company)
    write(company, {"deal": ["D3", "D2", "D3"]})
    company.load()
    assert [line for line, *_ in company.rejects()] == [1, 3]


def test_a_file_that_changes_later_is_noticed(company: Company) -> None:
    write(company)
    loaded = company.load()
    loaded.check_unchanged()
    (company.root / "deals.parquet").touch()
    loaded.check_unchanged()
    write(company, {"owner": ["Ben", "Ben", "Ben"]})
    with pytest.raises(Problems) as raised:
        loaded.check_unchanged()
    (problem,) = raised.value.diagnostics
    assert problem.code == "file-changed"
    assert problem.message.startswith("deals.parquet was changed, moved or removed")


def test_a_file_that_goes_away_later_is_noticed(company: Company) -> None:
    write(company)
    loaded = company.load()
    (company.root / "people.csv").unlink()
    with pytest.raises(Problems, match=r"people\.csv was changed, moved or removed"):
        loaded.check_unchanged()


def test_a_damaged_file(company: Company) -> None:
    write(company)
    data = (company.root / "deals.parquet").read_bytes()
    (company.root / "deals.parquet").write_bytes(data[:4] + b"\xff" * 200 + data[204:])
    problem = company.refusal()
    assert problem.code == "unreadable-file"
    assert problem.message.startswith("deals.parquet cannot be read")


@pytest.mark.parametrize("module", ["compplan.records", "compplan.records.project"])
def test_reading_a_project_needs_no_database(module: str) -> None:
    script = f"import sys, {module}; print([m for m in ('duckdb', 'pyarrow', 'numpy', 'python_calamine') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_name_with_signs_of_a_pattern_is_one_file(suffix: str, company: Company) -> None:
    company.project(f'deals: {{source: "deals[[]1].{suffix}", columns: {{x: text}}}}')
    for file, value in ((f"deals[1].{suffix}", "right"), (f"deals1.{suffix}", "wrong")):
        if suffix == "csv":
            company.write({file: f"x\n{value}\n"})
        else:
            pq.write_table(pa.table({"x": [value]}), company.root / file)
    company.load()
    assert company.rows("deals") == [("right",)]
