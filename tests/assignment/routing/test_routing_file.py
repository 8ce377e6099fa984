"""A routing file becomes rules; what is wrong with it is told at its line."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from compplan.assignment.routing.check import read_routing
from compplan.assignment.routing.rules import Rules
from compplan.diagnostics.model import Problems
from tests.support.routing import ROUTING, write_routing

TODAY = date(2027, 3, 1)

PROJECT = """
company: Halden Systems
currency: USD
records:
  people:
    source: people.csv
    key: person
    columns: {person: text, role: text, capacity: {type: number, decimals: 2}, languages: text, zone: {type: text, optional: true}}
  leave:
    source: leave.csv
    columns: {person: people, first: date, last: {type: date, optional: true}}
  closed_days:
    source: closed.csv
    columns: {day: date}
  chances:
    source: chances.csv
    key: [lead, person]
    columns: {lead: text, person: people, won: {type: ratio, decimals: 4}}
"""

FROM_RECORDS = """
title: From records
reps: {records: people, where: {role: AE}, weight: capacity, timezone: zone}
pools:
  spanish: {leads: {language: es}, reps: {languages: es}, weights: {ana: 3}}
  all: {}
needs: {language: languages}
chance: {records: chances, rep: person, chance: won}
absences: {records: leave, rep: person, from: first, through: last}
holidays: {records: closed_days, date: day}
"""


def _rules(folder: Path, text: str = ROUTING) -> Rules:
    return read_routing(write_routing(folder, text), TODAY).rules


def test_pools_have_their_members_with_weights_and_what_they_can_take(tmp_path: Path) -> None:
    large, rest = _rules(tmp_path).pools
    assert (large.members, large.weights, large.largest) == (("ana", "cy"), (20_000, 10_000), 5_000_000)
    assert (rest.members, rest.window, rest.largest) == (("ana", "ben", "cy"), Fraction(1, 2), None)
    assert rest.below == ((1, 2), (), (1,))  # ana can take whatever ben and cy can, cy whatever ben can


def test_reps_absences_holidays_and_chances_come_from_records(tmp_path: Path) -> None:
    (tmp_path / "compplan.yaml").write_text(PROJECT)
    (tmp_path / "people.csv").write_text(
        "person,role,capacity,languages,zone\nana,AE,1.50,en;es,Europe/Madrid\nben,AE,1.00,en,\ncy,SE,1.00,en;es,\ndee,AE,0.00,en;es,\n"
    )
    (tmp_path / "leave.csv").write_text("person,first,last\nben,2027-03-02,\n")
    (tmp_path / "closed.csv").write_text("day\n2027-12-25\n")
    (tmp_path / "chances.csv").write_text("lead,person,won\nL-1,ana,0.25\n")
    rules = _rules(tmp_path, FROM_RECORDS)
    spanish, everything = rules.pools
    assert (spanish.members, spanish.weights) == (("ana",), (30_000,))
    assert (everything.members, everything.weights) == (("ana", "ben"), (15_000, 10_000))  # dee's share is nothing
    assert rules.chance_table == {"L-1": {"ana": 0.25}}
    at = datetime(2027, 3, 2, 23, 30, tzinfo=ZoneInfo("UTC"))
    assert rules.calendar.why_not("ben", at) is not None
    assert rules.calendar.local("ana", at).date() == date(2027, 3, 3)
    assert rules.calendar.why_not("ana", datetime(2027, 12, 25, 12, tzinfo=ZoneInfo("UTC"))) == "2027-12-25 is a holiday"


WRONG = {
    "a slip in a setting": ("quality: value", "qualty: value", "Did you mean `quality`?"),
    "no number": ("window: 0.5}\nneeds", "window: half}\nneeds", "write a number"),
    "a need that no rep has": ("product: products", "product: prodcts", "Did you mean `products`?"),
    "a pool by what no rep has": ("reps: {products: cloud}", "reps: {prodcts: cloud}", "Did you mean `products`?"),
    "a pool without reps": ("reps: {products: cloud}", "reps: {products: clowd}", "No rep is in the pool large"),
    "a weight below zero": ("weight: 2", "weight: -2", "write a number from 0 up"),
    "a day without quotes that is none": ("returns: {days: 7}", "holidays: [2027-02-30]", "as in 2027-01-31"),
    "hours that are no quarters": (
        "returns: {days: 7}",
        'hours: {days: [monday], from: "09:10", until: "17:00"}',
        "quarters of an hour",
    ),
    "a time zone that is none": ("returns: {days: 7}", "timezone: Madrid", "Europe/Berlin"),
    "somebody away who is not there": (
        "returns: {days: 7}",
        "absences: [{rep: bem, from: 2027-03-01, through: 2027-03-02}]",
        "Did you mean `ben`?",
    ),
    "an absence that ends before it begins": (
        "returns: {days: 7}",
        "absences: [{rep: ben, from: 2027-03-02, through: 2027-03-01}]",
        "before it begins",
    ),
    "a largest quality of nothing": ("quality: value\n", "", "Add `quality:`"),
    "chances in no place": ("chance: chances", "chance: {lead: name}", "one of `field` and `records`"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_told_at_its_line(mistake: str, tmp_path: Path) -> None:
    old, new, said = WRONG[mistake]
    assert ROUTING.count(old) == 1
    with pytest.raises(Problems) as told:
        _rules(tmp_path, ROUTING.replace(old, new))
    text = " ".join(f"{d.title} {d.message} {d.hint}" for d in told.value.diagnostics)
    assert said in text
    assert all(d.span is not None and d.line_text for d in told.value.diagnostics)


def test_records_that_are_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / "compplan.yaml").write_text(PROJECT)
    with pytest.raises(Problems) as told:
        _rules(tmp_path, FROM_RECORDS.replace("records: people", "records: peple").replace("weight: capacity", "weight: capacty"))
    assert "Did you mean `people`?" in str(told.value.diagnostics[0].hint)


def test_a_file_that_is_no_routing_file_says_how_to_start(tmp_path: Path) -> None:
    with pytest.raises(Problems) as told:
        _rules(tmp_path, "just a text\n")
    assert told.value.diagnostics[0].code == "routing-form"
