"""`compplan compare`: two sets of plans on the same records, from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Call

PLANS = Path(__file__).resolve().parents[2] / "plans"


@pytest.fixture
def plan(tmp_path: Path) -> str:
    file = tmp_path / "account_executive.plan"
    shutil.copy(PLANS / "account_executive.plan", file)
    file.write_text(file.read_text().replace("from 100%: 1.5x", "from 100%: 1.6x"))
    return str(file)


def test_a_plan_file_is_compared_with_the_project(compplan: Call, plan: str) -> None:
    said = compplan("compare", str(PLANS), plan, "--period", "2027-02", "--by", "team")
    assert said.code == 0
    assert "Own bookings: from 100% it is 1.6x, was 1.5x." in said.out
    assert "By team" in said.out
    assert "By role" not in said.out


def test_for_programs(compplan: Call, plan: str) -> None:
    told = json.loads(compplan("compare", str(PLANS), plan, "--period", "2027-02", "--format", "json").out)
    assert told["changes"][0]["part"] == "Own bookings"
    assert sum(float(p["difference"]) for p in told["currencies"][0]["payees"]) == pytest.approx(
        float(told["currencies"][0]["total"]["difference"])
    )


def test_what_is_not_there_is_told(compplan: Call) -> None:
    said = compplan("compare", "nowhere", str(PLANS), "--period", "2027-Q1")
    assert said.code == 1
    assert "There is no folder or plan file nowhere" in said.err


def test_a_file_that_holds_no_plans_is_told(compplan: Call) -> None:
    said = compplan("compare", str(PLANS / "data" / "people.csv"), str(PLANS), "--period", "2027-Q1")
    assert said.code == 1
    assert "is no plan file" in said.err


def test_a_page_is_written_where_it_is_asked_for(compplan: Call, plan: str, tmp_path: Path) -> None:
    words = ("compare", str(PLANS), plan, "--period", "2027-02", "--html", "compared.html")
    said = compplan(*words, "--format", "json")
    assert said.code == 0
    assert json.loads(said.out)["period"] == "2027-02"
    assert "Written: compared.html" in said.err
    page = (tmp_path / "compared.html").read_text(encoding="utf-8")
    assert "Own bookings: from 100% it is 1.6x, was 1.5x." in page
    other = compplan("compare", str(PLANS), str(PLANS), "--period", "2027-02", "--html", "compared.html")
    assert other.code == 1
    assert "compared.html is there already, and holds something else" in other.err
    assert (tmp_path / "compared.html").read_text(encoding="utf-8") == page


@pytest.mark.parametrize(
    ("name", "told"), [("compared.pdf", "--html compared.html"), ("compared", "--html compared.html"), ("", "--html page.html")]
)
def test_a_page_has_the_name_of_one(compplan: Call, plan: str, name: str, told: str) -> None:
    said = compplan("compare", str(PLANS), plan, "--period", "2027-02", "--html", name)
    assert said.code == 2
    assert told in said.err
