"""The engine's relations by name: the three schemas of its database, how a name is quoted, and where a component's earnings are."""

from __future__ import annotations

from compplan.immutable import immutable

STEPS = "steps"
RECORDS = "records"
CALENDAR = "calendar"


@immutable
class Earnings:
    """What a component comes to: its plan, its name, and the step that holds a row for each earning."""

    plan: str
    component: str
    word: str
    step: str
    per_credit: bool
    attributed: str | None = None
    """The step with what of each period's figure belongs to which record, where the component says so."""

    @property
    def by_record(self) -> str | None:
        """The step with what is earned for each record, if there is one."""
        return self.step if self.per_credit else self.attributed


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
