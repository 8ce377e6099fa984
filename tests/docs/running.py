"""Checking and working out the plans of the documentation."""

from __future__ import annotations

from collections.abc import Iterator

from compplan.diagnostics import Diagnostic
from compplan.engine.examples import Tried, try_example
from compplan.language.check.plans import Checked, check_plans
from compplan.language.parse import parse
from compplan.records import Project
from tests.docs.reading import Block, blocks, whole_text

PAGE = "language.md"
REFERENCE = blocks(PAGE)


def marked(word: str) -> str:
    """The blocks of the reference that carry a directive."""
    return "".join(b.code for b in REFERENCE if word in b.directives)


def checked_text(block: Block, project: Project) -> tuple[list[Diagnostic], Checked]:
    """What the checker says of a block in its frame; that a fragment uses less than it defines is no matter."""
    shared = "" if "shared" in block.directives else marked("shared")
    parsed = parse(whole_text(block, shared, marked("given")), "docs.plan")
    files = {b.directives["file"]: b.code for b in REFERENCE if "file" in b.directives}
    checked = check_plans([parsed.file], project.schema, project.calendar, files.get)
    found = [*parsed.diagnostics, *checked.diagnostics]
    return [d for d in found if d.code != "unused"], checked


def tried(block: Block, project: Project) -> Iterator[Tried]:
    """Every example of a block, worked out; a warning that it announces is none of its problems."""
    found, checked = checked_text(block, project)
    problems = [d for d in found if d.is_error or d.code != block.directives.get("warning")]
    assert not problems, [(d.code, d.message, d.span and d.span.line) for d in problems]
    for plan in checked.plans:
        for example in plan.examples:
            yield try_example(plan, example, project.schema, project.calendar)
