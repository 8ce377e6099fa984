"""The syntax tree of contract costs: over which time what is earned becomes an expense; each sentence as written, with its place."""

from __future__ import annotations

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_formulas import Expression, Name
from compplan.language.tree_holds import OfComponents


@immutable
class Term:
    """`over 60 months from close_date, by months`, `over term months from start, by days`, `over start through end, by days`.

    One of the two ends it: so many `months`, or the last day.
    """

    begins: Expression
    months: Expression | None
    last: Expression | None
    by_days: bool
    span: Span = span_field()


@immutable
class Expense:
    """`expense where condition`."""

    where: Expression
    span: Span = span_field()


@immutable
class WriteOff:
    """`write off on date where condition`."""

    dated: Expression
    where: Expression | None
    span: Span = span_field()


CostLine = Term | Expense | WriteOff


@immutable
class ContractCost:
    """`contract cost name "Label" { lines }`."""

    name: Name
    label: str
    lines: tuple[OfComponents | Term | Expense | WriteOff, ...]
    span: Span = span_field()
