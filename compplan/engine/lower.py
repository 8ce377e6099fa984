"""Typed plans to steps: each credit, measure and quota once, however many plans use it; then components and payouts, plan by plan."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from compplan.calendar import Calendar
from compplan.engine.averages import average_step
from compplan.engine.columns import RecordColumns
from compplan.engine.credit_fields import fields_read
from compplan.engine.credit_records import CreditRecords
from compplan.engine.credit_shape import CreditShape
from compplan.engine.exchange import exchange_steps
from compplan.engine.figure_checks import figure_checks
from compplan.engine.lower_components import ComponentLowering, Source, Windowed
from compplan.engine.lower_credits import CreditLowering
from compplan.engine.lower_earned import EarningsShape, lower_earned
from compplan.engine.lower_kept import KeptLowering, KeptSteps
from compplan.engine.lower_measures import MeasureShape, Valued, lower_measure, lower_window, may_be_empty, window_name
from compplan.engine.lower_payable import lower_payable
from compplan.engine.lower_payouts import PlanLowering, cap_stand_in, lower_payouts, lower_plan_payouts
from compplan.engine.lower_quotas import QuotaDays, Relieved, lower_quota, lower_quota_window, lower_record_sum
from compplan.engine.payout_kinds import pays_later
from compplan.engine.plan_names import PlanNames, tables_of
from compplan.engine.plan_stays import stays_of
from compplan.engine.pools import pool_step
from compplan.engine.project_earnings import earnings_query
from compplan.engine.rankings import ranking_steps
from compplan.engine.reach import reach
from compplan.engine.relations import Earnings
from compplan.engine.reporting_lines import managers_step
from compplan.engine.scope import Scope
from compplan.engine.stays import Stays, payees_step
from compplan.engine.steps import Lowered, Months, Step, identifier, tables_read
from compplan.language import typed as ty
from compplan.language.formulas_of import formulas, running_measures
from compplan.language.walk import every
from compplan.schema import PEOPLE, Period, Schema

if TYPE_CHECKING:
    from compplan.engine.lower_leave import LeaveLowering
    from compplan.engine.prorated import Divided


def lower(plans: Sequence[ty.Plan], schema: Schema, calendar: Calendar, asked: Months, *, narrow: bool = False) -> Lowered:
    """Every step of a run of plans over some months; `narrow` keeps the figures of single credits within 64 bits."""
    return Lowering(plans, schema, calendar, asked, narrow).lower()


@dataclass(slots=True)
class Lowering:
    """Lowers plans one after the other, and remembers what was lowered; `component` gives a component's own lowering, for explanations."""

    plans: Sequence[ty.Plan]
    schema: Schema
    calendar: Calendar
    asked: Months
    narrow: bool = False
    asked_formulas: Mapping[str, Sequence[ty.Expr]] = field(default_factory=dict)
    """Formulas at the grain of credits that are asked beside those of the plans, by the credit's name."""
    steps: dict[str, Step] = field(default_factory=dict)
    names: PlanNames = field(init=False)
    _all: Months = field(init=False)
    _credits: dict[str, CreditShape] = field(default_factory=dict)
    _measures: dict[str, MeasureShape] = field(default_factory=dict)
    _quotas: dict[str, Valued] = field(default_factory=dict)
    quotas_made: dict[str, partial[tuple[Step, Valued]]] = field(default_factory=dict)
    _earnings: dict[tuple[str, ...], EarningsShape] = field(default_factory=dict)
    _windows: dict[tuple[str, Windowed, Period], Valued] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = PlanNames(self.plans, self.schema, self.asked_formulas)
        self._all = reach(self.plans, self.calendar, self.asked)

    def lower(self) -> Lowered:
        """All steps."""
        self.exchange()
        earnings, payouts = [], []
        for plan in self.plans:
            for credit in plan.credits:
                self.credit(plan, credit)
            made = [self.earnings(plan, c).made for c in plan.components]
            earnings += made
            payouts.append(self._payouts(plan, made))
        if payouts:
            self._add(lower_payouts(payouts))
        return Lowered(
            tuple(self.steps.values()), tuple(s.step for s in self._credits.values()), tuple(earnings), ("payouts",) if payouts else ()
        )

    def exchange(self) -> None:
        """The steps that amounts in other currencies are converted by; credits read them."""
        for step in exchange_steps(self.plans, self.schema, self.calendar, self.asked):
            self._add(step)

    def _add(self, step: Step) -> None:
        known = self.steps.setdefault(step.name, step)
        assert known is step or known.query == step.query, f"two steps are called {step.name}"

    def scope(self, plan: ty.Plan) -> Scope:
        """What the passes need to know, with the tables of a plan."""
        return Scope(self.schema, self.calendar, self.asked, self._all, plan.tables)

    def _days(self, plan: ty.Plan, quota: ty.Quota) -> QuotaDays | None:
        stays = self.stays(plan)
        if stays is None:
            return None
        how = plan.prorations.get(f"quota({quota.measure})", ty.Proration("asked", 0))
        relief = plan.reliefs.get(f"quota({quota.measure})")
        counts = how.by in ("not", "asked") or relief is None
        parts = stays.parts(how) if counts or relief is None else self.leave(plan).at_work(relief, how)
        return QuotaDays(how, parts, stays.day_step(quota.period, ty.Window(quota.period)), self.payees(plan))

    def _relieved(self, plan: ty.Plan, quota: ty.Quota, days: QuotaDays | None) -> Relieved | None:
        relief = plan.reliefs.get(f"quota({quota.measure})")
        return None if relief is None or (days is not None and days.is_averaged) else self.leave(plan).relief(relief)

    def leave(self, plan: ty.Plan) -> LeaveLowering:
        """Lowers what a plan says of leave."""
        from compplan.engine.lower_leave import LeaveLowering  # rarely needed, and at start all is loaded

        return LeaveLowering(self.scope(plan), plan, self.names, self._add, self.stays(plan), self.payees(plan))

    # ---- credits

    def credit(self, plan: ty.Plan, name: str) -> CreditShape:
        """The shape of a credit, lowered if it is not yet."""
        step_name = self.names.credit_step(plan, name)
        if step_name in self._credits:
            return self._credits[step_name]
        lowering = self.credit_lowering(plan, name)
        if lowering.gives.needs_managers:
            self._add(managers_step(self.scope(plan)))
        step, shape = lowering.lower()
        self._add(step)
        self._credits[step_name] = shape
        return shape

    def credit_lowering(self, plan: ty.Plan, name: str) -> CreditLowering:
        """The lowering of a credit."""
        credit = plan.credits[name]
        origin = self.credit(plan, credit.source) if credit.from_credit else None
        fields = fields_read(self.plans, credit, self.asked_formulas)
        return CreditLowering(self.names.credit_step(plan, name), fields, CreditRecords(self.scope(plan), credit, origin, self.narrow))

    # ---- measures and quotas

    def source(self, plan: ty.Plan, paid: str | None = None) -> Source:
        """Gives the step that holds a measure, quota or sum for each owner and period; `paid` as in a component's lowering."""
        return partial(self._windowed, plan, paid)

    def _windowed(self, plan: ty.Plan, paid: str | None, leaf: Windowed, cadence: Period) -> Valued:
        key = (plan.name, leaf, cadence)
        if key not in self._windows:
            self._windows[key] = self._lowered(plan, paid, leaf, cadence)
        return self._windows[key]

    def _lowered(self, plan: ty.Plan, paid: str | None, leaf: Windowed, cadence: Period) -> Valued:
        match leaf:
            case ty.MeasureAt():
                return self.measure_over(plan, leaf, cadence)
            case ty.QuotaAt():
                return self.quota_over(plan, leaf, cadence)
            case ty.RecordSum():
                return self.sum_over(plan, leaf, cadence)
            case ty.EarnedAt():
                return self.earned_over(plan, leaf, cadence)
            case ty.Averaged():
                return self.average_over(plan, leaf, cadence)
            case ty.LeaveShare():
                return self.leave(plan).share(leaf, cadence)
            case ty.AverageBefore():
                made = [self.earnings(plan, c) for c in plan.components if c.name == leaf.component]
                return self.leave(plan).average(leaf, cadence, made)
            case ty.Prorated():
                return self._prorated(plan, leaf, paid)

    def _measure(self, plan: ty.Plan, name: str) -> MeasureShape:
        step_name = self.names.measure_step(plan, name)
        if step_name not in self._measures:
            measure = plan.measures[name]
            shapes = {part.credit: self.credit(plan, part.credit) for part in measure.parts}
            step, shape = lower_measure(self.scope(plan), measure, step_name, shapes)
            self._add(step)
            self._measures[step_name] = shape
        return self._measures[step_name]

    def measure_over(self, plan: ty.Plan, leaf: ty.MeasureAt, cadence: Period) -> Valued:
        """A measure over a window for each period of a cadence."""
        shape = self._measure(plan, leaf.measure)
        name = self.names.windowed_step(shape.step, leaf.window, cadence)
        step, valued = lower_window(self.scope(plan), shape, leaf.window, cadence, name)
        self._add(step)
        return valued

    def quota_over(self, plan: ty.Plan, leaf: ty.QuotaAt, cadence: Period) -> Valued:
        """A quota over a window for each period of a cadence."""
        quota, group = plan.quotas[leaf.measure], plan.measures[leaf.measure].group
        name = self.names.quota_step(plan, leaf.measure)
        if name not in self._quotas:
            sums: dict[ty.RecordSum, Valued] = {}
            for e in every(quota.value):
                if isinstance(e, ty.RecordSum):
                    summed = self.names.given.name(f"{name}: {e!r}", name, "from", e.kind, str(len(sums) + 1))
                    step, sums[e] = lower_record_sum(self.scope(plan), e, group, quota.period, summed)
                    self._add(step)
            days = self._days(plan, quota) if group is None else None
            relieved = self._relieved(plan, quota, days)
            self.quotas_made[name] = partial(lower_quota, self.scope(plan), quota, group, name, sums, days, relieved)
            step, self._quotas[name] = self.quotas_made[name]()
            self._add(step)
        base = self._quotas[name]
        if leaf.window == ty.Window(quota.period) and cadence == quota.period:
            return base
        windowed = self.names.windowed_step(base.step, leaf.window, cadence)
        step, valued = lower_quota_window(self.scope(plan), quota, base, leaf.window, cadence, windowed)
        self._add(step)
        return valued

    def sum_over(self, plan: ty.Plan, leaf: ty.RecordSum, cadence: Period) -> Valued:
        """A sum over records for each payee and period of a cadence."""
        words = window_name(identifier("sum", leaf.kind, hashlib.sha256(repr(leaf).encode()).hexdigest()[:6]), leaf.window, cadence)
        name = self.names.given.name(f"{cadence}: {leaf!r}|{tables_of(plan, [leaf])}", words)
        step, valued = lower_record_sum(self.scope(plan), leaf, None, cadence, name)
        self._add(step)
        return valued

    def earned_over(self, plan: ty.Plan, leaf: ty.EarnedAt, cadence: Period) -> Valued:
        """What another component has earned over a window, for each payee and period of a cadence."""
        versions = [c for c in plan.components if c.name == leaf.component]
        shapes = [self.earnings(plan, c) for c in versions]
        if leaf.others == "below":
            self._add(managers_step(self.scope(plan)))
        name = self.names.windowed_step(shapes[0].made.step, leaf.window, cadence, leaf.others)
        step, valued = lower_earned(self.scope(plan), shapes, versions[0], leaf, cadence, name)
        self._add(step)
        return valued

    def average_over(self, plan: ty.Plan, leaf: ty.Averaged, cadence: Period) -> Valued:
        """A payee's column averaged over a window, for each payee and period of a cadence."""
        stays = self.stays(plan)
        assert stays is not None
        words = ("average", plan.name, ".".join(leaf.column.path), "over", leaf.window.period, "for each", cadence)
        name = self.names.given.name(f"{plan.name}: {leaf!r} {cadence}", *words)
        step, valued = average_step(self.scope(plan), stays.parts(leaf.how), leaf, cadence, name)
        self._add(step)
        return valued

    def _prorated(self, plan: ty.Plan, leaf: ty.Prorated, paid: str | None) -> Valued:
        """A cap or the level of a draw, prorated; `paid` is the step with what payees are paid before the draw."""
        from compplan.engine.prorated import lower_prorated  # rarely needed, and at start all is loaded

        steps, valued = lower_prorated(self, plan, leaf, paid)
        for step in steps:
            self._add(step)
        return valued

    # ---- payees, components, payouts

    def payees(self, plan: ty.Plan) -> str:
        """The step with the payees of a plan."""
        name = self.names.plan_step(plan, "payees")
        if name not in self.steps:
            stays = self.stays(plan)
            self._add(payees_step(self.scope(plan), plan, name, None if stays is None else stays.step))
        return name

    def stays(self, plan: ty.Plan) -> Stays | None:
        """Where people are dated: who is a payee of a plan, and when."""
        if self.schema.kinds[PEOPLE].valid is None:
            return None
        return self.days(plan)

    def days(self, plan: ty.Plan) -> Stays:
        """Who is a payee of a plan, and when; all days of the plan, where people are not dated."""
        return stays_of(plan, self.scope(plan), self.names, self.steps, self._add)

    def component(
        self, plan: ty.Plan, component: ty.Component, only: exp.Expr | None = None, divided: Divided | None = None
    ) -> ComponentLowering:
        """The lowering of a component, for all payees or for one."""
        grain = component.grain
        shapes = {grain.credit: self.credit(plan, grain.credit)} if isinstance(grain, ty.ForCredit) else {}
        ranking = self.names.plan_step(plan, "ranking", component.name, *component.version) if component.top is not None else None
        shares = component.top is not None and component.top.ties == "sharing"
        return ComponentLowering(
            self.scope(plan),
            plan,
            component,
            shapes,
            self.source(plan),
            self.payees(plan),
            ranking,
            only,
            None if component.pool is None else self.names.plan_step(plan, "pool", component.name, *component.version),
            narrow=self.narrow,
            stays=self.stays(plan),
            divided=divided,
            prizes=self.names.plan_step(plan, "prizes", component.name, *component.version) if shares else None,
        )

    def ask(self, plan: ty.Plan, formula: ty.Expr, grain: ty.ForPeriod | ty.ForCredit) -> str:
        """The step with a formula's value, `earned`, for each payee and period or credit, as an award of so much would grant it."""
        stand_in = ty.Component(
            "award", "asked", "", grain, (formula,), (), None, None, None, None, formula.unit, None, formula.span
        )  # fmt: skip
        lowering = self.component(plan, stand_in)
        lowering.every_period = True
        figured = lowering.figured()
        name = self.names.given.name(f"asked of {plan.name}: {formula!r} {grain!r}", "asked", plan.name)
        keys = tuple(k.name for k in figured.keys if isinstance(k, exp.Column))
        query = earnings_query(lowering, figured)
        self._add(Step(name, "What an example asks", keys, query, tuple(tables_read(query)), formula.span))
        return name

    def earnings(self, plan: ty.Plan, component: ty.Component) -> EarningsShape:
        """What a component earns, lowered if it is not yet: before those that read it, whatever the order of the text."""
        key = (plan.name, component.name, *component.version)
        if key not in self._earnings:
            self._earnings[key] = self._component(plan, component)
        return self._earnings[key]

    def _component(self, plan: ty.Plan, component: ty.Component) -> EarningsShape:
        name = self.names.plan_step(plan, "earnings", component.name, *component.version)
        if component.top is not None:
            for step in ranking_steps(lambda: self.component(plan, component)):
                self._add(step)
        if component.pool is not None:
            self._add(pool_step(self.component(plan, component)))
        lowering = self.component(plan, component)
        for name_read in sorted({part.measure for part in running_measures(component)}):
            if any(may_be_empty(part.value) for part in plan.measures[name_read].parts):
                self._measure(plan, name_read)  # its check finds what a running total would pass over
        step, decimals = self._figures(lowering, name, component.label)
        self._add(step)
        per_credit = isinstance(component.grain, ty.ForCredit)
        attributed = None if component.spread is None else self._attributed(plan, component, component.spread, name)
        return EarningsShape(Earnings(plan.name, component.name, component.word, name, per_credit, attributed), decimals)

    def _attributed(self, plan: ty.Plan, component: ty.Component, spread: ty.Spread, earned: str) -> str:
        from compplan.engine.spreads import Spreading  # few plans spread anything

        name = self.names.plan_step(plan, "attributed", component.name, *component.version)
        read = sorted({e.measure for f in formulas(component) for e in every(f) if isinstance(e, ty.MeasureAt)})
        measures, shape = {m: self._measure(plan, m) for m in read}, self.credit(plan, spread.credit)
        self._add(Spreading(self.component(plan, component), shape, earned, measures).step(name))
        return name

    @staticmethod
    def _figures(lowering: ComponentLowering, name: str, title: str) -> tuple[Step, int]:
        figured = lowering.figured()
        keys = tuple(k.name for k in figured.keys if isinstance(k, exp.Column))
        query = earnings_query(lowering, figured)
        decimals = lowering.plan.unit_decimals if lowering.component.word != "award" else figured.figure.decimals
        checks = figure_checks(lowering, figured, name)
        return Step(name, title, keys, query, tuple(tables_read(query)), lowering.component.span, checks), decimals

    def limit(self, plan: ty.Plan, cap: ty.PlanCap, index: int, only: exp.Expr | None = None) -> ComponentLowering:
        """The lowering of a cap's limit, for each payee and period."""
        lowering = self.component(plan, cap_stand_in(cap, index), only)
        lowering.every_period = True
        return lowering

    def _payouts(self, plan: ty.Plan, made: Sequence[Earnings]) -> Step:
        def figures(component: ty.Component, name: str, paid: str) -> Step:
            lowering = self.component(plan, component)
            lowering.paid, lowering.source = paid, self.source(plan, paid)
            return self._figures(lowering, name, f"{component.label}: what it comes to")[0]

        if pays_later(plan):
            self._payable(plan, made)
        if plan.costs:
            from compplan.engine.lower_costs import cost_steps  # few plans say what their costs become

            for step in cost_steps(self, plan, made):
                self._add(step)
        stays = self.stays(plan) if plan.draws else None
        dated = None if stays is None else stays.step
        days = None if plan.paid_in is None else self.stays(plan)
        lowering = PlanLowering(self.scope(plan), plan, partial(self.limit, plan), figures, self.names.plan_step, dated, days)
        for step in lower_plan_payouts(lowering, made):
            self._add(step)
        return self.steps[self.names.plan_step(plan, "payouts")]

    def _payable(self, plan: ty.Plan, made: Sequence[Earnings]) -> None:
        """Adds the steps of what is held and taken back."""
        kept: dict[str, KeptSteps] = {}
        for component, earnings in zip(plan.components, made, strict=True):
            if component.credit is not None and plan.keeping(component.name):
                kept[earnings.step] = names = self.names.kept_steps(plan, component)
                shape = self.credit(plan, component.credit)
                people = RecordColumns(self.schema, self.schema.kinds[PEOPLE], "p")
                for step in KeptLowering(self.scope(plan), plan, component, shape, earnings, names, people).steps():
                    self._add(step)
        for step in lower_payable(plan, made, kept, self.names.payable_steps(plan), self.asked.last):
            self._add(step)
