"""The typed plan: tables of rates, and parameters."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.typed_figures import Const, Since, Value
from compplan.language.units import Unit


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
    span: Span = span_field()


@immutable
class Table:
    """A table of rates: the first row that fits gives the value."""

    name: str
    keys: tuple[str, ...]
    key_units: tuple[Unit, ...]
    rows: tuple[TableRow, ...]
    unit: Unit
    span: Span = span_field()


@immutable
class Parameter:
    """A figure that has a name, with the days from which each of its values holds."""

    name: str
    values: tuple[Since, ...]
    unit: Unit
    span: Span = span_field()
