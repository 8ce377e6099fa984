"""What a run's results cover of a plan: the months that it pays for, and the credits that count."""

from __future__ import annotations

from compplan.engine.steps import Months
from compplan.language import typed as ty
from compplan.language.formulas_of import all_formulas
from compplan.language.walk import every
from compplan.schema import MONTHS_IN


def paid_months(plan: ty.Plan, asked: Months) -> Months:
    """The months of a run, and those before them that it pays out: of the quarter that ends with the month that is run."""
    size = MONTHS_IN[plan.payout]
    first = asked.first // size * size
    return Months(first if first + size - 1 <= asked.last else asked.first, asked.last)


def credits_used(plan: ty.Plan) -> tuple[str, ...]:
    """The credits that a plan pays by, or measures its payees by."""
    every_formula = [f for c in plan.components for f in all_formulas(c)]
    read = {e.measure for f in every_formula for e in every(f) if isinstance(e, ty.MeasureAt)}
    used = {part.credit for m in read for part in plan.measures[m].parts if plan.measures[m].group is None}
    used |= {c.credit for c in plan.components if c.credit is not None}
    return tuple(n for n in plan.credits if n in used)
