"""Checking and working out the plans of the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from compplan.diagnostics import Diagnostic
from compplan.engine.examples import Tried, try_example
from compplan.language.check.plans import Checked, check_plans
from compplan.language.parse import parse
from compplan.records import Project, load_project
from tests.docs.reading import Block, blocks, whole_text

PAGE = "language.md"
REFERENCE = blocks(PAGE)


def marked(word: str) -> str:
    """The blocks of the reference that carry a directive, for the examples."""
    return "".join(b.code for b in REFERENCE if b.directives.get(word) == "the examples")


def other_project(block: Block) -> Project | None:
    """The project that a block is about, where it says that it is another one."""
    if "of" not in block.directives:
        return None
    (text,) = (b.code for b in REFERENCE if b.directives.get("project") == block.directives["of"])
    with TemporaryDirectory() as folder:
        (Path(folder) / "compplan.yaml").write_text(text, encoding="utf-8")
        return load_project(Path(folder))


def checked_text(block: Block, project: Project) -> tuple[list[Diagnostic], Checked]:
    """What the checker says of a block in its frame; that a fragment uses less than it defines is no matter."""
    project = other_project(block) or project
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
            here = other_project(block) or project
            yield try_example(plan, example, here.schema, here.calendar)
