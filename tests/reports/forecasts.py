"""Forecasts of made-up periods, for tests of their report."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from compplan.whatif.simulation.forecast import (
    Budget,
    Chance,
    CurrencyForecast,
    Drawn,
    Forecast,
    Forecasts,
    Part,
    PayeeForecast,
    Range,
    Reached,
    SalesForecast,
)

DRAWN = Drawn(("deals",), "2025-01 to 2026-12", 900, 12, "payee", ("Deals of 2027 are drawn from 900 records of 2025-01 to 2026-12.",))
Series = list[Decimal]


def series(seed: int, count: int, middle: int, spread: int) -> Series:
    """A figure in each of so many replicates."""
    chance = random.Random(seed)
    return [Decimal(round(chance.gauss(middle, spread) * 100)) / 100 for _ in range(count)]


def ranged(figures: Series) -> Range:
    """The range of a figure over its replicates."""
    ordered = sorted(figures)
    p10, p50, p90 = (ordered[-(-percent * len(ordered) // 100) - 1] for percent in (10, 50, 90))
    return Range(p10, p50, p90, round(sum(ordered, Decimal(0)) / len(ordered), 2))


def currency_forecast(
    people: int = 12,
    replicates: int = 400,
    budget: str | None = "115000",
    currency: str = "USD",
    raised: str = "1",
    names: Sequence[str] = (),
) -> CurrencyForecast:
    """So many payees in two roles, each with pay of their own, all of it times `raised`."""
    pay = [[p * Decimal(raised) for p in series(n, replicates, 6000 + 900 * n % 9000, 400 + 70 * n % 900)] for n in range(people)]
    costs = [sum(each, Decimal(0)) for each in zip(*pay, strict=True)] if pay else [Decimal(0)] * replicates
    names = [*names, *(f"Payee Number {n}" for n in range(len(names), people))]
    share = Fraction(1, people) if people else None
    payees = tuple(
        PayeeForecast(f"p{n}", names[n], {"role": "AE"}, ranged(pay[n]), share, (Chance("arr", Fraction(n, people), None),))
        for n in range(people)
    )
    half = [c / 2 for c in costs]
    components = (
        Part("Executive 2027: Own bookings", ranged(half), Fraction(13, 10)),
        Part("Executive 2027: Team bookings", ranged(half), Fraction(-3, 10)),
    )
    over = [] if budget is None else [c - Decimal(budget) for c in costs if c > Decimal(budget)]
    found = None if budget is None else Budget(Decimal(budget), Fraction(len(over), len(costs)), ranged(over).mean if over else None)
    sold = ranged([c * 8 for c in costs])
    sales = SalesForecast("booking", sold, ranged([Decimal("0.125")]), Fraction(3, 4)) if people else None
    by = {"component": components if people else (), "role": (Part("AE", ranged(costs), Fraction(1)),)}
    return CurrencyForecast(currency, tuple(costs), ranged(costs), found, by, payees, sales)


def forecast(*parts: CurrencyForecast, name: str = "as it is") -> Forecast:
    """A forecast of these."""
    reached = (Reached("arr", 12, ranged([Decimal(n) for n in (3, 5, 8)])),)
    return Forecast("Halden Systems", "2027", name, len(parts[0].costs), 1, DRAWN, parts, reached)


ONE = Forecasts((forecast(currency_forecast()),))
SEVERAL = Forecasts((forecast(currency_forecast()), forecast(currency_forecast(raised="1.1"), name="faster")))
