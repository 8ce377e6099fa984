"""What limits whom, in words: leads that nobody gets, the rep who is served least, and floors that cannot be met together with rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from compplan.assignment.leads.certificate import amount
from compplan.assignment.leads.fairness import Fairness
from compplan.assignment.leads.flow import Flows, most_given
from compplan.assignment.leads.lead_rules import LeadRule
from compplan.assignment.leads.problem import Goal, LeadProblem, standing
from compplan.assignment.leads.read_leads import Leads
from compplan.assignment.leads.relaxation import greatest_with_floor
from compplan.assignment.leads.solve import CannotBeMet, solve
from compplan.assignment.problem import Flags, Whole
from compplan.assignment.solver.solve import Limits
from compplan.diagnostics.model import Diagnostic, Problems

MOST_NAMED = 5
CAPACITY = "capacity"
HALVINGS = 6


def why_left(leads: Leads, lead: int) -> str:
    """Why a lead that nobody gets is left."""
    problem = leads.problem
    may = np.nonzero(problem.eligible[lead])[0]
    if len(may):
        who = f"{problem.reps[may[0]]}, who may have it, is" if len(may) == 1 else f"the {len(may)} reps who may have it are"
        return f"no room: {who} full"
    rules = _rules_that_leave_nobody(leads, lead)
    if not rules:
        return "no chance is given with any rep"
    return f"rule {' and rule '.join(rules)} leave{'s' if len(rules) == 1 else ''} nobody"


def _rules_that_leave_nobody(leads: Leads, lead: int) -> list[str]:
    kept = list(leads.rules)
    for rule in leads.rules:
        rest = [r for r in kept if r is not rule]
        allowed = leads.listed[lead].copy()
        for other in rest:
            allowed &= other.allowed[lead]
        if not allowed.any():
            kept = rest
    return [rule.name for rule in kept]


def least_served(leads: Leads, assigned: Whole, found: Fairness) -> Iterator[str]:
    """The rep whose share is least, and what limits it: the leads that it may have, who else may, its room, its chances."""
    problem = leads.problem
    served = [(share, j) for j, share in enumerate(found.shares) if share is not None]
    if len(served) < 2:
        return
    share, rep = min(served)
    may = problem.eligible[:, rep]
    others = np.delete(np.arange(len(problem.reps)), rep)
    sharing = int((problem.eligible[may][:, others].any(axis=0)).sum()) if may.any() else 0
    yield f"{problem.reps[rep]} is served least: {float(share):.0%} of the mean share."
    pool = _pool(leads, rep)
    yield (
        f"It may have {int(may.sum()):,} of the {len(may):,} leads{f' ({pool})' if pool else ''}"
        + (f", and so may {sharing} other reps, each some of them." if sharing else ".")
    )
    now = standing(problem, assigned)
    if now.counts[rep] == problem.room[rep]:
        yield f"It has no room for more: {int(now.counts[rep])} of {int(problem.room[rep])}."
    yield from _chances(problem, rep, may)


def _pool(leads: Leads, rep: int) -> str:
    """The rules that keep leads from a rep, with what they go by: `product: core, cloud; language: en`."""
    said = []
    for rule in leads.rules:
        if not rule.allowed[:, rep].all():
            texts = ", ".join(t.strip() for t in rule.by[rep].split(";") if t.strip())
            said.append(f"{rule.name}: {texts}" if texts else f"rule {rule.name}")
    return "; ".join(said)


def _chances(problem: LeadProblem, rep: int, may: Flags) -> Iterator[str]:
    """How what these leads are worth to a rep compares with what they are worth to others who may have them."""
    if not may.any():
        return
    worth = np.where(problem.eligible, problem.worth, 0)[may].astype(float)
    many = problem.eligible[may].sum(axis=1) - 1
    shared = many > 0
    own, others = worth[shared, rep].sum(), ((worth.sum(axis=1) - worth[:, rep])[shared] / many[shared]).sum()
    if others > 0 and own < 0.95 * others:
        yield f"They are worth {1 - own / others:.0%} less to it than to the others, on average: its chances of winning are lower."


def explain_floor(leads: Leads, found: CannotBeMet) -> Problems:
    """In words: a smallest set of demands that cannot be met together, one of them the floor, and the reps who would be below."""
    names = [_floor_name(leads.problem), *_binding(leads)]
    together = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    message = f"No assignment meets {together}{' together' if len(names) > 1 else ''}. {' '.join(_who_is_below(leads, found))}".strip()
    hint = "Any one of them dropped or loosened, the rest can be met." if len(names) > 1 else "Lower it."
    return Problems([Diagnostic("cannot-be-met", "Demands that cannot be met together", message, None, hint)])


def _floor_name(problem: LeadProblem) -> str:
    goal = problem.goal
    if goal.least_share is not None:
        return f"the floor of {float(goal.least_share * 100):.4g}% of the mean share"
    return f"the floor of {amount(goal.least_amount or 0, problem)} for each rep"


def _highest_floor(leads: Leads) -> str:
    """How much of the floor could be met at most, if leads could be divided; nothing where that cannot be told."""
    problem, goal = leads.problem, leads.problem.goal
    first = Flows(problem).best(np.append(np.ones(len(problem.reps)), 0.0))[0]
    low, high = Fraction(0), Fraction(1)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        share = None if goal.least_share is None else goal.least_share * middle
        amount_ = None if goal.least_amount is None else int(goal.least_amount * middle)
        met = greatest_with_floor(replace(problem, goal=Goal(fair=False, least_share=share, least_amount=amount_)), first).short == 0
        low, high = (middle, high) if met else (low, middle)
    if goal.least_share is not None:
        return f"A floor of about {float(goal.least_share * low):.0%} is the highest that could be met, if leads could be divided."
    most = amount(int((goal.least_amount or 0) * low), problem)
    return f"A floor of about {most} is the highest that could be met, if leads could be divided."


def _binding(leads: Leads) -> list[str]:
    """The rules, and the capacity, without any one of which the floor could be met beside the others."""
    kept: list[LeadRule | str] = [*leads.rules]
    if (leads.problem.room < len(leads.problem.leads)).any():
        kept.append(CAPACITY)
    for demand in list(kept):
        rest = [k for k in kept if k is not demand]
        if _impossible(leads, rest):
            kept = rest
    return [k if isinstance(k, str) else f"rule {k.name}" for k in kept]


def _impossible(leads: Leads, kept: Sequence[LeadRule | str]) -> bool:
    problem = leads.problem
    eligible = leads.listed.copy()
    for demand in kept:
        if not isinstance(demand, str):
            eligible &= demand.allowed
    room = problem.room if CAPACITY in kept else np.full(len(problem.reps), len(problem.leads), np.int64)
    given, _ = most_given(eligible, room)
    asked = replace(problem, eligible=eligible, room=room, left=len(problem.leads) - given)
    try:
        solve(asked, Limits(seconds=None, rounds=0))
    except CannotBeMet:
        return True
    return False


def _who_is_below(leads: Leads, found: CannotBeMet) -> Iterator[str]:
    """The reps whose floors bind, and what the leads that they may have could bring them."""
    problem = leads.problem
    binding = [j for j, extra in enumerate(found.prices.counts) if extra] if found.proven else []
    if not binding:
        return
    order = sorted(binding, key=lambda j: (-found.prices.counts[j], j))
    counts = np.zeros(len(problem.reps) + 1)
    counts[binding] = 1.0
    most = int(standing(problem, Flows(problem).best(counts)[0]).values[binding].sum())
    may = int(problem.eligible[:, binding].any(axis=1).sum())
    more = f" and {len(order) - MOST_NAMED} more" if len(order) > MOST_NAMED else ""
    named = ", ".join(_with_pool(leads, j) for j in order[:MOST_NAMED]) + more
    if len(order) < len(problem.entitled):
        yield f"What binds are the leads that {named} may have: {may:,}, worth at most {amount(most, problem)} to them together."
    else:
        yield f"It binds everywhere, most of all at {named}."
    floors = (problem.goal.least_amount or 0) * len(binding)
    if floors > most:
        yield f"Their floors come to {amount(floors, problem)}."
    yield _highest_floor(leads)


def _with_pool(leads: Leads, rep: int) -> str:
    pool = _pool(leads, rep)
    return f"{leads.problem.reps[rep]} ({pool})" if pool else leads.problem.reps[rep]
