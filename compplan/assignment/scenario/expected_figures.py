"""What a scenario expects of each account: the figures of its records, and what else stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from compplan.assignment.problem import Whole
from compplan.assignment.scenario.form import AmountForm, PayForm
from compplan.assignment.scenario.pay_settings import constant, share_of
from compplan.assignment.scenario.table import Table
from compplan.diagnostics.model import Problems
from compplan.records.yaml_marks import Marks
from compplan.schema import RecordKind

LARGEST = 10**17
"""The largest figure, in its smallest unit, that a column can hold."""


@dataclass(frozen=True, eq=False)
class ExpectedFigures:
    """What is expected of each account in all: its figures by column of the records, in their smallest unit, and its other columns.

    The first of `amounts` is the one that is balanced; `decimals` says how many of the digits of each stand behind the point.
    """

    amounts: Mapping[str, Whole]
    decimals: Mapping[str, int]
    others: Mapping[str, Sequence[Any]]

    @property
    def balanced(self) -> Whole:
        """The figure that is balanced, of each account."""
        return next(iter(self.amounts.values()))

    @property
    def balanced_decimals(self) -> int:
        """How many of its digits stand behind the point."""
        return next(iter(self.decimals.values()))


def expected_figures(pay: PayForm, kind: RecordKind, accounts: Table, marks: Marks) -> ExpectedFigures:
    """What is expected of each account; each figure is rounded once, half up.

    Raises `Problems` where an account's figure is below zero or too large.
    """
    decimals = {name: Table(kind, {}, 0).decimals(name) for name in pay.amount}
    amounts = {name: _figures(form, decimals[name], accounts) for name, form in pay.amount.items()}
    for name, figures in amounts.items():
        for row, figure in enumerate(figures):
            if not 0 <= figure < LARGEST:
                what = "below zero" if figure < 0 else "larger than the column can hold"
                message = f"What is expected of {accounts.key()[row]} as {name} is {what}."
                place = marks.value(("pay", "amount", name))
                raise Problems([marks.problem("negative", "A figure that cannot be expected", message, place)])
    others: dict[str, Sequence[Any]] = {}
    for name, other in pay.others.items():
        column = kind.column(name)
        assert column is not None
        if other.account is not None:
            others[name] = accounts.columns[other.account]
        else:
            others[name] = [constant(column.type, other.text or "")] * accounts.rows
    return ExpectedFigures({n: np.array(f, np.int64) for n, f in amounts.items()}, decimals, others)


def _figures(form: AmountForm, decimals: int, accounts: Table) -> list[int]:
    values = [Fraction(v or 0) for v in accounts.columns[form.account]]
    share = None if form.times is None else share_of(form.times)
    if share is not None:
        values = [v * share for v in values]
    elif form.times is not None:
        values = [v * Fraction(t or 0) for v, t in zip(values, accounts.columns[form.times], strict=True)]
    return [_half_up(v * 10**decimals) for v in values]


def _half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
