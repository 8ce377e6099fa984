"""Typed formulas: every name resolved, every unit known, every window said."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from fractions import Fraction

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.tree_formulas import Reach
from compplan.language.units import Unit
from compplan.schema import Period

Value = Fraction | str | bool | date


def _span() -> Span:
    return field(compare=False, repr=False)  # type: ignore[no-any-return]


@immutable
class Const:
    """A value written in the plan."""

    value: Value
    unit: Unit
    span: Span = _span()


@immutable
class RecordField:
    """A column of the record, reached through references: ("acv",) or ("owner", "region")."""

    path: tuple[str, ...]
    unit: Unit
    optional: bool
    span: Span = _span()


@immutable
class ChildField:
    """A column of the row of another kind that refers to the record: `splits.share`."""

    kind: str
    path: tuple[str, ...]
    unit: Unit
    optional: bool
    span: Span = _span()


@immutable
class PayeeField:
    """A column of the payee's own record, reached through references; an empty path is the payee."""

    path: tuple[str, ...]
    unit: Unit
    optional: bool
    span: Span = _span()


@immutable
class CreditField:
    """A field of the credit at hand: `credited`, `share`, `overlay` or one of its named amounts."""

    name: str
    unit: Unit
    span: Span = _span()


@immutable
class Arith:
    """`left operator right`, the operator one of + - *."""

    operator: str
    left: Expr
    right: Expr
    unit: Unit
    span: Span = _span()


@immutable
class Div:
    """`left / right`, or `otherwise` where `right` is zero; None where `right` is a constant other than zero."""

    left: Expr
    right: Expr
    otherwise: Expr | None
    unit: Unit
    span: Span = _span()


@immutable
class Neg:
    """`-operand`."""

    operand: Expr
    unit: Unit
    span: Span = _span()


@immutable
class Scale:
    """Money for one period as money of another: times `multiply`, divided by `divide`."""

    operand: Expr
    multiply: int
    divide: int
    unit: Unit
    span: Span = _span()


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
    span: Span = _span()


@immutable
class Convert:
    """Money in another currency: the operand times the rate, or divided by the one the other way; rounded where `rounding` is a unit."""

    operand: Expr
    rate: Rate
    rounding: Fraction | None
    unit: Unit
    span: Span = _span()


@immutable
class EndOf:
    """The last day of the period in which a date lies."""

    operand: Expr
    period: Period
    unit: Unit
    span: Span = _span()


@immutable
class Func:
    """`min`, `max`, `abs`, `if` (condition, then, else) or `round` (value, to what)."""

    name: str
    arguments: tuple[Expr, ...]
    unit: Unit
    span: Span = _span()


@immutable
class Shift:
    """A date moved by days or months, back where `count` is negative; a month's missing day is its last."""

    operand: Expr
    days: int
    months: int
    unit: Unit
    span: Span = _span()


@immutable
class Cmp:
    """`left comparator right`; with an empty value on either side it is no."""

    comparator: str
    left: Expr
    right: Expr
    unit: Unit
    span: Span = _span()


@immutable
class In:
    """Whether the operand is one of the choices; an empty one is not."""

    operand: Expr
    choices: tuple[Const, ...]
    unit: Unit
    span: Span = _span()


@immutable
class Within:
    """Whether a date lies within a period of the calendar; an empty one does not."""

    operand: Expr
    period: FiscalPeriod
    unit: Unit
    span: Span = _span()


@immutable
class Empty:
    """Whether the operand is empty."""

    operand: Expr
    unit: Unit
    span: Span = _span()


@immutable
class NotE:
    """`not operand`."""

    operand: Expr
    unit: Unit
    span: Span = _span()


@immutable
class AndOr:
    """`left and right`, `left or right`."""

    operator: str
    left: Expr
    right: Expr
    unit: Unit
    span: Span = _span()


