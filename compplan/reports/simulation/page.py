"""A simulated period as one page that stands alone: what it may cost, how likely that is too much, and what the spread comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from compplan.immutable import immutable
from compplan.reports.charts.drawn import DrawnChart, chart_scripts, chart_style, drawn
from compplan.reports.comparison.sections import ChartAndTable
from compplan.reports.pages.frame import framed_page
from compplan.reports.pages.parts import Cell, Head, KeyFigure, Table
from compplan.reports.simulation.charts import (
    chance_of_more,
    cost_distribution,
    cost_ranges,
    costs_of_each,
    differences_of_each,
    pay_ranges,
    quota_chances,
    spread_sources,
)
from compplan.reports.simulation.words import about, about_money, answer, likely, sales_sentence
from compplan.whatif.comparison.words import percent
from compplan.whatif.simulation.forecast import CurrencyForecast, Forecast, Forecasts, Part, PayeeForecast, Reached

MOST_SOURCES = 2
"""By so many groupings it is drawn what drives the spread; the tables tell it by all."""
RANGE_HEADINGS = ("P10", "P50", "P90", "mean")


@immutable
class Beside:
    """All sides beside each other, in one currency."""

    id: str
    suffix: str
    table: Table
    charts: tuple[DrawnChart, ...]


@immutable
class OfCurrency:
    """What one side may come to in one currency."""

    id: str
    currency: str
    suffix: str
    key: tuple[KeyFigure, ...]
    charts: tuple[DrawnChart, ...]
    sales: str
    parts: tuple[ChartAndTable, ...]
    sources: tuple[DrawnChart, ...]
    pay: tuple[DrawnChart, ...]
    heads: tuple[Head, ...]
    payees: tuple[tuple[Cell, ...], ...]


@immutable
class OfSide:
    """One side by itself: its name, the answers, and what it may come to."""

    id: str
    name: str
    answers: tuple[str, ...]
    parts: tuple[OfCurrency, ...]
    reached: Table


def page_of(forecasts: Forecasts) -> str:
    """The page of a simulated period, under one side or several. The same forecasts give the same text."""
    first = forecasts.sides[0]
    currencies = list(dict.fromkeys(part.currency for side in forecasts.sides for part in side.currencies if part.payees))
    several = len(forecasts.sides) > 1
    return framed_page(
        __package__,
        styles=[chart_style()],
        scripts=chart_scripts(),
        company=first.company,
        period=first.period,
        replicates=f"{first.replicates:,}",
        seed=first.seed,
        drawn=first.drawn.words,
        several=several,
        together=[_beside(i, forecasts, c, alone=len(currencies) == 1) for i, c in enumerate(currencies)] if several else [],
        sides=[_side(i, side) for i, side in enumerate(forecasts.sides)],
    )


def _beside(index: int, forecasts: Forecasts, currency: str, *, alone: bool) -> Beside:
    charts = [drawn(f"beside-{index}-costs", costs_of_each(forecasts, currency))]
    charts.append(drawn(f"beside-{index}-differences", differences_of_each(forecasts, currency)))
    headings = ("scenario", *RANGE_HEADINGS, "over the budget", "more than the first (P50)")
    table = Table("", headings, [row for n in range(len(forecasts.sides)) for row in _side_rows(forecasts, n, currency)])
    return Beside(f"beside-{index}", "" if alone else f", in {currency}", table, tuple(charts))


def _side_rows(forecasts: Forecasts, number: int, currency: str) -> Iterator[Sequence[str]]:
    side = forecasts.sides[number]
    for part in side.currencies:
        if part.currency == currency:
            more = forecasts.difference(number, currency) if number else None
            over = "" if part.budget is None else likely(part.budget.chance)
            yield (
                side.name,
                *_range(part.cost.p10, part.cost.p50, part.cost.p90, part.cost.mean),
                over,
                "" if more is None else _signed(more.p50),
            )


def _side(index: int, side: Forecast) -> OfSide:
    parts = [part for part in side.currencies if part.payees]
    return OfSide(
        id=f"side-{index}",
        name=side.name,
        answers=tuple(answer(side, part) for part in side.currencies),
        parts=tuple(_currency(f"side-{index}-{n}", part, alone=len(parts) == 1) for n, part in enumerate(parts)),
        reached=_reached(side.reached),
    )


def _currency(name: str, part: CurrencyForecast, *, alone: bool) -> OfCurrency:
    measures = list(dict.fromkeys(c.measure for p in part.payees for c in p.chances))
    chances = [drawn(f"{name}-chances-{n}", quota_chances(part, measure)) for n, measure in enumerate(measures)]
    divided = [what for what in part.by if len(part.by[what]) > 1]
    varies = [what for what in divided if any(p.spread is not None for p in part.by[what])]
    return OfCurrency(
        id=name,
        currency=part.currency,
        suffix="" if alone else f", in {part.currency}",
        key=tuple(_key_figures(part)),
        charts=tuple(_cost_charts(name, part)),
        sales=sales_sentence(part),
        parts=tuple(
            ChartAndTable(drawn(f"{name}-by-{n}", cost_ranges(part, what)), _parts_table(what, part.by[what]))
            for n, what in enumerate(divided)
        ),
        sources=tuple(drawn(f"{name}-spread-{n}", spread_sources(part, what)) for n, what in enumerate(varies[:MOST_SOURCES])),
        pay=(drawn(f"{name}-pay", pay_ranges(part)), *chances),
        heads=tuple(_heads(part, measures)),
        payees=tuple(tuple(_cells(p, measures)) for p in sorted(part.payees, key=lambda p: (-p.pay.p50, p.name, p.payee))),
    )


def _cost_charts(name: str, part: CurrencyForecast) -> Iterator[DrawnChart]:
    """None where the cost is always the same: that is told in words."""
    if min(part.costs) < max(part.costs):
        yield drawn(f"{name}-cost", cost_distribution(part))
        yield drawn(f"{name}-more", chance_of_more(part))


def _key_figures(part: CurrencyForecast) -> Iterator[KeyFigure]:
    yield KeyFigure("In the middle (P50)", about_money(part.cost.p50, part.currency), "half of all simulated periods cost less")
    yield KeyFigure("P10", about(part.cost.p10), "one in ten costs less")
    yield KeyFigure("P90", about(part.cost.p90), "one in ten costs more")
    if part.budget is not None:
        excess = "" if part.budget.excess is None else f", then by {about(part.budget.excess)} on average"
        yield KeyFigure("Over the budget", likely(part.budget.chance), f"of {about(part.budget.amount)}{excess}")


def _parts_table(what: str, parts: Sequence[Part]) -> Table:
    ordered = sorted(parts, key=lambda p: (-p.cost.p50, p.name))
    rows = [(p.name, *_range(p.cost.p10, p.cost.p50, p.cost.p90), "" if p.spread is None else percent(p.spread)) for p in ordered]
    return Table("", (what, *RANGE_HEADINGS[:3], "of the spread"), rows)


def _reached(found: Sequence[Reached]) -> Table:
    rows = [(r.measure, f"{r.owners:,}", *(f"{n:,.0f}" for n in (r.reached.p10, r.reached.p50, r.reached.p90))) for r in found]
    return Table("", ("measure", "with a quota", "reach it: P10", "P50", "P90"), rows)


def _heads(part: CurrencyForecast, measures: Sequence[str]) -> Iterator[Head]:
    yield Head("Payee", figure=False)
    for group in part.payees[0].groups:
        yield Head(group.capitalize(), figure=False)
    for heading in RANGE_HEADINGS[:3]:
        yield Head(heading, True, "descending" if heading == "P50" else "none")
    yield Head("Of the spread", figure=True)
    for measure in measures:
        yield Head(f"Reaches {measure}", figure=True)


def _cells(payee: PayeeForecast, measures: Sequence[str]) -> Iterator[Cell]:
    yield Cell(payee.name, small="" if payee.name == payee.payee else payee.payee)
    for group in payee.groups.values():
        yield Cell(group)
    for figure in _range(payee.pay.p10, payee.pay.p50, payee.pay.p90):
        yield Cell(figure, figure=True)
    yield Cell("" if payee.spread is None else percent(payee.spread), figure=True)
    chances = {c.measure: c.chance for c in payee.chances}
    for measure in measures:
        yield Cell(likely(chances[measure]) if measure in chances else "", figure=True)


def _range(*figures: Decimal) -> tuple[str, ...]:
    return tuple(about(figure) for figure in figures)


def _signed(figure: Decimal) -> str:
    return f"+{about(figure)}" if figure > 0 else about(figure)
