"""One sample of diagnostics, which every format is shown on."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from compplan.diagnostics import Diagnostic, Related, Severity, Span

_PLAN = """\
plan account_executive "Account Executive 2027" {
  use company
  commission own "Own bookings" {
    pay   75% of target_incentive per quater
    times attainment(bookngs)
  }
}
"""
_COMPANY = 'definitions company {\n\tmeasure bookings "Bookings" { sum credited }\n}\n'


@dataclass(frozen=True, slots=True)
class Sample:
    """Diagnostics in reading order, and the texts that they speak of."""

    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, str]


@pytest.fixture(scope="session")
def sample() -> Sample:
    """Five problems: a plan's block, two names in it, a record, and one without a place."""
    block = Diagnostic(
        code="no-spread",
        title="Not spread over deals",
        message="The commission `own` is held until customers pay, but nothing says which deal earned what part of it.",
        hint="Add a line `spread over booking in order of close_date`.",
        severity=Severity.WARNING,
        span=Span("plans/ae.plan", 3, 3, 6, 4),
    )
    word = Diagnostic(
        code="unknown-word",
        title="Unknown period",
        message="`quater` is not a period. Periods are month, quarter, half and year.",
        hint="Did you mean `quarter`?",
        span=Span("plans/ae.plan", 4, 39, 4, 45),
    )
    name = Diagnostic(
        code="unknown-name",
        title="Unknown measure",
        message="There is no measure `bookngs`.",
        hint="Did you mean `bookings`?",
        span=Span("plans/ae.plan", 5, 22, 5, 29),
        related=(Related(Span("plans/company.plan", 2, 10, 2, 18), "a measure of a similar name is here"),),
    )
    record = Diagnostic(
        code="not-a-date",
        title="Not a date",
        message="close_date holds `31.02.2027`: February 2027 has 28 days.",
        span=Span("data/deals.csv", 1204, 9, 1204, 19),
        line_text="D-1203,\t31.02.2027,\x1b[31m4,000.00\r\n",
    )
    nowhere = Diagnostic(code="no-plans", title="No plans", message="The project names no plan for 50% of its people:\nE01, E02")
    return Sample((block, word, name, record, nowhere), {"plans/ae.plan": _PLAN, "plans/company.plan": _COMPANY})
