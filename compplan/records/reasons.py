"""Why a row is refused, in words: for each code a title, the reason that follows the value, and what to do."""

from __future__ import annotations

from decimal import Decimal

from compplan.records.cells import DIGITS
from compplan.records.column_types import sample_date
from compplan.records.spec import ColumnSource, SourceSpec
from compplan.schema import Column, MoneyType, NumberType, PeriodType, RatioType, RecordKind, ReferenceType

FOLLOWING = frozenset({"refers-to-rejected", "incomplete-group", "part-rejected"})
"""Codes of rows that are sound in themselves, but go with a row that is not."""

_TITLES = {
    "ragged-row": "A row does not fit the header",
    "repeated-header": "The header stands among the rows",
    "missing-value": "`{column}` is empty",
    "formula-error": "`{column}` holds a formula's error",
    "bad-date": "`{column}` is not a date",
    "date-out-of-range": "`{column}` is out of range",
    "bad-amount": "`{column}` is not an amount",
    "bad-number": "`{column}` is not a number",
    "bad-ratio": "`{column}` is not a ratio",
    "suspicious-ratio": "`{column}` looks like a percentage without its sign",
    "too-many-digits": "`{column}` has too many digits",
    "too-large": "`{column}` is too large",
    "too-small": "`{column}` is too small",
    "beyond-at-most": "`{column}` is too large",
    "bad-yes-no": "`{column}` is neither yes nor no",
    "bad-period": "`{column}` is not a {period}",
    "mixed-currency": "`{column}` is in another currency",
    "bad-currency": "`{column}` is not a currency",
    "no-currency": "`{column}` has no currency",
    "digits-of-currency": "`{column}` has too many digits",
    "unknown-reference": "`{column}` is not in {target}",
    "duplicate-key": "Two rows of {kind} have the same {column}",
    "overlapping-rows": "Two rows of {kind} with the same {column} hold on the same days",
    "ends-before-start": "`{column}` comes before the first day",
    "does-not-add-up": "`{column}` does not add up",
    "refers-to-rejected": "`{column}` refers to a rejected row",
    "incomplete-group": "Part of a group is rejected",
    "part-rejected": "Part of a record is rejected",
}

_REASONS = {
    "repeated-header": "is the header again",
    "missing-value": "is empty, and every row of {kind} needs it",
    "formula-error": "is the error of a formula, not a value",
    "bad-date": "is not a date written as {sample}",
    "date-out-of-range": "lies outside {earliest} through {latest}",
    "bad-amount": "is not an amount written as {number}",
    "bad-number": "is not a number written as {number}",
    "bad-ratio": "is not a ratio written as 12{point}5% or 0{point}125",
    "suspicious-ratio": "would be more than 1000 %",
    "too-many-digits": "has more than {decimals} after the point",
    "too-large": "has more than {whole} digits before the point",
    "too-small": "is less than {at_least}",
    "beyond-at-most": "is more than {at_most}",
    "bad-yes-no": "is neither yes nor no",
    "bad-period": "is not a {period} written as {label}",
    "mixed-currency": "is not {currency}, in which the whole column is",
    "bad-currency": "is not a currency of ISO 4217, such as USD",
    "no-currency": "has no currency in `{currency_in}`",
    "digits-of-currency": "has more digits after the point than its currency",
    "unknown-reference": "is no {key} in {target}",
    "duplicate-key": "is also in {{other}}",
    "overlapping-rows": "has another row that holds on some of the same days, in {{other}}",
    "ends-before-start": "lies before the day on which the row begins",
    "does-not-add-up": "{{detail}}",
    "refers-to-rejected": "is a row of {target} that is rejected itself",
    "incomplete-group": "belongs to a group ({{detail}}) of which another row is rejected",
    "part-rejected": "has a row of {{detail}} that is rejected, and would mean something else without it",
}

