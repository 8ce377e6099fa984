"""What it costs that a rep has an account: the way there, given costs, and what leaving the rep who has it disrupts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor

import numpy as np

from compplan.assignment.problem import Flags, Real, Whole
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.form import DisruptionForm, GivenForm, TravelForm
from compplan.assignment.scenario.table import Table
from compplan.assignment.scenario.tables import Tables
from compplan.diagnostics.model import Diagnostic, Problems

EARTH_KM = 12742.0
"""Twice the mean radius of the earth."""
CENTS = 2
MOST_DIGITS = 6
"""So many digits of a cost stand behind the point at most."""
HALF = Fraction(1, 2)


def pair_costs(scenario: Scenario, tables: Tables, owner: Whole) -> tuple[Flags, Whole, int]:
    """Which pairs have a cost at all, what each costs in whole units, and how many digits of it stand behind the point."""
    form, accounts, reps = scenario.form.cost, tables.accounts, tables.reps
    decimals = max([CENTS, *(tables.decimals(g.records, g.amount) for g in form.given), *_digits_of_prices(scenario, tables)])
    eligible = np.ones((accounts.rows, reps.rows), bool)
    cost = np.zeros((accounts.rows, reps.rows), np.int64)
    if form.travel is not None:
        cost += _travel(scenario, form.travel, accounts, reps, decimals)
    for given in form.given:
        listed, amount = _given(given, tables, decimals)
        cost += amount
        if given.pairs_not_listed == "not allowed":
            eligible &= listed
    if form.disruption is not None:
        price = disruption_of(form.disruption, accounts, decimals)
        leaves = (owner[:, None] >= 0) & (owner[:, None] != np.arange(reps.rows)[None, :])
        cost += np.where(leaves, price[:, None], 0)
    return eligible, cost, decimals


def _digits_of_prices(scenario: Scenario, tables: Tables) -> Iterator[int]:
    """How many digits it takes to say what the smallest unit of each soft band costs. Raises `Problems` where that is too many."""
    for name, form in scenario.form.balance.items():
        if not form.price:
            continue
        decimals = next((d for d in range(MOST_DIGITS + 1) if (form.price * 10**d).denominator == 1), MOST_DIGITS + 1)
        pay = scenario.form.pay
        if form.expected_pay and pay is not None:
            decimals += tables.decimals(pay.records, next(iter(pay.amount)))
        elif form.sum_ is not None:
            decimals += tables.accounts.decimals(form.sum_)
        if decimals > MOST_DIGITS:
            message = f"With this price the smallest unit of {name} costs less than is counted: costs have {MOST_DIGITS} digits at most."
            hint = "Write the price with fewer digits, or count costs in a smaller unit."
            raise Problems(
                [
                    scenario.marks.problem(
                        "price", "A price that is too fine", message, scenario.marks.value(("balance", name, "price")), hint
                    )
                ]
            )
        yield decimals


def disruption_of(form: DisruptionForm, accounts: Table, decimals: int) -> Whole:
    """What each account costs that leaves its rep, in whole units of cost, worked out exactly and rounded once, half up."""
    times = np.ones(accounts.rows, np.int64) if form.times is None else accounts.whole(form.times)
    _none_below_zero(form.times, accounts, times)
    each = form.each * 10**decimals / (1 if form.times is None else 10 ** accounts.decimals(form.times))
    besides = form.besides * 10**decimals
    return np.array([floor(each * t + besides + HALF) for t in times.tolist()], np.int64)


def _none_below_zero(column: str | None, accounts: Table, times: Real | Whole) -> None:
    """Raises `Problems` where something would happen less than never."""
    below = np.nonzero(times < 0)[0].tolist()
    if below:
        message = f"`{column}` of account {accounts.key()[below[0]]} is below zero" + (
            f", and of {len(below) - 1} more." if len(below) > 1 else "."
        )
        raise Problems([Diagnostic("negative", "A figure below zero", message, hint="Correct it in the records; 0 for never.")])


def great_circle_km(here: Real, there: Real) -> Real:
    """Kilometres between places (latitude and longitude in degrees): rows of `here` x rows of `there`, by the haversine formula."""
    a, b = np.radians(here)[:, None, :], np.radians(there)[None, :, :]
    half = np.sin((a[..., 0] - b[..., 0]) / 2) ** 2
    half = half + np.cos(a[..., 0]) * np.cos(b[..., 0]) * np.sin((a[..., 1] - b[..., 1]) / 2) ** 2
    return EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))  # type: ignore[no-any-return]


def _travel(scenario: Scenario, form: TravelForm, accounts: Table, reps: Table, decimals: int) -> Whole:
    """What the ways cost; nothing yet for reps whose home is to be chosen."""
    known_places(scenario, "account", accounts, form.to)
    there = ~without_place(reps, form.from_)
    cost = np.zeros((accounts.rows, reps.rows), np.int64)
    if there.any():
        cost[:, there] = way_costs(form, accounts, known_places(scenario, "rep", reps.kept(there), form.from_), decimals)
    return cost


def without_place(table: Table, columns: tuple[str, ...]) -> Flags:
    """The rows whose columns of place are all empty."""
    return np.array([all(v is None for v in values) for values in zip(*(table.columns[c] for c in columns), strict=True)], bool)


def known_places(scenario: Scenario, what: str, table: Table, columns: tuple[str, ...]) -> Real:
    """Latitude and longitude of each row. Raises `Problems` where one of them is missing, or lies outside of the globe."""
    places = _places(table, columns)
    lost = np.nonzero(np.isnan(places).any(axis=1) | (np.abs(places[:, 0]) > 90) | (np.abs(places[:, 1]) > 180))[0]
    if len(lost):
        message = f"Where {what} {table.key()[int(lost[0])]} is, is not known" + (f", and {len(lost) - 1} more." if len(lost) > 1 else ".")
        hint = "Latitude is from -90 to 90, longitude from -180 to 180; neither may be empty."
        if what == "rep":
            hint = "Latitude is from -90 to 90, longitude from -180 to 180. Where both are empty, a home is chosen."
        span = scenario.marks.value(("cost", "travel"))
        raise Problems([scenario.marks.problem("no-place", "A place is missing", message, span, hint)])
    return places


def way_costs(form: TravelForm, accounts: Table, homes: Real, decimals: int) -> Whole:
    """What the way from each home (latitude and longitude) to each account costs, in whole units: accounts x homes."""
    here = _places(accounts, form.to)
    times = np.ones(accounts.rows) if form.times is None else _reals(accounts, form.times)
    _none_below_zero(form.times, accounts, times)
    scale = float(form.each_km) * 10**decimals
    cost = np.empty((accounts.rows, len(homes)), np.int64)
    for first in range(0, accounts.rows, 2000):
        part = slice(first, first + 2000)
        cost[part] = np.rint(great_circle_km(here[part], homes) * times[part, None] * scale)
    return cost


def _places(table: Table, columns: tuple[str, ...]) -> Real:
    return np.array([_reals(table, c) for c in columns]).T.reshape(table.rows, 2)


def _given(form: GivenForm, tables: Tables, decimals: int) -> tuple[Flags, Whole]:
    account, rep, paid = tables.pairs(form)
    listed = np.zeros((tables.accounts.rows, tables.reps.rows), bool)
    amount = np.zeros(listed.shape, np.int64)
    listed[account, rep] = True
    amount[account, rep] = paid * 10 ** (decimals - tables.decimals(form.records, form.amount))
    return listed, amount


def _reals(table: Table, column: str) -> Real:
    return np.array([np.nan if v is None else v for v in table.real(column)], float)
