"""From the working days of the project file to the days of the week and where holidays stand in the records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from compplan.diagnostics.suggest import closest
from compplan.records.form import HolidaysForm, WorkingDaysForm
from compplan.records.yaml_marks import Place
from compplan.schema import DateType, RecordKind, WorkingDays


class Say(Protocol):
    """Tells of a problem: its code, title and message, where it is, what to do."""

    def __call__(self, code: str, title: str, message: str, place: Place, hint: str | None = None) -> None:
        """Tell it."""


def read_working_days(form: WorkingDaysForm | None, kinds: Mapping[str, RecordKind], say: Say) -> WorkingDays | None:
    """The working days of a project; None where it says nothing of them, and without holidays where they cannot be found."""
    if form is None:
        return None
    weekdays = tuple(sorted(set(form.weekdays)))
    found = None if form.holidays is None else _holidays(form.holidays, kinds, say)
    return WorkingDays(weekdays) if found is None else WorkingDays(weekdays, *found)


def _holidays(form: HolidaysForm, kinds: Mapping[str, RecordKind], say: Say) -> tuple[str, str] | None:
    """The kind of record and its column."""
    place: Place = ("working_days", "holidays")
    kind = kinds.get(form.records)
    if kind is None:
        near = closest(form.records, kinds)
        hint = f"Did you mean `{near}`?" if near else f"There is {', '.join(kinds)}."
        say("unknown-kind", "This kind of record is not known", f"There are no records `{form.records}`.", (*place, "records"), hint)
        return None
    column = kind.column(form.date)
    if column is None or not isinstance(column.type, DateType) or not column.required:
        dates = [c.name for c in kind.columns if isinstance(c.type, DateType) and c.required]
        near = closest(form.date, dates)
        hint = f"Did you mean `{near}`?" if near else f"There is {', '.join(dates)}." if dates else "Declare such a column."
        message = f"`{form.date}` is no column of {kind.name} that holds dates in every row."
        say("unknown-column", "This column is not known", message, (*place, "date"), hint)
        return None
    return kind.name, column.name
