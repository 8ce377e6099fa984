"""The syntax tree of definitions: names for formulas, parameters, credits, measures, quotas, tables; each as written, with its place."""

from __future__ import annotations

from datetime import date
from enum import Enum

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.tree_formulas import Expression, Factor, Literal, Name, Path, PeriodLiteral
from compplan.schema import Period

# ---- what is credited, measured, set as a goal --------------------------------------------------------------------


@immutable
class Let:
    """`let name = formula`."""

    name: Name
    value: Expression
    span: Span = span_field()


@immutable
class Since:
    """`from 2027-07-01: 6%`: a value and the first day on which it holds; None where it holds always."""

    first: date | None
    value: Expression
    span: Span = span_field()


@immutable
class Parameter:
    """`parameter base_rate = 5%`, or a block of values with the days from which they hold."""

    name: Name
    values: tuple[Since, ...]
    span: Span = span_field()


@immutable
class ToPerson:
    """`to owner`."""

    person: Path
    span: Span = span_field()


@immutable
class ToManagers:
    """`to every manager above owner`."""

    person: Path
    span: Span = span_field()


@immutable
class ToGroup:
    """`to everyone in owner.team`."""

    group: Path
    span: Span = span_field()


@immutable
class ToNamed:
    """`to "house"`: the person of that key, whatever the record says."""

    key: str
    span: Span = span_field()


Recipient = ToPerson | ToManagers | ToGroup | ToNamed


@immutable
class Give:
    """`give share to recipient where condition, as overlay`; a share of None is `the rest`; `equally`: `in equal shares`."""

    share: Expression | None
    equally: bool
    recipient: Recipient
    where: Expression | None
    overlay: bool
    span: Span = span_field()


@immutable
class NamedAmount:
    """`amount kept = formula`."""

    name: Name
    value: Expression
    span: Span = span_field()


@immutable
class Sentence:
    """A sentence of one formula and the keyword that it starts with: `where`, `on`, `amount`, `pay`, `times`, `only if`, `cap`, `floor`."""

    keyword: str
    value: Factor
    span: Span = span_field()


@immutable
class Repeat:
    """`repeat each month, 36 times`."""

    period: Period
    times: Expression
    span: Span = span_field()


@immutable
class SharesAdd:
    """`shares add to 100%`."""

    total: Literal
    span: Span = span_field()


CreditLine = Let | Sentence | NamedAmount | Give | SharesAdd | Repeat


@immutable
class Credit:
    """`credit name from source { lines }`."""

    name: Name
    source: Name
    lines: tuple[CreditLine, ...]
    span: Span = span_field()


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
    span: Span = span_field()


@immutable
class Tenure:
    """`tenure counts months from hire_date, the month of hire is month 1`."""

    begins: Path
    first: int
    span: Span = span_field()


@immutable
class Quota:
    """`quota for measure each period = formula, ramped each month by factor`."""

    measure: Name
    period: Period
    value: Expression
    ramp: Factor | None
    span: Span = span_field()


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
    span: Span = span_field()


@immutable
class Grid:
    """Rows of cells; the first row is the header."""

    rows: tuple[tuple[Cell, ...], ...]
    span: Span = span_field()


@immutable
class Table:
    """`table name { grid }` or `table name from "file.csv"`."""

    name: Name
    grid: Grid | None
    file: Literal | None
    span: Span = span_field()
