"""The page of a simulated period: what it may cost and how likely that is too much come first, and nothing is smuggled in."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import altair as alt
import pytest

from compplan.reports.simulation.charts import (
    MOST_PAYEES,
    chance_of_more,
    charts_of,
    cost_distribution,
    cost_ranges,
    costs_of_each,
    differences_of_each,
    pay_ranges,
    quota_chances,
    spread_sources,
)
from compplan.reports.simulation.page import page_of
from compplan.reports.simulation.words import about, answer, likely
from compplan.whatif.simulation.forecast import CurrencyForecast, Forecasts
from tests.reports.comparisons import NASTY
from tests.reports.forecasts import ONE, SEVERAL, currency_forecast, forecast
from tests.support.html import asks_nobody, read, runs_its_own_script_alone

PART = ONE.sides[0].currencies[0]


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(ONE)


@pytest.fixture(scope="module")
def several() -> str:
    return page_of(SEVERAL)


def rows_with(chart: alt.Chart | alt.LayerChart, column: str) -> list[dict[str, Any]]:
    """The rows that a chart draws which have a column."""
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows if column in row]


def words_of(chart: alt.Chart | alt.LayerChart) -> str:
    return " ".join(chart.to_dict()["title"]["subtitle"])


def test_the_answer_comes_first(page: str) -> None:
    text = "".join(read(page).text)
    said = answer(ONE.sides[0], PART)
    assert said.startswith(
        f"Eight times out of ten it costs {about(PART.cost.p10)} USD to {about(PART.cost.p90)} USD, half of the time at most"
    )
    assert (
        f"The chance that it costs more than the budget of 115,000 USD is {likely(PART.budget.chance if PART.budget else Fraction(0))}"
        in said
    )
    assert text.index(said) < text.index("What the period may cost") < text.index("What this takes for granted")
    assert "Deals of 2027 are drawn from 900 records of 2025-01 to 2026-12." in text


def test_everyone_is_in_the_table_the_best_paid_first(page: str) -> None:
    head, *rows = read(page).rows["side-0-0-table"]
    assert head == ["Payee", "Role", "P10", "P50", "P90", "Of the spread", "Reaches arr"]
    best = max(PART.payees, key=lambda p: p.pay.p50)
    pay = [about(f) for f in (best.pay.p10, best.pay.p50, best.pay.p90)]
    assert rows[0] == [f"{best.name} {best.payee}", "AE", *pay, "8.3%", likely(best.chances[0].chance)]
    assert len(rows) == len(PART.payees)


def test_every_simulated_period_is_counted_once_those_over_the_budget_apart() -> None:
    rows = rows_with(cost_distribution(PART), "which")
    assert PART.budget is not None
    over = sum(r["high"] - r["low"] for r in rows if r["which"] == "over the budget")
    assert Fraction(over, len(PART.costs)) == PART.budget.chance
    assert sum(r["high"] - r["low"] for r in rows) == len(PART.costs)


def test_lines_stand_at_the_middle_at_both_ends_and_at_the_budget() -> None:
    lines = {r["what"]: r["at"] for r in rows_with(cost_distribution(PART), "at")}
    assert lines == {"P10": float(PART.cost.p10), "P50": float(PART.cost.p50), "P90": float(PART.cost.p90), "budget": 115000.0}


def test_a_budget_far_away_is_told_and_not_drawn() -> None:
    chart = cost_distribution(currency_forecast(budget="9000000"))
    assert "budget" not in {r["what"] for r in rows_with(chart, "at")}
    assert "The budget of 9,000,000 USD lies far above all of this, and is not drawn." in words_of(chart)


def test_the_curve_gives_the_chance_of_more_at_every_amount() -> None:
    rows = rows_with(chance_of_more(PART), "chance")
    for row in rows:
        assert row["chance"] == sum(float(c) > row["amount"] for c in PART.costs) / len(PART.costs)
    assert [r["chance"] for r in rows] == sorted((r["chance"] for r in rows), reverse=True)
    assert rows[-1]["chance"] == 0


def test_parts_are_drawn_from_p10_to_p90_and_by_their_share_of_the_spread() -> None:
    ranges = rows_with(cost_ranges(PART), "p10")
    assert {(r["part"], r["p10"], r["p50"], r["p90"]) for r in ranges} == {
        (p.name.replace(": ", ":\n"), float(p.cost.p10), float(p.cost.p50), float(p.cost.p90)) for p in PART.by["component"]
    }
    assert [(r["share"], r["kind"], r["of the spread"]) for r in rows_with(spread_sources(PART), "share")] == [
        (1.3, "adds to the spread", "130.0%"),
        (-0.3, "evens it out", "-30.0%"),
    ]


def test_payees_are_drawn_with_their_chance_those_who_are_least_sure_where_they_are_many() -> None:
    many = currency_forecast(people=60, replicates=50)
    chart = pay_ranges(many)
    rows = rows_with(chart, "p10")
    widest = sorted(many.payees, key=lambda p: p.pay.p10 - p.pay.p90)[:MOST_PAYEES]
    assert {r["payee"] for r in rows} == {p.name for p in widest}
    assert f"The {MOST_PAYEES} payees whose pay is least sure, of 60." in words_of(chart)
    assert rows[0]["chance of the quota"].startswith("arr ")


def test_every_payee_with_a_quota_is_counted_among_the_chances() -> None:
    rows = rows_with(quota_chances(PART, "arr"), "count")
    assert [r["count"] for r in rows] == [sum(n <= 10 * c.chance < n + 1 for p in PART.payees for c in p.chances) for n in range(10)]
    assert rows_with(quota_chances(PART, "nothing"), "count") == []


def test_sides_stand_beside_each_other_with_the_difference_in_the_same_period(several: str) -> None:
    strips = rows_with(costs_of_each(SEVERAL, "USD"), "share")
    for name in ("as it is", "faster"):
        assert sum(r["share"] for r in strips if r["side"] == name) == pytest.approx(1)
    (more,) = rows_with(differences_of_each(SEVERAL, "USD"), "p10")
    wanted = SEVERAL.difference(1, "USD")
    assert wanted is not None
    assert (more["side"], more["p10"], more["p90"]) == ("faster", float(wanted.p10), float(wanted.p90))
    assert [attributes["href"] for tag, attributes in read(several).tags if tag == "a"] == ["#side-0", "#side-1"]
    assert "All beside each other" in "".join(read(several).text)


def test_nothing_is_asked_for_nothing_smuggled_in_and_the_same_is_the_same(page: str, several: str) -> None:
    assert asks_nobody(several)
    assert page_of(ONE) == page
    found = forecast(currency_forecast(3, 400, None, names=(NASTY,)), currency_forecast(0, 400, None, "JPY"), name=NASTY)
    nasty = page_of(Forecasts((found, *SEVERAL.sides[:1])))
    assert {tag for tag, _ in read(nasty).tags} <= {tag for tag, _ in read(several).tags}
    assert runs_its_own_script_alone(nasty)
    assert "Nobody is paid in JPY in any of the 400 simulated periods." in "".join(read(nasty).text)


def test_a_cost_that_is_always_the_same_is_told_in_words() -> None:
    always = currency_forecast(1, 10, None)
    flat = CurrencyForecast("USD", (always.cost.p50,) * 10, always.cost, None, {}, always.payees, None)
    text = "".join(read(page_of(Forecasts((forecast(flat),)))).text)
    assert f"It costs {about(always.cost.p50)} USD, whatever comes." in text
    assert "What the period may cost" not in text


@pytest.mark.parametrize(
    ("chance", "words"),
    [("0", "0%"), ("1", "100%"), ("1/3000", "less than 0.1%"), ("2999/3000", "more than 99.9%"), ("1/8", "12.5%")],
)
def test_nothing_is_called_impossible_or_sure_that_is_not(chance: str, words: str) -> None:
    assert likely(Fraction(chance)) == words


def test_amounts_of_forecasts_have_no_digits_that_nobody_knows() -> None:
    assert [about(Decimal(a)) for a in ("1234567.50", "-999.995", "0.00", "-0.001", "12.3")] == [
        "1,234,568",
        "-1,000.00",
        "0.00",
        "0.00",
        "12.30",
    ]


def test_all_charts_have_stable_names() -> None:
    one = ["cost_distribution USD", "chance_of_more USD", "pay_ranges USD", "cost_by_component USD", "spread_by_component USD"]
    one += ["cost_by_role USD", "spread_by_role USD", "chances_of_arr USD"]
    assert list(charts_of(ONE)) == one
    assert list(charts_of(SEVERAL)) == [*one, "costs_of_each USD", "differences_of_each USD"]
    assert all(chart.to_dict()["title"]["text"] for chart in charts_of(SEVERAL).values())
