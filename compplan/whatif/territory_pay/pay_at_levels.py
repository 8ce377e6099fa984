"""What reps are paid if each has so much credit: the plans, worked out with records of the usual mix that come to these credits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from compplan.assignment.problem import Whole
from compplan.diagnostics.model import Problems
from compplan.engine.given_rows import PlansOnRows
from compplan.whatif.territory_pay.expectation import Expectation

MOST_MIXED = 24
"""So many kinds of records are told apart in the mix, the largest."""


@dataclass(frozen=True, eq=False)
class Mix:
    """What records usually hold: the other columns of each part of the mix, and how much of each figure there is of it in all."""

    others: tuple[Mapping[str, Any], ...]
    amounts: Mapping[str, tuple[int, ...]]

    def share(self, name: str, level: int) -> list[int]:
        """So much of the figure that is balanced, as an amount of each part: in proportion, whole units by largest remainder."""
        balanced = next(iter(self.amounts.values()))
        total = sum(balanced)
        exact = [level * part for part in self.amounts[name]]
        whole = [e // total for e in exact]
        if self.amounts[name] is balanced:
            order = sorted(range(len(exact)), key=lambda c: (-(exact[c] % total), c))
            for c in order[: level - sum(whole)]:
                whole[c] += 1
        return whole


def mix_of(expected: Expectation) -> Mix:
    """The mix of all accounts. What names an account is that of the largest one: it says nothing of a kind of record."""
    pay, figures = expected.pay, expected.figures
    key = expected.scenario.project.schema.kinds[expected.scenario.form.accounts.records].key
    telling = [name for name, other in pay.others.items() if other.account not in key]
    sums: dict[tuple[Any, ...], list[int]] = {}
    largest: dict[tuple[Any, ...], tuple[int, int]] = {}
    for row in range(len(expected.accounts)):
        part = tuple(figures.others[name][row] for name in telling)
        amounts = [int(each[row]) for each in figures.amounts.values()]
        sums[part] = [a + b for a, b in zip(sums.get(part, [0] * len(amounts)), amounts, strict=True)]
        largest[part] = min(largest.get(part, (1, row)), (-amounts[0], row))
    kept = sorted((p for p in sums if sums[p][0]), key=lambda p: (-sums[p][0], largest[p][1]))[:MOST_MIXED]
    others = tuple({name: figures.others[name][largest[p][1]] for name in pay.others} for p in kept)
    return Mix(others, {name: tuple(sums[p][i] for p in kept) for i, name in enumerate(figures.amounts)})


@dataclass(slots=True)
class PayAtLevels:
    """What each rep is paid, in the smallest unit of the currency, where each has so much credit; `runs` counts how often plans were run.

    Raises `Problems` as a run does, and where reps are paid in several currencies.
    """

    expected: Expectation
    plans: PlansOnRows
    mix: Mix
    runs: int = 0
    currency: str = ""
    _known: dict[bytes, Whole] = field(default_factory=dict)

    @property
    def decimals(self) -> int:
        """How many digits of what is paid stand behind the point."""
        return max((p.unit_decimals for p in self.plans.plans), default=2)

    def __call__(self, levels: Whole) -> Whole:
        """What each rep is paid, in the order of the reps."""
        seen = levels.tobytes()
        if seen not in self._known:
            self._known[seen] = self._worked_out(levels.tolist())
            self.runs += 1
        return self._known[seen]

    def _worked_out(self, levels: Sequence[int]) -> Whole:
        reps, parts = self.expected.paid_reps, len(self.mix.others)
        names = [f"{rep} {part}" for rep in reps for part in range(parts)]
        by = [rep for rep in reps for _ in range(parts)]
        amounts = {name: np.array([a for level in levels for a in self.mix.share(name, level)], np.int64) for name in self.mix.amounts}
        others = {name: [part[name] for part in self.mix.others] * len(reps) for name in self.expected.pay.others}
        result = self.plans.work_out(self.expected.shape.records(names, by, amounts, others))
        paid = dict.fromkeys(reps, Decimal(0))
        for each in result.paid:
            if each.payee in paid and each.amount:
                self._check_currency(each.currency)
                paid[each.payee] += each.amount
        return np.array([int(amount.scaleb(self.decimals)) for amount in paid.values()], np.int64)

    def _check_currency(self, currency: str) -> None:
        if self.currency not in ("", currency):
            message = f"Reps are paid in {self.currency} and in {currency}; pay can be balanced only in one currency."
            raise Problems([self.expected.problem("no-pay", "Reps are paid in several currencies", message, ("balance",))])
        self.currency = currency
