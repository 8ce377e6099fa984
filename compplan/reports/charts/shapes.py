"""The shapes that charts are made of: bars before and after, and distributions. Figures that are read are texts, made from exact ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from textwrap import wrap
from typing import Any

import altair as alt

from compplan.immutable import immutable
from compplan.reports.charts.bins import Bins
from compplan.reports.charts.colours import AFTER, BEFORE, INK

Figure = Decimal | Fraction
Row = dict[str, Any]
SUBTITLE = 95
"""Characters of a line under a chart's title."""
WIDE = 520
"""Pixels that a chart is wide where it stands alone."""
PAIR, BAR = 36, 18
"""Pixels from one pair of bars to the next, and from one bar that stands alone to the next."""
AMOUNTS = "replace(format(datum.value, '~s'), 'G', 'B')"
DIFFERENCES = "replace(format(datum.value, datum.value ? '+~s' : '~s'), 'G', 'B')"
SHARES = "format(datum.value, '~%')"
LINES = "split(datum.label, '\\n')"
COUNTS = "format(datum.value, ',d')"
"""How amounts (20k), differences (+20k), shares (8.5%) texts of several lines and counts stand at an axis: expressions of Vega."""
SIDES = ("before", "after")


@immutable
class Pair:
    """What a bar before and one after stand for: a name, both figures, and what is told of both (heading to text)."""

    name: str
    before: Figure
    after: Figure
    told: Mapping[str, str]


def titled(title: str, how_to_read: str) -> alt.TitleParams:
    """A title that says what one sees, and under it how to read that."""
    return alt.TitleParams(title, subtitle=wrap(how_to_read, SUBTITLE), anchor="start", frame="group", offset=12)


def rows(found: Sequence[Row]) -> alt.InlineData:
    """Data that stands in the chart itself."""
    return alt.InlineData(values=list(found))


def coloured(field: str, colours: Mapping[str, str]) -> alt.Color:
    """A colour for each value of a field, with a legend above."""
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", scale=scale, legend=alt.Legend(title=None, orient="top"))


def tooltips(fields: Mapping[str, str]) -> list[alt.Tooltip]:
    """What is told of whatever is pointed at: fields of the data with their headings."""
    return [alt.Tooltip(field=_field(field), type="nominal", title=heading) for field, heading in fields.items()]


def _field(name: str) -> str:
    """A column's name as Vega-Lite reads it: a point or a bracket in it is no path."""
    return "".join("\\" + c if c in "\\.[]" else c for c in name)


def paired_bars(pairs: Sequence[Pair], axis: str, *, number: str = AMOUNTS, domain: tuple[float, float] | None = None) -> alt.Chart:
    """Two bars for each name, below each other: before and after. `axis` says what they measure, and in which unit."""
    names = alt.Scale(paddingInner=0.3, paddingOuter=0.15)
    scale = alt.Scale() if domain is None else alt.Scale(domain=list(domain))
    chart: alt.Chart = (
        alt.Chart(rows(list(_paired(pairs))))
        .mark_bar()
        .encode(
            y=alt.Y("name:N", sort=None, title=None, scale=names, axis=alt.Axis(labelExpr=LINES)),
            yOffset=alt.YOffset("side:N", sort=list(SIDES)),
            x=alt.X("figure:Q", title=axis, scale=scale, axis=alt.Axis(labelExpr=number, labelOverlap=True, tickCount=6)),
            color=_sides(),
            tooltip=_told(pairs),
        )
        .properties(width=WIDE, height=max(len(pairs), 1) * PAIR)
    )
    return chart


