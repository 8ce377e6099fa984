"""Every plan in the documentation is checked and worked out; what a page says of it is what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from compplan.calendar import Calendar
from compplan.diagnostics import Diagnostic
from compplan.engine.examples import Tried, try_example
from compplan.language.check.plans import Checked, check_plans
from compplan.language.codes import TITLES
from compplan.language.parse import parse
from compplan.records import Project, load_project
from tests.docs.reading import DOCS, Block, blocks, hidden_figures, whole_text

PAGE = "language.md"
REFERENCE = blocks(PAGE)
PLANS = [b for b in REFERENCE if b.language == "plan" and "given" not in b.directives]


def _marked(word: str) -> str:
    return "".join(b.code for b in REFERENCE if word in b.directives)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project that the page shows: its records, and no plans."""
    root = tmp_path_factory.mktemp("docs")
    (block,) = [b for b in REFERENCE if "project" in b.directives]
    (root / "compplan.yaml").write_text(block.code, encoding="utf-8")
    return load_project(root)


def _checked(text: str, project: Project, files: dict[str, str]) -> tuple[list[Diagnostic], Checked]:
    parsed = parse(text, "docs.plan")
    checked = check_plans([parsed.file], project.schema, project.calendar, files.get)
    found = [*parsed.diagnostics, *checked.diagnostics]
    return [d for d in found if d.code != "unused"], checked


def _files() -> dict[str, str]:
    return {b.directives["file"]: b.code for b in REFERENCE if "file" in b.directives}


@pytest.mark.parametrize("block", PLANS, ids=lambda b: b.title)
def test_a_plan_of_the_reference_is_what_the_page_says(block: Block, project: Project) -> None:
    text = whole_text(block, "" if "shared" in block.directives else _marked("shared"), _marked("given"))
    problems, checked = _checked(text, project, _files())
    wanted = block.directives.get("error") or block.directives.get("warning")
    if wanted is not None:
        assert wanted in TITLES
        assert [d.code for d in problems] == [wanted], [d.message for d in problems]
        _says_what_is_said(block, problems[0])
        return
    assert not problems, [(d.code, d.message, d.span and d.span.line) for d in problems]
    for plan in checked.plans:
        for example in plan.examples:
            tried = try_example(plan, example, project.schema, project.calendar)
            if "stops" in block.directives:
                assert [d.code for d in tried.problems] == [block.directives["stops"]]
                _says_what_is_said(block, tried.problems[0])
            else:
                assert tried.passed is not ("fails" in block.directives), _found(tried)


def _says_what_is_said(block: Block, problem: Diagnostic) -> None:
    """Where the page quotes the message, it quotes it as it is."""
    if "> " in block.section and "says" in block.directives:
        assert problem.message in " ".join(block.section.split())


def _found(tried: Tried) -> list[str]:
    lines = [d.message for d in tried.problems]
    return lines + [f"{o.expectation.text} {o.expectation.period.label}: {o.found and float(o.found)}" for o in tried.outcomes if not o.met]


@pytest.mark.parametrize("block", [b for b in PLANS if "holds" in b.directives], ids=lambda b: b.title)
def test_what_is_worked_out_behind_the_page_is_written_on_it(block: Block) -> None:
    assert [f for f in hidden_figures(block) if f not in block.section] == []


def test_the_pages_name_only_files_that_are_there() -> None:
    import re

    for page in (PAGE, "tutorial.md"):
        text = (DOCS / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (DOCS / target).exists() or target == "problems.md", f"{page} points to {target}"


def test_the_anchors_of_the_reference_exist() -> None:
    import re

    text = (DOCS / PAGE).read_text(encoding="utf-8")
    slugs = {re.sub(r"[^a-z0-9 -]", "", b.lower()).strip().replace(" ", "-") for b in re.findall(r"^#+ (.*)$", text, re.M)}
    assert {a for a in re.findall(r"\]\(#([^)]+)\)", text)} <= slugs


__all__ = ["Calendar", "Path"]
