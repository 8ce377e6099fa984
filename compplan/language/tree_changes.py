"""The syntax tree of amendments: what is changed in a component, table or tiers, line by line, and why."""

from __future__ import annotations

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_components import ComponentLine
from compplan.language.tree_definitions import Sentence
from compplan.language.tree_formulas import Name, Row


@immutable
class Becomes:
    """`from 150%: 2x becomes 2.5x`: what stands there, word for word, and what stands there instead."""

    old: Row | Sentence
    new: Row | Sentence
    span: Span = span_field()


@immutable
class AddLine:
    """`add from 200%: 3x`, `add only if arr > 0 USD`."""

    line: Row | ComponentLine
    span: Span = span_field()


@immutable
class RemoveLine:
    """`remove from 200%: 3x`, `remove only if arr > 0 USD`."""

    line: Row | ComponentLine
    span: Span = span_field()


@immutable
class ReplaceLine:
    """`replace pay 9% of credited`: the one sentence with that keyword; `replace from 150%: 2.5x`: the one row with that bound."""

    line: Row | ComponentLine
    span: Span = span_field()


ChangeLine = Becomes | AddLine | RemoveLine | ReplaceLine


@immutable
class Change:
    """`change commission own { lines }`."""

    word: str
    name: Name
    lines: tuple[ChangeLine, ...]
    span: Span = span_field()


@immutable
class Named:
    """`commission own`, `quota for arr`, `example "text"`: something of a plan by its word and name."""

    word: str
    name: Name
    span: Span = span_field()


@immutable
class Because:
    """`because "Approved on 2027-06-12."`."""

    text: str
    span: Span = span_field()
