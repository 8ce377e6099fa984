"""An assignment in words: what it costs, how near the best it is, how the measures are balanced, and who changes hands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.problem import NO_LIMIT, Problem, Standing, not_connected, standing
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.solver.solve import Solution
from compplan.assignment.territories.amounts import cost_text
from compplan.assignment.territories.certificate import Certificate, Verdict
from compplan.assignment.territories.homes_proof import homes_gap, homes_json, homes_lines
from compplan.assignment.territories.sides import moved_accounts


def summary_lines(territories: Territories, solution: Solution) -> Iterator[str]:
    """The lines that a person reads after an assignment."""
    problem = territories.problem
    now = standing(problem, solution.assigned)
    changed = int(moved_accounts(territories, solution.assigned).sum())
    left = sum(1 for owner, before in zip(territories.owner.tolist(), territories.before, strict=True) if owner < 0 and before)
    of_them = f", {left:,} of them because their rep does not take part" if left else ""
    yield f"{len(territories.accounts):,} accounts, {len(problem.reps):,} reps; {changed + left:,} accounts change hands{of_them}."
    best = territories.chosen is not None and territories.chosen.bound is not None and homes_gap(territories, solution.assigned) == 0
    proof = "" if best else f" {_proof(problem, now, solution)}{'' if territories.chosen is None else ' That is so for these homes:'}"
    yield f"Cost {cost_text(problem, now.total)}.{proof}"
    yield from homes_lines(territories, solution.assigned)
    if now.broken:
        yield "RULES ARE BROKEN: no assignment that keeps all of them was found."
    if torn := not_connected(problem, solution.assigned):
        yield f"  not connected: {', '.join(problem.reps[j] for j in torn)}"
    for k, measure in enumerate(problem.measures):
        outside = int((now.outside[k] > 0).sum())
        yield f"  {measure.name}: {_spread(problem, now, k)}" + (f"; {outside} reps outside" if outside else "")


def as_json(territories: Territories, solution: Solution) -> dict[str, Any]:
    """The same for programs; costs and bounds in the scenario's unit of cost."""
    problem = territories.problem
    now = standing(problem, solution.assigned)
    unit = 10**problem.cost_decimals
    left = sum(1 for owner, before in zip(territories.owner.tolist(), territories.before, strict=True) if owner < 0 and before)
    return {
        "accounts": len(territories.accounts),
        "reps": len(problem.reps),
        "changes_hands": int(moved_accounts(territories, solution.assigned).sum()) + left,
        "of_reps_who_do_not_take_part": left,
        "cost": now.total / unit,
        "bound": solution.bound / PRICE_UNIT / unit,
        "bound_by_search": None if solution.searched is None else solution.searched / unit,
        "gap": gap_of(now, solution),
        "rules_broken": now.broken,
        "seconds": round(solution.seconds, 1),
        "rounds": solution.rounds,
        **homes_json(territories, solution.assigned),
    }


def verdict_lines(problem: Problem, verdict: Verdict, claimed: Certificate) -> Iterator[str]:
    """The lines that a person reads after a proof was worked out again."""
    for wrong in verdict.wrong:
        yield f"WRONG: {wrong}"
    if verdict.wrong:
        return
    bound = verdict.bound / PRICE_UNIT / 10**problem.cost_decimals
    yield "All rules are kept, and the figures of the certificate are right."
    yield f"Cost {cost_text(problem, verdict.total)}. By the prices nothing can cost less than {bound:,.2f}."
    yield f"At most {verdict.gap:.3%} could be saved."
    if claimed.searched is not None:
        least = cost_text(problem, claimed.searched)
        yield f"A complete search said that nothing costs less than {least}; that is not worked out again here."


def _proof(problem: Problem, now: Standing, solution: Solution) -> str:
    gap = gap_of(now, solution)
    bound = max(solution.bound / PRICE_UNIT, -np.inf if solution.searched is None else solution.searched)
    if gap == 0:
        return "Proven to be the best there is."
    return f"Nothing can cost less than {bound / 10**problem.cost_decimals:,.2f}: at most {gap:.2%} could be saved."


def gap_of(now: Standing, solution: Solution) -> float:
    """The share of the total that may be saved at most, a complete search counted."""
    least = -(-solution.bound // PRICE_UNIT)
    least = least if solution.searched is None else max(least, solution.searched)
    return max(0, now.total - least) / max(abs(now.total), 1)


def _spread(problem: Problem, now: Standing, k: int) -> str:
    """How far the reps are from the middle of their bands; or what they have, where there is no band on both sides."""
    measure = problem.measures[k]
    low, high, loads = problem.least[k], problem.most[k], now.loads[k]
    closed = (low > -NO_LIMIT) & (high < NO_LIMIT) & (low + high > 0)
    if closed.all():
        off = 2 * loads / (low + high) - 1
        return f"{off.min():+.1%} to {off.max():+.1%} of the middle of each band"
    return f"{measure.shown(int(loads.min()))} to {measure.shown(int(loads.max()))}"
