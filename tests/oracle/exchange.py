"""Which exchange rate holds on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from compplan.calendar import Calendar, parse_period
from compplan.schema import ExchangeRates, Period
from tests.oracle.values import Row, number
from tests.oracle.world import World


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate; `back` where it is the one the other way, `same` where the two currencies are one."""

    value: Fraction
    back: bool = False
    same: bool = False


def rate(world: World, rates: ExchangeRates, source: str, target: str, day: date) -> Rate | None:
    """The rate from one currency to another that holds on a day, or the one the other way where the pair has none of its own."""
    if source == target:
        return Rate(Fraction(1), same=True)
    found = _found(world, rates, source, target, day)
    if found is not None:
        return Rate(found)
    own = any(_pair(rates, row) == (source, target) for row in world.rows(rates.kind))
    back = _found(world, rates, target, source, day) if rates.both_ways and not own else None
    return None if back is None else Rate(back, back=True)


def last_day(calendar: Calendar, period: Period, day: date) -> date:
    """The last day of the period in which a day lies."""
    return calendar.end(calendar.period_of(day, period)) - timedelta(days=1)


def _found(world: World, rates: ExchangeRates, source: str, target: str, day: date) -> Fraction | None:
    """Of the rates of a pair, the last one that holds on the day."""
    found: tuple[date, Fraction] | None = None
    for row in world.rows(rates.kind):
        value = number(row[rates.rate])
        assert value is not None
        if _pair(rates, row) != (source, target):
            continue
        begins = _begins(world, rates, row, day)
        if begins is not None and (found is None or begins > found[0]):
            found = begins, value
    return None if found is None else found[1]


def _pair(rates: ExchangeRates, row: Row) -> tuple[object, object]:
    return row[rates.source], rates.into if rates.target is None else row[rates.target]


def _begins(world: World, rates: ExchangeRates, row: Row, day: date) -> date | None:
    """The first day of a rate that may hold on a day; None where it does not."""
    when = row[rates.when]
    if isinstance(when, date):
        return when if when == day or (when < day and not rates.on_its_day) else None
    period = parse_period(str(when))
    assert period is not None
    start = world.calendar.start(period)
    return start if start <= day < world.calendar.end(period) else None
