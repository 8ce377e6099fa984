"""Why an account is where it is: what it costs with each rep, what it is worth there, and which rules leave others out.

At prices, a rep's claim on an account is its cost less what its measures are worth there. The assignment gives each account to a rep with
a small claim, and where it is not the smallest, a band or a limit was in the way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compplan.assignment.bound import PRICE_UNIT, Prices, lower_bound
from compplan.assignment.problem import Problem, Whole, not_connected, standing
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.territories.certificate import Certificate


@dataclass(frozen=True)
class Option:
    """An account (with its family) at one rep who may have it.

    `cost` is in whole units of cost. `worth` has what each of its measures is worth there, `move` what its changing hands costs at the
    price of a move, and `claim` the cost less the first and with the second, in millionths of a unit. `alone` is what the total would
    change by, were this account alone given to that rep, and `outside` the measures that would then lie (further) outside of a band which
    is a rule: measure, number of the rep, by how much. `torn` are the reps whose accounts would then not be connected.
    """

    rep: str
    cost: int
    worth: tuple[int, ...]
    move: int
    claim: int
    alone: int
    outside: tuple[tuple[str, int, int], ...]
    torn: tuple[str, ...] = ()


@dataclass(frozen=True)
class AccountWhy:
    """Why an account is where it is: `chosen` first among `options`, which are sorted by claim.

    `before` is who has it as the records say, `family` the accounts that go with it. `refused` has, for each set of rules, the reps that
    they leave out. `least` is what an assignment costs at least, in millionths, in which each option's rep has the account.
    """

    account: str
    family: tuple[str, ...]
    before: str
    chosen: Option
    options: tuple[Option, ...]
    refused: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    least: tuple[int, ...]
    total: int


def claims(problem: Problem, prices: Prices, items: Whole, reps: Whole) -> Whole:
    """The claim on each of these items of the rep beside it, in millionths: its cost less what its measures are worth, cuts left aside."""
    claim: Whole = problem.cost[items, reps] * PRICE_UNIT + problem.moved[items, reps] * prices.move
    for weight, price in zip(problem.weights, prices.measures, strict=True):
        claim = claim - weight[items, reps] * price[reps]
    return claim


def why_account(territories: Territories, assigned: Whole, certificate: Certificate, account: int) -> AccountWhy:
    """Why the account of that number is where it is."""
    problem, item = territories.problem, int(territories.member[account])
    everyone = np.arange(len(problem.reps))
    claim = claims(problem, certificate.plain, np.full(len(everyone), item), everyone)
    able = np.nonzero(problem.eligible[item])[0]
    order = sorted(able.tolist(), key=lambda j: (int(claim[j]), j))
    chosen = int(assigned[item])
    options = tuple(_option(problem, assigned, certificate.plain, item, j, int(claim[j])) for j in order)
    mine = next((o for o in options if o.rep == problem.reps[chosen]), None)
    mine = mine or _option(problem, assigned, certificate.plain, item, chosen, int(claim[chosen]))
    family = tuple(a for a, m in zip(territories.accounts, territories.member.tolist(), strict=True) if m == item)
    best = int(claim[order[0]])
    bound = lower_bound(problem, certificate.plain)
    return AccountWhy(
        territories.accounts[account],
        tuple(a for a in family if a != territories.accounts[account]),
        territories.before[account],
        mine,
        options,
        _refused(territories, item),
        tuple(bound + o.claim - best for o in options),
        standing(problem, assigned).total,
    )


def only_at(problem: Problem, item: int, rep: str) -> Problem:
    """The same problem, in which only this rep may have the item: to see what that costs when all else is arranged anew."""
    eligible = problem.eligible.copy()
    eligible[item] = False
    eligible[item, list(problem.reps).index(rep)] = True
    return replace(problem, eligible=eligible)


def _option(problem: Problem, assigned: Whole, prices: Prices, item: int, rep: int, claim: int) -> Option:
    worth = tuple(int(w[item, rep]) * int(p[rep]) for w, p in zip(problem.weights, prices.measures, strict=True))
    move = int(problem.moved[item, rep]) * prices.move
    given = assigned.copy()
    given[item] = rep
    now, then = standing(problem, assigned), standing(problem, given)
    outside = tuple(
        (problem.measures[k].name, j, int(then.outside[k, j]))
        for k, j in np.argwhere((then.outside > now.outside) & problem.hard[:, None]).tolist()
    )
    torn = tuple(problem.reps[j] for j in not_connected(problem, given))
    return Option(problem.reps[rep], int(problem.cost[item, rep]), worth, move, claim, then.total - now.total, outside, torn)


def _refused(territories: Territories, item: int) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    problem = territories.problem
    by_rules: dict[tuple[str, ...], list[str]] = {}
    for j in np.nonzero(~problem.eligible[item])[0].tolist():
        rules = tuple(d.name for d in territories.demands if d.allowed is not None and not d.allowed[item, j])
        by_rules.setdefault(rules, []).append(problem.reps[j])
    return tuple((rules, tuple(reps)) for rules, reps in by_rules.items())
