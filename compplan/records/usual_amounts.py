"""How refused amounts are written, so that the advice names what is in the way: a currency sign, separators, brackets for a minus."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

MOST_DECIMALS = 12

_POINT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+,\d*|\d+,\d{1,2}")
_GAPS = re.compile("\\d{1,3}(?:[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]\\d{3})+(?:\\.\\d*)?")
_PLAIN = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_CODE = re.compile(r"^[A-Z]{3}(?=[\s\d(-])|(?<=[\s\d)])[A-Z]{3}$")


def amount_advice(values: Collection[str], thousands: str | None, decimal: str) -> str | None:
    """What to do about amounts that could not be read, where the same thing is in the way of all of them; None where it is not."""
    bare = [_bare(v) for v in values]
    said = []
    if values and all(plain != v.strip() for plain, v in zip(bare, values, strict=True)):
        what = f"“{_sign(next(iter(values)))}”"
        said.append(f"Take {what} out of the cells: in a spreadsheet, format the column as a plain number and export it again.")
    inner = [_without_minus(b) for b in bare]
    if values and all(i != b.lstrip("+-") for i, b in zip(inner, bare, strict=True)):
        said.append("A minus stands before the number, as in -1250, not behind it, and is not written with brackets.")
    separators = _separators([i.lstrip("+-") for i in inner])
    if separators is None:
        return None
    wanted_thousands, wanted_decimal = separators
    settings = [f'thousands: "{wanted_thousands}"'] if wanted_thousands and wanted_thousands != thousands else []
    settings += [f'decimal: "{wanted_decimal}"'] if wanted_decimal != decimal else []
    if settings:
        said.append(f"Say {' and '.join(f'`{s}`' for s in settings)} at the column.")
    return " ".join(said) or None


def decimals_needed(values: Collection[str], decimal: str) -> int | None:
    """Digits after the point of the number that has the most of them, zeros at the end aside; None where it is more than can be kept."""
    most = 0
    for value in values:
        plain = value.strip()
        digits = plain.rstrip("% ").partition(decimal)[2].rstrip("0")
        most = max(most, len(digits) + 2 * plain.endswith("%"))
    return most if most <= MOST_DECIMALS else None


_YES, _NO = frozenset({"y", "t", "on", "ja", "oui", "si"}), frozenset({"n", "f", "off", "nein", "non"})


def yes_no_advice(values: Collection[str]) -> str | None:
    """The map of values, ready to be pasted, where it is clear what all of them mean."""
    if not values or any(v.strip().lower() not in _YES | _NO for v in values):
        return None
    meant = ", ".join(f'"{v}": {"yes" if v.lower() in _YES else "no"}' for v in dict.fromkeys(v.strip() for v in values))
    return f"Say what they mean at the column: `values: {{{meant}}}`."


def _bare(value: str) -> str:
    """The number without signs and codes of currencies."""
    plain = "".join(c for c in value if unicodedata.category(c) != "Sc").strip()
    return _CODE.sub("", plain).strip()


def _sign(value: str) -> str:
    sign = next((c for c in value if unicodedata.category(c) == "Sc"), None)
    found = _CODE.search(value.strip())
    return sign or (found[0] if found else value)


def _without_minus(bare: str) -> str:
    if bare.startswith("(") and bare.endswith(")"):
        return bare[1:-1].strip()
    return bare[:-1].strip() if bare.endswith("-") else bare.lstrip("+-")


def _separators(numbers: Collection[str]) -> tuple[str | None, str] | None:
    """The sign between thousands and the one before decimals, by which all numbers can be read; None where there is no such pair."""
    if numbers and all(_PLAIN.fullmatch(n) for n in numbers):
        return None, "."
    for pattern, thousands, decimal in ((_POINT, ",", "."), (_COMMA, ".", ","), (_GAPS, " ", ".")):
        if numbers and all(pattern.fullmatch(n) or _PLAIN.fullmatch(n) for n in numbers):
            return (None if thousands == "." and not any("." in n for n in numbers) else thousands), decimal
    return None
