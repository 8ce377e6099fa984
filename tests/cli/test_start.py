"""A new project works at once, and nothing of one's own is overwritten."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Call


def test_a_new_project_has_no_problems(compplan: Call, started: Path) -> None:
    said = compplan("check", "acme")
    assert (said.code, said.out) == (0, "No problems in 1 plan, 2 components, 1 example.\n")


def test_the_examples_of_a_new_project_come_out_as_expected(compplan: Call, started: Path) -> None:
    said = compplan("test", "acme")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "1 example: 1 as expected, 0 not."


def test_what_init_tells_one_to_try_works(compplan: Call) -> None:
    tried = [line.split()[1:] for line in compplan("init", "new").out.splitlines() if line.startswith("  compplan ")]
    assert [words[0] for words in tried] == ["check", "test", "run", "explain"]
    assert [compplan(*words).code for words in tried] == [0, 0, 0, 0]


def test_the_commands_need_no_folder_inside_a_project(compplan: Call, tmp_path: Path) -> None:
    assert compplan("init").code == 0
    assert (tmp_path / "compplan.yaml").is_file()
    assert compplan("check").code == 0
    assert compplan("show", "tree").code == 0


def test_nothing_is_overwritten(compplan: Call, tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "sales.plan").write_text("mine")
    said = compplan("init", "acme")
    assert said.code == 2
    assert "already holds sales.plan" in said.err
    assert [p.name for p in (tmp_path / "acme").iterdir()] == ["sales.plan"]
    assert (tmp_path / "acme" / "sales.plan").read_text() == "mine"


def test_a_file_in_the_way_is_told(compplan: Call, tmp_path: Path) -> None:
    (tmp_path / "acme").write_text("a file")
    said = compplan("init", "acme")
    assert said.code == 1
    assert "cannot be written" in said.err
