"""Examples that others published, written as plans: each comes to the published figures, or it is said why it does not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb
import pytest

from compplan.engine.examples import try_example
from compplan.language.check.plans import Checked, check_plans
from compplan.language.parse import parse
from compplan.language.typed import Expectation
from compplan.records import Project, load_project
from compplan.records.load import load_records
from tests.oracle.examples import run_example
from tests.spec.published.pages import FOLDER, VERDICTS, Block, Case, Page, Said, read_coverage, read_pages

PAGES = read_pages()
CASES = [pytest.param(page, case, id=case.id) for page in PAGES for case in page.cases]


@cache
def project() -> Project:
    return load_project(FOLDER)


def check(page: Page, *blocks: Block, shared_too: bool = False) -> tuple[Checked, tuple[Said, ...]]:
    """Plans checked beside what their page shares, and the problems in their own lines, or in all; lines are those of the page."""
    parsed = [parse(b.text, page.file.name) for b in (*page.shared, *blocks)]
    checked = check_plans([p.file for p in parsed], project().schema, project().calendar, lambda name: None)
    own = {number for b in (*(page.shared if shared_too else ()), *blocks) for number, line in enumerate(b.text.split("\n"), 1) if line}
    found = [d for p in parsed for d in p.diagnostics] + list(checked.diagnostics)
    said = (Said(d.span.line, d.severity.value, d.code, d.message) for d in found if d.span is not None and d.span.line in own)
    return checked, tuple(sorted(said))


@pytest.mark.parametrize(("page", "case"), CASES)
def test_a_published_case(page: Page, case: Case) -> None:
    assert case.blocks, f"{case.id} has no plan"
    for block in case.blocks:
        checked, said = check(page, block)
        assert [(s.line, s.severity, s.code) for s in said] == [(a.line, a.severity, a.code) for a in block.announced], said
        assert all(announced.message in s.message for s, announced in zip(said, block.announced, strict=True)), said
        if block.run:
            come_true(checked, block)


def come_true(checked: Checked, block: Block) -> None:
    """Every example of a block comes to what it expects, save where a comment says what it comes to instead."""
    tried = [try_example(plan, e, project().schema, project().calendar) for plan in checked.plans for e in plan.examples]
    assert tried, "there is no example to try"
    assert [p.message for t in tried for p in t.problems] == []
    instead = block.instead
    outcomes = [o for t in tried for o in t.outcomes]
    found = {line_of(o.expectation): o.found for o in outcomes}
    assert found == {line_of(o.expectation): instead.get(line_of(o.expectation), o.expectation.value) for o in outcomes}
    assert {line_of(o.expectation) for o in outcomes if not o.met} == set(instead)
    again = [run_example(plan, e, project().schema, project().calendar)[0] for plan in checked.plans for e in plan.examples]
    assert {line_of(f.expectation): f.value for one in again for f in one} == found, "the naive evaluator finds other figures"


def line_of(expectation: Expectation) -> int:
    """The line of the page that an expectation stands in."""
    return expectation.span.line


@pytest.mark.parametrize("page", PAGES, ids=[page.file.stem for page in PAGES])
def test_nothing_on_a_page_is_wrong_save_what_is_announced(page: Page) -> None:
    checked, said = check(page, *(b for c in page.cases for b in c.blocks if not b.announced), shared_too=True)
    assert said == ()
    assert checked.ok


def test_every_case_is_in_the_table_once_and_every_covered_one_has_a_plan() -> None:
    rows = read_coverage()
    written = {case.id: (page.file.name, case.verdict) for page in PAGES for case in page.cases}
    assert len(rows) == len({row.id for row in rows})
    assert len(written) == len(CASES), "two cases of one name"
    assert {row.verdict for row in rows} <= VERDICTS
    assert written == {row.id: (row.where.strip("`"), row.verdict) for row in rows if row.state == "covered"}


def test_every_wrong_or_ambiguous_case_that_is_covered_shows_what_is_said_of_it() -> None:
    for page in PAGES:
        for case in page.cases:
            if case.verdict == "wrong":
                assert any(block.instead for block in case.blocks), case.id
            if case.verdict == "ambiguous":
                assert len(case.blocks) > 1, f"{case.id} shows one reading only"


def test_a_rate_above_100_percent_or_below_0_is_refused_where_the_project_says_so(tmp_path: Path) -> None:
    text = (FOLDER / "compplan.yaml").read_text(encoding="utf-8").replace("  people:\n", "  people:\n    source: people.csv\n")
    (tmp_path / "compplan.yaml").write_text(text, encoding="utf-8")
    columns = [column.name for column in project().schema.kinds["people"].columns]
    rates = {"Ana": "0%", "Ben": "100%", "Cleo": "101%", "Dan": "-1%"}
    rows = [[person if c == "person" else rate if c == "commission_rate" else "" for c in columns] for person, rate in rates.items()]
    (tmp_path / "people.csv").write_text("\n".join(",".join(row) for row in [columns, *rows]) + "\n", encoding="utf-8")
    with duckdb.connect() as connection:
        load_records(load_project(tmp_path), connection)
        refused = connection.execute("SELECT value, reason FROM records.rejects ORDER BY value").fetchall()
    assert [value for value, _ in refused] == ["-1%", "101%"], refused
