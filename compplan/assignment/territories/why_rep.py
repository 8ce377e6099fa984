"""What binds a rep: where each of its measures lies in its band, what room there is worth, and which accounts are nearly elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.bound import Prices
from compplan.assignment.problem import Problem, Whole, standing
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.territories.certificate import Certificate
from compplan.assignment.territories.why_account import claims

NEAR = 5
"""So many accounts are named that are nearly elsewhere, and so many that are nearly here."""


@dataclass(frozen=True)
class Bound:
    """A measure at a rep: what it has, its band, and the price of a unit there in millionths of a unit of cost.

    Above zero: more of it is wanted there, and the lower end is what binds; below zero: there is too much around, and the upper end binds.
    """

    measure: str
    load: int
    least: int
    most: int
    price: int

    @property
    def binds(self) -> str:
        """Which end binds; empty where neither does."""
        if self.price == 0:
            return ""
        return "lower end" if self.price > 0 else "upper end"


@dataclass(frozen=True)
class Near:
    """An account (or family) that is nearly with another rep: who, and by how much less its claim is than the next, in millionths."""

    item: str
    other: str
    margin: int


@dataclass(frozen=True)
class RepWhy:
    """What binds a rep. `kept`, `came` and `gone` count accounts; `leaving` are nearly elsewhere, `coming` nearly here, nearest first."""

    rep: str
    kept: int
    came: tuple[str, ...]
    gone: tuple[str, ...]
    bounds: tuple[Bound, ...]
    leaving: tuple[Near, ...]
    coming: tuple[Near, ...]


def why_rep(territories: Territories, assigned: Whole, certificate: Certificate, rep: int) -> RepWhy:
    """What binds the rep of that number."""
    problem, prices, name = territories.problem, certificate.plain, territories.problem.reps[rep]
    loads = standing(problem, assigned).loads
    bounds = tuple(
        Bound(m.name, int(loads[k, rep]), int(problem.least[k, rep]), int(problem.most[k, rep]), int(prices.measures[k, rep]))
        for k, m in enumerate(problem.measures)
    )
    now = [problem.reps[int(assigned[i])] for i in territories.member.tolist()]
    pairs = list(zip(territories.accounts, territories.before, now, strict=True))
    return RepWhy(
        name,
        sum(1 for _, before, after in pairs if before == after == name),
        tuple(a for a, before, after in pairs if after == name and before != name),
        tuple(a for a, before, after in pairs if before == name and after != name),
        bounds,
        _leaving(problem, assigned, prices, rep),
        _coming(problem, assigned, prices, rep),
    )


def _leaving(problem: Problem, assigned: Whole, prices: Prices, rep: int) -> tuple[Near, ...]:
    found = []
    everyone = np.arange(len(problem.reps))
    for item in np.nonzero(assigned == rep)[0].tolist():
        claim = claims(problem, prices, np.full(len(everyone), item), everyone)
        others = [j for j in np.nonzero(problem.eligible[item])[0].tolist() if j != rep]
        if others:
            next_best = min(others, key=lambda j: (int(claim[j]), j))
            found.append(Near(problem.items[item], problem.reps[next_best], int(claim[next_best]) - int(claim[rep])))
    return _nearest(found)


def _coming(problem: Problem, assigned: Whole, prices: Prices, rep: int) -> tuple[Near, ...]:
    items = np.nonzero((assigned != rep) & problem.eligible[:, rep])[0]
    here = claims(problem, prices, items, np.full(len(items), rep))
    there = claims(problem, prices, items, assigned[items])
    nearest = np.argsort(here - there, kind="stable")[:NEAR]
    return _nearest([Near(problem.items[items[i]], problem.reps[assigned[items[i]]], int(here[i] - there[i])) for i in nearest.tolist()])


def _nearest(found: list[Near]) -> tuple[Near, ...]:
    return tuple(sorted(found, key=lambda near: (near.margin, near.item))[:NEAR])
