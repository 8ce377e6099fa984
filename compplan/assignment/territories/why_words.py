"""Why an account is where it is, what binds a rep, and what rules cost: as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.problem import Problem
from compplan.assignment.territories.amounts import cost_text, millionths_text
from compplan.assignment.territories.why_account import AccountWhy, Option
from compplan.assignment.territories.why_rep import Bound, RepWhy
from compplan.assignment.territories.why_rules import RuleWhy

SHOWN = 6
Row = tuple[str, ...]


def account_heading(why: AccountWhy) -> str:
    """Where the account is, and where it was."""
    where = f"{why.account} is with {why.chosen.rep}"
    was = "" if not why.before else ", as before" if why.before == why.chosen.rep else f"; {why.before} has it today"
    family = f" It goes together with {', '.join(why.family)}." if why.family else ""
    return f"{where}{was}.{family}"


def option_rows(problem: Problem, why: AccountWhy) -> tuple[Row, list[Row]]:
    """Headings and rows: the reps with the smallest claims, the one who has it and the one who had it always among them."""
    names, limited = [m.name for m in problem.measures], problem.most_moves is not None
    rows = []
    for number, option in enumerate(why.options):
        marks = [w for w, it_is in (("has it", option.rep == why.chosen.rep), ("today", option.rep == why.before)) if it_is]
        if number < SHOWN or marks:
            name = f"{option.rep} ({', '.join(marks)})" if marks else option.rep
            worth = [millionths_text(problem, -w, signed=True) for w in option.worth]
            move = [millionths_text(problem, option.move, signed=True)] if limited else []
            claim = millionths_text(problem, option.claim)
            rows.append((name, cost_text(problem, option.cost), *worth, *move, claim, _alone(problem, option, why)))
    return ("rep", "cost", *(f"{n} there" for n in names), *(["its moves"] if limited else []), "claim", "given to it alone"), rows


def account_lines(problem: Problem, why: AccountWhy) -> Iterator[str]:
    """What the table does not say: why not the first, what another rep would cost at least, and who may not have it."""
    first = why.options[0] if why.options else why.chosen
    if why.chosen.claim > first.claim:
        more = millionths_text(problem, why.chosen.claim - first.claim)
        why_not = "the bands leave" if problem.borders is None else "bands and borders leave"
        yield f"The claim of {first.rep} is smaller by {more}, but {why_not} no room for every account at its smallest claim."
    for option, least in zip(why.options, why.least, strict=True):
        nearest = option is (why.options[0] if first.rep != why.chosen.rep else why.options[min(1, len(why.options) - 1)])
        if option.rep != why.chosen.rep and (nearest or option.rep == why.before):
            yield _at_least(problem, option, least, why)
    if len(why.options) == 1:
        yield "Nobody else may have it."
    for rules, reps in why.refused:
        named = ", ".join(reps[:4]) + (f" and {len(reps) - 4} more" if len(reps) > 4 else "")
        yield f"{named} may not have it: {' and '.join(rules) if rules else 'no cost is given for them'}."


def again_line(problem: Problem, why: AccountWhy, rep: str, total: int | None) -> str:
    """What solving again came to, in which that rep must have the account."""
    if total is None:
        return f"Solved again with {rep}: no assignment was found that keeps all rules."
    return f"Solved again with {rep}: {cost_text(problem, total)} in all, {_more(problem, total - why.total)} than now."


def rep_heading(why: RepWhy) -> str:
    """How many accounts a rep keeps, gets and gives."""
    return f"{why.rep} keeps {why.kept} accounts, gets {len(why.came)} and gives {len(why.gone)}."


def bound_rows(problem: Problem, why: RepWhy) -> tuple[Row, list[Row]]:
    """Headings and rows: each measure of the rep, its band, and what room is worth."""
    rows = []
    for measure, bound in zip(problem.measures, why.bounds, strict=True):
        unit = abs(bound.price) * 10**measure.decimals
        worth = f"{_fine(problem, unit)} a unit" if bound.price else ""
        rows.append((bound.measure, *(measure.shown(v) for v in (bound.load, bound.least, bound.most)), _end(bound), worth))
    return ("measure", "has", "at least", "at most", "what binds", "more room there saves"), rows


def rep_lines(problem: Problem, why: RepWhy) -> Iterator[str]:
    """Which accounts are nearly elsewhere, and which nearly here."""
    for said, word, near in (("Nearest to leaving", "to", why.leaving), ("Nearest to coming", "from", why.coming)):
        if near:
            named = "; ".join(f"{n.item} ({word} {n.other}, {millionths_text(problem, n.margin)})" for n in near)
            yield f"{said}, and how much larger the claim there is: {named}."


def rule_rows(problem: Problem, found: Sequence[RuleWhy]) -> tuple[Row, list[Row]]:
    """Headings and rows: what each rule and band costs."""
    solved = any(r.saved is not None for r in found)
    rows = []
    for rule in found:
        room = "" if rule.marginal is None else millionths_text(problem, rule.marginal)
        saved = [] if not solved else ["not found" if rule.saved is None else cost_text(problem, rule.saved)]
        rows.append((rule.name, room, cost_text(problem, rule.saves_at_most), *saved))
    again = ["solved again: saved"] if solved else []
    return ("rule or band", "a little more room saves about", "without it, saved at most", *again), rows


RULES_NOTE = (
    "A little more room: of a band one percent of each share, at the end that binds; of a limit of moves one move more. "
    "At most: proven by prices; what can truly be saved may be less."
)


def _alone(problem: Problem, option: Option, why: AccountWhy) -> str:
    if option.rep == why.chosen.rep:
        return ""
    measures = {m.name: m for m in problem.measures}
    out = ", ".join(f"{name} of {problem.reps[j]} {measures[name].shown(by)} outside" for name, j, by in option.outside)
    torn = f"{' and '.join(option.torn)} not connected" if option.torn else ""
    return "; ".join(said for said in (_more(problem, option.alone), out, torn) if said)


def _at_least(problem: Problem, option: Option, least: int, why: AccountWhy) -> str:
    more = -(-least // PRICE_UNIT) - why.total
    whose = f"With {option.rep}" + (", as today," if option.rep == why.before else ",")
    if more <= 0:
        return f"{whose} it may cost as little as now: the proof cannot tell the two apart."
    return f"{whose} whatever else is changed, it costs at least {cost_text(problem, more)} more in all."


def _more(problem: Problem, amount: int) -> str:
    if amount == 0:
        return "no more"
    return f"{cost_text(problem, abs(amount))} {'more' if amount > 0 else 'less'}"


def _end(bound: Bound) -> str:
    if bound.binds:
        return bound.binds
    return "nothing"


def _fine(problem: Problem, millionths: int) -> str:
    """An amount of costs with four digits that count, for prices of small units."""
    return f"{millionths / PRICE_UNIT / 10**problem.cost_decimals:.4g}"
