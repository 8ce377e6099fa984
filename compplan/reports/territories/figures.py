"""All figures of a report on an assignment: each account and each rep, before and after, what it costs, and what is proven."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.problem import NO_LIMIT, Flags, Measure, Problem, Real, Whole, standing
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.costs import great_circle_km
from compplan.assignment.scenario.facts import Facts, Places
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.territories.certificate import Certificate
from compplan.assignment.territories.homes_proof import homes_lines

NOBODY = -1


@dataclass(frozen=True, eq=False)
class MeasureFigures:
    """One measure over m reps and n accounts, in its smallest unit; `decimals` of its digits stand behind the point.

    `before` and `after` are what the reps have, `least` and `most` their bands. `of_accounts` is what each account counts with the rep who
    gets it. `prices` has what a unit of the measure is worth at each rep, in units of cost: above zero where more is wanted. `is_rule` is
    false where the band has a price.
    """

    name: str
    decimals: int
    before: Whole
    after: Whole
    least: Whole
    most: Whole
    of_accounts: Whole
    prices: tuple[Fraction, ...]
    is_rule: bool

    @property
    def has_both_ends(self) -> bool:
        """Whether every rep's band has a lower and an upper end, and a middle above zero."""
        return bool(((self.least > -NO_LIMIT) & (self.most < NO_LIMIT) & (self.least + self.most > 0)).all())

    def outside(self, loads: Whole) -> Whole:
        """By how much each rep is outside of the band: below zero where there is too little."""
        return np.where(loads < self.least, loads - self.least, np.where(loads > self.most, loads - self.most, 0))


@dataclass(frozen=True, eq=False)
class Figures:
    """An assignment of n accounts to m reps, in figures; `problem` is the SHA-256 of what was to be solved.

    `after` and `before` have the rep of each account (before: -1 where none of these reps had it), `had_by` who has it as the records
    say, leavers among them. Costs are whole units, of which
    `cost_decimals` digits stand behind the point: `cost_before` means something only where `comparable` is true, which is where the
    account had one of these reps, and what that costs is known. `total` adds what soft bands cost, `least_total` is what nothing goes
    below; `least_by_search` says that only a complete search proves it. `homes` says in
    sentences which homes were chosen, and is empty where all reps had one. `kilometres` are those of the great circle, not a number where
    a place is not known, and None where no places are.
    """

    title: str
    scenario: str
    problem: str
    accounts: tuple[str, ...]
    account_names: tuple[str, ...] | None
    reps: tuple[str, ...]
    rep_names: tuple[str, ...] | None
    after: Whole
    before: Whole
    had_by: tuple[str, ...]
    cost_decimals: int
    cost_after: Whole
    cost_before: Whole
    comparable: Flags
    disruption: Whole
    measures: tuple[MeasureFigures, ...]
    total: int
    soft_before: int
    soft_after: int
    least_total: Fraction
    least_by_search: bool
    bound_by_prices: Fraction
    price_of_a_move: Fraction
    is_broken: bool
    homes: tuple[str, ...]
    places: Places | None
    kilometres: Real | None
    kilometres_before: Real | None

    @cached_property
    def moved(self) -> Flags:
        """Which accounts change hands: from one of these reps to another."""
        return np.asarray((self.before != NOBODY) & (self.before != self.after), bool)

    @cached_property
    def left(self) -> Flags:
        """Which accounts somebody had who does not take part, such as a leaver."""
        return np.asarray((self.before == NOBODY) & np.array([by != "" for by in self.had_by], bool), bool)

    @cached_property
    def new(self) -> Flags:
        """Which accounts nobody had."""
        return np.asarray((self.before == NOBODY) & ~self.left, bool)

    @property
    def has_before(self) -> bool:
        """Whether it is known of any account who has it today."""
        return bool((self.before != NOBODY).any())

    @cached_property
    def accounts_after(self) -> Whole:
        """How many accounts each rep has."""
        return np.bincount(self.after, minlength=len(self.reps))

    @cached_property
    def accounts_before(self) -> Whole:
        """How many accounts each rep had."""
        return np.bincount(self.before[self.before != NOBODY], minlength=len(self.reps))

    @property
    def gap(self) -> Fraction:
        """The share of the total that could be saved at most."""
        return max(Fraction(0), self.total - self.least_total) / max(abs(self.total), 1)

    def by_rep(self, values: Whole, reps: Whole) -> Whole:
        """Figures of accounts added up by rep; those of nobody are left out."""
        summed = np.zeros(len(self.reps), np.int64)
        there = reps != NOBODY
        np.add.at(summed, reps[there], values[there])
        return summed

    def reps_outside(self, *, before: bool) -> int:
        """How many reps are outside of a band of any measure."""
        outside = np.zeros(len(self.reps), bool)
        for measure in self.measures:
            outside |= measure.outside(measure.before if before else measure.after) != 0
        return int(outside.sum())

    def name_before(self, account: int) -> str:
        """Who had an account: one of these reps, somebody who does not take part, or nobody, for which it is empty."""
        return self.rep_name(int(self.before[account])) or self.had_by[account]

    def rep_name(self, rep: int) -> str:
        """What a rep is called; nothing for nobody."""
        if rep == NOBODY:
            return ""
        return self.reps[rep] if self.rep_names is None else self.rep_names[rep]


