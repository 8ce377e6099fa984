"""The typed plan: every name resolved, every formula with its unit, every window said. What the engine and the oracle work from.

Numbers are exact `Fraction`s. `+` and `-` are exact; the result of `*` and `/` has twelve decimals, half away from zero; see
`docs/language.md`, "Exactness".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Span
from compplan.language.tree import Against, Reach
from compplan.language.units import Unit
from compplan.schema import Period

Value = Fraction | str | bool | date


def _span() -> Span:
    return field(compare=False, repr=False)  # type: ignore[no-any-return]


# ---- formulas -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Const:
    """A value written in the plan."""

    value: Value
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class RecordField:
    """A column of the record, reached through references: ("acv",) or ("owner", "region")."""

    path: tuple[str, ...]
    unit: Unit
    optional: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ChildField:
    """A column of the row of another kind that refers to the record: `splits.share`."""

    kind: str
    path: tuple[str, ...]
    unit: Unit
    optional: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class PayeeField:
    """A column of the payee's own record, reached through references; an empty path is the payee."""

    path: tuple[str, ...]
    unit: Unit
    optional: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class CreditField:
    """A field of the credit at hand: `credited`, `share`, `overlay` or one of its named amounts."""

    name: str
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Arith:
    """`left operator right`, the operator one of + - *."""

    operator: str
    left: Expr
    right: Expr
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Div:
    """`left / right`, or `otherwise` where `right` is zero; None where `right` is a constant other than zero."""

    left: Expr
    right: Expr
    otherwise: Expr | None
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Neg:
    """`-operand`."""

    operand: Expr
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Scale:
    """Money for one period as money of another: times `multiply`, divided by `divide`."""

    operand: Expr
    multiply: int
    divide: int
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Func:
    """`min`, `max`, `abs`, `if` (condition, then, else) or `round` (value, to what)."""

    name: str
    arguments: tuple[Expr, ...]
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Shift:
    """A date moved by days or months, back where `count` is negative; a month's missing day is its last."""

    operand: Expr
    days: int
    months: int
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Cmp:
    """`left comparator right`; with an empty value on either side it is no."""

    comparator: str
    left: Expr
    right: Expr
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class In:
    """Whether the operand is one of the choices; an empty one is not."""

    operand: Expr
    choices: tuple[Const, ...]
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Within:
    """Whether a date lies within a period of the calendar; an empty one does not."""

    operand: Expr
    period: FiscalPeriod
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Empty:
    """Whether the operand is empty."""

    operand: Expr
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class NotE:
    """`not operand`."""

    operand: Expr
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class AndOr:
    """`left and right`, `left or right`."""

    operator: str
    left: Expr
    right: Expr
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Window:
    """The part of time that a measure or quota is taken over."""

    period: Period
    reach: Reach = Reach.WHOLE


@dataclass(frozen=True, slots=True)
class MeasureAt:
    """A measure over a window."""

    measure: str
    window: Window
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class QuotaAt:
    """The quota of a measure over a window; empty where the records have none."""

    measure: str
    window: Window
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Attainment:
    """Measure over quota; compared exactly, never through its rounded value."""

    measure: MeasureAt
    quota: QuotaAt
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value of the first row of a table that fits the arguments."""

    table: str
    arguments: tuple[Expr, ...]
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Tier:
    """One row of tiers; `start` is None for the row `below`, and `value` belongs to what lies from `start` to the next row's start."""

    start: Expr | None
    value: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Slices:
    """Each slice of the operand at its own value: the sum of (part of the operand within the tier) times (the tier's value)."""

    operand: Expr
    tiers: tuple[Tier, ...]
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Step:
    """The value of the last tier that the operand reaches; zero below the first."""

    operand: Expr
    tiers: tuple[Tier, ...]
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Curve:
    """Points joined by straight lines, with a value below the first and one above the last."""

    operand: Expr
    below: Expr
    points: tuple[Tier, ...]
    above: Expr
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Place:
    """The payee's place in the component's ranking, from 1; ties share the better place."""

    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Named:
    """A formula that the plan gave a name."""

    name: str
    value: Expr
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Part:
    """Inside a measure's formula: its sum or count of that index."""

    index: int
    unit: Unit
    span: Span = _span()


Expr = (
    Const | RecordField | ChildField | PayeeField | CreditField | Arith | Div | Neg | Scale | Func | Shift | Cmp | In | Within | Empty
    | NotE | AndOr | MeasureAt | QuotaAt | Attainment | RecordSum | Lookup | Slices | Step | Curve | Place | Named | Part
)  # fmt: skip


