"""The program as the system runs it: what it imports, broken pipes, interrupts, terminals without Unicode, mistakes of its own."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from compplan.cli import check
from tests.cli.conftest import Call

HOME = Path(__file__).parents[2]
DEAR = ("duckdb", "sqlglot", "pyarrow", "ortools", "numpy", "pandas", "polars", "rich", "typer")
KEPT = ("lark", "pydantic", "yaml")
SELDOM = ("compplan.language.mending", "compplan.language.syntax_message", "compplan.language.slips")


def start(*words: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "compplan", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HOME), **environment},
    )


def imported(folder: Path, names: Sequence[str]) -> list[str]:
    """Which modules a check of a project imports."""
    code = f"import sys\nfrom compplan.cli.main import main\nmain(['check', {str(folder)!r}])\n"
    code += f"print([m for m in {names!r} if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(HOME), "XDG_CACHE_HOME": str(folder.parent / "cache")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    found: list[str] = ast.literal_eval(done.stdout.splitlines()[-1])
    return found


def test_check_imports_no_database(started: Path) -> None:
    assert imported(started, DEAR) == []


def test_check_imports_no_more_than_it_needs(started: Path) -> None:
    """From the second time on: then the grammar's tables and what the project file says are kept."""
    assert imported(started, KEPT) == list(KEPT)
    assert imported(started, (*KEPT, *SELDOM)) == []


def test_what_cannot_be_read_needs_the_parser(started: Path) -> None:
    imported(started, KEPT)
    plan = started / "sales.plan"
    plan.write_text(plan.read_text() + "nonsense\n")
    assert imported(started, (*KEPT, *SELDOM)) == ["lark", *SELDOM]


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, compplan; print([m for m in sys.modules if m.startswith('compplan.') or m in ('lark', 'pydantic')])"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(HOME)}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_reader_that_goes_away_is_no_problem() -> None:
    program = start("show", str(HOME / "plans"), "sql")
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.read(10)
    program.stdout.close()
    assert program.stderr.read() == b""
    assert program.wait() == 141


def test_letters_that_the_terminal_lacks_are_replaced(compplan: Call, started: Path) -> None:
    people = started / "data" / "people.csv"
    people.write_text(people.read_text().replace("Mia Chen", "Mía Chên 陈"))
    program = start("run", "acme", "--period", "2027-Q1", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    out, err = program.communicate()
    assert program.returncode == 0, err
    assert b"M?a Ch?n ?" in out
    assert b"\x1b" not in out + err


def test_stopping_it_is_told_in_a_line(compplan: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "work", stopped)
    said = compplan("check")
    assert (said.code, said.err) == (130, "Stopped. Nothing half-done is left behind.\n")


def test_a_mistake_of_its_own_is_one_sentence_and_a_report(compplan: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError("the details")

    monkeypatch.setattr(check, "work", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = compplan("check")
    report = next(tmp_path.glob("compplan-report-*.txt"))
    assert said.code == 1
    assert str(report) in said.err
    assert len(said.err.splitlines()) == 1
    assert "ZeroDivisionError: the details" in report.read_text()


def test_too_little_memory_is_told(compplan: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def hungry(_: object) -> int:
        raise MemoryError

    monkeypatch.setattr(check, "work", hungry)
    assert compplan("check").err == "compplan: there is not enough memory for this.\n"


# ---- nowhere to write to, asked to stop -------------------------------------------------------------------------------

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full is needed")
@pytest.mark.parametrize("words", [("check", "acme"), ("check", "--help"), ("show", "acme", "sql")])
def test_an_output_that_is_full_is_told_and_is_no_mistake_of_its_own(started: Path, words: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "compplan", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(HOME)},
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "compplan: the output cannot be written: the disk is full. Make room on the disk, then run it again.\n"


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full is needed")
def test_with_nowhere_to_complain_to_the_exit_code_still_tells(started: Path) -> None:
    with FULL.open("w") as full:
        done = subprocess.run([sys.executable, "-m", "compplan", "check", "nowhere"], stdout=full, stderr=full, cwd=HOME, check=False)
    assert done.returncode in (1, 2)


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_run_that_is_asked_to_stop_clears_up(started: Path, tmp_path: Path, asked: signal.Signals) -> None:
    """In the middle of it, with its folder begun."""
    code = "import os, sys, signal, compplan.engine.run as run\nfrom compplan.cli.main import main\n"
    code += f"run._keep_inputs = lambda *_: os.kill(os.getpid(), {int(asked)})\n"
    code += "sys.exit(main(['run', 'acme', '--period', '2027-Q1', '--out', 'out']))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(HOME)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (128 + asked, "Stopped. Nothing half-done is left behind.\n")
    assert not (tmp_path / "out").exists()


def test_words_that_are_not_utf8(compplan: Call) -> None:
    said = compplan("check", os.fsdecode(b"fo\xff"))
    assert (said.code, said.err) == (
        2,
        "compplan: “fo\N{REPLACEMENT CHARACTER}” is not written in UTF-8, so that it cannot be read as text.\n",
    )


def test_a_folder_without_a_project_is_named_in_full(compplan: Call, tmp_path: Path) -> None:
    assert f"The folder {tmp_path} holds no compplan.yaml." in compplan("check", ".").err


def test_digits_of_other_scripts_are_no_period(compplan: Call, started: Path) -> None:
    assert "is no period" in compplan("run", "acme", "--period", "２０２７-Q1").err