def figures_of(scenario: Scenario, territories: Territories, assigned: Whole, certificate: Certificate) -> Figures:
    """The figures of an assignment (the rep of each item) with its certificate."""
    problem, facts, before = territories.problem, territories.facts, territories.owner
    after = assigned[territories.member]
    now = standing(problem, assigned)
    rows = np.arange(len(after))
    known = (before != NOBODY) & facts.known[rows, before]
    disruption = np.where((before != NOBODY) & (before != after), facts.disruption, 0)
    named = [replace(m, name=_label(scenario, m.name)) for m in problem.measures]
    measures = tuple(_measure(problem, facts, k, m, before, after, certificate) for k, m in enumerate(named))
    prices, searched = Fraction(certificate.bound, PRICE_UNIT), certificate.searched
    reached = Fraction(-(-certificate.bound // PRICE_UNIT))
    return Figures(
        title=scenario.form.title,
        scenario=scenario.file.name,
        problem=certificate.problem,
        accounts=territories.accounts,
        account_names=facts.account_names,
        reps=tuple(problem.reps),
        rep_names=facts.rep_names,
        after=after,
        before=before,
        had_by=territories.before,
        cost_decimals=problem.cost_decimals,
        cost_after=facts.cost[rows, after],
        cost_before=np.where(known, facts.cost[rows, before], 0),
        comparable=known,
        disruption=disruption,
        measures=measures,
        total=now.total,
        soft_before=sum(_soft(m, f.outside(f.before)) for m, f in zip(problem.measures, measures, strict=True)),
        soft_after=now.total - now.cost,
        least_total=reached if searched is None else max(reached, Fraction(searched)),
        least_by_search=searched is not None and searched > reached,
        bound_by_prices=prices,
        price_of_a_move=_price(certificate.plain.move, 0, problem),
        is_broken=now.broken,
        homes=tuple(homes_lines(territories, assigned)),
        places=facts.places,
        kilometres=_kilometres(facts.places, after),
        kilometres_before=_kilometres(facts.places, before),
    )


def _label(scenario: Scenario, measure: str) -> str:
    """What a measure is called: pay is balanced by the credit that is paid for, and that is what its figures are."""
    form = scenario.form.balance.get(measure)
    return f"{measure}, as credit" if form is not None and form.expected_pay else measure


def _measure(problem: Problem, facts: Facts, k: int, measure: Measure, before: Whole, after: Whole, proof: Certificate) -> MeasureFigures:
    weight, reps = facts.weights[k], len(problem.reps)
    wide = np.broadcast_to(weight, (len(after), reps))
    rows, had = np.arange(len(after)), np.nonzero(before != NOBODY)[0]
    of_accounts = wide[rows, after]
    loads = np.zeros((2, reps), np.int64)
    np.add.at(loads[0], before[had], wide[had, before[had]])
    np.add.at(loads[1], after, of_accounts)
    prices = tuple(_price(int(p), measure.decimals, problem) for p in proof.plain.measures[k].tolist())
    least, most = problem.least[k], problem.most[k]
    return MeasureFigures(measure.name, measure.decimals, loads[0], loads[1], least, most, of_accounts, prices, measure.price is None)


def _price(millionths: int, decimals: int, problem: Problem) -> Fraction:
    """A price as costs are written, for one whole unit of a measure with so many decimals."""
    return Fraction(millionths * 10**decimals, PRICE_UNIT * 10**problem.cost_decimals)


def _soft(measure: Measure, outside: Whole) -> int:
    return 0 if measure.price is None else int((np.abs(outside) * measure.price).sum())


def _kilometres(places: Places | None, reps: Whole) -> Real | None:
    if places is None:
        return None
    far = np.full(len(reps), np.nan)
    for rep in np.unique(reps[reps != NOBODY]).tolist():
        mine = np.nonzero(reps == rep)[0]
        far[mine] = great_circle_km(places.accounts[mine], places.reps[rep : rep + 1])[:, 0]
    return far


def grouped(value: int, decimals: int, digits: int | None = None) -> str:
    """A whole number of smallest units as people write it, as in 1,234.50; of so many digits behind the point, rounded half up."""
    shown = decimals if digits is None else min(digits, decimals)
    drop = 10 ** (decimals - shown)
    whole = (2 * abs(value) + drop) // (2 * drop)
    text = f"{whole // 10**shown:,}" + (f".{whole % 10**shown:0{shown}d}" if shown else "")
    return f"−{text}" if value < 0 and whole else text


def percent(part: Fraction, digits: int = 1, *, fixed: bool = False) -> str:
    """A share as people write it, as in 3.5%: rounded half up, without zeros at the end unless their number is fixed."""
    scale = 100 * 10**digits
    whole = int((abs(part) * scale * 2 + 1) // 2)
    behind = f".{whole % 10**digits:0{digits}d}" if digits else ""
    text = f"{whole // 10**digits:,}{behind if fixed else behind.rstrip('0').rstrip('.')}"
    return f"{'−' if part < 0 and whole else ''}{text}%"


def ends(measure: MeasureFigures, rep: int) -> tuple[int | None, int | None]:
    """The band of a rep; None for an end that it does not have."""
    low, high = int(measure.least[rep]), int(measure.most[rep])
    return (None if low <= -NO_LIMIT else low), (None if high >= NO_LIMIT else high)
