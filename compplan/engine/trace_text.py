"""What became of a record as plain text: condition by condition, and in the end why the payee is credited with it or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from compplan.calendar import parse_period
from compplan.diagnostics.text import safe
from compplan.engine.explain_text import in_unit, shown
from compplan.engine.explanation import Node
from compplan.engine.trace_record import CreditTrace, RecordTrace


def render_trace(trace: RecordTrace) -> str:
    """The trace as text."""
    return "\n".join(safe(line).rstrip() for line in _lines(trace)) + "\n"


def _lines(t: RecordTrace) -> Iterator[str]:
    yield f"{t.record} of {t.kind}, for {t.payee} in {t.period}"
    for reason in t.rejected:
        yield f"  It cannot be used: {reason}"
    paying = [p for p in t.plans if p.is_payee]
    others = [p for p in t.plans if not p.is_payee]
    for plan in paying:
        yield ""
        yield f"{plan.label} ({plan.plan})"
        if not plan.credits:
            yield f"  nothing in it is paid or measured by {t.kind}"
        for credit in plan.credits:
            yield from _credit(credit, t)
    if others:
        yield ""
        yield f"Other plans do not pay {t.payee}:" if paying else f"No plan pays {t.payee}:"
    for plan in others:
        yield f"  {plan.plan}: payees {plan.payees}"


def _credit(c: CreditTrace, t: RecordTrace) -> Iterator[str]:
    through = f", through what {c.via} is credited with" if c.via else ""
    yield f"  credit {c.credit} from {c.source} ({c.file}, line {c.line}){through}"
    for condition in c.conditions:
        yield f"    {'yes ' if condition.held else 'NO: '} where {condition.words}"
        for node in dict.fromkeys(_read(condition.values)):
            yield f"            {node.words} = {shown(node)}"
    if c.counts:
        yield f"    on {c.dated}: {c.date or 'empty'}{f', in {c.month}' if c.month else ''}"
        for given in c.given:
            amount = f"{in_unit(given.share, 'a ratio')}, {in_unit(given.credited, c.unit)}"
            yield f"    given to {given.payee}: {amount}{', as overlay' if given.overlay else ''}"
    yield f"    -> {_verdict(c, t)}"


def _read(nodes: Sequence[Node]) -> Iterator[Node]:
    """What a condition reads: of comparisons, the fields that are compared."""
    for node in nodes:
        if node.parts:
            yield from _read(node.parts)
        elif node.kind != "constant":
            yield node


def _verdict(c: CreditTrace, t: RecordTrace) -> str:
    if not c.counts:
        return f"does not count: {c.conditions[-1].words} is no"
    if c.month is None:
        return "has no date, so it cannot count"
    mine = [g for g in c.given if g.payee == t.payee]
    asked, month = parse_period(t.period), parse_period(c.month)
    assert asked is not None
    assert month is not None
    outside = not asked.first_month <= month.first_month <= asked.last_month
    if outside and not c.given:
        return f"counts in {c.month}, which is another year than that of {t.period}"
    if not mine:
        others = ", ".join(dict.fromkeys(g.payee for g in c.given)) or "nobody"
        return f"is credited to {others}, not to {t.payee}"
    total = sum((g.credited for g in mine if isinstance(g.credited, Fraction)), Fraction(0))
    when = f", in {c.month}, which is not within {t.period}" if outside else f" in {c.month}"
    return f"{t.payee} is credited with {in_unit(total, c.unit)}{when}"
