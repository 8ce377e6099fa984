"""A project's plan files: read, parsed and checked. The one place where the language meets the disk; imports no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compplan.diagnostics import Collector, Diagnostic, Problems
from compplan.language import typed as ty
from compplan.language.check.plans import check_plans
from compplan.language.parse import decode, parse
from compplan.language.tree import File

if TYPE_CHECKING:
    from compplan.records.project import Project

LARGEST_FILE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
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

    def read(self, name: str) -> bytes | None:
        """The file's bytes; None where it lies outside the folder, is none, or is too large to be what it should be."""
        path = self.root / name
        try:
            if not path.resolve().is_relative_to(self.root.resolve()) or not path.is_file():
                return None
            if path.stat().st_size > LARGEST_FILE:
                return None
            self.sources[name] = path.read_bytes()
        except (OSError, ValueError):
            return None
        return self.sources[name]

    def table(self, name: str) -> str | None:
        """The text of a table's CSV file."""
        data = self.read(name)
        if data is None:
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    def plan(self, name: str) -> File | None:
        """The syntax tree of a plan file, as far as it can be read."""
        data = self.read(name)
        if data is None:
            message = (
                f"The plan file {name} cannot be read: it is missing, no plain file, or larger than {LARGEST_FILE // 1024 // 1024} MB."
            )
            self.collector.add(Diagnostic("plan-file", "A plan file cannot be read", message))
            return None
        text, problems = decode(data, name)
        parsed = parse(text, name) if not problems else None
        for diagnostic in (*problems, *(parsed.diagnostics if parsed is not None else ())):
            self.collector.add(diagnostic)
        return None if parsed is None else parsed.file


def read_plans(project: Project) -> ProjectPlans:
    """The checked plans of a project, and every problem of every file in reading order."""
    reader = _Reader(project.root)
    names = [_relative(path, project.root) for path in project.plan_files]
    files = [file for name in names if (file := reader.plan(name)) is not None]
    checked = check_plans(files, project.schema, project.calendar, reader.table)
    for diagnostic in checked.diagnostics:
        reader.collector.add(diagnostic)
    return ProjectPlans(checked.plans, tuple(files), reader.sources, reader.collector.sorted())


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
