"""A project that was read before is the same as one that is read anew, and every change of the file or of the plans counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from compplan.diagnostics import Problems
from compplan.records import Project
from compplan.records.kept_project import MOST, load_kept_project
from compplan.records.project import load_project

PLANS = Path(__file__).parents[2] / "plans"
TEXT = "company: Acme\ncurrency: USD\nplans: a.plan\nrecords:\n  people: {key: person, columns: {person: text}}\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "compplan"


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "compplan.yaml").write_text(TEXT)
    (folder / "a.plan").write_text("")
    return folder


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read whole, one after the other."""
    from compplan.records import project

    found: list[Path] = []
    read = project.read_project

    def counted(file: Path) -> tuple[Project, tuple[str, ...]]:
        found.append(file)
        return read(file)

    monkeypatch.setattr(project, "read_project", counted)
    return found


def test_it_is_the_same_project(readings: list[Path]) -> None:
    first, second = load_kept_project(PLANS), load_kept_project(PLANS)
    assert first == second == load_project(PLANS)
    assert readings[:1] == [PLANS / "compplan.yaml"]
    assert len(readings) == 2, "the third is load_project's own"


def test_another_text_is_read_anew(acme: Path) -> None:
    assert load_kept_project(acme).company == "Acme"
    (acme / "compplan.yaml").write_text(TEXT.replace("Acme", "Other"))
    assert load_kept_project(acme).company == "Other"
    (acme / "compplan.yaml").write_text(TEXT.replace("USD", "XXY"))
    with pytest.raises(Problems):
        load_kept_project(acme)


def test_plan_files_are_those_that_are_there_now(acme: Path) -> None:
    (acme / "compplan.yaml").write_text(TEXT.replace("a.plan", '["*.plan", a.plan]'))
    assert [f.name for f in load_kept_project(acme).plan_files] == ["a.plan"]
    (acme / "b.plan").write_text("")
    assert [f.name for f in load_kept_project(acme).plan_files] == ["a.plan", "b.plan"]
    (acme / "a.plan").unlink()
    with pytest.raises(Problems) as raised:
        load_kept_project(acme)
    assert [d.code for d in raised.value.diagnostics] == ["no-plan-file"]


def test_a_plan_file_that_leads_out_is_refused(acme: Path, tmp_path: Path) -> None:
    load_kept_project(acme)
    (tmp_path / "secret").write_text("")
    (acme / "a.plan").unlink()
    (acme / "a.plan").symlink_to(tmp_path / "secret")
    with pytest.raises(Problems) as raised:
        load_kept_project(acme)
    assert [d.code for d in raised.value.diagnostics] == ["outside-project"]


@pytest.mark.parametrize("spoilt", [b"", b"nonsense", None])
def test_what_was_kept_and_is_spoilt_is_made_again(spoilt: bytes | None, acme: Path, cache: Path, readings: list[Path]) -> None:
    load_kept_project(acme)
    (file,) = cache.glob("project-*")
    file.write_bytes(file.read_bytes()[:40] if spoilt is None else spoilt)
    assert load_kept_project(acme).company == "Acme"
    assert load_kept_project(acme).company == "Acme"
    assert len(readings) == 2


def test_a_folder_that_cannot_be_written_to_only_costs_time(acme: Path, cache: Path, readings: list[Path]) -> None:
    cache.parent.mkdir()
    cache.write_text("a file")
    assert load_kept_project(acme) == load_kept_project(acme)
    assert len(readings) == 2


def test_few_projects_are_kept(acme: Path, cache: Path, tmp_path: Path) -> None:
    for number in range(MOST + 3):
        other = tmp_path / f"other{number}"
        acme.rename(other)
        load_kept_project(other)
        other.rename(acme)
    assert len(list(cache.glob("project-*"))) == MOST
