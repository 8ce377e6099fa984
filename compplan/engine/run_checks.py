"""Whether a run still is what it was: its plans unchanged, its figures adding up to what was paid."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from compplan.calendar import FiscalPeriod, parse_period
from compplan.diagnostics import Diagnostic, Problems
from compplan.engine.page import Value, sum_of
from compplan.engine.run_folder import Run
from compplan.schema import PROJECT_FILE

if TYPE_CHECKING:
    from compplan.engine.explanation import Explanation, PlanExplanation


def damaged(run: Run, what: str) -> Problems:
    """The problem of a run that is not as it was made."""
    message = f"The run in {run.folder} is damaged: {what}."
    hint = "Run the period again; the damaged folder is then replaced."
    return Problems([Diagnostic("run-damaged", "The run is damaged", message, None, hint)])


def verify_project(run: Run) -> None:
    """Raises Problems where the plans or the project file that the run keeps are not those that it was made from."""
    wanted = {**run.manifest.sources, PROJECT_FILE: run.manifest.project}
    for name, digest in wanted.items():
        try:
            data = (run.folder / "project" / name).read_bytes()
        except OSError as error:
            raise damaged(run, f"project/{name} is missing or cannot be read") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise damaged(run, f"project/{name} was changed since")


def verify_sums(run: Run, explanation: Explanation) -> None:
    """Raises Problems where the earnings explained do not add up to the payouts kept."""
    for plan in explanation.plans:
        if _earned(run, plan) != _paid(plan):
            raise damaged(run, f"what {explanation.payee} earned does not add up to the payouts of {plan.name}")


def _paid(plan: PlanExplanation) -> dict[tuple[str, str], Fraction]:
    found = {(p.component, p.period): p.amount for p in plan.payouts if p.kind == "earning"}
    return {key: amount for key, amount in found.items() if isinstance(amount, Fraction) and amount}


def _earned(run: Run, plan: PlanExplanation) -> dict[tuple[str, str], Fraction]:
    """Earnings by component and payout period; of a payout period that the run holds only in part, what was paid is taken for it."""
    asked = parse_period(run.manifest.period)
    assert asked is not None
    paid = _paid(plan)
    labels = {p.period for p in plan.payouts}
    whole = {label: period for label in labels if (period := parse_period(label)) is not None and period.first_month >= asked.first_month}
    found: dict[tuple[str, str], list[Value]] = defaultdict(list)
    found.update({key: [amount] for key, amount in paid.items() if key[1] not in whole})
    earnings = [(c.name, e) for c in plan.components if c.word != "award" for e in c.earnings]
    paid_in = {month: _around(month, whole) for month in {e.period for _, e in earnings}}
    for component, earning in earnings:
        label = paid_in[earning.period]
        if label is not None:
            found[component, label].append(earning.earned)
    sums = {key: sum_of(amounts) for key, amounts in found.items()}
    return {key: amount for key, amount in sums.items() if amount}


def _around(month: str, periods: Mapping[str, FiscalPeriod]) -> str | None:
    """The label of the period that a month lies in."""
    found = parse_period(month)
    return next((k for k, p in periods.items() if found is not None and p.first_month <= found.first_month <= p.last_month), None)
