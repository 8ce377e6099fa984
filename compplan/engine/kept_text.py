"""What holds and clawbacks change, and what is held, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from compplan.engine.explanation import PlanExplanation
from compplan.engine.figure_text import amount, in_unit, money
from compplan.engine.kept_values import HeldExplanation, KeptExplanation
from compplan.engine.laid_out import MOST_ROWS, line
from compplan.engine.page import Value
from compplan.engine.payout_kinds import HOLD


def kept_text(p: PlanExplanation, last: str, *, all_rows: bool) -> Iterator[str]:
    """What each hold and clawback changes, deal by deal; then what is held when the run's last month ends."""
    currency = p.currency
    for kind, name, label in dict.fromkeys((k.kind, k.name, k.label) for k in p.kept):
        these = [k for k in p.kept if (k.kind, k.name) == (kind, name)]
        yield f"  {label} ({kind} {name})"
        for k in these if all_rows else these[:MOST_ROWS]:
            yield line(
                f"    {k.month}  {k.record}  {_became(k, currency)}; then held {amount(k.held, currency)}", amount(k.change, currency)
            )
            for c in k.causes:
                yield f"        {c.day}  {_cause(k, c.words, c.source, c.share)}"
                yield from (f"          {s.words} is {in_unit(s.value, s.unit)} on that day" for s in c.sums)
        if len(these) > MOST_ROWS and not all_rows:
            yield line(
                f"    and {len(these) - MOST_ROWS} more (--all lists them)", amount(_sum(k.change for k in these[MOST_ROWS:]), currency)
            )
    yield from _held(p, last, all_rows=all_rows)


def _became(k: KeptExplanation, currency: str) -> str:
    """What a hold keeps or has released, or a clawback has taken, to date."""
    if k.kind != HOLD:
        to_date = f"{in_unit(k.share, 'a ratio')} of {amount(k.earned, currency)} earned in {k.earned_in} taken back to date"
        return to_date if k.causes else f"{to_date}, now also of what is released"
    if k.month == k.earned_in:
        kept = f"{amount(k.kept, currency)} kept of {amount(k.earned, currency)} earned"
        return f"{kept}, {in_unit(k.share, 'a ratio')} released at once" if k.share else kept
    return f"{in_unit(k.share, 'a ratio')} of {amount(k.kept, currency)} kept in {k.earned_in} released to date"


def _cause(k: KeptExplanation, words: str, source: str | None, share: Value) -> str:
    done = "released" if k.kind == HOLD else "taken"
    return f"{in_unit(share, 'a ratio')} {done} on {words}{f' of {source}' if source else ''}"


def _held(p: PlanExplanation, last: str, *, all_rows: bool) -> Iterator[str]:
    if not p.held:
        return
    yield line(f"  Held when {last} ends, as the records of this run have it", money(_sum(h.held for h in p.held), p.currency))
    for held in p.held if all_rows else p.held[:MOST_ROWS]:
        yield line(f"    {held.record}, {held.label} of {held.earned_in}", amount(held.held, p.currency))
        yield from _coming(held, p.currency)
        for label, why in dict.fromkeys((w.label, f"{w.source}: {w.why}" if w.source else w.why) for w in held.waiting):
            yield f"      no date  {label}: {why}"
    if len(p.held) > MOST_ROWS and not all_rows:
        rest = p.held[MOST_ROWS:]
        yield line(f"    and {len(rest)} more (--all lists them)", amount(_sum(h.held for h in rest), p.currency))


def _coming(held: HeldExplanation, currency: str) -> Iterator[str]:
    """What is known to come; a clawback's part of it is told beside it."""
    day = ""
    for k in held.coming:
        day = k.causes[0].day if k.causes else day
        why = ", ".join(_cause(k, c.words, c.source, c.share) for c in k.causes) or "takes its part of what is released"
        yield line(f"      {day}  {k.label}: {why}", amount(k.change, currency))


def _sum(values: Iterator[Value]) -> Fraction:
    return sum((v for v in values if isinstance(v, Fraction)), Fraction(0))
