"""ARCHITECTURE.md is true: what it names is there, and imports run the way it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "compplan"

MAY_IMPORT = {
    "schema": set(),
    "diagnostics": set(),
    "calendar": {"schema"},
    "records": {"schema", "calendar", "diagnostics"},
    "language": {"schema", "calendar", "diagnostics"},
    "project_plans": {"records", "language", "schema", "calendar", "diagnostics"},
    "engine": {"project_plans", "records", "language", "schema", "calendar", "diagnostics"},
    "api": {"engine", "project_plans", "records", "language", "schema", "calendar", "diagnostics"},
}


def _imported(path: Path) -> set[str]:
    """The parts of the package that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [node.module] if node.module != "compplan" else [f"compplan.{a.name}" for a in node.names]
        found |= {n.split(".")[1] for n in names if n.startswith("compplan.")}
    return found


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_run_one_way(part: str) -> None:
    modules = [PACKAGE / f"{part}.py"] if (PACKAGE / f"{part}.py").exists() else sorted((PACKAGE / part).rglob("*.py"))
    assert modules
    for module in modules:
        assert _imported(module) - {part} <= MAY_IMPORT[part], module.name


def test_what_the_page_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    paths = re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?|[a-z_]+\.py)`", text)
    paths = [p.replace("check/", "compplan/language/check/") if p == "check/" else p for p in paths]
    assert len(paths) > 20
    assert [p for p in paths if not (ROOT / p).exists()] == []


def test_the_passes_that_the_page_names_are_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for folder, passes in re.findall(r"^\| `(compplan/\w+)/` \| (.*) \|$", text, re.M):
        for name in re.findall(r"`([a-z_]+)`", passes):
            assert (ROOT / folder / f"{name}.py").exists(), f"{folder} has no {name}"
