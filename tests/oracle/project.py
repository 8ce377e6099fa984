"""A project in a folder, its plans checked and its records as the oracle takes them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb

from compplan.calendar import Calendar
from compplan.diagnostics import Diagnostic
from compplan.language import typed as ty
from compplan.language.check.plans import check_plans
from compplan.language.parse import parse
from compplan.records import load_project, load_records
from compplan.schema import Schema
from tests.oracle.values import Records


@dataclass(frozen=True, slots=True)
class Company:
    """Schema, calendar, plans (None of them where there are errors), and every problem."""

    root: Path
    schema: Schema
    calendar: Calendar
    plans: tuple[ty.Plan, ...]
    problems: tuple[Diagnostic, ...]

    def plan(self, name: str) -> ty.Plan:
        """The plan of that name."""
        return next(plan for plan in self.plans if plan.name == name)


def open_company(root: Path) -> Company:
    """A project with its plans checked."""
    project = load_project(root)
    parsed = [parse(f.read_text(), str(f.relative_to(project.root))) for f in project.plan_files]

    def read(name: str) -> str | None:
        return (project.root / name).read_text() if (project.root / name).exists() else None

    checked = check_plans([p.file for p in parsed], project.schema, project.calendar, read)
    problems = (*(d for p in parsed for d in p.diagnostics), *checked.diagnostics)
    return Company(root, project.schema, project.calendar, checked.plans, problems)


def read_records(root: Path) -> Records:
    """The records of a project, figures as fractions."""
    project = load_project(root)
    with duckdb.connect() as connection:
        load_records(project, connection)
        records = {}
        for kind in project.schema.kinds.values():
            names = [c.name for c in kind.columns]
            found = connection.execute(f'SELECT {", ".join(names)} FROM records."{kind.name}"').fetchall()
            records[kind.name] = [dict(zip(names, (_exact(v) for v in row), strict=True)) for row in found]
        return records


def _exact(value: object) -> ty.Value | None:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Fraction(value)
    return value  # type: ignore[return-value]
