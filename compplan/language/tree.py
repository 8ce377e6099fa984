"""The syntax tree: what a plan file says, word for word, with the place of every part. Nothing here is checked yet.

Every node is immutable, and its span is left out of comparison, so that two texts that differ in layout alone are equal. Its parts have
files of their own, and are named from here as well.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date
from decimal import Decimal

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_changes import AddLine, Because, Becomes, Change, ChangeLine, Named, RemoveLine, ReplaceLine
from compplan.language.tree_components import (
    Budget,
    Component,
    ComponentLine,
    ForCredit,
    ForPeriod,
    Grant,
    InForce,
    SharedOut,
    SpreadOver,
    ToDate,
    ToTop,
)
from compplan.language.tree_costs import ContractCost, CostLine, Expense, Term, WriteOff
from compplan.language.tree_draws import Draw, DrawLine, Forgive, Leaving, Recover, TopUp
from compplan.language.tree_examples import Example, Expect, Given

# isort: off
from compplan.language.tree_definitions import (
    Cell, CellKind, Company, Credit, CreditLine, EachGroup, Give, Grid, Let, Measure, NamedAmount, Parameter, Quota, Recipient, Repeat,
    Sentence, SharesAdd, Since, Table, Tenure, ToGroup, ToManagers, ToNamed, ToPerson,
)  # fmt: skip
from compplan.language.tree_formulas import (
    Against, Among, AverageBefore, Binary, BoundKind, Call, Compare, Convert, Curve, Divide, Expression, Factor, InPeriod, IsEmpty,
    LeaveShare, Literal, LiteralKind, Logical, Name, Negate, Not, OfOthers, Over, Path, PeriodLiteral, PerPeriod, Reach, Row, ShareOf,
    Slices, Step, SumToDate, TheLevel, TheTarget, Window,
)  # fmt: skip

# isort: on
from compplan.language.tree_holds import Clawback, DatedShare, Hold, Keep, OfComponents
from compplan.language.tree_leave import Leave, Relieve
from compplan.schema import Period

# ---- the plan's terms ---------------------------------------------------------------------------------------------


@immutable
class Use:
    """`use name`."""

    name: Name
    span: Span = span_field()


@immutable
class Effective:
    """`effective from first through last`, both included."""

    first: date
    last: date
    span: Span = span_field()


@immutable
class Payees:
    """`payees where condition`, or `payees everyone` with no condition."""

    where: Expression | None
    span: Span = span_field()


@immutable
class Currency:
    """`currency USD, each earning rounded to 0.01, half away from zero`."""

    code: str
    unit: Decimal
    half_even: bool
    span: Span = span_field()


@immutable
class PaidIn:
    """`in payee.currency at the daily rate of the end of the month`, or in one currency for all; the rate's day is as in `Convert`."""

    currency: Path | str
    rates: Name
    date: Path | Literal | None
    period: Period | None
    literal: PeriodLiteral | None
    span: Span = span_field()


@immutable
class Payout:
    """`payout each month, a negative one is carried forward`; `negative` is "carried", "owed", or None where nothing is said.

    `paid_in` is in which currency, where it is said.
    """

    period: Period
    negative: str | None
    paid_in: PaidIn | None
    span: Span = span_field()


@immutable
class ProratedCap:
    """Of what is prorated: `cap each year`."""

    period: Period
    span: Span = span_field()


@immutable
class ProratedDraw:
    """Of what is prorated: `draw monthly`."""

    name: Name
    span: Span = span_field()


@immutable
class Prorate:
    """`prorate target_incentive, quota(arr) by calendar days`; `by` is days, working days, months (of at `least` so many
    days) or not.
    """

    what: tuple[Path | Call | ProratedCap | ProratedDraw, ...]
    by: str
    least: int
    span: Span = span_field()


@immutable
class Weights:
    """`weights of target_incentive add to 100%`."""

    column: Path
    total: Literal
    span: Span = span_field()


@immutable
class PlanCap:
    """`cap each month at formula, the rest is carried to the next month`; `carried` is that next period, None where the rest is lost."""

    period: Period
    limit: Expression
    carried: Period | None
    span: Span = span_field()


# ---- changes ------------------------------------------------------------------------------------------------------


@immutable
class Remove:
    """`remove commission own`, `remove cap each year at 90,000 USD`."""

    what: Named | PlanCap | Weights
    span: Span = span_field()


