"""The charts of a simulated period: each function gives one, as an Altair object that stands alone.

What is drawn are floats; what is read is made from the exact figures. Nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial

import altair as alt

from compplan.reports.charts.bins import Bins, bins_of
from compplan.reports.charts.colours import AFTER, INK, LESS, MORE
from compplan.reports.charts.shapes import (
    AMOUNTS,
    COUNTS,
    DIFFERENCES,
    LINES,
    SHARES,
    WIDE,
    Row,
    coloured,
    intervals,
    marked,
    rows,
    titled,
    tooltips,
    whole_ticks,
)
from compplan.reports.simulation.words import about_money, likely, range_told
from compplan.whatif.comparison.words import percent
from compplan.whatif.simulation.forecast import CurrencyForecast, Forecasts, Part, PayeeForecast

MOST_BINS, MOST_POINTS, MOST_PARTS, MOST_PAYEES = 40, 200, 15, 25
"""How many bars a distribution has, how many points a curve, and how many parts and payees have a row of their own, at most."""
RANGE = ("one in ten below (P10)", "in the middle (P50)", "one in ten above (P90)")
_WITHIN, _OVER = "within the budget", "over the budget"


def charts_of(forecasts: Forecasts) -> dict[str, alt.Chart | alt.LayerChart]:
    """All charts of the first side by name, and those that put the sides beside each other where there are several.

    Each ends in its currency, as in `cost_distribution USD`; `cost_by_component`, `spread_by_component` and so on are for each grouping.
    """
    found: dict[str, alt.Chart | alt.LayerChart] = {}
    for part in forecasts.sides[0].currencies:
        for make in (cost_distribution, chance_of_more, pay_ranges):
            found[f"{make.__name__} {part.currency}"] = make(part)
        for what in part.by:
            found[f"cost_by_{what} {part.currency}"] = cost_ranges(part, what)
            found[f"spread_by_{what} {part.currency}"] = spread_sources(part, what)
        for measure in dict.fromkeys(c.measure for p in part.payees for c in p.chances):
            found[f"chances_of_{measure} {part.currency}"] = quota_chances(part, measure)
        if len(forecasts.sides) > 1:
            found[f"costs_of_each {part.currency}"] = costs_of_each(forecasts, part.currency)
            found[f"differences_of_each {part.currency}"] = differences_of_each(forecasts, part.currency)
    return found


def cost_distribution(part: CurrencyForecast) -> alt.LayerChart:
    """In how many of all replicates the cost is how high; lines stand at P10, P50, P90 and at the budget."""
    bins = bins_of(part.costs, most=MOST_BINS, with_zero=False)
    found = [] if bins is None else list(_counted(part, bins))
    axis = f"cost, {part.currency}"
    bars = (
        alt.Chart(rows(found))
        .mark_rect()
        .encode(
            x=alt.X("from:Q", title=axis, scale=alt.Scale(zero=False, nice=False), axis=_amounts(grid=False)),
            x2="to:Q",
            y=alt.Y("low:Q", title="simulated periods", axis=alt.Axis(labelExpr=COUNTS, tickMinStep=1, tickCount=5)),
            y2="high:Q",
            color=alt.condition(f"datum.which === '{_OVER}'", alt.value(LESS), alt.value(AFTER)),
            tooltip=tooltips({"range": axis, "many": "how many"}),
        )
    )
    places = _three_lines(part) if found else {}
    read = (
        "A bar counts the simulated periods that cost so much. One in ten costs less than the line P10, half cost less than P50, "
        f"and one in ten costs more than P90.{_budget_words(part)}"
    )
    lines = [*marked(places, INK, partial(about_money, currency=part.currency), axis), *_budget_line(part, axis)]
    return alt.LayerChart(layer=[bars, *lines], width=WIDE, height=240, title=titled("What the period may cost", read))


def chance_of_more(part: CurrencyForecast) -> alt.LayerChart:
    """How likely the period costs more than any amount."""
    found = [
        {
            "amount": float(amount),
            "chance": float(chance),
            "costs more than": about_money(amount, part.currency),
            "chance of that": likely(chance),
        }
        for amount, chance in _exceeding(part)
    ]
    axis = f"cost, {part.currency}"
    curve = (
        alt.Chart(rows(found))
        .mark_line(color=AFTER, interpolate="step-after", strokeWidth=2.5)
        .encode(
            x=alt.X("amount:Q", title=axis, scale=alt.Scale(zero=False, nice=False), axis=_amounts()),
            y=alt.Y(
                "chance:Q", title="chance that it costs more", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(labelExpr=SHARES, tickCount=5)
            ),
        )
    )
    points = (
        alt.Chart(rows(found))
        .mark_point(size=160, opacity=0)
        .encode(x="amount:Q", y="chance:Q", tooltip=_told("costs more than", "chance of that"))
    )
    read = "Pick an amount below, go up to the curve, and read on the left how likely the period costs more than that."
    read += _budget_words(part)
    lines = _budget_line(part, axis)
    return alt.LayerChart(
        layer=[curve, points, *lines], width=WIDE, height=240, title=titled("How likely it costs more than so much", read)
    )


def cost_ranges(part: CurrencyForecast, what: str = "component") -> alt.LayerChart:
    """From where to where the cost of each part goes, by `component` or a column of people; the dearest first.

    Raises KeyError where it was not simulated by that.
    """
    chosen = sorted(part.by[what], key=lambda p: (-p.cost.p50, p.name))[:MOST_PARTS]
    found = [{"part": _lines(p.name, what), **_range_row(p, part.currency)} for p in chosen]
    read = f"Each line goes from P10 to P90 of a {what}; the mark in it is P50, which half of all simulated periods do not exceed."
    read += _few(part, what)
    title, high = titled(f"Cost by {what}", read), 32 if what == "component" else 24
    return intervals(found, "part", f"cost, {part.currency}", ("part", *RANGE), title, high=high)


def spread_sources(part: CurrencyForecast, what: str = "component") -> alt.Chart:
    """How much of the spread of the whole cost comes from each part; all parts add up to 1. Raises KeyError as `cost_ranges` does."""
    known = [p for p in part.by[what] if p.spread is not None]
    chosen = sorted(known, key=lambda p: (-abs(p.spread or 0), p.name))[:MOST_PARTS]
    colours = {"adds to the spread": AFTER, **({"evens it out": MORE} if any((p.spread or 0) < 0 for p in chosen) else {})}
    found = [
        {
            "part": _lines(p.name, what),
            "share": float(p.spread or 0),
            "kind": "adds to the spread" if (p.spread or 0) >= 0 else "evens it out",
            "of the spread": percent(p.spread or Fraction(0)),
            **range_told(p.cost, part.currency),
        }
        for p in chosen
    ]
    read = (
        f"The longer a bar, the more the {what} is the reason that the cost is not known. "
        f"One to the left is dear when the rest is cheap. All together are 100%.{_few(part, what)}"
    )
    chart: alt.Chart = (
        alt.Chart(rows(found))
        .mark_bar(height=14)
        .encode(
            y=alt.Y("part:N", sort=None, title=None, axis=alt.Axis(labelExpr=LINES), scale=alt.Scale(padding=0.2)),
            x=alt.X("share:Q", title="share of the spread", axis=alt.Axis(labelExpr=SHARES, tickCount=6, labelOverlap=True)),
            color=coloured("kind", colours),
            tooltip=_told("part", "of the spread", *RANGE),
        )
        .properties(
            height=max(len(found), 1) * (32 if what == "component" else 24), title=titled(f"What drives the spread, by {what}", read)
        )
    )
    return chart


def pay_ranges(part: CurrencyForecast, most: int = MOST_PAYEES) -> alt.LayerChart:
    """From where to where the pay of each payee goes: of those whose pay is least sure, the best paid first."""
    chosen = sorted(part.payees, key=lambda p: (p.pay.p10 - p.pay.p90, p.payee))[:most]
    chosen.sort(key=lambda p: (-p.pay.p50, p.payee))
    found = [_payee_row(p, chosen, part.currency) for p in chosen]
    few = f"The {len(chosen)} payees whose pay is least sure, of {len(part.payees):,}." if len(chosen) < len(part.payees) else "All payees."
    read = f"{few} Each line goes from P10 to P90 of a payee, the mark in it is P50: in half of all simulated periods they get less."
    told = ("payee", *RANGE, "chance of the quota")
    return intervals(found, "payee", f"pay, {part.currency}", told, titled("What payees may get", read))


def quota_chances(part: CurrencyForecast, measure: str) -> alt.Chart:
    """How many payees have which chance of reaching their quota of a measure, in tenths."""
    chances = [c.chance for p in part.payees for c in p.chances if c.measure == measure]
    tenths = [sum(1 for c in chances if min(int(c * 10), 9) == n) for n in range(10)]
    found = [
        {
            "from": n / 10 + 0.006,
            "to": (n + 1) / 10 - 0.006,
            "count": count,
            "chance": f"{n * 10}% to {n * 10 + 10}%",
            "payees": f"{count:,}",
        }
        for n, count in enumerate(tenths)
        if chances
    ]
    counts = whole_ticks(max(tenths))
    read = (
        "A bar counts the payees whose chance of reaching their quota is in that range: "
        "on the left those who hardly can, on the right those who nearly must."
    )
    chart: alt.Chart = (
        alt.Chart(rows(found))
        .mark_rect(color=AFTER)
        .encode(
            x=alt.X(
                "from:Q",
                title="chance of reaching the quota",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(labelExpr=SHARES, tickCount=10, grid=False),
            ),
            x2="to:Q",
            y=alt.Y("count:Q", title="payees", scale=alt.Scale(domain=[0, counts[-1]]), axis=alt.Axis(labelExpr=COUNTS, values=counts)),
            y2=alt.datum(0),
            tooltip=_told("chance", "payees"),
        )
        .properties(width=WIDE, height=200, title=titled(f"Chances of reaching the quota of {measure}", read))
    )
    return chart


def costs_of_each(forecasts: Forecasts, currency: str) -> alt.LayerChart:
    """What the period may cost under each side, beside each other: darker where more of the simulated periods are."""
    parts = [(side.name, part) for side in forecasts.sides for part in side.currencies if part.currency == currency]
    bins = bins_of(*(part.costs for _, part in parts), most=2 * MOST_BINS, with_zero=False)
    found = [] if bins is None else [row for name, part in parts for row in _strip(name, part, bins)]
    y = alt.Y("side:N", sort=None, title=None, scale=alt.Scale(padding=0.2))
    axis = f"cost, {currency}"
    strips = (
        alt.Chart(rows(found))
        .mark_rect(color=AFTER)
        .encode(
            y=y,
            x=alt.X("from:Q", title=axis, scale=alt.Scale(zero=False, nice=False), axis=_amounts()),
            x2="to:Q",
            opacity=alt.Opacity("share:Q", scale=alt.Scale(range=[0, 1]), legend=None),
            tooltip=_told("side", "costs", "how many"),
        )
    )
    ranges = [
        {"side": name, "at": float(at), "what": what, "is at": about_money(at, currency)}
        for name, part in parts
        for what, at in _three(part)
    ]
    ticks = (
        alt.Chart(rows(ranges))
        .mark_tick(thickness=2.5, height=22, color=INK)
        .encode(y=y, x="at:Q", tooltip=tooltips({"side": "side", "what": "mark", "is at": axis}))
    )
    lines = next((_budget_line(part, axis) for _, part in parts if part.budget is not None and _is_near(part)), [])
    read = "Each strip is one way to pay: the darker, the more of the simulated periods cost so much. Its three marks are P10, P50 and P90."
    title = titled("What the period may cost under each", read)
    return alt.LayerChart(layer=[strips, ticks, *lines], width=WIDE, height=max(len(parts), 1) * 36, title=title)


def differences_of_each(forecasts: Forecasts, currency: str) -> alt.LayerChart:
    """How much more or less each side costs than the first in the same simulated period."""
    found = []
    for number, side in enumerate(forecasts.sides[1:], 1):
        more = forecasts.difference(number, currency)
        if more is not None:
            found.append(
                {"side": side.name, "p10": float(more.p10), "p50": float(more.p50), "p90": float(more.p90), **range_told(more, currency)}
            )
    read = (
        f"How much more each costs than {forecasts.sides[0].name} in the same simulated period: the line goes from P10 to P90, "
        "the mark in it is P50. "
        "A line that does not cross zero is a difference that hardly depends on luck."
    )
    title = titled("How much more or less, in the same period", read)
    zero = (0.0,) if found else ()
    return intervals(found, "side", f"difference, {currency}", ("side", *RANGE), title, number=DIFFERENCES, high=32, at=zero)


def _three_lines(part: CurrencyForecast) -> dict[str, Decimal]:
    """P10, P50 and P90, or one line where they are the same."""
    return {"P10 to P90": part.cost.p50} if part.cost.p10 == part.cost.p90 else dict(_three(part))


def _budget_line(part: CurrencyForecast, axis: str) -> list[alt.Chart]:
    places = {"budget": part.budget.amount} if part.budget is not None and _is_near(part) else {}
    return marked(places, LESS, partial(about_money, currency=part.currency), axis, row=1)


def _is_near(part: CurrencyForecast) -> bool:
    """Whether the budget is so near the costs that both can be drawn to one scale."""
    low, high = min(part.costs), max(part.costs)
    return part.budget is not None and low - (high - low) <= part.budget.amount <= high + (high - low)


def _budget_words(part: CurrencyForecast) -> str:
    if part.budget is None:
        return ""
    if _is_near(part):
        return " Orange is the budget, and what is over it."
    where = "above" if part.budget.amount > max(part.costs) else "below"
    return f" The budget of {about_money(part.budget.amount, part.currency)} lies far {where} all of this, and is not drawn."


def _counted(part: CurrencyForecast, bins: Bins) -> Iterator[Row]:
    """The bars of the distribution: those over the budget stand on those within it."""
    over = [c for c in part.costs if part.budget is not None and c > part.budget.amount]
    within = [c for c in part.costs if part.budget is None or c <= part.budget.amount]
    shown = partial(about_money, currency=part.currency)
    gap = bins.width / 12
    for i, (below, above) in enumerate(zip(bins.counts(within), bins.counts(over), strict=True)):
        ends = {"from": float(bins.edge(i) + gap), "to": float(bins.edge(i + 1) - gap), "range": bins.words(i, shown)}
        for which, low, high in ((_WITHIN, 0, below), (_OVER, below, below + above)):
            if high > low:
                yield {**ends, "which": which, "low": low, "high": high, "many": f"{high - low:,} of {len(part.costs):,}, {which}"}


def _exceeding(part: CurrencyForecast) -> Iterator[tuple[Decimal, Fraction]]:
    """Amounts, and in how many of all replicates the cost is above."""
    ordered, count = sorted(part.costs), len(part.costs)
    step = max(1, count // MOST_POINTS)
    for n in [*range(0, count, step), count - 1] if count else ():
        amount = ordered[n]
        yield amount, Fraction(sum(1 for c in ordered[n:] if c > amount), count)


def _strip(name: str, part: CurrencyForecast, bins: Bins) -> Iterator[Row]:
    for i, count in enumerate(bins.counts(part.costs)):
        if count:
            told = {"costs": bins.words(i, partial(about_money, currency=part.currency)), "how many": f"{count:,} of {len(part.costs):,}"}
            yield {"side": name, "from": float(bins.edge(i)), "to": float(bins.edge(i + 1)), "share": count / len(part.costs), **told}


def _three(part: CurrencyForecast) -> tuple[tuple[str, Decimal], ...]:
    return (("P10", part.cost.p10), ("P50", part.cost.p50), ("P90", part.cost.p90))


def _range_row(part: Part, currency: str) -> Row:
    return {"p10": float(part.cost.p10), "p50": float(part.cost.p50), "p90": float(part.cost.p90), **range_told(part.cost, currency)}


def _payee_row(payee: PayeeForecast, chosen: list[PayeeForecast], currency: str) -> Row:
    alike = sum(p.name == payee.name for p in chosen) > 1
    return {
        "payee": f"{payee.name} ({payee.payee})" if alike else payee.name,
        "p10": float(payee.pay.p10),
        "p50": float(payee.pay.p50),
        "p90": float(payee.pay.p90),
        **range_told(payee.pay, currency),
        "chance of the quota": ", ".join(f"{c.measure} {likely(c.chance)}" for c in payee.chances) or "no quota of their own",
    }


def _few(part: CurrencyForecast, what: str) -> str:
    more = len(part.by[what]) - MOST_PARTS
    return f" The {'smallest is' if more == 1 else f'{more:,} smallest are'} not drawn." if more > 0 else ""


def _lines(name: str, what: str) -> str:
    return name.replace(": ", ":\n", 1) if what == "component" else name


def _amounts(*, grid: bool = True) -> alt.Axis:
    return alt.Axis(labelExpr=AMOUNTS, tickCount=6, labelOverlap=True, grid=grid)


def _told(*fields: str) -> list[alt.Tooltip]:
    return tooltips({field: field for field in fields})
