"""Reps who have no home yet: the places that are considered for them, and the problem once places are chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from compplan.assignment.homes import Homes, placed
from compplan.assignment.homes_bound import HomePrices
from compplan.assignment.problem import Problem, Real, Whole
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.costs import known_places, way_costs, without_place
from compplan.assignment.scenario.form import TravelForm
from compplan.assignment.scenario.rules import summed
from compplan.assignment.scenario.table import Table, text_of
from compplan.assignment.scenario.tables import Tables
from compplan.diagnostics.model import Problems

if TYPE_CHECKING:
    from compplan.assignment.scenario.read_problem import Territories

MOST_WAYS = 4_000_000
"""So many pairs of an item and a place are considered at most, for all reps without a home together."""
FEWEST_PLACES = 50


@dataclass(frozen=True, eq=False)
class Unplaced:
    """Reps without a home: `homes` for items, `ways` the same for accounts (accounts x places), `at` the places' latitude and longitude."""

    homes: Homes
    ways: Whole
    at: Real


@dataclass(frozen=True, eq=False)
class ChosenHomes:
    """The place of each rep without a home, and what was proven over all places that were considered.

    `problem` is the one without places. `bound` is in millionths of a unit of cost, `searched` in units, where a complete search reached
    one. The last three are None where they are not read yet.
    """

    places: Whole
    problem: Problem
    prices: HomePrices | None = None
    bound: int | None = None
    searched: int | None = None


def unplaced_reps(scenario: Scenario, tables: Tables, decimals: int, member: Whole) -> Unplaced | None:
    """The reps without a home and the places for them; None where all have one. Raises `Problems` where there are too few places."""
    travel = scenario.form.cost.travel
    reps = () if travel is None else tuple(np.nonzero(without_place(tables.reps, travel.from_))[0].tolist())
    if travel is None or not reps:
        return None
    table, key, columns, where = _table_of_places(tables, travel)
    at = known_places(scenario, where, table, columns)
    at, first = np.unique(at, axis=0, return_index=True)
    every = len(at)
    room = max(FEWEST_PLACES, len(reps), MOST_WAYS // max(len(tables.accounts.key()) * min(len(reps), 8), 1))
    some = _spread_out(at, room)
    at, first = at[some], first[some]
    if len(at) < len(reps):
        message = f"{len(reps)} reps have no home, and there are only {len(at)} places for them."
        hint = "Add places, or say where the reps are."
        raise Problems([scenario.marks.problem("no-homes", "Too few places", message, scenario.marks.value(("cost", "travel")), hint)])
    ways = way_costs(travel, tables.accounts, at, decimals)
    names = tuple(key[i] for i in first.tolist())
    written = tuple((_written(table, columns[0], i), _written(table, columns[1], i)) for i in first.tolist())
    return Unplaced(Homes(reps, names, written, summed(ways, member), every), ways, at)


def _table_of_places(tables: Tables, travel: TravelForm) -> tuple[Table, list[str], tuple[str, ...], str]:
    """The rows that places are taken from, their names, their columns of latitude and longitude, and what such a row is called."""
    if travel.homes is None:
        return tables.accounts, tables.accounts.key(), travel.to, "account"
    table = tables.rows(travel.homes.records)
    return table, table.key(), travel.homes.at, travel.homes.records


def _written(table: Table, column: str, row: int) -> str:
    value: Any = table.columns[column][row]
    return text_of(value)


def _spread_out(at: Real, most: int) -> Whole:
    """At most so many of the places, as dense as all of them are: evenly along a curve that fills the plane (Morton 1966)."""
    if len(at) <= most:
        return np.arange(len(at))
    low, high = at.min(axis=0), at.max(axis=0)
    cell = ((at - low) / np.maximum(high - low, 1e-9) * (2**16 - 1)).astype(np.int64)
    code = np.zeros(len(at), np.int64)
    for bit in range(16):
        code |= ((cell[:, 0] >> bit) & 1) << (2 * bit + 1) | ((cell[:, 1] >> bit) & 1) << (2 * bit)
    order = np.argsort(code, kind="stable")
    return np.sort(order[np.linspace(0, len(at) - 1, most).astype(np.int64)])


def with_homes(territories: Territories, chosen: ChosenHomes) -> Territories:
    """The territories with a place for each rep: an ordinary problem. Raises ValueError where the places cannot be."""
    unplaced = territories.unplaced
    assert unplaced is not None
    reps = list(unplaced.homes.reps)
    facts = territories.facts
    cost = facts.cost.copy()
    cost[:, reps] += unplaced.ways[:, chosen.places]
    places = facts.places
    if places is not None:
        homes = places.reps.copy()
        homes[reps] = unplaced.at[chosen.places]
        places = replace(places, reps=homes)
    return replace(
        territories,
        problem=placed(territories.problem, unplaced.homes, chosen.places),
        open=placed(territories.open, unplaced.homes, chosen.places),
        facts=replace(facts, cost=cost, places=places),
        chosen=chosen,
    )
