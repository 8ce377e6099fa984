"""Checking: all problems at once, where they are from where one stands, in the format that is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call


@pytest.fixture
def with_mistakes(started: Path) -> Path:
    """A project with two mistakes in its plan."""
    plan = started / "sales.plan"
    plan.write_text(plan.read_text().replace('role = "AE"', 'rôle = "AE"').replace("pay    250 USD", "pay    250 EUR"))
    return plan


def test_every_problem_is_shown_with_its_line(compplan: Call, with_mistakes: Path) -> None:
    said = compplan("check", "acme")
    assert said.code == 1
    assert said.err == ""
    assert "--> acme/sales.plan:4:" in said.out
    assert 'payees     where rôle = "AE"' in said.out
    assert "pay    250 EUR" in said.out
    assert said.out.endswith("2 errors\n")


def test_concise_is_a_line_for_each(compplan: Call, with_mistakes: Path) -> None:
    lines = compplan("check", "acme", "--format", "concise").out.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("acme/sales.plan:") for line in lines)


def test_programs_get_json_sarif_and_workflow_commands(compplan: Call, with_mistakes: Path) -> None:
    assert json.loads(compplan("check", "acme", "--format", "json").out)["errors"] == 2
    assert json.loads(compplan("check", "acme", "--format", "sarif").out)["version"] == "2.1.0"
    assert compplan("check", "acme", "--format", "github").out.startswith("::error file=acme/sales.plan,line=4")


def test_warnings_alone_are_fine(compplan: Call, started: Path) -> None:
    plan = started / "sales.plan"
    plan.write_text(plan.read_text().replace("  measure bookings", "  measure spare = count(booking)\n  measure bookings"))
    said = compplan("check", "acme")
    assert said.code == 0
    assert "Nothing uses spare." in said.out
    assert said.out.endswith("1 warning\n")


def test_a_mistake_in_the_project_file_takes_the_same_formats(compplan: Call, started: Path) -> None:
    project = started / "compplan.yaml"
    project.write_text(project.read_text().replace("currency: USD", "curency: USD"))
    said = compplan("check", "acme")
    assert said.code == 1
    assert "--> acme/compplan.yaml:" in said.out
    told = json.loads(compplan("check", "acme", "--format", "json").out)
    assert {d["span"]["file"] for d in told["diagnostics"]} == {"acme/compplan.yaml"}


def test_records_are_not_read(compplan: Call, started: Path) -> None:
    (started / "data" / "deals.csv").write_text("rubbish")
    assert compplan("check", "acme").code == 0


# ---- what plans and project files can be, and should not ---------------------------------------------------------------

GARBAGE = bytes(range(256)) * 64


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", GARBAGE, b"\xff\xfe" + "plan".encode("utf-16-le"), b"\0" * 1000, b"{" * 20_000, b"x" * 200_000, b"plan a " * 10_000],
    ids=["empty", "blank", "binary", "utf-16", "zeros", "braces", "one word", "one line"],
)
def test_a_plan_file_of_anything_ends_in_words(compplan: Call, started: Path, content: bytes) -> None:
    (started / "sales.plan").write_bytes(content)
    for words in (("check", "acme"), ("test", "acme"), ("show", "acme", "tree"), ("show", "acme", "sql")):
        assert compplan(*words).code in (0, 1)


@pytest.mark.parametrize("content", [b"", GARBAGE, b"[" * 5_000, b"a: &a [*a]", b"- 1", b"company: !!python/object:os.system x"])
def test_a_project_file_of_anything_ends_in_words(compplan: Call, started: Path, content: bytes) -> None:
    (started / "compplan.yaml").write_bytes(content)
    assert compplan("check", "acme").code == 1


def test_a_plan_with_a_mark_at_its_start_and_windows_line_ends_is_read(compplan: Call, started: Path) -> None:
    text = (started / "sales.plan").read_text()
    (started / "sales.plan").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert compplan("check", "acme").code == 0


def test_a_folder_is_no_plan_file(compplan: Call, started: Path) -> None:
    (started / "sales.plan").unlink()
    (started / "sales.plan").mkdir()
    said = compplan("check", "acme")
    assert said.code == 1
    assert "sales.plan" in said.out


@pytest.mark.parametrize("path", ["../outside.plan", "/etc/passwd", "a/../../outside.plan"])
def test_a_plan_file_outside_the_project_is_refused(compplan: Call, started: Path, path: str) -> None:
    (started.parent / "outside.plan").write_text('plan other "Other" {\n}\n')
    project = started / "compplan.yaml"
    project.write_text(project.read_text().replace("plans: sales.plan", f"plans: {path}"))
    said = compplan("check", "acme")
    assert said.code == 1
    assert "A path leads out of the project" in said.out


def test_a_link_out_of_the_project_is_refused(compplan: Call, started: Path) -> None:
    (started / "sales.plan").rename(started.parent / "outside.plan")
    (started / "sales.plan").symlink_to(started.parent / "outside.plan")
    said = compplan("check", "acme")
    assert said.code == 1
    assert "link" in said.out
