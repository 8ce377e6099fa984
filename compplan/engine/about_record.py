"""What a run paid, held and took back for one record: its explanation, without all that is about others."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from compplan.engine.explanation import ComponentExplanation, Explanation, PlanExplanation
from compplan.engine.trace_record import RecordTrace


def with_paid(trace: RecordTrace, explanation: Explanation) -> RecordTrace:
    """The trace with what the run of the period made of the record."""
    of_kind = {plan.plan: frozenset(c.credit for c in plan.credits) for plan in trace.plans}
    plans = tuple(_plan(p, trace.record, of_kind.get(p.name, frozenset())) for p in explanation.plans)
    told = any(p.components or p.kept or p.held or p.credits or p.costs for p in plans)
    return replace(trace, paid=replace(explanation, plans=plans)) if told else trace


def _plan(p: PlanExplanation, record: str, names: frozenset[str]) -> PlanExplanation:
    found = (_component(c, record) if _credit(c) in names else _spread(c, record, names) for c in p.components)
    components = tuple(c for c in found if c.earnings or c.left_out)
    total = sum((c.total for c in components if isinstance(c.total, Fraction) and c.thing is None), Fraction(0))
    return replace(
        p,
        components=components,
        credits=tuple(c for c in p.credits if c.credit in names and _is(c.record, record)),
        kept=tuple(k for k in p.kept if _is(k.record, record)),
        held=tuple(h for h in p.held if _is(h.record, record)),
        caps=(),
        draws=(),
        payouts=(),
        stays=(),
        costs=tuple(c for c in p.costs if c.record is not None and _is(c.record, record)),
        total=total,
    )


def _component(c: ComponentExplanation, record: str) -> ComponentExplanation:
    earnings = tuple(e for e in c.earnings if e.record is not None and _is(e.record, record))
    total = sum((e.earned for e in earnings if isinstance(e.earned, Fraction)), Fraction(0))
    return replace(c, earnings=earnings, left_out=tuple(x for x in c.left_out if _is(x.record, record)), total=total)


def _spread(c: ComponentExplanation, record: str, names: frozenset[str]) -> ComponentExplanation:
    """A component for a period with what of it belongs to the record."""
    earnings = []
    for e in c.earnings:
        if e.spread is not None and e.spread.credit in names:
            rows = tuple(r for r in e.spread.rows if r.record is not None and _is(r.record, record))
            earnings += [replace(e, spread=replace(e.spread, rows=rows))] if rows else []
    amounts = [r.amount for e in earnings if e.spread is not None for r in e.spread.rows]
    total = sum((a for a in amounts if isinstance(a, Fraction)), Fraction(0))
    return replace(c, earnings=tuple(earnings), left_out=(), total=total)


def _credit(c: ComponentExplanation) -> str:
    """The credit that it pays for, as its `for each` sentence names it."""
    grain = next((s.split() for s in c.sentences if s.startswith("for ")), [])
    return grain[2].rstrip(",") if len(grain) > 2 else ""


def _is(key: str, record: str) -> bool:
    """Whether a record's key, of one or several columns, is the one that was asked for: by all of it, or by its first column."""
    return key == record or key.startswith(f"{record}, ")
