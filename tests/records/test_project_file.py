"""compplan.yaml: what can be said in it, and what is told where it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from compplan.calendar import Calendar
from compplan.diagnostics.model import Diagnostic, Problems
from compplan.records import AddUp, load_project, project_json_schema
from compplan.schema import (
    DateType,
    MoneyType,
    NumberType,
    PeriodType,
    RatioType,
    ReferenceType,
    TextType,
    YesNoType,
)

EXAMPLE = """\
company: Halden Systems
currency: USD
calendar:
  fiscal_year_starts: april
  fiscal_year_named_after: end
plans: [company.plan, roles/*.plan]
records:
  people:
    source: data/people.csv
    key: person
    columns:
      person: text
      manager: {type: people, optional: true}
      target_incentive: money per year
  deals:
    source: [data/deals-*.csv, data/late.xlsx]
    sheet: Deals
    key: deal
    columns:
      deal: {type: text, column: "Opportunity ID"}
      owner: people
      stage: {type: text, values: {won: Won, no: Lost, "-": }}
      close_date: {type: date, format: "%m/%d/%Y", optional: true, from: 2020-01-01, through: 2030-12-31}
      acv: {type: money, optional: true}
      fee: {type: money, currency: JPY}
      price: {type: money, decimals: 4, thousands: ".", decimal: ","}
      discount: {type: ratio, at_most: 50%}
      seats: number
      hours: {type: number, decimals: 2}
      renewal: yes/no
      quarter: quarter
  shares:
    columns: {deal: deals, payee: people, share: ratio}
    add_up:
      - {column: share, to: 100%, for_each: deal}
"""

Told = Callable[[str], list[Diagnostic]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "roles").mkdir()
    for name in ("company.plan", "roles/manager.plan", "roles/executive.plan"):
        (tmp_path / name).touch()
    (tmp_path / "compplan.yaml").write_text(EXAMPLE)
    return tmp_path


def test_a_project_is_a_folder_with_a_project_file(folder: Path) -> None:
    project = load_project(folder)
    assert project == load_project(folder / "compplan.yaml")
    assert project.company == "Halden Systems"
    assert project.schema.currency == "USD"
    assert project.calendar == Calendar("months", 4, named_after_end=True)
    assert [p.relative_to(folder).as_posix() for p in project.plan_files] == ["company.plan", "roles/executive.plan", "roles/manager.plan"]


def test_each_column_has_a_type(folder: Path) -> None:
    kinds = load_project(folder).schema.kinds
    assert {c.name: c.type for c in kinds["deals"].columns} == {
        "deal": TextType(),
        "owner": ReferenceType("people"),
        "stage": TextType(),
        "close_date": DateType(),
        "acv": MoneyType("USD", 2),
        "fee": MoneyType("JPY", 0),
        "price": MoneyType("USD", 4),
        "discount": RatioType(),
        "seats": NumberType(),
        "hours": NumberType(2),
        "renewal": YesNoType(),
        "quarter": PeriodType("quarter"),
    }
    assert [c.name for c in kinds["deals"].columns if not c.required] == ["close_date", "acv"]
    target = kinds["people"].column("target_incentive")
    assert target is not None
    assert target.type == MoneyType("USD", 2, "year")


def test_sources_say_how_cells_are_read(folder: Path) -> None:
    sources = load_project(folder).sources
    deals = sources["deals"]
    assert deals.patterns == ("data/deals-*.csv", "data/late.xlsx")
    assert deals.sheet == "Deals"
    assert deals.columns["deal"].header == "Opportunity ID"
    assert deals.columns["stage"].values == {"won": "Won", "no": "Lost", "-": None}
    assert (deals.columns["close_date"].earliest, deals.columns["close_date"].latest) == (date(2020, 1, 1), date(2030, 12, 31))
    assert deals.columns["discount"].at_most == Decimal("0.5")
    assert sources["shares"].patterns == ()
    assert sources["shares"].add_up == (AddUp("share", Decimal(1), at_most=False, for_each=("deal",)),)


def test_a_calendar_of_weeks(tmp_path: Path) -> None:
    weeks = "{pattern: 4-4-5, first_day: 2026-02-01, first_year: 2026, years_of_53_weeks: [2028]}"
    text = f"company: H\ncurrency: USD\ncalendar: {weeks}\nrecords:\n  people: {{key: person, columns: {{person: text}}}}\n"
    (tmp_path / "compplan.yaml").write_text(text)
    assert load_project(tmp_path).calendar == Calendar("4-4-5", 1, anchor=date(2026, 2, 1), anchor_year=2026, long_years=(2028,))


MISTAKES = {
    "misspelt setting": ("currency: USD", "curency: USD", "unknown-setting", 2, "`curency`", "`currency`"),
    "setting left out": ("company: Halden Systems\n", "", "missing-setting", 1, "`company`", "Halden"),
    "misspelt type": ("seats: number", "seats: nubmer", "unknown-type", 28, "`nubmer`", "`number`"),
    "misspelt kind": ("owner: people", "owner: poeple", "unknown-type", 21, "`poeple`", "`people`"),
    "unknown currency": ("currency: JPY", "currency: JPN", "unknown-currency", 25, "“JPN”", "`J"),
    "currency in small letters": ("currency: USD", "currency: usd", "unknown-currency", 2, "“usd”", "`USD`"),
    "key that is no column": ("key: deal", "key: dael", "unknown-column", 18, "`dael`", "`deal`"),
    "optional key": ("person: text", "person: {type: text, optional: yes}", "optional-key", 10, "`person`", "optional"),
    "people without key": ("    key: person\n", "", "people-key", 8, "one key", "key: person"),
    "name with capitals": ("seats: number", "Seats: number", "bad-name", 28, "“Seats”", '`column: "Seats"`'),
    "option of another type": ("seats: number", 'seats: {type: number, format: "%d"}', "option-of-another-type", 28, "`format`", "Remove"),
    "date format without a year": ("%m/%d/%Y", "%m/%d", "date-format", 23, "year", "%Y"),
    "date format that is none": ("%m/%d/%Y", "%m/%d/%Q", "date-format", 23, "`%Q`", "%Y"),
    "dates the wrong way round": ("2030-12-31", "2019-12-31", "date-range", 23, "before", ""),
    "group of no column": ("for_each: deal", "for_each: deel", "unknown-column", 35, "`deel`", "`deal`"),
    "two totals": ("to: 100%", "to: 100%, at_most: 100%", "add-up-total", 35, "either", ""),
    "path out of the project": ("data/people.csv", "../people.csv", "outside-project", 9, "“../people.csv”", "own folder"),
    "absolute path": ("data/people.csv", "/etc/passwd", "outside-project", 9, "/etc/passwd", "own folder"),
    "path on a network": ("data/people.csv", "https://example.org/people.csv", "outside-project", 9, "https:", "own folder"),
    "plan that is not there": ("company.plan", "compny.plan", "no-plan-file", 6, "compny.plan", "`company.plan`"),
    "month that is none": ("april", "aprli", "bad-setting", 4, "“aprli”", ""),
    "neither yes nor no": ("optional: true}\n      fee", "optional: treu}\n      fee", "bad-setting", 24, "yes or no", ""),
    "date that is none": ("2020-01-01", "2020-13-01", "bad-setting", 23, "2020-13-01", ""),
    "decimal and thousands alike": ('decimal: ","', 'decimal: "."', "same-separators", 26, "same sign", ""),
    "bound that is no number": ("at_most: 50%", "at_most: half", "not-a-number", 27, "“half”", "150%"),
    "weeks without a start": (
        "fiscal_year_starts: april\n  fiscal_year_named_after: end",
        "pattern: 4-4-5",
        "calendar",
        4,
        "first_day",
        "2026",
    ),
    "weeks in a calendar of months": ("fiscal_year_starts: april", "first_year: 2026", "calendar", 4, "first_year", "4-4-5"),
    "a kind called date": ("  shares:", "  date:", "bad-name", 32, "word of compplan", "`dates`"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_at_its_line_with_what_to_do(name: str, folder: Path) -> None:
    before, after, code, line, said, advised = MISTAKES[name]
    assert before in EXAMPLE
    (folder / "compplan.yaml").write_text(EXAMPLE.replace(before, after, 1))
    with pytest.raises(Problems) as raised:
        load_project(folder)
    assert [(d.code, d.span.line if d.span else 0) for d in raised.value.diagnostics] == [(code, line)]
    (problem,) = raised.value.diagnostics
    assert said in problem.message
    assert advised in (problem.hint or "")
    assert problem.message.endswith(".")
    assert problem.line_text is not None


def test_all_mistakes_are_told_in_one_run(folder: Path) -> None:
    text = EXAMPLE.replace("owner: people", "owner: poeple").replace("seats: number", "seats: nubmer").replace("key: deal", "key: dael")
    (folder / "compplan.yaml").write_text(text)
    with pytest.raises(Problems) as raised:
        load_project(folder)
    assert [d.code for d in raised.value.diagnostics] == ["unknown-column", "unknown-type", "unknown-type"]


def test_there_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(Problems) as raised:
        load_project(tmp_path)
    (problem,) = raised.value.diagnostics
    assert problem.code == "no-project"
    assert "compplan init" in (problem.hint or "")


def test_people_are_needed(problems_of: Told) -> None:
    (problem,) = problems_of("company: H\ncurrency: USD\nrecords:\n  deals: {columns: {deal: text}}\n")
    assert problem.code == "no-people"


def test_a_reference_needs_a_key_that_is_text(problems_of: Told) -> None:
    head = (
        "company: H\ncurrency: USD\nrecords:\n  people: {key: person, columns: {person: text}}\n  deals: {columns: {account: accounts}}\n"
    )
    (problem,) = problems_of(head + "  accounts: {columns: {account: text}}\n")
    assert problem.code == "reference-without-key"
    (problem,) = problems_of(head + "  accounts: {key: number, columns: {number: number}}\n")
    assert problem.code == "reference-to-no-text"


@pytest.mark.parametrize("text", ["", "# nothing\n", "just words", "[a, b]", "company", "42", "---\n"])
def test_what_holds_no_settings_is_no_project_file(text: str, problems_of: Told) -> None:
    assert [d.code for d in problems_of(text)] == ["project-form"]


def test_settings_that_should_be_groups(problems_of: Told) -> None:
    (problem,) = problems_of("company: H\ncurrency: USD\nrecords: people\n")
    assert "each a name, a colon and a value" in problem.message
    (problem,) = problems_of("company: H\ncurrency: USD\nrecords:\n  people:\n    key: person\n    columns:\n")
    assert "`columns` is empty" in problem.message


def test_a_link_out_of_the_project_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "secret.plan"
    elsewhere.touch()
    (folder / "company.plan").unlink()
    (folder / "company.plan").symlink_to(elsewhere)
    with pytest.raises(Problems) as raised:
        load_project(folder)
    assert [d.code for d in raised.value.diagnostics] == ["outside-project"]


def test_the_json_schema_knows_short_and_long_forms() -> None:
    schema = project_json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(schema["required"]) == {"company", "currency", "records"}
    column = schema["$defs"]["KindForm"]["properties"]["columns"]["additionalProperties"]
    assert {"type": "string"} in column["anyOf"]
    assert "from" in schema["$defs"]["ColumnForm"]["properties"]
    source = schema["$defs"]["KindForm"]["properties"]["source"]["anyOf"]
    assert [s.get("type", s.get("$ref")) for s in source] == ["string", "#/$defs/SourceForm", "array", "null"]
    assert set(schema["$defs"]["SourceForm"]["properties"]) == {"file", "set"}
    described = [p for form in schema["$defs"].values() for p in form["properties"].values()]
    assert all("description" in p for p in described)
