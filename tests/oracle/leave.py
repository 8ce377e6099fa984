"""Who is on leave on which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from compplan.language import typed as ty
from tests.oracle.formulas import Scope, is_yes
from tests.oracle.stays import Part, Stays
from tests.oracle.values import Row
from tests.oracle.world import World


@dataclass(frozen=True, slots=True)
class Leaves:
    """The leave of the payees of a plan."""

    plan: ty.Plan
    world: World
    stays: Stays

    def rows(self, payee: str, name: str) -> list[Row]:
        """The rows that say when somebody is on a leave."""
        leave = self.plan.leaves[name]
        return [r for r in self.world.rows(leave.kind) if self.world.key(leave.kind, r)[0] == payee and self._counts(leave, r)]

    def _counts(self, leave: ty.Leave, row: Row) -> bool:
        first, last = self.world.days_of(leave.kind, row)
        if leave.least is not None and (last - first).days + 1 < leave.least:
            return False
        return leave.where is None or is_yes(leave.where, Scope(self.world, self.plan.tables, kind=leave.kind, record=row))

    def days(self, payee: str, name: str, first: date, last: date) -> list[tuple[date, date]]:
        """The days between two days on which somebody is a payee of the plan and on leave; each with the first day of the leave."""
        found = []
        first, last = max(first, self.plan.first), min(last, self.plan.last)
        for row in self.rows(payee, name):
            begins, ends = self.world.days_of(self.plan.leaves[name].kind, row)
            day = max(begins, first)
            while day <= min(ends, last):
                found += [(day, begins)] if self.stays.on(payee, day) else []
                day += timedelta(days=1)
        return found

    def begins(self, payee: str, name: str, first: date, last: date) -> date | None:
        """The first day of the first leave that somebody is on between two days."""
        return min((begins for _, begins in self.days(payee, name, first, last)), default=None)

    def off(self, payee: str, name: str, how: ty.Proration, month: int) -> int:
        """How much of a month somebody is on leave: days, working days, or one where these are days enough."""
        days = len(self.days(payee, name, *self.stays.days_of(month, month)))
        return (1 if days >= how.least else 0) if how.by == "months" else self._count(payee, name, how, *self.stays.days_of(month, month))

    def _count(self, payee: str, name: str, how: ty.Proration, first: date, last: date) -> int:
        return sum(1 for day, _ in self.days(payee, name, first, last) if how.by != "working days" or self.world.is_worked(payee, day))

    def left(self, payee: str, relief: ty.Relief, part: Part) -> int:
        """What a part of a month weighs without the days on leave."""
        if relief.how.by == "months":
            return 0 if self.off(payee, relief.leave, relief.how, part.month) else part.weight
        return part.weight - self._count(payee, relief.leave, relief.how, part.first, part.day)
