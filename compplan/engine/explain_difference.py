"""Why somebody is paid more or less in one period than in another: two explanations held beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from compplan.engine.explanation import ComponentExplanation, Earning, Explanation, Node, PlanExplanation, Value
from compplan.engine.page import Page
from compplan.engine.payout_kinds import CARRIED, DRAW
from compplan.immutable import immutable

_ZERO = Fraction(0)


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
    """What one record earned before and now; of one that counts again and again, `date` is the first of so many `days`."""

    record: str
    date: str
    days: int
    before: Fraction
    now: Fraction


@immutable
class LineChange:
    """One line of the payout, a component or a rule such as a cap: before, now, and what is behind the difference."""

    label: str
    name: str
    unit: str
    before: Fraction
    now: Fraction
    figures: tuple[FigureChange, ...]
    records: tuple[RecordChange, ...]
    failed_before: str | None
    failed_now: str | None

    @property
    def change(self) -> Fraction:
        """How much more it is now."""
        return self.now - self.before


@immutable
class PlanChange:
    """The payouts of one plan before and now, line by line; the lines add up to them."""

    plan: str
    label: str
    currency: str
    before: Fraction
    now: Fraction
    lines: tuple[LineChange, ...]


@immutable
class Difference(Page):
    """One payee in two periods."""

    company: str
    payee: str
    name: str | None
    before: str
    now: str
    plans: tuple[PlanChange, ...]

    def __repr__(self) -> str:
        return f"<Difference {self.payee} {self.before} {self.now}>"

    def to_text(self, width: int = 110, *, all_rows: bool = False) -> str:
        """The difference as text of a width; long lists of records are cut unless all are wanted."""
        from compplan.engine.difference_text import render_difference

        return render_difference(self, width, all_rows)


def difference(before: Explanation, now: Explanation) -> Difference:
    """What changed from one explanation to another of the same payee."""
    names = list(dict.fromkeys(p.name for e in (before, now) for p in e.plans))
    plans = tuple(_plan(_named(before.plans, n), _named(now.plans, n)) for n in names)
    return Difference(now.company, now.payee, now.name, before.period, now.period, plans)


def _named(plans: Sequence[PlanExplanation], name: str) -> PlanExplanation | None:
    return next((p for p in plans if p.name == name), None)


def _plan(before: PlanExplanation | None, now: PlanExplanation | None) -> PlanChange:
    known = now or before
    assert known is not None
    keys = list(dict.fromkeys((line.kind, line.component) for p in (before, now) if p for line in p.payouts))
    components = {c.name: c for p in (before, now) if p for c in p.components}
    order = {name: index for index, name in enumerate(components)}
    keys.sort(key=lambda k: (k[0] != "earning", order.get(k[1], len(order))))
    labels = {(k.kind, k.name): k.label for p in (before, now) if p for k in p.kept}
    labels |= {(kind, d.name): d.label for p in (before, now) if p for d in p.draws for kind in (CARRIED, DRAW)}
    lines = []
    for kind, name in keys:
        amounts = (_paid(before, kind, name), _paid(now, kind, name))
        if kind == "earning" and name in components:
            lines.append(_component(components[name], _component_of(before, name), _component_of(now, name), known.currency, amounts))
        else:
            label = labels.get((kind, name)) or " ".join(dict.fromkeys((kind, *name.split())))
            lines.append(LineChange(label, name, known.currency, *amounts, (), (), None, None))
    return PlanChange(
        known.name, known.label, known.currency, sum((x.before for x in lines), _ZERO), sum((x.now for x in lines), _ZERO), tuple(lines)
    )


def _paid(plan: PlanExplanation | None, kind: str, component: str) -> Fraction:
    lines = plan.payouts if plan is not None else ()
    return sum((x.amount for x in lines if (x.kind, x.component) == (kind, component) and isinstance(x.amount, Fraction)), _ZERO)


def _component_of(plan: PlanExplanation | None, name: str) -> ComponentExplanation | None:
    """The component of that name; of several that follow each other in time, all that they earn."""
    found = [c for c in plan.components if c.name == name] if plan is not None else []
    if len(found) < 2:
        return found[0] if found else None
    earnings = tuple(e for c in found for e in c.earnings)
    left_out = tuple(x for c in found for x in c.left_out)
    total = sum((c.total for c in found if isinstance(c.total, Fraction)), _ZERO)
    return replace(found[-1], earnings=earnings, left_out=left_out, total=total)


def _component(
    known: ComponentExplanation,
    before: ComponentExplanation | None,
    now: ComponentExplanation | None,
    currency: str,
    amounts: tuple[Fraction, Fraction],
) -> LineChange:
    then, later = _only(before), _only(now)
    return LineChange(
        known.label,
        known.name,
        currency,
        *amounts,
        tuple(_figures(then, later)),
        tuple(_records(before, now)),
        then.failed if then is not None else None,
        later.failed if later is not None else None,
    )


def _only(component: ComponentExplanation | None) -> Earning | None:
    """The earning of a component for periods where there is one; of several, none stands for the others."""
    found = [e for e in component.earnings if e.record is None] if component is not None else []
    return found[0] if len(found) == 1 else None


def _figures(before: Earning | None, now: Earning | None) -> Iterator[FigureChange]:
    """Factors and conditions, and what they are made of, where something in them changed."""
    then, later = _formulas(before), _formulas(now)
    for words in dict.fromkeys([*later, *then]):
        yield from _node(then.get(words), later.get(words), 0)


def _formulas(earning: Earning | None) -> dict[str, Node]:
    if earning is None:
        return {}
    found = {f.node.words: f.node for f in earning.factors}
    for condition in earning.conditions:
        found.update({n.words: n for n in condition.values if n.kind != "constant"})
    return found


def _node(before: Node | None, now: Node | None, depth: int) -> Iterator[FigureChange]:
    known = now or before
    assert known is not None
    inside = [c for pair in _pairs(before, now) for c in _node(*pair, depth + 1)]
    old, new = before.value if before else None, now.value if now else None
    if old != new or inside:
        yield FigureChange(known.words, known.unit, old, new, depth)
        yield from inside


def _pairs(before: Node | None, now: Node | None) -> Iterator[tuple[Node | None, Node | None]]:
    then = {n.words: n for n in before.parts} if before else {}
    later = {n.words: n for n in now.parts} if now else {}
    for words in dict.fromkeys([*later, *then]):
        if (later.get(words) or then[words]).kind != "constant":
            yield then.get(words), later.get(words)


def _records(before: ComponentExplanation | None, now: ComponentExplanation | None) -> Iterator[RecordChange]:
    """Each record that earned something else than before, what changed most first."""
    then, later = _by_record(before), _by_record(now)
    found = []
    for key in {*then, *later}:
        old, new = then.get(key), later.get(key)
        amounts = (old[1] if old else _ZERO, new[1] if new else _ZERO)
        if amounts[0] != amounts[1]:
            days = (new or old or ([], _ZERO))[0]
            found.append(RecordChange(key, min(days, default=""), len(set(days)), *amounts))
    yield from sorted(found, key=lambda r: (-abs(r.now - r.before), r.record))


def _by_record(component: ComponentExplanation | None) -> dict[str, tuple[list[str], Fraction]]:
    """The days and the earnings of each record."""
    sums: dict[str, tuple[list[str], Fraction]] = {}
    for earning in component.earnings if component is not None else ():
        if earning.record is not None and isinstance(earning.earned, Fraction):
            days, earned = sums.get(earning.when, ([], _ZERO))
            sums[earning.when] = ([*days, earning.date or ""], earned + earning.earned)
    return sums
