"""Expected pay as people read it: a line for each rep, those who gain and lose most where they are many, and what all come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from compplan.cli.figures import amount_text, exact_text
from compplan.cli.tables import Heading, table_lines
from compplan.currencies import digits_of

if TYPE_CHECKING:
    from compplan.whatif.territory_pay.expected_pay import Change, ExpectedPay, PersonPay

MOST_LISTED = 12


def pay_lines(report: ExpectedPay, everyone: bool) -> Iterator[str]:
    """The lines that a person reads; with `everyone`, no rep is left out of the table."""
    reps = report.reps if everyone or len(report.reps) <= MOST_LISTED else _extremes(report.reps)
    several = len({p.currency for p in report.people if p.currency}) > 1
    headings = [Heading("Rep"), *(Heading(h, right=True) for h in _heads(report, several))]
    totals = [row for row in (_total("All reps", report.reps, report), _total("Others", report.others, report)) if row is not None]
    totals += [row for row in (_total("Together", report.people, report),) if row is not None and report.others]
    if several:
        totals = []
    title = f"Expected pay in {report.period}"
    yield (
        f"{title}:"
        if len(reps) == len(report.reps)
        else f"{title}, of those who gain and lose most ({len(reps)} of {len(report.reps)} reps):"
    )
    yield from table_lines(headings, [_row(p, report, several) for p in reps], totals)
    yield from _notes(report)


def pay_as_json(report: ExpectedPay) -> dict[str, Any]:
    """The same for programs; amounts are texts, so that no digit is lost."""
    return {
        "period": report.period,
        "people": [
            {
                "person": p.person,
                "rep": p.is_rep,
                "plans": list(p.plans),
                f"expected_{report.figure}": _json(p.expected, ""),
                "pay": _json(p.pay, p.currency),
                "currency": p.currency,
                "attainment": {a.measure: [_number(a.today), _number(a.proposed)] for a in p.attainments},
            }
            for p in report.people
        ],
    }


def _heads(report: ExpectedPay, several: bool) -> Sequence[str]:
    currency = next((p.currency for p in report.people if p.currency), "")
    unit = "" if several or not currency else f", {currency}"
    if not report.proposed:
        return (f"Expected {report.figure}", "Attainment", f"Pay{unit}")
    return ("Attainment today", "proposed", f"Pay today{unit}", "proposed", "Difference")


def _row(p: PersonPay, report: ExpectedPay, several: bool) -> Sequence[str]:
    held = next((a for a in p.attainments if a.quota), None)
    today, proposed = (None, None) if held is None else (held.today, held.proposed)
    digits = digits_of(p.currency) if p.currency else 2
    unit = f" {p.currency}" if several else ""
    paid = [amount_text(p.pay.today, digits) + unit]
    if not report.proposed:
        return (p.person, amount_text(p.expected.today, 0), _percent(today), *paid)
    paid += [amount_text(p.pay.proposed or Decimal(0), digits) + unit, _signed(p.pay.difference, digits)]
    return (p.person, _percent(today), _percent(proposed), *paid)


def _total(label: str, people: Sequence[PersonPay], report: ExpectedPay) -> Sequence[str] | None:
    if not people:
        return None
    digits = digits_of(next((p.currency for p in people if p.currency), "USD"))
    pay = people[0].pay
    for p in people[1:]:
        pay += p.pay
    today = amount_text(pay.today, digits)
    if not report.proposed:
        return (label, "", "", today)
    return (label, "", "", today, amount_text(pay.proposed or Decimal(0), digits), _signed(pay.difference, digits))


def _extremes(reps: Sequence[PersonPay]) -> Sequence[PersonPay]:
    """Those who gain most and those who lose most, from the greatest gain to the greatest loss."""
    ranked = sorted(reps, key=lambda p: (-p.pay.difference, p.pay.today, p.person))
    return [*ranked[: MOST_LISTED // 2], *ranked[-(MOST_LISTED // 2) :]]


def _notes(report: ExpectedPay) -> Iterator[str]:
    yield from (line for measure in report.bands if report.proposed for line in _band_lines(report, measure))
    unplanned = [p.person for p in report.reps if not p.plans]
    if unplanned:
        yield f"No plan pays by what accounts bring: {', '.join(unplanned)}."
    nothing = [p.person for p in report.reps if p.plans and not p.pay.today and not p.pay.proposed]
    if nothing:
        yield f"Their plans pay nothing of what is expected: {', '.join(nothing)}."
    if report.unpaid:
        yield f"New hires are in no records, so that the plans cannot pay them: {', '.join(report.unpaid)}."


def _band_lines(report: ExpectedPay, measure: str) -> Iterator[str]:
    """Whether everybody is paid within the band; if not, who is not."""
    outside, limits = report.outside(measure), report.bands[measure]
    if not outside:
        yield f"Every rep is paid within the band of {measure}."
        return
    digits = digits_of(limits.currency) if limits.currency else 2
    yield f"{len(outside)} of {len(report.reps)} reps are paid outside of the band of {measure}:"
    for p in outside[:MOST_LISTED]:
        low, high = (None if end is None else amount_text(end, digits) for end in limits.pay[p.person])
        band = f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
        yield f"  {p.person}: {amount_text(p.pay.proposed or Decimal(0), digits)}, where it is to be {band}"
    if len(outside) > MOST_LISTED:
        yield f"  and {len(outside) - MOST_LISTED} more; pay.csv has them all"
    if any(limits.credited(p.person, p.expected.proposed or Decimal(0)) for p in outside):
        yield "What a plan pays for single records, or by what stands in them, is known only when accounts have their reps."


def _signed(value: Decimal, digits: int) -> str:
    return f"{value:+,.{digits}f}" if value else f"{value:.{digits}f}"


def _percent(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.6f}"


def _json(change: Change, currency: str) -> Mapping[str, str | None]:
    proposed = None if change.proposed is None else exact_text(change.proposed, currency or "USD")
    return {"today": exact_text(change.today, currency or "USD"), "proposed": proposed}
