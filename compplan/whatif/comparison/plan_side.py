"""One side of a comparison, by its name: a folder, a plan file, or a git revision. Its plans are checked against the project."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from compplan.diagnostics import Diagnostic, Problems
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.parse import decode, parse
from compplan.project_plans import ProjectPlans, read_plan_files, read_plans
from compplan.records.project import load_project
from compplan.records.project_file import Project
from compplan.schema import PROJECT_FILE


@immutable
class PlanSide:
    """What a side is called, its plans, and the texts that they were read from."""

    name: str
    plans: tuple[ty.Plan, ...]
    texts: Mapping[str, str]


def plan_side(project: Project, named: str) -> PlanSide:
    """The plans that somebody names, to be paid on the records of `project`.

    A folder with a project file gives that project's plans. A plan file takes the place of the project's file of that name, or of the one
    that has the same plans, or comes beside them. Anything else is a revision of the git repository in which the project lies. Raises
    `Problems` where there is no such thing, or where the plans are wrong.
    """
    path = Path(named)
    if path.is_dir() or path.name == PROJECT_FILE:
        read = _of_folder(project, load_project(path))
    elif path.is_file():
        refuse_no_plan(path)
        read = with_files(project, [path])
    else:
        read = _of_revision(project, named)
    return PlanSide(named, _placed(read, named), read.texts)


def refuse_no_plan(path: Path) -> None:
    """Raises `Problems` where a file is not called as plan files are."""
    if path.suffix != ".plan":
        message = f"{path} is no plan file: such a file is called .plan."
        hint = "Name a folder with a compplan.yaml, a plan file, or a revision such as HEAD~1 or a branch."
        raise Problems([Diagnostic("no-such-side", "There is nothing of that name to compare", message, hint=hint)])


def _placed(read: ProjectPlans, named: str) -> tuple[ty.Plan, ...]:
    """The plans; where they are wrong, the problems say of which side."""
    try:
        return read.require()
    except Problems as problems:
        told = [replace(d, message=f"{d.message} (in {named})") for d in problems.diagnostics if d.is_error]
        raise Problems(told) from None


def _of_folder(project: Project, other: Project) -> ProjectPlans:
    names = [p.relative_to(other.root).as_posix() for p in other.plan_files]
    return read_plan_files(other.root, names, project.schema, project.calendar)


def with_files(project: Project, paths: Sequence[Path]) -> ProjectPlans:
    """The project's plans with some files put in: all are written into a passing folder, and read from there."""
    base = read_plans(project)
    names = [p.relative_to(project.root).as_posix() for p in project.plan_files]
    sources = dict(base.sources)
    for path in paths:
        data = path.read_bytes()
        taken = next((n for n in names if Path(n).name == path.name), None) or _same_plans(base, names, data, path.name)
        sources[taken or path.name] = data
        names += [] if taken else [path.name]
    with TemporaryDirectory(prefix="compplan-side-") as folder:
        root = Path(folder)
        for name, text in sources.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text)
        return read_plan_files(root, names, project.schema, project.calendar)


def _same_plans(base: ProjectPlans, names: list[str], data: bytes, name: str) -> str | None:
    """The project's file that declares something that the other file declares."""
    text, problems = decode(data, name)
    parsed = None if problems else parse(text, name)
    if parsed is None or parsed.file is None:
        return None
    mine = {(type(item), item.name.text) for item in parsed.file.items}
    for known, file in zip(names, base.files, strict=False):
        if mine & {(type(item), item.name.text) for item in file.items}:
            return known
    return None


def _of_revision(project: Project, named: str) -> ProjectPlans:
    with _checked_out(project, named) as folder:
        return _of_folder(project, load_project(folder))


@contextmanager
def _checked_out(project: Project, revision: str) -> Iterator[Path]:
    """The project's folder as it was at a revision, in a passing folder. Raises `Problems` where there is none."""
    root = project.root.resolve()
    top = _git(root, "rev-parse", "--show-toplevel")
    known = None if top is None or revision.startswith("-") else _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if top is None or known is None:
        where = "the project lies in no git repository" if top is None else "the project's repository has no revision of that name"
        message = f"There is no folder or plan file {revision}, and {where}."
        hint = "Name a folder with a compplan.yaml, a plan file, or a revision such as HEAD~1 or a branch."
        raise Problems([Diagnostic("no-such-side", "There is nothing of that name to compare", message, hint=hint)])
    repository = Path(top.decode().strip()).resolve()
    inside = root.relative_to(repository).as_posix()
    found = _git(repository, "archive", "--format=tar", f"{known.decode().strip()}:{'' if inside == '.' else inside}")
    if found is None:
        message = f"At {revision} there is no folder {inside}."
        raise Problems([Diagnostic("no-such-side", "The project was not there yet", message)])
    with TemporaryDirectory(prefix="compplan-side-") as folder:
        with tarfile.open(fileobj=BytesIO(found)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder)


def _git(folder: Path, *words: str) -> bytes | None:
    """What git says; None where it fails or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
