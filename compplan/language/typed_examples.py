"""The typed plan: the examples inside it."""

from __future__ import annotations

from fractions import Fraction

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.typed_components import ForCredit, ForPeriod
from compplan.language.typed_figures import Value
from compplan.language.typed_formulas import Expr
from compplan.language.units import Unit


@immutable
class Rows:
    """Records given in an example: column names, and rows of values (None where empty)."""

    kind: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    span: Span = span_field()


@immutable
class Target:
    """What is expected: `how` is component, draw, payout, balance, measure, quota, attainment, credited or formula; `name` is whose, or
    its words.

    `amount` is the one of a credit's amounts that is asked. A formula is worked out at its `grain`: for the payee in the period that is
    asked, or for each credit.
    """

    how: str
    name: str
    amount: str = "credited"
    formula: Expr | None = None
    grain: ForPeriod | ForCredit | None = None


@immutable
class Expectation:
    """The targets added up, for a payee or all of them, in a period, on one record where it is named, must come to a value."""

    targets: tuple[Target, ...]
    payee: str | None
    record: str | None
    period: FiscalPeriod
    value: Fraction
    unit: Unit
    text: str
    span: Span = span_field()


@immutable
class Example:
    """Records given, and what must come of them."""

    title: str
    given: tuple[Rows, ...]
    expected: tuple[Expectation, ...]
    span: Span = span_field()
