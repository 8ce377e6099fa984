"""What every pass of the lowering needs to know: the schema, the calendar, the months, the tables of rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compplan.calendar import Calendar
from compplan.engine.steps import Months
from compplan.language import typed as ty
from compplan.schema import Schema


@dataclass(frozen=True, slots=True)
class Scope:
    """The run's months are `asked`; figures are worked out over `all`, the fiscal years that they touch."""

    schema: Schema
    calendar: Calendar
    asked: Months
    tables: Mapping[str, ty.Table]

    @property
    def all(self) -> Months:
        """The fiscal years that the asked months touch."""
        return self.asked.whole_years()
