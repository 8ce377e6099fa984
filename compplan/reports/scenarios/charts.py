"""The charts of several scenarios: each function gives one, as an Altair object that stands alone, for the plans in one currency.

What is drawn are floats; what is read is made from the exact figures. Nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import altair as alt

from compplan.reports.charts.colours import AFTER, BEFORE, INK, LESS, MORE
from compplan.reports.charts.shapes import AMOUNTS, BAR, COUNTS, DIFFERENCES, WIDE, Row, coloured, rows, titled, tooltips
from compplan.whatif.comparison.comparison import CurrencyPart, Spread
from compplan.whatif.comparison.words import money, signed, signed_share
from compplan.whatif.scenarios.scenario import AS_IT_IS
from compplan.whatif.scenarios.try_scenarios import Tried

HIGH = 26
"""Pixels from one scenario to the next."""


def charts_of(tried: Sequence[Tried]) -> dict[str, alt.Chart | alt.LayerChart]:
    """All charts that put the scenarios beside each other, by name; each ends in its currency, as in `cost_of_each USD`."""
    currencies = dict.fromkeys(part.currency for one in tried for part in one.comparison.currencies)
    makes = (cost_of_each, difference_of_each, winners_and_losers_of_each, pay_of_each)
    return {f"{make.__name__} {currency}": make(tried, currency) for currency in currencies for make in makes}


def parts_in(tried: Sequence[Tried], currency: str) -> list[tuple[str, CurrencyPart]]:
    """The names of the scenarios with plans in a currency, and what these pay."""
    return [(one.name, part) for one in tried for part in one.comparison.currencies if part.currency == currency]


def cost_of_each(tried: Sequence[Tried], currency: str) -> alt.Chart:
    """What each scenario costs, and what it costs as it is."""
    parts = parts_in(tried, currency)
    found: list[Row] = []
    if parts:
        before = parts[0][1].total.before
        found.append({"scenario": AS_IT_IS, "cost": float(before), "kind": AS_IT_IS, "it costs": money(before, currency), "changed by": ""})
    for name, part in parts:
        told = {"it costs": money(part.total.after, currency), "changed by": _changed(part)}
        found.append({"scenario": name, "cost": float(part.total.after), "kind": "scenario", **told})
    read = "A bar is what all payees together are paid: grey as it is, blue under a scenario."
    chart: alt.Chart = (
        alt.Chart(rows(found))
        .mark_bar()
        .encode(
            y=_scenarios(),
            x=alt.X("cost:Q", title=currency, axis=alt.Axis(labelExpr=AMOUNTS, tickCount=6, labelOverlap=True)),
            color=coloured("kind", {AS_IT_IS: BEFORE, "scenario": AFTER}),
            tooltip=tooltips({k: k for k in ("scenario", "it costs", "changed by")}),
        )
        .properties(width=WIDE, height=max(len(found), 1) * HIGH, title=titled("What each scenario costs", read))
    )
    return chart


def difference_of_each(tried: Sequence[Tried], currency: str) -> alt.Chart:
    """By how much more or less each scenario costs than it does as it is."""
    found = [
        {
            "scenario": name,
            "difference": float(part.total.difference),
            "kind": "costs more" if part.total.difference >= 0 else "costs less",
            "it costs": money(part.total.after, currency),
            "changed by": _changed(part),
        }
        for name, part in parts_in(tried, currency)
    ]
    read = "A bar to the right is how much more a scenario costs than things as they are, one to the left how much less."
    chart: alt.Chart = (
        alt.Chart(rows(found))
        .mark_bar()
        .encode(
            y=_scenarios(),
            x=alt.X("difference:Q", title=f"difference, {currency}", axis=alt.Axis(labelExpr=DIFFERENCES, tickCount=6, labelOverlap=True)),
            color=coloured("kind", {"costs more": MORE, "costs less": LESS}),
            tooltip=tooltips({k: k for k in ("scenario", "it costs", "changed by")}),
        )
        .properties(width=WIDE, height=max(len(found), 1) * HIGH, title=titled("How much more or less", read))
    )
    return chart


def winners_and_losers_of_each(tried: Sequence[Tried], currency: str) -> alt.Chart:
    """How many payees get more under each scenario, to the right, and how many less, to the left."""
    found = [row for name, part in parts_in(tried, currency) for row in _counted(name, part)]
    read = "To the right are those who get more than as it is, to the left those who get less; who gets the same is in neither bar."
    axis = alt.Axis(labelExpr=COUNTS.replace("datum.value", "abs(datum.value)"), tickMinStep=1, tickCount=6, labelOverlap=True)
    chart: alt.Chart = (
        alt.Chart(rows(found))
        .mark_bar()
        .encode(
            y=_scenarios(),
            x=alt.X("count:Q", title="payees", axis=axis),
            color=coloured("kind", {"get more": MORE, "get less": LESS}),
            tooltip=tooltips({k: k for k in ("scenario", "kind", "how many")}),
        )
        .properties(
            width=WIDE,
            height=max(len({r["scenario"] for r in found}), 1) * HIGH,
            title=titled("How many get more, and how many less", read),
        )
    )
    return chart


def pay_of_each(tried: Sequence[Tried], currency: str) -> alt.LayerChart:
    """How pay is spread over payees under each scenario: the middle one, the middle half, and all but a tenth on either side."""
    parts = parts_in(tried, currency)
    spreads = [(AS_IT_IS, parts[0][1].spread_before)] if parts else []
    spreads += [(name, part.spread_after) for name, part in parts]
    found = [_spread_row(name, spread, currency) for name, spread in spreads if spread.quantiles]
    told = tooltips({k: k for k in ("scenario", *_TOLD.values())})
    base = alt.Chart(rows(found)).encode(y=_scenarios(), tooltip=told)
    axis = alt.Axis(labelExpr=AMOUNTS, tickCount=6, labelOverlap=True)
    wide = base.mark_rule(strokeWidth=2, color=BEFORE).encode(x=alt.X("10:Q", title=f"pay, {currency}", axis=axis), x2="90:Q")
    half = base.mark_bar(height=BAR - 6, color=AFTER).encode(x="25:Q", x2="75:Q")
    middle = base.mark_tick(height=BAR, thickness=3, color=INK).encode(x="50:Q")
    read = (
        "The line across is what the payee in the middle gets. Half of all payees are within the bar, and all but the tenth that "
        "gets least and the tenth that gets most within the line."
    )
    title = titled("How pay is spread under each", read)
    return alt.LayerChart(layer=[wide, half, middle], width=WIDE, height=max(len(found), 1) * HIGH, title=title)


_TOLD = {
    10: "a tenth gets at most",
    25: "a quarter gets at most",
    50: "half get at most",
    75: "three quarters get at most",
    90: "all but a tenth get at most",
}


def _scenarios() -> alt.Y:
    return alt.Y("scenario:N", sort=None, title=None, scale=alt.Scale(padding=0.25))


def _changed(part: CurrencyPart) -> str:
    share = signed_share(part.total)
    return (
        f"{signed(part.total.difference, part.currency)} ({share})" if share else signed(part.total.difference, part.currency) or "nothing"
    )


def _counted(name: str, part: CurrencyPart) -> Iterator[Row]:
    for kind, people, sign in (("get more", part.winners, 1), ("get less", part.losers, -1)):
        yield {"scenario": name, "kind": kind, "count": sign * len(people), "how many": f"{len(people):,} of {len(part.payees):,}"}


def _spread_row(name: str, spread: Spread, currency: str) -> Row:
    figures = {str(q): float(v) for q, v in spread.quantiles.items()}
    return {"scenario": name, **figures, **{_TOLD[q]: money(v, currency) for q, v in spread.quantiles.items()}}
