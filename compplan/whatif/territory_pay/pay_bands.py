"""Bands of expected pay as bands of credit: how much each rep's accounts may bring for its pay to be within its band, by its own plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import numpy as np

from compplan.assignment.problem import Flags, Real, Whole
from compplan.assignment.scenario.bands import limits_said, sizes, widened
from compplan.assignment.scenario.form import MeasureForm
from compplan.assignment.scenario.pay_limits import PayLimits
from compplan.assignment.scenario.tables import opened
from compplan.diagnostics.model import Diagnostic, Problems
from compplan.schema import MONTHS_IN, MoneyType
from compplan.whatif.territory_pay.credit_for_pay import least_credit, most_credit
from compplan.whatif.territory_pay.expectation import Expectation
from compplan.whatif.territory_pay.expected_records import period_of
from compplan.whatif.territory_pay.pay_at_levels import PayAtLevels

SAMPLES = tuple(Fraction(n, 8) for n in (0, 4, 6, 8, 10, 12, 16, 32))
"""Where what plans pay is looked at: these parts of each rep's share of all that is expected."""
FINENESS = 1_000
"""A rep's credit is looked for to a thousandth of an equal share."""
MOST_NAMED = 5


@dataclass(frozen=True, eq=False)
class Band:
    """The band of pay of each rep, in the smallest unit of the currency; `open` says where there is no such end."""

    least: Whole
    most: Whole
    open_below: Flags
    open_above: Flags


