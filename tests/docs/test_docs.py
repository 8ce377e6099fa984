"""Every plan in the reference is checked and worked out; what the page says of it is what comes of it."""

from __future__ import annotations

import re

import pytest

from compplan.diagnostics import Diagnostic
from compplan.engine.examples import Tried
from compplan.language.codes import TITLES
from compplan.records import Project
from tests.docs.reading import DOCS, Block, hidden_figures
from tests.docs.running import PAGE, REFERENCE, checked_text, tried

PLANS = [b for b in REFERENCE if b.language == "plan" and "given" not in b.directives]
REFUSED = [b for b in PLANS if "error" in b.directives or "warning" in b.directives]
RUN = [b for b in PLANS if "error" not in b.directives]


@pytest.mark.parametrize("block", RUN, ids=lambda b: b.title)
def test_a_plan_is_right_and_gives_what_the_page_says(block: Block, project: Project) -> None:
    for result in tried(block, project):
        if "stops" in block.directives:
            assert block.directives["stops"] in [d.code for d in result.problems]
            _is_quoted(block, result.problems[0])
        else:
            assert result.passed, _found(result)


@pytest.mark.parametrize("block", REFUSED, ids=lambda b: b.title)
def test_a_plan_is_refused_in_the_words_of_the_page(block: Block, project: Project) -> None:
    wanted = block.directives.get("error") or block.directives["warning"]
    assert wanted in TITLES
    problems, _ = checked_text(block, project)
    assert [d.code for d in problems] == [wanted], [d.message for d in problems]
    _is_quoted(block, problems[0])


def _is_quoted(block: Block, problem: Diagnostic) -> None:
    assert f"> {problem.message}" in block.section, problem.message


def _found(result: Tried) -> list[str]:
    lines = [d.message for d in result.problems]
    return lines + [
        f"{o.expectation.text} {o.expectation.period.label}: {o.found and float(o.found)}" for o in result.outcomes if not o.met
    ]


@pytest.mark.parametrize("block", [b for b in PLANS if "holds" in b.directives], ids=lambda b: b.title)
def test_what_is_worked_out_behind_the_page_is_written_on_it(block: Block) -> None:
    assert [f for f in hidden_figures(block) if f not in block.section] == []


@pytest.mark.parametrize("page", [PAGE, "tutorial.md"])
def test_a_page_points_to_what_is_there(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    files = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [f for f in files if not (DOCS / f).exists()] == []
    headings = {re.sub(r"[^a-z0-9 -]", "", h.lower()).strip().replace(" ", "-") for h in re.findall(r"^#+ (.*)$", text, re.M)}
    assert [a for a in re.findall(r"\]\(#([^)]+)\)", text) if a not in headings] == []
