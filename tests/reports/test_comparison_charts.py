"""The charts of a comparison: figures as they are given, none fetched, and all that is told made from exact ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import altair as alt
import pytest

from compplan.reports.comparison.charts import (
    MOST_BARS,
    attainment_distribution,
    charts_of,
    cost_by,
    cost_share_of_sales,
    largest_differences,
    pay_before_and_after,
    pay_concentration,
    pay_distribution,
    winners_and_losers,
)
from compplan.whatif.comparison.comparison import Amounts, CurrencyPart, Group
from tests.reports.comparisons import SMALL, comparison, many_payees, part_of, payees

CHARTS = (pay_before_and_after, largest_differences, winners_and_losers, pay_distribution, cost_share_of_sales, pay_concentration)


def data_of(chart: alt.Chart | alt.LayerChart) -> list[dict[str, Any]]:
    """The rows of the largest of a chart's data sets."""
    return max((v for v in chart.to_dict()["datasets"].values()), key=len, default=[])


@pytest.mark.parametrize("make", [lambda p: cost_by(p, "component"), lambda p: cost_by(p, "period"), *CHARTS])
@pytest.mark.parametrize("part", [part_of(SMALL), part_of(()), part_of(many_payees(200), "JPY", None)], ids=["small", "none", "many"])
def test_each_is_a_chart_that_stands_alone(make: Callable[[CurrencyPart], alt.Chart], part: CurrencyPart) -> None:
    made = make(part).to_dict()  # checked against the schema of Vega-Lite
    assert made["title"]["text"]
    assert "url" not in str(made.get("data", "")) + str(made.get("layer", ""))
    assert make(part).to_dict() == made


def test_the_cost_of_each_group_is_drawn_and_told() -> None:
    rows = data_of(cost_by(part_of(SMALL), "period"))
    assert [(r["name"], r["side"], r["figure"]) for r in rows] == [
        ("2027-01", "before", 1940.0),
        ("2027-01", "after", 2115.5),
        ("2027-02", "before", 1940.0),
        ("2027-02", "after", 2115.0),
    ]
    assert rows[0]["paid before"] == "1,940.00 USD"
    assert rows[0]["changed by"] == "+175.50 (+9.0%)"


def test_of_many_groups_the_smallest_are_added_up() -> None:
    part = part_of(SMALL)
    teams = tuple(Group(f"team {i}", Amounts(Decimal(i), Decimal(2 * i))) for i in range(40))
    part.by["team"] = teams  # type: ignore[index]
    rows = data_of(cost_by(part, "team"))
    assert len(rows) == 2 * (MOST_BARS + 1)
    assert rows[-2]["name"] == f"{40 - MOST_BARS} others"
    assert sum(r["figure"] for r in rows if r["side"] == "after") == sum(2 * i for i in range(40))


def test_groups_of_the_same_name_have_bars_of_their_own() -> None:
    part = part_of(SMALL)
    part.by["team"] = (Group("A", Amounts(Decimal(1), Decimal(1))), Group("A", Amounts(Decimal(2), Decimal(2))))  # type: ignore[index]
    assert {r["name"] for r in data_of(cost_by(part, "team"))} == {"A", "A (2)"}


def test_each_payee_is_a_point() -> None:
    rows = data_of(pay_before_and_after(part_of(SMALL)))
    assert {(r["name"], r["before"], r["after"], r["direction"]) for r in rows} == {
        ("Ana Ruiz", 1000.0, 1250.5, "gets more"),
        ("Ben Ode", 3000.0, 2900.0, "gets less"),
        ("Cy Lo", 0.0, 0.0, "the same"),
        ("Dee", -120.0, 80.0, "gets more"),
    }


def test_a_payee_far_from_all_others_is_left_out_and_told_of() -> None:
    chart = pay_before_and_after(part_of(many_payees(300)))
    assert len(data_of(chart)) == 299
    assert "1 whose pay is very far from that of all others is not drawn." in " ".join(chart.to_dict()["title"]["subtitle"])


def test_the_largest_differences_are_named_those_who_gain_first() -> None:
    found = payees([(f"p{i}", "100", str(100 + (i if i % 2 else -i))) for i in range(60)])
    rows = data_of(largest_differences(part_of(found), most=6))
    assert [(r["name"], r["difference"]) for r in rows] == [("p59", 59), ("p57", 57), ("p55", 55), ("p54", -54), ("p56", -56), ("p58", -58)]


def test_winners_and_losers_are_counted_by_how_much() -> None:
    chart = winners_and_losers(part_of(many_payees(2000)))
    rows = data_of(chart)
    part = part_of(many_payees(2000))
    assert sum(r["count"] for r in rows if r["to"] > 0) == len(part.winners)
    assert sum(r["count"] for r in rows if r["to"] <= 0) == len(part.losers)
    assert "668 payees get the same, and are not drawn." in " ".join(chart.to_dict()["title"]["subtitle"])


def test_every_payee_is_in_the_distribution_before_and_after() -> None:
    rows = data_of(pay_distribution(part_of(many_payees(500))))
    assert [sum(r["count"] for r in rows if r["side"] == side) for side in ("before", "after")] == [500, 500]


def test_what_is_the_same_before_and_after_is_drawn_once() -> None:
    same = part_of(payees([("A", "10", "10"), ("B", "20", "20")]))
    assert {r["side"] for r in data_of(pay_distribution(same))} == {"before and after"}


def test_attainment_is_counted_and_said() -> None:
    (spread,) = comparison(part_of(SMALL)).attainment
    chart = attainment_distribution(spread)
    rows = data_of(chart)
    assert sum(r["count"] for r in rows if r["side"] == "after") == 12
    assert "5 of 12 reach it, instead of 4." in " ".join(chart.to_dict()["title"]["subtitle"])


def test_shares_are_of_what_was_sold_and_of_all_pay() -> None:
    part = part_of(SMALL, sold="10000")
    assert [r["figure"] for r in data_of(cost_share_of_sales(part))] == [0.388, 0.42305]
    rows = {(r["name"], r["side"]): r["figure"] for r in data_of(pay_concentration(part))}
    assert rows["Payees who\nget something", "before"] == 0.5
    assert rows["Share of the\nbest paid fifth", "before"] == 0.75


def test_all_charts_have_stable_names() -> None:
    found = charts_of(comparison(part_of(SMALL)))
    assert list(found) == [
        "cost_by_component USD",
        "cost_by_period USD",
        "cost_by_role USD",
        "pay_before_and_after USD",
        "largest_differences USD",
        "winners_and_losers USD",
        "pay_distribution USD",
        "cost_share_of_sales USD",
        "pay_concentration USD",
        "attainment_of_arr",
    ]
    assert all(isinstance(chart, alt.Chart | alt.LayerChart) for chart in found.values())


def test_a_measure_with_quotas_of_several_groups_has_a_chart_for_each() -> None:
    one = comparison(part_of(SMALL))
    found = charts_of(replace(one, attainment=one.attainment * 3))
    assert [name for name in found if name.startswith("attainment")] == ["attainment_of_arr", "attainment_of_arr 2", "attainment_of_arr 3"]


def test_one_group_too_many_is_drawn_by_itself() -> None:
    part = part_of(SMALL)
    part.by["team"] = tuple(Group(f"team {i}", Amounts(Decimal(i), Decimal(i))) for i in range(MOST_BARS + 1))  # type: ignore[index]
    assert not any("others" in r["name"] for r in data_of(cost_by(part, "team")))
