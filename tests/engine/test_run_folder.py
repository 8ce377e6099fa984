"""A run appears whole or not at all, whatever happens while it is made."""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import compplan
from compplan.cli.main import main
from compplan.diagnostics import Problems
from compplan.engine.run_folder import find_run
from tests.support.projects import DEALS, simple_plan, write_project
from tests.support.runs import hidden, run_folders, verify

OWN = '\n  commission own "Own" {\n    for each booking\n    pay 10% of credited\n  }\n'
TEAM = '\n  bonus team "Team" {\n    for    each quarter\n    pay    100 USD\n    times  attainment(arr)\n  }\n'
MONTHS = [f"2027-{m:02d}" for m in range(1, 13)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project", {"p": simple_plan(OWN)})


def in_child(work: Callable[[], object]) -> int:
    """Does something in a process of its own; gives its id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def exit_code(child: int) -> int:
    """Waits for a process; what a signal ended has a code below zero."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# ---- killed ----------------------------------------------------------------------------------------------------------


def test_a_run_that_is_killed_leaves_no_run_behind(project: Path, tmp_path: Path) -> None:
    """Killed at twelve moments spread over a run's time; what is there afterwards is whole, and the next run clears the rest."""
    out, company = tmp_path / "runs", compplan.open_project(project)
    began = time.monotonic()
    assert exit_code(in_child(lambda: company.run("2027-01", tmp_path / "first"))) == 0
    whole = time.monotonic() - began
    moments, killed = random.Random(7), 0
    for index, month in enumerate(MONTHS):
        child = in_child(lambda month=month: company.run(month, out))  # type: ignore[misc]
        time.sleep(whole * (index + moments.random()) / len(MONTHS))
        os.kill(child, signal.SIGKILL)
        killed += exit_code(child) == -signal.SIGKILL
        for folder in run_folders(out):
            verify(folder)
    assert killed > 0
    company.run("2027-Q1", out)
    assert hidden(out) == []
    verify(find_run(out, "2027-Q1").folder)


def test_what_a_killed_run_left_behind_is_cleared_and_what_is_being_made_is_not(project: Path, tmp_path: Path) -> None:
    """Also where it was killed before it could lock its folder."""
    out, company = tmp_path / "runs", compplan.open_project(project)
    (out / ".making-dead" / "steps").mkdir(parents=True)

    def slow(title: str, number: int, count: int) -> None:
        (out / "started").touch()
        time.sleep(60)

    child = in_child(lambda: company.run("2027-02", out, progress=slow))
    try:
        while not (out / "started").exists():
            time.sleep(0.01)
        alive = [name for name in hidden(out) if name != ".making-dead"]
        assert len(alive) == 1
        company.run("2027-01", out)
        assert hidden(out) == alive
    finally:
        os.kill(child, signal.SIGKILL)
        exit_code(child)
    company.run("2027-03", out)
    assert hidden(out) == []


def test_runs_at_the_same_time_give_one_run(project: Path, tmp_path: Path) -> None:
    out, company = tmp_path / "runs", compplan.open_project(project)
    children = [in_child(lambda: company.run("2027-Q1", out)) for _ in range(4)]
    assert [exit_code(child) for child in children] == [0, 0, 0, 0]
    (folder,) = run_folders(out)
    verify(folder)
    assert hidden(out) == []


def test_a_run_killed_while_it_took_the_place_of_a_damaged_one_is_found_again(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between moving the damaged one aside and its own last step: the next run, of whatever period, puts it in place."""
    out, company = tmp_path / "runs", compplan.open_project(project)
    damaged = company.run("2027-01", out).folder
    (damaged / "payouts.csv").unlink()
    rename = Path.rename

    def killed(self: Path, target: Path) -> Path:
        moved = rename(self, target)
        if target.name == "replaced":
            os.kill(os.getpid(), signal.SIGKILL)
        return moved

    def replace() -> None:
        monkeypatch.setattr(Path, "rename", killed)
        company.run("2027-01", out)

    assert exit_code(in_child(replace)) == -signal.SIGKILL
    assert not damaged.exists()
    company.run("2027-02", out)
    assert hidden(out) == []
    assert verify(damaged).manifest.period == "2027-01"
    assert (damaged / "payouts.csv").exists()


def test_a_damaged_run_comes_back_where_its_replacement_was_interrupted(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, company = tmp_path / "runs", compplan.open_project(project)
    damaged = company.run("2027-01", out).folder
    (damaged / "payouts.csv").unlink()
    rename, moved = Path.rename, list[Path]()

    def interrupted(self: Path, target: Path) -> Path:
        if moved and target == damaged and self.name != "replaced":
            raise KeyboardInterrupt
        if target.name == "replaced":
            moved.append(self)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        company.run("2027-01", out)
    assert run_folders(out) == [damaged]
    assert hidden(out) == []


def test_every_file_is_on_the_disk_before_a_run_gets_its_name(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, fsync = set[int](), os.fsync

    def noted(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    folder = compplan.open_project(project).run("2027-01", tmp_path / "runs").folder
    assert {p.stat().st_ino for p in [folder, *folder.rglob("*")]} <= synced


# ---- no room ---------------------------------------------------------------------------------------------------------


def command(*words: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own; with a limit, no file of it may grow beyond so many bytes."""

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "compplan", *words], capture_output=True, text=True, timeout=60, check=False, preexec_fn=limited
    )