def paired_columns(pairs: Sequence[Pair], axis: str, *, number: str = AMOUNTS) -> alt.Chart:
    """Two columns for each name, beside each other and in the order given, such as months."""
    chart: alt.Chart = (
        alt.Chart(rows(list(_paired(pairs))))
        .mark_bar()
        .encode(
            x=alt.X("name:N", sort=None, title=None, scale=alt.Scale(paddingInner=0.3), axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            xOffset=alt.XOffset("side:N", sort=list(SIDES)),
            y=alt.Y("figure:Q", title=axis, axis=alt.Axis(labelExpr=number, tickCount=5)),
            color=_sides(),
            tooltip=_told(pairs),
        )
        .properties(width=WIDE, height=200)
    )
    return chart


def _sides() -> alt.Color:
    return coloured("side", dict(zip(SIDES, (BEFORE, AFTER), strict=True)))


def _told(pairs: Sequence[Pair]) -> list[alt.Tooltip]:
    told = pairs[0].told if pairs else {}
    return tooltips({"name": "name", **{heading: heading for heading in told}})


def _paired(pairs: Sequence[Pair]) -> Iterator[Row]:
    for pair in told_apart(pairs):
        for side, figure in zip(SIDES, (pair.before, pair.after), strict=True):
            yield {"name": pair.name, "side": side, "figure": float(figure), **pair.told}


def told_apart(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """The same with names that differ: of several that are called the same, those after the first get a number."""
    seen: dict[str, int] = {}
    for pair in pairs:
        seen[pair.name] = seen.get(pair.name, 0) + 1
        yield pair if seen[pair.name] == 1 else replace(pair, name=f"{pair.name} ({seen[pair.name]})")


def marked(places: Mapping[str, Figure], colour: str, shown: Callable[[Figure], str], axis: str, row: int = 0) -> list[alt.Chart]:
    """Lines across a chart at some figures of its axis from left to right, each with its name above in one of several rows: layers."""
    found = [{"at": float(place), "what": name, "is at": shown(place)} for name, place in places.items()]
    base = alt.Chart(rows(found)).encode(x=alt.X("at:Q", title=axis), tooltip=tooltips({"what": "line", "is at": axis}))
    line: alt.Chart = base.mark_rule(strokeWidth=1.5, strokeDash=[5, 3], color=colour)
    name: alt.Chart = base.mark_text(dy=-4 - 13 * row, baseline="bottom", fontSize=11, color=colour).encode(y=alt.value(0), text="what:N")
    return [line, name]


def intervals(
    found: Sequence[Row],
    names: str,
    axis: str,
    told: Sequence[str],
    title: alt.TitleParams,
    *,
    number: str = AMOUNTS,
    high: int = 22,
    at: Sequence[float] = (),
) -> alt.LayerChart:
    """For each name a line from P10 to P90 and a mark at P50; rows have `p10`, `p50` and `p90`, and what is told under its heading.

    A thin line crosses the chart at each figure of `at`.
    """
    base = alt.Chart(rows(found)).encode(
        y=alt.Y(f"{names}:N", sort=None, title=None, axis=alt.Axis(labelExpr=LINES), scale=alt.Scale(padding=0.2)),
        tooltip=tooltips({k: k for k in told}),
    )
    ticks = alt.Axis(labelExpr=number, tickCount=6, labelOverlap=True)
    line = base.mark_bar(height=6, color=BEFORE).encode(x=alt.X("p10:Q", title=axis, axis=ticks, scale=alt.Scale(zero=False)), x2="p90:Q")
    middle = base.mark_tick(height=14, thickness=3, opacity=1, color=AFTER).encode(x="p50:Q")
    across = alt.Chart(rows([{"at": place} for place in at])).mark_rule(color=INK).encode(x=alt.X("at:Q", title=axis))
    return alt.LayerChart(layer=[line, middle, *([across] if at else [])], width=WIDE, height=max(len(found), 1) * high, title=title)


def distribution(
    several: Mapping[str, Sequence[Figure]],
    colours: Mapping[str, str],
    bins: Bins | None,
    axis: str,
    counted: str,
    shown: Callable[[Fraction], str],
    *,
    number: str = AMOUNTS,
) -> alt.Chart:
    """How many are in each bin, with a bar for each of several distributions.

    `axis` says what is measured, and in which unit, `counted` what is counted, and `shown` writes an edge. Nothing of nothing.
    """
    edges = [] if bins is None else [float(bins.edge(i)) for i in range(bins.count + 1)]
    scale = alt.Scale(domain=[edges[0], edges[-1]], nice=False) if edges else alt.Scale()
    ticks = [] if bins is None else edges[bins.open_below : len(edges) - bins.open_above]
    found = [] if bins is None else list(_binned(several, bins, counted, shown))
    counts = whole_ticks(max((row["count"] for row in found), default=0))
    chart: alt.Chart = (
        alt.Chart(rows(found))
        .mark_rect()
        .encode(
            x=alt.X("from:Q", title=axis, scale=scale, axis=alt.Axis(values=ticks, labelExpr=number, labelOverlap=True, grid=False)),
            x2="to:Q",
            y=alt.Y("count:Q", title=counted, scale=alt.Scale(domain=[0, counts[-1]]), axis=alt.Axis(labelExpr=COUNTS, values=counts)),
            y2=alt.datum(0),
            color=coloured("side", colours),
            tooltip=tooltips({**({"side": "which"} if len(several) > 1 else {}), "range": axis, "many": "how many"}),
        )
        .properties(width=WIDE, height=220)
    )
    return chart


def whole_ticks(most: int) -> list[int]:
    """Some five whole numbers from zero on."""
    step = next(n * 10**power for power in range(20) for n in (1, 2, 5) if most <= 5 * n * 10**power)
    return list(range(0, most + step, step))


def _binned(several: Mapping[str, Sequence[Figure]], bins: Bins, counted: str, shown: Callable[[Fraction], str]) -> Iterator[Row]:
    gap = bins.width / 20
    part = (bins.width - 2 * gap) / len(several)
    for index, (side, figures) in enumerate(several.items()):
        for i, count in enumerate(bins.counts(figures)):
            left = bins.edge(i) + gap + index * part
            yield {
                "side": side,
                "from": float(left),
                "to": float(left + part),
                "count": count,
                "range": bins.words(i, shown),
                "many": f"{count:,} {counted}",
            }
