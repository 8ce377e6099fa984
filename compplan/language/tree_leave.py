"""The syntax tree of leave: who is on it when, what it relieves; each sentence as written, with its place."""

from __future__ import annotations

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_formulas import Call, Expression, Literal, Name, Path


@immutable
class Leave:
    """`leave parental from absences where condition, lasting at least 30 days`."""

    name: Name
    source: Name
    where: Expression | None
    least: Literal | None
    span: Span = span_field()


@immutable
class Relieve:
    """`relieve quota(arr) for parental leave by calendar days`; `by` and `least` as in `Prorate`."""

    what: tuple[Path | Call, ...]
    leave: Name
    by: str
    least: int
    span: Span = span_field()