@immutable
class Replace:
    """`replace measure arr = sum(booking.credited where kind = "new")`: what has that name."""

    line: SharedLine | Component | Draw | Hold | Clawback | ContractCost
    span: Span = span_field()


SharedLine = Let | Parameter | Tenure | Credit | Measure | Quota | Leave | Table
PlanLine = (
    SharedLine | Prorate | Relieve | Use | Effective | Payees | Currency | Payout | Weights | PlanCap | Hold | Clawback | ContractCost
    | Draw | Component | Example | Change | Remove | Replace
)  # fmt: skip
AmendmentLine = SharedLine | InForce | Because | Component | Example | Change | Remove | Replace


@immutable
class Definitions:
    """`definitions name { lines }`."""

    name: Name
    lines: tuple[SharedLine, ...]
    span: Span = span_field()


@immutable
class Plan:
    """`plan name "Label" based on base { lines }`.

    `parts` are the stretches of text that it is made of, its own and those of its amendments, and `hidden` what it does not take over from
    the definitions that it uses, by word and name, once all changes have been made.
    """

    name: Name
    label: str
    lines: tuple[PlanLine, ...]
    base: Name | None = None
    parts: tuple[Span, ...] = field(default=(), compare=False, repr=False)
    hidden: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)
    amended: tuple[Amendment, ...] = field(default=(), compare=False)
    span: Span = field(compare=False, repr=False, kw_only=True)


@immutable
class Amendment:
    """`amend plan "Label" { lines }`."""

    name: Name
    label: str
    lines: tuple[AmendmentLine, ...]
    span: Span = span_field()


@immutable
class Lost:
    """Lines of a file that could not be read (both ends included), the names that they may have defined, the words they start with."""

    first: int
    last: int
    names: frozenset[str]
    words: frozenset[str]


@immutable
class File:
    """All that could be read of one plan file, and what could not."""

    path: str
    items: tuple[Plan | Definitions | Amendment, ...]
    lost: tuple[Lost, ...] = field(default=(), compare=False)


__all__ = [
    "AddLine",
    "Against",
    "Amendment",
    "AmendmentLine",
    "Among",
    "AverageBefore",
    "Because",
    "Becomes",
    "Binary",
    "BoundKind",
    "Budget",
    "Call",
    "Cell",
    "CellKind",
    "Change",
    "ChangeLine",
    "Clawback",
    "Company",
    "Compare",
    "Component",
    "ComponentLine",
    "ContractCost",
    "Convert",
    "CostLine",
    "Credit",
    "CreditLine",
    "Currency",
    "Curve",
    "DatedShare",
    "Definitions",
    "Divide",
    "Draw",
    "DrawLine",
    "EachGroup",
    "Effective",
    "Example",
    "Expect",
    "Expense",
    "Expression",
    "Factor",
    "File",
    "ForCredit",
    "ForPeriod",
    "Forgive",
    "Give",
    "Given",
    "Grant",
    "Grid",
    "Hold",
    "InForce",
    "InPeriod",
    "IsEmpty",
    "Keep",
    "Leave",
    "LeaveShare",
    "Leaving",
    "Let",
    "Literal",
    "LiteralKind",
    "Logical",
    "Lost",
    "Measure",
    "Name",
    "Named",
    "NamedAmount",
    "Negate",
    "Not",
    "OfComponents",
    "OfOthers",
    "Over",
    "PaidIn",
    "Parameter",
    "Path",
    "Payees",
    "Payout",
    "PerPeriod",
    "PeriodLiteral",
    "Plan",
    "PlanCap",
    "PlanLine",
    "Prorate",
    "ProratedCap",
    "ProratedDraw",
    "Quota",
    "Reach",
    "Recipient",
    "Recover",
    "Relieve",
    "Remove",
    "RemoveLine",
    "Repeat",
    "Replace",
    "ReplaceLine",
    "Row",
    "Sentence",
    "ShareOf",
    "SharedLine",
    "SharedOut",
    "SharesAdd",
    "Since",
    "Slices",
    "SpreadOver",
    "Step",
    "SumToDate",
    "Table",
    "Tenure",
    "Term",
    "TheLevel",
    "TheTarget",
    "ToDate",
    "ToGroup",
    "ToManagers",
    "ToNamed",
    "ToPerson",
    "ToTop",
    "TopUp",
    "Use",
    "Weights",
    "Window",
    "WriteOff",
]
