"""The measures of a scenario: what each account counts, and how much of it each rep shall have."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import numpy as np

from compplan.assignment.problem import NO_LIMIT, Measure, Whole
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.expected_figures import expected_figures
from compplan.assignment.scenario.form import LimitsForm, MeasureForm
from compplan.assignment.scenario.table import Table, text_of
from compplan.assignment.scenario.tables import Tables
from compplan.diagnostics.model import Problems


def measure_of(name: str, form: MeasureForm, scenario: Scenario, tables: Tables, cost_decimals: int) -> Measure:
    """A measure over accounts, with the band of each rep. Raises `Problems` where an account counts less than nothing."""
    accounts, reps = tables.accounts, tables.reps
    if form.expected_pay:
        return _expected_pay(name, form, scenario, tables, cost_decimals)
    weight = np.ones(accounts.rows, np.int64) if form.sum_ is None else accounts.whole(form.sum_)
    decimals = 0 if form.sum_ is None else accounts.decimals(form.sum_)
    if (weight < 0).any():
        worst = accounts.key()[int(weight.argmin())]
        message = f"{form.sum_} of {worst} is below zero; what is to be balanced cannot be."
        raise Problems([scenario.marks.problem("negative", "A figure below zero", message, scenario.marks.value(("balance", name)))])
    least, most = _ends(name, form, scenario, tables, int(weight.sum()), 10**decimals)
    measure = Measure(name, weight[:, None], least, most, _price(form, reps, cost_decimals, decimals), decimals)
    empty = np.nonzero(least > most)[0].tolist()
    if empty:
        low, high = (measure.shown(int(ends[empty[0]])) for ends in (least, most))
        message = f"{reps.key()[empty[0]]} would have to have at least {low} and at most {high} of {name}."
        message += f" So it is with {len(empty)} reps." if len(empty) > 1 else ""
        hint = "The least cannot be above the most; a band that is too narrow for a whole unit holds nothing either."
        span = scenario.marks.value(("balance", name))
        raise Problems([scenario.marks.problem("empty-band", "A band that holds nothing", message, span, hint)])
    return measure


def _expected_pay(name: str, form: MeasureForm, scenario: Scenario, tables: Tables, cost_decimals: int) -> Measure:
    """The expected figure of each account, with the limits that the plans make of the band of pay."""
    limits, pay = scenario.pay_limits.get(name), scenario.form.pay
    if limits is None or pay is None:
        message = f"How much each rep needs for the pay of {name} has to be worked out from the plans before territories are."
        raise Problems([scenario.marks.problem("no-pay", "Pay is not worked out", message, scenario.marks.value(("balance", name)))])
    expected = expected_figures(pay, scenario.project.schema.kinds[pay.records], tables.accounts, scenario.marks)
    ends = [limits.credit[rep] for rep in tables.reps.key()]
    least = np.array([-NO_LIMIT if low is None else low for low, _ in ends], np.int64)
    most = np.array([NO_LIMIT if high is None else high for _, high in ends], np.int64)
    price = _price(form, tables.reps, cost_decimals, expected.balanced_decimals)
    figure = f"expected {next(iter(pay.amount))}"
    return Measure(name, expected.balanced[:, None], least, most, price, expected.balanced_decimals, figure)


def _price(form: MeasureForm, reps: Table, cost_decimals: int, decimals: int) -> Whole | None:
    """What the smallest unit outside costs, at each rep; costs have digits enough for it."""
    return None if form.price is None else np.full(reps.rows, round(form.price * 10**cost_decimals / 10**decimals), np.int64)


End = tuple[Fraction | None, Fraction | None]
"""The ends of a band, not rounded yet; None for an end that it does not have."""


def _ends(name: str, form: MeasureForm, scenario: Scenario, tables: Tables, total: int, scale: int) -> tuple[Whole, Whole]:
    """The band of each rep, in the measure's smallest unit; what a band leaves open has no limit."""
    reps = tables.reps
    if form.within is not None:
        parts = [Fraction(1)] * reps.rows if form.share_by is None else sizes(name, form.share_by, scenario, reps)
        shares = [total * s / sum(parts) for s in parts]
        ends: list[End] = [(s * (1 - form.within), s * (1 + form.within)) for s in shares]
    else:
        said = limits_said(name, form, scenario, tables)
        ends = [tuple(None if v is None else v * scale for v in end) for end in said]  # type: ignore[misc]
    if form.width is not None:
        ends = [widened(end, form.width) for end in ends]
    return (
        np.array([-NO_LIMIT if low is None else ceil(low) for low, _ in ends], np.int64),
        np.array([NO_LIMIT if high is None else floor(high) for _, high in ends], np.int64),
    )


def limits_said(name: str, form: MeasureForm, scenario: Scenario, tables: Tables) -> list[End]:
    """The limits of each rep as they are written: the same for all, or from a table."""
    if form.limits is not None:
        return _from_table(name, form.limits, scenario, tables)
    return [(form.at_least, form.at_most)] * tables.reps.rows


def widened(end: End, width: Fraction) -> End:
    """So much of the band's width, around its middle; a band that is open on a side stays as it is."""
    low, high = end
    if low is None or high is None:
        return end
    middle, half = (low + high) / 2, (high - low) / 2 * width
    return middle - half, middle + half


def sizes(name: str, column: str, scenario: Scenario, reps: Table, word: str = "share_by") -> list[Fraction]:
    """How large the share of each rep is, by the column of reps that stands at this word. Raises `Problems` where a rep has none."""
    found = [None if v is None else Fraction(v) for v in reps.columns[column]]
    empty = [rep for rep, size in zip(reps.key(), found, strict=True) if size is None or size < 0]
    if empty or not sum(s for s in found if s is not None):
        message = f"`{column}` of {empty[0]} is empty or below zero." if empty else f"`{column}` is zero for every rep."
        span = scenario.marks.value(("balance", name, word))
        hint = "Each rep needs a figure there, from which its share follows; 0 for none."
        raise Problems([scenario.marks.problem("no-share", "A rep without a share", message, span, hint)])
    return [s for s in found if s is not None]


def _from_table(name: str, form: LimitsForm, scenario: Scenario, tables: Tables) -> list[End]:
    """The limits of each rep, as the table has them, or a new hire of its own."""
    table = tables.rows(form.records)
    at = {text_of(rep): row for row, rep in enumerate(table.columns[form.rep])}
    hires = scenario.form.new_hires
    missing = [rep for rep in tables.reps.key() if rep not in at and rep not in hires]
    if missing:
        message = f"{form.records} has no row for {missing[0]}" + (f", and for {len(missing) - 1} more reps." if len(missing) > 1 else ".")
        span = scenario.marks.value(("balance", name, "limits"))
        hint = "Add the row; where a rep shall have no limit, leave its figure empty."
        raise Problems([scenario.marks.problem("no-limits", "A rep without limits", message, span, hint)])
    return [
        (_limit(table, form.at_least, at[rep]), _limit(table, form.at_most, at[rep]))
        if rep in at
        else (hires[rep].limits[name].at_least, hires[rep].limits[name].at_most)
        for rep in tables.reps.key()
    ]


def _limit(table: Table, column: str | None, row: int) -> Fraction | None:
    value: Decimal | None = None if column is None else table.columns[column][row]
    return None if value is None else Fraction(value)
