"""The reference leaves nothing out: every sentence, function, setting and problem that there is."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from compplan.language.check.hints import FUNCTIONS
from compplan.language.forms import FORMS
from compplan.records import Project
from compplan.records.column_types import TYPE_WORDS
from compplan.records.form import AddUpForm, CalendarForm, ColumnForm, KindForm, ProjectForm, SourceForm
from tests.docs.reading import DOCS, Block
from tests.docs.running import PAGE, checked_text

TEXT = (DOCS / PAGE).read_text(encoding="utf-8")
EXCEL = re.findall(r"^\| .* \| `([^|]*)` \| (booking|quarter) \|$", TEXT, re.M)


@pytest.mark.parametrize("form", [ProjectForm, CalendarForm, KindForm, SourceForm, ColumnForm, AddUpForm])
def test_every_setting_of_the_project_file_is_described(form: type[BaseModel]) -> None:
    names = [field.alias or name for name, field in form.model_fields.items()]
    assert [n for n in names if not re.search(rf"`{n}\b|\b{n}:", TEXT)] == []


def test_every_type_of_column_is_described() -> None:
    words = [w.removeprefix("money per ") for w in TYPE_WORDS]
    assert [w for w in words if f"`{w}`" not in TEXT] == []


def test_every_sentence_is_described() -> None:
    assert [w for w in FORMS if not re.search(rf"`{w}\b", TEXT)] == []


def test_every_function_is_described() -> None:
    assert [f for f in FUNCTIONS if f"`{f}(" not in TEXT] == []


@pytest.mark.parametrize(("sentence", "grain"), EXCEL, ids=[s for s, _ in EXCEL])
def test_what_replaces_a_spreadsheet_formula_can_be_written(sentence: str, grain: str, project: Project) -> None:
    code = f"for each {grain}\n{sentence}\n" + ("" if sentence.startswith("pay") else "pay 1 USD\n")
    code += "only if arr > 0 USD\n" if sentence.startswith("to the top") else ""
    problems, _ = checked_text(Block("", 0, "", "", "plan", code, {"in": "commission"}), project)
    assert not problems, [d.message for d in problems]
