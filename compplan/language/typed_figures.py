"""Typed formulas, what they read: constants, columns, measures, quotas and other figures that are worked out elsewhere."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Literal

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_formulas import Window
from compplan.language.units import Unit
from compplan.schema import Period

Value = Fraction | str | bool | date


@immutable
class Const:
    """A value written in the plan."""

    value: Value
    unit: Unit
    span: Span = span_field()


@immutable
class RecordField:
    """A column of the record, reached through references: ("acv",) or ("owner", "region")."""

    path: tuple[str, ...]
    unit: Unit
    optional: bool
    span: Span = span_field()


@immutable
class ChildField:
    """A column of the row of another kind that refers to the record: `splits.share`."""

    kind: str
    path: tuple[str, ...]
    unit: Unit
    optional: bool
    span: Span = span_field()


@immutable
class PayeeField:
    """A column of the payee's own record, reached through references; an empty path is the payee."""

    path: tuple[str, ...]
    unit: Unit
    optional: bool
    span: Span = span_field()


@immutable
class CreditField:
    """A field of the credit at hand: `credited`, `share`, `overlay` or one of its named amounts."""

    name: str
    unit: Unit
    span: Span = span_field()


@immutable
class Moment:
    """The day of the credit at hand; with a period, the number of the period of that kind that the place lies in."""

    period: Period | None
    unit: Unit
    span: Span = span_field()


@immutable
class MeasureAt:
    """A measure over a window; up to one credit, with `same`, of those credits alone whose record has the same in a column."""

    measure: str
    window: Window
    unit: Unit
    span: Span = span_field()
    same: RecordField | None = None


@immutable
class QuotaAt:
    """The quota of a measure over a window; empty where the records have none."""

    measure: str
    window: Window
    unit: Unit
    span: Span = span_field()


@immutable
class Attainment:
    """Measure over quota; compared exactly, never through its rounded value."""

    measure: MeasureAt
    quota: QuotaAt
    unit: Unit
    span: Span = span_field()


@immutable
class EarnedAt:
    """What another component of the plan has earned in the months of a window; zero where it has earned nothing.

    It is what it has earned the payee; or, with `others`, those who report to the payee on the month's last day: at once (`direct`), or
    by way of the people in between as well (`below`).
    """

    component: str
    window: Window
    unit: Unit
    others: Literal["none", "below", "direct"]
    span: Span = span_field()


@immutable
class Place:
    """The payee's place in the component's ranking, from 1; ties share the better place."""

    unit: Unit
    span: Span = span_field()


@immutable
class PaidBefore:
    """In a draw: the payee's payout of the period before this draw."""

    unit: Unit
    span: Span = span_field()


@immutable
class Part:
    """Inside a measure's formula: its sum or count of that index."""

    index: int
    unit: Unit
    span: Span = span_field()


@immutable
class Proration:
    """How something is prorated: by `days`, by `working days`, by `months` of at least so many days, `not` at all; or `asked`, where it is
    not said.
    """

    by: str
    least: int


@immutable
class Averaged:
    """A payee's column averaged over a window around the period at hand, day by day or month by month.

    With `zeros`, as for money, what is not spent as a payee of the plan counts as nothing; else only the days as a payee count. Where it is
    `asked`, it is empty if it changes within the window or, with zeros, if somebody is a payee for part of it.
    """

    column: PayeeField
    window: Window
    how: Proration
    zeros: bool
    unit: Unit
    span: Span = span_field()


@immutable
class LeaveShare:
    """How much of the period at hand a payee is on a leave: days, working days, or months, out of all of the period."""

    leave: str
    window: Window
    how: Proration
    unit: Unit
    span: Span = span_field()


@immutable
class AverageBefore:
    """What another component has earned on average in the months before the leave that the payee is on in the period at hand.

    These are so many months before the one in which the leave begins; those in which they were no payee of the plan do not count, and it is
    empty where that leaves none. It is zero where they are on no such leave; of several in one period, the first counts.
    """

    component: str
    months: int
    leave: str
    window: Window
    unit: Unit
    span: Span = span_field()


@immutable
class Tenure:
    """The calendar months from a date until the day at hand, the last of the period at hand; `first` is the number of the first month."""

    begins: PayeeField
    day: Moment
    first: int
    unit: Unit
    span: Span = span_field()


@immutable
class Since:
    """A value, and the first day on which it holds; None where it holds always."""

    first: date | None
    value: Const
