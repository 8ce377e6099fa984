"""What could not be read, and what must therefore not be complained about: one mistake, one message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from compplan.diagnostics import Diagnostic, Span
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.language import tree as t

_IN_ITS_BLOCK = frozenset(
    {
        "missing-sentence", "weights", "weights-unstated", "shares", "shares-unstated", "tier-start", "tier-end", "tier-gap", "tier-kind",
        "double-count", "repeated",
    }
)  # fmt: skip
_OF_A_NAME = frozenset({"unknown-name", "unknown-use", "no-quota", "wrong-grain", "wrong-place", "wrong-arguments", "ambiguous-name"})
_OPENING = ("use", "definitions")
_WORD = re.compile(r"[A-Za-z_]\w*")


@immutable
class Damage:
    """The lines set aside, the blocks that stand around them, and the names that they may have defined."""

    lost: tuple[tuple[str, t.Lost], ...]
    blocks: tuple[Span, ...]
    names: frozenset[str]
    any_name: bool

    def touches(self, span: Span) -> bool:
        """Whether something within a stretch could not be read."""
        return any(file == span.file and span.line <= x.last and x.first <= span.end_line for file, x in self.lost)

    def explains(self, diagnostic: Diagnostic) -> bool:
        """Whether a problem may well be the consequence of what could not be read."""
        if not self.lost and not self.any_name:
            return False
        if diagnostic.code in _OF_A_NAME and (self.any_name or self.names.intersection(_WORD.findall(diagnostic.message))):
            return True
        return diagnostic.code in _IN_ITS_BLOCK and diagnostic.span is not None and self.touches(self._block(diagnostic.span))

    def _block(self, span: Span) -> Span:
        around = [b for b in self.blocks if b.file == span.file and b.line <= span.line <= b.end_line]
        return max(around, key=lambda b: (b.line, -b.end_line), default=span)


NONE = Damage((), (), frozenset(), False)


def damage_of(files: Sequence[t.File]) -> Damage:
    """The damage of all files of a project."""
    lost = tuple((file.path, x) for file in files for x in file.lost)
    if not lost:
        return NONE
    blocks = tuple(span for file in files if file.lost for item in file.items for span in _blocks(item))
    names = frozenset(name for _, x in lost for name in x.names)
    words = frozenset(word for _, x in lost for word in x.words)
    return Damage(lost, blocks, names, any(w in _OPENING or closest(w, _OPENING) for w in words))


def _blocks(node: object) -> Iterator[Span]:
    """The stretches of everything that spans several lines."""
    span = getattr(node, "span", None)
    if not is_dataclass(node) or (isinstance(span, Span) and span.line == span.end_line):
        return
    if isinstance(span, Span):
        yield span
    for f in fields(node):
        value = getattr(node, f.name)
        for item in value if isinstance(value, tuple) else (value,):
            yield from _blocks(item)
