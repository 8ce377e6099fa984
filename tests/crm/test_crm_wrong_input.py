"""The same export, spoilt in the ways that exports are: nothing is paid, and the message says what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from compplan.api import open_project
from compplan.diagnostics import Diagnostic, Problems

Edit = Callable[[str], str]


def refusals(project: Path, file: str, edit: Edit, tmp_path: Path) -> list[Diagnostic]:
    """What is said of a run when one file of the project was edited; nothing is kept of it."""
    path = project / file
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(Problems) as raised:
        open_project(project).run("2017-Q1", tmp_path / "runs")
    assert not list((tmp_path / "runs").glob("*/manifest.json"))
    return [d for d in raised.value.diagnostics if d.code != "bad-rows"]


def test_without_the_map_of_values(own_project: Path, tmp_path: Path) -> None:
    (problem,) = refusals(own_project, "compplan.yaml", lambda t: t.replace(', values: {"GTXPro": "GTX Pro"}', ""), tmp_path)
    assert "“GTXPro” is no product in products. 1,480 rows are refused for this" in problem.message
    assert problem.hint == 'Did you mean “GTX Pro”? Correct it at the source, or map it at the column: `values: {"GTXPro": "GTX Pro"}`.'


def test_a_file_that_was_cut(own_project: Path, tmp_path: Path) -> None:
    (problem,) = refusals(own_project, "export/sales_pipeline.csv", lambda t: t[:300_000], tmp_path)
    assert problem.code == "ragged-row"
    assert "has 4 cells where the header has 8; the file ends here, so it may have been cut off" in problem.message
    assert "export the file again" in (problem.hint or "")


def test_two_exports_pasted_together(own_project: Path, tmp_path: Path) -> None:
    def pasted(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join([*lines[:4000], lines[0], *lines[4000:]])

    (problem,) = refusals(own_project, "export/sales_pipeline.csv", pasted, tmp_path)
    assert problem.title == "The header stands among the rows"
    assert problem.span is not None
    assert problem.span.line == 4001


def test_a_header_twice(own_project: Path, tmp_path: Path) -> None:
    (problem,) = refusals(own_project, "export/sales_pipeline.csv", lambda t: t.replace("engage_date", "close_date", 1), tmp_path)
    assert problem.message == "The header “close_date” stands 2 times in sales_pipeline.csv, so which column is meant is not clear."


@pytest.mark.parametrize("wrong", ["%d/%m/%Y", "%m-%d-%Y", "%Y-%m-%d"])
def test_another_date_format(own_project: Path, tmp_path: Path, wrong: str) -> None:
    engaged, closed = refusals(own_project, "compplan.yaml", lambda t: t.replace("%m/%d/%Y", wrong), tmp_path)
    assert (engaged.title, closed.title) == ("`engaged` is not a date", "`closed` is not a date")
    for problem in (engaged, closed):
        assert (problem.hint or "").startswith('All of them fit `format: "%m/%d/%Y"`: say so at the column.')


def test_a_manager_who_is_not_in_the_list_of_managers(own_project: Path, tmp_path: Path) -> None:
    def without(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join(lines[:-1])

    problems = refusals(own_project, "kept/managers.csv", without, tmp_path)
    assert "“Summer Sewald” is no person in people. 6 rows are refused for this" in problems[0].message
    assert problems[0].hint == "Add the row to people, or correct the name."


def test_agents_that_are_not_told_to_be_agents(own_project: Path, tmp_path: Path) -> None:
    (problem,) = refusals(own_project, "compplan.yaml", lambda t: t.replace(", set: {role: Agent}", ""), tmp_path)
    assert problem.message == "sales_teams.csv has no column “role”, which people needs."
    assert "`{file: sales_teams.csv, set: {role: ...}}`" in (problem.hint or "")


def test_rows_set_aside_are_not_paid_and_are_counted(own_project: Path, tmp_path: Path) -> None:
    project = own_project / "compplan.yaml"
    project.write_text(project.read_text(encoding="utf-8").replace(', values: {"GTXPro": "GTX Pro"}', ""), encoding="utf-8")
    results = open_project(own_project).run("2017-Q1", tmp_path / "runs", set_aside=True)
    assert results.run.manifest.rows["deals"] == (8800, 1480)
    assert len((results.folder / "rejects.csv").read_text(encoding="utf-8").splitlines()) == 1481
