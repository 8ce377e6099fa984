"""A forecast in words: sections with sentences and a table each, which a terminal, a pull request and a page show in their own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from compplan.whatif.comparison.words import Row, Section, amount, money, percent, signed
from compplan.whatif.simulation.forecast import Chance, CurrencyForecast, Forecast, Forecasts, Part, PayeeForecast, Range

SHOWN = 10
"""So many payees are named, those whose pay is the least certain first."""
_RANGE = ("P10", "P50", "P90")


def heading(forecasts: Forecasts) -> str:
    """What is simulated."""
    first = forecasts.sides[0]
    return f"{first.company}, {first.period}: {first.replicates:,} replicates from seed {first.seed}"


def sections(forecasts: Forecasts, shown: int | None = SHOWN) -> Iterator[Section]:
    """All that is told: with one side all of it, with several how they stand beside each other. `shown` is how many payees are named."""
    first = forecasts.sides[0]
    yield Section("What was drawn", (*first.drawn.words, _how_to_read(first)))
    if len(forecasts.sides) > 1:
        yield from (Section(f"What changes: {side.name}", side.changes) for side in forecasts.sides[1:] if side.changes)
        for currency in dict.fromkeys(c.currency for side in forecasts.sides for c in side.currencies):
            yield sides_section(forecasts, currency)
        yield from (quota_section(side, side.name) for side in forecasts.sides if side.reached)
        return
    for part in first.currencies:
        yield cost_section(first, part)
        for what, parts in part.by.items():
            yield parts_section(what, parts, part)
    if first.reached:
        yield quota_section(first)
    for part in first.currencies:
        yield payees_section(part, shown)


def _how_to_read(forecast: Forecast) -> str:
    return f"P10, P50 and P90 are what 10%, 50% and 90% of the {forecast.replicates:,} replicates do not exceed."


def cost_section(forecast: Forecast, part: CurrencyForecast) -> Section:
    """The cost: where it most likely is, how likely a budget is exceeded, and what it is beside what is sold."""
    title = f"What {forecast.period} may cost" + (f", in {part.currency}" if len(forecast.currencies) > 1 else "")
    sentences = [cost_sentence(part), *budget_sentence(part), *sales_sentence(part)]
    return Section(title, tuple(sentences))


def cost_sentence(part: CurrencyForecast) -> str:
    """The range of the cost."""
    low, middle, high, mean = (money(v, part.currency) for v in (part.cost.p10, part.cost.p50, part.cost.p90, part.cost.mean))
    if low == high:
        return f"Eight times out of ten it costs {middle}; {mean} on average."
    return f"Eight times out of ten it costs {low} to {high}, half of the time at most {middle}; {mean} on average."


def budget_sentence(part: CurrencyForecast) -> Iterator[str]:
    """The chance of exceeding the budget, where there is one."""
    if part.budget is None:
        return
    told = f"The chance that it costs more than the budget of {money(part.budget.amount, part.currency)} is {percent(part.budget.chance)}"
    excess = part.budget.excess
    yield told + ("." if excess is None else f"; it is then {money(excess, part.currency)} more on average.")


def sales_sentence(part: CurrencyForecast) -> Iterator[str]:
    """The cost beside what is sold."""
    if part.sales is None or part.sales.share is None:
        return
    low, high = (percent(Fraction(share)) for share in (part.sales.share.p10, part.sales.share.p90))
    sold = f"{money(part.sales.sold.p10, part.currency)} to {money(part.sales.sold.p90, part.currency)}"
    explained = ""
    if part.sales.explained is not None:
        explained = f" How much is sold explains {percent(part.sales.explained)} of the spread of the cost."
    yield f"That is {low} to {high} of what is sold, which is {sold} by the credit {part.sales.credit}.{explained}"


def parts_section(what: str, parts: Sequence[Part], part: CurrencyForecast) -> Section:
    """What components, or groups of people, cost, and how much of the spread comes from each; the most first."""
    ordered = sorted(parts, key=lambda p: (-abs(p.spread or 0), p.name))
    rows = tuple((p.name, *_steps(p.cost, part.currency), "" if p.spread is None else percent(p.spread)) for p in ordered)
    return Section(f"Where the spread comes from, by {what}", (), (what, *_RANGE, "of the spread"), rows)


def quota_section(forecast: Forecast, name: str | None = None) -> Section:
    """How many reach their quotas."""
    rows = tuple(
        (r.measure, f"{r.owners:,}", *(f"{v:,.0f}" for v in (r.reached.p10, r.reached.p50, r.reached.p90))) for r in forecast.reached
    )
    title = "How many reach their quota" + ("" if name is None else f": {name}")
    return Section(title, (), ("measure", "with a quota", *_RANGE), rows)


def payees_section(part: CurrencyForecast, shown: int | None) -> Section:
    """What payees may get, and the chance of their quotas; those whose pay is the least certain first, or all of them by name."""
    wide = sorted(part.payees, key=lambda p: (p.pay.p10 - p.pay.p90, p.payee))
    people = sorted(part.payees, key=lambda p: (p.name, p.payee)) if shown is None else wide[:shown]
    measures = list(dict.fromkeys(c.measure for p in part.payees for c in p.chances))
    rows = tuple(_payee_row(p, part.currency, measures) for p in people)
    rest = len(part.payees) - len(rows)
    sentences = (f"The {len(rows)} whose pay is the least certain; {rest:,} more.",) if rest else ()
    return Section("What payees may get", sentences, ("payee", *_RANGE, *(f"chance of {m}" for m in measures)), rows)


def _payee_row(payee: PayeeForecast, currency: str, measures: Sequence[str]) -> Row:
    chances = {c.measure: c for c in payee.chances}
    return (payee.name, *_steps(payee.pay, currency), *(_chance(chances.get(m)) for m in measures))


def _chance(chance: Chance | None) -> str:
    return "" if chance is None else percent(chance.chance)


def sides_section(forecasts: Forecasts, currency: str) -> Section:
    """Several sides beside each other: what each may cost, and how much more than the first in the same replicates."""
    rows = []
    budget: Decimal | None = None
    for number, side in enumerate(forecasts.sides):
        part = next((c for c in side.currencies if c.currency == currency), None)
        if part is None:
            continue
        more = forecasts.difference(number, currency) if number else None
        change = ("", "", "") if more is None else tuple(signed(v, currency) or "0" for v in (more.p10, more.p50, more.p90))
        budget = part.budget.amount if part.budget is not None else budget
        over = () if part.budget is None else (percent(part.budget.chance),)
        rows.append((side.name, *_steps(part.cost, currency), *change, *over))
    head = ("scenario", *_RANGE, *(f"more, {p}" for p in _RANGE), *(("over budget",) if budget is not None else ()))
    sentences = ["All are paid for the same draws; more is what a scenario costs more than the first in the same replicate."]
    if budget is not None:
        sentences.append(f"The budget is {money(budget, currency)}.")
    return Section(f"What {forecasts.sides[0].period} may cost, in {currency}", tuple(sentences), head, tuple(rows))


def _steps(found: Range, currency: str) -> tuple[str, str, str]:
    return amount(found.p10, currency), amount(found.p50, currency), amount(found.p90, currency)
