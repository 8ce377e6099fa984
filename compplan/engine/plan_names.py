"""The names of steps: the same name for what several plans mean alike, another where they mean something else by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from compplan.engine.credit_fields import credit_formulas, fields_read
from compplan.engine.lower_kept import KeptSteps
from compplan.engine.lower_measures import window_name
from compplan.engine.lower_payable import PayableNames
from compplan.engine.payout_kinds import pays_later
from compplan.engine.step_names import StepNames
from compplan.engine.steps import identifier
from compplan.language import typed as ty
from compplan.language.walk import every
from compplan.schema import PEOPLE, Period, Schema


@dataclass(slots=True)
class PlanNames:
    """The names of the steps of some plans; `given` are all that were given yet."""

    plans: Sequence[ty.Plan]
    schema: Schema
    asked_formulas: Mapping[str, Sequence[ty.Expr]]
    given: StepNames = field(default_factory=StepNames)
    _credit_steps: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Names are given in the order of the plans, whatever is lowered first, so that an explanation finds a run's steps."""
        for plan in self.plans:
            for credit in plan.credits:
                self.credit_step(plan, credit)
            for measure in plan.measures:
                self.measure_step(plan, measure)
            for quota in plan.quotas:
                self.quota_step(plan, quota)
        for plan in self.plans:
            self._name_steps(plan)

    def _name_steps(self, plan: ty.Plan) -> None:
        """Gives the steps of one plan their names."""
        for kind in ("payees", "stays", "earned", "payouts"):
            self.plan_step(plan, kind)
        for leave in plan.leaves:
            self.plan_step(plan, "leave", leave)
        for component in plan.components:
            self.plan_step(plan, "ranking", component.name, *component.version)
            self.plan_step(plan, "prizes", component.name, *component.version)
            self.plan_step(plan, "pool", component.name, *component.version)
            self.plan_step(plan, "earnings", component.name, *component.version)
            self.plan_step(plan, "attributed", component.name, *component.version)
        for component in plan.components:
            if plan.keeping(component.name):
                self.kept_steps(plan, component)
        if pays_later(plan):
            self.payable_steps(plan)
        for index, _ in enumerate(plan.caps, 1):
            self.plan_step(plan, "limit", str(index))
            for kind in ("cap", "capped", "rest"):
                self.plan_step(plan, kind, str(index))
        for cost in plan.costs:
            self.plan_step(plan, "cost", cost.name)
        for draw in plan.draws:
            self.balance_step(plan, draw.name)
        limits = [*(cap.limit for cap in plan.caps), *(draw.level for draw in plan.draws)]
        for prorated in [limit for limit in limits if isinstance(limit, ty.Prorated)]:
            self.prorated_steps(plan, prorated)

    # ---- what is of one plan

    def plan_step(self, plan: ty.Plan, kind: str, *words: str) -> str:
        """The name of a step of one plan: its payees, what a component of it earns, and so on."""
        return self.given.name(f"{kind} of {plan.name}: {words!r}", kind, plan.name, *words)

    def balance_step(self, plan: ty.Plan, name: str) -> str:
        """The name of the step with the balance of a draw; of `payout`, of negative payouts that are carried forward."""
        return self.plan_step(plan, "balance", "carried") if name == "payout" else self.plan_step(plan, "balance", "draw", name)

    def prorated_steps(self, plan: ty.Plan, limit: ty.Prorated) -> tuple[str, str]:
        """The names of the steps with a prorated cap or level of a draw, and with its parts."""
        key = f"{plan.name}: {limit!r}"
        prorated = self.given.name(key, "prorated", plan.name, limit.of)
        return prorated, self.given.name(f"parts of {key}", "parts", plan.name, limit.of)

    def kept_steps(self, plan: ty.Plan, component: ty.Component) -> KeptSteps:
        """The names of the steps with what becomes of a component's earnings where something holds it or takes it back."""
        names = (component.name, *component.version)
        return KeptSteps(*(self.plan_step(plan, kind, *names) for kind in ("kept", "shares", "left")))

    def payable_steps(self, plan: ty.Plan) -> PayableNames:
        """The names of the steps with what is payable where something is held or taken back."""
        return PayableNames(*(self.plan_step(plan, kind) for kind in ("payable", "changes", "held")))

    # ---- what several plans may mean alike

    def credit_step(self, plan: ty.Plan, name: str) -> str:
        """The name of a credit's step."""
        key = (plan.name, name)
        if key not in self._credit_steps:
            credit = plan.credits[name]
            origin = self.credit_step(plan, credit.source) if credit.from_credit else ""
            fields = sorted(".".join(f.path) for f in fields_read(self.plans, credit, self.asked_formulas))
            signature = f"{credit!r}|{origin}|{fields}|{tables_of(plan, credit_formulas(credit))}"
            self._credit_steps[key] = self._name(plan, "credit", name, signature)
        return self._credit_steps[key]

    def measure_step(self, plan: ty.Plan, name: str) -> str:
        """The name of a measure's step by month."""
        measure = plan.measures[name]
        sources = sorted((part.credit, self.credit_step(plan, part.credit)) for part in measure.parts)
        inside = [f for part in measure.parts for f in (part.value, part.where) if f is not None]
        return self._name(plan, "measure", name, f"{measure!r}|{sources}|{tables_of(plan, inside)}")

    def quota_step(self, plan: ty.Plan, name: str) -> str:
        """The name of a quota's step by its own period."""
        quota = plan.quotas[name]
        if self._is_by_stays(plan, quota) or f"quota({name})" in plan.reliefs:
            return self.plan_step(plan, "quota", name)
        return self._name(
            plan,
            "quota",
            name,
            f"{quota!r}|{plan.measures[name].group}|{tables_of(plan, [f for f in (quota.value, quota.ramp) if f is not None])}",
        )

    def _is_by_stays(self, plan: ty.Plan, quota: ty.Quota) -> bool:
        """Whether a quota depends on when somebody is a payee of the plan: that of a payee does, where people are dated."""
        return self.schema.kinds[PEOPLE].valid is not None and plan.measures[quota.measure].group is None

    def windowed_step(self, base: str, window: ty.Window, cadence: Period, others: str = "none") -> str:
        """The name of a step over a window; of `others` than the payee."""
        words = [] if others == "none" else [others]
        return self.given.name(f"{base}: {window!r} {cadence} {others}", window_name(base, window, cadence), *words)

    def _name(self, plan: ty.Plan, kind: str, name: str, signature: str) -> str:
        """A step's name: the plain one for what came first, one with the plan's name where another plan means something else by it."""
        of_plan = identifier(kind, name, "of", plan.name)
        return self.given.first_of(f"{kind} {name}: {signature}", (identifier(kind, name), of_plan), of_plan)


def tables_of(plan: ty.Plan, formulas: Iterable[ty.Expr]) -> str:
    """What the tables hold that formulas look something up in: the same formula means something else with other tables."""
    return repr([plan.tables[e.table] for f in formulas for e in every(f) if isinstance(e, ty.Lookup)])
