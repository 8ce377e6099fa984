"""The page of what-if questions: its commands are run on the sample company, and print what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from compplan.cli.main import main
from compplan.whatif.scenarios.asked import read_file

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "whatif.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```\n\$ compplan ((?:try|simulate) .*)\n((?:.*\n)*?)```", PAGE, re.M)


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_a_command_prints_what_the_page_shows(
    command: str, output: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(shlex.split(command)) == 0
    printed = capsys.readouterr().out
    at = 0
    for part in output.split("...\n"):
        found = printed.find(part, at)
        assert found >= 0, part
        at = found + len(part)


def test_the_page_shows_commands() -> None:
    assert len(SHOWN) >= 3
    assert any(command.startswith("simulate") for command, _ in SHOWN)


def test_the_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = re.findall(r"^```python\n((?:.*\n)*?)```", PAGE, re.M)
    monkeypatch.chdir(ROOT)
    exec(block, {})


def test_the_file_that_the_page_shows_is_part_of_the_sample() -> None:
    (shown,) = re.findall(r"^```yaml\n(scenarios:\n(?:.*\n)*?)```", PAGE, re.M)
    sample = yaml.safe_load((ROOT / "plans" / "what-if.yaml").read_text(encoding="utf-8"))["scenarios"]
    for name, said in yaml.safe_load(shown)["scenarios"].items():
        assert sample[name] == said


def test_every_scenario_of_the_sample_says_what_it_is_about() -> None:
    asked = read_file(ROOT / "plans" / "what-if.yaml")
    assert len(asked.scenarios) >= 3
    assert all(one.form.label for one in asked.scenarios)
