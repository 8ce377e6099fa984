"""The grammar: no conflict, no two words for one text; every form that messages show can be read; places are right; layout is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from lark import Lark

from compplan.language import tree as t
from compplan.language.forms import FORMS, Form, form_in
from compplan.language.grammar import grammar_text
from compplan.language.parse import parse

PLANS = sorted((Path(__file__).parents[2] / "plans").glob("*.plan"))
HEAD = 'plan p "P" {\n'
AROUND = {
    "file": ("", ""),
    "plan": (HEAD, "}\n"),
    "definitions": ("definitions d {\n", "}\n"),
    "credit": (HEAD + "credit c from deals {\n", "}\n}\n"),
    "commission": (HEAD + 'commission c "C" {\n', "}\n}\n"),
    "bonus": (HEAD + 'bonus c "C" {\n', "}\n}\n"),
    "award": (HEAD + 'award c "C" {\n', "}\n}\n"),
    "draw": (HEAD + 'draw d "D" {\n', "}\n}\n"),
    "example": (HEAD + 'example "C" {\n', "}\n}\n"),
    "hold": (HEAD + 'hold h "H" {\n', "}\n}\n"),
    "clawback": (HEAD + 'clawback c "C" {\n', "}\n}\n"),
    "contract": (HEAD + 'contract cost c "C" {\n', "}\n}\n"),
    "parameter": (HEAD + "parameter p {\n", "}\n}\n"),
    "amendment": ('amend p "A" {\n', "}\n"),
    "change": (HEAD + "change bonus c {\n", "}\n}\n"),
    "tiers": (HEAD + 'bonus c "C" {\npay the curve at x {\n', "}\n}\n}\n"),
}


def test_the_grammar_has_no_conflict() -> None:
    Lark(grammar_text(), parser="lalr", strict=True)


@pytest.mark.parametrize(("word", "form"), FORMS.items(), ids=FORMS)
def test_every_example_of_a_form_can_be_read_where_it_belongs(word: str, form: Form) -> None:
    for place in form.places:
        before, after = AROUND[place]
        found = form_in(word, place)
        assert found is not None
        example = found.example
        grid = "| a |\n| 1 |\n" if word == "given" else ""
        closing = f"\n{grid}}}" if example.endswith("{") else ""
        parsed = parse(f"{before}{example}{closing}\n{after}", "x.plan")
        assert not parsed.diagnostics, (place, parsed.diagnostics)


@pytest.mark.parametrize("word", ["payy 5 USD", "pay5 USD", "timesx", "onlyif yes", "foreach month"])
def test_a_keyword_ends_where_its_word_ends(word: str) -> None:
    assert len(parse(f'{HEAD}bonus b "B" {{\n{word}\n}}\n}}\n', "x.plan").diagnostics) == 1


def names(node: object) -> Iterator[t.Name]:
    if isinstance(node, t.Name):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from names(item)
    elif is_dataclass(node):
        for f in fields(node):
            yield from names(getattr(node, f.name))


@pytest.mark.parametrize("file", PLANS, ids=lambda f: f.name)
def test_a_name_stands_where_its_span_says(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    lines = text.split("\n")
    found = list(names(parse(text, file.name).file.items))
    assert found
    for name in found:
        assert lines[name.span.line - 1][name.span.column - 1 : name.span.end_column - 1] == name.text


@pytest.mark.parametrize("file", PLANS, ids=lambda f: f.name)
def test_layout_does_not_count(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    loose = "# a remark\n\n" + "\n".join(f"    {line}   # {n}\n" for n, line in enumerate(text.split("\n")))
    assert parse(loose, file.name).file == parse(text, file.name).file
    assert parse(text.replace("\n", "\r\n"), file.name).file == parse(text, file.name).file
