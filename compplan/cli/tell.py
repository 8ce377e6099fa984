"""Sections of a comparison on the terminal: titles, sentences, tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from compplan.cli.tables import Heading, table_lines
from compplan.cli.terminal import bold, say
from compplan.diagnostics.text import safe

if TYPE_CHECKING:
    from compplan.whatif.comparison.words import Section


def tell(heading: str, sections: Iterable[Section]) -> None:
    """Prints a heading, and sections below it."""
    say(bold(safe(heading)))
    for section in sections:
        say()
        say(bold(safe(section.title)))
        for sentence in section.sentences:
            say(f"  {safe(sentence)}")
        if section.rows:
            figures = section.headings.index("before") if "before" in section.headings else 1
            for line in table_lines([Heading(h, right=i >= figures) for i, h in enumerate(section.headings)], section.rows):
                say(f"  {line}")
