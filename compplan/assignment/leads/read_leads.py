"""A scenario's records into a batch of leads: what each is worth to whom, which rules forbid it to whom, capacities and weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import duckdb
import numpy as np

from compplan.assignment.leads.check import LeadsScenario
from compplan.assignment.leads.flow import most_given
from compplan.assignment.leads.form import FAIRNESS, GIVEN_UP, ChanceForm
from compplan.assignment.leads.lead_rules import LeadRule, rules_of
from compplan.assignment.leads.problem import Goal, LeadProblem
from compplan.assignment.problem import Flags, Whole
from compplan.assignment.scenario.loaded import loaded, pairs_of, table_of
from compplan.assignment.scenario.rules import owners
from compplan.assignment.scenario.table import Table
from compplan.diagnostics.model import Problems
from compplan.records.yaml_marks import Place

CENTS = 2
LARGEST = 2**61


@dataclass(frozen=True, eq=False)
class Leads:
    """A batch of leads, and what it was made from.

    `listed` says which pairs there is a chance for, `rules` which pairs each rule allows (together, the problem's `eligible`); `owner` has
    the rep who owns each lead already, -1 where nobody of the reps does. `value` is what each lead is worth when it is won, in the unit of
    worth; `full` are reps who prove that no more leads can be given.
    """

    problem: LeadProblem
    listed: Flags
    rules: tuple[LeadRule, ...]
    owner: Whole
    value: Whole
    full: Whole


def read_leads(scenario: LeadsScenario) -> Leads:
    """The batch that a scenario's records hold. Raises `Problems` for rows that are bad, or figures that cannot be."""
    form, kinds = scenario.form, scenario.project.schema.kinds
    with loaded(scenario.project, scenario.kinds) as connection:
        read = {k: table_of(connection, kinds[k], form.day) for k in (form.leads.records, form.reps.records)}
        leads = _some(scenario, read[form.leads.records], "leads")
        reps = _some(scenario, read[form.reps.records], "reps")
        return _batch(scenario, connection, leads, reps)


def _some(scenario: LeadsScenario, table: Table, which: str) -> Table:
    form = scenario.form.leads if which == "leads" else scenario.form.reps
    kept = table.kept(table.meets(form.where))
    if not kept.rows:
        raise _problem(scenario, "nobody", "There is nothing to assign", f"No row of {form.records} takes part.", (which,))
    return kept


def _batch(scenario: LeadsScenario, connection: duckdb.DuckDBPyConnection, leads: Table, reps: Table) -> Leads:
    form = scenario.form
    value = _figures(scenario, leads, form.value, ("value",))
    decimals = max(CENTS, leads.decimals(form.value))
    listed, chance, chance_decimals = _chances(scenario, connection, leads, reps)
    value = value * 10 ** (decimals - leads.decimals(form.value))
    worth = np.repeat(_worth(scenario, value, chance, chance_decimals), reps.rows // chance.shape[1], axis=1)
    owner = owners(leads, form.owner, reps)
    rules = rules_of(scenario, leads, reps, owner)
    eligible = listed.copy()
    for rule in rules:
        eligible &= rule.allowed
    room = _capacity(scenario, leads, reps)
    given, full = most_given(eligible, room)
    goal = _goal(scenario, decimals)
    problem = LeadProblem(leads.key(), reps.key(), worth, eligible, room, _weights(scenario, reps), leads.rows - given, goal, decimals)
    return Leads(problem, listed, rules, owner, value, full)


def _chances(scenario: LeadsScenario, connection: duckdb.DuckDBPyConnection, leads: Table, reps: Table) -> tuple[Flags, Whole, int]:
    """Which pairs have a chance at all, each chance as a whole number (n x m, or n x 1), and how many of its digits are decimals."""
    form = scenario.form.chance
    if form is None:
        return np.ones((leads.rows, reps.rows), bool), np.ones((leads.rows, 1), np.int64), 0
    if form.records is None:
        assert form.column is not None
        decimals = leads.decimals(form.column)
        chance = _figures(scenario, leads, form.column, ("chance",))
        _check_chances(scenario, chance, decimals, [f"lead {k}" for k in leads.key()])
        return np.ones((leads.rows, reps.rows), bool), chance[:, None], decimals
    return _from_table(scenario, form, connection, leads, reps)


def _from_table(
    scenario: LeadsScenario, form: ChanceForm, connection: duckdb.DuckDBPyConnection, leads: Table, reps: Table
) -> tuple[Flags, Whole, int]:
    assert form.records is not None
    kind = scenario.project.schema.kinds[form.records]
    decimals = Table(kind, {}, 0).decimals(form.chance)
    lead, rep, chance = pairs_of(connection, kind, (form.lead, form.rep, form.chance), leads, reps, scenario.form.day)
    names = (leads.key(), reps.key())
    _check_chances(scenario, chance, decimals, [f"lead {names[0][i]} with {names[1][j]}" for i, j in zip(lead, rep, strict=True)])
    listed = np.full((leads.rows, reps.rows), form.pairs_not_listed is not None)
    other = form.pairs_not_listed or Fraction(0)
    more = max(decimals, _digits(other))
    found = np.full(listed.shape, int(other * 10**more), np.int64)
    listed[lead, rep] = True
    found[lead, rep] = chance * 10 ** (more - decimals)
    return listed, found, more


def _digits(value: Fraction) -> int:
    """How many digits behind the point it takes to write a decimal."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    return digits


def _check_chances(scenario: LeadsScenario, chance: Whole, decimals: int, names: Sequence[str]) -> None:
    wrong = np.nonzero((chance < 0) | (chance > 10**decimals))[0]
    if len(wrong):
        at = int(wrong[0])
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        message = f"The chance of {names[at]} is {int(chance[at]) / 10**decimals:g}{more}; a chance is from 0 to 1."
        hint = "Where chances are percentages, give the column the type ratio in the project file."
        raise _problem(scenario, "chance", "This is no chance", message, ("chance",), hint)


def _worth(scenario: LeadsScenario, value: Whole, chance: Whole, decimals: int) -> Whole:
    """Value times chance, worked out exactly and rounded once, half up, to whole units: leads x reps, or x 1 where alike."""
    if int(value.max(initial=0)) * int(chance.max(initial=0)) * 2 >= LARGEST or sum(value.tolist()) >= LARGEST:
        raise _problem(scenario, "too-large", "These figures are too large", "Values and chances are too large to be exact.", ("value",))
    half = 10**decimals
    worth: Whole = (2 * value[:, None] * chance + half) // (2 * half)
    return worth


def _figures(scenario: LeadsScenario, table: Table, column: str, place: Place) -> Whole:
    """A column of figures in its smallest unit. Raises `Problems` where one is empty or below zero."""
    for key, value in zip(table.key(), table.columns[column], strict=True):
        if value is None or value < 0:
            what = "is empty" if value is None else f"is {value}, which is below zero"
            message = f"`{column}` of {key} {what}."
            raise _problem(scenario, "figure", "A figure is missing" if value is None else "A figure below zero", message, place)
    return table.whole(column)


def _capacity(scenario: LeadsScenario, leads: Table, reps: Table) -> Whole:
    """How many leads each rep may get; all, where no capacity is said."""
    column = scenario.form.capacity
    if column is None:
        return np.full(reps.rows, leads.rows, np.int64)
    whole: Whole = _figures(scenario, reps, column, ("capacity",)) // 10 ** reps.decimals(column)
    return np.minimum(whole, leads.rows)


def _weights(scenario: LeadsScenario, reps: Table) -> Whole:
    """What each rep is entitled to, in the largest unit in which all of it is whole."""
    column = scenario.form.weight
    if column is None:
        return np.ones(reps.rows, np.int64)
    weights = _figures(scenario, reps, column, ("weight",))
    if not weights.any():
        raise _problem(scenario, "no-share", "A rep without a share", f"`{column}` is zero for every rep.", ("weight",))
    smallest: Whole = weights // gcd(*weights.tolist())
    return smallest


def _goal(scenario: LeadsScenario, decimals: int) -> Goal:
    objective = scenario.form.objective
    if objective.greatest == FAIRNESS:
        return Goal(fair=True, give_up=GIVEN_UP if objective.give_up is None else objective.give_up)
    floor = objective.at_least
    amount = None if floor is None or floor.amount is None else -int(-(floor.amount * 10**decimals) // 1)
    return Goal(fair=False, least_share=None if floor is None else floor.share, least_amount=amount)


def _problem(scenario: LeadsScenario, code: str, title: str, message: str, place: Place, hint: str | None = None) -> Problems:
    return Problems([scenario.marks.problem(code, title, message, scenario.marks.value(place), hint)])
