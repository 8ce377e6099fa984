"""Figures of an explanation as text: amounts of money, ratios and counts in their units."""

from __future__ import annotations

from fractions import Fraction

from compplan.currencies import digits_of
from compplan.engine.explanation import Node
from compplan.engine.page import Value, decimal_text


def amount(value: Value, currency: str) -> str:
    """An amount of a currency, without its name: its thousands marked, with at least the digits that the currency has."""
    if not isinstance(value, Fraction):
        return ""
    digits = decimal_text(abs(value))
    units, _, decimals = digits.partition(".")
    shown = f"{decimals:0<{digits_of(currency)}}"
    return f"{'-' if value < 0 else ''}{int(units):,}{'.' if shown else ''}{shown}"


def money(value: Value, currency: str) -> str:
    """An amount and its currency."""
    return f"{amount(value, currency)} {currency}" if isinstance(value, Fraction) else ""


def plain(value: Value) -> str:
    """A figure as it is, its thousands marked."""
    if isinstance(value, Fraction):
        units, point, decimals = decimal_text(abs(value)).partition(".")
        return f"{'-' if value < 0 else ''}{int(units):,}{point}{decimals}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value is None else value


def shown(node: Node) -> str:
    """A node's value in its unit."""
    return in_unit(node.value, node.unit)


def in_unit(value: Value, unit: str) -> str:
    """A value as its unit is written."""
    if not isinstance(value, Fraction):
        return plain(value)
    if unit == "a ratio":
        return f"{plain(value * 100)}%"
    if unit[:3].isupper():
        return f"{amount(value, unit[:3])} {unit}"
    return plain(value)
