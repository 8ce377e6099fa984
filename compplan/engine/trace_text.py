"""What became of a record as plain text: condition by condition, and in the end why the payee is credited with it or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from compplan.calendar import parse_period
from compplan.diagnostics.text import safe
from compplan.engine.explanation import Explanation, Node
from compplan.engine.figure_text import in_unit, shown
from compplan.engine.trace_record import CreditTrace, Given, PlanTrace, RecordTrace


def render_trace(trace: RecordTrace) -> str:
    """The trace as text."""
    text = "\n".join(safe(line).rstrip() for line in _lines(trace)) + "\n"
    return text if trace.paid is None else f"{text}\n{''.join(_paid(trace, trace.paid))}"


def _paid(t: RecordTrace, paid: Explanation) -> Iterator[str]:
    """What the run of the period made of the record."""
    from compplan.engine.explain_text import paid_for

    yield f"In the run of {t.period}, from the figures {paid.figures}\n"
    yield paid_for(paid).lstrip("\n") or "  no component pays for it alone\n"


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
            unpaid = dict.fromkeys(g.date for g in credit.given if g.payee == t.payee and not _paid_on(plan, g.date))
            if unpaid:
                yield f"    -> nothing is paid for it alone: on {', '.join(unpaid)}, {t.payee} is no payee of the plan"
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
        again = f", and again {c.repeats} in all" if c.repeats else ""
        yield f"    on {c.dated}: {c.date or 'empty'}{f', in {c.month}' if c.month else ''}{again}"
        for given in c.given if c.repeats is None else [g for g in c.given if _within(g.month, t)]:
            amount = f"{in_unit(given.share, 'a ratio')}, {in_unit(given.credited, c.unit)}"
            when = "" if given.repetition is None else f", on {given.date} (repetition {given.repetition})"
            yield f"    given to {given.payee}{when}: {amount}{', as overlay' if given.overlay else ''}"
    yield f"    -> {_verdict(c, t)}"


def _paid_on(plan: PlanTrace, date: str) -> bool:
    """Whether the payee is one on that day, as far as people are dated."""
    return plan.days is None or any(d.first <= date <= d.last for d in plan.days)


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
    if c.repeats is not None:
        return _verdict_on_repetitions(c, t)
    mine = [g for g in c.given if g.payee == t.payee]
    outside = not _within(c.month, t)
    if outside and not c.given:
        return f"counts in {c.month}, which is another year than that of {t.period}"
    if not mine:
        return f"is credited to {_others(c.given)}, not to {t.payee}"
    when = f", in {c.month}, which is not within {t.period}" if outside else f" in {c.month}"
    return f"{t.payee} is credited with {in_unit(_credited(mine), c.unit)}{when}"


def _verdict_on_repetitions(c: CreditTrace, t: RecordTrace) -> str:
    found = [g for g in c.given if _within(g.month, t)]
    mine = [g for g in found if g.payee == t.payee]
    if not found:
        return f"does not count in {t.period} again"
    if not mine:
        return f"is credited to {_others(found)}, not to {t.payee}"
    months = list(dict.fromkeys(g.month for g in mine))
    when = months[0] if len(months) == 1 else f"{len(months)} months from {months[0]} to {months[-1]}"
    return f"{t.payee} is credited with {in_unit(_credited(mine), c.unit)} in {when}"


def _within(month: str, t: RecordTrace) -> bool:
    asked, found = parse_period(t.period), parse_period(month)
    assert asked is not None
    assert found is not None
    return asked.first_month <= found.first_month <= asked.last_month


def _others(given: Sequence[Given]) -> str:
    return ", ".join(dict.fromkeys(g.payee for g in given)) or "nobody"


def _credited(given: Sequence[Given]) -> Fraction:
    return sum((g.credited for g in given if isinstance(g.credited, Fraction)), Fraction(0))
