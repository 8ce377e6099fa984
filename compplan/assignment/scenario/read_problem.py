"""A scenario's records into the arrays of a problem: who may have what, what each pair costs, and the bands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compplan.assignment.problem import Flags, Measure, Problem, Whole
from compplan.assignment.scenario.bands import measure_of
from compplan.assignment.scenario.check import Scenario
from compplan.assignment.scenario.costs import pair_costs
from compplan.assignment.scenario.facts import Facts, facts_of
from compplan.assignment.scenario.homes import ChosenHomes, Unplaced, unplaced_reps
from compplan.assignment.scenario.rules import allowed_by, borders_of, families, kept_apart, owners, summed
from compplan.assignment.scenario.table import text_of
from compplan.assignment.scenario.tables import Tables, opened
from compplan.assignment.territories.demands import Demand, with_demands


@dataclass(frozen=True, eq=False)
class Territories:
    """A problem and what its items stand for.

    `member` has the item of each account (families are one item), `owner` the rep who has the account today, -1 where nobody of the
    reps has, and `before` who has it as the records say, leavers among them. `open` is the problem without what the scenario demands,
    and `demands` has its rules and bands by name: together, the problem. `facts` has what is known of each account and rep on its own.
    `unplaced` has the reps without a home, whose ways the costs lack until places are `chosen`.
    """

    problem: Problem
    accounts: tuple[str, ...]
    member: Whole
    owner: Whole
    before: tuple[str, ...]
    open: Problem
    demands: tuple[Demand, ...]
    facts: Facts
    unplaced: Unplaced | None = None
    chosen: ChosenHomes | None = None


def read_problem(scenario: Scenario) -> Territories:
    """The problem that a scenario's records pose.

    Raises `Problems` for bad rows.
    """
    with opened(scenario) as tables:
        return _problem(scenario, tables)


def _problem(scenario: Scenario, tables: Tables) -> Territories:
    form, accounts, reps = scenario.form, tables.accounts, tables.reps
    owner = owners(accounts, form.owner, reps)
    eligible, cost, decimals = pair_costs(scenario, tables, owner)
    member = families(accounts, form.family)
    items = int(member.max()) + 1
    by_account = [measure_of(name, each, scenario, tables, decimals) for name, each in form.balance.items()]
    facts = facts_of(scenario, tables, eligible, cost, decimals, by_account)
    measures = [_by_item(m, member) for m in by_account]
    demands = [Demand(f"balance of {m.name}", measure=m) for m in measures if m.price is None]
    for name, rule in form.rules.items():
        of_pairs = not (rule.apart or rule.connected or rule.moves_at_most is not None)
        allowed = _allowed(allowed_by(rule, accounts, reps, owner), member, items) if of_pairs else None
        apart, borders = tuple(kept_apart(rule, tables, member)), borders_of(rule, tables, member)
        demands.append(Demand(f"rule {name}", allowed, apart, rule.moves_at_most, borders=borders))
    without = Problem(
        items=_item_names(accounts.key(), member, items),
        reps=reps.key(),
        cost=summed(cost, member),
        eligible=_allowed(eligible, member, items),
        measures=tuple(m for m in measures if m.price is not None),
        moved=_moved(owner, member, reps.rows),
        cost_decimals=decimals,
    )
    before = tuple(text_of(v) for v in accounts.columns[form.owner]) if form.owner is not None else ("",) * accounts.rows
    unplaced = unplaced_reps(scenario, tables, decimals, member)
    problem, names = with_demands(without, demands), tuple(accounts.key())
    return Territories(problem, names, member, owner, before, without, tuple(demands), facts, unplaced)


def _by_item(measure: Measure, member: Whole) -> Measure:
    return replace(measure, weight=summed(measure.weight, member))


def _moved(owner: Whole, member: Whole, reps: int) -> Whole:
    """How many accounts that somebody has today change hands, where an item goes to a rep: items x reps."""
    leaves = ((owner[:, None] >= 0) & (owner[:, None] != np.arange(reps)[None, :])).astype(np.int64)
    return summed(leaves, member)


def _item_names(accounts: list[str], member: Whole, items: int) -> list[str]:
    names: list[list[str]] = [[] for _ in range(items)]
    for account, item in zip(accounts, member.tolist(), strict=True):
        names[item].append(account)
    return [" + ".join(n) if len(n) <= 3 else f"{n[0]} and {len(n) - 1} more" for n in names]


def _allowed(allowed: Flags, member: Whole, items: int) -> Flags:
    """A family may go where all of its accounts may."""
    return allowed if items == len(member) else summed((~allowed).astype(np.int64), member) == 0
