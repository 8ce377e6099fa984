"""The syntax tree of draws: what is paid in advance, and how it is recovered; each sentence as written, with its place."""

from __future__ import annotations

from dataclasses import field

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.tree_formulas import Expression, Name
from compplan.schema import Period


def _span() -> Span:
    return field(compare=False, repr=False)  # type: ignore[no-any-return]


@immutable
class TopUp:
    """`top up to formula, only if condition`."""

    level: Expression
    when: Expression | None
    span: Span = _span()


@immutable
class Recover:
    """`recover at most formula, only if condition`; a room of None is `recover nothing`."""

    room: Expression | None
    when: Expression | None
    span: Span = _span()


@immutable
class Forgive:
    """`forgive at the end of each year`."""

    period: Period
    span: Span = _span()


DrawLine = TopUp | Recover | Forgive


@immutable
class Draw:
    """`draw name "Label" { lines }`."""

    name: Name
    label: str
    lines: tuple[DrawLine, ...]
    span: Span = _span()
