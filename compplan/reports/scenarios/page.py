"""Scenarios as one page that stands alone: all of them beside each other first, then each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from compplan.immutable import immutable
from compplan.reports.charts.drawn import DrawnChart, chart_scripts, chart_style, drawn
from compplan.reports.comparison.charts import largest_differences, pay_distribution, winners_and_losers
from compplan.reports.comparison.page import page_of as page_of_one
from compplan.reports.comparison.sections import ChartAndTable, cost_beside, table_of
from compplan.reports.comparison.words import answer, cost_sentence, who_sentence
from compplan.reports.pages.frame import framed_page
from compplan.reports.pages.parts import Cell, Head, Table
from compplan.reports.scenarios.charts import cost_of_each, difference_of_each, parts_in, pay_of_each, winners_and_losers_of_each
from compplan.whatif.comparison.comparison import CurrencyPart, PayeeChange
from compplan.whatif.comparison.words import amount, changes_told, signed
from compplan.whatif.scenarios.scenario import AS_IT_IS
from compplan.whatif.scenarios.try_scenarios import Tried
from compplan.whatif.scenarios.words import cost_table


@immutable
class Beside:
    """All scenarios beside each other, in one currency."""

    id: str
    currency: str
    suffix: str
    table: Table
    charts: tuple[DrawnChart, ...]
    heads: tuple[Head, ...]
    payees: tuple[tuple[Cell, ...], ...]


@immutable
class OfCurrency:
    """What one scenario comes to in one currency."""

    cost: str
    who: str
    groups: tuple[ChartAndTable, ...]
    charts: tuple[DrawnChart, ...]


@immutable
class OfScenario:
    """One scenario by itself."""

    id: str
    name: str
    label: str
    changes: tuple[str, ...]
    answers: tuple[str, ...]
    parts: tuple[OfCurrency, ...]


def page_of(tried: Sequence[Tried]) -> str:
    """The page of scenarios that were tried together; of one alone, the whole comparison. The same scenarios give the same text."""
    if len(tried) == 1:
        return page_of_one(tried[0].comparison)
    first = tried[0].comparison
    currencies = list(dict.fromkeys(part.currency for one in tried for part in one.comparison.currencies))
    return framed_page(
        __package__,
        styles=[chart_style()],
        scripts=chart_scripts(),
        company=first.company,
        period=first.period,
        together=[_beside(i, tried, currency, alone=len(currencies) == 1) for i, currency in enumerate(currencies)],
        scenarios=[_scenario(i, one) for i, one in enumerate(tried)],
    )


def _beside(index: int, tried: Sequence[Tried], currency: str, *, alone: bool) -> Beside:
    name = f"beside-{index}"
    charts = (
        drawn(f"{name}-cost", cost_of_each(tried, currency)),
        drawn(f"{name}-difference", difference_of_each(tried, currency)),
        drawn(f"{name}-who", winners_and_losers_of_each(tried, currency)),
        drawn(f"{name}-pay", pay_of_each(tried, currency)),
    )
    parts = parts_in(tried, currency)
    return Beside(
        id=name,
        currency=currency,
        suffix="" if alone else f", in {currency}",
        table=table_of(cost_table(tried, currency, several=not alone)),
        charts=charts,
        heads=tuple(_heads(parts)),
        payees=tuple(_payee_rows(parts)),
    )


def _scenario(index: int, one: Tried) -> OfScenario:
    parts = [part for part in one.comparison.currencies if part.payees]
    return OfScenario(
        id=f"scenario-{index}",
        name=one.name,
        label=one.label or "",
        changes=changes_told(one.comparison) or ("Nothing changes.",),
        answers=tuple(answer(part) for part in one.comparison.currencies),
        parts=tuple(_of_currency(f"scenario-{index}-{n}", part) for n, part in enumerate(parts)),
    )


def _of_currency(name: str, part: CurrencyPart) -> OfCurrency:
    moved = any(p.amounts.difference for p in part.payees)
    groups = [what for what in part.by if len(part.by[what]) > 1 and any(g.amounts.difference for g in part.by[what])]
    makes = {"largest": largest_differences, "differences": winners_and_losers, "pay": pay_distribution} if moved else {}
    return OfCurrency(
        cost=cost_sentence(part),
        who=who_sentence(part),
        groups=tuple(cost_beside(name, part, what) for what in groups),
        charts=tuple(drawn(f"{name}-{what}", make(part)) for what, make in makes.items()),
    )


def _heads(parts: Sequence[tuple[str, CurrencyPart]]) -> Iterator[Head]:
    yield Head("Payee", figure=False)
    for group in _groups(parts):
        yield Head(group.capitalize(), figure=False)
    yield Head(AS_IT_IS.capitalize(), figure=True)
    for name, _ in parts:
        yield Head(name, figure=True)


def _payee_rows(parts: Sequence[tuple[str, CurrencyPart]]) -> Iterator[tuple[Cell, ...]]:
    """Everyone who is paid as it is or under a scenario, with the difference under each; the largest first."""
    of = [{p.payee: p for p in part.payees} for _, part in parts]
    people = {payee: found for side in reversed(of) for payee, found in side.items()}

    def largest(payee: str) -> Decimal:
        return max(abs(side[payee].amounts.difference) for side in of if payee in side)

    for payee in sorted(people, key=lambda p: (-largest(p), people[p].name, p)):
        found = people[payee]
        yield (
            Cell(found.name, small="" if found.name == payee else payee),
            *(Cell(found.groups.get(group, "")) for group in _groups(parts)),
            Cell(amount(found.amounts.before, parts[0][1].currency), figure=True),
            *(_difference(side.get(payee), parts[0][1].currency) for side in of),
        )


def _difference(found: PayeeChange | None, currency: str) -> Cell:
    more = Decimal(0) if found is None else found.amounts.difference
    return Cell(signed(more, currency), figure=True, tone="up" if more > 0 else "down" if more < 0 else "")


def _groups(parts: Sequence[tuple[str, CurrencyPart]]) -> list[str]:
    return [what for what in parts[0][1].by if what not in ("component", "period")] if parts else []
