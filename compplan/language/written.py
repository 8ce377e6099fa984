"""What stands at a place of a plan file, as one line of text."""

from __future__ import annotations

from collections.abc import Mapping

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.lines import uncommented
from compplan.language.said import Said


@immutable
class Written:
    """The texts of plan files, line by line."""

    lines: Mapping[str, tuple[str, ...]]

    @staticmethod
    def of(texts: Mapping[str, str]) -> Written:
        """From the texts by their names."""
        return Written({name: tuple(text.replace("\r", "\n").split("\n")) for name, text in texts.items()})

    def at(self, span: Span) -> str:
        """What stands there, its lines joined."""
        return " ".join(self.lines_at(span))

    def lines_at(self, span: Span) -> list[str]:
        """The lines that stand there, without comments and empty lines, and with one blank wherever there are several."""
        found = list(self.lines.get(span.file, ())[span.line - 1 : span.end_line])
        if not found:
            return []
        found[-1] = found[-1][: span.end_column - 1]
        found[0] = " " * (span.column - 1) + found[0][span.column - 1 :]
        bare = (" ".join(uncommented(line).split()) for line in found)
        return [line for line in bare if line]

    def said(self, said: Said) -> str:
        """A line of a component."""
        return said.words.format(*(self.at(span) for span in said.spans)).strip()
