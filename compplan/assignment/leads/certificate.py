"""What proves an assignment of leads: its figures, the prices, and the bound that follows from them; worked out again from the records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compplan.assignment.leads.ceiling import FINE, SCALE, Prices, revenue_at_most, welfare_at_least, welfare_at_most
from compplan.assignment.leads.flow import given_at_most
from compplan.assignment.leads.problem import Goal, LeadProblem, Standing, standing
from compplan.assignment.leads.solve import Solution, gap
from compplan.assignment.problem import Whole
from compplan.immutable import immutable

FORM = 1
MOST_NAMED = 5


@dataclass(frozen=True, eq=False)
class Certificate:
    """What was claimed of an assignment.

    `given` leads, of which `full`, reps by position, prove that no more can be given; its `revenue`; its `welfare` at least and the `bound`
    in parts of `FINE` (for revenue, welfare is the revenue, and the bound in whole units of worth); the greatest revenue without a floor.
    """

    problem: str
    given: int
    full: tuple[int, ...]
    revenue: int
    welfare: int
    bound: int
    prices: Prices
    greatest: int
    greatest_prices: Prices
    searched: bool


@immutable
class Verdict:
    """What was found when a claim was worked out again; `wrong` says in words what does not hold, and is empty where all does."""

    revenue: int
    greatest: int
    gap: float
    wrong: tuple[str, ...]


def certify(problem: LeadProblem, solution: Solution, full: Whole) -> Certificate:
    """The certificate of a solution."""
    now = standing(problem, solution.assigned)
    return Certificate(
        fingerprint(problem),
        int(now.counts.sum()),
        tuple(full.tolist()),
        now.revenue,
        _reached(problem, now),
        solution.bound,
        solution.prices,
        solution.greatest,
        solution.greatest_prices,
        solution.searched,
    )


def verify(problem: LeadProblem, assigned: Whole, claimed: Certificate) -> Verdict:
    """Works out again, with no solver, what an assignment comes to, which rules it keeps, and the bounds that the prices give."""
    now = standing(problem, assigned)
    wrong = [*_rules_broken(problem, now), *_not_given(problem, now, claimed)]
    if claimed.problem != fingerprint(problem):
        wrong.append("The records or the scenario are not those that the certificate was made for.")
    if claimed.revenue != now.revenue:
        wrong.append(f"It brings {amount(now.revenue, problem)}, not {amount(claimed.revenue, problem)} as the certificate says.")
    reached = _reached(problem, now)
    if claimed.welfare != reached:
        wrong.append(f"Its fairness comes to {_goal_amount(reached, problem)}, not {_goal_amount(claimed.welfare, problem)}.")
    try:
        bound = welfare_at_most(problem, claimed.prices) if problem.goal.fair else revenue_at_most(problem, claimed.prices)
        greatest = revenue_at_most(replace(problem, goal=Goal(fair=False)), claimed.greatest_prices)
    except (ValueError, IndexError, TypeError) as error:
        return Verdict(now.revenue, 0, 1.0, (*wrong, f"The prices prove nothing: {error}."))
    if bound != claimed.bound:
        wrong.append(f"The prices give a bound of {_goal_amount(bound, problem)}, not {_goal_amount(claimed.bound, problem)}.")
    if greatest != claimed.greatest:
        wrong.append(f"The greatest revenue is {amount(greatest, problem)} by the prices, not {amount(claimed.greatest, problem)}.")
    if bound < reached and not wrong:
        wrong.append("The bound lies below what was reached: one of them is wrong.")
    return Verdict(now.revenue, greatest, gap(problem, assigned, bound), tuple(wrong))


def _reached(problem: LeadProblem, now: Standing) -> int:
    return welfare_at_least(problem, now.values.tolist()) if problem.goal.fair else now.revenue


def _rules_broken(problem: LeadProblem, now: Standing) -> list[str]:
    broken = []
    if now.not_eligible:
        broken.append(f"{now.not_eligible} leads are with a rep who may not have them.")
    if now.over_room:
        broken.append(f"{_named(problem, now.over_room)} have more leads than their capacity.")
    if now.below:
        broken.append(f"{_named(problem, now.below)} have less than their floor.")
    return broken


def _not_given(problem: LeadProblem, now: Standing, claimed: Certificate) -> list[str]:
    """That as many leads are given as can be: by reps whose room, with the leads that others may have, comes to that number."""
    given = int(now.counts.sum())
    wrong = [] if given == claimed.given else [f"{given} leads are given, not {claimed.given} as the certificate says."]
    full = np.array([j for j in claimed.full if 0 <= j < len(problem.reps)], np.int64)
    most = given_at_most(problem.eligible, problem.room, full)
    if given < most:
        wrong.append(f"{given} leads are given, and nothing proves that no more than that can be: up to {most} might be.")
    return wrong


def _named(problem: LeadProblem, reps: tuple[int, ...]) -> str:
    more = f" and {len(reps) - MOST_NAMED} more" if len(reps) > MOST_NAMED else ""
    return ", ".join(problem.reps[j] for j in reps[:MOST_NAMED]) + more


def fingerprint(problem: LeadProblem) -> str:
    """SHA-256 of all that the problem says: names, worth, who may have what, capacities, weights, and what is wanted."""
    digest = hashlib.sha256()
    for names in (problem.leads, problem.reps):
        digest.update(json.dumps(list(names)).encode())
    for array in (np.where(problem.eligible, problem.worth, -1), problem.room, problem.weight):
        digest.update(np.ascontiguousarray(array).tobytes())
    goal = problem.goal
    said = [goal.fair, str(goal.give_up), str(goal.least_share), goal.least_amount, problem.left, problem.decimals]
    digest.update(json.dumps(said).encode())
    return digest.hexdigest()


def to_json(problem: LeadProblem, claimed: Certificate) -> dict[str, Any]:
    """The certificate as it is written; amounts in the smallest unit, prices in parts of 10^18."""
    return {
        "form": FORM,
        "problem": claimed.problem,
        "greatest": "fairness" if problem.goal.fair else "revenue",
        "decimals": problem.decimals,
        "given": claimed.given,
        "full_reps": [problem.reps[j] for j in claimed.full],
        "revenue": claimed.revenue,
        "reached": claimed.welfare,
        "bound": claimed.bound,
        "nothing_better_in_a_complete_search": claimed.searched,
        "prices": _prices_to_json(problem, claimed.prices),
        "greatest_revenue": {"amount": claimed.greatest, "prices": _prices_to_json(problem, claimed.greatest_prices)},
    }


def _prices_to_json(problem: LeadProblem, prices: Prices) -> dict[str, Any]:
    return {
        "scale": SCALE,
        "worth_counts": dict(zip(problem.reps, prices.counts, strict=True)),
        "places": dict(zip(problem.reps, prices.places[:-1], strict=True)),
        "nobody": prices.places[-1],
    }


def from_json(problem: LeadProblem, value: Mapping[str, Any]) -> Certificate:
    """The certificate that was written. Raises ValueError where it is none of this problem."""
    try:
        if value["form"] != FORM:
            raise ValueError("it is of another form")
        position = {rep: j for j, rep in enumerate(problem.reps)}
        best = value["greatest_revenue"]
        return Certificate(
            str(value["problem"]),
            _whole(value["given"]),
            tuple(position[rep] for rep in value["full_reps"]),
            _whole(value["revenue"]),
            _whole(value["reached"]),
            _whole(value["bound"]),
            _prices_from_json(problem, value["prices"]),
            _whole(best["amount"]),
            _prices_from_json(problem, best["prices"]),
            value["nothing_better_in_a_complete_search"] is True,
        )
    except (KeyError, TypeError, IndexError, AttributeError):
        raise ValueError("the certificate is not as it was written") from None


def _prices_from_json(problem: LeadProblem, value: Mapping[str, Any]) -> Prices:
    if value["scale"] != SCALE:
        raise ValueError("its prices are of another scale")
    counts = tuple(_whole(value["worth_counts"][rep]) for rep in problem.reps)
    return Prices(counts, (*(_whole(value["places"][rep]) for rep in problem.reps), _whole(value["nobody"])))


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**40:
        raise TypeError("a whole number is expected")
    return value


def amount(value: int, problem: LeadProblem) -> str:
    """A worth as people write it."""
    return f"{value / 10**problem.decimals:,.{problem.decimals}f}"


def _goal_amount(value: int, problem: LeadProblem) -> str:
    return f"{value / FINE:,.6f}" if problem.goal.fair else amount(value, problem)
