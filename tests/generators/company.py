"""The small company that generated plans and records are about: its kinds of record, its words, its calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from compplan.calendar import Calendar
from compplan.schema import (
    Column,
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

MONEY = MoneyType("USD", 2)
PERSON = ReferenceType("people")
TEXT = TextType()


def _kind(name: str, key: tuple[str, ...], *columns: Column) -> RecordKind:
    return RecordKind(name, key, columns)


SCHEMA = Schema(
    "USD",
    {
        kind.name: kind
        for kind in (
            _kind(
                "people",
                ("person",),
                Column("person", TEXT),
                Column("role", TEXT),
                Column("team", TEXT, required=False),
                Column("manager", PERSON, required=False),
                Column("hire_date", DateType()),
                Column("target", MoneyType("USD", 2, "year")),
                Column("level", NumberType(), required=False),
                Column("paid_in", CurrencyType()),
                Column("salary", MoneyType(None, 4, "year", "paid_in")),
            ),
            _kind(
                "deals",
                ("deal",),
                Column("deal", TEXT),
                Column("owner", PERSON),
                Column("second", PERSON, required=False),
                Column("helper", PERSON, required=False),
                Column("stage", TEXT),
                Column("product", TEXT),
                Column("region", TEXT, required=False),
                Column("close_date", DateType(), required=False),
                Column("acv", MONEY),
                Column("list_price", MONEY, required=False),
                Column("margin", RatioType()),
                Column("units", NumberType()),
                Column("strategic", YesNoType(), required=False),
                Column("live_date", DateType(), required=False),
                Column("currency", CurrencyType()),
                Column("abroad", MoneyType(None, 4, None, "currency")),
            ),
            _kind(
                "receipts",
                ("receipt",),
                Column("receipt", TEXT),
                Column("deal", ReferenceType("deals")),
                Column("day", DateType(), required=False),
                Column("part", RatioType()),
                Column("amount", MONEY),
            ),
            _kind(
                "splits",
                ("deal", "person"),
                Column("deal", ReferenceType("deals")),
                Column("person", PERSON),
                Column("part", RatioType()),
            ),
            _kind(
                "leads",
                ("lead",),
                Column("lead", TEXT),
                Column("rep", PERSON),
                Column("qualified_date", DateType(), required=False),
                Column("score", NumberType(1)),
            ),
            _kind(
                "quotas",
                ("person", "measure", "quarter"),
                Column("person", PERSON),
                Column("measure", TEXT),
                Column("quarter", PeriodType("quarter")),
                Column("goal", MONEY),
            ),
            _kind(
                "team_quotas",
                ("team", "month"),
                Column("team", TEXT),
                Column("month", PeriodType("month")),
                Column("goal", MONEY),
            ),
            _kind(
                "objectives",
                ("person", "quarter", "objective"),
                Column("person", PERSON),
                Column("quarter", PeriodType("quarter")),
                Column("objective", TEXT),
                Column("weight", RatioType()),
                Column("score", RatioType()),
            ),
            _kind(
                "fx",
                ("base", "into", "day"),
                Column("base", CurrencyType()),
                Column("into", CurrencyType()),
                Column("day", DateType()),
                Column("rate", NumberType(6)),
            ),
            _kind(
                "plan_fx",
                ("base", "quarter"),
                Column("base", CurrencyType()),
                Column("quarter", PeriodType("quarter")),
                Column("rate", NumberType(12)),
            ),
            _kind("holidays", ("holiday",), Column("holiday", TEXT), Column("day", DateType()), Column("team", TEXT, required=False)),
            RecordKind(
                "absences",
                ("person",),
                (
                    Column("person", PERSON),
                    Column("reason", TEXT),
                    Column("starts", DateType()),
                    Column("ends", DateType(), required=False),
                ),
                Validity("starts", "ends"),
            ),
        )
    },
    {
        "daily": ExchangeRates("daily", "fx", "base", "into", None, "rate", "day", on_its_day=False, both_ways=True),
        "plan": ExchangeRates("plan", "plan_fx", "base", None, "USD", "rate", "quarter", on_its_day=False, both_ways=False),
    },
    WorkingDays((0, 1, 2, 3, 4), "holidays", "day", "team"),
)

VALID = Validity("starts", "ends")
DATED_SCHEMA = Schema(
    "USD",
    {
        name: RecordKind(name, kind.key, (*kind.columns, Column("starts", DateType()), Column("ends", DateType(), required=False)), VALID)
        if name in ("people", "splits")
        else kind
        for name, kind in SCHEMA.kinds.items()
    },
    SCHEMA.rates,
    SCHEMA.working_days,
)
"""The same company, where people and splits hold from a day to a day."""

CURRENCIES = ("USD", "EUR", "JPY")
PEOPLE = ("ana", "bob", "cy", "dee", "eve", "fay")
ROLES = ("AE", "SE", "Manager")
TEAMS = ("North", "South")
PRODUCTS = ("Core", "Guard", "Flow")
REGIONS = ("East", "West")
YEAR = 2027


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A calendar, and days of its year 2027 from which plans take their dates."""

    calendar: Calendar

    @property
    def first_month(self) -> int:
        """Number of the year's first month."""
        return YEAR * 12

    def day(self, month: int, day: int) -> date:
        """A day of a month of the year, both from 0; -1 is the last."""
        start = self.calendar.start_of_month(self.first_month + month)
        end = self.calendar.start_of_month(self.first_month + month + 1)
        return (end if day < 0 else start) + timedelta(days=day)


FISCAL_YEARS = (
    FiscalYear(Calendar()),
    FiscalYear(Calendar(first_month=2)),
    FiscalYear(Calendar(pattern="4-4-5", anchor=date(2027, 1, 4), anchor_year=2027)),
)