def assert_stopped_for_storage(done: subprocess.CompletedProcess[str], out: Path) -> None:
    """One plain message, and nothing of a run."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error") <= 2
    assert "storage" in done.stderr
    assert "IO Error" not in done.stderr
    assert "room" in done.stderr
    assert not out.exists() or (run_folders(out) == [] and hidden(out) == [])


@pytest.mark.parametrize("limit", [600, 1800])
def test_files_that_cannot_grow(project: Path, tmp_path: Path, limit: int) -> None:
    """A step cannot be written, or only the manifest at the end."""
    out = tmp_path / "runs"
    done = command("run", str(project), "--period", "2027-Q1", "--out", str(out), limit=limit)
    assert_stopped_for_storage(done, out)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount a disk")
def test_a_full_disk(project: Path, small_disk: Path) -> None:
    out = small_disk / "runs"
    (small_disk / "full").write_bytes(b"x" * 40_000)
    done = command("run", str(project), "--period", "2027-Q1", "--out", str(out))
    assert_stopped_for_storage(done, out)
    (small_disk / "full").unlink()


def test_a_folder_that_takes_no_files(project: Path, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder ought to be", encoding="utf-8")
    with pytest.raises(Problems) as caught:
        compplan.open_project(project).run("2027-Q1", tmp_path / "runs")
    assert [d.code for d in caught.value.diagnostics] == ["storage"]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a place where nobody can write is needed")
def test_a_read_only_folder(project: Path) -> None:
    with pytest.raises(Problems) as caught:
        compplan.open_project(project).run("2027-Q1", "/proc/self/runs")
    assert [d.code for d in caught.value.diagnostics] == ["storage"]


# ---- bad rows --------------------------------------------------------------------------------------------------------

BAD = DEALS + "d3,ana,2027-02-10,many,new\nd4,nobody,2027-02-10,1.00,new\n"


def test_bad_rows_stop_a_run_before_anything_is_written(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", {"p": simple_plan(OWN)}, deals=BAD)
    with pytest.raises(Problems) as caught:
        compplan.open_project(project).run("2027-Q1", tmp_path / "runs")
    assert caught.value.diagnostics[-1].code == "bad-rows"
    assert not (tmp_path / "runs").exists()


def test_rows_that_are_set_aside_are_counted_and_listed(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", {"p": simple_plan(OWN)}, deals=BAD)
    run = compplan.open_project(project).run("2027-Q1", tmp_path / "runs", set_aside=True).run
    verify(run.folder)
    assert run.manifest.rows["deals"] == (4, 2)
    with (run.folder / "rejects.csv").open(encoding="utf-8", newline="") as stream:
        rejects = list(csv.DictReader(stream))
    assert [(r["kind"], r["line"], r["column"], r["value"]) for r in rejects] == [
        ("deals", "4", "amount", "many"),
        ("deals", "5", "owner", "nobody"),
    ]
    assert json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))["rejected"] == len(rejects)


# ---- which run is found ----------------------------------------------------------------------------------------------


def test_the_same_inputs_give_the_run_that_is_there(project: Path, tmp_path: Path) -> None:
    company = compplan.open_project(project)
    first = company.run("2027-Q1", tmp_path / "runs").folder
    before = {p: p.read_bytes() for p in first.rglob("*") if p.suffix in (".json", ".csv", ".plan", ".yaml")}
    assert company.run("2027-Q1", tmp_path / "runs").folder == first
    assert {p: p.read_bytes() for p in before} == before
    assert run_folders(tmp_path / "runs") == [first]


def test_a_year_is_not_taken_for_one_of_its_quarters(project: Path, tmp_path: Path) -> None:
    company = compplan.open_project(project)
    year = company.run("2027", tmp_path / "runs").folder
    quarter = company.run("2027-Q1", tmp_path / "runs").folder
    assert find_run(tmp_path / "runs", "2027").folder == year
    assert find_run(tmp_path / "runs", "2027-Q1").folder == quarter
    with pytest.raises(Problems) as caught:
        find_run(tmp_path / "runs", "2026")
    assert caught.value.diagnostics[0].hint == "There are runs of 2027, 2027-Q1."


def test_the_run_that_was_asked_for_last_is_the_one_that_is_found(project: Path, tmp_path: Path) -> None:
    """Records are corrected, run, and put back as they were: the run found is that of the records as they are."""
    out = tmp_path / "runs"
    first = compplan.open_project(project).run("2027-Q1", out).folder
    (project / "deals.csv").write_text(DEALS.replace("250.50", "250.51"), encoding="utf-8")
    second = compplan.open_project(project).run("2027-Q1", out).folder
    assert find_run(out, "2027-Q1").folder == second != first
    (project / "deals.csv").write_text(DEALS, encoding="utf-8")
    assert compplan.open_project(project).run("2027-Q1", out).folder == first
    assert find_run(out, "2027-Q1").folder == first


def test_a_run_without_its_manifest_is_none(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = compplan.open_project(project).run("2027-Q1", tmp_path / "runs").folder
    (folder / "manifest.json").unlink()
    assert main(["explain", "ana", "--period", "2027-Q1", "--run", str(tmp_path / "runs")]) == 1
    assert "no-run" in capsys.readouterr().err


def test_a_run_of_another_version_is_told_in_words(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = compplan.open_project(project).run("2027-Q1", tmp_path / "runs").folder / "manifest.json"
    manifest = json.loads(made.read_text())
    made.write_text(json.dumps({**manifest, "form": manifest["form"] - 1}))
    assert main(["explain", "ana", "--period", "2027-Q1", "--run", str(tmp_path / "runs")]) == 1
    assert "made by another version of compplan, and this one cannot read it" in " ".join(capsys.readouterr().err.split())
    compplan.open_project(project).run("2027-Q1", tmp_path / "runs")
    assert main(["explain", "ana", "--period", "2027-Q1", "--run", str(tmp_path / "runs")]) == 0


def test_quotas_take_part(tmp_path: Path) -> None:
    """Every step of a richer plan is held to its hash as well."""
    project = write_project(tmp_path / "project", {"p": simple_plan(OWN + TEAM)})
    verify(compplan.open_project(project).run("2027-Q1", tmp_path / "runs").folder)
