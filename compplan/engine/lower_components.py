"""Components to steps: a row for each earning, at the grain that the component is paid for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import RecordColumns, holds_on
from compplan.engine.component_formulas import needs, product, vanishes
from compplan.engine.credit_rows import CreditRows, among
from compplan.engine.credit_shape import CreditShape
from compplan.engine.emit import Emitted, Emitter, Leaf
from compplan.engine.exchange import Lookups
from compplan.engine.kept_leaves import carried_columns, kept_leaves
from compplan.engine.lower_measures import Valued, owner_of, periods
from compplan.engine.lower_quotas import join_valued
from compplan.engine.reach import first_needed
from compplan.engine.relations import RECORDS
from compplan.engine.scope import Scope
from compplan.engine.sql import Figure
from compplan.engine.stays import Stays
from compplan.engine.steps import table
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.formulas_of import formulas
from compplan.language.tree import Reach
from compplan.language.units import NUMBER
from compplan.language.walk import every
from compplan.schema import MONTHS_IN, PEOPLE, Period

if TYPE_CHECKING:
    from compplan.engine.prorated import Divided

Windowed = ty.MeasureAt | ty.QuotaAt | ty.RecordSum | ty.EarnedAt | ty.Averaged | ty.LeaveShare | ty.AverageBefore | ty.Prorated
Source = Callable[[Windowed, Period], Valued]
"""Gives the step that holds a measure, quota, sum or what another component has earned for each owner and period of a cadence."""


@immutable
class Figured:
    """A component's query before it is projected: where its rows come from, what names a row, and its figures.

    `figure` is what it comes to, rounded; `before` the same before this row, where it is paid to date for each credit. `where` is which of
    the rows are paid for at all. `carried` is what holds and clawbacks will read of it.
    """

    rows: exp.Select
    where: exp.Expr | None
    keys: tuple[exp.Expr, ...]
    figure: Figure
    before: Figure | None
    emitter: Emitter
    emitter_before: Emitter | None
    period: exp.Expr
    last_month: exp.Expr
    carried: tuple[exp.Expr, ...] = ()


@dataclass(slots=True)
class ComponentLowering:
    """Lowers one component; with `only` the rows of the payees in that list, as an explanation needs them.

    `every_period` takes in periods that lie partly outside the plan or are not over yet, as a cap's do. `paid` is the step with what
    payees are paid before a draw. `divided` are the parts of a period, where there is a row for each of them. `prizes` is the step with
    who has which part of the prizes, where those who tie share them; `seated` is whether each of them has a place alone.
    """

    scope: Scope
    plan: ty.Plan
    component: ty.Component
    credits: Mapping[str, CreditShape]
    source: Source
    payees: str
    ranking: str | None
    only: exp.Expr | None = None
    pooled: str | None = None
    every_period: bool = False
    narrow: bool = False
    stays: Stays | None = None
    paid: str | None = None
    divided: Divided | None = None
    prizes: str | None = None
    seated: bool = False
    joined: dict[tuple[Windowed, Period], str] = field(default_factory=dict)
    lookups: Lookups = field(init=False)
    columns: RecordColumns = field(init=False)
    """Columns of the payee."""
    _credit_rows: CreditRows | None = None

    def __post_init__(self) -> None:
        self.lookups = Lookups(self.scope.schema)
        day: exp.Expr = sql.column("day", "l") if isinstance(self.component.grain, ty.ForPeriod) else sql.column("date", "c")
        if self.divided is not None:
            day = self.divided.day
        self.columns = RecordColumns(self.scope.schema, self.scope.schema.kinds[PEOPLE], "p", day)

    def figured(self) -> Figured:
        """The component's rows and figures."""
        if isinstance(self.component.grain, ty.ForPeriod):
            return self._for_period(self.component.grain)
        return self._for_credit(self.component.grain)

    # ---- for each period

    def _for_period(self, grain: ty.ForPeriod) -> Figured:
        emitter = Emitter(lambda e: self.period_leaf(e, grain.period), self.scope.tables, self.scope.calendar)
        figure = self.figure_by(emitter)
        window = ty.Window(grain.period)
        spans = periods(self.scope, grain.period, window) if self.divided is None else self.divided.periods(self.scope, grain.period)
        rows = exp.select().from_(table(self.payees, "y"), copy=False).join(spans.subquery("n", copy=False), join_type="cross", copy=False)
        if self.component.pool is not None:
            for formula in (self.component.pool.group, self.component.pool.where, self.component.pool.by):
                if formula is not None:
                    emitter.emit(formula)  # so that what it reads is joined, for the pool and for what is told where nobody knows the parts
        rows = self._with_day(rows, grain) if self.divided is None else self.divided.join(rows, grain.period)
        rows = self._with_payee(rows, sql.column("payee", "y"))
        rows = self._with_windowed(rows, sql.column("payee", "y"), {grain.period: sql.column("period", "n")})
        if self.ranking is not None or self.pooled is not None:
            on = sql.all_of(
                [
                    exp.EQ(this=sql.column("payee", "t"), expression=sql.column("payee", "y")),
                    exp.EQ(this=sql.column("period", "t"), expression=sql.column("period", "n")),
                ]
            )
            rows = rows.join(table(self.prizes or self.ranking or self.pooled or "", "t"), on=on, join_type="left", copy=False)
        if self.paid is not None:
            same = [exp.EQ(this=sql.column(n, "q"), expression=sql.column(n, a)) for n, a in (("payee", "y"), ("period", "n"))]
            rows = rows.join(table(self.paid, "q"), on=sql.all_of(same), join_type="left", copy=False)
        rows = self.lookups.join(rows)
        if not self.every_period:
            first, last = self.own_months()
            if grain.to_date is not None:
                first = self.scope.calendar.month_of(self.plan.first)  # what came before is taken off
            rows = rows.where(
                exp.GTE(this=sql.column("low", "n"), expression=sql.whole(first)),
                exp.LTE(this=sql.column("high", "n"), expression=sql.whole(min(last, self.scope.asked.last))),
                self._needed(grain, sql.column("high", "n")),
                copy=False,
            )
        if self.only is not None:
            rows = rows.where(among(sql.column("payee", "y"), self.only), copy=False)
        keys = (sql.column("payee", "y"), sql.column("period", "n"))
        return Figured(rows, None, keys, figure, None, emitter, None, sql.column("period", "n"), sql.column("high", "n"))

    def _with_day(self, rows: exp.Select, grain: ty.ForPeriod) -> exp.Select:
        """Where people are dated: the rows of those who are payees in the period, or in the longer one to date, with the day to read."""
        if self.stays is None:
            return rows
        window = ty.Window(grain.to_date, Reach.TO_DATE) if grain.to_date is not None else ty.Window(grain.period)
        step = self.stays.day_step(grain.period, None if self.every_period else window)
        on = sql.all_of([exp.EQ(this=sql.column(n, "l"), expression=sql.column(n, a)) for n, a in (("payee", "y"), ("period", "n"))])
        return rows.join(table(step, "l"), on=on, join_type="left" if self.every_period else "inner", copy=False)

    def _needed(self, grain: ty.ForPeriod | ty.ForCredit, last_month: exp.Expr) -> exp.Expr:
        """Whether a row is needed: one that is earned from the first needed month on, and of a figure to date the one before that."""
        if isinstance(grain, ty.ForPeriod) and grain.to_date is not None:
            return exp.GTE(this=last_month, expression=sql.whole(self.first_needed - MONTHS_IN[grain.period]))
        return exp.GTE(this=self.month_earned(last_month), expression=sql.whole(self.first_needed))

    @property
    def first_needed(self) -> int:
        """The first month whose earnings are needed."""
        return first_needed(self.plan, self.scope.calendar, self.scope.asked)

    def month_earned(self, last_month: exp.Expr) -> exp.Expr:
        """The month in which a row is earned: that of the credit or period, or the last of the longest period that it must see whole."""
        if self.component.earned_at is None:
            return last_month
        size = MONTHS_IN[self.component.earned_at]
        start = exp.Mul(this=sql.quotient_down(last_month, size), expression=sql.whole(size))
        return sql.paren(exp.Add(this=sql.paren(start), expression=sql.whole(size - 1)))

    def own_months(self) -> tuple[int, int]:
        """The first and last month in which the component is in force."""
        calendar = self.scope.calendar
        first, last = self.plan.dates_of(self.component)
        return calendar.month_of(first), calendar.month_of(last)

    # ---- for each credit

    @property
    def credit_rows(self) -> CreditRows:
        """The rows of the credit that it is paid for, with the running totals that were asked for yet."""
        if self._credit_rows is None:
            grain = self.component.grain
            assert isinstance(grain, ty.ForCredit)
            self._credit_rows = CreditRows(self.scope, self.credits[grain.credit], grain, self.payees, self.only, self.narrow)
        return self._credit_rows

    def _for_credit(self, grain: ty.ForCredit) -> Figured:
        shape = self.credits[grain.credit]
        emitter = Emitter(lambda e: self._credit_leaf(e, shape, before=False), self.scope.tables, self.scope.calendar, self.narrow)
        figure = self.figure_by(emitter)
        emitter_before, before = None, None
        if grain.to_date is not None:
            emitter_before = Emitter(
                lambda e: self._credit_leaf(e, shape, before=True), self.scope.tables, self.scope.calendar, self.narrow
            )
            before = self._before(emitter_before)
        counts = None if grain.where is None else sql.any_of([*self._unknown(emitter, grain.where), emitter.condition(grain.where)])
        carried = carried_columns(self.plan, self.component, emitter)
        rows = exp.select().from_(self.credit_rows.rows(), copy=False)
        rows = rows.join(table(self.payees, "y"), on=exp.EQ(this=sql.column("payee", "y"), expression=sql.column("payee", "c")), copy=False)
        rows = self._on_payees_days(rows)
        rows = self._with_payee(rows, sql.column("payee", "c"))
        month = sql.column("month", "c")
        by_period = {p: sql.quotient_down(month, MONTHS_IN[p]) for _, p in self.joined}
        rows = self.lookups.join(self._with_windowed(rows, sql.column("payee", "c"), by_period))
        first, last = self.own_months()
        where: list[exp.Expr] = []
        if self.first_needed > self.scope.all.first:
            where.append(self._needed(grain, month))
        if first > self.scope.all.first:
            where.append(exp.GTE(this=month, expression=sql.whole(first)))
        if min(last, self.scope.asked.last) < self.scope.all.last:
            where.append(exp.LTE(this=month, expression=sql.whole(min(last, self.scope.asked.last))))
        if where:
            rows = rows.where(*where, copy=False)
        keys = tuple(sql.column(n, "c") for n in ("payee", *shape.record, *shape.marks, "date"))
        return Figured(rows, counts, keys, figure, before, emitter, emitter_before, month, month, carried)

    def _on_payees_days(self, rows: exp.Select) -> exp.Select:
        """Where people are dated: the credits of days on which whoever is credited is a payee."""
        if self.stays is None:
            return rows
        date = sql.column("date", "c")
        on: list[exp.Expr] = [exp.EQ(this=sql.column("payee", "s"), expression=sql.column("payee", "c"))]
        on += [exp.LTE(this=sql.column("first", "s"), expression=date), exp.GTE(this=sql.column("last", "s"), expression=date.copy())]
        return rows.join(table(self.stays.step, "s"), on=sql.all_of(on), copy=False)

    def _before(self, emitter: Emitter) -> Figure:
        before = self.figure_by(emitter)
        if vanishes(self.plan, self.component):
            return before
        counted = (ty.Aggregate(self._credit_name(), None, None, NUMBER, self.component.span), self._basis())
        index = self.credit_rows.index(*counted)
        first = exp.EQ(this=sql.column(f"total_{index}", "c"), expression=sql.whole(1))
        return sql.choose([(first, sql.constant(Fraction(0)))], before)

    def _credit_name(self) -> str:
        assert isinstance(self.component.grain, ty.ForCredit)
        return self.component.grain.credit

    def _basis(self) -> Period:
        assert self.component.grain.to_date is not None
        return self.component.grain.to_date

    # ---- names

    def period_leaf(self, leaf: Leaf, cadence: Period) -> Emitted:
        """What a name stands for, for a payee and a period."""
        match leaf:
            case (
                ty.MeasureAt() | ty.QuotaAt() | ty.RecordSum() | ty.EarnedAt() | ty.Averaged() | ty.LeaveShare() | ty.AverageBefore()
                | ty.Prorated()
            ):  # fmt: skip
                return self._windowed(leaf, cadence)
            case ty.PayeeField(path=()):
                return sql.column("payee", "y")
            case ty.PayeeField():
                return self.columns.column(leaf.path)
            case ty.Moment(period=None):
                return sql.column("last_day", "n")
            case ty.Moment():
                return self._number_of(leaf, sql.column("high", "n"))
            case ty.PaidBefore():
                kind = sql.decimal_type(18, self.plan.unit_decimals)
                return Figure(sql.cast(exp.func("coalesce", sql.column("amount", "q"), sql.whole(0)), kind), 18, self.plan.unit_decimals)
            case ty.Place():
                return Figure(sql.cast(sql.column("seat" if self.seated else "place", "t"), sql.decimal_type(18, 0)), 18, 0)
            case ty.Rate() | ty.EndOf():
                return self._looked_up(leaf, lambda e: self.period_leaf(e, cadence))
            case _:
                raise AssertionError(f"{type(leaf).__name__} for a payee and a period")

    def _looked_up(self, leaf: ty.Rate | ty.EndOf, names: Callable[[Leaf], Emitted]) -> Emitted:
        """An exchange rate, or the end of a period."""
        return self.lookups.look_up(leaf, Emitter(names, self.scope.tables, self.scope.calendar, self.narrow).plain)

    def _windowed(self, leaf: Windowed, cadence: Period) -> Figure:
        alias = self.joined.setdefault((leaf, cadence), f"v{len(self.joined)}")
        return self.source(leaf, cadence).column(alias)

    def _credit_leaf(self, leaf: Leaf, shape: CreditShape, *, before: bool) -> Emitted:
        match leaf:
            case ty.CreditField() | ty.RecordField():
                return shape.column(leaf, "c")
            case ty.MeasureAt() if leaf.window.reach is not Reach.WHOLE:
                return self._running_measure(leaf, before=before or leaf.window.reach is Reach.BEFORE)
            case ty.MeasureAt() | ty.QuotaAt() | ty.RecordSum() | ty.EarnedAt():
                return self._windowed(leaf, leaf.window.period)
            case ty.PayeeField(path=()):
                return sql.column("payee", "c")
            case ty.PayeeField():
                return self.columns.column(leaf.path)
            case ty.Moment(period=None):
                return sql.column("date", "c")
            case ty.Moment():
                return self._number_of(leaf, sql.column("month", "c"))
            case ty.Rate() | ty.EndOf():
                return self._looked_up(leaf, lambda e: self._credit_leaf(e, shape, before=before))
            case _:
                raise AssertionError(f"{type(leaf).__name__} at a credit")

    @staticmethod
    def _number_of(moment: ty.Moment, month: exp.Expr) -> exp.Expr:
        assert moment.period is not None
        return sql.quotient_down(month, MONTHS_IN[moment.period])

    def _running_measure(self, leaf: ty.MeasureAt, *, before: bool) -> Emitted:
        measure = self.plan.measures[leaf.measure]

        def part(e: Leaf) -> Emitted:
            assert isinstance(e, ty.Part)
            return self.credit_rows.total(measure.parts[e.index], leaf.window.period, leaf.same, before=before)

        return Emitter(part, self.scope.tables, self.scope.calendar, self.narrow).figure(measure.formula)

    # ---- joins

    def _with_payee(self, rows: exp.Select, payee: exp.Expr) -> exp.Select:
        groups = any(self._group(leaf) for leaf, _ in self.joined)
        if not groups and not self.columns.joined and not self._reads_payee():
            return rows
        people = self.scope.schema.kinds[PEOPLE]
        own = exp.EQ(this=sql.column(people.key[0], "p"), expression=payee)
        on = sql.all_of([own, *holds_on(people, "p", self.columns.day)])
        return self.columns.join(rows.join(table(PEOPLE, "p", RECORDS), on=on, join_type="left", copy=False))

    def _reads_payee(self) -> bool:
        kept = kept_leaves(self.plan, self.component.name)
        inside = (e for f in formulas(self.component) for e in every(f))
        return any(isinstance(e, ty.PayeeField) and e.path for e in (*inside, *kept))

    def _group(self, leaf: Windowed) -> str | None:
        return self.plan.measures[leaf.measure].group if isinstance(leaf, (ty.MeasureAt, ty.QuotaAt)) else None

    def _with_windowed(self, rows: exp.Select, payee: exp.Expr, by_period: Mapping[Period, exp.Expr]) -> exp.Select:
        for (leaf, cadence), alias in self.joined.items():
            owner = owner_of(self._group(leaf), payee, "p")
            rows = join_valued(rows, {alias: self.source(leaf, cadence).step}, owner, by_period[cadence])
        return rows

    # ---- what it comes to

    @staticmethod
    def _unknown(emitter: Emitter, condition: ty.Expr) -> list[exp.Expr]:
        """For each thing that a condition cannot do without: whether it is missing."""
        return [sql.is_null(emitter.plain(n)) for n in needs(condition)]

    def figure_by(self, emitter: Emitter) -> Figure:
        """The rounded product within its limits where every condition holds, zero where one does not, empty where it cannot be known."""
        component = self.component
        value = product(emitter, component)
        if component.floor is not None:
            value = sql.greatest([value, emitter.figure(component.floor)])
        if component.cap is not None:
            value = sql.least([value, emitter.figure(component.cap)])
        if component.word != "award":
            value = sql.to_unit(value, self.plan.rounding_unit, self.plan.half_even)
        cases: list[tuple[exp.Expr, Figure]] = []
        if self.pooled is not None:
            value = Figure(sql.column("share", "t"), 18, self.plan.unit_decimals)
            cases.append((exp.Not(this=sql.column("member", "t")), sql.constant(Fraction(0))))
        if self.prizes is not None:
            value = Figure(sql.column("share", "t"), 18, self.plan.unit_decimals)
        if component.top is not None:
            cases.append((sql.is_null(sql.column("qualifies", "t")), _empty()))
            cases.append((exp.Not(this=sql.column("qualifies", "t")), sql.constant(Fraction(0))))
        if isinstance(component.grain, ty.ForCredit) and component.grain.where is not None:
            unknown = self._unknown(emitter, component.grain.where)
            cases += [(sql.any_of(unknown), _empty())] if unknown else []
        for condition in component.conditions:
            unknown = self._unknown(emitter, condition)
            if unknown:
                cases.append((sql.any_of(unknown), _empty()))
            cases.append((exp.Not(this=sql.paren(emitter.condition(condition))), sql.constant(Fraction(0))))
        return sql.choose(cases, value) if cases else value


def _empty() -> Figure:
    return Figure(sql.cast(exp.null(), sql.decimal_type(1, 0)), 1, 0)
