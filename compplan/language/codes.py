"""Every problem that a plan file can have: its stable code and its title. `docs/problems.md` explains each of them."""

from __future__ import annotations

from collections.abc import Mapping

from compplan.diagnostics import Diagnostic, Related, Severity, Span

TITLES: Mapping[str, str] = {
    "syntax": "This sentence cannot be read",
    "unclosed-block": "A block is not closed",
    "unclosed-text": "A text is not closed",
    "too-deep": "The formula is nested too deeply",
    "invalid-date": "There is no such day",
    "invalid-number": "The number is too long",
    "invalid-period": "There is no such period",
    "unknown-name": "Unknown name",
    "ambiguous-name": "The name has two meanings here",
    "duplicate-name": "The name is used twice",
    "duplicate-sentence": "The sentence stands twice",
    "missing-sentence": "A sentence is missing",
    "wrong-unit": "The units do not fit",
    "wrong-grain": "The value has another grain",
    "wrong-place": "This does not belong here",
    "wrong-arguments": "The arguments do not fit",
    "needs-else": "A division needs an else",
    "needs-window": "The period must be said",
    "needs-against": "The quota must be said",
    "no-quota": "The measure has no quota",
    "tier-order": "Tiers are not in order",
    "tier-gap": "There is a gap between tiers",
    "tier-overlap": "Tiers overlap",
    "tier-start": "The tiers do not say where they begin",
    "tier-end": "The curve does not say where it ends",
    "tier-kind": "The row does not fit this kind of tiers",
    "closed-bound": "The bound looks like a closed one",
    "weights": "The weights do not add up",
    "weights-unstated": "The weights are not stated",
    "shares": "The shares do not add up",
    "shares-unstated": "The shares are not stated",
    "double-count": "A record would count more than once",
    "table-shape": "The table has no good shape",
    "table-unreachable": "A row of the table can never be reached",
    "table-file": "The table's file cannot be used",
    "unused": "Defined and never used",
    "unlikely-number": "A number that may be two",
    "unknown-use": "There are no such definitions",
    "circular": "A definition leads back to itself",
    "effective": "The plan's dates do not fit",
    "proration": "This cannot be prorated",
    "leave": "This leave cannot be used",
    "dated-record": "A day is needed to read this",
    "currency": "No currency",
    "not-there": "What is to be changed is not there",
    "amendment": "The amendment cannot be made",
    "cliff": "A tier that reaches back",
    "falling": "More pays less",
    "threshold": "An accelerator below the threshold",
    "cap-unreached": "A cap that can never be reached",
    "never-pays": "A component that can never pay",
    "never-holds": "A condition that never holds",
    "counts-twice": "A figure that counts twice",
    "times-number": "A plain number where a rate is usual",
    "no-prize": "A place without a prize",
    "same-twice": "The same is paid twice",
    "kept-for-good": "Kept, and never released",
    "same-day": "On the day of the credit itself",
    "two-spellings": "Two spellings of one text",
    "weights-change": "Weights that change with the person",
    "parameter": "It is not said which value of the parameter holds",
    "rounding-unstated": "The rounding is not stated",
    "target-period": "The target is that of another period",
    "constant": "A condition that decides nothing",
    "ranks-nothing": "Who has nothing is ranked as well",
    "repeated": "One figure is earned several times",
    "period-cut": "A period that the plan's dates cut",
}

WARNINGS = frozenset(
    {
        "cliff", "falling", "threshold", "cap-unreached", "never-pays",
        "target-period", "constant", "repeated", "period-cut", "unused", "closed-bound", "double-count", "table-unreachable",
        "unlikely-number", "ranks-nothing", "never-holds", "counts-twice", "times-number", "no-prize", "same-twice", "kept-for-good",
        "same-day", "two-spellings", "weights-change",
    }
)  # fmt: skip


def problem(code: str, message: str, span: Span | None, hint: str | None = None, related: tuple[Related, ...] = ()) -> Diagnostic:
    """A diagnostic of a known code, with its title and severity filled in."""
    severity = Severity.WARNING if code in WARNINGS else Severity.ERROR
    return Diagnostic(code, TITLES[code], message, span, hint, severity, related)
