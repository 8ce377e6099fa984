"""The typed plan: contract costs, which make of what is earned an expense over the time of a contract."""

from __future__ import annotations

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.typed_formulas import Expr


@immutable
class ContractCost:
    """What a component earns for a record, capitalised and amortised evenly since a day; one of `months` and `last` ends it.

    By months, each month that the term touches has the same part; by days, each day. Where `expensed` holds, all is an expense at once.
    From the month of `off` on, where `off_if` holds, what is left is written off.
    """

    name: str
    label: str
    component: str
    begins: Expr
    months: Expr | None
    last: Expr | None
    by_days: bool
    expensed: Expr | None
    off: Expr | None
    off_if: Expr | None
    span: Span = span_field()

    @property
    def formulas(self) -> tuple[Expr, ...]:
        """Every formula, each of one record."""
        found = (self.begins, self.months, self.last, self.expensed, self.off, self.off_if)
        return tuple(f for f in found if f is not None)
