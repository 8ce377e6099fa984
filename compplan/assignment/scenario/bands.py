"""The measures of a scenario: what each account counts, and how much of it each rep shall have."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import numpy as np

from compplan.assignment.problem import NO_LIMIT, Measure, Whole
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.form import MeasureForm
from compplan.assignment.scenario.tables import Table, Tables, text_of
from compplan.diagnostics.model import Problems


def measure_of(name: str, form: MeasureForm, scenario: Scenario, tables: Tables, cost_decimals: int) -> Measure:
    """A measure over accounts, with the band of each rep. Raises `Problems` where an account counts less than nothing."""
    accounts, reps = tables.accounts, tables.reps
    weight = np.ones(accounts.rows, np.int64) if form.sum_ is None else accounts.whole(form.sum_)
    decimals = 0 if form.sum_ is None else accounts.decimals(form.sum_)
    if (weight < 0).any():
        worst = accounts.key()[int(weight.argmin())]
        message = f"{form.sum_} of {worst} is below zero; what is to be balanced cannot be."
        raise Problems([scenario.marks.problem("negative", "A figure below zero", message, scenario.marks.value(("balance", name)))])
    least, most = _ends(form, tables, int(weight.sum()), 10**decimals)
    scale = 10**decimals
    price = None if form.price is None else np.full(reps.rows, round(form.price * 10**cost_decimals / scale), np.int64)
    return Measure(name, weight[:, None], least, most, price, decimals)


def _ends(form: MeasureForm, tables: Tables, total: int, scale: int) -> tuple[Whole, Whole]:
    """The band of each rep, in the measure's smallest unit; what a band leaves open has no limit."""
    reps = tables.reps
    if form.within is not None:
        sizes = [Fraction(1)] * reps.rows if form.share_by is None else [Fraction(v or 0) for v in reps.columns[form.share_by]]
        shares = [total * s / (sum(sizes) or 1) for s in sizes]
        return (
            np.array([ceil(s * (1 - form.within)) for s in shares], np.int64),
            np.array([floor(s * (1 + form.within)) for s in shares], np.int64),
        )
    low = [None if form.at_least is None else form.at_least] * reps.rows
    high = [None if form.at_most is None else form.at_most] * reps.rows
    if form.limits is not None:
        table = tables.rows(form.limits.records)
        at = {text_of(rep): row for row, rep in enumerate(table.columns[form.limits.rep])}
        low = [_limit(table, form.limits.at_least, at.get(rep)) for rep in reps.key()]
        high = [_limit(table, form.limits.at_most, at.get(rep)) for rep in reps.key()]
    return (
        np.array([-NO_LIMIT if v is None else ceil(v * scale) for v in low], np.int64),
        np.array([NO_LIMIT if v is None else floor(v * scale) for v in high], np.int64),
    )


def _limit(table: Table, column: str | None, row: int | None) -> Fraction | None:
    value: Decimal | None = None if column is None or row is None else table.columns[column][row]
    return None if value is None else Fraction(value)
