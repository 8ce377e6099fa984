"""What is earned: each component for each payee and period, or for each credit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

from compplan.calendar import FiscalPeriod
from compplan.language import typed as ty
from compplan.language.typed import Value
from compplan.language.walk import parts
from compplan.schema import MONTHS_IN
from tests.oracle.apportion import apportion
from tests.oracle.formulas import Scope, figure_of, is_yes, value_of
from tests.oracle.measures import Measures, months_of
from tests.oracle.stays import Stays
from tests.oracle.values import CreditRow, DataError, Key, Trouble, half_away, half_even, round12

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Earning:
    """One figure of a component: of a payee, for a period or one credit, earned in a month; `amount` may be zero."""

    component: str
    word: str
    payee: str
    key: Key | None
    give: int | None
    via: int | None
    period: str
    earned_month: int
    amount: Fraction
    row: CreditRow | None = None


def _since(grain: ty.ForPeriod, period: FiscalPeriod) -> int:
    """The first month of what a figure of a period looks at: the period, or the longer one to date."""
    return period.first_month if grain.to_date is None else months_of(grain.to_date, period.last_month)[0]


@dataclass(frozen=True, slots=True)
class Components:
    """Works out the components of a plan between two months; what the data leave undecided goes to `troubles`."""

    plan: ty.Plan
    measures: Measures
    stays: Stays
    first: int
    last: int
    troubles: list[Trouble]

    def earnings(self, component: ty.Component) -> list[Earning]:
        """Every figure of a component whose month of earning lies between the two months."""
        if isinstance(component.grain, ty.ForPeriod):
            return list(self._for_periods(component, component.grain))
        if component.budget is None:
            return [earning for _, earning in self._for_credits(component, component.grain)]
        return self._within_budget(component.budget, list(self._for_credits(component, component.grain)))

    def _within_budget(self, budget: ty.Budget, rows: list[tuple[CreditRow, Earning]]) -> list[Earning]:
        """What is left of each earning: first come, by date, record and payee; or in proportion. What is below zero stands as it is."""
        rounded = half_even if self.plan.half_even else half_away
        figure = value_of(budget.limit, Scope(self.measures.world, self.plan.tables))
        assert isinstance(figure, Fraction)
        limit = rounded(figure, self.plan.rounding_unit)
        found: list[Earning] = []
        ordered = sorted(rows, key=lambda pair: (pair[0].date, pair[0].key, pair[0].payee, pair[0].order))
        periods = {months_of(budget.period, row.month)[0] for row, _ in rows}
        for period in sorted(periods):
            these = [(row, e) for row, e in ordered if months_of(budget.period, row.month)[0] == period]
            wanted = {n: e.amount for n, (_, e) in enumerate(these) if e.amount > 0}
            if budget.spent == "in proportion":
                left = apportion(limit, wanted, self.plan.rounding_unit) if sum(wanted.values()) > limit else wanted
            else:
                left, spent = {}, NOTHING
                for n, amount in wanted.items():
                    fits = spent + amount <= limit
                    left[n] = amount if fits else max(limit - spent, NOTHING) if budget.spent == "cut" else NOTHING
                    spent += amount
            found += [replace(e, amount=left.get(n, e.amount)) for n, (_, e) in enumerate(these)]
        return found

    # ---- for each period ------------------------------------------------------------------------------------------

    def _for_periods(self, component: ty.Component, grain: ty.ForPeriod) -> Iterator[Earning]:
        for period in self._periods(grain):
            month = months_of(component.earned_at or grain.period, period.last_month)[1]
            if not self.first <= month <= self.last:
                continue
            if not self._in_force(component, self.measures.world.calendar.start(period)):
                continue
            since = _since(grain, period)
            payees = tuple(p for p in self.stays.payees if self.stays.last_day(p, since, period.last_month) is not None)
            if component.pool is not None:
                yield from self._shared_out(component, component.pool, period, payees, month)
                continue
            places = self._places(component, period, payees)
            for payee in payees:
                try:
                    amount = self._at(component, payee, period, places) - self._before(component, payee, period)
                except DataError as error:
                    self.troubles.append(error.trouble)
                else:
                    yield Earning(component.name, component.word, payee, None, None, None, period.label, month, amount)

    def _shared_out(
        self, component: ty.Component, pool: ty.Pool, period: FiscalPeriod, payees: tuple[str, ...], month: int
    ) -> Iterator[Earning]:
        """What each group comes to, shared out among its members."""
        scopes = {payee: self.measures.period_scope(payee, period) for payee in payees}
        groups: dict[Value | None, list[str]] = {}
        for payee in sorted(payees):
            group = "" if pool.group is None else value_of(pool.group, scopes[payee])
            if group is not None and (pool.where is None or is_yes(pool.where, scopes[payee])):
                groups.setdefault(group, []).append(payee)
        shares = dict.fromkeys(payees, NOTHING)
        for members in groups.values():
            try:
                amount = self.figure(component, scopes[members[0]], members[0], period.label)
                if self._fails(component, scopes[members[0]]):
                    continue
                weights = {p: Fraction(1) if pool.by is None else figure_of(pool.by, scopes[p]) for p in members}
                known = {p: max(weight, NOTHING) for p, weight in weights.items() if weight is not None}
                if len(known) < len(weights) or (amount and not any(known.values())):
                    raise DataError(Trouble("empty-figure", component.name, members[0], period.label))
                if amount:
                    shares |= apportion(amount, known, self.plan.rounding_unit)
            except DataError as error:
                self.troubles.append(error.trouble)
        for payee in payees:
            yield Earning(component.name, component.word, payee, None, None, None, period.label, month, shares[payee])

    @staticmethod
    def _fails(component: ty.Component, scope: Scope) -> bool:
        return not all(is_yes(condition, scope) for condition in component.conditions)

    def _periods(self, grain: ty.ForPeriod) -> list[FiscalPeriod]:
        """The periods that lie wholly within the plan's dates."""
        calendar, size = self.measures.world.calendar, MONTHS_IN[grain.period]
        first, last = calendar.month_of(self.plan.first), calendar.month_of(self.plan.last)
        every = [FiscalPeriod(grain.period, n) for n in range(first // size, last // size + 1)]
        return [p for p in every if first <= p.first_month and p.last_month <= last]

    def _before(self, component: ty.Component, payee: str, period: FiscalPeriod) -> Fraction:
        """Of a figure to date, what it came to at the end of the period before, within the same longer period."""
        previous = self.previous(component, payee, period)
        return NOTHING if previous is None else self.at(component, payee, previous)

    def previous(self, component: ty.Component, payee: str, period: FiscalPeriod) -> FiscalPeriod | None:
        """The period whose figure to date is taken off that of a period, if there is one."""
        grain = component.grain
        if not isinstance(grain, ty.ForPeriod) or grain.to_date is None:
            return None
        previous = FiscalPeriod(grain.period, period.number - 1)
        longer = months_of(grain.to_date, period.last_month)
        if self.stays.last_day(payee, _since(grain, previous), previous.last_month) is None:
            return None
        if previous not in self._periods(grain) or months_of(grain.to_date, previous.last_month) != longer:
            return None
        return previous

    def at(
        self, component: ty.Component, payee: str, period: FiscalPeriod, seen: Callable[[Scope], Scope] = lambda scope: scope
    ) -> Fraction:
        """The figure of a component as a payee's formulas would see it otherwise; places are those of what really is."""
        places = None
        if component.top is not None:
            assert isinstance(component.grain, ty.ForPeriod)
            since = _since(component.grain, period)
            payees = tuple(p for p in self.stays.payees if self.stays.last_day(p, since, period.last_month) is not None)
            places = self._places(component, period, payees)
        return self._at(component, payee, period, places, seen)

    def _at(
        self,
        component: ty.Component,
        payee: str,
        period: FiscalPeriod,
        places: dict[str, Place] | None,
        seen: Callable[[Scope], Scope] = lambda scope: scope,
    ) -> Fraction:
        assert isinstance(component.grain, ty.ForPeriod)
        since = _since(component.grain, period)
        if component.top is None:
            scope = seen(self.measures.period_scope(payee, period, since=since))
            return self.figure(component, scope, payee, period.label)
        if places is None or not places[payee].qualifies:
            return NOTHING
        scope = self.measures.period_scope(payee, period, Fraction(places[payee].place), since=since)
        if component.top.ties == "sharing" and not self._fails_a_condition(component, scope, payee, period.label):
            return self._part_of_prizes(component, payee, period, places)
        return self.figure(component, seen(scope), payee, period.label)

    def _fails_a_condition(self, component: ty.Component, scope: Scope, payee: str, where: str) -> bool:
        """Whether a condition is no; of each that is looked at, what it cannot do without must be there."""
        for condition in component.conditions:
            self._require(component, condition, scope, payee, where)
            if not is_yes(condition, scope):
                return True
        return False

    def _part_of_prizes(self, component: ty.Component, payee: str, period: FiscalPeriod, places: dict[str, Place]) -> Fraction:
        """An equal part, in whole units, of the prizes of all the places that those who tie take up together."""
        mine = places[payee]
        prize = replace(component, conditions=())
        prizes = NOTHING
        for place in range(mine.place, mine.last + 1):
            scope = self.measures.period_scope(payee, period, Fraction(place), since=period.first_month)
            prizes += self.figure(prize, scope, payee, period.label)
        tied = sorted(other for other, found in places.items() if found.place == mine.place)
        return apportion(prizes, dict.fromkeys(tied, Fraction(1)), self.plan.rounding_unit)[payee]

    def _places(self, component: ty.Component, period: FiscalPeriod, payees: tuple[str, ...]) -> dict[str, Place] | None:
        """Each payee's place in the ranking; None where there is no ranking, or somebody has no figure to be ranked by."""
        if component.top is None:
            return None
        figures: dict[str, Fraction] = {}
        for payee in payees:
            try:
                scope = self.measures.period_scope(payee, period, since=period.first_month)
                figure = figure_of(component.top.by, scope)
                if figure is None:
                    raise DataError(Trouble("empty-rank", component.name, payee, period.label))
                figures[payee] = figure
            except DataError as error:
                self.troubles.append(error.trouble)
        return ranked(component.top, figures) if len(figures) == len(payees) else None

    def _in_force(self, component: ty.Component, day: date) -> bool:
        """Whether the plan is in force on a day, and the component as well."""
        first, last = component.first or self.plan.first, component.last or self.plan.last
        return self.plan.first <= day <= self.plan.last and first <= day <= last

    # ---- for each credit ------------------------------------------------------------------------------------------

    def _for_credits(self, component: ty.Component, grain: ty.ForCredit) -> Iterator[tuple[CreditRow, Earning]]:
        for row in self.measures.credits[grain.credit]:
            month = row.month if component.earned_at is None else months_of(component.earned_at, row.month)[1]
            if not self.stays.on(row.payee, row.date) or not self._in_force(component, row.date) or not self.first <= month <= self.last:
                continue
            try:
                if grain.where is not None:
                    scope = self.measures.credit_scope(row)
                    self._require(component, grain.where, scope, row.payee, ", ".join(map(str, row.key)))
                    if not is_yes(grain.where, scope):
                        continue
                amount = self._of_credit(component, grain, row)
            except DataError as error:
                self.troubles.append(error.trouble)
            else:
                day = row.date.isoformat()
                yield row, Earning(component.name, component.word, row.payee, row.key, row.give, row.via, day, month, amount, row)

    def _of_credit(self, component: ty.Component, grain: ty.ForCredit, row: CreditRow) -> Fraction:
        where = ", ".join(str(part) for part in row.key)
        after = self.figure(component, self.measures.credit_scope(row), row.payee, where)
        if grain.to_date is None:
            return after
        span = months_of(grain.to_date, row.month)
        same = [r for r in self.measures.credits[grain.credit] if r.payee == row.payee and months_of(grain.to_date, r.month) == span]
        if not any(other.order < row.order for other in same):
            return after
        return after - self.figure(component, self.measures.credit_scope(row, before=True), row.payee, where)

    def _require(self, component: ty.Component, condition: ty.Expr, scope: Scope, payee: str, where: str) -> None:
        """What a condition cannot do without must be there: comparing with nothing would be guessing."""
        for e in indispensable(condition):
            if value_of(e, scope) is None:
                raise DataError(Trouble("empty-figure", component.name, payee, where))

    # ---- one figure -----------------------------------------------------------------------------------------------

    def figure(self, component: ty.Component, scope: Scope, payee: str, where: str) -> Fraction:
        """The product of the factors where every condition holds, within floor and cap, rounded; else nothing."""
        for condition in component.conditions:
            self._require(component, condition, scope, payee, where)
            if not is_yes(condition, scope):
                return NOTHING
        product = figure_of(component.factors[0], scope)
        for factor in component.factors[1:]:
            value = figure_of(factor, scope)
            product = None if product is None or value is None else round12(product * value)
        for limit, choose in ((component.floor, max), (component.cap, min)):
            if limit is not None:
                bound = figure_of(limit, scope)
                product = None if product is None or bound is None else choose(product, bound)
        if product is None:
            raise DataError(Trouble("empty-figure", component.name, payee, where))
        if component.word == "award":
            return product
        rounded = half_even if self.plan.half_even else half_away
        return rounded(product, self.plan.rounding_unit)


def indispensable(condition: ty.Expr) -> Iterator[ty.Expr]:
    """Attainments, quotas, measures, sums and looked-up values that a condition compares; not what only asks whether something is empty."""
    match condition:
        case ty.Attainment() | ty.QuotaAt() | ty.MeasureAt() | ty.RecordSum() | ty.Lookup() | ty.AverageBefore() | ty.Rate():
            yield condition
        case ty.Averaged():
            if not condition.column.optional:
                yield condition
        case ty.Prorated():
            yield condition
        case ty.Empty():
            pass
        case ty.Func(name="if", arguments=arguments):
            yield from indispensable(arguments[0])
        case ty.Div(left=left, right=right):
            yield from indispensable(left)
            yield from indispensable(right)
        case _:
            for part in parts(condition):
                yield from indispensable(part)


@dataclass(frozen=True, slots=True)
class Place:
    """A payee's place in a ranking, whether it is among the top, and the last paid place that those who share it take up."""

    place: int
    qualifies: bool
    last: int


def ranked(top: ty.Top, figures: dict[str, Fraction]) -> dict[str, Place]:
    """Places from the highest figure down; who shares a figure shares the better place."""
    size = top.count
    if size is None:
        assert top.share is not None
        exact = top.share * len(figures)
        size = ceil(exact) if top.rounded_up else floor(exact)
    places = {}
    for payee, figure in figures.items():
        better = sum(1 for other in figures.values() if other > figure)
        no_worse = sum(1 for other in figures.values() if other >= figure)
        places[payee] = Place(better + 1, no_worse <= size if top.ties == "excluded" else better + 1 <= size, min(no_worse, size))
    return places
