"""The syntax tree of holds and clawbacks: what is paid later, what is taken back; each sentence as written, with its place."""

from __future__ import annotations

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_formulas import Expression, Name


@immutable
class OfComponents:
    """`of own, new_logo`."""

    names: tuple[Name, ...]
    span: Span = span_field()


@immutable
class Keep:
    """`keep 50%`."""

    share: Expression
    span: Span = span_field()


@immutable
class DatedShare:
    """`release share on date where condition`, or the same with `take`."""

    keyword: str
    share: Expression
    dated: Expression
    where: Expression | None
    span: Span = span_field()


@immutable
class Hold:
    """`hold name "Label" { lines }`."""

    name: Name
    label: str
    lines: tuple[OfComponents | Keep | DatedShare, ...]
    span: Span = span_field()


@immutable
class Clawback:
    """`clawback name "Label" { lines }`."""

    name: Name
    label: str
    lines: tuple[OfComponents | DatedShare, ...]
    span: Span = span_field()
