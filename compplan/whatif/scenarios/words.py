"""Scenarios that were tried, in words: what each changes, then all of them in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from compplan.whatif.comparison.comparison import Amounts, Comparison, CurrencyPart
from compplan.whatif.comparison.words import Row, Section, amount, changes_told, percent, signed, signed_share
from compplan.whatif.scenarios.scenario import AS_IT_IS
from compplan.whatif.scenarios.try_scenarios import Tried


def overview_heading(tried: Sequence[Tried]) -> str:
    """What was tried."""
    first = tried[0].comparison
    return (
        f"{first.company}, {first.period}: {len(tried)} scenario{'' if len(tried) == 1 else 's'} beside the plans and records as they are"
    )


def overview(tried: Sequence[Tried]) -> Iterator[Section]:
    """What each scenario changes, then a table for each currency with a row for each of them."""
    for one in tried:
        title = one.name if one.label is None else f"{one.name}: {one.label}"
        yield Section(title, changes_told(one.comparison) or ("Nothing changes.",))
    currencies = dict.fromkeys(part.currency for one in tried for part in one.comparison.currencies)
    for currency in currencies:
        yield cost_table(tried, currency, several=len(currencies) > 1)


def cost_table(tried: Sequence[Tried], currency: str, *, several: bool) -> Section:
    """What each scenario costs in a currency, with a row for things as they are before them."""
    measures = list(dict.fromkeys(a.measure for one in tried for a in one.comparison.attainment))
    parts = [(one, part) for one in tried for part in one.comparison.currencies if part.currency == currency]
    rows = [_as_it_is(parts[0][0].comparison, parts[0][1], measures)]
    rows += [_row(one, part, measures) for one, part in parts]
    head = ("scenario", "cost", "difference", "change", "of sales", "get more", "get less", *(f"reach {m}" for m in measures))
    return Section(f"What each costs, in {currency}" if several else "What each costs", (), head, tuple(rows))


def _as_it_is(comparison: Comparison, part: CurrencyPart, measures: Sequence[str]) -> Row:
    share = "" if part.sales is None else _of(part.total.before, part.sales.amounts.before)
    reached = (_reached(comparison, measure, "before") for measure in measures)
    return (AS_IT_IS, amount(part.total.before, part.currency), "", "", share, "", "", *reached)


def _row(one: Tried, part: CurrencyPart, measures: Sequence[str]) -> Row:
    total: Amounts = part.total
    share = "" if part.sales is None else _of(total.after, part.sales.amounts.after)
    reached = (_reached(one.comparison, measure, "after") for measure in measures)
    cost = (amount(total.after, part.currency), signed(total.difference, part.currency), signed_share(total))
    return (one.name, *cost, share, f"{len(part.winners):,}", f"{len(part.losers):,}", *reached)


def _of(cost: object, sold: object) -> str:
    return percent(Fraction(str(cost)) / Fraction(str(sold))) if Fraction(str(sold)) else ""


def _reached(comparison: Comparison, measure: str, side: str) -> str:
    """How many owners reach their quota, of how many that have one."""
    found = next((a for a in comparison.attainment if a.measure == measure), None)
    return "" if found is None else f"{getattr(found.reached, side):,.0f} of {len(getattr(found, f'shares_{side}')):,}"
