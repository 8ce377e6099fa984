"""From a column of the project file to its type and the way it is read, with every problem that is found on the way."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from compplan.currencies import DIGITS, MOST_DIGITS
from compplan.diagnostics.model import Collector
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.records.form import ColumnForm
from compplan.records.spec import EARLIEST, LATEST, ColumnSource
from compplan.records.yaml_marks import Marks, Place
from compplan.schema import (
    PERIODS,
    Column,
    ColumnType,
    CurrencyType,
    DateType,
    MoneyType,
    NumberType,
    PeriodType,
    RatioType,
    ReferenceType,
    TextType,
    YesNoType,
)

TYPE_WORDS = ("text", "date", "number", "ratio", "money", *(f"money per {p}" for p in PERIODS), "yes/no", "currency", *PERIODS)
"""What a type may be called, besides the names of kinds."""

_OPTIONS: dict[str, tuple[type, ...]] = {
    "format": (DateType,),
    "from": (DateType,),
    "through": (DateType,),
    "decimals": (MoneyType, RatioType, NumberType),
    "currency": (MoneyType,),
    "currency_column": (MoneyType,),
    "currency_in": (MoneyType,),
    "thousands": (MoneyType, RatioType, NumberType),
    "decimal": (MoneyType, RatioType, NumberType),
    "at_least": (MoneyType, RatioType, NumberType),
    "at_most": (MoneyType, RatioType, NumberType),
}
_DIRECTIVE = re.compile(r"%(-?[A-Za-z%])")
_DIRECTIVES = frozenset({"Y", "y", "m", "-m", "d", "-d", "b", "B", "a", "A", "H", "-H", "I", "-I", "M", "-M", "S", "-S", "f", "p", "%"})
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


@immutable
class ColumnReader:
    """Reads the columns of one project; problems go to `collector`."""

    marks: Marks
    collector: Collector
    currency: str
    kinds: Collection[str]

    def read(self, name: str, form: ColumnForm, place: Place) -> tuple[Column, ColumnSource] | None:
        """The column and how it is read, or None where its type is not known."""
        kind = self._type(form, place)
        if kind is None:
            return None
        self._check_options(form, kind, place)
        source = ColumnSource(
            header=form.column or name,
            values=dict(form.values),
            date_format=self._date_format(form, place) if isinstance(kind, DateType) else None,
            earliest=form.from_ or EARLIEST,
            latest=form.through or LATEST,
            thousands=form.thousands,
            decimal=form.decimal,
            at_least=self._bound(form.at_least, kind, (*place, "at_least")),
            at_most=self._bound(form.at_most, kind, (*place, "at_most")),
            currency_header=form.currency_column,
        )
        if source.latest < source.earliest:
            self._say(
                "date-range", "No date fits", f"`through` ({source.latest}) comes before `from` ({source.earliest}).", (*place, "through")
            )
        if form.thousands == form.decimal:
            self._say(
                "same-separators",
                "Separators are the same",
                "Thousands and decimals cannot both follow the same sign.",
                (*place, "thousands"),
            )
        return Column(name, kind, required=not form.optional), source

    def _type(self, form: ColumnForm, place: Place) -> ColumnType | None:
        word = " ".join(form.type.split())
        if word in {"money", *(f"money per {p}" for p in PERIODS)}:
            return self._money(form, word, place)
        for period in PERIODS:
            if word == period:
                return PeriodType(period)
        simple: dict[str, ColumnType] = {
            "text": TextType(),
            "date": DateType(),
            "yes/no": YesNoType(),
            "currency": CurrencyType(),
            "ratio": RatioType() if form.decimals is None else RatioType(form.decimals),
            "number": NumberType(form.decimals or 0),
        }
        if word in simple:
            if word == "ratio" and form.decimals is not None and form.decimals < 2:
                self._say(
                    "ratio-decimals",
                    "Too few decimals",
                    "A ratio keeps at least 2 decimals, so that 1 % can be told.",
                    (*place, "decimals"),
                )
                return RatioType()
            return simple[word]
        if word in self.kinds:
            return ReferenceType(word)
        self._unknown_type(form.type, place)
        return None

    def _unknown_type(self, word: str, place: Place) -> None:
        near = closest(word, [*TYPE_WORDS, *self.kinds])
        hint = f"Did you mean `{near}`?" if near else f"Types are {', '.join(TYPE_WORDS)}, or one of your kinds: {', '.join(self.kinds)}."
        where = (*place, "type") if (*place, "type") in self.marks.values else place
        self._say("unknown-type", "This type is not known", f"`{word}` is neither a type nor a kind of record.", where, hint)

    def _money(self, form: ColumnForm, word: str, place: Place) -> MoneyType:
        currency = form.currency or self.currency
        if form.currency is not None and form.currency not in DIGITS:
            message, hint = unknown_currency(form.currency)
            self._say("unknown-currency", "This currency is not known", message, (*place, "currency"), hint)
        per = next((p for p in PERIODS if word.endswith(f" {p}")), None)
        if form.currency_in is not None:
            self._check_own_currency(form, place)
            return MoneyType(None, MOST_DIGITS if form.decimals is None else form.decimals, per, form.currency_in)
        decimals = DIGITS.get(currency, 2) if form.decimals is None else form.decimals
        return MoneyType(currency, decimals, per)

    def _check_own_currency(self, form: ColumnForm, place: Place) -> None:
        """A column whose rows have currencies of their own has no other, and no range that would mean something else in each."""
        for option, written in (("currency", form.currency), ("currency_column", form.currency_column), ("at_most", form.at_most)):
            if written is not None:
                message = f"`{option}` speaks of one currency; with `currency_in`, each row has its own."
                self._say("two-currencies", "Two settings contradict each other", message, (*place, option), "Remove one of the two.")

    def _check_options(self, form: ColumnForm, kind: ColumnType, place: Place) -> None:
        for option in sorted(form.model_fields_set):
            shown = option.rstrip("_")
            allowed = _OPTIONS.get(shown)
            if allowed is not None and not isinstance(kind, allowed):
                message = f"`{shown}` means nothing for a column of type {form.type}."
                self._say(
                    "option-of-another-type",
                    "This setting does not fit the type",
                    message,
                    (*place, shown),
                    "Remove it, or check the type.",
                )

    def _date_format(self, form: ColumnForm, place: Place) -> str | None:
        if form.format is None:
            return None
        used = _DIRECTIVE.findall(form.format)
        plain = {d.lstrip("-") for d in used}
        hint = 'Use %Y (2027) or %y (27), %m (01) or %b (Jan) or %B (January), and %d (31), as in "%m/%d/%Y".'
        unknown = [d for d in used if d not in _DIRECTIVES]
        if unknown or form.format.count("%") != sum(1 + (d == "%") for d in used):
            wrong = f"`%{unknown[0]}` is no part of a date." if unknown else "A `%` stands alone."
            self._say("date-format", "The date format cannot be read", wrong, (*place, "format"), hint)
        elif not (plain & {"Y", "y"} and plain & {"m", "b", "B"} and "d" in plain):
            message = f"“{form.format}” leaves out the day, the month or the year."
            self._say("date-format", "The date format names no day", message, (*place, "format"), hint)
        else:
            return form.format
        return None

    def _bound(self, written: str | None, kind: ColumnType, place: Place) -> Decimal | None:
        if written is None:
            return None
        value = parse_amount(written, kind)
        if value is None:
            self._say("not-a-number", "A number is expected", f"“{written}” is not a number.", place, "Write it as in 150, 0.5 or 150%.")
        return value

    def _say(self, code: str, title: str, message: str, place: Place, hint: str | None = None) -> None:
        self.collector.add(self.marks.problem(code, title, message, self.marks.value(place), hint))


def unknown_currency(code: str) -> tuple[str, str]:
    """The message and the hint for a currency code that ISO 4217 does not have."""
    near = code.upper() if code.upper() in DIGITS else closest(code, DIGITS)
    return f"“{code}” is not an ISO 4217 currency code.", f"Did you mean `{near}`?" if near else "Write it as in USD, EUR, GBP, JPY."


def parse_amount(written: str, kind: ColumnType) -> Decimal | None:
    """A bound as the project file writes it: `100%` (of a ratio only), `1.5`, `250000`; None where it is no number."""
    plain = written.strip().replace("_", "")
    percent = plain.endswith("%")
    if percent and not isinstance(kind, RatioType):
        return None
    digits = plain[:-1].strip() if percent else plain
    if not _DECIMAL.fullmatch(digits) or len(digits) > 18:
        return None
    return Decimal(digits).scaleb(-2) if percent else Decimal(digits)


def sample_date(date_format: str | None) -> str:
    """The 31st of January 2027 as a format writes it."""
    day = date(2027, 1, 31)
    return day.isoformat() if date_format is None else day.strftime(date_format)
