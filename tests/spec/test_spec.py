"""The language as cases: every Markdown file of this folder, every block, held to its own comments."""

from __future__ import annotations

import re

import pytest

from compplan.language.codes import TITLES
from tests.spec.harness import FOLDER, Case, Company, cases, diagnose, expected

FILES = sorted(f for f in FOLDER.glob("*.md") if f.name != "company.md")
CASES = [pytest.param(case, id=f"{file.stem}: {case.title}") for file in FILES for case in cases(file)]
INTERNAL = re.compile(
    r"\b(sum|count) at line|\b[A-Z]{2,}_[A-Z_]+\b|\b(LPAR|RPAR|RBRACE|LBRACE|NUMBER|STRING|COMMA|Token|None|Unit|Kind|Fraction|Decimal)\b"
)


@pytest.mark.parametrize("case", CASES)
def test_says_what_the_case_announces_and_nothing_else(case: Case, company: Company) -> None:
    found = diagnose(company, case)
    announced = expected(case)
    said = sorted((line, d.severity.value, d.code, d.message) for line, d in found)
    assert [s[:3] for s in said] == [(a.line, a.severity, a.code) for a in announced], said
    for (_, _, _, message), announcement in zip(said, announced, strict=True):
        assert announcement.message in message


@pytest.mark.parametrize("case", CASES)
def test_speaks_the_readers_words(case: Case, company: Company) -> None:
    for _, found in diagnose(company, case):
        text = f"{found.message} {found.hint or ''}"
        assert not INTERNAL.search(text), text
        assert found.message.rstrip().endswith((".", "?")), text


def test_every_code_has_a_case() -> None:
    announced = {said.code for file in FILES for case in cases(file) for said in expected(case)}
    assert announced == set(TITLES)