# ---- definitions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a share goes to: the person, every manager above the person, or everyone whose `group` column has the value."""

    how: str  # "person", "managers" or "group"
    target: Expr
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Give:
    """One `give` of a credit; a share of None is the rest. `child` is the kind whose rows it goes through, if any."""

    share: Expr | None
    recipient: Recipient
    where: Expr | None
    overlay: bool
    child: str | None
    child_reference: str | None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Credit:
    """Who is credited with which part of what.

    `source` is a kind of record or, where `from_credit`, another credit; `kind` is the record's kind in the end. `amounts` holds `credited`
    and the named amounts, each before it is shared out. `total` is what the shares that are no overlays add up to.
    """

    name: str
    source: str
    from_credit: bool
    kind: str
    where: tuple[Expr, ...]
    dated: RecordField
    amounts: Mapping[str, Expr]
    gives: tuple[Give, ...]
    total: Fraction
    has_overlay: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A sum or count of credits: `value` is None for a count."""

    credit: str
    value: Expr | None
    where: Expr | None
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Measure:
    """A formula over sums and counts of credits, for each payee, each group (a column of people) or the company."""

    name: str
    group: str | None  # a column of people, "" for the company, None for each payee
    parts: tuple[Aggregate, ...]
    formula: Expr
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Quota:
    """What a measure is held against, for each period of a kind."""

    measure: str
    period: Period
    value: Expr
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class KeyCell:
    """What a row of a table asks of one argument: anything, a value, or a stretch from `low` (included) to `high` (not)."""

    any: bool
    value: Value | None = None
    low: Fraction | date | None = None
    high: Fraction | date | None = None
    text: str = ""

    def fits(self, argument: Value | None) -> bool:
        """Whether an argument meets it."""
        if self.any:
            return True
        if argument is None:
            return False
        if self.value is not None:
            return self.value == argument
        return (self.low is None or self.low <= argument) and (self.high is None or argument < self.high)  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table: what it asks, and its value."""

    keys: tuple[KeyCell, ...]
    value: Const
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of rates: the first row that fits gives the value."""

    name: str
    keys: tuple[str, ...]
    key_units: tuple[Unit, ...]
    rows: tuple[TableRow, ...]
    unit: Unit
    span: Span = _span()


# ---- what is earned -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ForPeriod:
    """Once for each payee and period; `to_date` where the figure is that of a longer period to date, less what was earned before."""

    period: Period
    to_date: Period | None
    against: Against | None


@dataclass(frozen=True, slots=True)
class ForCredit:
    """Once for each credit that meets the condition; `to_date` as for a period, in order of date and record."""

    credit: str
    where: Expr | None
    to_date: Period | None
    against: Against | None


@dataclass(frozen=True, slots=True)
class Top:
    """Only the first `count`, or the first `share` of all payees, by a figure."""

    count: int | None
    share: Fraction | None
    rounded_up: bool
    ties_included: bool
    by: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Component:
    """Part of what a plan pays: a product of factors where every condition holds, within floor and cap, rounded once."""

    word: str
    name: str
    label: str
    grain: ForPeriod | ForCredit
    factors: tuple[Expr, ...]
    conditions: tuple[Expr, ...]
    top: Top | None
    cap: Expr | None
    floor: Expr | None
    thing: str | None
    unit: Unit
    earned_at: Period | None
    """The longest period that it must see whole before it is earned; None where a credit's own date is enough."""
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class PlanCap:
    """At most so much for each period, all components together."""

    period: Period
    limit: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan, ready to be worked out."""

    name: str
    label: str
    first: date
    last: date
    payees: Expr | None
    currency: str
    unit_decimals: int
    rounding_unit: Fraction
    half_even: bool
    payout: Period
    credits: Mapping[str, Credit]
    measures: Mapping[str, Measure]
    quotas: Mapping[str, Quota]
    tables: Mapping[str, Table]
    components: tuple[Component, ...]
    caps: tuple[PlanCap, ...]
    examples: tuple[Example, ...]
    file: str
    span: Span = _span()

    def component(self, name: str) -> Component | None:
        """The component of that name, if there is one."""
        return next((c for c in self.components if c.name == name), None)


# ---- examples -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rows:
    """Records given in an example: column names, and rows of values (None where empty)."""

    kind: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Target:
    """What is expected: `how` is component, payout, measure, quota, attainment or credited; `name` is whose."""

    how: str
    name: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """The targets added up, for a payee, in a period, on one record where it is named, must come to a value."""

    targets: tuple[Target, ...]
    payee: str
    record: str | None
    period: FiscalPeriod
    value: Fraction
    unit: Unit
    text: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Example:
    """Records given, and what must come of them."""

    title: str
    given: tuple[Rows, ...]
    expected: tuple[Expectation, ...]
    span: Span = _span()
