"""What to write instead: hints for figures in the wrong unit, for functions of spreadsheets, for periods with other names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.names import did_you_mean
from compplan.language.units import Kind, Unit

FUNCTIONS = ("sum", "count", "min", "max", "abs", "if", "round", "round_down", "round_up", "months", "attainment", "quota", "earned")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_STRETCH = 1000

_CONDITIONED_SUM = "Put the condition into the sum: sum(booking.credited where ...), count(booking where ...)."
_ROUNDED = "Round to a multiple: round(figure, 0.01 USD)."
_IN_SPREADSHEETS: Mapping[str, str] = {
    "and": "The word stands between two conditions: a = b and c = d.",
    "or": "The word stands between two conditions: a = b or c = d. For several values of one thing, write kind in (...).",
    "not": "The word stands before what it denies, written small: not overlay.",
    "average": "Divide a sum by a count: sum(booking.credited) / count(booking) else 0 USD.",
    "avg": "Divide a sum by a count: sum(booking.credited) / count(booking) else 0 USD.",
    "sumif": _CONDITIONED_SUM,
    "sumifs": _CONDITIONED_SUM,
    "sumproduct": "Multiply inside the sum: sum(objectives.weight * objectives.score).",
    "countif": _CONDITIONED_SUM,
    "countifs": _CONDITIONED_SUM,
    "counta": "Count the rows of a credit: count(booking).",
    "countunique": "Count each once: count(different booking.account).",
    "unique": "Count each once: count(different booking.account).",
    "rounddown": "Round to a multiple, down: round_down(figure, 1 USD).",
    "roundup": "Round to a multiple, up: round_up(figure, 1 USD).",
    "floor": "Round to a multiple, down: round_down(figure, 1 USD).",
    "ceiling": "Round to a multiple, up: round_up(figure, 1 USD).",
    "int": "Round to a multiple, down: round_down(figure, 1).",
    "trunc": "Round to a multiple, down: round_down(figure, 1).",
    "datedif": "Count whole months: months(close_date, cancelled_date); days: cancelled_date - close_date.",
    "datediff": "Count whole months: months(close_date, cancelled_date); days: cancelled_date - close_date.",
    "mround": _ROUNDED,
    "iferror": "Say behind the division what holds where it divides by zero: a / b else 0%.",
    "ifs": "Write if within if, or tiers, or a table.",
    "switch": "Write a table with a row for each case.",
    "vlookup": "Write a table, and look it up by its name: rate(kind).",
    "xlookup": "Write a table, and look it up by its name: rate(kind).",
    "hlookup": "Write a table, and look it up by its name: rate(kind).",
    "index": "Write a table, and look it up by its name: rate(kind).",
    "isblank": "Write close_date is empty.",
    "edate": "Add the months to the date: close_date + 1 month.",
    "rank": "Write a sentence for the best: to the top 3 by arr, ties included.",
    "percent": "A percentage is written with its sign: 75%.",
}
_LIKE_A_PERIOD: Mapping[str, str] = {
    "semester": "A half of a year is called half: for each half.",
    "halfyear": "A half of a year is called half: for each half.",
    "half_year": "A half of a year is called half: for each half.",
    "trimester": "The periods are month, quarter, half and year.",
    "week": "The shortest period is a month.",
    "day": "The shortest period is a month.",
    "monthly": "Write for each month.",
    "quarterly": "Write for each quarter.",
    "annual": "Write for each year.",
    "yearly": "Write for each year.",
}


def for_function(name: str, tables: Sequence[str]) -> str | None:
    """What to write instead of a function that there is not."""
    if name.lower() in FUNCTIONS:
        return f"Names of functions are written small: {name.lower()}(...)."
    return _IN_SPREADSHEETS.get(name.lower()) or did_you_mean(name, [*FUNCTIONS, *tables])


def for_period(name: str) -> str | None:
    """What to write instead of a word for a period that is none here."""
    word = name.lower()
    return _LIKE_A_PERIOD.get(word) or _LIKE_A_PERIOD.get(word.removesuffix("s"))


def for_rounding(figure: ty.Expr, to: ty.Expr) -> str:
    """How `round` is told what to round to: not in digits, but as the unit itself."""
    value = _written(to)
    if value is not None and value > 0 and to.unit == figure.unit and to.unit.kind is Kind.MONEY:
        return f"Round how often it fits, for each full {in_unit(value, to.unit)}: round_down(figure / {in_unit(value, to.unit)}, 1x)."
    if value is not None and value.denominator != 1:
        return f"What to round to has the unit of the figure: {in_unit(value, figure.unit)}."
    digits = int(value) if value is not None and 0 <= value <= 6 else 2
    unit = Fraction(1, 10**digits)
    places = "whole ones" if digits == 0 else "one decimal" if digits == 1 else f"{digits} decimals"
    return f"Write the unit to round to, not the digits: {in_unit(unit, figure.unit)} for {places}."


def for_units(left: ty.Expr, right: ty.Expr) -> str | None:
    """What to write where the units of two figures differ."""
    kinds = {left.unit.kind, right.unit.kind}
    if Kind.NUMBER in kinds and kinds & {Kind.MONEY, Kind.RATIO}:
        number, other = (left, right) if left.unit.kind is Kind.NUMBER else (right, left)
        return _for_number(number, other.unit)
    if Kind.DATE in kinds and kinds & {Kind.RATIO, Kind.NUMBER}:
        value = next((x for x in map(_written, (left, right)) if x is not None), None)
        if value is not None and 0 < value <= _LONGEST_STRETCH and value.denominator == 1:
            return f"A date is written year, month, day: 2027-03-31; a stretch of time with its unit: {value} days."
        return "A date is written year, month, day: 2027-03-31."
    if kinds == {Kind.DATE, Kind.TEXT}:
        text = next((x.value for x in (left, right) if isinstance(x, ty.Const) and isinstance(x.value, str)), "")
        return f"A date stands without quotes: {text if _DATE.fullmatch(text) else '2027-03-31'}."
    if Kind.YES_NO in kinds and kinds & {Kind.TEXT, Kind.NUMBER}:
        return _for_yes_or_no(left, right) if left.unit.kind is Kind.YES_NO else _for_yes_or_no(right, left)
    if kinds == {Kind.TEXT, Kind.NUMBER}:
        return 'A text stands between quotes: "2027".'
    per = left.unit.per or right.unit.per
    if kinds == {Kind.MONEY} and per:
        return f"One of the two is for a {per}; say for which period you want it: ... per quarter."
    return None


def for_pay(factors: Sequence[ty.Expr], currency: str) -> str:
    """What to write where a component does not come to money."""
    first = factors[0]
    value = _written(first)
    if value is not None and first.unit.kind is Kind.NUMBER and len(factors) == 1:
        return f"Give the number its currency: pay {_digits(value)} {currency}."
    if value is not None and first.unit.kind is Kind.RATIO and len(factors) == 1:
        return f"Say of what: pay {_digits(value * 100)}% of credited, or of a measure."
    if isinstance(first, (ty.Slices, ty.Step, ty.Curve)):
        return "Let the tiers multiply money: pay 500 USD (or arr), and times before the tiers; or let slices run along money, as arr."
    if any(f.unit.kind is Kind.MONEY and f.unit.currency != currency for f in factors):
        return f"Convert it: ... in {currency} at the daily rate of close_date, or of the end of the month, rounded to 0.01."
    return f"Multiply by money: pay 500 {currency}, pay 5% of credited."


_NO = frozenset({"n", "no", "false", "f", "0", "none", "-", ""})


def _for_yes_or_no(asked: ty.Expr, value: ty.Expr) -> str:
    """`new_customer = "Y"`: yes and no are words of their own."""
    name = asked.path[-1] if isinstance(asked, (ty.RecordField, ty.PayeeField)) and asked.path else None
    name = asked.name if isinstance(asked, (ty.CreditField, ty.Named)) else name
    written = str(value.value).strip().lower() if isinstance(value, ty.Const) else ""
    word = "no" if isinstance(value, ty.Const) and written in _NO else "yes"
    return f"Yes and no stand without quotes: {name or 'overlay'} = {word}."


def _for_number(number: ty.Expr, wanted: Unit) -> str:
    """A number where money or a ratio is wanted: the one that was written, or the factor that made a ratio a number."""
    value = _written(number)
    if value is not None and wanted.kind is Kind.MONEY:
        return f"Give the number its currency: {in_unit(value, wanted)}."
    if value is not None:
        return f"Write the ratio as a percentage: {_as_percentage(value)}."
    factor = _factor_of_a_ratio(number)
    if wanted.kind is Kind.RATIO and factor is not None:
        return f"A factor is written with an x: {_digits(factor)}x instead of {_digits(factor)}."
    if wanted.kind is Kind.MONEY:
        return f"Give the number its currency: 500 {wanted.currency}."
    return "Write a ratio as a percentage or a multiple: 80% or 0.8x."


def _as_percentage(value: Fraction) -> str:
    """1 and 0.8 are meant as 100% and 80%, and so is 80; what lies between could be either."""
    if abs(value) <= 3:
        return f"{_digits(value * 100)}%"
    return f"{_digits(value)}%" if abs(value) >= 10 else f"{_digits(value)}% or {_digits(value * 100)}%"


def in_unit(value: Fraction, unit: Unit) -> str:
    """A plain number as it is written in a unit."""
    match unit.kind:
        case Kind.MONEY:
            return f"{_digits(value)} {unit.currency}"
        case Kind.RATIO:
            return f"{_digits(value * 100)}%"
        case _:
            return _digits(value)


def _digits(value: Fraction) -> str:
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _written(expr: ty.Expr) -> Fraction | None:
    if isinstance(expr, ty.Const) and isinstance(expr.value, Fraction):
        return expr.value
    return None


def _factor_of_a_ratio(expr: ty.Expr) -> Fraction | None:
    """The plain number in `1.5 * ratio`."""
    if isinstance(expr, ty.Named):
        return _factor_of_a_ratio(expr.value)
    if not isinstance(expr, ty.Arith) or expr.operator != "*":
        return None
    for number, other in ((expr.left, expr.right), (expr.right, expr.left)):
        if number.unit.kind is Kind.NUMBER and other.unit.kind is Kind.RATIO:
            return _written(number)
    return None


def for_alternatives(expr: t.Logical) -> str | None:
    """`team = "West" or "East"`: a value stands where a condition should."""
    choices: list[str] = []
    here: t.Expression = expr
    while isinstance(here, t.Logical) and isinstance(here.right, t.Literal) and here.right.kind is t.LiteralKind.TEXT:
        choices.insert(0, f'"{here.right.value}"')
        here = here.left
    here = here.right if isinstance(here, t.Logical) else here
    if not choices or not isinstance(here, t.Compare) or not isinstance(here.left, t.Path) or not isinstance(here.right, t.Literal):
        return None
    listed = f'{here.left.text} in ("{here.right.value}", {", ".join(choices)})'
    return f"List the values: {'not ' if here.comparator == '!=' else ''}{listed}."
