"""Cells into typed values, as SQL: for each column the value, and the conditions under which a cell is refused, the first one counting."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compplan.currencies import DIGITS as CURRENCY_DIGITS
from compplan.immutable import immutable
from compplan.records.spec import LARGEST_RATIO, ColumnSource
from compplan.records.sql import any_of, text
from compplan.schema import (
    Column,
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

DIGITS = 18
"""Digits of every stored amount, ratio and number, before and after the point together."""

_INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"})
_PERIODS: dict[Period, str] = {
    "month": "[0-9]{4}-(0[1-9]|1[0-2])",
    "quarter": "[0-9]{4}-Q[1-4]",
    "half": "[0-9]{4}-H[12]",
    "year": "[0-9]{4}",
}
_ERRORS = "#(DIV/0!|N/A|NAME[?]|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|GETTING_DATA)"


@immutable
class Raw:
    """A cell as its source has it: the SQL that reads it, its DuckDB type, and whether the source knows texts only.

    `currency` is the currency that the row names beside an amount.
    """

    sql: str
    type: str
    is_text: bool
    dates_are_iso_too: bool = False
    currency: str | None = None


@immutable
class Cell:
    """A column's value, what the reader sees where it is refused, and the refusals: code and condition, in order."""

    value: str
    shown: str
    refusals: tuple[tuple[str, str], ...]

    @property
    def is_bad(self) -> str:
        """The condition under which the cell is refused."""
        return any_of(condition for _, condition in self.refusals)

    @property
    def code(self) -> str:
        """The code of the first refusal that holds, or NULL."""
        cases = " ".join(f"WHEN {condition} THEN {text(code)}" for code, condition in self.refusals)
        return f"CASE {cases} END" if cases else "NULL"


def physical_type(column: Column) -> str:
    """The DuckDB type that a column is stored in."""
    match column.type:
        case MoneyType(decimals=d) | RatioType(decimals=d) | NumberType(decimals=d):
            return f"DECIMAL({DIGITS},{d})"
        case DateType():
            return "DATE"
        case YesNoType():
            return "BOOLEAN"
        case _:
            return "VARCHAR"


def period_pattern(period: Period) -> str:
    """What the label of a period looks like, as a regular expression."""
    return _PERIODS[period]


