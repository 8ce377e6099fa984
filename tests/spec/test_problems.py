"""docs/problems.md explains every code, and each of its examples gives the very problem that it stands for."""

from __future__ import annotations

import pytest

from compplan.language.codes import TITLES
from tests.spec.harness import FOLDER, Case, Company, cases, diagnose, expected

PAGE = FOLDER.parent.parent / "docs" / "problems.md"
SECTIONS = cases(PAGE)


def test_every_code_has_a_section_with_its_title() -> None:
    assert [section.title for section in SECTIONS] == [f"{code}: {title}" for code, title in TITLES.items()]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_the_example_gives_the_problem(section: Case, company: Company) -> None:
    found = diagnose(company, section)
    announced = expected(section)
    assert [a.code for a in announced] == [section.title.split(":")[0]]
    assert [(line, d.severity.value, d.code) for line, d in found] == [(a.line, a.severity, a.code) for a in announced], found
    assert announced[0].message in found[0][1].message
