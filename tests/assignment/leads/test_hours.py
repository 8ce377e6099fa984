"""Working hours as people write them, in any time zone."""

from __future__ import annotations

import pytest

from compplan.assignment.leads.hours import call_time, is_working, working_hours, zone_named

WEEK = "Mon-Fri 09:00-17:00; Sat 10:00-14:00"


@pytest.mark.parametrize(
    ("hours", "call_at", "zone", "works"),
    [
        (WEEK, "2027-03-01 09:00", None, True),
        (WEEK, "2027-03-01 17:00", None, False),
        (WEEK, "2027-03-06 13:59", None, True),
        (WEEK, "2027-03-07 12:00", None, False),
        (WEEK, "2027-03-01T15:00+01:00", "America/New_York", True),
        (WEEK, "2027-03-01T14:59+01:00", "America/New_York", False),
        (WEEK, "2027-03-15T14:00+01:00", "America/New_York", True),  # it is summer time over there already
        (WEEK, "2027-03-01T23:30Z", "Asia/Tokyo", False),
        ("Mon-Fri 22:00-06:00", "2027-03-06 05:59", None, True),  # the night from Friday
        ("Mon-Fri 22:00-06:00", "2027-03-01 05:59", None, False),  # the night from Sunday
        ("Fri-Mon 9:00-12:00", "2027-03-07 11:00", None, True),
        ("08:00-24:00", "2027-03-07 23:59", None, True),
        ("", "2027-03-07 03:00", None, True),
    ],
)
def test_who_works_when(hours: str, call_at: str, zone: str | None, works: bool) -> None:
    at = None if zone is None else zone_named(zone)
    assert is_working(working_hours(hours), call_time(call_at, None), at) is works


@pytest.mark.parametrize("text", ["nine to five", "Mon-Fri", "Mon 9-17", "Foo 09:00-17:00", "09:00-25:00", "09:60-10:00"])
def test_hours_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        working_hours(text)


@pytest.mark.parametrize("text", ["tomorrow", "2027-03-01", "2027-13-01 10:00"])
def test_times_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        call_time(text, None)


def test_a_zone_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="Mars"):
        zone_named("Mars/Olympus")
