"""Units: what a value is counted in, and what comes of adding, multiplying and dividing them."""

from __future__ import annotations

from enum import Enum

from compplan.immutable import immutable
from compplan.schema import (
    ColumnType,
    CurrencyType,
    DateType,
    MoneyType,
    NumberType,
    Period,
    PeriodType,
    RatioType,
    ReferenceType,
    TextType,
    YesNoType,
)


class Kind(Enum):
    """The kinds of value that a formula can have."""

    MONEY = "money"
    RATIO = "ratio"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    YES_NO = "yes or no"
    PERIOD = "period"
    RECORD = "record"
    DAYS = "days"
    MONTHS = "months"


@immutable
class Unit:
    """A kind, with the currency and period of money, and the kind of record of a reference.

    Money in a currency of its own has no `currency`, but the column in `own` that names it: amounts of one row add up, others do not.
    """

    kind: Kind
    currency: str | None = None
    per: Period | None = None
    record: str | None = None
    own: tuple[str, ...] = ()

    def __str__(self) -> str:
        match self.kind:
            case Kind.MONEY if self.own:
                return "money in its own currency" + (f" per {self.per}" if self.per else "")
            case Kind.MONEY if self.per:
                return f"{self.currency} per {self.per}"
            case Kind.MONEY:
                return f"{self.currency}"
            case Kind.RATIO:
                return "a ratio"
            case Kind.NUMBER:
                return "a number"
            case Kind.DATE:
                return "a date"
            case Kind.TEXT:
                return "text"
            case Kind.YES_NO:
                return "yes or no"
            case Kind.PERIOD:
                return f"a {self.per}"
            case Kind.RECORD:
                return "a person" if self.record == "people" else f"a record of {self.record}"
            case Kind.DAYS | Kind.MONTHS:
                return f"a number of {self.kind.value}"

    @property
    def is_quantity(self) -> bool:
        """Whether it can be added up: money, a ratio or a number."""
        return self.kind in (Kind.MONEY, Kind.RATIO, Kind.NUMBER)


RATIO = Unit(Kind.RATIO)
NUMBER = Unit(Kind.NUMBER)
DATE = Unit(Kind.DATE)
TEXT = Unit(Kind.TEXT)
YES_NO = Unit(Kind.YES_NO)
DAYS = Unit(Kind.DAYS)


def money(currency: str, per: Period | None = None) -> Unit:
    """Money of a currency, or money for a period."""
    return Unit(Kind.MONEY, currency, per)


def unit_of(column: ColumnType) -> Unit:
    """The unit of a column's values."""
    match column:
        case MoneyType(currency=str() as currency):
            return money(currency, column.per)
        case MoneyType():
            return Unit(Kind.MONEY, per=column.per, own=(column.currency_in or "",))
        case RatioType():
            return RATIO
        case NumberType():
            return NUMBER
        case DateType():
            return DATE
        case TextType() | CurrencyType():
            return TEXT
        case YesNoType():
            return YES_NO
        case PeriodType():
            return Unit(Kind.PERIOD, per=column.period)
        case ReferenceType():
            return Unit(Kind.RECORD, record=column.kind)


def product(left: Unit, right: Unit) -> Unit | None:
    """The unit of `left * right`, or None where there is none: money cannot be multiplied by money."""
    if not (left.is_quantity and right.is_quantity):
        return None
    if left.kind is Kind.MONEY or right.kind is Kind.MONEY:
        if left.kind is right.kind:
            return None
        return left if left.kind is Kind.MONEY else right
    return NUMBER if Kind.NUMBER in (left.kind, right.kind) else RATIO


def quotient(left: Unit, right: Unit) -> Unit | None:
    """The unit of `left / right`, or None where there is none."""
    if not (left.is_quantity and right.is_quantity):
        return None
    if left.kind is right.kind:
        return RATIO if left == right else None
    if right.kind is Kind.MONEY:
        return None
    return left


def comparable(left: Unit, right: Unit) -> bool:
    """Whether the two may be compared: the same unit, a reference with text (its key), a period with text."""
    if left == right:
        return True
    kinds = {left.kind, right.kind}
    return kinds == {Kind.RECORD, Kind.TEXT} or kinds == {Kind.PERIOD, Kind.TEXT}
