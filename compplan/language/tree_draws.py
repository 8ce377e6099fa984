"""The syntax tree of draws: what is paid in advance, and how it is recovered; each sentence as written, with its place."""

from __future__ import annotations

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_formulas import Expression, Name
from compplan.schema import Period


@immutable
class TopUp:
    """`top up to formula, only if condition`."""

    level: Expression
    when: Expression | None
    span: Span = span_field()


@immutable
class Recover:
    """`recover at most formula, only if condition`; a room of None is `recover nothing`."""

    room: Expression | None
    when: Expression | None
    span: Span = span_field()


@immutable
class Forgive:
    """`forgive at the end of each year`."""

    period: Period
    span: Span = span_field()


@immutable
class Leaving:
    """`on leaving, the balance is forgiven`; `left` is forgiven, owed, or recovered."""

    left: str
    span: Span = span_field()


DrawLine = TopUp | Recover | Forgive | Leaving


@immutable
class Draw:
    """`draw name "Label" { lines }`."""

    name: Name
    label: str
    lines: tuple[DrawLine, ...]
    span: Span = span_field()
