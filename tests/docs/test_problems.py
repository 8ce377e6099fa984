"""Every code that the program can give is explained on the page of problems, and the page has no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from compplan.language.codes import TITLES
from tests.docs.reading import DOCS

SOURCE = DOCS.parent / "compplan"
PAGE = (DOCS / "problems.md").read_text(encoding="utf-8")
EXPLAINED = {code for row in re.findall(r"^\| (`[^|]*) \|", PAGE, re.M) for code in re.findall(r"`([a-z0-9-]+)`", row)}
_CODE = re.compile(r"[a-z]+(-[a-z]+)+|not-utf8")
_NO_CODES = {"rev-parse", "yyyy-mm-dd", "fit-x", "step-after", "triangle-up", "triangle-down", "vl-convert-python"}
"""Texts of the program that look like codes and are none."""


def codes_in(file: Path) -> Iterator[str]:
    """What looks like a code: words joined by dashes; and whatever a diagnostic or a check begins with."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value):
            yield node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Diagnostic", "Check") and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_every_code_is_explained() -> None:
    given = {code for file in SOURCE.rglob("*.py") for code in codes_in(file)} - _NO_CODES
    assert sorted(given - EXPLAINED - set(TITLES)) == []


def test_the_page_explains_nothing_that_there_is_not() -> None:
    everything = "".join(file.read_text(encoding="utf-8") for file in SOURCE.rglob("*.py"))
    assert sorted(code for code in EXPLAINED if f'"{code}"' not in everything) == []
