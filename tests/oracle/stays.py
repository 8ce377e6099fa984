"""Who is a payee of a plan, and on which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from compplan.language import typed as ty
from compplan.schema import PEOPLE
from tests.oracle.formulas import Scope, is_yes
from tests.oracle.world import World


@dataclass(frozen=True, slots=True)
class Stay:
    """The days, both included, on which a person is a payee with one row of people."""

    payee: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Stays:
    """All of a plan's. Where people are not dated, a payee is one on all days of the plan."""

    world: World
    stays: tuple[Stay, ...]

    @property
    def payees(self) -> tuple[str, ...]:
        """Everyone who is a payee on some day."""
        return tuple(sorted({s.payee for s in self.stays}))

    def on(self, payee: str, day: date) -> bool:
        """Whether somebody is a payee on a day."""
        return any(s.payee == payee and s.first <= day <= s.last for s in self.stays)

    def last_day(self, payee: str, first_month: int | None, last_month: int) -> date | None:
        """The last day between two months on which somebody is a payee; up to the second month, where the first is left open."""
        calendar = self.world.calendar
        first = date.min if first_month is None else calendar.start_of_month(first_month)
        last = calendar.start_of_month(last_month + 1) - timedelta(days=1)
        days = [min(s.last, last) for s in self.stays if s.payee == payee and s.first <= last and s.last >= first]
        return max(days) if days else None

    def parts(self, payee: str, first_month: int, last_month: int, how: ty.Proration) -> list[Part]:
        """For each month and stay that meet, a day on which to read the payee and what it weighs: its days; by months, the last stay of a
        month weighs one where the month has days enough.
        """
        found: list[Part] = []
        for month in range(first_month, last_month + 1):
            begin, end = self.days_of(month, month)
            own = [s for s in self.stays if s.payee == payee and s.first <= end and s.last >= begin]
            days = [
                Part(month, max(s.first, begin), min(s.last, end), self.count(payee, max(s.first, begin), min(s.last, end), how))
                for s in own
            ]
            if how.by == "months" and days:
                days = [
                    Part(month, min(d.first for d in days), max(d.day for d in days), 1 if sum(d.weight for d in days) >= how.least else 0)
                ]
            found += days
        return found

    def days_of(self, first_month: int, last_month: int) -> tuple[date, date]:
        """The first and the last day of some months."""
        calendar = self.world.calendar
        return calendar.start_of_month(first_month), calendar.start_of_month(last_month + 1) - timedelta(days=1)

    def whole(self, payee: str, first_month: int, last_month: int, how: ty.Proration) -> int:
        """What all of some months weighs."""
        first, last = self.days_of(first_month, last_month)
        return last_month - first_month + 1 if how.by == "months" else self.count(payee, first, last, how)

    def count(self, payee: str, first: date, last: date, how: ty.Proration) -> int:
        """The days from one through another; only working days, where these count."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return sum(1 for day in days if how.by != "working days" or self.world.is_worked(payee, day))


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a month, from its first day through the one on which it is read."""

    month: int
    first: date
    day: date
    weight: int


def stays_of(plan: ty.Plan, world: World) -> Stays:
    """Each row of people for which the plan's condition holds, within the plan's dates."""
    valid = world.schema.kinds[PEOPLE].valid
    found = []
    for row in world.rows(PEOPLE):
        name = str(world.key(PEOPLE, row)[0])
        first, last = world.days_of(PEOPLE, row)
        if plan.payees is None or is_yes(plan.payees, Scope(world, plan.tables, payee=name, dated=first)):
            # without dates a person is one of the plan's payees, whenever something is earned
            found.append(Stay(name, first, last) if valid is None else Stay(name, max(first, plan.first), min(last, plan.last)))
    return Stays(world, tuple(s for s in found if s.first <= s.last))
