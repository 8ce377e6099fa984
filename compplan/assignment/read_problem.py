"""A scenario's records into the arrays of a problem: who may have what, what each pair costs, and the bands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compplan.assignment.bands import measure_of
from compplan.assignment.costs import pair_costs
from compplan.assignment.problem import Measure, Problem, Whole
from compplan.assignment.rules import allowed_by, families, kept_apart, owners
from compplan.assignment.scenario import Scenario
from compplan.assignment.tables import Tables, opened
from compplan.diagnostics.model import Diagnostic, Problems


@dataclass(frozen=True, eq=False)
class Territories:
    """A problem and what its items stand for.

    `member` has the item of each account (families are one item), `owner` the rep who has the account today, -1 where nobody of the
    reps has.
    """

    problem: Problem
    accounts: tuple[str, ...]
    member: Whole
    owner: Whole


def read_problem(scenario: Scenario) -> Territories:
    """The problem that a scenario's records pose.

    Raises `Problems` for bad rows, and where an account has nobody who may have it.
    """
    with opened(scenario) as tables:
        return _problem(scenario, tables)


def _problem(scenario: Scenario, tables: Tables) -> Territories:
    form, accounts, reps = scenario.form, tables.accounts, tables.reps
    owner = owners(accounts, form.owner, reps)
    eligible, cost, decimals = pair_costs(scenario, tables, owner)
    for rule in form.rules.values():
        eligible &= allowed_by(rule, accounts, reps, owner)
    member = families(accounts, form.family)
    items = int(member.max()) + 1
    measures = [measure_of(name, each, scenario, tables, decimals) for name, each in form.balance.items()]
    problem = Problem(
        items=_item_names(accounts.key(), member, items),
        reps=reps.key(),
        cost=_summed(cost, member, items),
        eligible=_summed((~eligible).astype(np.int64), member, items) == 0,
        measures=tuple(_by_item(each, member, items) for each in measures),
        moved=_moved(owner, member, items, reps.rows),
        apart=tuple(kept_apart(scenario, tables, member)),
        most_moves=min((r.moves_at_most for r in form.rules.values() if r.moves_at_most is not None), default=None),
        cost_decimals=decimals,
    )
    _check(scenario, problem)
    return Territories(problem, tuple(accounts.key()), member, owner)


def _by_item(measure: Measure, member: Whole, items: int) -> Measure:
    return replace(measure, weight=_summed(measure.weight, member, items))


def _moved(owner: Whole, member: Whole, items: int, reps: int) -> Whole:
    """How many accounts that somebody has today change hands, where an item goes to a rep: items x reps."""
    leaves = ((owner[:, None] >= 0) & (owner[:, None] != np.arange(reps)[None, :])).astype(np.int64)
    return _summed(leaves, member, items)


def _item_names(accounts: list[str], member: Whole, items: int) -> list[str]:
    names: list[list[str]] = [[] for _ in range(items)]
    for account, item in zip(accounts, member.tolist(), strict=True):
        names[item].append(account)
    return [" + ".join(n) if len(n) <= 3 else f"{n[0]} and {len(n) - 1} more" for n in names]


def _summed(values: Whole, member: Whole, items: int) -> Whole:
    """Rows of accounts added up by item."""
    if items == len(member):
        return values
    summed = np.zeros((items, values.shape[1]), np.int64)
    np.add.at(summed, member, values)
    return summed


def _check(scenario: Scenario, problem: Problem) -> None:
    """Every account has a rep who may have it, and no family is to be kept apart from itself."""
    stranded = np.nonzero(~problem.eligible.any(axis=1))[0]
    if len(stranded):
        names = [problem.items[i] for i in stranded[:5].tolist()]
        more = f" and {len(stranded) - 5} more" if len(stranded) > 5 else ""
        message = f"Nobody may have {', '.join(names)}{more}: {_why_stranded(scenario)}"
        raise Problems(
            [Diagnostic("no-rep", "Accounts that no rep may have", message, None, "Relax a rule for them, or add a rep who fits.")]
        )
    if any(a == b for a, b in problem.apart):
        message = "Two accounts of one family are to be apart."
        raise Problems([Diagnostic("apart", "Rules that contradict each other", message)])


def _why_stranded(scenario: Scenario) -> str:
    names = [n for n, r in scenario.form.rules.items() if r.reps is not None or r.among is not None or r.stay]
    return f"the rules {', '.join(names)} leave no rep." if names else "no cost is given for them."
