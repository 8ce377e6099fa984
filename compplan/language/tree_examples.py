"""The syntax tree of the examples inside plans."""

from __future__ import annotations

from dataclasses import field

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_definitions import Grid
from compplan.language.tree_formulas import Expression, Name, PeriodLiteral


@immutable
class Given:
    """`given deals { grid }`."""

    kind: Name
    grid: Grid
    span: Span = span_field()


@immutable
class Expect:
    """`expect own for "ana" on "d1" in 2027-Q1 = 11,812.50 USD`; without a payee, of everyone together."""

    what: Expression
    payee: str | None
    record: str | None
    period: PeriodLiteral
    value: Expression
    words: str = field(compare=False)
    span: Span = span_field()


@immutable
class Example:
    """`example "text" { lines }`."""

    title: str
    lines: tuple[Given | Expect, ...]
    span: Span = span_field()
