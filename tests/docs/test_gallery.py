"""The gallery is what tools/gallery.py writes; its links lead somewhere, and every case is found by some word."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

HOME = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery", HOME / "tools" / "gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["gallery"] = module
    spec.loader.exec_module(module)
    return module


def test_it_is_up_to_date(tool: ModuleType) -> None:
    written = {page.name: page.read_text(encoding="utf-8") for page in tool.GALLERY.glob("*.md")}
    assert written == tool.gallery(), "run make gallery"


def test_every_link_leads_to_a_heading(tool: ModuleType) -> None:
    files = tool.gallery()
    anchors = {name: {tool.anchor(h) for h in re.findall(r"^#+ (.*)$", text, re.M)} for name, text in files.items()}
    links = re.findall(r"\]\(([\w-]+\.md)#([^)]*)\)", files["README.md"])
    assert links
    assert [link for link in links if link[1] not in anchors[link[0]]] == []


def test_every_case_is_found_by_a_word(tool: ModuleType) -> None:
    files = tool.gallery()
    words = files["README.md"].split("## By page")[0]
    cases = [case for name in files if name != "README.md" for case in tool.cases_of(tool.CASES / name)[1]]
    assert [case.title for case in cases if f"{case.page}#{tool.anchor(case.title)}" not in words] == []


def test_every_case_shows_records_and_results(tool: ModuleType) -> None:
    for name, text in tool.gallery().items():
        if name != "README.md":
            assert "\nResult:\n" in text, name
            assert "expect " not in text.replace("expected", ""), name
