"""Which days are worked, as the project file says."""

from __future__ import annotations

import pytest

from compplan.diagnostics.model import Problems
from compplan.records import load_project
from compplan.schema import WorkingDays
from compplan.shape_json import schema_from_json, schema_to_json
from tests.records.conftest import Company

HOLIDAYS = """
holidays:
  key: day
  columns: {day: date, until: {type: date, optional: true}, name: text}
people:
  key: person
  columns: {person: text, name: text, grade: number, country: text}
"""
DAYS = "working_days:\n  weekdays: [monday, Tuesday, friday]\n  holidays: {records: holidays, date: day}\n"


def with_days(company: Company, settings: str) -> list[str]:
    """The messages of all that is wrong with a project."""
    company.project(HOLIDAYS)
    file = company.root / "compplan.yaml"
    file.write_text(file.read_text() + settings)
    try:
        load_project(company.root)
    except Problems as problems:
        return [d.message for d in problems.diagnostics]
    return []


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ("", "", []),
        ("[monday, Tuesday, friday]", "monday", []),
        ("  holidays: {records: holidays, date: day}\n", "", []),
        ("friday", "freitag", ["write the days of the week by their names"]),
        ("records: holidays", "records: holiday", ["There are no records `holiday`."]),
        ("date: day", "date: name", ["`name` is no column of holidays that holds dates in every row."]),
        ("date: day", "date: until", ["`until` is no column of holidays that holds dates in every row."]),
        ("[monday, Tuesday, friday]", "[]", ["weekdays"]),
        ("date: day", "date: day, for_each: name", []),
        ("date: day", "date: day, for_each: day", ["`day` is no column of holidays that holds text."]),
        ("date: day", "date: day, for_each: country", ["`country` is no column of holidays that holds text."]),
    ],
)
def test_where_working_days_stand_is_checked(company: Company, old: str, new: str, messages: list[str]) -> None:
    found = with_days(company, DAYS.replace(old, new, 1) if old else DAYS)
    assert len(found) == len(messages), found
    assert all(said in message for said, message in zip(messages, found, strict=True)), found


def test_a_run_remembers_working_days(company: Company) -> None:
    assert with_days(company, DAYS.replace("date: day", "date: day, for_each: name")) == []
    schema = load_project(company.root).schema
    assert schema.working_days == WorkingDays((0, 1, 4), "holidays", "day", "name")
    assert schema_from_json(schema_to_json(schema)) == schema
