"""What becomes of an earning after it is earned: what holds keep of it until it is released, what clawbacks take back of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from compplan.language import typed as ty
from tests.oracle.components import Earning
from tests.oracle.formulas import Scope, figure_of, is_yes, value_of
from tests.oracle.measures import Measures
from tests.oracle.values import DataError, Trouble, half_away, half_even, round12

NOTHING, ALL = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Change:
    """What a hold or clawback changes by in a month, of one earning."""

    name: str
    earning: Earning
    month: int
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of an earning from a month on."""

    earning: Earning
    month: int
    amount: Fraction


def what_becomes(
    plan: ty.Plan, measures: Measures, earnings: Sequence[Earning], last: int, troubles: list[Trouble]
) -> tuple[list[Change], list[Held]]:
    """Every change of the earnings that are held or taken back, up to a month."""
    changes: list[Change] = []
    held: list[Held] = []
    for earning in earnings:
        keepers = plan.keeping(earning.component)
        if keepers and earning.row is not None:
            try:
                kept = _Kept(plan, earning, keepers, measures.credit_scope(earning.row), last)
                for month in sorted({earning.earned_month, *(m for k in keepers for m, _ in kept.shares(k))}):
                    changes += kept.changes(month)
                    held.append(Held(earning, month, kept.held(month)))
            except DataError as error:
                troubles.append(error.trouble)
    return changes, held


@dataclass(frozen=True, slots=True)
class _Kept:
    """One earning, and what holds it and takes it back."""

    plan: ty.Plan
    earning: Earning
    keepers: tuple[ty.Hold | ty.Clawback, ...]
    scope: Scope
    last: int

    def shares(self, keeper: ty.Hold | ty.Clawback) -> list[tuple[int, Fraction]]:
        """What is released, or taken, and in which month; never before the earning is earned."""
        return sorted(found for dated in keeper.shares for found in self._dated(keeper, dated))

    def _dated(self, keeper: ty.Hold | ty.Clawback, dated: ty.DatedShare) -> Iterator[tuple[int, Fraction]]:
        scopes = [self.scope]
        if dated.child is not None and dated.child_reference is not None:
            assert self.scope.record is not None
            key = self.scope.world.key(self.scope.kind, self.scope.record)[0]
            scopes = [
                replace(self.scope, child=row)
                for row in self.scope.world.referring(dated.child, dated.child_reference, key, self.scope.dated).values()
            ]
        for scope in scopes:
            day = value_of(dated.dated, scope)
            if not isinstance(day, date) or day >= self.scope.world.calendar.start_of_month(self.last + 1):
                continue
            if dated.where is not None and not is_yes(dated.where, scope):
                continue
            share = figure_of(dated.share, scope)
            if share is None:
                raise DataError(Trouble("empty-share", keeper.name, self.earning.payee))
            yield max(self.earning.earned_month, self.scope.world.calendar.month_of(day)), share

    def to_date(self, keeper: ty.Hold | ty.Clawback, month: int) -> Fraction:
        """The share that is released or taken at the end of a month, from 0 to 1; what was released once is not held again."""
        shares = self.shares(keeper)

        def at(end: int) -> Fraction:
            return min(max(sum((s for m, s in shares if m <= end), NOTHING), NOTHING), ALL)

        if isinstance(keeper, ty.Clawback):
            return at(month)
        return max(at(m) for m in {self.earning.earned_month, month, *(m for m, _ in shares if m <= month)})

    def keep(self, hold: ty.Hold) -> Fraction:
        """The part that a hold keeps, of what the holds before it leave."""
        left = ALL
        for other in self.keepers:
            if isinstance(other, ty.Hold):
                share = figure_of(other.keep, self.scope)
                if share is None:
                    raise DataError(Trouble("empty-share", other.name, self.earning.payee))
                part = min(max(round12(share), NOTHING), left)
                if other is hold:
                    return part
                left -= part
        raise AssertionError(hold.name)

    def left(self, count: int, month: int) -> Fraction:
        """What is left of the earning, rounded, after the first so many holds and clawbacks."""
        kept, value = NOTHING, self.earning.amount
        for keeper in self.keepers[:count]:
            if isinstance(keeper, ty.Hold):
                before = self._rounded(round12(self.earning.amount * (ALL - kept)))
                kept += self.keep(keeper)
                amount = before - self._rounded(round12(self.earning.amount * (ALL - kept)))
                value -= amount - self._rounded(round12(amount * self.to_date(keeper, month)))
            else:
                value = round12(value * (ALL - self.to_date(keeper, month)))
        return self._rounded(value)

    def held(self, month: int) -> Fraction:
        """What would be paid if nothing were held, less what is."""
        value = self.earning.amount
        for keeper in self.keepers:
            if isinstance(keeper, ty.Clawback):
                value = round12(value * (ALL - self.to_date(keeper, month)))
        return self._rounded(value) - self.left(len(self.keepers), month)

    def changes(self, month: int) -> Iterator[Change]:
        """What each hold and clawback makes of it in a month, that it did not make of it before."""
        for index, keeper in enumerate(self.keepers, 1):
            now = self.left(index, month) - self.left(index - 1, month)
            before = NOTHING
            if month > self.earning.earned_month:
                before = self.left(index, month - 1) - self.left(index - 1, month - 1)
            yield Change(keeper.name, self.earning, month, now - before)

    def _rounded(self, value: Fraction) -> Fraction:
        return (half_even if self.plan.half_even else half_away)(value, self.plan.rounding_unit)
