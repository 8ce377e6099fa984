"""The typed plan: every name resolved, every formula with its unit, every window said. What the engine and the oracle work from.

Numbers are exact `Fraction`s. `+` and `-` are exact; the result of `*` and `/` has twelve decimals, half away from zero; see
`docs/language.md`, "Exactness". Formulas have a file of their own, and are named from here as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from fractions import Fraction

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.said import Said
from compplan.language.tree_formulas import Against
from compplan.language.typed_formulas import (
    AndOr,
    Arith,
    Attainment,
    Averaged,
    ChildField,
    Cmp,
    Const,
    Convert,
    CreditField,
    Curve,
    Div,
    EarnedAt,
    Empty,
    EndOf,
    Expr,
    Func,
    In,
    Lookup,
    MeasureAt,
    Moment,
    Named,
    Neg,
    NotE,
    PaidBefore,
    ParameterAt,
    Part,
    PayeeField,
    Place,
    Proration,
    QuotaAt,
    Rate,
    RecordField,
    RecordSum,
    Scale,
    Shift,
    Since,
    Slices,
    Step,
    Tenure,
    Tier,
    Value,
    Window,
    Within,
)
from compplan.language.units import Unit
from compplan.schema import Period


def _span() -> Span:
    return field(compare=False, repr=False)  # type: ignore[no-any-return]


# ---- definitions --------------------------------------------------------------------------------------------------


@immutable
class Recipient:
    """Who a share goes to: the person, every manager above the person, or everyone whose `group` column has the value.

    Of one person that the plan itself names, `target` is the key, a text.
    """

    how: str  # "person", "managers" or "group"
    target: Expr
    group: str | None = None


@immutable
class Give:
    """One `give` of a credit; a share of None is the rest. `child` is the kind whose rows it goes through, if any.

    With `equally` all that it reaches have the share between them: equal parts of 12 decimals, what does not divide a last digit each for
    the first by key.
    """

    share: Expr | None
    equally: bool
    recipient: Recipient
    where: Expr | None
    overlay: bool
    child: str | None
    child_reference: str | None
    span: Span = _span()


@immutable
class Repeat:
    """A record counts `times` times: on its day, and again after each month, quarter, half or year."""

    period: Period
    times: Expr
    span: Span = _span()


@immutable
class Credit:
    """Who is credited with which part of what.

    `source` is a kind of record or, where `from_credit`, another credit; `kind` is the record's kind in the end. `amounts` holds `credited`
    and the named amounts, each before it is shared out. `total` is what the shares that are no overlays add up to. `repeat` is how often
    each record counts; `repeated` is whether that, or the credit that it comes from, says so: then `repetition` is a field, and the day
    is the repetition's.
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
    repeat: Repeat | None
    repeated: bool
    span: Span = _span()


@immutable
class Aggregate:
    """A sum or count of credits: `value` is None for a count of rows.

    With `different`, it is counted how many values there are, each once; an empty one is none. `overlays` is whether the plan says that
    overlays count as well.
    """

    credit: str
    value: Expr | None
    where: Expr | None
    unit: Unit
    span: Span = _span()
    different: bool = False
    overlays: bool = False


@immutable
class Measure:
    """A formula over sums and counts of credits, for each payee, each group (a column of people) or the company."""

    name: str
    group: str | None  # a column of people, "" for the company, None for each payee
    parts: tuple[Aggregate, ...]
    formula: Expr
    unit: Unit
    span: Span = _span()


@immutable
class Quota:
    """What a measure is held against, for each period of a kind."""

    measure: str
    period: Period
    value: Expr
    unit: Unit
    ramp: Expr | None
    """What multiplies it month by month: a ratio."""
    span: Span = _span()


@immutable
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


@immutable
class TableRow:
    """One row of a table: what it asks, and its value."""

    keys: tuple[KeyCell, ...]
    value: Const
    span: Span = _span()


@immutable
class Table:
    """A table of rates: the first row that fits gives the value."""

    name: str
    keys: tuple[str, ...]
    key_units: tuple[Unit, ...]
    rows: tuple[TableRow, ...]
    unit: Unit
    span: Span = _span()


@immutable
class Parameter:
    """A figure that has a name, with the days from which each of its values holds."""

    name: str
    values: tuple[Since, ...]
    unit: Unit
    span: Span = _span()


# ---- what is earned -----------------------------------------------------------------------------------------------


@immutable
class ForPeriod:
    """Once for each payee and period; `to_date` where the figure is that of a longer period to date, less what was earned before."""

    period: Period
    to_date: Period | None
    against: Against | None


@immutable
class ForCredit:
    """Once for each credit that meets the condition; `to_date` as for a period, in order of date and record."""

    credit: str
    where: Expr | None
    to_date: Period | None
    against: Against | None


@immutable
class Top:
    """Only the first `count`, or the first `share` of all payees, by a figure."""

    count: int | None
    share: Fraction | None
    rounded_up: bool
    ties_included: bool
    by: Expr
    span: Span = _span()


@immutable
class Pool:
    """What a component comes to is shared out among the payees of a group: equally, or by a figure.

    `group` is the payee's column that names the group, None for everyone; `where` says which of them have a part. A figure below zero
    counts as zero. The parts add up to the whole, by largest remainder, the first payee by key where two remainders are equal.
    """

    group: PayeeField | None
    where: Expr | None
    by: Expr | None
    span: Span = _span()


