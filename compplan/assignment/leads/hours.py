"""Working hours as people write them, and whether a rep works when a lead is to be called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from compplan.immutable import immutable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PIECE = re.compile(r"(?:([a-z]{3})[a-z]*(?:\s*-\s*([a-z]{3})[a-z]*)?\s+)?(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", re.IGNORECASE)
MIDNIGHT = 24 * 60


@immutable
class Stretch:
    """Some weekdays (Monday as 0) on which is worked from a minute of the day to another; to the next day where that is the earlier."""

    days: frozenset[int]
    first: int
    last: int

    def holds(self, moment: datetime) -> bool:
        """Whether a moment of the same time zone is in it: from its first minute, and before its last."""
        minute, day = moment.hour * 60 + moment.minute, moment.weekday()
        if self.first < self.last:
            return day in self.days and self.first <= minute < self.last
        before = (day - 1) % 7
        return (day in self.days and minute >= self.first) or (before in self.days and minute < self.last)


def working_hours(text: str) -> tuple[Stretch, ...]:
    """The hours that a text says, as in `Mon-Fri 09:00-17:00; Sat 10:00-14:00`; every day, where it names none.

    Raises ValueError where it cannot be read.
    """
    found = []
    for piece in (p.strip() for p in text.split(";")):
        if piece:
            match = _PIECE.fullmatch(piece)
            if match is None:
                raise ValueError(piece)
            first, last = (_minute(match[3], match[4], piece), _minute(match[5], match[6], piece))
            found.append(Stretch(_days(match[1], match[2], piece), first % MIDNIGHT, last))
    return tuple(found)


def _minute(hour: str, minute: str, piece: str) -> int:
    value = int(hour) * 60 + int(minute)
    if int(minute) > 59 or value > MIDNIGHT:
        raise ValueError(piece)
    return value


def _days(first: str | None, last: str | None, piece: str) -> frozenset[int]:
    if first is None:
        return frozenset(range(7))
    try:
        begin = DAYS.index(first.lower())
        end = begin if last is None else DAYS.index(last.lower())
    except ValueError:
        raise ValueError(piece) from None
    return frozenset((begin + step) % 7 for step in range((end - begin) % 7 + 1))


def call_time(text: str, zone: ZoneInfo | None) -> datetime:
    """When a lead is to be called, as in 2027-03-01 14:30, or with an offset as in 2027-03-01T14:30+01:00.

    Where it has no offset it is in this zone; without one, in that of whoever calls. Raises ValueError where it cannot be read.
    """
    if len(text.strip()) <= len("2027-03-01"):
        raise ValueError(text)
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=zone) if moment.tzinfo is None and zone is not None else moment


def is_working(hours: Sequence[Stretch], moment: datetime, zone: ZoneInfo | None) -> bool:
    """Whether somebody with these hours works at a moment; whoever has none works always."""
    here = moment if moment.tzinfo is None or zone is None else moment.astimezone(zone)
    return not hours or any(stretch.holds(here) for stretch in hours)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of a name, as in Europe/Berlin. Raises ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(name) from None
