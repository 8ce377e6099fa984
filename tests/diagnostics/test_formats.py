"""The same five problems in every format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from compplan.diagnostics.render import Format, render

if TYPE_CHECKING:
    from tests.diagnostics.conftest import Sample

FULL = """\
warning[no-spread]: Not spread over deals
  --> plans/ae.plan:3:3
   |
 3 | /   commission own "Own bookings" {
 4 | |     pay   75% of target_incentive per quater
 5 | |     times attainment(bookngs)
 6 | |   }
   | |___^
   The commission `own` is held until customers pay, but nothing says which deal earned what part of
   it.
   help: Add a line `spread over booking in order of close_date`.

error[unknown-word]: Unknown period
  --> plans/ae.plan:4:39
   |
 4 |     pay   75% of target_incentive per quater
   |                                       ^^^^^^
   `quater` is not a period. Periods are month, quarter, half and year.
   help: Did you mean `quarter`?

error[unknown-name]: Unknown measure
  --> plans/ae.plan:5:22
   |
 5 |     times attainment(bookngs)
   |                      ^^^^^^^
   There is no measure `bookngs`.
   note: a measure of a similar name is here
  --> plans/company.plan:2:10
   |
 2 |     measure bookings "Bookings" { sum credited }
   |             --------
   help: Did you mean `bookings`?

error[not-a-date]: Not a date
    --> data/deals.csv:1204:9
     |
1204 | D-1203, 31.02.2027,␛[31m4,000.00
     |         ^^^^^^^^^^
     close_date holds `31.02.2027`: February 2027 has 28 days.

error[no-plans]: No plans
   The project names no plan for 50% of its people:
   E01, E02

4 errors, 1 warning
"""

CONCISE = """\
plans/ae.plan:3:3: warning[no-spread] Not spread over deals: The commission `own` is held until customers pay, \
but nothing says which deal earned what part of it.
plans/ae.plan:4:39: error[unknown-word] Unknown period: `quater` is not a period. Periods are month, quarter, half and year.
plans/ae.plan:5:22: error[unknown-name] Unknown measure: There is no measure `bookngs`.
data/deals.csv:1204:9: error[not-a-date] Not a date: close_date holds `31.02.2027`: February 2027 has 28 days.
error[no-plans] No plans: The project names no plan for 50% of its people: E01, E02
"""

GITHUB = """\
::warning file=plans/ae.plan,line=3,endLine=6,title=Not spread over deals [no-spread]::\
plans/ae.plan:3:3: warning[no-spread] Not spread over deals: The commission `own` is held until customers pay, \
but nothing says which deal earned what part of it.%0Ahelp: Add a line `spread over booking in order of close_date`.
::error file=plans/ae.plan,line=4,endLine=4,col=39,endColumn=45,title=Unknown period [unknown-word]::\
plans/ae.plan:4:39: error[unknown-word] Unknown period: `quater` is not a period. \
Periods are month, quarter, half and year.%0Ahelp: Did you mean `quarter`?
::error file=plans/ae.plan,line=5,endLine=5,col=22,endColumn=29,title=Unknown measure [unknown-name]::\
plans/ae.plan:5:22: error[unknown-name] Unknown measure: There is no measure `bookngs`.%0Ahelp: Did you mean `bookings`?
::error file=data/deals.csv,line=1204,endLine=1204,col=9,endColumn=19,title=Not a date [not-a-date]::\
data/deals.csv:1204:9: error[not-a-date] Not a date: close_date holds `31.02.2027`: February 2027 has 28 days.
::error title=No plans [no-plans]::error[no-plans] No plans: The project names no plan for 50%25 of its people: E01, E02
"""


@pytest.mark.parametrize(("format", "text"), [(Format.FULL, FULL), (Format.CONCISE, CONCISE), (Format.GITHUB, GITHUB)])
def test_what_is_printed(sample: Sample, format: Format, text: str) -> None:  # noqa: A002
    assert render(sample.diagnostics, format, sample.sources) == text


def test_json_has_every_field_of_every_diagnostic(sample: Sample) -> None:
    log = json.loads(render(sample.diagnostics, Format.JSON, sample.sources))
    assert (log["version"], log["errors"], log["warnings"]) == (1, 4, 1)
    assert log["diagnostics"][2] == {
        "code": "unknown-name",
        "severity": "error",
        "title": "Unknown measure",
        "message": "There is no measure `bookngs`.",
        "hint": "Did you mean `bookings`?",
        "span": {"file": "plans/ae.plan", "line": 5, "column": 22, "end_line": 5, "end_column": 29},
        "related": [
            {
                "message": "a measure of a similar name is here",
                "span": {"file": "plans/company.plan", "line": 2, "column": 10, "end_line": 2, "end_column": 18},
            }
        ],
    }
    assert log["diagnostics"][4]["span"] is None
    assert log["diagnostics"][4]["hint"] is None


def test_sarif_names_rules_levels_and_regions(sample: Sample) -> None:
    log = json.loads(render(sample.diagnostics, Format.SARIF, sample.sources))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in rules] == ["no-spread", "unknown-word", "unknown-name", "not-a-date", "no-plans"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert [result["level"] for result in run["results"]] == ["warning", "error", "error", "error", "error"]
    place = run["results"][2]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "plans/ae.plan"
    assert place["region"] == {"startLine": 5, "startColumn": 22, "endLine": 5, "endColumn": 29}
    assert run["results"][2]["relatedLocations"][0]["message"]["text"] == "a measure of a similar name is here"
    assert "locations" not in run["results"][4]


def test_a_code_said_twice_is_one_sarif_rule(sample: Sample) -> None:
    log = json.loads(render(sample.diagnostics * 2, Format.SARIF, sample.sources))
    assert len(log["runs"][0]["tool"]["driver"]["rules"]) == 5
    assert len(log["runs"][0]["results"]) == 10


@pytest.mark.parametrize("format", [Format.FULL, Format.CONCISE, Format.GITHUB])
def test_no_problems_print_nothing(format: Format) -> None:  # noqa: A002
    assert render((), format, {}) == ""


@pytest.mark.parametrize("format", [Format.JSON, Format.SARIF])
def test_no_problems_are_still_a_whole_log(format: Format) -> None:  # noqa: A002
    assert json.loads(render((), format, {}))["version"] in {1, "2.1.0"}


def test_colour_changes_nothing_but_colour(sample: Sample) -> None:
    import re

    coloured = render(sample.diagnostics, Format.FULL, sample.sources, colour=True)
    assert "\x1b[1;31merror[unknown-name]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == FULL
