"""What the project says of all rows of a file: `set`, beside the file, for columns that the file does not have."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from compplan.diagnostics.model import Diagnostic
from compplan.records import load_project
from tests.records.conftest import Company

STAFF = """
people:
  source:
    - {file: agents.csv, set: {role: Agent}}
    - {file: managers.csv, set: {role: Manager, boss: }}
  key: person
  columns:
    person: {type: text, column: Name}
    role: text
    boss: {type: people, optional: true}
    since: {type: date, format: "%m/%d/%Y", optional: true}
"""
AGENTS = "Name,boss,since\nAnna,Mia,1/31/2027\nBen,Mia,\n"
MANAGERS = "Name,since\nMia,2/1/2027\n"


def staff(company: Company, records: str = STAFF, agents: str = AGENTS, managers: str = MANAGERS) -> list[tuple[object, ...]]:
    company.project(records)
    company.write({"agents.csv": agents, "managers.csv": managers})
    assert company.load().diagnostics == ()
    return company.connection.execute("SELECT person, role, boss FROM records.people ORDER BY person").fetchall()


def test_rows_of_two_files_are_told_apart(company: Company) -> None:
    assert staff(company) == [("Anna", "Agent", "Mia"), ("Ben", "Agent", "Mia"), ("Mia", "Manager", None)]


def test_what_is_set_holds_whatever_the_file_says(company: Company) -> None:
    managers = "Name,boss,role,since\nMia,nobody we know,Boss,\n"
    assert staff(company, managers=managers)[2] == ("Mia", "Manager", None)


def test_a_column_of_the_same_header_is_read_all_the_same(company: Company) -> None:
    """A team may be named after its manager, and a manager be of that team without being above themselves."""
    records = STAFF.replace("    role: text", "    role: text\n    team: {type: text, column: boss}")
    staff(company, records, managers="Name,boss,since\nMia,Mia,\n")
    found = company.connection.execute("SELECT person, team, boss FROM records.people ORDER BY person").fetchall()
    assert found == [("Anna", "Mia", "Mia"), ("Ben", "Mia", "Mia"), ("Mia", "Mia", None)]


def test_what_is_set_is_read_as_if_the_file_said_it(company: Company) -> None:
    company.project("""
        quotas:
          source: {file: "q1/*.csv", set: {quarter: 2027-q1, amount: "1,250", measure: Bookings}}
          columns:
            person: people
            quarter: quarter
            amount: {type: money, thousands: ","}
            measure: {type: text, values: {Bookings: arr}}""")
    company.write({"q1/a.csv": "person\nAnna\n", "q1/b.csv": "person\nBen\n"})
    assert company.load().diagnostics == ()
    assert [(p, q, str(a), m) for p, q, a, m in company.rows("quotas")] == [
        ("Anna", "2027-Q1", "1250.00", "arr"),
        ("Ben", "2027-Q1", "1250.00", "arr"),
    ]


def test_blank_rows_and_repeated_headers_are_still_seen(company: Company) -> None:
    company.project(STAFF)
    company.write({"agents.csv": AGENTS + ",,\nName,boss,since\n", "managers.csv": MANAGERS})
    loaded = company.load()
    assert loaded.kinds["people"].read == 4
    assert [(line, code) for line, _, _, code in company.rejects()] == [(5, "repeated-header")]


def test_parquet_files_have_it_too(company: Company) -> None:
    pq.write_table(pa.table({"Name": ["Anna"], "boss": ["Mia"], "since": pa.array([None], pa.date32())}), company.root / "agents.parquet")
    assert staff(company, STAFF.replace("agents.csv", "agents.parquet")) == [("Anna", "Agent", "Mia"), ("Mia", "Manager", None)]


def test_a_file_of_two_sources_that_say_different_things(company: Company) -> None:
    company.project(STAFF.replace("file: agents.csv", 'file: "*s.csv"'))
    company.write({"agents.csv": AGENTS, "managers.csv": MANAGERS})
    problem = company.refusal()
    assert problem.code == "source-twice"
    assert problem.message == "managers.csv is among “*s.csv” and “managers.csv”, for which the source of people sets different values."


def test_a_column_that_a_file_lacks_could_be_set(company: Company) -> None:
    company.project(STAFF.replace(", set: {role: Agent}", ""))
    company.write({"agents.csv": AGENTS, "managers.csv": MANAGERS})
    problem = company.refusal()
    assert problem.code == "missing-column"
    assert (problem.hint or "").endswith("can be said at its source: `{file: agents.csv, set: {role: ...}}`.")


def test_the_example_of_the_reference(company: Company) -> None:
    page = (Path(__file__).parents[2] / "docs/language.md").read_text(encoding="utf-8")
    (records,) = re.findall(r"<!-- yaml: two files of people -->\n```yaml\n(.*?)```", page, re.S)
    company.project(records)
    company.write({"sales_teams.csv": "sales_agent,manager,region\nAnna,Mia,West\n", "managers.csv": "sales_agent,region\nMia,West\n"})
    assert company.load().diagnostics == ()
    assert sorted(company.rows("people")) == [("Anna", "Agent", "Mia", "West"), ("Mia", "Manager", None, "West")]
    company.write({"managers.csv": "sales_agent,region\n"})
    (problem,) = company.load().diagnostics
    assert problem.message == "manager: “Mia” is no person in people."
    assert problem.hint == "Add the row to people, or correct the name."


MISTAKES = {
    "unknown column": ("{role: Agent}", "{rol: Agent}", "unknown-column", "`rol` is not a column of people.", "Did you mean `role`?"),
    "set to nothing": ("{role: Agent}", "{role: }", "set-to-nothing", "so it cannot be set to nothing", "`optional: true`"),
    "misspelt": ("set: {role: Agent}", "sett: {role: Agent}", "unknown-setting", "no setting `sett` in `source`", "Did you mean `set`?"),
    "no file": ("file: agents.csv, ", "", "missing-setting", "does not say its `file`", "`file: data/people.csv`"),
    "outside": ("file: agents.csv", "file: ../agents.csv", "outside-project", "leads out of the project", "move the file there"),
    "not settings": ("{role: Agent}", "Agent", "bad-setting", "`set` cannot be “Agent”", ""),
    "a list": ("{file: agents.csv, set: {role: Agent}}", "[agents.csv]", "bad-setting", "text is expected here", ""),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_pointed_at(name: str, problems_of: Callable[[str], list[Diagnostic]]) -> None:
    right, wrong, code, message, hint = MISTAKES[name]
    records = STAFF.replace(right, wrong).replace("\n", "\n  ")
    (problem,) = problems_of(f"company: H\ncurrency: USD\nrecords:{records}\n")
    assert problem.code == code
    assert message in problem.message
    assert hint in (problem.hint or "")
    assert problem.span is not None
    assert problem.span.line == 6


def test_a_project_without_it_is_as_before(tmp_path: Path) -> None:
    (tmp_path / "compplan.yaml").write_text(
        "company: H\ncurrency: USD\nrecords:\n  people: {source: [a.csv, {file: b.csv}], key: person, columns: {person: text}}\n"
    )
    source = load_project(tmp_path).sources["people"]
    assert source.patterns == ("a.csv", "b.csv")
    assert source.given == ()
