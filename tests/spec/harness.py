"""Runs the cases of Markdown files: what the comments of a block say is what the checker must say, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from compplan.calendar import Calendar
from compplan.diagnostics import Diagnostic
from compplan.language.check.plans import check_plans
from compplan.language.parse import parse
from compplan.records.project import load_project
from compplan.schema import PEOPLE, Column, DateType, Schema, Validity

FOLDER = Path(__file__).parent
_FENCE = re.compile(r"^```(\w+)?[ ]*(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
_EXPECTED = re.compile(r"# (error|warning): \[([a-z-]+)\] ([^#\n]*)")
_WHOLE_FILE = re.compile(r"\A\s*(#[^\n]*\n\s*)*(plan|definitions|amend)\b")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its language, the words after it, its text."""

    language: str
    words: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """What stands under one heading: a text to be checked, and the files beside it."""

    title: str
    text: str
    files: dict[str, str]
    run: bool
    dated: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """One problem, as far as a case speaks of it."""

    line: int
    severity: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Company:
    """The schema that all cases share, the definitions beside them, and the plan that short blocks stand in."""

    schema: Schema
    calendar: Calendar
    definitions: str
    frame: str


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a Markdown text."""
    return [Block(m[1] or "", m[2], m[3]) for m in _FENCE.finditer(text)]


def read_company(folder: Path) -> Company:
    """The company of company.md; its project file is put into a folder for the loader to read."""
    found = blocks((FOLDER / "company.md").read_text(encoding="utf-8"))
    by_words = {b.words or b.language: b.text for b in found}
    (folder / "compplan.yaml").write_text(by_words["yaml"], encoding="utf-8")
    (folder / "base.plan").write_text(by_words["definitions"], encoding="utf-8")
    project = load_project(folder)
    return Company(project.schema, project.calendar, by_words["definitions"], by_words["frame"])


def cases(file: Path) -> list[Case]:
    """The cases of a Markdown file: one for each heading that has a block of a plan."""
    text = file.read_text(encoding="utf-8")
    outside = _FENCE.sub(lambda m: " " * len(m[0]), text)
    heads = list(_HEADING.finditer(outside))
    found = []
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        part = blocks(text[head.end() : after.start() if after else len(text)])
        files = {b.words: b.text for b in part if b.language == "csv"}
        plans = [b for b in part if b.language == "plan"]
        for number, block in enumerate(plans, 1):
            title = head[2] if len(plans) == 1 else f"{head[2]} ({number})"
            found.append(Case(title, block.text, files, block.words == "run", block.words == "dated"))
    return found


def expected(case: Case) -> list[Said]:
    """What the comments of a case announce; lines count in the block."""
    return sorted(
        Said(number, m[1], m[2], m[3].strip()) for number, line in enumerate(case.text.split("\n"), 1) for m in _EXPECTED.finditer(line)
    )


def with_dated_people(schema: Schema) -> Schema:
    """The schema with people whose rows hold from the day of hire, or of a change, to a last day."""
    people = schema.kinds[PEOPLE]
    columns = (*people.columns, Column("left_on", DateType(), required=False))
    return replace(schema, kinds={**schema.kinds, PEOPLE: replace(people, columns=columns, valid=Validity("hire_date", "left_on"))})


def diagnose(company: Company, case: Case) -> list[tuple[int, Diagnostic]]:
    """Every problem of a case, with its line in the block; 0 where it lies outside of it."""
    text, above = case.text, 0
    if not _WHOLE_FILE.match(text):
        text, above = f"{company.frame}{text}}}\n", company.frame.count("\n")
    parsed = [parse(company.definitions, "base.plan"), parse(text, "case.plan")]
    schema = with_dated_people(company.schema) if case.dated else company.schema
    checked = check_plans([p.file for p in parsed], schema, company.calendar, case.files.get)
    found = [d for p in parsed for d in p.diagnostics] + list(checked.diagnostics)
    return [(d.span.line - above if d.span is not None and d.span.file == "case.plan" else 0, d) for d in found]
