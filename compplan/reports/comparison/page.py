"""A comparison as one page that stands alone: the answer first, then the charts and tables that lead to it."""

from __future__ import annotations

from collections.abc import Iterator

from compplan.immutable import immutable
from compplan.reports.charts.drawn import DrawnChart, chart_scripts, chart_style, drawn
from compplan.reports.comparison.charts import (
    attainment_distribution,
    cost_share_of_sales,
    largest_differences,
    pay_before_and_after,
    pay_concentration,
    pay_distribution,
    winners_and_losers,
)
from compplan.reports.comparison.sections import ChartAndTable, cost_beside, table_of
from compplan.reports.comparison.words import answer, cost_sentence, share_of_cost, who_sentence
from compplan.reports.pages.frame import framed_page
from compplan.reports.pages.parts import Cell, Head, KeyFigure, Table
from compplan.whatif.comparison.comparison import Comparison, CurrencyPart, PayeeChange
from compplan.whatif.comparison.words import (
    amount,
    attainment_section,
    changes_section,
    money,
    signed,
    signed_share,
    spread_section,
)

FEW = 4
"""Of fewer, a table tells more than a distribution."""


@immutable
class Part:
    """What a page shows of the plans in one currency."""

    id: str
    currency: str
    suffix: str
    cost: str
    who: str
    groups: tuple[ChartAndTable, ...]
    payee_charts: tuple[DrawnChart, ...]
    heads: tuple[Head, ...]
    payees: tuple[tuple[Cell, ...], ...]
    pay: tuple[DrawnChart, ...]
    shares: tuple[DrawnChart, ...]
    spread: Table


def page_of(comparison: Comparison) -> str:
    """The page of a comparison. The same comparison gives the same text."""
    attainment = comparison.attainment
    return framed_page(
        __package__,
        styles=[chart_style()],
        scripts=chart_scripts(),
        company=comparison.company,
        period=comparison.period,
        before=comparison.before,
        after=comparison.after,
        answer=[answer(part) for part in comparison.currencies],
        key=[tuple(_key_figures(part)) for part in comparison.currencies if part.payees],
        changes=changes_section(comparison).sentences,
        parts=[_part(i, part, alone=len(comparison.currencies) == 1) for i, part in enumerate(comparison.currencies)],
        attainment=[drawn(f"attainment-{i}", attainment_distribution(a)) for i, a in enumerate(attainment) if a.owners >= FEW],
        attainment_table=table_of(attainment_section(attainment)),
    )


def _key_figures(part: CurrencyPart) -> Iterator[KeyFigure]:
    total, share = part.total, share_of_cost(part.total)
    yield KeyFigure("Cost after", money(total.after, part.currency), f"{amount(total.before, part.currency)} before")
    yield KeyFigure("Difference", signed(total.difference, part.currency) or "none", f"{share} of the cost before" if share else "")
    more, less = len(part.winners), len(part.losers)
    of = f"of {len(part.payees):,} payees"
    yield KeyFigure("Get more", f"{more:,}", of)
    yield KeyFigure("Get less", f"{less:,}", of)


def _part(index: int, part: CurrencyPart, *, alone: bool) -> Part:
    name = f"part-{index}"
    moved = any(p.amounts.difference for p in part.payees)
    payee_charts = [drawn(f"{name}-payees", pay_before_and_after(part))]
    payee_charts += [drawn(f"{name}-largest", largest_differences(part))] if moved else []
    differences = [drawn(f"{name}-differences", winners_and_losers(part))] if moved else []
    shares = [drawn(f"{name}-sales", cost_share_of_sales(part))] if _is_sold(part) else []
    return Part(
        id=name,
        currency=part.currency,
        suffix="" if alone else f", in {part.currency}",
        cost=cost_sentence(part),
        who=who_sentence(part),
        groups=tuple(cost_beside(name, part, what) for what in part.by if len(part.by[what]) > 1),
        payee_charts=tuple(payee_charts),
        heads=tuple(_heads(part)),
        payees=tuple(tuple(_cells(p, part.currency)) for p in _ordered(part)),
        pay=(drawn(f"{name}-distribution", pay_distribution(part)), *differences),
        shares=(*shares, drawn(f"{name}-few", pay_concentration(part))),
        spread=table_of(spread_section(part)),
    )


def _is_sold(part: CurrencyPart) -> bool:
    return part.sales is not None and bool(part.sales.amounts.before and part.sales.amounts.after)


def _heads(part: CurrencyPart) -> Iterator[Head]:
    yield Head("Payee", figure=False)
    for group in part.payees[0].groups if part.payees else ():
        yield Head(group.capitalize(), figure=False)
    yield Head("Before", figure=True)
    yield Head("After", figure=True)
    yield Head("Difference", figure=True)
    yield Head("Change", figure=True)


def _ordered(part: CurrencyPart) -> list[PayeeChange]:
    """Those whose pay changes most come first."""
    return sorted(part.payees, key=lambda p: (-abs(p.amounts.difference), p.name, p.payee))


def _cells(payee: PayeeChange, currency: str) -> Iterator[Cell]:
    amounts = payee.amounts
    more = amounts.difference
    yield Cell(payee.name, small="" if payee.name == payee.payee else payee.payee)
    for group in payee.groups.values():
        yield Cell(group)
    yield Cell(amount(amounts.before, currency), figure=True)
    yield Cell(amount(amounts.after, currency), figure=True)
    tone = "up" if more > 0 else "down" if more < 0 else ""
    yield Cell(signed(more, currency), figure=True, tone=tone)
    yield Cell(signed_share(amounts), figure=True, tone=tone)
