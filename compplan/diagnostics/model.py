"""What a person is told: one immutable value for every problem, whether in a plan, a project file or a record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from compplan.immutable import immutable


class Severity(Enum):
    """How bad it is: an error stops the work, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file: lines and columns count from 1, the end column is the one after the last character."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """The stretch from the start of this one to the end of `other`."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)


@immutable
class Related:
    """A second place that helps to understand the problem, with what to see there."""

    span: Span
    message: str


@immutable
class Diagnostic:
    """One problem: a stable code, a title, where, what is wrong in the reader's words, and what to do.

    `line_text` is the source line at `span.line`, where the reporter has it and the renderer could not read it again.
    """

    code: str
    title: str
    message: str
    span: Span | None = None
    hint: str | None = None
    severity: Severity = Severity.ERROR
    related: tuple[Related, ...] = ()
    line_text: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether the work stops because of it."""
        return self.severity is Severity.ERROR


class Problems(Exception):  # noqa: N818 - it carries problems, and is named for them
    """Raised where work can't go on: the diagnostics say why. Shells render them; no other error reaches a person."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__("; ".join(f"{d.code} {d.title}: {d.message}" for d in self.diagnostics))


@dataclass(slots=True)
class Collector:
    """Gathers diagnostics during a pass, so that one run reports them all."""

    found: list[Diagnostic] = field(default_factory=list)
    _known: set[Diagnostic] = field(default_factory=set, repr=False)

    def add(self, diagnostic: Diagnostic) -> None:
        """Remember one, unless the same was already said of the same place."""
        if diagnostic not in self._known:
            self._known.add(diagnostic)
            self.found.append(diagnostic)

    @property
    def has_errors(self) -> bool:
        """Whether any of them stops the work."""
        return any(d.is_error for d in self.found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All of them in reading order: by file, line, column, code."""
        return tuple(sorted(self.found, key=_reading_order))


def _reading_order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.span
    if span is None:
        return ("", 0, 0, diagnostic.code, diagnostic.message)
    return (span.file, span.line, span.column, diagnostic.code, diagnostic.message)
