"""The shape of a project's records and its calendar as JSON and back, so that a finished run can say what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from compplan.calendar import Calendar
from compplan.schema import (
    Column,
    ColumnType,
    CurrencyType,
    DateType,
    ExchangeRates,
    MoneyType,
    NumberType,
    PeriodType,
    RatioType,
    RecordKind,
    ReferenceType,
    Schema,
    TextType,
    Validity,
    WorkingDays,
    YesNoType,
)

_TYPES: Mapping[str, type[ColumnType]] = {
    "money": MoneyType,
    "ratio": RatioType,
    "number": NumberType,
    "text": TextType,
    "date": DateType,
    "yes or no": YesNoType,
    "period": PeriodType,
    "currency": CurrencyType,
    "reference": ReferenceType,
}
_NAMES = {made: name for name, made in _TYPES.items()}


def schema_to_json(schema: Schema) -> dict[str, Any]:
    """A schema as JSON."""
    rates = [{f.name: getattr(one, f.name) for f in fields(one)} for one in schema.rates.values()]
    kinds = {kind.name: _kind_to_json(kind) for kind in schema.kinds.values()}
    days = schema.working_days
    worked = (
        {} if days is None else {"working_days": {**{f.name: getattr(days, f.name) for f in fields(days)}, "weekdays": [*days.weekdays]}}
    )
    return {"currency": schema.currency, "kinds": kinds, "rates": rates, **worked}


def _kind_to_json(kind: RecordKind) -> dict[str, Any]:
    valid = {} if kind.valid is None else {"valid": [kind.valid.first, kind.valid.last]}
    return {"key": list(kind.key), "columns": [_column_to_json(c) for c in kind.columns], **valid}


def schema_from_json(data: Mapping[str, Any]) -> Schema:
    """The schema of what `schema_to_json` made; raises KeyError, TypeError or ValueError for anything else."""
    kinds = {
        name: RecordKind(
            name,
            tuple(kind["key"]),
            tuple(_column_from_json(c) for c in kind["columns"]),
            Validity(*kind["valid"]) if "valid" in kind else None,
        )
        for name, kind in data["kinds"].items()
    }
    days = data.get("working_days")
    worked = None if days is None else WorkingDays(tuple(days["weekdays"]), days["kind"], days["date"], days["group"])
    return Schema(data["currency"], kinds, {one["name"]: ExchangeRates(**one) for one in data["rates"]}, worked)


def calendar_to_json(calendar: Calendar) -> dict[str, Any]:
    """A calendar as JSON."""
    made = {f.name: getattr(calendar, f.name) for f in fields(calendar)}
    return {**made, "anchor": None if calendar.anchor is None else calendar.anchor.isoformat(), "long_years": list(calendar.long_years)}


def calendar_from_json(data: Mapping[str, Any]) -> Calendar:
    """The calendar of what `calendar_to_json` made; raises KeyError, TypeError or ValueError for anything else."""
    anchor = None if data["anchor"] is None else date.fromisoformat(data["anchor"])
    return Calendar(**{**data, "anchor": anchor, "long_years": tuple(data["long_years"])})


def _column_to_json(column: Column) -> dict[str, Any]:
    details = {f.name: getattr(column.type, f.name) for f in fields(column.type)}
    return {"name": column.name, "required": column.required, "type": _NAMES[type(column.type)], **details}


def _column_from_json(data: Mapping[str, Any]) -> Column:
    details = {name: value for name, value in data.items() if name not in ("name", "required", "type")}
    return Column(data["name"], _TYPES[data["type"]](**details), data["required"])
