"""What leave comes to, as steps: which days it takes, what it relieves, how much of a period it is, what was earned before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compplan.engine.leave_days import LeaveDays, at_work_step, leave_step, months_at_work_step, off_step
from compplan.engine.leave_pay import average_step, share_step
from compplan.engine.lower_earned import EarningsShape
from compplan.engine.lower_measures import Valued
from compplan.engine.lower_quotas import Relieved
from compplan.engine.plan_names import PlanNames
from compplan.engine.scope import Scope
from compplan.engine.stays import Stays
from compplan.engine.steps import Step
from compplan.language import typed as ty
from compplan.schema import Period


@dataclass(slots=True)
class LeaveLowering:
    """Lowers what a plan says of leave; `add` takes each step, also one that was made before."""

    scope: Scope
    plan: ty.Plan
    names: PlanNames
    add: Callable[[Step], None]
    stays: Stays | None
    payees: str

    def leave(self, name: str) -> str:
        """The step with who is on a leave, and when."""
        step = self.names.plan_step(self.plan, "leave", name)
        days = LeaveDays(None if self.stays is None else self.stays.step, self.payees)
        self.add(leave_step(self.scope, self.plan, self.plan.leaves[name], days, step))
        return step

    def _counted(self, how: ty.Proration) -> tuple[str, ...]:
        """The words for a way of counting; working days are counted from then on."""
        if how.by == "working days":
            from compplan.engine.working_days import working_day_steps  # rarely needed, and at start all is loaded

            for step in working_day_steps(self.scope):
                self.add(step)
        return {"months": ("by", "months", str(how.least)), "working days": ("worked",)}.get(how.by, ())

    def off(self, name: str, how: ty.Proration) -> str:
        """The step with how much of each month payees are on a leave."""
        leave, step = self.leave(name), self.names.plan_step(self.plan, "off", name, *self._counted(how))
        self.add(off_step(self.scope, leave, how, step))
        return step

    def relief(self, relief: ty.Relief) -> Relieved:
        """What a leave takes off a quota for which nothing is prorated."""
        return Relieved(relief.how, self.off(relief.leave, relief.how))

    def at_work(self, relief: ty.Relief, how: ty.Proration) -> str:
        """The step with the parts of a prorated quota that leave does not take."""
        assert self.stays is not None
        words = ("at work", relief.leave, *self._counted(relief.how))
        if how.by != "months":
            step = self.names.plan_step(self.plan, *words)
            self.add(at_work_step(self.scope, self.stays.step, self.leave(relief.leave), how, step))
            return step
        step = self.names.plan_step(self.plan, *words, "of", str(how.least))
        self.add(months_at_work_step(self.stays.parts(how), self.off(relief.leave, relief.how), step))
        return step

    def share(self, leaf: ty.LeaveShare, cadence: Period) -> Valued:
        """How much of each period payees are on a leave."""
        off = self.off(leaf.leave, leaf.how)
        step = self.names.plan_step(self.plan, "share on", leaf.leave, *self._counted(leaf.how), "for each", cadence)
        made, valued = share_step(self.scope, self.payees, off, leaf, cadence, step)
        self.add(made)
        return valued

    def average(self, leaf: ty.AverageBefore, cadence: Period, shapes: Sequence[EarningsShape]) -> Valued:
        """What a component has earned on average before the leave that payees are on in each period."""
        words = ("average before", leaf.leave, leaf.component, str(leaf.months), "for each", cadence)
        days = LeaveDays(None if self.stays is None else self.stays.step, self.payees)
        made, valued = average_step(
            self.scope, self.plan, leaf, days, self.leave(leaf.leave), shapes, cadence, self.names.plan_step(self.plan, *words)
        )
        self.add(made)
        return valued
