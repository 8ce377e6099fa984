"""An assignment of leads in words: what it brings, how near the best it is, how fair it is, and what limits it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from compplan.assignment.leads.certificate import Certificate, Verdict, amount
from compplan.assignment.leads.fairness import Fairness, fairness
from compplan.assignment.leads.pools import least_served, why_left
from compplan.assignment.leads.problem import LeadProblem, standing
from compplan.assignment.leads.read_leads import Leads
from compplan.assignment.leads.solve import Solution, gap
from compplan.assignment.problem import Whole


def summary_lines(leads: Leads, solution: Solution) -> Iterator[str]:
    """The lines that a person reads after an assignment."""
    problem, assigned = leads.problem, solution.assigned
    now, found = standing(problem, assigned), fairness(problem, assigned)
    yield f"{int(now.counts.sum()):,} of {len(problem.leads):,} leads are given to {len(problem.reps):,} reps."
    yield from _left(leads, assigned)
    yield f"Expected revenue {amount(now.revenue, problem)}: {_share(now.revenue, solution.greatest)} of the greatest there is."
    yield _proof(problem, solution)
    if now.broken:
        below = ", ".join(problem.reps[j] for j in now.below)
        yield f"RULES ARE BROKEN: no assignment was found that gives {below} its floor, nor is it proven that there is none."
    yield _shares(found)
    yield _envy(found)
    for line in least_served(leads, assigned, found):
        yield f"  {line}"


def as_json(leads: Leads, solution: Solution) -> dict[str, Any]:
    """The same for programs; amounts in the unit of the leads' value, shares of one."""
    problem, assigned = leads.problem, solution.assigned
    now, found = standing(problem, assigned), fairness(problem, assigned)
    unit = 10**problem.decimals
    shares = [float(s) for s in found.shares if s is not None]
    return {
        "leads": len(problem.leads),
        "given": int(now.counts.sum()),
        "left": [{"lead": problem.leads[i], "why": why_left(leads, i)} for i in _nobody(problem, assigned)],
        "reps": len(problem.reps),
        "revenue": now.revenue / unit,
        "greatest_revenue": solution.greatest / unit,
        "greatest": "fairness" if problem.goal.fair else "revenue",
        "gap": gap(problem, assigned, solution.bound),
        "share_least": min(shares, default=None),
        "share_most": max(shares, default=None),
        "gini": float(found.gini),
        "envious_pairs": len(found.envy),
        "envious_beyond_one_lead": found.beyond_one,
        "limits": list(least_served(leads, assigned, found)),
        "rules_broken": now.broken,
        "seconds": round(solution.seconds, 1),
        "rounds": solution.rounds,
    }


def verdict_lines(problem: LeadProblem, verdict: Verdict, claimed: Certificate) -> Iterator[str]:
    """The lines that a person reads after a proof was worked out again."""
    for wrong in verdict.wrong:
        yield f"WRONG: {wrong}"
    if verdict.wrong:
        return
    yield "All rules are kept, and the figures of the certificate are right. No more leads than these can be given."
    yield f"Expected revenue {amount(verdict.revenue, problem)}; by the prices none can be above {amount(verdict.greatest, problem)}."
    if problem.goal.fair:
        yield f"No assignment is fairer by more than {verdict.gap:.3%}: the geometric mean of what reps get, by weight."
    else:
        yield f"It is at most {verdict.gap:.3%} below the greatest that keeps all rules and floors."
    if claimed.searched:
        yield "A complete search found nothing better; that is not worked out again here."


def _nobody(problem: LeadProblem, assigned: Whole) -> list[int]:
    return np.nonzero(assigned == len(problem.reps))[0].tolist()


def _left(leads: Leads, assigned: Whole) -> Iterator[str]:
    """The leads that nobody gets, by reason."""
    left: dict[str, list[str]] = {}
    for lead in _nobody(leads.problem, assigned):
        left.setdefault(why_left(leads, lead), []).append(leads.problem.leads[lead])
    for why, count in Counter({why: len(names) for why, names in left.items()}).most_common():
        names = left[why]
        more = f" and {count - 5} more" if count > 5 else ""
        yield f"  Nobody gets {', '.join(names[:5])}{more}: {why}."


def _proof(problem: LeadProblem, solution: Solution) -> str:
    off = gap(problem, solution.assigned, solution.bound)
    if problem.goal.fair:
        given_up = f", of which {float(problem.goal.give_up):.3g} may be given up for revenue" if problem.goal.give_up else ""
        given_up = given_up.replace(f"{float(problem.goal.give_up):.3g}", f"{float(problem.goal.give_up):.3%}".replace(".000%", "%"))
        said = f"Fairness is at most {off:.2%} below the fairest assignment{given_up}."
    elif off == 0:
        return "Proven to be the greatest there is."
    else:
        said = f"The greatest revenue that keeps all rules and floors is at most {amount(solution.bound, problem)}: {off:.2%} away."
    return said + (" A complete search found nothing better." if solution.searched else "")


def _shares(found: Fairness) -> str:
    shares = [s for s in found.shares if s is not None]
    ends = f"{float(min(shares)):.0%} to {float(max(shares)):.0%}"
    return f"Shares of what reps are entitled to: {ends} of the mean; Gini {float(found.gini):.3f}."


def _envy(found: Fairness) -> str:
    if found.beyond_one:
        many = "One pair of reps envies" if found.beyond_one == 1 else f"{found.beyond_one} pairs of reps envy"
        return f"{many} by more than one lead; {len(found.envy)} at all."
    if found.envy:
        many = "one pair envies" if len(found.envy) == 1 else f"{len(found.envy)} pairs envy"
        return f"Nobody envies anybody by more than one lead; {many} at all."
    return "Nobody envies anybody."


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "all"
