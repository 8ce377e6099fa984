"""Typed formulas: every name resolved, every unit known, every window said. What they read has a file of its own, `typed_figures`."""

from __future__ import annotations

from fractions import Fraction

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_formulas import Window
from compplan.language.typed_figures import (
    Attainment,
    AverageBefore,
    Averaged,
    ChildField,
    Const,
    CreditField,
    EarnedAt,
    LeaveShare,
    MeasureAt,
    Moment,
    PaidBefore,
    Part,
    PayeeField,
    Place,
    Proration,
    QuotaAt,
    RecordField,
    Since,
    Tenure,
)
from compplan.language.units import Unit
from compplan.schema import Period


@immutable
class Arith:
    """`left operator right`, the operator one of + - *."""

    operator: str
    left: Expr
    right: Expr
    unit: Unit
    span: Span = span_field()


@immutable
class Div:
    """`left / right`, or `otherwise` where `right` is zero; None where `right` is a constant other than zero."""

    left: Expr
    right: Expr
    otherwise: Expr | None
    unit: Unit
    span: Span = span_field()


@immutable
class Neg:
    """`-operand`."""

    operand: Expr
    unit: Unit
    span: Span = span_field()


@immutable
class Scale:
    """Money for one period as money of another: times `multiply`, divided by `divide`."""

    operand: Expr
    multiply: int
    divide: int
    unit: Unit
    span: Span = span_field()


@immutable
class Rate:
    """How much of `target` one of `source` is worth, by the exchange rates of a name, on a day; 1 where the two are the same.

    Where there is no such rate, and `both_ways`, it is 1 divided by the one the other way.
    """

    rates: str
    source: Expr
    target: str
    on: Expr
    both_ways: bool
    unit: Unit
    span: Span = span_field()


@immutable
class Convert:
    """Money in another currency: the operand times the rate, or divided by the one the other way; rounded where `rounding` is a unit."""

    operand: Expr
    rate: Rate
    rounding: Fraction | None
    unit: Unit
    span: Span = span_field()


@immutable
class EndOf:
    """The last day of the period in which a date lies."""

    operand: Expr
    period: Period
    unit: Unit
    span: Span = span_field()


@immutable
class Func:
    """`min`, `max`, `abs`, `if` (condition, then, else) or `round` (value, to what)."""

    name: str
    arguments: tuple[Expr, ...]
    unit: Unit
    span: Span = span_field()


@immutable
class Shift:
    """A date moved by days or months, back where `count` is negative; a month's missing day is its last."""

    operand: Expr
    days: int
    months: int
    unit: Unit
    span: Span = span_field()


@immutable
class Cmp:
    """`left comparator right`; with an empty value on either side it is no."""

    comparator: str
    left: Expr
    right: Expr
    unit: Unit
    span: Span = span_field()


@immutable
class In:
    """Whether the operand is one of the choices; an empty one is not."""

    operand: Expr
    choices: tuple[Const, ...]
    unit: Unit
    span: Span = span_field()


@immutable
class Within:
    """Whether a date lies within a period of the calendar; an empty one does not."""

    operand: Expr
    period: FiscalPeriod
    unit: Unit
    span: Span = span_field()


@immutable
class Empty:
    """Whether the operand is empty."""

    operand: Expr
    unit: Unit
    span: Span = span_field()


@immutable
class NotE:
    """`not operand`."""

    operand: Expr
    unit: Unit
    span: Span = span_field()


@immutable
class AndOr:
    """`left and right`, `left or right`."""

    operator: str
    left: Expr
    right: Expr
    unit: Unit
    span: Span = span_field()


@immutable
class RecordSum:
    """A sum (or count) over the rows of a kind that name the payee, or the payee's group, and a period within the window.

    `person` is the column that names the payee, `group` the one that names the group; `period` names the row's period. Each is None
    where the rows have none. It is empty, not zero, where there is no row.
    """

    kind: str
    function: str
    value: Expr
    where: Expr | None
    person: str | None
    group: str | None
    period: str | None
    window: Window
    unit: Unit
    span: Span = span_field()


@immutable
class SumToDate:
    """A sum (or count) over the rows of a kind whose `reference` names the record, of those that are dated up to and including a day.

    `value`, `where` and `dated` are about such a row: its columns are `ChildField`s. A row without a date does not count.
    """

    kind: str
    reference: str
    value: Expr
    where: Expr | None
    dated: Expr
    day: Expr
    unit: Unit
    span: Span = span_field()


@immutable
class Lookup:
    """The value of the first row of a table that fits the arguments."""

    table: str
    arguments: tuple[Expr, ...]
    unit: Unit
    span: Span = span_field()


@immutable
class Tier:
    """One row of tiers; `start` is None for the row `below`, and `value` belongs to what lies from `start` to the next row's start."""

    start: Expr | None
    value: Expr
    span: Span = span_field()


@immutable
class Slices:
    """Each slice of the operand at its own value: the sum of (part of the operand within the tier) times (the tier's value)."""

    operand: Expr
    tiers: tuple[Tier, ...]
    unit: Unit
    span: Span = span_field()


@immutable
class Step:
    """The value of the last tier that the operand reaches; zero below the first."""

    operand: Expr
    tiers: tuple[Tier, ...]
    unit: Unit
    span: Span = span_field()


@immutable
class Curve:
    """Points joined by straight lines, with a value below the first and one above the last."""

    operand: Expr
    below: Expr
    points: tuple[Tier, ...]
    above: Expr
    unit: Unit
    span: Span = span_field()


@immutable
class Named:
    """A formula that the plan gave a name."""

    name: str
    value: Expr
    unit: Unit
    span: Span = span_field()


@immutable
class ParameterAt:
    """The value of a parameter on a day, or in the period that a `Moment` numbers; `day` is None where there is one value alone."""

    name: str
    values: tuple[Since, ...]
    day: Expr | None
    unit: Unit
    span: Span = span_field()


@immutable
class Prorated:
    """A cap, or what a draw tops up to, worked out for each part of a period as a payee of the plan; the parts are averaged as quotas are.

    `of` is `cap each year` or `draw monthly`. Where it is `asked`, it is empty if somebody is a payee for part of the period, or if it is
    not the same in all parts. In a period without a day as a payee it is not prorated.
    """

    of: str
    formula: Expr
    period: Period
    how: Proration
    unit: Unit
    span: Span = span_field()


Expr = (
    Const | RecordField | ChildField | PayeeField | CreditField | Arith | Div | Neg | Scale | Rate | Convert | EndOf | Func | Shift | Cmp
    | In | Within | Empty | NotE | AndOr | MeasureAt | QuotaAt | Attainment | RecordSum | EarnedAt | Lookup | Slices | Step | Curve | Place
    | Named | Part | PaidBefore | Moment | ParameterAt | Tenure | Averaged
    | LeaveShare | AverageBefore | Prorated | SumToDate
)  # fmt: skip
