"""How a period is simulated: which records are drawn, from what, in which blocks; how often, and from which seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, timedelta
from typing import Literal, get_args

from compplan.calendar import Calendar, FiscalPeriod
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.steps import Months
from compplan.immutable import immutable
from compplan.schema import MONTHS_IN, Period

Method = Literal["blocks", "model"]
METHODS: tuple[Method, ...] = get_args(Method)
Season = Literal["none", "quarter", "year"]
SEASONS: tuple[Season, ...] = get_args(Season)
BLOCKS: tuple[Period, ...] = ("month", "quarter", "half", "year")
MOST_REPLICATES = 100_000
PAYEE = "payee"
COMPANY = "company"


@immutable
class Settings:
    """What is asked of a simulation of a period.

    `each` says who has draws of its own: each payee, the company as one, or each value of a column of the records. `blocks` is how long the
    stretches of history are that stay together; with the method `model` records are drawn one by one, as many as a fitted season and trend
    expect. `season` is which stretches may stand for each other: any, those at the same place in a quarter, or in a year. `known_through`
    is the last day that is known: records up to it are as they are. `history` are the months that are drawn from; None for all before the
    first drawn day, or for the period itself where there is nothing before it. `kinds` are the kinds of record that are drawn; None for all
    that people are credited for. `dated` gives the column with the day of a kind's records, where it is not that of its first credit.
    `pipeline` names a kind, a column, and what stands there while a record is open: such records are drawn to be won or lost.
    """

    period: FiscalPeriod
    replicates: int = 1000
    seed: int = 1
    method: Method = "blocks"
    each: str = PAYEE
    blocks: Period = "month"
    season: Season = "quarter"
    known_through: date | None = None
    history: Months | None = None
    kinds: tuple[str, ...] | None = None
    dated: Mapping[str, str] = field(default_factory=dict)
    pipeline: tuple[str, str, str] | None = None

    def drawn(self, calendar: Calendar) -> tuple[date, Months]:
        """The first day whose records are drawn, and the months with such days. Raises `Problems` where nothing is left to draw."""
        start, end = calendar.start(self.period), calendar.end(self.period)
        last = start - timedelta(days=1) if self.known_through is None else self.known_through
        first = max(start, min(last, end) + timedelta(days=1))
        if first >= end:
            message = f"All of {self.period.label} is known through {last.isoformat()}, so no day is left to be drawn."
            raise Problems([_wrong(message, "Name a period that is not over yet, or an earlier last day that is known.")])
        return first, Months(calendar.month_of(first), self.period.last_month)

    def checked(self) -> Settings:
        """The settings. Raises `Problems` where they cannot be used."""
        if not 2 <= self.replicates <= MOST_REPLICATES:
            message = f"A simulation has 2 to {MOST_REPLICATES:,} replicates, not {self.replicates:,}."
            raise Problems([_wrong(message, "A thousand give P10 and P90 to within about one percent of the replicates.")])
        if self.method == "blocks" and self.season == "quarter" and MONTHS_IN[self.blocks] > 3:
            message = f"A block of a {self.blocks} has no place of its own in a quarter."
            raise Problems([_wrong(message, "Use season year or none with blocks as long as that.")])
        return self


def _wrong(message: str, hint: str) -> Diagnostic:
    return Diagnostic("simulation", "This cannot be simulated", message, hint=hint)
