"""A forecast in sentences for a page: what the period may cost, how sure that is, and how likely it costs too much."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from compplan.whatif.comparison.words import percent
from compplan.whatif.simulation.forecast import CurrencyForecast, Forecast, Range

WHOLE_FROM = 1000
"""Amounts from here on are told without digits behind the point: a forecast is not known to the cent."""


def about(value: Decimal | Fraction) -> str:
    """An amount of a forecast, without its currency."""
    exact = value if isinstance(value, Decimal) else Decimal(value.numerator) / Decimal(value.denominator)
    digits = Decimal(1) if abs(exact) >= WHOLE_FROM else Decimal("0.01")
    rounded = exact.quantize(digits, ROUND_HALF_UP)
    return f"{rounded if rounded else abs(rounded):,}"


def about_money(value: Decimal | Fraction, currency: str) -> str:
    """An amount of a forecast with its currency."""
    return f"{about(value)} {currency}"


def likely(chance: Fraction) -> str:
    """A chance: 12.5%; neither never nor always where it is only nearly so."""
    if chance in (0, 1):
        return f"{int(chance) * 100}%"
    if 0 < chance < Fraction(1, 1000):
        return "less than 0.1%"
    return "more than 99.9%" if Fraction(999, 1000) < chance < 1 else percent(chance)


def answer(forecast: Forecast, part: CurrencyForecast) -> str:
    """From where to where the cost is in eight of ten simulated periods, what is in the middle, and how likely the budget is exceeded."""
    if not part.payees:
        return f"Nobody is paid in {part.currency} in any of the {forecast.replicates:,} simulated periods."
    low, middle, high = (about_money(figure, part.currency) for figure in (part.cost.p10, part.cost.p50, part.cost.p90))
    said = f"Eight times out of ten it costs {low} to {high}, half of the time at most {middle}."
    if min(part.costs) == max(part.costs):
        said = f"It costs {middle}, whatever comes."
    return " ".join([said, *_budget(part)])


def _budget(part: CurrencyForecast) -> Iterator[str]:
    if part.budget is None:
        return
    budget, excess = about_money(part.budget.amount, part.currency), part.budget.excess
    if not part.budget.chance:
        yield f"It never costs more than the budget of {budget}."
        return
    more = "" if excess is None else f"; it is then {about_money(excess, part.currency)} more on average"
    yield f"The chance that it costs more than the budget of {budget} is {likely(part.budget.chance)}{more}."


def sales_sentence(part: CurrencyForecast) -> str:
    """What may be sold, what the cost is as a share of it, and how much of the spread of the cost follows from it."""
    if part.sales is None:
        return ""
    sales = part.sales
    low, middle, high = (about_money(figure, part.currency) for figure in (sales.sold.p10, sales.sold.p50, sales.sold.p90))
    said = [f"Eight times out of ten {low} to {high} is sold, by the credit {sales.credit}; half of the time at most {middle}."]
    if sales.share is not None:
        least, most = (percent(Fraction(share)) for share in (sales.share.p10, sales.share.p90))
        said.append(f"The cost is {least} to {most} of it.")
    if sales.explained is not None:
        said.append(f"How much is sold explains {percent(sales.explained)} of how the cost varies; the rest is who sells what, and when.")
    return " ".join(said)


def range_told(figures: Range, currency: str) -> dict[str, str]:
    """A range for whoever points at it."""
    return {
        "one in ten below (P10)": about_money(figures.p10, currency),
        "in the middle (P50)": about_money(figures.p50, currency),
        "one in ten above (P90)": about_money(figures.p90, currency),
    }
