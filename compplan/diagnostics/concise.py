"""One line for each diagnostic, as compilers print them and editors read them."""

from __future__ import annotations

from collections.abc import Sequence

from compplan.diagnostics.model import Diagnostic
from compplan.diagnostics.text import location, safe


def render_concise(diagnostics: Sequence[Diagnostic]) -> str:
    """`file:line:column: error[code] title: message`, a line each; without the place where there is none."""
    return "".join(f"{concise_line(d)}\n" for d in diagnostics)


def concise_line(diagnostic: Diagnostic) -> str:
    """One diagnostic as one line, without its end."""
    place = "" if diagnostic.span is None else f"{location(diagnostic.span)}: "
    return f"{place}{diagnostic.severity.value}[{safe(diagnostic.code)}] {safe(diagnostic.title)}: {safe(diagnostic.message)}"
