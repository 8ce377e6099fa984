"""When reps are there: working hours, holidays, and the days on which they are away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from functools import cached_property

from compplan.immutable import immutable

STEP_MINUTES = 15
"""Working hours begin and end on quarters of an hour."""

_MOST_KEPT = 4_096


@immutable
class Hours:
    """Days of the week (Monday is 0), from one time of day until another; past midnight where `until` is not later."""

    weekdays: frozenset[int]
    begin: time
    until: time

    def holds(self, local: datetime) -> bool:
        """Whether a time of day where the rep works lies within."""
        now, today = local.time(), local.weekday()
        if self.begin < self.until:
            return today in self.weekdays and self.begin <= now < self.until
        return (today in self.weekdays and now >= self.begin) or ((today - 1) % 7 in self.weekdays and now < self.until)


@immutable
class Absence:
    """Days on which a rep is away, the last one included, and why."""

    rep: str
    first: date
    last: date
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Calendar:
    """Who works when.

    `zone` is where times without a zone of their own are meant, `zones` and `hours` are those of each rep, where they are said; `holidays`
    are days on which nobody works.
    """

    zone: tzinfo = UTC
    zones: Mapping[str, tzinfo] = field(default_factory=dict)
    hours: Mapping[str, Hours] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    absences: tuple[Absence, ...] = ()

    def local(self, rep: str, at: datetime) -> datetime:
        """A time as the rep's clock shows it."""
        return at.astimezone(self.zones.get(rep, self.zone))

    @cached_property
    def absent(self) -> Mapping[str, Sequence[Absence]]:
        """The absences of each rep."""
        return by_rep(self.absences)

    def why_not(self, rep: str, at: datetime, told: Sequence[Absence] = ()) -> str | None:
        """Why a rep is not there at a time, as the end of a sentence; None where the rep is. `told` are its absences beside the file's."""
        local = self.local(rep, at)
        today = local.date()
        if today in self.holidays:
            return f"{today} is a holiday"
        for absence in (*self.absent.get(rep, ()), *told):
            if absence.first <= today <= absence.last:
                return f"away through {absence.last}" + (f" ({absence.reason})" if absence.reason else "")
        hours = self.hours.get(rep)
        if hours is not None and not hours.holds(local):
            return f"outside of working hours at {local:%H:%M}"
        return None


def by_rep(absences: Sequence[Absence]) -> Mapping[str, Sequence[Absence]]:
    """The absences of each rep who has any."""
    found: dict[str, list[Absence]] = {}
    for absence in absences:
        found.setdefault(absence.rep, []).append(absence)
    return found


@dataclass(slots=True)
class Out:
    """Reps who can take no lead, with the reason of each."""

    why: Mapping[str, str]
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Their names, put together once."""
        self.names = frozenset(self.why)


@dataclass(slots=True)
class Rota:
    """Who of some reps is not there, and why; what was worked out for a quarter of an hour is kept."""

    calendar: Calendar
    reps: tuple[str, ...]
    told: tuple[Absence, ...] = ()
    _kept: dict[int, Out] = field(default_factory=dict)

    def out(self, at: datetime) -> Out:
        """The reps who are not there at a time, and why."""
        step = int(at.timestamp()) // (STEP_MINUTES * 60)
        found = self._kept.get(step)
        if found is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            begin = datetime.fromtimestamp(step * STEP_MINUTES * 60, UTC)
            told = by_rep(self.told)
            reasons = ((rep, self.calendar.why_not(rep, begin, told.get(rep, ()))) for rep in self.reps)
            found = Out({rep: why for rep, why in reasons if why is not None})
            self._kept[step] = found
        return found
