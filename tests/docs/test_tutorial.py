"""The tutorial, followed from top to bottom in an empty folder: its files written, its commands run, their output held to the page.

`COMPPLAN_WRITE_DOCS=1` writes what the commands print now into the page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compplan.cli.main import main
from tests.docs.reading import DOCS, Block, blocks

PAGE = "tutorial.md"
_RUN_FOLDER = re.compile(r"\b(2027-\w+)-[0-9a-f]{10}\b")


class Reader:
    """Someone who does what the page says."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capture = folder, capture

    def follow(self, block: Block) -> str | None:
        """Write the block's file or make its change; run its command and give what it prints."""
        told = block.directives
        if "file" in told:
            path = self.folder / told["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.code, encoding="utf-8")
        if "append" in told:
            path = self.folder / told["append"]
            path.write_text(path.read_text().rstrip().removesuffix("}") + "\n" + block.code + "}\n")
        if "replace" in told:
            path = self.folder / told["replace"]
            text = path.read_text()
            assert told["old"] in text
            path.write_text(text.replace(told["old"], told["new"].replace("\\n", "\n"), 1))
        return self._run(block.code) if block.language == "console" else None

    def _run(self, code: str) -> str:
        command = code.splitlines()[0].removeprefix("$ compplan ").split()
        main(command)
        printed = self.capture.readouterr()
        lines = (printed.out + printed.err).rstrip().splitlines()
        return "\n".join(_RUN_FOLDER.sub(r"\1-xxxxxxxxxx", line).rstrip() for line in lines)


def _followed(folder: Path, capture: pytest.CaptureFixture[str]) -> Iterator[tuple[Block, str]]:
    reader = Reader(folder, capture)
    for block in blocks(PAGE):
        printed = reader.follow(block)
        if printed is not None:
            yield block, f"{block.code.splitlines()[0]}\n{printed}\n"


def test_the_tutorial_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    results = list(_followed(tmp_path, capsys))
    if os.environ.get("COMPPLAN_WRITE_DOCS"):
        _write(results)
    for block, said in results:
        assert said == block.code, f"line {block.line}"


def _write(results: list[tuple[Block, str]]) -> None:
    path = DOCS / PAGE
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for block, said in reversed(results):
        first = block.line
        lines[first : first + block.code.count("\n")] = [said]
    path.write_text("".join(lines), encoding="utf-8")
