"""The command line, called as the program calls it, and small projects to call it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from compplan.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


Call = Callable[..., Said]


@pytest.fixture(autouse=True)
def _passing_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def compplan(capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*words: str) -> Said:
        capsys.readouterr()
        code = main(words)
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Said(code, said.out, said.err)

    return call


@pytest.fixture
def started(compplan: Call, tmp_path: Path) -> Path:
    """The project that `compplan init` writes, in the folder `acme`."""
    assert compplan("init", "acme").code == 0
    return tmp_path / "acme"
