"""The one door to every format in which diagnostics are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from compplan.diagnostics.as_json import render_json
from compplan.diagnostics.concise import render_concise
from compplan.diagnostics.full import render_full
from compplan.diagnostics.github import render_github
from compplan.diagnostics.model import Diagnostic
from compplan.diagnostics.sarif import render_sarif


class Format(StrEnum):
    """A way to print diagnostics: for people (full, concise) or for programs (json, github, sarif)."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def render(diagnostics: Sequence[Diagnostic], format: Format, sources: Mapping[str, str], colour: bool = False) -> str:  # noqa: A002
    """The diagnostics in their given order, as text that ends with its line or is empty.

    `sources` maps the files that spans name to their whole text; where a file is missing, the place is named without its line.
    `colour` counts for `full` alone. Never raises, whatever the spans and texts hold.
    """
    match format:
        case Format.FULL:
            return render_full(diagnostics, sources, colour)
        case Format.CONCISE:
            return render_concise(diagnostics)
        case Format.JSON:
            return render_json(diagnostics)
        case Format.GITHUB:
            return render_github(diagnostics)
        case Format.SARIF:
            return render_sarif(diagnostics)
