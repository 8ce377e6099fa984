"""The product from Python: open, check, run, ask; tables that pandas, Polars and DuckDB take as they are."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest

import compplan
from compplan.cli.main import main

TOTAL = Decimal("27127.54")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> compplan.Company:
    folder = tmp_path_factory.mktemp("acme")
    assert main(["init", str(folder)]) == 0
    return compplan.open_project(folder)


@pytest.fixture(scope="module")
def quarter(company: compplan.Company) -> compplan.Results:
    return company.run("2027-Q1")


def test_a_company_knows_its_plans(company: compplan.Company) -> None:
    assert company.name == "Example Company"
    assert company.check() == ()
    assert [p.name for p in company.plans()] == ["sales"]
    assert [t.passed for t in company.test()] == [True]


def test_what_a_notebook_shows_of_them_fits_a_line(company: compplan.Company, quarter: compplan.Results) -> None:
    assert repr(company) == "<Company Example Company: sales>"
    assert repr(quarter) == f"<Results Example Company 2027-Q1: {quarter.folder}>"


def test_pandas_takes_payouts(quarter: compplan.Results) -> None:
    frame: pd.DataFrame = quarter.payouts.to_pandas()
    assert frame["amount"].sum() == TOTAL


def test_polars_takes_payouts(quarter: compplan.Results) -> None:
    frame = pl.DataFrame(quarter.payouts)
    assert frame["amount"].sum() == TOTAL
    assert frame.filter(pl.col("payee") == "mia.chen").height == 2


def test_duckdb_takes_payouts(quarter: compplan.Results) -> None:
    payouts = quarter.payouts
    with duckdb.connect() as connection:
        assert connection.execute("SELECT sum(amount) FROM payouts").fetchall() == [(TOTAL,)]
    assert payouts.num_rows == 4


def test_earnings_and_credits(quarter: compplan.Results) -> None:
    assert sum(row["amount"] for row in quarter.earnings.to_pylist()) == TOTAL
    rows = quarter.credits().to_pylist()
    assert {row["credit"] for row in rows} == {"booking"}
    assert {"record", "payee", "credited"} <= set(rows[0])
    assert quarter.awards.num_rows == 0


def test_a_step_by_its_name(quarter: compplan.Results) -> None:
    assert quarter.step("credit_booking").num_rows >= quarter.credits().num_rows
    with pytest.raises(compplan.Problems, match="There is no such step"):
        quarter.step("credit_bookings")


def test_an_explanation(quarter: compplan.Results) -> None:
    assert quarter.explain("mia.chen").to_json()["payee"] == "mia.chen"
    with pytest.raises(compplan.Problems, match="There is no such person"):
        quarter.explain("nobody")


def test_credits_of_one_name_have_all_their_columns(quarter: compplan.Results) -> None:
    assert quarter.credits("booking").num_rows == quarter.credits().num_rows
    assert "record_kind" in quarter.credits("booking").column_names
    with pytest.raises(compplan.Problems, match="There is no such credit"):
        quarter.credits("bookings")


def test_credits_are_those_of_the_period(company: compplan.Company, quarter: compplan.Results) -> None:
    year = company.run("2027").credits().num_rows
    assert 0 < company.run("2027-02").credits().num_rows < quarter.credits().num_rows <= year


def test_printing_an_explanation_prints_it_as_text(quarter: compplan.Results) -> None:
    explanation = quarter.explain("mia.chen")
    assert str(explanation).startswith("Mia Chen (mia.chen), 2027-Q1, Example Company\n")
    assert str(explanation) == explanation.to_text()
    assert explanation._repr_html_().startswith("<pre>Mia Chen (mia.chen)")
    assert repr(explanation) == "<Explanation mia.chen 2027-Q1: Sales 2027>"
    assert max(map(len, explanation.to_text(60).splitlines())) <= 60


def test_what_became_of_a_deal_and_what_changed_since_another_period(company: compplan.Company, quarter: compplan.Results) -> None:
    trace = company.trace("2027-Q1", "mia.chen", "D-001")
    assert "-> mia.chen is credited with 62,000.00 USD in 2027-01" in str(trace)
    assert repr(trace) == "<RecordTrace D-001 mia.chen 2027-Q1>"
    changes = company.run("2027-Q2").compare(quarter, "mia.chen")
    assert str(changes).startswith("Mia Chen (mia.chen): 2027-Q2 beside 2027-Q1")
    assert changes.to_json()["before"] == "2027-Q1"


def test_results_as_a_workbook_and_as_csv(quarter: compplan.Results, tmp_path: Path) -> None:
    quarter.write_workbook(tmp_path / "payouts.xlsx")
    quarter.write_csv(str(tmp_path / "csv"))
    assert pd.read_csv(tmp_path / "csv" / "totals.csv")["amount"].sum() == float(TOTAL)
    assert (tmp_path / "payouts.xlsx").is_file()


def test_a_passing_run_leaves_nothing_behind(company: compplan.Company) -> None:
    results = company.run("2027-Q1")
    folder = results.folder
    assert folder.is_dir()
    del results
    assert not folder.exists()


def test_a_run_can_be_kept(company: compplan.Company, tmp_path: Path) -> None:
    results = company.run("2027-Q1", tmp_path / "runs")
    assert results.folder.parent == tmp_path / "runs"
    assert (results.folder / "payouts.csv").is_file()


@pytest.mark.parametrize("period", ["2027-Q5", "soon", "", "0000", "2026"])
def test_a_period_that_is_none_or_has_no_plan(company: compplan.Company, period: str) -> None:
    with pytest.raises(compplan.Problems):
        company.run(period)


def test_a_folder_without_a_project(tmp_path: Path) -> None:
    with pytest.raises(compplan.Problems, match=r"compplan\.yaml"):
        compplan.open_project(tmp_path)


def test_mistakes_in_plans_are_values_until_a_plan_is_needed(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path)]) == 0
    (tmp_path / "sales.plan").write_text("plan sales {")
    company = compplan.open_project(tmp_path)
    assert company.check()
    with pytest.raises(compplan.Problems):
        company.run("2027-Q1")
