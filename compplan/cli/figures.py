"""Figures as people read them: thousands apart, with their unit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from compplan.currencies import digits_of
from compplan.language.units import Kind, Unit


def amount_text(amount: Decimal, decimals: int) -> str:
    """An amount with its thousands apart: 12,345.60."""
    return f"{amount:,.{decimals}f}"


def exact_text(amount: Decimal, currency: str) -> str:
    """An amount for programs: with the digits that its currency has, or as many more as it needs."""
    decimals, digits = -int(amount.as_tuple().exponent), digits_of(currency)
    if 0 <= decimals <= digits:
        return f"{amount:f}"
    needed = max(0, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:.{max(needed, min(digits, decimals))}f}"


def value_text(value: Fraction, unit: Unit) -> str:
    """A value with its unit, with all its digits: 11,812.50 USD, 120%, 3."""
    match unit.kind:
        case Kind.MONEY:
            return f"{_digits(value, digits_of(unit.currency or ''))} {unit}"
        case Kind.RATIO:
            return f"{_digits(value * 100, 0)}%"
        case _:
            return _digits(value, 0)


def _digits(value: Fraction, least: int) -> str:
    """All digits after the point, at least so many; twelve where they never end."""
    decimals = least
    while decimals < 12 and (value * 10**decimals).denominator != 1:
        decimals += 1
    scaled = round(value * 10**decimals)
    return f"{Decimal(scaled).scaleb(-decimals):,.{decimals}f}"