@dataclass(frozen=True, eq=False)
class PayBands:
    """Makes limits of credit of the bands of a measure of expected pay."""

    expected: Expectation
    name: str
    form: MeasureForm
    pay: PayAtLevels

    def limits(self) -> PayLimits:
        """The limits.

        Raises `Problems` where plans or records are wrong, more credit pays somebody less, or a rep's pay cannot be in its band.
        """
        self._check_worked_out()
        sampled = self._sampled()
        band = self._band(sampled)
        highest = np.full(len(self._reps), self._total, np.int64)
        narrow = max(1, self._total // len(self._reps) // FINENESS)
        levels = [level for level, _ in sampled]
        low = least_credit(self.pay, np.where(band.open_below, -1, band.least), highest, narrow, levels)
        high = most_credit(self.pay, np.where(band.open_above, np.iinfo(np.int64).max // 4, band.most), highest, narrow, levels)
        problems = [*self._not_reached(band, low.impossible, highest), *self._exceeded(band, high.impossible)]
        if problems:
            raise Problems(problems)
        least, most = self._with_margins(low.credit, high.credit, highest)
        return self._said(band, least, most)

    def _check_worked_out(self) -> None:
        hires = [rep for rep in self.expected.reps.key() if rep not in self.expected.paid_reps]
        if hires:
            message = f"{hires[0]} is in no records, so that the plans cannot say what it is paid."
            hint = "Add the new hire to the records of people, with what its plan needs, such as quotas; or balance something else."
            raise Problems([self._problem("A new hire without pay", message, hint)])
        if not self._total:
            message = "The accounts are expected to bring nothing."
            raise Problems([self._problem("Nothing is expected", message, "See `pay` in the scenario.")])

    @property
    def _reps(self) -> Sequence[str]:
        return self.expected.paid_reps

    @property
    def _total(self) -> int:
        return int(self.expected.figures.balanced.sum())

    def _sampled(self) -> list[tuple[Whole, Whole]]:
        """Levels of credit and what is paid at each; more must never pay less."""
        parts = self._targets() or [Fraction(1)] * len(self._reps)
        shares = [self._total * part / (sum(parts) or 1) for part in parts]
        found: list[tuple[Whole, Whole]] = []
        for sample in SAMPLES:
            level = np.array([min(self._total, floor(share * sample)) for share in shares], np.int64)
            paid = self.pay(level)
            if found:
                self._check_rising(found[-1], (level, paid))
            found.append((level, paid))
        return found

    def _check_rising(self, before: tuple[Whole, Whole], now: tuple[Whole, Whole]) -> None:
        falls = np.nonzero(now[1] < before[1])[0].tolist()
        if falls:
            j = falls[0]
            message = (
                f"{self._reps[j]} is paid {self._money(before[1][j])} where its accounts bring {self._credit(before[0][j])}, and only "
                f"{self._money(now[1][j])} where they bring {self._credit(now[0][j])}."
            )
            hint = "Where more can pay less, pay cannot be balanced; balance what accounts bring instead."
            raise Problems([self._problem("More pays less", message, hint)])

    def _targets(self) -> list[Fraction] | None:
        """What each rep's pay is measured by: the column of `share_by` or of `of`; None where all are alike."""
        for word, column in (("share_by", self.form.share_by), ("of", self.form.of)):
            if column is not None:
                return sizes(self.name, column, self.expected.scenario, self.expected.reps, word)
        return None

    def _band(self, sampled: list[tuple[Whole, Whole]]) -> Band:
        scale = 10**self.pay.decimals
        if self.form.within is None:
            with opened(self.expected.scenario) as tables:
                said = limits_said(self.name, self.form, self.expected.scenario, tables)
            ends = [(None if a is None else a * scale, None if b is None else b * scale) for a, b in said]
        else:
            middle = self._middle(sampled) if self.form.of is None else [t * self._of_the_period * scale for t in self._targets() or ()]
            ends = [(m * (1 - self.form.within), m * (1 + self.form.within)) for m in middle]
        if self.form.width is not None:
            ends = [widened(end, self.form.width) for end in ends]
        return Band(
            np.array([0 if low is None else ceil(low) for low, _ in ends], np.int64),
            np.array([0 if high is None else floor(high) for _, high in ends], np.int64),
            np.array([low is None for low, _ in ends], bool),
            np.array([high is None for _, high in ends], bool),
        )

    @property
    def _of_the_period(self) -> Fraction:
        """How much of an amount per year, say, falls into the period that is worked out."""
        column = self.expected.reps.kind.column(self.form.of or "")
        per = column.type.per if column is not None and isinstance(column.type, MoneyType) else None
        return Fraction(1) if per is None else Fraction(MONTHS_IN[period_of(self.expected.pay).kind], MONTHS_IN[per])

    def _middle(self, sampled: list[tuple[Whole, Whole]]) -> list[Fraction]:
        """What each is paid where all are paid the same part of their target, and have all that is expected together.

        That part is found on straight lines between the samples.
        """
        targets = self._targets() or [Fraction(1)] * len(self._reps)
        unpaid = [j for j in np.nonzero(sampled[-1][1] == 0)[0].tolist() if targets[j]]
        if unpaid:
            raise Problems(self._never_paid(unpaid))
        levels = np.array([level for level, _ in sampled], float)
        paid = np.array([p for _, p in sampled], float)
        low, high = 0.0, max(float(p) / float(t) for p, t in zip(paid.max(axis=0), targets, strict=True) if t)
        for _ in range(80):
            middle = (low + high) / 2
            needed = sum(_level_at(middle * float(t), levels[:, j], paid[:, j]) for j, t in enumerate(targets))
            low, high = (middle, high) if needed < self._total else (low, middle)
        part = Fraction(high).limit_denominator(10**9)
        return [t * part for t in targets]

    def _with_margins(self, least: Whole, most: Whole, highest: Whole) -> tuple[Whole, Whole]:
        """The limits, narrower by what months may lack or have too much where each account is spread over them in whole units."""
        months = len(self.expected.shape.days)
        if months > 1:
            rest = [int(figure) % months for figure in self.expected.figures.balanced.tolist()]
            lacking, too_much = sum(rest) + months - 1, sum(months - r for r in rest if r) + months - 1
            least = least + np.where(least > 0, lacking, 0)
            most = most - np.where(most < highest, too_much, 0)
        crossed = [self._reps[j] for j in np.nonzero(least > most)[0].tolist()]
        if crossed:
            message = (
                f"No credit pays {_named(crossed)} within the band, whatever others are credited: it is very narrow, or a step of the "
                "plan, such as a team's part, leads over it."
            )
            raise Problems([self._problem("A band that pay leaps over", message, "Widen the band.")])
        return least, most

    def _said(self, band: Band, least: Whole, most: Whole) -> PayLimits:
        credit: dict[str, tuple[int | None, int | None]] = {}
        pay: dict[str, tuple[Decimal | None, Decimal | None]] = {}
        for j, rep in enumerate(self._reps):
            credit[rep] = (int(least[j]) if least[j] > 0 else None, int(most[j]) if most[j] < self._total else None)
            low = None if band.open_below[j] else Decimal(int(band.least[j])).scaleb(-self.pay.decimals)
            high = None if band.open_above[j] else Decimal(int(band.most[j])).scaleb(-self.pay.decimals)
            pay[rep] = (low, high)
        return PayLimits(credit, pay, self.pay.currency, self.expected.figures.balanced_decimals)

    def _never_paid(self, which: Sequence[int]) -> list[Diagnostic]:
        """Reps who are paid nothing: those whom no plan pays, and those whom a plan pays nothing."""
        payees = {payee for people in self.pay.plans.payees.values() for payee in people}
        hint = "Leave them out of `reps` with `where`, or balance something else."
        names = [self._reps[j] for j in which]
        without, nothing = ([n for n in names if (n in payees) == paid] for paid in (False, True))
        found = []
        if without:
            message = f"No plan that depends on {self.expected.pay.records} pays {_named(without)}."
            found.append(self._problem("Reps whom no plan pays", message, hint))
        if nothing:
            message = f"Whatever their accounts bring, the plans pay nothing to {_named(nothing)}."
            found.append(self._problem("Reps who are paid nothing", message, f"See whether the plans credit what `pay` says. {hint}"))
        return found

    def _not_reached(self, band: Band, impossible: Flags, highest: Whole) -> list[Diagnostic]:
        found = []
        for j in np.nonzero(impossible)[0].tolist()[:MOST_NAMED]:
            most = int(self.pay(highest)[j])
            message = (
                f"{self._reps[j]} is to be paid {self._money(band.least[j])} or more, and is paid {self._money(most)} at most, "
                "however much its accounts bring: there is a cap, or much of its pay does not depend on them."
            )
            hint = "Loosen the band, or leave the rep out of `reps` with `where`."
            found += [self._problem("A rep who cannot be paid so much", message, hint)] if most else []
        nothing = [j for j in np.nonzero(impossible)[0].tolist() if not self.pay(highest)[j]]
        return [*self._never_paid(nothing), *found]

    def _exceeded(self, band: Band, impossible: Flags) -> list[Diagnostic]:
        found = []
        for j in np.nonzero(impossible)[0].tolist()[:MOST_NAMED]:
            nothing = int(self.pay(np.zeros(len(self._reps), np.int64))[j])
            message = (
                f"{self._reps[j]} is to be paid {self._money(band.most[j])} at most, and is paid {self._money(nothing)} "
                "even where no account brings anything."
            )
            found.append(
                self._problem("A rep who is paid more in any case", message, "Loosen the band, or leave the rep out with `where`.")
            )
        return found

    def _problem(self, title: str, message: str, hint: str) -> Diagnostic:
        return self.expected.problem("no-pay", title, message, ("balance", self.name), hint)

    def _money(self, value: int) -> str:
        return f"{Decimal(int(value)).scaleb(-self.pay.decimals):,.{self.pay.decimals}f} {self.pay.currency}".strip()

    def _credit(self, value: int) -> str:
        decimals = self.expected.figures.balanced_decimals
        return f"{Decimal(int(value)).scaleb(-decimals):,.{decimals}f} of {next(iter(self.expected.pay.amount))}"


def _level_at(wanted: float, levels: Real, paid: Real) -> float:
    """The level at which so much is paid, on straight lines between samples; the last one where it is never paid."""
    at = int(np.searchsorted(paid, wanted))
    if at == 0 or at == len(paid):
        return float(levels[min(at, len(levels) - 1)])
    rise = paid[at] - paid[at - 1]
    return float(levels[at - 1] + (levels[at] - levels[at - 1]) * (wanted - paid[at - 1]) / rise)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
