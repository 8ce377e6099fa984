"""Why somebody is paid more or less in one period than in another: two explanations held beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from compplan.engine.changes import FigureChange, RecordChange, absence, draw_changes, figure_changes, kept_changes, record_changes, whole
from compplan.engine.explanation import ComponentExplanation, Explanation, PlanExplanation
from compplan.engine.page import Page
from compplan.engine.payout_kinds import CARRIED, CLAWBACK, DRAW, EARNING, HOLD
from compplan.immutable import immutable

_ZERO = Fraction(0)


@immutable
class LineChange:
    """One line of the payout, a component or a rule such as a cap: before, now, and what is behind the difference.

    `failed_before` is the condition that did not hold then; `absent_before` says why there was nothing to work out.
    """

    label: str
    name: str
    unit: str
    before: Fraction
    now: Fraction
    figures: tuple[FigureChange, ...]
    records: tuple[RecordChange, ...]
    failed_before: str | None
    failed_now: str | None
    absent_before: str | None
    absent_now: str | None

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
    periods = (before.period, now.period)
    plans = tuple(_plan(_named(before.plans, n), _named(now.plans, n), periods) for n in names)
    return Difference(now.company, now.payee, now.name, before.period, now.period, plans)


def _named(plans: Sequence[PlanExplanation], name: str) -> PlanExplanation | None:
    return next((p for p in plans if p.name == name), None)


def _plan(before: PlanExplanation | None, now: PlanExplanation | None, periods: tuple[str, str]) -> PlanChange:
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
        if kind == EARNING and name in components:
            line = _component(components[name], (before, now), periods, known.currency, amounts)
        else:
            label = labels.get((kind, name)) or " ".join(dict.fromkeys((kind, *name.split())))
            figures = tuple(draw_changes(before, now, name, known.currency)) if kind in (CARRIED, DRAW) else ()
            records = tuple(kept_changes(before, now, kind, name)) if kind in (HOLD, CLAWBACK) else ()
            line = LineChange(label, name, known.currency, *amounts, figures, records, None, None, None, None)
        if any(amounts) or line.figures or line.records:
            lines.append(line)
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
    plans: tuple[PlanExplanation | None, PlanExplanation | None],
    periods: tuple[str, str],
    currency: str,
    amounts: tuple[Fraction, Fraction],
) -> LineChange:
    before, now = (_component_of(plan, known.name) for plan in plans)
    then, later = whole(before), whole(now)
    absent = (absence(plan, found, period) for plan, found, period in zip(plans, (before, now), periods, strict=True))
    figures = tuple(figure_changes(then, later, currency)) if then or later else ()
    return LineChange(
        known.label,
        known.name,
        currency,
        *amounts,
        figures,
        tuple(record_changes(before, now)),
        then.failed if then is not None else None,
        later.failed if later is not None else None,
        *absent,
    )
