"""The charts of a comparison: each function gives one, as an Altair object that stands alone.

What is drawn are floats; what is read, in titles and when something is pointed at, is made from the exact figures. Nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

import altair as alt

from compplan.reports.charts.bins import Bins, bins_of, usual_range
from compplan.reports.charts.colours import AFTER, BEFORE, LESS, MORE, SAME, SOFT
from compplan.reports.charts.shapes import (
    AMOUNTS,
    BAR,
    DIFFERENCES,
    SHARES,
    SIDES,
    WIDE,
    Figure,
    Pair,
    Row,
    coloured,
    distribution,
    paired_bars,
    paired_columns,
    rows,
    titled,
    told_apart,
    tooltips,
)
from compplan.whatif.comparison.comparison import Amounts, AttainmentSpread, Comparison, CurrencyPart, Group, PayeeChange
from compplan.whatif.comparison.words import money, percent, signed, signed_share

Chart = alt.Chart | alt.LayerChart
MOST_BARS = 15
"""So many groups have bars of their own; the others are added up."""
MANY = 300
"""Of more payees the points are smaller."""
MOST_MOVES = 20
"""So many payees are named in the chart of the largest differences."""
DIRECTIONS = {"gets more": MORE, "gets less": LESS, "the same": SAME}
_BOTH = "before and after"
_COLOURS = {**dict(zip(SIDES, (BEFORE, AFTER), strict=True)), _BOTH: AFTER}


def charts_of(comparison: Comparison) -> dict[str, Chart]:
    """All charts of a comparison by name: those of plans in one currency end in it, as in `pay_distribution USD`.

    There is `cost_by_component`, `cost_by_period`, and one for each column of people; a measure that is held against quotas of several
    groups has a number behind its name. A chart of which there is nothing to draw is empty.
    """
    found: dict[str, Chart] = {}
    for part in comparison.currencies:
        for what in part.by:
            found[f"cost_by_{what} {part.currency}"] = cost_by(part, what)
        for make in (
            pay_before_and_after,
            largest_differences,
            winners_and_losers,
            pay_distribution,
            cost_share_of_sales,
            pay_concentration,
        ):
            found[f"{make.__name__} {part.currency}"] = make(part)
    for attainment in comparison.attainment:
        name = f"attainment_of_{attainment.measure}"
        again = sum(known.partition(" ")[0] == name for known in found)
        found[f"{name} {again + 1}" if again else name] = attainment_distribution(attainment)
    return found


def cost_by(part: CurrencyPart, what: str) -> alt.Chart:
    """What is paid before and after by `what`: `component`, `period`, or a column of people by which it was compared.

    Months stand in their order, all else with the largest amount first. Raises KeyError where it was not compared by that.
    """
    groups = part.by[what]
    if what == "period":
        read = "Each pair of columns is a payout period: grey is what it costs before, blue after."
        chart = paired_columns([_pair(g.name, g.amounts, part.currency) for g in groups], part.currency)
        return chart.properties(title=titled("Cost in each payout period", read))
    if what == "component":
        groups = tuple(replace(g, name=g.name.replace(": ", ":\n", 1)) for g in groups)
    ordered = sorted(groups, key=lambda g: (-max(abs(g.amounts.before), abs(g.amounts.after)), g.name))
    few, rest = (ordered, []) if len(ordered) <= MOST_BARS + 1 else (ordered[:MOST_BARS], ordered[MOST_BARS:])
    pairs = [_pair(g.name, g.amounts, part.currency) for g in few]
    read = f"Each pair of bars is a {what}: grey is what it costs before, blue after."
    if rest:
        read += f" The {len(rest)} smallest are added up in the last pair."
        pairs.append(_pair(f"{len(rest)} others", _sum(rest), part.currency))
    return paired_bars(pairs, part.currency).properties(title=titled(f"Cost by {what}", read))


def pay_before_and_after(part: CurrencyPart) -> alt.LayerChart:
    """Each payee a point: how far right is what they get before, how far up what they get after; on the line it is the same."""
    low, high = usual_range([f for p in part.payees for f in (p.amounts.before, p.amounts.after)])
    inside = [p for p in part.payees if all(low <= f <= high for f in (p.amounts.before, p.amounts.after))]
    found = [_payee_row(p, part.currency) for p in sorted(inside, key=lambda p: bool(p.amounts.difference))]
    drawn = [f for p in inside for f in (p.amounts.before, p.amounts.after)]
    ends = (float(min(drawn, default=low)), float(max(drawn, default=high)))
    scale = alt.Scale(domain=list(ends), nice=True, zero=False)
    points = (
        alt.Chart(rows(found))
        .mark_point(filled=True, size=45 if len(found) <= MANY else 20, opacity=0.75)
        .encode(
            x=alt.X("before:Q", title=f"before, {part.currency}", scale=scale, axis=alt.Axis(labelExpr=AMOUNTS, tickCount=6)),
            y=alt.Y("after:Q", title=f"after, {part.currency}", scale=scale, axis=alt.Axis(labelExpr=AMOUNTS, tickCount=6)),
            color=coloured("direction", DIRECTIONS),
            shape=alt.Shape("direction:N", scale=alt.Scale(domain=list(DIRECTIONS), range=["triangle-up", "triangle-down", "circle"])),
            tooltip=_payee_tooltips(part),
        )
    )
    line = alt.Chart(rows([{"before": e, "after": e} for e in ends]))
    same = line.mark_line(color=SOFT, strokeDash=[5, 4], strokeWidth=1).encode(x="before:Q", y="after:Q")
    read = "Each mark is a payee. On the dashed line pay is the same; above it the payee gets more than before, below it less."
    if far := len(part.payees) - len(inside):
        read += f" {far:,} whose pay is very far from that of all others {'is' if far == 1 else 'are'} not drawn."
    return alt.LayerChart(layer=[same, points], width=WIDE, height=340, title=titled("Each payee before and after", read))


def largest_differences(part: CurrencyPart, most: int = MOST_MOVES) -> alt.Chart:
    """By how much more or less the payees get whose pay changes most, by name; `most` of them, those who gain most first."""
    moved = [p for p in part.payees if p.amounts.difference]
    chosen = sorted(moved, key=lambda p: (-abs(p.amounts.difference), p.payee))[:most]
    chosen.sort(key=lambda p: (-p.amounts.difference, p.payee))
    pairs = told_apart([Pair(p.name, p.amounts.before, p.amounts.after, {}) for p in chosen])
    found = [{**_payee_row(p, part.currency), "name": pair.name} for p, pair in zip(chosen, pairs, strict=True)]
    few = f"The {len(chosen)} payees whose pay changes most, of {len(moved):,}." if len(chosen) < len(moved) else "All whose pay changes."
    read = f"{few} A bar to the right is how much more a payee gets, one to the left how much less."
    chart: alt.Chart = (
        alt.Chart(rows(found))
        .mark_bar()
        .encode(
            y=alt.Y("name:N", sort=None, title=None, scale=alt.Scale(padding=0.2)),
            x=alt.X(
                "difference:Q", title=f"difference, {part.currency}", axis=alt.Axis(labelExpr=DIFFERENCES, tickCount=6, labelOverlap=True)
            ),
            color=coloured("direction", {k: c for k, c in DIRECTIONS.items() if k != "the same"}),
            tooltip=_payee_tooltips(part),
        )
        .properties(width=WIDE, height=max(len(found), 1) * BAR, title=titled("The largest differences", read))
    )
    return chart


def winners_and_losers(part: CurrencyPart) -> alt.Chart:
    """How many payees get how much more or less; those who get the same are told in words, and not drawn."""
    differences = [p.amounts.difference for p in part.payees if p.amounts.difference]
    same = len(part.payees) - len(differences)
    still = (
        f" {same:,} {'payee gets' if same == 1 else 'payees get'} the same, and {'is' if same == 1 else 'are'} not drawn." if same else ""
    )
    bins, axis, shown = bins_of(differences), f"difference, {part.currency}", partial(_edge, part.currency)
    read = f"A bar counts the payees whose pay changes by so much: right of zero they get more, left of it less.{still}{_open(bins, shown)}"
    chart = distribution({"": differences}, {"": MORE}, bins, axis, "payees", shown, number=DIFFERENCES)
    direction = alt.condition("datum.to > 0", alt.value(MORE), alt.value(LESS))
    return chart.encode(color=direction).properties(title=titled("How many get how much more or less", read))


def pay_distribution(part: CurrencyPart) -> alt.Chart:
    """How many payees are paid how much, before and after."""
    before, after = ([getattr(p.amounts, side) for p in part.payees] for side in SIDES)
    several = _both(before, after)
    bins, shown = bins_of(before, after), partial(_edge, part.currency)
    read = f"A bar counts the payees who are paid an amount in that range{_which(several)}{_open(bins, shown)}"
    chart = distribution(several, {side: _COLOURS[side] for side in several}, bins, f"pay, {part.currency}", "payees", shown)
    return chart.properties(title=titled("How pay is distributed", read))


def attainment_distribution(attainment: AttainmentSpread) -> alt.LayerChart:
    """How many of those with a quota attain which share of it, before and after; a line stands at the whole quota."""
    several = _both(attainment.shares_before, attainment.shares_after)
    bins = bins_of(*several.values())
    read = f"A bar counts those who attain a share of their quota in that range{_which(several)} {_reach(attainment)}{_open(bins, percent)}"
    bars = distribution(
        several, {side: _COLOURS[side] for side in several}, bins, "share of the quota", "with a quota", percent, number=SHARES
    )
    inside = [{"x": 1.0}] if bins is not None and bins.edge(0) <= 1 <= bins.edge(bins.count) else []
    line = alt.Chart(rows(inside)).mark_rule(color=SOFT, strokeDash=[5, 4]).encode(x="x:Q")
    return alt.LayerChart(layer=[bars, line], width=WIDE, title=titled(f"Attainment of {attainment.measure}", read))


def cost_share_of_sales(part: CurrencyPart) -> alt.Chart:
    """What is paid as a share of what was sold, before and after; no bars where nothing was sold, or it is not known."""
    pairs = []
    if part.sales is not None and part.sales.amounts.before and part.sales.amounts.after:
        sold = part.sales.amounts
        shares = (Fraction(part.total.before) / Fraction(sold.before), Fraction(part.total.after) / Fraction(sold.after))
        pairs = [_share_pair("Cost", *shares, f"{money(sold.after, part.currency)} sold")]
    read = f"How much of what was sold is paid out; sold is what the credit {part.sales.credit} comes to." if part.sales else ""
    return paired_bars(pairs, "share of what was sold", number=SHARES).properties(title=titled("Cost as a share of sales", read))


def pay_concentration(part: CurrencyPart) -> alt.Chart:
    """How many get something, and which share of all pay the best paid fifth of those has, before and after."""
    before, after = part.spread_before, part.spread_after
    pairs = []
    if before.payees and after.payees:
        told = f"{before.paid:,} of {before.payees:,} before, {after.paid:,} of {after.payees:,} after"
        pairs.append(
            _share_pair("Payees who\nget something", Fraction(before.paid, before.payees), Fraction(after.paid, after.payees), told)
        )
    if before.top_fifth is not None and after.top_fifth is not None:
        told = "of all that is paid to those who get something"
        pairs.append(_share_pair("Share of the\nbest paid fifth", before.top_fifth, after.top_fifth, told))
    read = "The longer the upper bars, the more payees get something; the longer the lower ones, the more of all pay goes to few."
    title = titled("Who gets something, and how much of it goes to few", read)
    return paired_bars(pairs, "share", number=SHARES, domain=(0.0, 1.0)).properties(title=title)


def _both(before: Sequence[Figure], after: Sequence[Figure]) -> dict[str, Sequence[Figure]]:
    """Two distributions, or one where they are the same."""
    return {_BOTH: after} if sorted(before) == sorted(after) else dict(zip(SIDES, (before, after), strict=True))


def _which(several: Mapping[str, Sequence[Figure]]) -> str:
    return "; it is the same before and after." if _BOTH in several else ": grey before, blue after."


def _open(bins: Bins | None, shown: Callable[[Fraction], str]) -> str:
    told = "" if bins is None else bins.told(shown)
    return f" {told}" if told else ""


def _reach(attainment: AttainmentSpread) -> str:
    before, after = (f"{count:,.0f}" for count in (attainment.reached.before, attainment.reached.after))
    instead = "as before" if before == after else f"instead of {before}"
    return f"{after} of {attainment.owners:,} reach it, {instead}."


def _pair(name: str, amounts: Amounts, currency: str) -> Pair:
    return Pair(name, amounts.before, amounts.after, _told(amounts, currency))


def _told(amounts: Amounts, currency: str) -> dict[str, str]:
    more = " ".join(filter(None, (signed(amounts.difference, currency), f"({s})" if (s := signed_share(amounts)) else "")))
    return {"paid before": money(amounts.before, currency), "paid after": money(amounts.after, currency), "changed by": more or "nothing"}


def _share_pair(name: str, before: Fraction, after: Fraction, told: str) -> Pair:
    return Pair(name, before, after, {"share before": percent(before), "share after": percent(after), "that is": told})


def _sum(groups: Sequence[Group]) -> Amounts:
    before, after = (sum((getattr(g.amounts, side) for g in groups), Decimal(0)) for side in SIDES)
    return Amounts(before, after)


def _payee_row(payee: PayeeChange, currency: str) -> Row:
    more = payee.amounts.difference
    return {
        **{f"group {k}": v for k, v in payee.groups.items()},
        "name": payee.name,
        "before": float(payee.amounts.before),
        "after": float(payee.amounts.after),
        "difference": float(more),
        "direction": "gets more" if more > 0 else "gets less" if more < 0 else "the same",
        **_told(payee.amounts, currency),
    }


def _payee_tooltips(part: CurrencyPart) -> list[alt.Tooltip]:
    groups = part.payees[0].groups if part.payees else {}
    fields = {"name": "payee", **{f"group {g}": g for g in groups}}
    return tooltips({**fields, **{k: k for k in ("paid before", "paid after", "changed by")}})


def _edge(currency: str, edge: Fraction) -> str:
    """An edge of a bin: a round figure, with no more digits than it needs."""
    value = Decimal(edge.numerator) / Decimal(edge.denominator)
    return f"{value.normalize():,f} {currency}"
