"""A scenario's expectation of its accounts: what each brings, who has it today, and the plans that are worked out with that."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.expected_figures import ExpectedFigures, expected_figures
from compplan.assignment.scenario.form import PayForm
from compplan.assignment.scenario.table import Table, text_of
from compplan.assignment.scenario.tables import opened
from compplan.diagnostics.model import Diagnostic, Problems
from compplan.engine.given_rows import PlansOnRows, plans_on_rows
from compplan.language import typed as ty
from compplan.project_plans import read_plans
from compplan.records.yaml_marks import Place
from compplan.schema import PEOPLE, ReferenceType
from compplan.whatif.territory_pay.expected_records import RecordShape, period_of, record_shape


@dataclass(frozen=True, eq=False)
class Expectation:
    """What is expected of each account, by the name and in the order of the records; who has it today; and the reps as rows."""

    scenario: Scenario
    pay: PayForm
    shape: RecordShape
    figures: ExpectedFigures
    accounts: tuple[str, ...]
    owners: tuple[str, ...]
    reps: Table

    @property
    def paid_reps(self) -> tuple[str, ...]:
        """The reps who are in the records; plans know nothing of new hires."""
        return tuple(rep for rep in self.reps.key() if rep not in self.scenario.form.new_hires)

    def records(self, reps: Sequence[str]) -> pa.Table:
        """The records that are expected where each account is with this rep; none of an account that is with nobody, or with a new hire."""
        hires = self.scenario.form.new_hires
        kept = [row for row, rep in enumerate(reps) if rep and rep not in hires]
        amounts = {name: figures[kept] for name, figures in self.figures.amounts.items()}
        others = {name: [values[row] for row in kept] for name, values in self.figures.others.items()}
        return self.shape.records([self.accounts[row] for row in kept], [reps[row] for row in kept], amounts, others)

    def problem(self, code: str, title: str, message: str, place: Place, hint: str | None = None) -> Diagnostic:
        """A diagnostic at a place of the scenario."""
        return self.scenario.marks.problem(code, title, message, self.scenario.marks.value(place), hint)


def expectation_of(scenario: Scenario) -> Expectation:
    """What a scenario with `pay` expects. Raises `Problems` for bad rows, and where an account lacks what its records need."""
    pay = scenario.form.pay
    assert pay is not None
    with opened(scenario) as tables:
        shape = record_shape(scenario.project, pay)
        figures = expected_figures(pay, shape.kind, tables.accounts, scenario.marks)
        owners = [text_of(v) for v in tables.accounts.columns[scenario.form.owner or ""]]
        found = Expectation(scenario, pay, shape, figures, tuple(tables.accounts.key()), tuple(owners), tables.reps)
    _check_filled(found)
    return found


def _check_filled(expected: Expectation) -> None:
    there = np.any(np.array(list(expected.figures.amounts.values())) > 0, axis=0, keepdims=True)[0]
    for name, values in expected.figures.others.items():
        column = expected.shape.kind.column(name)
        if column is None or not column.required:
            continue
        empty = [expected.accounts[row] for row, value in enumerate(values) if there[row] and value in (None, "")]
        if empty:
            more = f", and of {len(empty) - 1} more accounts" if len(empty) > 1 else ""
            message = f"What stands in `{name}` of {expected.shape.kind.name} may not be empty; that of {empty[0]}{more} is."
            raise Problems([expected.problem("missing-value", "An account lacks a value", message, ("pay", "others", name))])


@contextmanager
def expected_plans(expected: Expectation, only: Collection[str] | None = None, threads: int | None = None) -> Iterator[PlansOnRows]:
    """The project's plans, ready to be worked out with expected records; with `only`, those of these names.

    Raises `Problems` where plans or records are wrong, as a run does, or no plan pays by such records.
    """
    read = read_plans(expected.scenario.project)
    pay, project = expected.pay, expected.scenario.project
    chosen = [p for p in read.require() if only is None or p.name in only]
    if not chosen or not any(_in_force(expected, plan) for plan in chosen):
        message = f"No plan of the project is in force in {pay.period}."
        dates = "; ".join(f"{p.name} from {p.first} through {p.last}" for p in chosen)
        hint = f"There are: {dates}." if dates else "The project has no plans."
        raise Problems([expected.problem("no-plan", "No plan is in force", message, ("pay", "period"), hint)])
    with plans_on_rows(project, chosen, period_of(pay), pay.records, threads) as plans:
        if not plans.plans:
            message = f"No plan that is in force in {pay.period} pays anybody by {pay.records}."
            hint = "Name in `records` what the plans credit, and in `period` when they are in force."
            raise Problems([expected.problem("no-pay", "Nobody is paid by that", message, ("pay", "records"), hint)])
        _check_references(expected, plans)
        yield plans


def _in_force(expected: Expectation, plan: ty.Plan) -> bool:
    calendar, period = expected.scenario.project.calendar, period_of(expected.pay)
    return calendar.month_of(plan.first) <= period.last_month and calendar.month_of(plan.last) >= period.first_month


def _check_references(expected: Expectation, plans: PlansOnRows) -> None:
    """Texts of the scenario that stand for records must be keys of such records."""
    for name, other in expected.pay.others.items():
        column = expected.shape.kind.column(name)
        if other.text is None or column is None or not isinstance(column.type, ReferenceType):
            continue
        if other.text not in plans.keys(column.type.kind):
            kind = column.type.kind
            message = f"“{other.text}” is none of the {kind if kind == PEOPLE else f'records of {kind}'}."
            raise Problems([expected.problem("unknown-reference", "This is not there", message, ("pay", "others", name))])
