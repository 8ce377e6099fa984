"""The page of several scenarios: all beside each other first, then each by itself, and nothing smuggled in."""

from __future__ import annotations

from typing import Any

import altair as alt
import pytest

from compplan.reports.comparison import page as one_comparison
from compplan.reports.scenarios.charts import charts_of, cost_of_each, difference_of_each, pay_of_each, winners_and_losers_of_each
from compplan.reports.scenarios.page import page_of
from compplan.whatif.scenarios.try_scenarios import Tried
from tests.reports.comparisons import NASTY, SMALL, comparison, part_of, payees
from tests.support.html import asks_nobody, read, runs_its_own_script_alone

LESS = payees([("Ana Ruiz", "1000.00", "900"), ("Ben Ode", "3000", "3000"), ("Cy Lo", "0", "0"), ("Dee", "-120", "-120")])
TRIED = (
    Tried("faster", "More beyond quota", comparison(part_of(SMALL))),
    Tried("slower", None, comparison(part_of(LESS), changes=["from 100%: 1.4x."])),
)


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(TRIED)


def rows_of(chart: alt.Chart | alt.LayerChart) -> list[dict[str, Any]]:
    """The rows that a chart draws."""
    (found,) = chart.to_dict()["datasets"].values()
    return list(found)


def test_the_answer_of_each_scenario_comes_first_and_leads_to_it(page: str) -> None:
    text = "".join(read(page).text)
    first = text.index("It would cost 350.50 USD more (+9.0%); 2 of 4 payees get more, 1 of 4 payees gets less.")
    second = text.index("It would cost 100.00 USD less (-2.6%); nobody gets more, 1 of 4 payees gets less.")
    assert first < second < text.index("All beside each other") < text.index("from 100% it is 1.6x, was 1.5x.") < text.index("1.4x.")
    links = [attributes["href"] for tag, attributes in read(page).tags if tag == "a"]
    ids = {attributes.get("id") for _, attributes in read(page).tags}
    assert links == ["#scenario-0", "#scenario-1"]
    assert {"scenario-0", "scenario-1"} <= ids


def test_everyone_stands_in_one_table_with_the_difference_under_each_scenario(page: str) -> None:
    head, *rows = read(page).rows["beside-0-table"]
    assert head == ["Payee", "Role", "As it is", "faster", "slower"]
    assert rows == [
        ["Ana Ruiz p0", "AE", "1,000.00", "+250.50", "-100.00"],
        ["Dee p3", "AE", "-120.00", "+200.00", ""],
        ["Ben Ode p1", "AE", "3,000.00", "-100.00", ""],
        ["Cy Lo p2", "AE", "0.00", "", ""],
    ]


def test_each_chart_puts_the_scenarios_beside_each_other() -> None:
    assert [(r["scenario"], r["cost"]) for r in rows_of(cost_of_each(TRIED, "USD"))] == [
        ("as it is", 3880.0),
        ("faster", 4230.5),
        ("slower", 3780.0),
    ]
    assert [(r["scenario"], r["difference"]) for r in rows_of(difference_of_each(TRIED, "USD"))] == [("faster", 350.5), ("slower", -100.0)]
    assert [(r["scenario"], r["count"]) for r in rows_of(winners_and_losers_of_each(TRIED, "USD"))] == [
        ("faster", 2),
        ("faster", -1),
        ("slower", 0),
        ("slower", -1),
    ]
    assert [(r["scenario"], r["50"], r["half get at most"]) for r in rows_of(pay_of_each(TRIED, "USD"))] == [
        ("as it is", 0.0, "0.00 USD"),
        ("faster", 80.0, "80.00 USD"),
        ("slower", 0.0, "0.00 USD"),
    ]


def test_nothing_is_asked_for_nothing_smuggled_in_and_the_same_is_the_same(page: str) -> None:
    assert asks_nobody(page)
    assert page_of(TRIED) == page
    nasty = page_of([Tried(NASTY, NASTY, comparison(part_of(payees([(NASTY, "1", "2"), ("B", "2", "2")])), changes=[NASTY])), *TRIED])
    assert {tag for tag, _ in read(nasty).tags} <= {tag for tag, _ in read(page).tags}
    assert runs_its_own_script_alone(nasty)


def test_a_currency_that_only_one_scenario_pays_has_a_part_of_its_own() -> None:
    both = Tried("abroad", None, comparison(part_of(SMALL), part_of(payees([("Aki", "0", "1500")]), "JPY", None)))
    rows = read(page_of([both, *TRIED])).rows
    assert rows["beside-1-table"] == [["Payee", "Role", "As it is", "abroad"], ["Aki p0", "AE", "0", "+1,500"]]
    assert len(rows["beside-0-table"]) == 5


def test_a_scenario_in_which_nobody_is_paid_is_told(page: str) -> None:
    text = "".join(read(page_of([Tried("nobody", None, comparison(part_of(()), owners=0)), TRIED[0]])).text)
    assert "Nobody is paid in USD, before or after." in text


def test_one_scenario_alone_is_told_in_full() -> None:
    assert page_of(TRIED[:1]) == one_comparison.page_of(TRIED[0].comparison)


def test_all_charts_have_stable_names() -> None:
    assert list(charts_of(TRIED)) == ["cost_of_each USD", "difference_of_each USD", "winners_and_losers_of_each USD", "pay_of_each USD"]
