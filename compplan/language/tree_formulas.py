"""The syntax tree of formulas: values, names, calculations, conditions, tiers; each as written, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.schema import MONTHS_IN, Period


@immutable
class Name:
    """A name as written, with its place."""

    text: str
    span: Span = span_field()


# ---- formulas -----------------------------------------------------------------------------------------------------


class LiteralKind(Enum):
    """What a literal was written as."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    MULTIPLE = "multiple"
    DATE = "date"
    TEXT = "text"
    YES_NO = "yes or no"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


@immutable
class Literal:
    """A value written out; a percentage is held as its ratio (75 % is 0.75), a duration as its count."""

    kind: LiteralKind
    value: Decimal | str | bool | date
    currency: str | None
    span: Span = span_field()


@immutable
class Path:
    """A name, or names joined by dots: `acv`, `owner.manager`, `booking.credited`."""

    names: tuple[Name, ...]
    span: Span = span_field()

    @property
    def text(self) -> str:
        """The names joined by dots."""
        return ".".join(n.text for n in self.names)


@immutable
class Binary:
    """`left operator right`, the operator one of + - *."""

    operator: str
    left: Expression
    right: Expression
    span: Span = span_field()


@immutable
class Divide:
    """`left / right else otherwise`."""

    left: Expression
    right: Expression
    otherwise: Expression | None
    span: Span = span_field()


@immutable
class Negate:
    """`-operand`."""

    operand: Expression
    span: Span = span_field()


@immutable
class ShareOf:
    """`75% of operand`."""

    share: Literal
    operand: Expression
    span: Span = span_field()


@immutable
class PerPeriod:
    """`operand per quarter`."""

    operand: Expression
    period: Period
    span: Span = span_field()


class Reach(Enum):
    """How much of a period a window takes."""

    WHOLE = "whole"
    TO_DATE = "to date"
    BEFORE = "before this one"


@immutable
class Window:
    """The part of time that a figure is taken over: (part of) the period of a kind that the place lies in, so many months `back`.

    With `months` it is so many of them instead, up to the end of the period at hand; where it is `apart`, up to the end of the one before.
    """

    period: Period
    reach: Reach = Reach.WHOLE
    back: int = 0
    months: int = 0
    apart: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it is (part of) the very period that the place lies in, which may not be over yet."""
        return not self.back and not self.months

    @property
    def words(self) -> str:
        """What stands behind `over`."""
        if self.months:
            count = "1 month" if self.months == 1 else f"{self.months} months"
            return f"the {count} before" if self.apart else f"the last {count}"
        if self.reach is Reach.WHOLE and self.back == MONTHS_IN[self.period]:
            return f"the previous {self.period}"
        reach = "" if self.reach is Reach.WHOLE else f" {self.reach.value}"
        return f"{self.period}{reach}{' a year before' if self.back else ''}"


@immutable
class Over:
    """`operand over year to date`; `same` where only what has the same in a column counts: `over year to date of the same account`."""

    operand: Expression
    window: Window
    same: Path | None
    span: Span = span_field()


class Against(Enum):
    """Which part of a quota a figure to date is held against."""

    FULL = "the full quota"
    TO_DATE = "the quota to date"


@immutable
class Convert:
    """`operand in USD at the daily rate of close_date, rounded to 0.01`.

    The rate is that of a day, `date`, or of the last day of the `period` in which that lies (of the period at hand, where there is no
    date), or of a period that is written out.
    `unit` is what is rounded to, `unrounded` whether the plan says that nothing is.
    """

    operand: Expression
    currency: str
    rates: Name
    date: Path | Literal | None
    period: Period | None
    literal: PeriodLiteral | None
    unit: Decimal | None
    unrounded: bool
    span: Span = span_field()


@immutable
class OfOthers:
    """`own of everyone below`, `own of direct reports`: what others than the payee have earned."""

    operand: Expression
    direct: bool
    span: Span = span_field()


@immutable
class Call:
    """`name(different arguments where condition, overlays included against ...)`."""

    name: Name
    arguments: tuple[Expression, ...]
    where: Expression | None
    against: Against | None
    different: bool
    overlays: bool
    span: Span = span_field()


@immutable
class TheLevel:
    """`the level`: in a draw, what it tops up to."""

    span: Span = span_field()


@immutable
class TheTarget:
    """`the target`: what the component's `pay` sentence comes to."""

    span: Span = span_field()


@immutable
class LeaveShare:
    """`the share on parental leave by calendar days`: how much of the period at hand; `by` and `least` as in `Prorate`."""

    leave: Name
    by: str
    least: int
    span: Span = span_field()


@immutable
class AverageBefore:
    """`the monthly average of earned(own) over 3 months before parental leave`."""

    component: Name
    over: Literal
    leave: Name
    span: Span = span_field()


@immutable
class SumToDate:
    """`sum(payments.amount to date by paid_on where condition)`, or the same with `count`: up to the day of the sentence."""

    name: Name
    of: Path
    by: Path | None
    where: Expression | None
    span: Span = span_field()


@immutable
class Compare:
    """`left comparator right`, one of = != < <= > >=."""

    comparator: str
    left: Expression
    right: Expression
    span: Span = span_field()


@immutable
class Among:
    """`operand in ("a", "b")`."""

    operand: Expression
    choices: tuple[Literal, ...]
    span: Span = span_field()


@immutable
class PeriodLiteral:
    """`2027-Q1`, `2027-03`, `2027-H1` or `2027`."""

    label: str
    span: Span = span_field()


@immutable
class InPeriod:
    """`operand in 2027-Q4`."""

    operand: Expression
    period: PeriodLiteral
    span: Span = span_field()


@immutable
class IsEmpty:
    """`operand is empty`."""

    operand: Expression
    span: Span = span_field()


@immutable
class Not:
    """`not operand`."""

    operand: Expression
    span: Span = span_field()


@immutable
class Logical:
    """`left and right`, `left or right`."""

    operator: str
    left: Expression
    right: Expression
    span: Span = span_field()


Expression = (
    Literal | Path | Binary | Divide | Negate | ShareOf | PerPeriod | Over | OfOthers | Convert | Call | TheTarget | TheLevel
    | LeaveShare | AverageBefore | SumToDate | Compare | Among | InPeriod | IsEmpty | Not | Logical
)  # fmt: skip


class BoundKind(Enum):
    """How a row of tiers states its bound."""

    FROM = "from"
    BELOW = "below"
    ABOVE = "above"
    AT = "at"


@immutable
class Row:
    """`from 100%: 1.5x`."""

    bound_kind: BoundKind
    bound: Expression
    value: Expression
    span: Span = span_field()


@immutable
class Slices:
    """`each slice of operand { rows }`: every slice at its own value (marginal)."""

    operand: Expression
    rows: tuple[Row, ...]
    span: Span = span_field()


@immutable
class Step:
    """`the step reached by operand { rows }`: one value, that of the last row reached (whole)."""

    operand: Expression
    rows: tuple[Row, ...]
    span: Span = span_field()


@immutable
class Curve:
    """`the curve at operand { rows }`: points joined by straight lines."""

    operand: Expression
    rows: tuple[Row, ...]
    span: Span = span_field()


Factor = Expression | Slices | Step | Curve


def paths(node: object, but: type | None = None) -> Iterator[Path]:
    """Every name in a formula, as it stands there; but none inside a formula of a kind."""
    if isinstance(node, Path):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from paths(item, but)
    elif is_dataclass(node) and isinstance(node, Expression) and (but is None or not isinstance(node, but)):
        for f in fields(node):
            yield from paths(getattr(node, f.name), but)
