"""What is known of each account and rep on its own: for whoever tells people of an assignment, in which a family is many accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.problem import Flags, Measure, Real, Whole
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.costs import disruption_of
from compplan.assignment.scenario.table import Table
from compplan.assignment.scenario.tables import Tables
from compplan.schema import MoneyType, NumberType, RatioType, TextType

NAME = "name"
PLACE = ("latitude", "longitude")
_FIGURES = (NumberType, MoneyType, RatioType)


@dataclass(frozen=True, eq=False)
class Places:
    """Latitude and longitude in degrees: of accounts (n x 2) and of reps (m x 2). Not a number where a place is not known."""

    accounts: Real
    reps: Real


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known of n accounts and m reps one by one.

    `account_names` and `rep_names` are None where the records have no column of names, `places` where they have none of places. `cost` is
    n x m in whole units and means something only where `known` is true. `weights` has what an account counts, by measure (n x m, or n x 1),
    and `disruption` what of its cost is due to its leaving the rep who has it (n).
    """

    account_names: tuple[str, ...] | None
    rep_names: tuple[str, ...] | None
    places: Places | None
    cost: Whole
    known: Flags
    weights: tuple[Whole, ...]
    disruption: Whole


def facts_of(scenario: Scenario, tables: Tables, known: Flags, cost: Whole, decimals: int, measures: list[Measure]) -> Facts:
    """The facts of a scenario's records; `known`, `cost` and `measures` are those of accounts, not of families."""
    form, accounts = scenario.form.cost.disruption, tables.accounts
    disruption = np.zeros(accounts.rows, np.int64) if form is None else disruption_of(form, accounts, decimals)
    places = _places(scenario, tables)
    weights = tuple(m.weight for m in measures)
    return Facts(_names(accounts), _names(tables.reps), places, cost, known, weights, disruption)


def _names(table: Table) -> tuple[str, ...] | None:
    """The column `name`, where it is a column of texts that is not the key itself; an empty one is the key."""
    column = table.kind.column(NAME)
    if column is None or not isinstance(column.type, TextType) or table.kind.key == (NAME,):
        return None
    return tuple(str(name) if name else key for name, key in zip(table.columns[NAME], table.key(), strict=True))


def _places(scenario: Scenario, tables: Tables) -> Places | None:
    """Where accounts and reps are: by the columns of travel, or else by columns called latitude and longitude."""
    travel = scenario.form.cost.travel
    to, home = (PLACE, PLACE) if travel is None else (travel.to, travel.from_)
    if not all(_has_figures(table, columns) for table, columns in ((tables.accounts, to), (tables.reps, home))):
        return None
    return Places(_place(tables.accounts, to), _place(tables.reps, home))


def _has_figures(table: Table, columns: tuple[str, ...]) -> bool:
    found = [table.kind.column(c) for c in columns]
    return all(c is not None and isinstance(c.type, _FIGURES) for c in found)


def _place(table: Table, columns: tuple[str, ...]) -> Real:
    """Latitude and longitude of each row; what lies outside of the globe is no place."""
    place = np.array([[np.nan if v is None else v for v in table.real(c)] for c in columns], float).T.reshape(table.rows, 2)
    there = (np.abs(place[:, 0]) <= 90) & (np.abs(place[:, 1]) <= 180)
    return np.where(there[:, None], place, np.nan)
