"""Plans that were amended, and plans based on others: run whole, paid under one name, and explained in the words of the day."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import compplan
from compplan.engine.explain_difference import difference
from tests.support.projects import assert_explained, write_project

PLAN = """plan ae "Account Executive" {
  effective from 2027-01-01 through 2027-12-31
  payees    everyone
  currency  USD, each earning rounded to 0.01, half away from zero
  payout    each quarter, a negative one is owed
  parameter rate = 10%

  credit booking from deals {
    on     close_date
    amount amount
    give   100% to owner
  }
  measure arr = sum(booking.credited)
  quota for arr each quarter = sum(quotas.amount)

  commission own "Own bookings" {
    for    each month, on the quarter to date less what was earned before, against the full quota
    pay    rate * arr
    times  the step reached by attainment(arr) {
      below 50%: 0x
      from  50%: 1x
    }
  }
  commission each_deal "Each deal" {
    for  each booking
    pay  1% of credited
  }
}
"""

AMENDMENT = """amend ae "From March" {
  effective from 2027-03-01
  because   "Agreed."
  change commission own {
    from 50%: 1x becomes 2x
    add cap at 500 USD
  }
  remove commission each_deal
}

plan twice "Twice" based on ae {
  change commission own {
    pay rate * arr becomes 2 * rate * arr
  }
}
"""

DEALS = "deal,owner,close_date,amount,kind\nd1,ana,2027-02-10,1000.00,new\nd2,ana,2027-03-31,250.50,new\nd3,bob,2027-03-02,600.00,new\n"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> compplan.Results:
    root = tmp_path_factory.mktemp("project")
    write_project(root, {"ae": PLAN, "march": AMENDMENT}, deals=DEALS)
    company = compplan.open_project(root)
    assert [d.message for d in company.check() if d.is_error] == []
    return company.run("2027-Q1", tmp_path_factory.mktemp("runs"))


def paid(results: compplan.Results, plan: str) -> dict[tuple[str, str], Fraction]:
    rows = results.payouts.to_pylist()
    return {(r["payee"], r["component"]): Fraction(r["amount"]) for r in rows if r["plan"] == plan}


def test_one_component_is_paid_by_two_texts_under_one_name(results: compplan.Results) -> None:
    # ana: 100 to date in February; in March 2 x 125.05 less 2 x 100. bob: 2 x 60.
    assert paid(results, "ae") == {
        ("ana", "own"): Fraction("150.10"), ("ana", "each_deal"): 10, ("bob", "own"): 120,
    }  # fmt: skip


def test_a_plan_that_is_based_on_it_takes_its_amendments_over(results: compplan.Results) -> None:
    # the cap of 500 for the figure to date: ana 200 to date in February; in March least(500.20, 500) less 400
    assert paid(results, "twice")["ana", "own"] == 300


def test_every_explanation_adds_up(results: compplan.Results) -> None:
    assert_explained(results)


def test_an_explanation_shows_the_sentences_that_held(results: compplan.Results) -> None:
    plan = results.explain("ana", "ae").to_json()["plans"][0]
    first, second = (c for c in plan["components"] if c["name"] == "own")
    assert "from  50%: 1x" in first["sentences"]
    assert "from 50%: 2x" in second["sentences"]
    assert "cap at 500 USD" in second["sentences"]
    assert [e["when"] for e in first["earnings"]] == ["2027-01", "2027-02"]
    assert [e["when"] for e in second["earnings"]] == ["2027-03"]


def test_each_line_of_the_results_stands_once(results: compplan.Results, tmp_path: Path) -> None:
    results.write_csv(tmp_path)
    for file in tmp_path.glob("*.csv"):
        lines = file.read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(set(lines)), file.name


def test_a_difference_takes_both_texts_together(results: compplan.Results) -> None:
    explanation = results.explain("ana", "ae")
    change = difference(explanation, explanation).plans[0]
    assert [(line.before, line.now) for line in change.lines if line.name == "own"] == [(Fraction("150.10"), Fraction("150.10"))]
