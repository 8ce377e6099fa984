"""What every part of a scenario is checked for: that kinds and columns are there, and hold what is wanted of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Protocol, TypeVar

from compplan.diagnostics.model import Collector
from compplan.diagnostics.suggest import closest
from compplan.records.project_file import Project
from compplan.records.yaml_marks import Marks, Place
from compplan.schema import Column, MoneyType, NumberType, RatioType, RecordKind, ReferenceType, TextType, YesNoType


class Dated(Protocol):
    """A form that may say on which day records are read."""

    @property
    def day(self) -> date | None:
        """The day."""


AForm = TypeVar("AForm", bound=Dated)


@dataclass(slots=True)
class Checks(Generic[AForm]):
    """Checks of a scenario's form against its project; `used` are the kinds of record that it names."""

    form: AForm
    project: Project
    marks: Marks
    collector: Collector = field(default_factory=Collector)
    used: set[str] = field(default_factory=set)

    def _kind(self, name: str, place: Place) -> RecordKind | None:
        kind = self._known(name, place)
        if kind is None:
            return None
        if kind.valid is not None and self.form.day is None:
            message = f"Rows of {name} hold from a day to a day, and it is not said which day counts."
            self._say("no-day", "The day is missing", message, place, "Add `day:`, as in `day: 2027-01-01`.")
        self.used.add(name)
        return kind

    def _known(self, name: str, place: Place) -> RecordKind | None:
        kind = self.project.schema.kinds.get(name)
        if kind is None:
            message = f"`{name}` is no kind of record of the project."
            self._say("unknown-kind", "This kind of record is not known", message, place, near(name, self.project.schema.kinds))
        return kind

    def _where(self, kind: RecordKind, where: dict[str, tuple[str, ...]], place: Place) -> None:
        for column, allowed in where.items():
            found = self._column(kind, column, (TextType, ReferenceType, YesNoType), "texts, or yes and no,", (*place, column))
            if found is not None and isinstance(found.type, YesNoType) and not set(allowed) <= {"yes", "no"}:
                self._say("bad-setting", "This setting cannot be read", f"`{column}` is yes or no.", (*place, column))

    def _reference(self, kind: RecordKind, column: str, target: RecordKind, place: Place) -> None:
        found = self._column(kind, column, (ReferenceType,), f"references to {target.name}", place)
        if found is not None and isinstance(found.type, ReferenceType) and found.type.kind != target.name:
            self._say(
                "wrong-reference", "This refers to something else", f"`{column}` refers to {found.type.kind}, not to {target.name}.", place
            )

    def _figure(self, kind: RecordKind, column: str, place: Place) -> None:
        self._column(kind, column, (NumberType, MoneyType, RatioType), "figures", place)

    def _column(self, kind: RecordKind, name: str, types: tuple[type, ...], what: str, place: Place) -> Column | None:
        column = kind.column(name)
        if column is None:
            message = f"`{name}` is not a column of {kind.name}."
            self._say("unknown-column", "This column is not known", message, place, near(name, [c.name for c in kind.columns]))
            return None
        if not isinstance(column.type, types) or (isinstance(column.type, MoneyType) and column.type.currency_in is not None):
            fitting = [c.name for c in kind.columns if isinstance(c.type, types)]
            hint = f"Such columns of {kind.name} are {', '.join(fitting)}." if fitting else None
            self._say("wrong-column", "This column does not fit", f"`{name}` of {kind.name} does not hold {what}.", place, hint)
            return None
        return column

    def _say(self, code: str, title: str, message: str, place: Place, hint: str | None = None) -> None:
        self.collector.add(self.marks.problem(code, title, message, self.marks.value(place), hint))


def near(name: str, names: Iterable[str]) -> str:
    """Which of the names may be meant; all of them where none is like it."""
    listed = list(names)
    found = closest(name, listed)
    return f"Did you mean `{found}`?" if found else f"There are: {', '.join(listed)}."
