"""Which accounts and reps take part: rows that are as the scenario says, on its day, without leavers and with new hires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.new_hires import new_hire_row
from compplan.assignment.scenario.table import Table
from compplan.diagnostics.model import Diagnostic, Problems
from compplan.diagnostics.suggest import closest


def accounts_taking_part(scenario: Scenario, table: Table) -> Table:
    """The accounts that are to be assigned. Raises `Problems` where there are none."""
    return _some(scenario, "accounts", table.kept(table.meets(scenario.form.accounts.where)))


def reps_taking_part(scenario: Scenario, table: Table) -> Table:
    """The reps that accounts are assigned to, sorted by name.

    Raises `Problems` where there are none, a leaver is nobody of them, or a new hire has the name of one.
    """
    form = scenario.form
    among = table.kept(table.meets(form.reps.where))
    names = set(among.key())
    problems = [*_unknown_leavers(scenario, names), *_known_hires(scenario, set(table.key()))]
    if problems:
        raise Problems(problems)
    staying = among.kept(np.array([rep not in form.leavers for rep in among.key()], bool))
    hired = [new_hire_row(name, hire, table.kind) for name, hire in form.new_hires.items()]
    return _some(scenario, "reps", _with_rows(staying, hired))


def _with_rows(table: Table, more: Sequence[Mapping[str, Any]]) -> Table:
    if not more:
        return table
    columns = {c: [*values, *(row[c] for row in more)] for c, values in table.columns.items()}
    grown = Table(table.kind, columns, table.rows + len(more))
    order = sorted(range(grown.rows), key=grown.key().__getitem__)
    return Table(table.kind, {c: [values[i] for i in order] for c, values in columns.items()}, grown.rows)


def _some(scenario: Scenario, which: str, table: Table) -> Table:
    if not table.rows:
        message = f"No row of {getattr(scenario.form, which).records} takes part."
        raise Problems([scenario.marks.problem("nobody", "There is nothing to assign", message, scenario.marks.value((which,)))])
    return table


def _unknown_leavers(scenario: Scenario, names: set[str]) -> list[Diagnostic]:
    problems = []
    for number, leaver in enumerate(scenario.form.leavers):
        if leaver not in names:
            near = closest(leaver, sorted(names))
            span = scenario.marks.value(("leavers", number))
            message = f"{leaver} is none of the reps."
            hint = f"Did you mean {near}?" if near else "Leavers are named as in the records."
            problems.append(scenario.marks.problem("leaver", "This leaver is not known", message, span, hint))
    return problems


def _known_hires(scenario: Scenario, names: set[str]) -> list[Diagnostic]:
    marks, title = scenario.marks, "This new hire is there already"
    return [
        marks.problem("new-hire", title, f"The records have {name}.", marks.key(("new_hires", name)), "Choose another name.")
        for name in scenario.form.new_hires
        if name in names
    ]
