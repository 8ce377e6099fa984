"""A CRM export that nobody here wrote: American dates, a product spelt in two ways, accounts left empty, open deals."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.records.conftest import Company

DATA = Path(os.environ.get("COMPPLAN_CRM_DATA") or Path(__file__).parents[3] / "shared/data/crm")

pytestmark = pytest.mark.skipif(not (DATA / "sales_pipeline.csv").exists(), reason="the CRM export is not here")

RECORDS = """
people:
  source: data/sales_teams.csv
  key: person
  columns:
    person: {type: text, column: sales_agent}
    manager: text
    region: {type: text, column: regional_office}
products:
  source: data/products.csv
  key: product
  columns: {product: text, series: text, price: {type: money, column: sales_price}}
accounts:
  source: data/accounts.csv
  key: account
  columns:
    account: text
    revenue: {type: money, decimals: 2}
    parent: {type: accounts, column: subsidiary_of, optional: true}
deals:
  source: data/sales_pipeline.csv
  key: deal
  columns:
    deal: {type: text, column: opportunity_id}
    owner: {type: people, column: sales_agent}
    product: {type: products, values: {GTXPro: GTX Pro}}
    account: {type: accounts, optional: true}
    stage: {type: text, column: deal_stage}
    engaged: {type: date, column: engage_date, format: "%m/%d/%Y", optional: true}
    closed: {type: date, column: close_date, format: "%m/%d/%Y", optional: true}
    amount: {type: money, column: close_value, optional: true}
"""


@pytest.fixture
def export(company: Company) -> Company:
    shutil.copytree(DATA, company.root / "data")
    company.project(RECORDS)
    return company


def test_every_row_is_good_once_the_export_is_described(export: Company) -> None:
    loaded = export.load()
    assert loaded.diagnostics == ()
    assert {k: c.read for k, c in loaded.kinds.items()} == {"people": 35, "products": 7, "accounts": 85, "deals": 8800}
    stages = export.connection.execute(
        "SELECT stage, count(*), count(closed), count(amount), min(closed)::VARCHAR FROM records.deals GROUP BY stage ORDER BY stage"
    ).fetchall()
    assert stages == [
        ("Engaging", 1589, 0, 0, None),
        ("Lost", 2473, 2473, 2473, "2017-03-01"),
        ("Prospecting", 500, 0, 0, None),
        ("Won", 4238, 4238, 4238, "2017-03-01"),
    ]


def test_a_product_spelt_otherwise_is_asked_for_once(export: Company) -> None:
    export.project(RECORDS.replace("{type: products, values: {GTXPro: GTX Pro}}", "products"))
    loaded = export.load()
    (problem,) = loaded.diagnostics
    assert loaded.kinds["deals"].rejected == 1480
    assert "“GTXPro”" in problem.message
    assert 'values: {"GTXPro": "GTX Pro"}' in (problem.hint or "")


def test_european_dates_would_be_noticed(export: Company) -> None:
    export.project(RECORDS.replace("%m/%d/%Y", "%d/%m/%Y"))
    assert {d.code for d in export.load().diagnostics} == {"bad-date"}


def test_accounts_left_empty_are_told_where_they_are_required(export: Company) -> None:
    export.project(RECORDS.replace("account: {type: accounts, optional: true}", "account: accounts"))
    loaded = export.load()
    assert [d.code for d in loaded.diagnostics] == ["missing-value"]
    assert loaded.kinds["deals"].rejected == 1425
