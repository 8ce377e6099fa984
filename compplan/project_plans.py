"""A project's plan files: read, parsed and checked. The one place where the language meets the disk; imports no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.calendar import Calendar
from compplan.diagnostics import Collector, Diagnostic, Problems, Severity, Span
from compplan.diagnostics.storage import Trouble, trouble
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.check.plans import check_plans
from compplan.language.parse import decode, parse
from compplan.language.tree import File
from compplan.schema import Schema

if TYPE_CHECKING:
    from compplan.records.project_file import Project

LARGEST_TABLE = 16_000_000
"""Bytes of a table's CSV file."""

LARGEST_PLAN, MOST_LINES = 2_000_000, 50_000
"""Bytes and lines of a plan file."""

_SPLIT = "Is it the right file? Several plans can stand in a file each."


@immutable
class ProjectPlans:
    """The plans that are right, what was read (plan files and tables, by their path from the project's folder), and every problem."""

    plans: tuple[ty.Plan, ...]
    files: tuple[File, ...]
    sources: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts, for showing source lines."""
        return {name: data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n") for name, data in self.sources.items()}

    def require(self) -> tuple[ty.Plan, ...]:
        """The plans; raises Problems where one of them has an error."""
        if any(d.is_error for d in self.diagnostics):
            raise Problems(self.diagnostics)
        return self.plans


@dataclass(slots=True)
class _Reader:
    """Reads files below a folder, and keeps what it read."""

    root: Path
    collector: Collector = field(default_factory=Collector)
    sources: dict[str, bytes] = field(default_factory=dict)

    def read(self, name: str, most: int) -> bytes | Trouble:
        """The file's bytes; or why there are none."""
        path = self.root / name
        try:
            if not path.resolve().is_relative_to(self.root.resolve()):
                return Trouble("it lies outside the project's folder", "Move it there.")
            if not path.is_file():
                return Trouble("it is no plain file" if path.exists() else "it is not there", "Name a file.")
            if (size := path.stat().st_size) > most:
                return Trouble(f"it has {size:,} bytes, where {most:,} are the most", _SPLIT)
            self.sources[name] = path.read_bytes()
        except (OSError, ValueError) as error:
            return trouble(error)
        return self.sources[name]

    def table(self, name: str) -> str | None:
        """The text of a table's CSV file."""
        data = self.read(name, LARGEST_TABLE)
        if isinstance(data, Trouble):
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    def plan(self, name: str) -> File | None:
        """The syntax tree of a plan file, as far as it can be read."""
        data = self.read(name, LARGEST_PLAN)
        if isinstance(data, bytes) and (lines := max(data.count(b"\n"), data.count(b"\r"))) > MOST_LINES:
            data = Trouble(f"it has {lines:,} lines, where {MOST_LINES:,} are the most", _SPLIT)
        if isinstance(data, Trouble):
            message = f"{name} cannot be read: {data.why}."
            self.collector.add(Diagnostic("plan-file", "A plan file cannot be read", message, None, data.advice))
            return None
        text, problems = decode(data, name)
        if not problems and not _says_anything(text):
            message = f"{name} holds no plan, only empty lines or comments."
            hint = "Write a plan into it, or take it out of `plans` in the project file."
            self.collector.add(Diagnostic("plan-file", "A plan file is empty", message, Span(name, 1, 1, 1, 1), hint, Severity.WARNING))
        parsed = parse(text, name) if not problems else None
        for diagnostic in (*problems, *(parsed.diagnostics if parsed is not None else ())):
            self.collector.add(diagnostic)
        return None if parsed is None else parsed.file


def read_plans(project: Project) -> ProjectPlans:
    """The checked plans of a project, and every problem of every file in reading order."""
    names = [_relative(path, project.root) for path in project.plan_files]
    return read_plan_files(project.root, names, project.schema, project.calendar)


def read_plan_files(root: Path, names: Sequence[str], schema: Schema, calendar: Calendar) -> ProjectPlans:
    """The checked plans in files below a folder, and every problem of every file in reading order."""
    reader = _Reader(root)
    files = [file for name in names if (file := reader.plan(name)) is not None]
    checked = check_plans(files, schema, calendar, reader.table)
    for diagnostic in checked.diagnostics:
        reader.collector.add(diagnostic)
    return ProjectPlans(checked.plans, tuple(files), reader.sources, reader.collector.sorted())


def _says_anything(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.split("\n"))


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