def readable(physical: str, column: Column) -> bool:
    """Whether a Parquet column of this type can hold such values at all."""
    if physical == "VARCHAR" or physical.startswith("ENUM"):
        return True
    number = physical in _INTEGERS or physical.startswith("DECIMAL")
    match column.type:
        case MoneyType() | RatioType() | NumberType():
            return number or physical in {"DOUBLE", "FLOAT"}
        case DateType():
            return physical == "DATE" or physical in {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
        case YesNoType():
            return physical == "BOOLEAN" or physical in _INTEGERS
        case PeriodType():
            return physical in _INTEGERS
        case _:
            return physical in _INTEGERS or physical == "UUID"


def cell(column: Column, source: ColumnSource, raw: Raw) -> Cell:
    """The value of a column and its refusals."""
    if (
        raw.type == physical_type(column)
        and not source.values
        and not isinstance(column.type, PeriodType | TextType | ReferenceType | CurrencyType)
    ):
        value, shown, refusals = raw.sql, raw.sql, list[tuple[str, str]]()
    else:
        value, shown, refusals = _from_text(column, source, raw)
    refusals += list(_range(column, source, value))
    if isinstance(column.type, MoneyType) and raw.currency is not None and column.type.currency is None:
        refusals += own_currency_refusals(value, shown, raw.currency, column.type)
    elif isinstance(column.type, MoneyType) and raw.currency is not None:
        refusals.append(
            ("mixed-currency", f"{shown} IS NOT NULL AND upper(trim({raw.currency})) IS DISTINCT FROM {text(column.type.currency or '')}")
        )
    if column.required:
        refusals.append(("missing-value", f"{shown} IS NULL"))
    return Cell(value, shown, tuple(refusals))


def own_currency_refusals(value: str, shown: str, currency: str, money: MoneyType) -> list[tuple[str, str]]:
    """An amount in a currency of its own has one, and no more digits than that has, unless the project says how many."""
    found = [("no-currency", f"{shown} IS NOT NULL AND {currency} IS NULL")]
    for digits in sorted({d for d in CURRENCY_DIGITS.values() if d < money.decimals}):
        codes = ", ".join(text(code) for code, d in CURRENCY_DIGITS.items() if d == digits)
        if money.decimals == max(CURRENCY_DIGITS.values()):
            found.append(("digits-of-currency", f"{currency} IN ({codes}) AND {value} <> round({value}, {digits})"))
    return found


def _from_text(column: Column, source: ColumnSource, raw: Raw) -> tuple[str, str, list[tuple[str, str]]]:
    kind = column.type
    exact = _exact_number(raw, kind) if not source.values else None
    if exact is not None:
        return exact
    seen = _mapped(raw, source)
    refusals: list[tuple[str, str]] = []
    if raw.is_text:
        refusals.append(("formula-error", f"left({seen}, 1) = '#' AND regexp_full_match({seen}, {text(_ERRORS)})"))
    match kind:
        case MoneyType(decimals=decimals) | NumberType(decimals=decimals):
            plain = _plain_number(f"trim({seen})", source)
            value = f"TRY_CAST({plain} AS DECIMAL({DIGITS},{decimals}))"
            code = "bad-amount" if isinstance(kind, MoneyType) else "bad-number"
            refusals += _number_refusals(seen, value, decimals, source, code)
        case RatioType(decimals=decimals):
            value, more = _ratio(seen, decimals, source)
            refusals += more
        case DateType():
            value = _date(seen, source, raw)
            refusals.append(("bad-date", f"{seen} IS NOT NULL AND {value} IS NULL"))
        case YesNoType():
            plain = f"lower(trim({seen}))"
            value = f"CASE WHEN {plain} IN ('yes', 'true', '1') THEN true WHEN {plain} IN ('no', 'false', '0') THEN false END"
            refusals.append(("bad-yes-no", f"{seen} IS NOT NULL AND {value} IS NULL"))
        case PeriodType(period=period):
            value = f"upper(trim({seen}))"
            refusals.append(("bad-period", f"NOT regexp_full_match({value}, {text(_PERIODS[period])})"))
        case CurrencyType():
            value = f"upper(trim({seen}))"
            refusals.append(("bad-currency", f"{value} NOT IN ({', '.join(text(c) for c in CURRENCY_DIGITS)})"))
        case _:
            value = seen
    return value, seen, refusals


def _mapped(raw: Raw, source: ColumnSource) -> str:
    """The text of a cell after the map of values; nothing, or nothing but spaces, is empty."""
    written = raw.sql if raw.type == "VARCHAR" else f"CAST({raw.sql} AS VARCHAR)"
    if source.values:
        cases = " ".join(f"WHEN {text(k)} THEN {'NULL' if v is None else text(v)}" for k, v in source.values.items())
        written = f"CASE trim({written}) {cases} ELSE {written} END"
    return f"CASE WHEN trim({written}) = '' THEN NULL ELSE {written} END"


def _exact_number(raw: Raw, kind: object) -> tuple[str, str, list[tuple[str, str]]] | None:
    """Whole and decimal numbers of a typed source, checked by casting there and back rather than by reading their text."""
    if not isinstance(kind, MoneyType | RatioType | NumberType) or not (raw.type in _INTEGERS or raw.type.startswith("DECIMAL")):
        return None
    value = f"TRY_CAST({raw.sql} AS DECIMAL({DIGITS},{kind.decimals}))"
    refusals = [("too-large", f"{raw.sql} IS NOT NULL AND {value} IS NULL")]
    scale = int(found[1]) if (found := re.search(r",(\d+)\)", raw.type)) else 0
    if scale > kind.decimals:
        refusals.append(("too-many-digits", f"{value} <> {raw.sql}"))
    return value, raw.sql, refusals


def _plain_number(seen: str, source: ColumnSource) -> str:
    """A number without its separators of thousands, with a point before the decimals."""
    plain = seen if source.thousands is None else f"replace({seen}, {text(source.thousands)}, '')"
    return plain if source.decimal == "." else f"replace({plain}, {text(source.decimal)}, '.')"


def _pattern(source: ColumnSource, digits: int | None) -> str:
    """What a number looks like as it is written; with `digits`, one that has no more of them after the point than that, zeros aside."""
    point = re.escape(source.decimal)
    whole = "[0-9]+"
    if source.thousands is not None:
        whole = f"([0-9]{{1,3}}({re.escape(source.thousands)}[0-9]{{3}})+|[0-9]+)"
    after = "[0-9]*" if digits is None else f"[0-9]{{0,{digits}}}0*"
    bare = "[0-9]+" if digits is None else after
    return f"[+-]?({whole}({point}{after})?|{point}{bare})"


def _number_refusals(seen: str, value: str, decimals: int, source: ColumnSource, code: str) -> Iterator[tuple[str, str]]:
    yield code, f"NOT regexp_full_match(trim({seen}), {text(_pattern(source, None))})"
    yield "too-many-digits", f"NOT regexp_full_match(trim({seen}), {text(_pattern(source, decimals))})"
    yield "too-large", f"{seen} IS NOT NULL AND {value} IS NULL"


def _ratio(seen: str, decimals: int, source: ColumnSource) -> tuple[str, list[tuple[str, str]]]:
    """A ratio, written as 12.5% or 0.125; a hundredth is taken by multiplying, exactly."""
    percent = f"(right(trim({seen}), 1) = '%')"
    number = f"rtrim(trim({seen}), '% ')"
    plain = _plain_number(number, source)
    hundredths = f"TRY_CAST({plain} AS DECIMAL({DIGITS},{decimals - 2})) * 0.01::DECIMAL(3,2)"
    stored = f"DECIMAL({DIGITS},{decimals})"
    value = f"CASE WHEN {percent} THEN TRY_CAST({hundredths} AS {stored}) ELSE TRY_CAST({plain} AS {stored}) END"
    written = text(f"({_pattern(source, None)})( ?%)?")
    fits = text(f"({_pattern(source, decimals)}|({_pattern(source, decimals - 2)}) ?%)")
    refusals = [
        ("bad-ratio", f"NOT regexp_full_match(trim({seen}), {written})"),
        ("too-many-digits", f"NOT regexp_full_match(trim({seen}), {fits})"),
        ("too-large", f"{seen} IS NOT NULL AND {value} IS NULL"),
    ]
    return value, refusals


def _date(seen: str, source: ColumnSource, raw: Raw) -> str:
    iso = f"CASE WHEN regexp_full_match(trim({seen}), '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_MIDNIGHT if not raw.is_text else ''}') "
    iso += f"THEN TRY_CAST(left(trim({seen}), 10) AS DATE) END"
    if source.date_format is None or not (raw.is_text or raw.type == "VARCHAR"):
        return iso
    written = f"CAST(try_strptime(trim({seen}), {text(source.date_format)}) AS DATE)"
    return f"coalesce({written}, {iso})" if raw.dates_are_iso_too else written


_MIDNIGHT = "( 00:00:00)?"


def _range(column: Column, source: ColumnSource, value: str) -> Iterator[tuple[str, str]]:
    match column.type:
        case DateType():
            first, last = text(source.earliest.isoformat()), text(source.latest.isoformat())
            yield "date-out-of-range", f"{value} NOT BETWEEN DATE {first} AND DATE {last}"
        case RatioType() if source.at_most is None:
            yield "suspicious-ratio", f"abs({value}) > {LARGEST_RATIO}"
        case _:
            pass
    if source.at_least is not None:
        yield "too-small", f"{value} < {source.at_least:f}"
    if source.at_most is not None:
        yield "beyond-at-most", f"{value} > {source.at_most:f}"
