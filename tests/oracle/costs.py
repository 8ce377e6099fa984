"""What becomes of the cost of a contract, month by month: an expense at once, or over the contract's time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from compplan.calendar import Calendar
from compplan.language import typed as ty
from tests.oracle.components import Earning
from tests.oracle.formulas import Scope, figure_of, is_yes, value_of
from tests.oracle.kept import Change, Held
from tests.oracle.measures import Measures
from tests.oracle.values import DataError, Key, Trouble, half_away, half_even, moved, round12

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class CostRow:
    """The figures of a contract cost in a month: one component, payee and record; no record for what belongs to none."""

    cost: str
    component: str
    payee: str
    key: Key | None
    month: int
    capitalised: Fraction
    expensed: Fraction
    amortised: Fraction
    written_off: Fraction
    balance: Fraction


def contract_costs(
    plan: ty.Plan,
    measures: Measures,
    earnings: Sequence[Earning],
    changes: Sequence[Change],
    held: Sequence[Held],
    last: int,
    troubles: list[Trouble],
) -> list[CostRow]:
    """Every month of every record up to a month; `earnings` are those by record."""
    found: list[CostRow] = []
    for cost in plan.costs:
        these = [e for e in earnings if e.component == cost.component]
        for payee, key in dict.fromkeys((e.payee, e.key) for e in these):
            mine = [e for e in these if (e.payee, e.key) == (payee, key)]
            moves = _moves(plan, mine, changes, held)
            try:
                found += _Record(plan, cost, measures, mine, moves).rows(last)
            except DataError as error:
                troubles.append(error.trouble)
    return found


def _moves(plan: ty.Plan, mine: Sequence[Earning], changes: Sequence[Change], held: Sequence[Held]) -> list[tuple[int, Fraction]]:
    """What is earned, and what is taken back for good: that is what is paid less what is merely held."""
    moves = [(e.earned_month, e.amount) for e in mine]
    for e in mine:
        kept = {h.month: h.amount for h in held if h.earning is e}
        before = NOTHING
        for month in sorted(kept):
            change = sum((c.amount for c in changes if c.earning is e and c.month == month), NOTHING)
            moves.append((month, change + kept[month] - before))
            before = kept[month]
    return moves


@dataclass(frozen=True, slots=True)
class _Record:
    plan: ty.Plan
    cost: ty.ContractCost
    measures: Measures
    earnings: Sequence[Earning]
    moves: Sequence[tuple[int, Fraction]]

    @property
    def calendar(self) -> Calendar:
        return self.measures.world.calendar

    @property
    def scope(self) -> Scope | None:
        """What the formulas read: the record of the first earning; none, where there is no record."""
        row = self.earnings[0].row
        return None if row is None else self.measures.credit_scope(row)

    def rows(self, last: int) -> list[CostRow]:
        found = []
        for month in range(min(e.earned_month for e in self.earnings), last + 1):
            now, before = self._to_date(month), self._to_date(month - 1)
            changes = [a - b for a, b in zip(now, before, strict=True)]
            balance = now[0] - now[2] - now[3]
            if any((*changes, balance)):
                e = self.earnings[0]
                capitalised, expensed, amortised, written_off = changes
                named = (self.cost.name, e.component, e.payee, e.key)
                found.append(CostRow(*named, month, capitalised, expensed, amortised, written_off, balance))
        return found

    def _to_date(self, month: int) -> tuple[Fraction, Fraction, Fraction, Fraction]:
        """Capitalised, expensed, amortised and written off until the end of a month."""
        total = sum((amount for m, amount in self.moves if m <= month), NOTHING)
        if self._is_expense():
            return NOTHING, total, NOTHING, NOTHING
        off = self._written_off_on()
        if off is None or off > self._last_day(month):
            return total, NOTHING, self._amortised(month), NOTHING
        end = month
        while off <= self._last_day(end):
            end -= 1
        amortised = self._amortised(end)
        return total, NOTHING, amortised, total - amortised

    def _amortised(self, month: int) -> Fraction:
        """The elapsed part of what there is, rounded."""
        total = sum((amount for m, amount in self.moves if m <= month), NOTHING)
        begins = self._day(self.cost.begins)
        if begins is None:
            return NOTHING
        elapsed, term = self._elapsed(begins, month)
        rounded = half_even if self.plan.half_even else half_away
        return rounded(round12(total * min(max(elapsed, 0), term) / term), self.plan.rounding_unit)

    def _elapsed(self, begins: date, month: int) -> tuple[int, int]:
        """How many months or days of how many."""
        ends, count = self._ends(begins)
        if self.cost.by_days:
            return (self._last_day(month) - begins).days + 1, (ends - begins).days + 1
        first = self.calendar.month_of(begins)
        return month - first + 1, count or self.calendar.month_of(ends) - first + 1

    def _ends(self, begins: date) -> tuple[date, int]:
        """The last day, and how many months that is, where they are counted."""
        assert self.scope is not None
        if self.cost.last is not None:
            last = self._day(self.cost.last)
            by_days = self.cost.by_days
            if last is None or (last < begins if by_days else self.calendar.month_of(last) < self.calendar.month_of(begins)):
                raise DataError(Trouble("no-term", self.cost.name, self.earnings[0].payee))
            return last, 0
        assert self.cost.months is not None
        months = figure_of(self.cost.months, self.scope)
        if months is None or months.denominator != 1 or months < 1:
            raise DataError(Trouble("no-term", self.cost.name, self.earnings[0].payee))
        return moved(begins, 0, int(months)) - timedelta(days=1), int(months)

    def _is_expense(self) -> bool:
        return self.scope is None or (self.cost.expensed is not None and is_yes(self.cost.expensed, self.scope))

    def _written_off_on(self) -> date | None:
        if self.scope is None or self.cost.off is None or (self.cost.off_if is not None and not is_yes(self.cost.off_if, self.scope)):
            return None
        return self._day(self.cost.off)

    def _day(self, formula: ty.Expr) -> date | None:
        assert self.scope is not None
        day = value_of(formula, self.scope)
        assert day is None or isinstance(day, date)
        return day

    def _last_day(self, month: int) -> date:
        return self.calendar.start_of_month(month + 1) - timedelta(days=1)
