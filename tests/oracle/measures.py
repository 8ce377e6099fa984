"""Measures and quotas: of a payee, a group or the company, over months."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from compplan.calendar import FiscalPeriod, parse_period
from compplan.language import typed as ty
from compplan.language.tree import Reach
from compplan.language.walk import every
from compplan.schema import MONTHS_IN, PEOPLE, Period
from tests.oracle.formulas import Scope, figure_of, is_yes, value_of
from tests.oracle.leave import Leaves
from tests.oracle.stays import Stays
from tests.oracle.values import CreditRow, DataError, Trouble, number, record_date, round12
from tests.oracle.world import World

COMPANY = ""
ASKED = ty.Proration("asked", 0)
Only = Callable[[CreditRow], bool]


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures and quotas of a plan; each figure is kept once it was worked out."""

    plan: ty.Plan
    world: World
    credits: Mapping[str, tuple[CreditRow, ...]]
    stays: Stays
    rows_of: dict[tuple[str, str | None], dict[str, list[CreditRow]]] = field(default_factory=dict)
    earned: dict[str, list[tuple[str, int, Fraction]]] = field(default_factory=dict)
    """For each component that is worked out already: payee, month and amount of all that it earns."""
    found: dict[tuple[str, str, int, int], Fraction | None] = field(default_factory=dict)

    def owner(self, measure: str, payee: str, day: date | None) -> str | None:
        """Whose figure of a measure is that of a payee on a day: the payee's own, the group's, the company's. None without a group."""
        group = self.plan.measures[measure].group
        return payee if group is None else COMPANY if group == COMPANY else self.world.group_of(payee, group, day)

    def measure(self, name: str, owner: str | None, first: int, last: int, only: Only | None = None) -> Fraction | None:
        """A measure over months; `only` picks among the rows of credits. None where there is no owner."""
        if owner is None:
            return None
        if only is not None:
            return self._measure(self.plan.measures[name], owner, lambda row: first <= row.month <= last and only(row))
        if (name, owner, first, last) not in self.found:
            self.found[name, owner, first, last] = self._measure(self.plan.measures[name], owner, lambda row: first <= row.month <= last)
        return self.found[name, owner, first, last]

    def _measure(self, measure: ty.Measure, owner: str, chosen: Only) -> Fraction | None:
        parts = tuple(self._part(measure, part, owner, chosen) for part in measure.parts)
        return figure_of(measure.formula, Scope(self.world, self.plan.tables, parts=parts))

    def _part(self, measure: ty.Measure, part: ty.Aggregate, owner: str, chosen: Only) -> Fraction:
        total, seen = Fraction(0), set()
        for row in self._owned(part.credit, measure.group, owner):
            scope = self.credit_scope(row)
            if not chosen(row) or (part.where is not None and not is_yes(part.where, scope)):
                continue
            if part.different:
                seen.add(None if part.value is None else value_of(part.value, scope))
                continue
            value = Fraction(1) if part.value is None else figure_of(part.value, scope)
            if value is None:
                raise DataError(Trouble("empty-in-measure", measure.name, row.payee, ", ".join(map(str, row.key))))
            total += value
        return total + len(seen - {None})

    def _owned(self, credit: str, group: str | None, owner: str) -> list[CreditRow]:
        if (credit, group) not in self.rows_of:
            by_owner = self.rows_of[credit, group] = {}
            for row in self.credits[credit]:
                whose = row.payee if group is None else COMPANY if group == COMPANY else self.world.group_of(row.payee, group, row.date)
                if whose is not None:
                    by_owner.setdefault(whose, []).append(row)
        return self.rows_of[credit, group].get(owner, [])

    def quota(self, name: str, owner: str | None, first: int, last: int) -> Fraction | None:
        """The quota over months: that of every period that lies wholly within them; None where one of those has none."""
        if owner is None:
            return None
        quota = self.plan.quotas[name]
        size = MONTHS_IN[quota.period]
        periods = [n for n in range(first // size, last // size + 1) if first <= n * size and n * size + size - 1 <= last]
        values = [self._quota(quota, owner, FiscalPeriod(quota.period, n)) for n in periods]
        known = [v for v in values if v is not None]
        return sum(known, Fraction(0)) if known and len(known) == len(values) else None

    def _quota(self, quota: ty.Quota, owner: str, period: FiscalPeriod) -> Fraction | None:
        group = self.plan.measures[quota.measure].group
        scope = Scope(
            self.world, self.plan.tables, payee=owner if group is None else None,
            dated=self.stays.last_day(owner, period.first_month, period.last_month) if group is None else None,
            record_sum=lambda e: self.record_sum(e, owner, period.first_month, period.last_month),
            day=self.last_day(period.last_month),
        )  # fmt: skip
        if group is None and self.world.schema.kinds[PEOPLE].valid is not None:
            how = self.plan.prorations.get(f"quota({quota.measure})", ASKED)
            if how.by in ("days", "working days", "months"):
                return self._averaged_quota(quota, owner, period, how, scope)
            if how == ASKED and self._changes(quota, owner, period):
                return None
        relief = self.plan.reliefs.get(f"quota({quota.measure})")
        if relief is not None:
            return self._relieved_quota(quota, owner, period, relief, scope)
        value = figure_of(quota.value, scope)
        if quota.ramp is None or value is None:
            return value
        months = range(period.first_month, period.last_month + 1)
        parts = [figure_of(quota.ramp, replace(scope, day=self.last_day(month))) for month in months]
        known = [round12(value * part) for part in parts if part is not None]
        return round12(sum(known, Fraction(0)) / len(months)) if len(known) == len(months) else None

    def _relieved_quota(self, quota: ty.Quota, owner: str, period: FiscalPeriod, relief: ty.Relief, scope: Scope) -> Fraction | None:
        """The quota of each month, as long as the month is without the leave."""
        total = Fraction(0)
        for month in range(period.first_month, period.last_month + 1):
            weight = self.stays.whole(owner, month, month, relief.how) - self.leaves.off(owner, relief.leave, relief.how, month)
            if weight == 0:
                continue
            value = figure_of(quota.value, scope)
            if quota.ramp is not None and value is not None:
                ramp = figure_of(quota.ramp, replace(scope, day=self.last_day(month)))
                value = None if ramp is None else round12(value * ramp)
            if value is None:
                return None
            total += value * weight
        return round12(total / self.stays.whole(owner, period.first_month, period.last_month, relief.how))

    @property
    def leaves(self) -> Leaves:
        """Who is on leave, and when."""
        return Leaves(self.plan, self.world, self.stays)

    def _averaged_quota(self, quota: ty.Quota, owner: str, period: FiscalPeriod, how: ty.Proration, scope: Scope) -> Fraction | None:
        """The quota of each day, or month, as a payee of the plan; the others ask for nothing."""
        parts = self.stays.parts(owner, period.first_month, period.last_month, how)
        if not parts:
            return Fraction(0) if owner in self.stays.payees else None
        total = Fraction(0)
        relief = self.plan.reliefs.get(f"quota({quota.measure})")
        if relief is not None:
            parts = [replace(part, weight=self.leaves.left(owner, relief, part)) for part in parts]
        for part in parts:
            value = figure_of(quota.value, replace(scope, dated=part.day))
            if quota.ramp is not None and value is not None:
                ramp = figure_of(quota.ramp, replace(scope, dated=part.day, day=self.last_day(part.month)))
                value = None if ramp is None else round12(value * ramp)
            if value is None and part.weight > 0:
                return None
            total += part.weight * (value or Fraction(0)) if part.weight > 0 else Fraction(0)
        return round12(total / self.stays.whole(owner, period.first_month, period.last_month, how))

    def _changes(self, quota: ty.Quota, owner: str, period: FiscalPeriod) -> bool:
        """Whether somebody is a payee for part of a period, or something of them changes within that their quota reads."""
        parts = self.stays.parts(owner, period.first_month, period.last_month, ASKED)
        if not parts:
            return False
        columns = {e.path for e in every(quota.value) if isinstance(e, ty.PayeeField) and e.path}
        values = [{self._column(owner, path, part.day) for part in parts} for path in columns]
        days = sum(part.weight for part in parts)
        return days != self.stays.whole(owner, period.first_month, period.last_month, ASKED) or any(len(v) > 1 for v in values)

    def _column(self, payee: str, path: tuple[str, ...], day: date) -> ty.Value | None:
        return self.world.follow(PEOPLE, self.world.person(payee, day), path, day)

    def average(self, e: ty.Averaged, payee: str, last: int) -> Fraction | None:
        """A payee's column averaged over the window around a month; None where it would have to be asked."""
        first, end = months_of(e.window.period, last)
        parts = self.stays.parts(payee, first, end, e.how)
        whole = self.stays.whole(payee, first, end, e.how)
        values = [number(self._column(payee, e.column.path, part.day)) for part in parts]
        if e.unit.own and len({self._column(payee, (*e.column.path[:-1], e.unit.own[-1]), part.day) for part in parts}) > 1:
            return None
        if e.how == ASKED:
            partly = e.zeros and sum(part.weight for part in parts) != whole
            return None if partly or len(set(values)) != 1 else values[0]
        weighed = [(v, p.weight) for v, p in zip(values, parts, strict=True) if p.weight > 0]
        if not parts or any(v is None for v, _ in weighed):
            return None
        by = whole if e.zeros else sum(weight for _, weight in weighed)
        return round12(sum((v * weight for v, weight in weighed if v is not None), Fraction(0)) / by) if by else None

    def leave_share(self, e: ty.LeaveShare, payee: str, last: int) -> Fraction:
        """How much of the period around a month somebody is on leave."""
        first, end = months_of(e.window.period, last)
        off = sum(self.leaves.off(payee, e.leave, e.how, month) for month in range(first, end + 1))
        return round12(Fraction(off) / self.stays.whole(payee, first, end, e.how))

    def average_before(self, e: ty.AverageBefore, payee: str, last: int) -> Fraction | None:
        """A month's average before the leave that somebody is on in the period around a month; None where there is no month."""
        begins = self.leaves.begins(payee, e.leave, *self.stays.days_of(*months_of(e.window.period, last)))
        if begins is None:
            return Fraction(0)
        calendar = self.world.calendar
        end = calendar.month_of(begins)
        months = range(max(end - e.months, calendar.month_of(self.plan.first)), min(end, calendar.month_of(self.plan.last) + 1))
        there = [month for month in months if self.stays.last_day(payee, month, month) is not None]
        return round12(self.earned_between(e.component, payee, end - e.months, end - 1) / len(there)) if there else None

    def prorated(self, e: ty.Prorated, payee: str, period: FiscalPeriod, paid: Fraction | None) -> Fraction | None:
        """A cap or the level of a draw, for each part of a period, averaged; None where it would have to be asked.

        In a period without a day as a payee it is that of the last day before.
        """
        first, end = period.first_month, period.last_month
        inside = (replace(s, first=max(s.first, self.plan.first), last=min(s.last, self.plan.last)) for s in self.stays.stays)
        within = Stays(self.world, tuple(inside))
        parts, whole = within.parts(payee, first, end, e.how), within.whole(payee, first, end, e.how)
        if not parts:
            return figure_of(e.formula, replace(self.period_scope(payee, period), paid=paid))
        values = [figure_of(e.formula, replace(self.period_scope(payee, period, dated=part.day), paid=paid)) for part in parts]
        if e.how == ASKED:
            return values[0] if sum(part.weight for part in parts) == whole and len(set(values)) == 1 else None
        weighed = [(v, p.weight) for v, p in zip(values, parts, strict=True) if p.weight > 0]
        known = [v * weight for v, weight in weighed if v is not None]
        return round12(sum(known, Fraction(0)) / whole) if len(known) == len(weighed) else None

    def record_sum(self, expr: ty.RecordSum, owner: str, first: int, last: int) -> Fraction | None:
        """The sum over the rows of a kind that name the owner and a period within the months; None where there is no row."""
        found = []
        for row in self.world.rows(expr.kind):
            scope = Scope(self.world, self.plan.tables, kind=expr.kind, record=row)
            column = expr.person or expr.group
            if column is not None and row.get(column) != owner:
                continue
            if expr.period is not None and not _lies_within(str(row.get(expr.period)), first, last):
                continue
            if expr.where is None or is_yes(expr.where, scope):
                found.append(figure_of(expr.value, scope))
        known = [v for v in found if v is not None]
        if len(known) < len(found):
            raise DataError(Trouble("empty-in-sum", expr.kind, owner))
        return sum(known, Fraction(0)) if known else None

    def credit_scope(self, row: CreditRow, *, before: bool = False) -> Scope:
        """What a formula sees for one credit; with `before`, figures to date leave the credit itself out."""

        def measure(name: str, window: ty.Window, same: ty.RecordField | None) -> Fraction | None:
            first, last = months_over(window, row.month, row.month)
            owner = self.owner(name, row.payee, row.date)
            if window.reach is Reach.WHOLE:
                return self.measure(name, owner, first, last)
            with_this = window.reach is Reach.TO_DATE and not before

            def counts(other: CreditRow) -> bool:
                earlier = other.order <= row.order if with_this else other.order < row.order
                return earlier and (same is None or self._have_the_same(same, row, other))

            return self.measure(name, owner, first, last, counts)

        def quota(name: str, window: ty.Window) -> Fraction | None:
            return self.quota(name, self.owner(name, row.payee, row.date), *months_over(window, row.month, row.month))

        def earned(e: ty.EarnedAt) -> Fraction:
            return self.earned_by(e, row.payee, *months_over(e.window, row.month, row.month))

        return Scope(
            self.world, self.plan.tables, row.kind, row.record, None, row.payee, row, measure, quota, earned=earned,
            day=row.date, dated=row.date, record_day=record_date(row),
        )  # fmt: skip

    def _have_the_same(self, column: ty.RecordField, row: CreditRow, other: CreditRow) -> bool:
        """Whether two records have the same in a column; where it is empty, a record is the same as itself alone."""
        value = value_of(column, self.credit_scope(row))
        return row.key == other.key if value is None else value == value_of(column, self.credit_scope(other))

    def earned_by(self, e: ty.EarnedAt, payee: str, first: int, last: int) -> Fraction:
        """What a component has earned a payee, or those who report to the payee, between two months."""
        if e.others == "none":
            return self.earned_between(e.component, payee, first, last)
        within = [(who, month, amount) for who, month, amount in self.earned[e.component] if first <= month <= last]
        return sum((amount for who, month, amount in within if self._reports(e, who, month, payee)), Fraction(0))

    def earned_between(self, component: str, payee: str, first: int, last: int) -> Fraction:
        """What a component has earned a payee between two months."""
        return sum((amount for who, month, amount in self.earned[component] if who == payee and first <= month <= last), Fraction(0))

    def _reports(self, e: ty.EarnedAt, who: str, month: int, payee: str) -> bool:
        above = self._managers_of(who, self.last_day(month))
        return payee in (above[:1] if e.others == "direct" else above)

    def _managers_of(self, who: str, day: date) -> list[str]:
        """The managers above somebody on a day, the own one first."""
        found: list[str] = []
        row = self.world.person(who, day)
        while row is not None and isinstance(manager := row.get("manager"), str):
            found.append(manager)
            row = self.world.person(manager, day)
        return found

    def period_scope(
        self, payee: str, period: FiscalPeriod, place: Fraction | None = None, *, since: int | None = None, dated: date | None = None
    ) -> Scope:
        """What a formula sees for one payee at the end of a period: the payee's columns as they were on the last day on which the payee was
        one, since a month, or on another day.
        """
        last = period.last_month
        day = dated or self.stays.last_day(payee, since, last)

        def months(window: ty.Window) -> tuple[int, int]:
            return months_over(window, period.first_month, last)

        return Scope(
            self.world,
            self.plan.tables,
            payee=payee,
            measure=lambda name, window, _: self.measure(name, self.owner(name, payee, day), *months(window)),
            quota=lambda name, window: self.quota(name, self.owner(name, payee, day), *months(window)),
            record_sum=lambda e: self.record_sum(e, payee, *months(e.window)),
            average=lambda e: self.average(e, payee, last),
            leave_share=lambda e: self.leave_share(e, payee, last),
            average_before=lambda e: self.average_before(e, payee, last),
            prorated=lambda e, paid: self.prorated(e, payee, period, paid),
            earned=lambda e: self.earned_by(e, payee, *months(e.window)),
            place=place,
            day=self.last_day(last),
            dated=day,
        )

    def last_day(self, month: int) -> date:
        """The last day of a month."""
        return self.world.calendar.start_of_month(month + 1) - timedelta(days=1)


def months_of(period: Period, month: int) -> tuple[int, int]:
    """First and last month of the period of a kind that a month belongs to."""
    first = month // MONTHS_IN[period] * MONTHS_IN[period]
    return first, first + MONTHS_IN[period] - 1


def months_over(window: ty.Window, first: int, last: int) -> tuple[int, int]:
    """First and last month of a window, seen from a period that begins and ends with a month."""
    if window.months:
        end = first - 1 if window.apart else last
        return end - window.months + 1, end
    begins, ends = months_of(window.period, last)
    return begins - window.back, (last if window.reach is Reach.TO_DATE else ends) - window.back


def _lies_within(label: str, first: int, last: int) -> bool:
    period = parse_period(label)
    return period is not None and first <= period.first_month and period.last_month <= last
