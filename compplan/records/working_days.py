"""From the working days of the project file to the days of the week and where holidays stand in the records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from compplan.diagnostics.suggest import closest
from compplan.records.form import HolidaysForm, WorkingDaysForm
from compplan.records.yaml_marks import Place
from compplan.schema import PEOPLE, DateType, RecordKind, TextType, WorkingDays


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


def _holidays(form: HolidaysForm, kinds: Mapping[str, RecordKind], say: Say) -> tuple[str, str, str | None] | None:
    """The kind of record, its column with the day, and that which says whose holiday it is."""
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
    return None if not _is_group(form, kind, kinds, say) else (kind.name, column.name, form.for_each)


def _is_group(form: HolidaysForm, kind: RecordKind, kinds: Mapping[str, RecordKind], say: Say) -> bool:
    """Whether both the holidays and people have a column of text that says whose holiday it is."""
    for one in (kind, kinds.get(PEOPLE)):
        column = None if one is None or form.for_each is None else one.column(form.for_each)
        if form.for_each is not None and one is not None and (column is None or not isinstance(column.type, TextType)):
            texts = [c.name for c in one.columns if isinstance(c.type, TextType)]
            near = closest(form.for_each, texts)
            hint = f"Did you mean `{near}`?" if near else "Declare it, as text, both of the holidays and of people."
            message = f"`{form.for_each}` is no column of {one.name} that holds text."
            say("unknown-column", "This column is not known", message, ("working_days", "holidays", "for_each"), hint)
            return False
    return True
