"""What of a period's figure belongs to which credit: in order, what each adds; by weight, its part. The rest belongs to none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from compplan.calendar import FiscalPeriod, parse_period
from compplan.language import typed as ty
from compplan.schema import MONTHS_IN
from tests.oracle.apportion import apportion
from tests.oracle.components import Components, Earning
from tests.oracle.formulas import Scope, figure_of, value_of
from tests.oracle.measures import months_of, months_over
from tests.oracle.values import CreditRow, DataError, Trouble

NOTHING = Fraction(0)
Shares = dict[int, Fraction]
"""By the place of a row in its credit."""


def attributed(components: Components, component: ty.Component, earnings: Sequence[Earning]) -> list[Earning]:
    """The earnings of a component row by row; as they are, where nothing is spread."""
    if component.spread is None:
        return list(earnings)
    found: list[Earning] = []
    for earning in earnings:
        try:
            found += _Spreading(components, component, component.spread, earning.payee).of(earning)
        except DataError as error:
            components.troubles.append(error.trouble)
    return found


@dataclass(frozen=True, slots=True)
class _Spreading:
    components: Components
    component: ty.Component
    spread: ty.Spread
    payee: str

    def of(self, earning: Earning) -> list[Earning]:
        """The rows that an earning belongs to, and what belongs to none."""
        rows = self.components.measures.credits[self.spread.credit]
        period = parse_period(earning.period)
        assert period is not None
        before = self.components.previous(self.component, self.payee, period)
        to_date = NOTHING if before is None else self.components.at(self.component, self.payee, before)
        shares = self._shares(period, earning.amount + to_date)
        for place, amount in ({} if before is None else self._shares(before, to_date)).items():
            shares[place] = shares.get(place, NOTHING) - amount
        found = [
            replace(earning, key=rows[n].key, give=rows[n].give, via=rows[n].via, amount=amount, row=rows[n])
            for n, amount in shares.items()
            if amount
        ]
        rest = earning.amount - sum((e.amount for e in found), NOTHING)
        return [*found, *([replace(earning, amount=rest)] if rest else [])]

    def _shares(self, period: FiscalPeriod, amount: Fraction) -> Shares:
        """The figure of a period, or of the longer one to date, by the credits of the same time."""
        grain = self.component.grain
        assert isinstance(grain, ty.ForPeriod)
        first = period.first_month if grain.to_date is None else months_of(grain.to_date, period.last_month)[0]
        rows = self.components.measures.credits[self.spread.credit]
        these = {n: row for n, row in enumerate(rows) if row.payee == self.payee and first <= row.month <= period.last_month}
        if not these:
            return {}
        return self._in_order(period, these) if self.spread.order is not None else self._by_weight(period, amount, these)

    def _in_order(self, period: FiscalPeriod, these: dict[int, CreditRow]) -> Shares:
        """What the figure is with each row and those before it, less what it is without that row."""
        ordered = sorted(these, key=lambda n: (self._day(these[n]), these[n].order))
        figures = [self._figure(period, {id(these[n]) for n in ordered[count:]}) for count in range(len(ordered) + 1)]
        return {n: figures[i + 1] - figures[i] for i, n in enumerate(ordered)}

    def _day(self, row: CreditRow) -> object:
        assert self.spread.order is not None
        return value_of(self.spread.order, self.components.measures.credit_scope(row))

    def _figure(self, period: FiscalPeriod, left_out: set[int]) -> Fraction:
        """The component's figure as if some rows were not yet credited: not in what is measured over all of the time that is spread."""
        return self.components.at(self.component, self.payee, period, lambda scope: self._without(scope, period, left_out))

    def _without(self, scope: Scope, period: FiscalPeriod, left_out: set[int]) -> Scope:
        measures, grain = self.components.measures, self.component.grain
        plan, shortest = measures.plan, MONTHS_IN[(grain.to_date if isinstance(grain, ty.ForPeriod) else None) or period.kind]

        def measure(name: str, window: ty.Window, same: ty.RecordField | None) -> Fraction | None:
            whose = plan.measures[name]
            all_of_it = not window.back and MONTHS_IN[window.period] >= shortest
            if window.months:
                all_of_it = not window.apart and window.months >= shortest
            if whose.group is not None or not all_of_it:
                assert scope.measure is not None
                return scope.measure(name, window, same)
            first, last = months_over(window, period.first_month, period.last_month)
            return measures.measure(name, self.payee, first, last, lambda row: id(row) not in left_out)

        return replace(scope, measure=measure)

    def _by_weight(self, period: FiscalPeriod, amount: Fraction, these: dict[int, CreditRow]) -> Shares:
        """Whole units of each part, what is left to the largest remainders."""
        assert self.spread.weight is not None
        weights: dict[tuple[object, ...], Fraction] = {}
        for n in sorted(these, key=lambda n: these[n].order):
            weight = figure_of(self.spread.weight, self.components.measures.credit_scope(these[n]))
            if weight is None:
                raise DataError(Trouble("empty-weight", self.component.name, self.payee, period.label))
            weights[these[n].order, n] = max(weight, NOTHING)
        if not amount or not any(weights.values()):
            return {}
        return {key[1]: part for key, part in apportion(amount, weights, self.components.plan.rounding_unit).items()}  # type: ignore[misc]
