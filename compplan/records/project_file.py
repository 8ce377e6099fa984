"""What a project is, and where its file is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from compplan.calendar import Calendar
from compplan.diagnostics.model import Diagnostic, Problems
from compplan.diagnostics.storage import trouble
from compplan.immutable import immutable
from compplan.records.paths import check_name
from compplan.records.spec import SourceSpec
from compplan.schema import PROJECT_FILE, Schema


@immutable
class Project:
    """A company's project: its folder, file, name, kinds of record, fiscal calendar, plan files, and where records come from.

    `root` and the paths below it are as the caller wrote them (relative stays relative), so that messages name files the caller's way.
    """

    root: Path
    file: Path
    company: str
    schema: Schema
    calendar: Calendar
    plan_files: tuple[Path, ...]
    sources: Mapping[str, SourceSpec]


def find_project_file(path: Path) -> Path:
    """The project file in a folder, or that is named itself; raises `Problems` where there is none or it is out of reach."""
    try:
        file = path / PROJECT_FILE if path.is_dir() else path
        found, is_folder = file.is_file(), path.is_dir()
    except OSError as error:
        why = trouble(error)
        message = f"The project at {path} cannot be read: {why.why}."
        raise Problems([Diagnostic("unreadable-file", "The project cannot be read", message, hint=why.advice)]) from None
    if found:
        check_name(file.resolve())
        return file
    message = f"The folder {path.resolve()} holds no {PROJECT_FILE}." if is_folder else f"There is no {PROJECT_FILE} at {path}."
    hint = f"Name the folder that holds the {PROJECT_FILE}, or start a new project with `compplan init`."
    raise Problems([Diagnostic("no-project", "No project here", message, hint=hint)])
