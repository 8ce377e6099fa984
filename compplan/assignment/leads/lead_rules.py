"""The rules of a scenario of leads: which rep each of them lets have which lead, and how reps are told apart by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np

from compplan.assignment.leads.check import LeadsScenario
from compplan.assignment.leads.form import LeadRuleForm
from compplan.assignment.leads.hours import call_time, is_working, working_hours, zone_named
from compplan.assignment.problem import Flags, Whole
from compplan.assignment.scenario.rules import has_all
from compplan.assignment.scenario.table import Table, text_of
from compplan.diagnostics.model import Problems

Read = TypeVar("Read")


@dataclass(frozen=True, eq=False)
class LeadRule:
    """A rule by its name: which pairs it allows (leads x reps), and what it goes by at each rep, in words."""

    name: str
    allowed: Flags
    by: tuple[str, ...]


def rules_of(scenario: LeadsScenario, leads: Table, reps: Table, owner: Whole) -> tuple[LeadRule, ...]:
    """The rules of a scenario. Raises `Problems` for hours, times and time zones that cannot be read."""
    return tuple(
        LeadRule(name, _allowed(scenario, name, rule, leads, reps, owner), _by(rule, reps)) for name, rule in scenario.form.rules.items()
    )


def _allowed(scenario: LeadsScenario, name: str, rule: LeadRuleForm, leads: Table, reps: Table, owner: Whole) -> Flags:
    about = leads.meets(rule.leads)
    allowed = np.ones((leads.rows, reps.rows), bool)
    if rule.reps is not None:
        allowed[about] = reps.meets(rule.reps)[None, :]
    if rule.among is not None and rule.column is not None:
        allowed[about] = has_all(leads.columns[rule.column], reps.columns[rule.among])[about]
    if rule.works is not None and rule.call_at is not None:
        allowed[about] = _working(scenario, name, rule, leads, reps)[about]
    if rule.stay:
        held = np.nonzero(about & (owner >= 0))[0]
        allowed[held] = False
        allowed[held, owner[held]] = True
    return allowed


def _by(rule: LeadRuleForm, reps: Table) -> tuple[str, ...]:
    """What a rule looks at of each rep: the texts of its list, its hours; nothing where it looks at nothing of the rep's own."""
    column = rule.among or rule.works
    return ("",) * reps.rows if column is None else tuple(text_of(v) for v in reps.columns[column])


def _working(scenario: LeadsScenario, name: str, rule: LeadRuleForm, leads: Table, reps: Table) -> Flags:
    """Which rep works when which lead is to be called: leads x reps. A lead without a time may be called at any."""
    assert rule.works is not None
    assert rule.call_at is not None
    hours = [_read(scenario, name, reps, rule.works, row, working_hours) or () for row in range(reps.rows)]
    zones = [_read(scenario, name, reps, rule.zone, row, zone_named) for row in range(reps.rows)]
    allowed = np.ones((leads.rows, reps.rows), bool)
    known: dict[datetime, Flags] = {}
    for row, text in enumerate(leads.columns[rule.call_at]):
        if not text_of(text):
            continue
        zone = _read(scenario, name, leads, rule.call_zone, row, zone_named)
        moment = _read(scenario, name, leads, rule.call_at, row, lambda t, zone=zone: call_time(t, zone))  # type: ignore[misc]
        assert moment is not None
        if moment.tzinfo is not None and any(z is None for z in zones):
            message = f"Lead {leads.key()[row]} is to be called at a time of a certain zone, and that of a rep is not known."
            raise _problem(scenario, name, message, "Add `zone:`, a column of the reps with a time zone in every row.")
        if moment not in known:
            known[moment] = np.array([is_working(h, moment, z) for h, z in zip(hours, zones, strict=True)], bool)
        allowed[row] = known[moment]
    return allowed


def _read(scenario: LeadsScenario, name: str, table: Table, column: str | None, row: int, read: Callable[[str], Read]) -> Read | None:
    """What stands in a cell, read; nothing for an empty one. Raises `Problems` where it cannot be read."""
    text = "" if column is None else text_of(table.columns[column][row])
    if not text:
        return None
    try:
        return read(text)
    except ValueError:
        message = f"`{column}` of {table.key()[row]} is “{text}”, which cannot be read."
        hint = "Hours are written as in `Mon-Fri 09:00-17:00; Sat 10:00-14:00`, times as in `2027-03-01 14:30`, zones as `Europe/Berlin`."
        raise _problem(scenario, name, message, hint) from None


def _problem(scenario: LeadsScenario, name: str, message: str, hint: str) -> Problems:
    marks = scenario.marks
    return Problems([marks.problem("working-hours", "Working hours cannot be compared", message, marks.value(("rules", name)), hint)])
