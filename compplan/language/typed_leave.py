"""The typed plan: leave, and the quotas that it relieves."""

from __future__ import annotations

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.typed_figures import Proration
from compplan.language.typed_formulas import Expr


@immutable
class Leave:
    """Who is on leave when: the rows of a kind for which a condition holds and which last so many days at least.

    A row is that of the person whom its key names, and holds from a day to a day; no two of one person overlap.
    """

    name: str
    kind: str
    where: Expr | None
    least: int | None
    span: Span = span_field()


@immutable
class Relief:
    """That a leave takes its part off a quota; `how` is by `days`, by `working days` or by `months`, never another way."""

    leave: str
    how: Proration
    span: Span = span_field()
