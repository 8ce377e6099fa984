"""The syntax tree: what a plan file says, word for word, with the place of every part. Nothing here is checked yet.

Every node is immutable, and its span is left out of comparison, so that two texts that differ in layout alone are equal. Formulas have
a file of their own, and are named from here as well.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date
from decimal import Decimal
from enum import Enum

from compplan.diagnostics import Span
from compplan.immutable import immutable

# isort: off
from compplan.language.tree_formulas import (
    Against, Among, Binary, BoundKind, Call, Compare, Curve, Divide, Expression, Factor, InPeriod, IsEmpty, Literal, LiteralKind,
    Logical, Name, Negate, Not, Over, Path, PeriodLiteral, PerPeriod, Reach, Row, ShareOf, Slices, Step, TheTarget,
)  # fmt: skip

# isort: on
from compplan.schema import Period


def _span() -> Span:
    return field(compare=False, repr=False)  # type: ignore[no-any-return]


# ---- what is credited, measured, set as a goal --------------------------------------------------------------------


@immutable
class Let:
    """`let name = formula`."""

    name: Name
    value: Expression
    span: Span = _span()


@immutable
class Since:
    """`from 2027-07-01: 6%`: a value and the first day on which it holds; None where it holds always."""

    first: date | None
    value: Expression
    span: Span = _span()


@immutable
class Parameter:
    """`parameter base_rate = 5%`, or a block of values with the days from which they hold."""

    name: Name
    values: tuple[Since, ...]
    span: Span = _span()


@immutable
class ToPerson:
    """`to owner`."""

    person: Path
    span: Span = _span()


@immutable
class ToManagers:
    """`to every manager above owner`."""

    person: Path
    span: Span = _span()


@immutable
class ToGroup:
    """`to everyone in owner.team`."""

    group: Path
    span: Span = _span()


Recipient = ToPerson | ToManagers | ToGroup


@immutable
class Give:
    """`give share to recipient where condition, as overlay`; a share of None is `the rest`."""

    share: Expression | None
    recipient: Recipient
    where: Expression | None
    overlay: bool
    span: Span = _span()


@immutable
class NamedAmount:
    """`amount kept = formula`."""

    name: Name
    value: Expression
    span: Span = _span()


@immutable
class Sentence:
    """A sentence of one formula and the keyword that it starts with: `where`, `on`, `amount`, `pay`, `times`, `only if`, `cap`, `floor`."""

    keyword: str
    value: Factor
    span: Span = _span()


@immutable
class SharesAdd:
    """`shares add to 100%`."""

    total: Literal
    span: Span = _span()


CreditLine = Let | Sentence | NamedAmount | Give | SharesAdd


@immutable
class Credit:
    """`credit name from source { lines }`."""

    name: Name
    source: Name
    lines: tuple[CreditLine, ...]
    span: Span = _span()


@immutable
class EachGroup:
    """`for each team`."""

    column: Name


@immutable
class Company:
    """`for the company`."""


@immutable
class Measure:
    """`measure name for group = formula`; a group of None is each payee."""

    name: Name
    group: EachGroup | Company | None
    value: Expression
    span: Span = _span()


@immutable
class Quota:
    """`quota for measure each period = formula`."""

    measure: Name
    period: Period
    value: Expression
    span: Span = _span()


class CellKind(Enum):
    """What a cell of a table holds."""

    VALUE = "value"
    FROM = "from"
    BELOW = "below"
    ANY = "any"
    PERIOD = "period"
    EMPTY = "empty"


@immutable
class Cell:
    """One cell; its value is a formula, or a period's label."""

    kind: CellKind
    value: Expression | PeriodLiteral | None
    span: Span = _span()


@immutable
class Grid:
    """Rows of cells; the first row is the header."""

    rows: tuple[tuple[Cell, ...], ...]
    span: Span = _span()


@immutable
class Table:
    """`table name { grid }` or `table name from "file.csv"`."""

    name: Name
    grid: Grid | None
    file: Literal | None
    span: Span = _span()


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
    """`payout each month`."""

    period: Period
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
class Grant:
    """`grant 2 "days off"`."""

    quantity: Expression
    thing: str
    span: Span = _span()


ComponentLine = Let | Sentence | ForPeriod | ForCredit | ToTop | Grant


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


SharedLine = Let | Parameter | Credit | Measure | Quota | Table
PlanLine = SharedLine | Use | Effective | Payees | Currency | Payout | Weights | PlanCap | Component | Example


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
    "Against", "Among", "Binary", "BoundKind", "Call", "Cell", "CellKind", "Company", "Compare", "Component", "ComponentLine", "Credit",
    "CreditLine", "Currency", "Curve", "Definitions", "Divide", "EachGroup", "Effective", "Example", "Expect", "Expression", "Factor",
    "File", "ForCredit", "ForPeriod", "Give", "Given", "Grant", "Grid", "InPeriod", "IsEmpty", "Let", "Literal", "LiteralKind",
    "Logical", "Lost", "Measure", "Name", "NamedAmount", "Negate", "Not", "Over", "Parameter", "Path", "Payees", "Payout", "PerPeriod",
    "PeriodLiteral", "Plan", "PlanCap", "PlanLine", "Quota", "Reach", "Recipient", "Row", "Sentence", "ShareOf", "SharedLine",
    "SharesAdd", "Since", "Slices", "Step", "Table", "TheTarget", "ToDate", "ToGroup", "ToManagers", "ToPerson", "ToTop", "Use", "Weights",
]  # fmt: skip
