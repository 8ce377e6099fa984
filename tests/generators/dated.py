"""Rows that hold from a day to a day: people who come, change and go, splits that end."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from tests.generators.company import CURRENCIES, ROLES, TEAMS, FiscalYear
from tests.generators.known import pick
from tests.generators.records import Row

CHANGES = ((1, 9), (1, 9), (2, 0), (2, -1), (3, 0), (5, 14), (0, 1), (11, -1))
"""Days on which a second row begins."""


@st.composite
def dated(draw: st.DrawFn, records: dict[str, list[Row]], year: FiscalYear) -> dict[str, list[Row]]:
    """The records with days: most people hold all along, some change, some come late, go early, or are away in between."""
    people = [row for person in records["people"] for row in draw(_stretches(person, year))]
    splits = [row for split in records["splits"] for row in draw(_ending(split, year))]
    return {**records, "people": people, "splits": splits}


@st.composite
def _stretches(draw: st.DrawFn, person: Row, year: FiscalYear) -> list[Row]:
    long_ago = year.day(-14, 0)
    how = pick(draw, "all along", "all along", "changes", "changes", "comes", "goes", "is away")
    day = year.day(*draw(st.sampled_from(CHANGES)))
    before, changed = day - timedelta(days=1), draw(_changed(person))
    match how:
        case "changes":
            return [{**person, "starts": long_ago, "ends": before}, {**changed, "starts": day, "ends": None}]
        case "comes":
            return [{**person, "starts": day, "ends": None}]
        case "goes":
            return [{**person, "starts": long_ago, "ends": before}]
        case "is away":
            return [{**person, "starts": long_ago, "ends": before}, {**changed, "starts": day + timedelta(days=40), "ends": None}]
        case _:
            return [{**person, "starts": long_ago, "ends": pick(draw, None, date(2029, 12, 31))}]


@st.composite
def _changed(draw: st.DrawFn, person: Row) -> Row:
    """The same person with another role, team or manager, level or target."""
    return {
        **person,
        "role": pick(draw, person["role"], *ROLES),
        "team": pick(draw, person["team"], *TEAMS, None),
        "target": pick(draw, person["target"], Fraction(900)),
        "manager": pick(draw, person["manager"], None),
        "level": pick(draw, person["level"], person["level"], None),
        "paid_in": pick(draw, person["paid_in"], person["paid_in"], *CURRENCIES),
        "salary": pick(draw, person["salary"], Fraction(600)),
    }


@st.composite
def _ending(draw: st.DrawFn, split: Row, year: FiscalYear) -> list[Row]:
    day = year.day(*draw(st.sampled_from(CHANGES)))
    long_ago = year.day(-14, 0)
    ends = pick(draw, None, None, None, day)
    rows = [{**split, "starts": long_ago, "ends": ends}]
    return rows if ends is None or pick(draw, True, False) else [*rows, {**split, "starts": day + timedelta(days=1), "ends": None}]
