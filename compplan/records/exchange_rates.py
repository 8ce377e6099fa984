"""From the exchange rates of the project file to where they stand in the records, with every problem that is found on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from compplan.currencies import DIGITS
from compplan.diagnostics.model import Collector
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.records.column_types import unknown_currency
from compplan.records.form import RatesForm
from compplan.records.spec import SourceSpec
from compplan.records.yaml_marks import Marks, Place
from compplan.schema import Column, ColumnType, CurrencyType, DateType, ExchangeRates, NumberType, PeriodType, RecordKind

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@immutable
class RatesReader:
    """Reads the exchange rates of one project; problems go to `collector`, and rates have to be above zero from then on."""

    marks: Marks
    collector: Collector
    kinds: Mapping[str, RecordKind]
    sources: dict[str, SourceSpec]

    def read(self, forms: Mapping[str, RatesForm]) -> dict[str, ExchangeRates]:
        """The sorts of exchange rates by name."""
        found = {name: self._one(name, form) for name, form in forms.items()}
        return {name: rates for name, rates in found.items() if rates is not None}

    def _one(self, name: str, form: RatesForm) -> ExchangeRates | None:
        place: Place = ("exchange_rates", name)
        if not _NAME.fullmatch(name):
            message = f"“{name}” cannot be the name of exchange rates: names are lower-case letters, digits and _, and begin with a letter."
            self.collector.add(self.marks.problem("bad-name", "This name cannot be used", message, self.marks.key(place)))
        kind = self.kinds.get(form.records)
        if kind is None:
            near = closest(form.records, self.kinds)
            hint = f"Did you mean `{near}`?" if near else f"There is {', '.join(self.kinds)}."
            self._say(
                "unknown-kind", "This kind of record is not known", f"There are no records `{form.records}`.", (*place, "records"), hint
            )
            return None
        into = form.to if form.to.isupper() else None
        if into is not None and into not in DIGITS:
            message, near = unknown_currency(into)
            self._say("unknown-currency", "This currency is not known", message, (*place, "to"), near)
        when = self._when(kind, form, place)
        source = self._column(kind, form.from_, CurrencyType, "currencies", (*place, "from"))
        target = None if into is not None else self._column(kind, form.to, CurrencyType, "currencies", (*place, "to"))
        rate = self._column(kind, form.rate, NumberType, "numbers", (*place, "rate"))
        if source is None or rate is None or when is None or (target is None and into is None):
            return None
        self._check_key(kind, [c.name for c in (source, target, when) if c is not None], place)
        self._above_zero(kind, rate)
        on_its_day = form.holds == "on its day only"
        return ExchangeRates(
            name, kind.name, source.name, None if target is None else target.name, into, rate.name, when.name, on_its_day, form.both_ways
        )  # fmt: skip

    def _when(self, kind: RecordKind, form: RatesForm, place: Place) -> Column | None:
        """The column of days or of periods; how long the rate of a day holds must be said."""
        if form.date is not None and form.period is None:
            if form.holds is None:
                message = "How long does a rate hold: until there is another one, or on its own day only?"
                hint = "Write `holds: until the next one` or `holds: on its day only`."
                self._say("rates-hold", "It is not said how long a rate holds", message, place, hint)
            return self._column(kind, form.date, DateType, "dates", (*place, "date"))
        if form.period is not None and form.date is None:
            if form.holds is not None:
                message = "The rate of a period holds in that period; `holds` is for rates of a day."
                self._say("rates-hold", "This setting means nothing here", message, (*place, "holds"), "Remove it.")
            return self._column(kind, form.period, PeriodType, "periods", (*place, "period"))
        message = "Rates are those of a day or those of a period: name the column with `date`, or with `period`."
        self._say("rates-hold", "It is not said when a rate holds", message, place, None)
        return None

    def _column(self, kind: RecordKind, name: str, wanted: type[ColumnType], what: str, place: Place) -> Column | None:
        column = kind.column(name)
        if column is not None and isinstance(column.type, wanted) and column.required:
            return column
        choices = [c.name for c in kind.columns if isinstance(c.type, wanted) and c.required]
        near = closest(name, choices)
        hint = f"Did you mean `{near}`?" if near else f"There is {', '.join(choices)}." if choices else "Declare such a column."
        message = f"`{name}` is no column of {kind.name} that holds {what} in every row."
        self._say("unknown-column", "This column is not known", message, place, hint)
        return None

    def _check_key(self, kind: RecordKind, names: list[str], place: Place) -> None:
        """The key is what a rate is looked up by, so that there are never two of them."""
        if set(kind.key) != set(names):
            message = f"The key of {kind.name} must be what a rate is looked up by, so that there are never two."
            self._say("rates-key", "Two rates could stand for one", message, place, f"Write `key: [{', '.join(names)}]` at {kind.name}.")

    def _above_zero(self, kind: RecordKind, rate: Column) -> None:
        spec = self.sources[kind.name]
        column = spec.columns[rate.name]
        assert isinstance(rate.type, NumberType)
        if column.at_least is None or column.at_least <= 0:
            least = Decimal(1).scaleb(-rate.type.decimals)
            self.sources[kind.name] = replace(spec, columns={**spec.columns, rate.name: replace(column, at_least=least)})

    def _say(self, code: str, title: str, message: str, place: Place, hint: str | None = None) -> None:
        self.collector.add(self.marks.problem(code, title, message, self.marks.value(place), hint))