@immutable
class Budget:
    """At most so much in each period for all payees together; `spent` says who has it: cut, left out or in proportion.

    What is below zero stands as it is and leaves the budget alone. Credits go by date, record and payee: with `cut`, the one that no longer
    fits has what is left; with `left out` it has nothing, nor has any after it. In proportion, all of the period are lessened alike.
    """

    limit: Expr
    period: Period
    spent: str
    span: Span = _span()


@immutable
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
    first: date | None = None
    last: date | None = None
    """Its own first and last day, where it is in force for a part of the plan's time."""
    said: tuple[tuple[Said, ...], ...] = field(default=(), compare=False, repr=False)
    pool: Pool | None = None
    budget: Budget | None = None

    @property
    def version(self) -> tuple[str, ...]:
        """What tells it apart from an earlier component of the same name."""
        return () if self.first is None else ("from", self.first.isoformat())


@immutable
class PlanCap:
    """At most so much for each period, all components together; with `carries`, what goes beyond it is paid in the periods after it."""

    period: Period
    limit: Expr
    carries: bool
    span: Span = _span()


@immutable
class Draw:
    """Payouts topped up to a level where every condition holds, and what was added recovered later; in the order of the text.

    A `room` of None: nothing is ever recovered. `forgive`: the period with the end of which the balance starts anew.
    """

    name: str
    label: str
    level: Expr
    level_if: Expr | None
    room: Expr | None
    room_if: Expr | None
    forgive: Period | None
    span: Span = _span()


@immutable
class Amended:
    """An amendment of a plan: its label, from when on it holds, and why, where that is said."""

    label: str
    first: date
    because: str
    span: Span = _span()


@immutable
class DatedShare:
    """A share that counts from a date on; of a `child`, one for each of its rows that refer to the record."""

    share: Expr
    dated: Expr
    where: Expr | None
    child: str | None
    child_reference: str | None
    span: Span = _span()


@immutable
class Hold:
    """A part of what a component earns for a credit, kept until it is released."""

    name: str
    label: str
    component: str
    keep: Expr
    shares: tuple[DatedShare, ...]
    span: Span = _span()


@immutable
class Clawback:
    """A part of what a component earns for a credit, taken back later; of what is held, that part is not released any more."""

    name: str
    label: str
    component: str
    shares: tuple[DatedShare, ...]
    span: Span = _span()


@immutable
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
    prorations: Mapping[str, Proration]
    """How columns of people, and quotas as `quota(measure)`, are prorated; where nothing is said, it is asked."""
    parameters: Mapping[str, Parameter]
    components: tuple[Component, ...]
    caps: tuple[PlanCap, ...]
    negative: str | None
    """What becomes of a negative payout: "carried" forward, "owed", or None where the plan does not say."""
    draws: tuple[Draw, ...]
    holds: tuple[Hold, ...]
    """A hold of several components stands here once for each of them."""
    clawbacks: tuple[Clawback, ...]
    examples: tuple[Example, ...]
    file: str
    span: Span = _span()
    amended: tuple[Amended, ...] = ()

    def dates_of(self, component: Component) -> tuple[date, date]:
        """The first and last day of a component within the plan's."""
        first, last = component.first or self.first, component.last or self.last
        return max(first, self.first), min(last, self.last)

    @property
    def named_components(self) -> tuple[Component, ...]:
        """The components, one for each name: the first of those that follow each other in time."""
        return tuple({c.name: c for c in reversed(self.components)}[name] for name in dict.fromkeys(c.name for c in self.components))

    def component(self, name: str) -> Component | None:
        """The component of that name, if there is one; the first of several that follow each other."""
        return next((c for c in self.components if c.name == name), None)

    def keeping(self, component: str) -> tuple[Hold | Clawback, ...]:
        """What holds a component and takes it back: holds first, each in the order of the text."""
        held = tuple(h for h in self.holds if h.component == component)
        return (*held, *(c for c in self.clawbacks if c.component == component))


# ---- examples -----------------------------------------------------------------------------------------------------


@immutable
class Rows:
    """Records given in an example: column names, and rows of values (None where empty)."""

    kind: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    span: Span = _span()


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
    span: Span = _span()


@immutable
class Example:
    """Records given, and what must come of them."""

    title: str
    given: tuple[Rows, ...]
    expected: tuple[Expectation, ...]
    span: Span = _span()


__all__ = [
    "Aggregate",
    "Amended",
    "AndOr",
    "Arith",
    "Attainment",
    "Averaged",
    "Budget",
    "ChildField",
    "Clawback",
    "Cmp",
    "Component",
    "Const",
    "Convert",
    "Credit",
    "CreditField",
    "Curve",
    "DatedShare",
    "Div",
    "Draw",
    "EarnedAt",
    "Empty",
    "EndOf",
    "Example",
    "Expectation",
    "Expr",
    "ForCredit",
    "ForPeriod",
    "Func",
    "Give",
    "Hold",
    "In",
    "KeyCell",
    "Lookup",
    "Measure",
    "MeasureAt",
    "Moment",
    "Named",
    "Neg",
    "NotE",
    "PaidBefore",
    "Parameter",
    "ParameterAt",
    "Part",
    "PayeeField",
    "Place",
    "Plan",
    "PlanCap",
    "Pool",
    "Proration",
    "Quota",
    "QuotaAt",
    "Rate",
    "Recipient",
    "RecordField",
    "RecordSum",
    "Repeat",
    "Rows",
    "Scale",
    "Shift",
    "Since",
    "Slices",
    "Step",
    "Table",
    "TableRow",
    "Target",
    "Tenure",
    "Tier",
    "Top",
    "Value",
    "Window",
    "Within",
]
