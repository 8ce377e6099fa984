"""The typed plan: what comes between what is earned and the payout: holds, clawbacks, caps and draws."""

from __future__ import annotations

from datetime import date

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.typed_figures import PayeeField
from compplan.language.typed_formulas import Expr
from compplan.schema import Period


@immutable
class DatedShare:
    """A share that counts from a date on; of a `child`, one for each of its rows that refer to the record."""

    share: Expr
    dated: Expr
    where: Expr | None
    child: str | None
    child_reference: str | None
    span: Span = span_field()


@immutable
class Hold:
    """A part of what a component earns for a credit, kept until it is released."""

    name: str
    label: str
    component: str
    keep: Expr
    shares: tuple[DatedShare, ...]
    span: Span = span_field()


@immutable
class Clawback:
    """A part of what a component earns for a credit, taken back later; of what is held, that part is not released any more."""

    name: str
    label: str
    component: str
    shares: tuple[DatedShare, ...]
    span: Span = span_field()


@immutable
class PlanCap:
    """At most so much for each period, all components together; with `carries`, what goes beyond it is paid in the periods after it."""

    period: Period
    limit: Expr
    carries: bool
    span: Span = span_field()


@immutable
class PaidIn:
    """In which currency payouts are made: that of a payee's column, or one for all; at which rates, on which day.

    None is the last day of the payout period. Each amount is rounded to the digits of its currency, half away from zero.
    """

    currency: PayeeField | str
    rates: str
    on: date | None
    span: Span = span_field()


@immutable
class Draw:
    """Payouts topped up to a level where every condition holds, and what was added recovered later; in the order of the text.

    A `room` of None: nothing is ever recovered. `forgive`: the period with the end of which the balance starts anew. `leaving`: what
    becomes of the balance of somebody who leaves: it is forgiven, owed, or recovered from the last payout; None where nobody can leave.
    """

    name: str
    label: str
    level: Expr
    level_if: Expr | None
    room: Expr | None
    room_if: Expr | None
    forgive: Period | None
    leaving: str | None
    span: Span = span_field()
