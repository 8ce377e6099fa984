"""ARCHITECTURE.md is true: what it names is there, and imports run the way it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "compplan"

BOTTOM = {"immutable", "schema", "calendar", "currencies", "diagnostics", "kept"}
MAY_IMPORT = {
    "immutable": set(),
    "currencies": set(),
    "kept": set(),
    "schema": {"immutable"},
    "diagnostics": {"immutable"},
    "calendar": {"immutable", "schema"},
    "shape_json": BOTTOM,
    "records": BOTTOM,
    "language": BOTTOM,
    "project_plans": {"records", "language", *BOTTOM},
    "engine": {"project_plans", "shape_json", "records", "language", *BOTTOM},
    "assignment": {"records", *BOTTOM},
    "whatif": {"assignment", "engine", "project_plans", "records", "language", *BOTTOM},
    "reports": {"engine", "assignment", "whatif", "records", *BOTTOM},
    "api": {"reports", "whatif", "engine", "project_plans", "records", "language", *BOTTOM},
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


def test_no_module_of_the_language_leads_back_to_itself() -> None:
    modules = {".".join(f.relative_to(ROOT).with_suffix("").parts): f for f in (PACKAGE / "language").rglob("*.py")}
    ahead: dict[str, set[str]] = {}
    for name, file in modules.items():
        found = [n for n in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(n, ast.ImportFrom) and n.module]
        ahead[name] = {m for n in found for m in (n.module, *(f"{n.module}.{a.name}" for a in n.names)) if m in modules}
    while ahead:
        last = {name for name, needed in ahead.items() if not needed & set(ahead)}
        assert last, sorted(ahead)
        ahead = {name: needed for name, needed in ahead.items() if name not in last}


def test_what_the_page_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    paths = re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?|[a-z_]+\.py)`", text)
    paths = [p.replace("check/", "compplan/language/check/") if p == "check/" else p for p in paths]
    assert len(paths) > 20
    assert [p for p in paths if not (ROOT / p).exists()] == []


def test_the_passes_that_the_page_names_are_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for folder, passes in re.findall(r"^\| `(compplan/[\w/]+)/` \| (.*) \|$", text, re.M):
        for name in re.findall(r"`([a-z_]+)`", passes):
            assert (ROOT / folder / f"{name}.py").exists(), f"{folder} has no {name}"
