"""What the README shows is so: its plan is the sample's, its commands and its Python run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Call

HOME = Path(__file__).parents[2]
README = (HOME / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)


def test_the_plan_is_that_of_the_sample() -> None:
    sample = {line.strip() for line in (HOME / "plans" / "account_executive.plan").read_text().splitlines()}
    shown = [block for kind, block in BLOCKS if not kind and block.startswith(("commission", "expect"))]
    assert len(shown) == 2
    for block in shown:
        assert {line.strip() for line in block.splitlines()} <= sample


def test_the_commands_run_in_their_order(compplan: Call) -> None:
    block = next(block for _, block in BLOCKS if block.startswith("compplan init"))
    for line in block.splitlines():
        assert compplan(*shlex.split(line, comments=True)[1:]).code == 0, line


def test_the_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HOME)
    exec(next(block for kind, block in BLOCKS if kind == "python"), {})


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (HOME / target).exists(), target