_HINTS = {
    "ragged-row": "A cell that holds the separator or a quote must be in quotes; export the file again if it was cut or edited.",
    "repeated-header": "Two exports were pasted together: remove the second header.",
    "missing-value": "Fill it in at the source, or say `optional: true` at the column if rows may lack it.",
    "formula-error": 'Mend the formula; or, if it stands for nothing, say `values: {{"#N/A": }}` at the column.',
    "bad-date": 'If all dates are written otherwise, say how at the column, as in `format: "%m/%d/%Y"`.',
    "date-out-of-range": "Correct the date, or set `from` and `through` at the column. Years of two digits are %y in the format, not %Y.",
    "bad-amount": 'Write digits only, without currency signs. For separators, say `thousands: ","` or `decimal: ","` at the column.',
    "bad-number": 'Write digits only. For separators, say `thousands: ","` or `decimal: ","` at the column.',
    "bad-ratio": "Write it with a % sign or as a decimal number.",
    "suspicious-ratio": "60 means 6000 %. For 60 % write 60% or 0.6; if it is meant, say `at_most: 10000%` at the column.",
    "too-many-digits": "Nothing is rounded unasked: round it at the source, or say `decimals: {more}` at the column.",
    "too-large": "Check the amount; is it in the right unit?",
    "too-small": "Correct it, or change `at_least` at the column.",
    "beyond-at-most": "Correct it, or change `at_most` at the column.",
    "bad-yes-no": 'Write yes or no, true or false, 1 or 0; or map what the file says: `values: {{"Y": yes}}` at the column.',
    "bad-period": "Periods are of the fiscal calendar: 2027-01, 2027-Q1, 2027-H1, 2027.",
    "mixed-currency": "Convert the row at the source, or keep each currency in a kind of record of its own.",
    "bad-currency": 'Write its three letters; or map what the file says: `values: {{"$": USD}}` at the column.',
    "no-currency": "Fill it in at the source.",
    "digits-of-currency": "Nothing is rounded unasked: round it at the source, or say `decimals: 6` at the column.",
    "unknown-reference": "Add the row to {target}, or correct the name.",
    "duplicate-key": "Remove the one that is wrong; if both are right, `key` needs another column.",
    "overlapping-rows": "End one row the day before the next begins: both days count.",
    "ends-before-start": "Correct one of the two dates; both days count.",
    "does-not-add-up": "Correct the shares; all rows of the group are rejected until then.",
    "refers-to-rejected": "It comes right when the row of {target} does.",
    "incomplete-group": "It comes right when the other row does.",
    "part-rejected": "It comes right when that row does.",
}


def title(code: str, words: dict[str, str]) -> str:
    """The headline of all rows with one problem in one column."""
    return _TITLES[code].format(**words)


def reason(code: str, words: dict[str, str]) -> str:
    """What is wrong with a value, to be read after it; `{other}` and `{detail}` are still to be filled in, row by row."""
    return _REASONS[code].format(**words)


def hint(code: str, words: dict[str, str]) -> str:
    """What to do about it."""
    return _HINTS[code].format(**words)


def words_for(kind: RecordKind, column: Column | None, shown: str, spec: SourceSpec, keys: dict[str, str]) -> dict[str, str]:
    """What the texts say of a column; `shown` is its name, or several where a key has several; `keys` are the keys of kinds."""
    source = spec.columns.get(column.name, ColumnSource("")) if column else ColumnSource("")
    kind_of = column.type if column else None
    decimals = kind_of.decimals if isinstance(kind_of, MoneyType | RatioType | NumberType) else 0
    target = kind_of.kind if isinstance(kind_of, ReferenceType) else kind.name
    period = kind_of.period if isinstance(kind_of, PeriodType) else "month"
    return {
        "kind": kind.name,
        "column": shown,
        "target": target,
        "key": keys.get(target, "key"),
        "sample": sample_date(source.date_format),
        "earliest": source.earliest.isoformat(),
        "latest": source.latest.isoformat(),
        "number": _sample_number(source, decimals),
        "point": source.decimal,
        "decimals": "no digits" if decimals == 0 else f"{decimals} digit{'' if decimals == 1 else 's'}",
        "more": str(min(decimals + 2, 12)),
        "whole": str(DIGITS - decimals),
        "at_least": _bound(source.at_least, kind_of),
        "at_most": _bound(source.at_most, kind_of),
        "currency": (kind_of.currency or "") if isinstance(kind_of, MoneyType) else "",
        "currency_in": (kind_of.currency_in or "") if isinstance(kind_of, MoneyType) else "",
        "period": period,
        "label": {"month": "2027-01", "quarter": "2027-Q1", "half": "2027-H1", "year": "2027"}[period],
    }


def _sample_number(source: ColumnSource, decimals: int) -> str:
    after = f"{source.decimal}{'50000000000000'[:decimals]}" if decimals else ""
    return f"1{source.thousands or ''}250{after}"


def _bound(value: Decimal | None, kind: object) -> str:
    if value is None:
        return ""
    return f"{(value * 100).normalize():f}%" if isinstance(kind, RatioType) else f"{value:f}"
