"""What texts among the settings of pay mean: shares, and what stands in a column of the expected records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from compplan.calendar import parse_period
from compplan.currencies import DIGITS
from compplan.schema import (
    ColumnType,
    CurrencyType,
    DateType,
    MoneyType,
    NumberType,
    PeriodType,
    RatioType,
    ReferenceType,
    TextType,
)

EACH_MONTH = "each month"


def share_of(text: str) -> Fraction | None:
    """The share that a text says, as 20% or 0.2; None where it says none, and may name a column."""
    try:
        number = Fraction(text.removesuffix("%").strip())
    except (ValueError, ZeroDivisionError):
        return None
    return None if "/" in text else number / 100 if text.endswith("%") else number


def constant(kind: ColumnType, text: str) -> Any:  # noqa: ANN401 - whatever the column holds
    """What a text means in a column of a type; None where it means nothing there."""
    match kind:
        case TextType() | ReferenceType():
            return text or None
        case CurrencyType():
            return text if text in DIGITS else None
        case PeriodType(period=kind_of_period):
            period = parse_period(text)
            return None if period is None or period.kind != kind_of_period else text
        case DateType():
            try:
                return date.fromisoformat(text)
            except ValueError:
                return None
        case MoneyType(decimals=decimals) | NumberType(decimals=decimals) | RatioType(decimals=decimals):
            share = share_of(text.replace(",", ""))
            exact = None if share is None else share * 10**decimals
            return None if exact is None or exact.denominator != 1 else Decimal(int(exact)).scaleb(-decimals)
        case _:
            return {"yes": True, "no": False}.get(text)
