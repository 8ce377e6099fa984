"""The syntax tree: what a plan file says, word for word, with the place of every part. Nothing here is checked yet.

Every node is immutable, and its span is left out of comparison, so that two texts that differ in layout alone are equal. Definitions and
formulas have files of their own, and are named from here as well.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date
from decimal import Decimal

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.tree_draws import Draw, DrawLine, Forgive, Recover, TopUp

# isort: off
from compplan.language.tree_definitions import (
    Cell, CellKind, Company, Credit, CreditLine, EachGroup, Give, Grid, Let, Measure, NamedAmount, Parameter, Quota, Recipient, Repeat,
    Sentence, SharesAdd, Since, Table, Tenure, ToGroup, ToManagers, ToNamed, ToPerson,
)  # fmt: skip
from compplan.language.tree_formulas import (
    Against, Among, Binary, BoundKind, Call, Compare, Convert, Curve, Divide, Expression, Factor, InPeriod, IsEmpty, Literal,
    LiteralKind, Logical, Name, Negate, Not, Over, Path, PeriodLiteral, PerPeriod, Reach, Row, ShareOf, Slices, Step, TheTarget,
)  # fmt: skip

# isort: on
from compplan.schema import Period


def _span() -> Span:
    return field(compare=False, repr=False)  # type: ignore[no-any-return]


# ---- the plan's terms ---------------------------------------------------------------------------------------------


@immutable
class Use:
    """`use name`."""

    name: Name
    span: Span = _span()


@immutable
class Effective:
    """`effective from first through last`, both included."""

    first: date
    last: date
    span: Span = _span()


@immutable
class Payees:
    """`payees where condition`, or `payees everyone` with no condition."""

    where: Expression | None
    span: Span = _span()


@immutable
class Currency:
    """`currency USD, each earning rounded to 0.01, half away from zero`."""

    code: str
    unit: Decimal
    half_even: bool
    span: Span = _span()


@immutable
class Payout:
    """`payout each month, a negative one is carried forward`; `negative` is "carried", "owed", or None where nothing is said."""

    period: Period
    negative: str | None
    span: Span = _span()


@immutable
class Weights:
    """`weights of target_incentive add to 100%`."""

    column: Path
    total: Literal
    span: Span = _span()


@immutable
class PlanCap:
    """`cap each year at formula`."""

    period: Period
    limit: Expression
    span: Span = _span()


# ---- what is earned -----------------------------------------------------------------------------------------------


@immutable
class ToDate:
    """`on the year to date less what was earned before, against the full quota`."""

    period: Period
    against: Against | None
    span: Span = _span()


@immutable
class ForPeriod:
    """`for each month, on the quarter to date less what was earned before`."""

    period: Period
    to_date: ToDate | None
    span: Span = _span()


@immutable
class ForCredit:
    """`for each booking where condition`."""

    credit: Name
    where: Expression | None
    to_date: ToDate | None
    span: Span = _span()


@immutable
class ToTop:
    """`to the top 10% by formula, rounded up, ties included`."""

    size: Literal
    by: Expression
    rounded_up: bool | None
    ties_included: bool
    span: Span = _span()


@immutable
class SharedOut:
    """`share among each team where condition, by formula`: a group of None is everyone, a formula of None `equally`."""

    group: Name | None
    where: Expression | None
    by: Expression | None
    span: Span = _span()


@immutable
class Grant:
    """`grant 2 "days off"`."""

    quantity: Expression
    thing: str
    span: Span = _span()


ComponentLine = Let | Sentence | ForPeriod | ForCredit | ToTop | SharedOut | Grant


@immutable
class Component:
    """`commission name "Label" { lines }`; the word is commission, bonus or award."""

    word: str
    name: Name
    label: str
    lines: tuple[ComponentLine, ...]
    span: Span = _span()


# ---- examples -----------------------------------------------------------------------------------------------------


@immutable
class Given:
    """`given deals { grid }`."""

    kind: Name
    grid: Grid
    span: Span = _span()


@immutable
class Expect:
    """`expect own for "ana" on "d1" in 2027-Q1 = 11,812.50 USD`; without a payee, of everyone together."""

    what: Expression
    payee: str | None
    record: str | None
    period: PeriodLiteral
    value: Expression
    words: str = field(compare=False)
    span: Span = _span()


@immutable
class Example:
    """`example "text" { lines }`."""

    title: str
    lines: tuple[Given | Expect, ...]
    span: Span = _span()


SharedLine = Let | Parameter | Tenure | Credit | Measure | Quota | Table
PlanLine = SharedLine | Use | Effective | Payees | Currency | Payout | Weights | PlanCap | Draw | Component | Example


@immutable
class Definitions:
    """`definitions name { lines }`."""

    name: Name
    lines: tuple[SharedLine, ...]
    span: Span = _span()


@immutable
class Plan:
    """`plan name "Label" { lines }`."""

    name: Name
    label: str
    lines: tuple[PlanLine, ...]
    span: Span = _span()


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
    items: tuple[Plan | Definitions, ...]
    lost: tuple[Lost, ...] = field(default=(), compare=False)


__all__ = [
    "Against",
    "Among",
    "Binary",
    "BoundKind",
    "Call",
    "Cell",
    "CellKind",
    "Company",
    "Compare",
    "Component",
    "ComponentLine",
    "Convert",
    "Credit",
    "CreditLine",
    "Currency",
    "Curve",
    "Definitions",
    "Divide",
    "Draw",
    "DrawLine",
    "EachGroup",
    "Effective",
    "Example",
    "Expect",
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
    "InPeriod",
    "IsEmpty",
    "Let",
    "Literal",
    "LiteralKind",
    "Logical",
    "Lost",
    "Measure",
    "Name",
    "NamedAmount",
    "Negate",
    "Not",
    "Over",
    "Parameter",
    "Path",
    "Payees",
    "Payout",
    "PerPeriod",
    "PeriodLiteral",
    "Plan",
    "PlanCap",
    "PlanLine",
    "Quota",
    "Reach",
    "Recipient",
    "Recover",
    "Repeat",
    "Row",
    "Sentence",
    "ShareOf",
    "SharedLine",
    "SharedOut",
    "SharesAdd",
    "Since",
    "Slices",
    "Step",
    "Table",
    "Tenure",
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
]
