"""What is behind the difference between two periods: figures, records, and rules of a component that came out differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from compplan.engine.explanation import ComponentExplanation, Earning, Node, PlanExplanation
from compplan.engine.figure_text import in_unit
from compplan.engine.kept_values import KeptExplanation
from compplan.engine.page import Value
from compplan.engine.payout_kinds import HOLD
from compplan.immutable import immutable
from compplan.schema import PERIODS

_ZERO = Fraction(0)
_TO_DATE, _BEFORE = "figure to date", "less what was earned before"


@immutable
class FigureChange:
    """A formula of the plan, or a rule, and its value before and now; `depth` counts the formulas that it is part of."""

    words: str
    unit: str
    before: Value
    now: Value
    depth: int


@immutable
class RecordChange:
    """What one record, or one period, came to before and now; of one that counts again and again, `date` is the first of so many `days`.

    `why` says what released or took it, where it is held or taken back.
    """

    record: str
    date: str
    days: int
    why: str
    before: Fraction
    now: Fraction


def whole(component: ComponentExplanation | None) -> Earning | None:
    """The earning of a component for periods where there is one; of several to date, what they come to together; else none."""
    found = [e for e in component.earnings if e.record is None] if component is not None else []
    if len(found) < 2:
        return found[0] if found else None
    if all(later.before == earlier.figure for earlier, later in pairwise(found)):
        return replace(found[-1], before=found[0].before, earned=sum((_number(e.earned) for e in found), _ZERO))
    return None


def absence(plan: PlanExplanation | None, component: ComponentExplanation | None, period: str) -> str | None:
    """Why a component has nothing to be worked out in a period."""
    if plan is None:
        return f"the plan does not pay them in {period}"
    if component is None:
        return f"it is not in force in {period}"
    grain = next((s.split() for s in component.sentences if s.startswith("for ")), [])
    kind = grain[2].rstrip(",") if len(grain) > 2 and grain[1] == "each" else ""
    return f"no {kind} of it ends in {period}" if kind in PERIODS and not component.earnings else None


# ---- figures -----------------------------------------------------------------------------------------------------------


def figure_changes(before: Earning | None, now: Earning | None, currency: str) -> Iterator[FigureChange]:
    """Factors, conditions and rules, and what they are made of, where something in them changed."""
    then, later = _formulas(before), _formulas(now)
    for words in dict.fromkeys([*later, *then]):
        yield from _node(then.get(words), later.get(words), 0)
    old, new = dict(_rules(before, currency)), dict(_rules(now, currency))
    to_date = old.get((_BEFORE, currency)) != new.get((_BEFORE, currency))
    for words, unit in dict.fromkeys([*old, *new]):
        values = (old.get((words, unit)), new.get((words, unit)))
        if values[0] != values[1] or (to_date and words == _TO_DATE):
            yield FigureChange(words, unit, *values, 0)


def _formulas(earning: Earning | None) -> dict[str, Node]:
    if earning is None:
        return {}
    found = {f.node.words: f.node for f in earning.factors}
    for condition in earning.conditions:
        found.update({n.words: n for n in condition.values if n.kind != "constant"})
    for word, limit in (("floor", earning.floor), ("cap", earning.cap)):
        if limit is not None:
            found[f"{word} at {limit.words}"] = replace(limit, words=f"{word} at {limit.words}")
    return found


def _rules(earning: Earning | None, currency: str) -> Iterator[tuple[tuple[str, str], Value]]:
    """What a ranking, a pool, a budget and a figure to date come to."""
    if earning is None:
        return
    if earning.ranking is not None:
        yield (f"place by {earning.ranking.words}, among {earning.ranking.payees}", "a number"), earning.ranking.place
    if earning.pool is not None:
        yield ("what is shared out", currency), earning.pool.amount
        yield (f"own part, {earning.pool.words}", "a number"), earning.pool.weight
        yield ("all parts together", "a number"), earning.pool.weights
    if earning.before is not None:
        yield (_TO_DATE, currency), earning.figure
        yield (_BEFORE, currency), earning.before


def _node(before: Node | None, now: Node | None, depth: int) -> Iterator[FigureChange]:
    known = now or before
    assert known is not None
    inside = [c for pair in _pairs(before, now) for c in _node(*pair, depth + 1)]
    old, new = before.value if before else None, now.value if now else None
    if old != new or inside:
        yield FigureChange(known.words, known.unit, old, new, depth)
        rows = _row(before), _row(now)
        if rows[0] != rows[1]:
            yield FigureChange("the row that is reached", "text", *rows, depth + 1)
        yield from inside


def _row(node: Node | None) -> str | None:
    """The bound of the row of a step that is reached."""
    if node is None or node.kind != "step":
        return None
    index = next((i for i, tier in enumerate(node.tiers) if tier.reached), None)
    if index is None:
        return None
    start = node.tiers[index].start
    bound = node.tiers[index + 1].start if start is None and index + 1 < len(node.tiers) else start
    return f"{'below' if start is None else 'from'} {in_unit(bound, node.parts[0].unit)}"


def _pairs(before: Node | None, now: Node | None) -> Iterator[tuple[Node | None, Node | None]]:
    then = {n.words: n for n in before.parts} if before else {}
    later = {n.words: n for n in now.parts} if now else {}
    for words in dict.fromkeys([*later, *then]):
        if (later.get(words) or then[words]).kind != "constant":
            yield then.get(words), later.get(words)


def draw_changes(before: PlanExplanation | None, now: PlanExplanation | None, name: str, currency: str) -> Iterator[FigureChange]:
    """What a draw was worked out from, where each of the two has one payout period."""
    sides = [[d for d in p.draws if d.name == name] if p is not None else [] for p in (before, now)]
    if any(len({d.period for d in side}) > 1 for side in sides):
        return
    old, new = (side[0] if side else None for side in sides)
    for words, field in (("payout before it", "paid"), ("its balance before", "before"), ("its balance after", "after")):
        values = (getattr(old, field, None), getattr(new, field, None))
        if values[0] != values[1]:
            yield FigureChange(words, currency, *values, 0)


# ---- records -----------------------------------------------------------------------------------------------------------


def record_changes(before: ComponentExplanation | None, now: ComponentExplanation | None) -> Iterator[RecordChange]:
    """Each record that earned something else than before, what changed most first; of what is earned period by period, each period."""
    by_period = any(whole(c) is None and c.earnings and c.earnings[0].record is None for c in (before, now) if c is not None)
    then, later = (_by_record(c, by_period=by_period) for c in (before, now))
    found = []
    for key in {*then, *later}:
        old, new = then.get(key), later.get(key)
        amounts = (old[1] if old else _ZERO, new[1] if new else _ZERO)
        if amounts[0] != amounts[1]:
            days = (new or old or ([], _ZERO))[0]
            found.append(RecordChange(key, min(days, default=""), len(set(days)), "", *amounts))
    yield from sorted(found, key=lambda r: (-abs(r.now - r.before), r.record))


def _by_record(component: ComponentExplanation | None, *, by_period: bool) -> dict[str, tuple[list[str], Fraction]]:
    """The days and the earnings of each record."""
    sums: dict[str, tuple[list[str], Fraction]] = {}
    for earning in component.earnings if component is not None else ():
        if (earning.record is not None or by_period) and isinstance(earning.earned, Fraction):
            days, earned = sums.get(earning.when, ([], _ZERO))
            sums[earning.when] = ([*days, earning.date or ""], earned + earning.earned)
    return sums


def kept_changes(before: PlanExplanation | None, now: PlanExplanation | None, kind: str, name: str) -> Iterator[RecordChange]:
    """What a hold or clawback did to each record, with its day and what released or took it; what came to most first."""
    sides = [[k for k in p.kept if (k.kind, k.name) == (kind, name)] if p is not None else [] for p in (before, now)]
    found = []
    for record in dict.fromkeys(k.record for side in sides for k in side):
        old, new = ([k for k in side if k.record == record] for side in sides)
        amounts = tuple(sum((_number(k.change) for k in side), _ZERO) for side in (old, new))
        days, why = _caused(new or old)
        found.append(RecordChange(record, days, 1, why, amounts[0], amounts[1]))
    yield from sorted((r for r in found if r.before != r.now), key=lambda r: (-abs(r.now - r.before), r.record))


def _caused(lines: list[KeptExplanation]) -> tuple[str, str]:
    """The first day on which something was released or taken, and by what; the month, where it only began to be kept."""
    causes = [c for k in lines for c in k.causes]
    if not causes:
        first = lines[0]
        return first.month, "kept" if first.kind == HOLD and first.month == first.earned_in else "of what is released"
    words = dict.fromkeys(f"{c.words}{f' of {c.source}' if c.source else ''}" for c in causes)
    return min(c.day for c in causes), ", ".join(words)


def _number(value: Value) -> Fraction:
    return value if isinstance(value, Fraction) else _ZERO