@immutable
class Window:
    """The part of time that a measure or quota is taken over."""

    period: Period
    reach: Reach = Reach.WHOLE


@immutable
class MeasureAt:
    """A measure over a window."""

    measure: str
    window: Window
    unit: Unit
    span: Span = _span()


@immutable
class QuotaAt:
    """The quota of a measure over a window; empty where the records have none."""

    measure: str
    window: Window
    unit: Unit
    span: Span = _span()


@immutable
class Attainment:
    """Measure over quota; compared exactly, never through its rounded value."""

    measure: MeasureAt
    quota: QuotaAt
    unit: Unit
    span: Span = _span()


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
    span: Span = _span()


@immutable
class EarnedAt:
    """What another component of the plan has earned the payee, in the months of a window; zero where it has earned nothing."""

    component: str
    window: Window
    unit: Unit
    span: Span = _span()


@immutable
class Lookup:
    """The value of the first row of a table that fits the arguments."""

    table: str
    arguments: tuple[Expr, ...]
    unit: Unit
    span: Span = _span()


@immutable
class Tier:
    """One row of tiers; `start` is None for the row `below`, and `value` belongs to what lies from `start` to the next row's start."""

    start: Expr | None
    value: Expr
    span: Span = _span()


@immutable
class Slices:
    """Each slice of the operand at its own value: the sum of (part of the operand within the tier) times (the tier's value)."""

    operand: Expr
    tiers: tuple[Tier, ...]
    unit: Unit
    span: Span = _span()


@immutable
class Step:
    """The value of the last tier that the operand reaches; zero below the first."""

    operand: Expr
    tiers: tuple[Tier, ...]
    unit: Unit
    span: Span = _span()


@immutable
class Curve:
    """Points joined by straight lines, with a value below the first and one above the last."""

    operand: Expr
    below: Expr
    points: tuple[Tier, ...]
    above: Expr
    unit: Unit
    span: Span = _span()


@immutable
class Place:
    """The payee's place in the component's ranking, from 1; ties share the better place."""

    unit: Unit
    span: Span = _span()


@immutable
class PaidBefore:
    """In a draw: the payee's payout of the period before this draw."""

    unit: Unit
    span: Span = _span()


@immutable
class Named:
    """A formula that the plan gave a name."""

    name: str
    value: Expr
    unit: Unit
    span: Span = _span()


@immutable
class Moment:
    """The day of the credit at hand; with a period, the number of the period of that kind that the place lies in."""

    period: Period | None
    unit: Unit
    span: Span = _span()


@immutable
class Proration:
    """How something is prorated: by `days`, by `months` of at least so many days, `not` at all; or `asked`, where it is not said."""

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
    span: Span = _span()


@immutable
class Tenure:
    """The calendar months from a date until the day at hand, the last of the period at hand; `first` is the number of the first month."""

    begins: PayeeField
    day: Moment
    first: int
    unit: Unit
    span: Span = _span()


@immutable
class Since:
    """A value, and the first day on which it holds; None where it holds always."""

    first: date | None
    value: Const


@immutable
class ParameterAt:
    """The value of a parameter on a day, or in the period that a `Moment` numbers; `day` is None where there is one value alone."""

    name: str
    values: tuple[Since, ...]
    day: Expr | None
    unit: Unit
    span: Span = _span()


@immutable
class Part:
    """Inside a measure's formula: its sum or count of that index."""

    index: int
    unit: Unit
    span: Span = _span()


Expr = (
    Const | RecordField | ChildField | PayeeField | CreditField | Arith | Div | Neg | Scale | Rate | Convert | EndOf | Func | Shift | Cmp
    | In | Within | Empty | NotE | AndOr | MeasureAt | QuotaAt | Attainment | RecordSum | EarnedAt | Lookup | Slices | Step | Curve | Place
    | Named | Part | PaidBefore | Moment | ParameterAt | Tenure | Averaged
)  # fmt: skip
