"""What can be said before anything is solved.

Accounts that nobody may have or that are too large, and demands that contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from compplan.assignment.problem import Problem
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.territories.connectable import why_not_connectable, without_a_border
from compplan.assignment.territories.demands import Demand, cannot_hold_together, too_large, with_demands
from compplan.diagnostics.model import Diagnostic, Problems

MOST_NAMED = 5


def check_before_solving(territories: Territories) -> None:
    """Raises `Problems` where an account has nobody who may have it, is larger than any band, or cannot be connected."""
    problem = territories.problem
    found = [*_stranded(territories), *_too_large(territories), *_without_a_border(territories)]
    if any(a == b for a, b in problem.apart):
        names = ", ".join(problem.items[a] for a, b in problem.apart if a == b)
        message = f"Accounts of one family are to be apart: {names}."
        found.append(_of(message, "A family that is to be apart", "Take them out of the family, or out of the list."))
    if found:
        raise Problems(found)
    if any(why_not_connectable(problem)):
        explain_contradiction(territories)


def explain_contradiction(territories: Territories) -> None:
    """Raises `Problems` that name a smallest set of demands which cannot be met together, if there is one."""
    conflict = cannot_hold_together(territories.open, territories.demands)
    if conflict:
        names = [d.name for d in conflict]
        together = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        why = [*_amounts(conflict), *why_not_connectable(with_demands(territories.open, conflict))]
        message = f"No assignment meets {together}{' together' if len(names) > 1 else ''}. {' '.join(why)}".strip()
        hint = "Any one of them dropped or loosened, the rest can be met." if len(names) > 1 else "Loosen it."
        raise Problems([_of(message, "Demands that cannot be met together", hint)])


def _stranded(territories: Territories) -> Iterator[Diagnostic]:
    """For accounts that nobody may have: which rules leave nobody, told once for each such set of rules."""
    problem = territories.problem
    by_rules: dict[tuple[str, ...], list[str]] = {}
    for item in np.nonzero(~problem.eligible.any(axis=1))[0].tolist():
        by_rules.setdefault(_rules_that_strand(territories, item), []).append(problem.items[item])
    for rules, items in by_rules.items():
        why = (
            "no cost is given for them with any rep" if not rules else f"{' and '.join(rules)} leave{'s' if len(rules) == 1 else ''} nobody"
        )
        yield _of(f"Nobody may have {_named(items)}: {why}.", "Accounts that no rep may have", "Loosen a rule, or add a rep who fits.")


def _rules_that_strand(territories: Territories, item: int) -> tuple[str, ...]:
    kept = [d for d in territories.demands if d.allowed is not None]
    for demand in list(kept):
        rest = [d for d in kept if d is not demand]
        if not _anybody(territories.open, rest, item):
            kept = rest
    return tuple(d.name for d in kept)


def _anybody(problem: Problem, demands: list[Demand], item: int) -> bool:
    allowed = problem.eligible[item].copy()
    for demand in demands:
        if demand.allowed is not None:
            allowed &= demand.allowed[item]
    return bool(allowed.any())


def _too_large(territories: Territories) -> Iterator[Diagnostic]:
    problem = territories.problem
    for item, k, times in too_large(problem):
        measure = problem.measures[k]
        weight = int(problem.weights[k][item][problem.eligible[item]].min())
        message = (
            f"{problem.items[item]} alone has {measure.shown(weight)} of {measure.counted}: more than any rep who may have it is to have."
        )
        hint = f"The widest of their bands would have to reach {times:.2f} times as far. Widen it, give it a price, or split the account."
        yield _of(message, "An account that is too large", hint)


def _without_a_border(territories: Territories) -> Iterator[Diagnostic]:
    """Told once for all accounts that lie alone though no rep can do with one of them alone."""
    alone = without_a_border(territories.problem)
    if alone:
        message = f"{_named(alone)} border{'s' if len(alone) == 1 else ''} on no other account: a rep can have such an account only alone."
        hint = "Give it a border in the records that the rule `connected` names, or take it out of the scenario."
        yield Diagnostic("no-border", "An account without a border", message, None, hint)


def _amounts(conflict: tuple[Demand, ...]) -> Iterator[str]:
    """For each band of the conflict, what there is and what the bands leave room for, where that alone says why."""
    for demand in conflict:
        measure = demand.measure
        if measure is None or measure.weight.shape[1] > 1:
            continue
        total = int(measure.weight.sum())
        low, high = sum(measure.least.tolist()), sum(measure.most.tolist())
        if total > high:
            yield f"There is {measure.shown(total)} of {measure.counted} in all, and the reps together may have {measure.shown(high)}."
        if total < low:
            yield f"There is {measure.shown(total)} of {measure.counted} in all, and the reps together are to have {measure.shown(low)}."


def _named(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _of(message: str, title: str, hint: str) -> Diagnostic:
    return Diagnostic("cannot-be-met", title, message, None, hint)
