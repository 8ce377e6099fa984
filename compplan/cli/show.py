"""`compplan show`: what a project is read as: its syntax tree, its plans in words, the steps that they become, and their SQL."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from compplan.cli.arguments import Commands, Parser, add_command, add_plan, add_project, opened
from compplan.cli.terminal import FINE, note

if TYPE_CHECKING:
    from compplan.api import Company
    from compplan.engine.steps import Step

NAME = "show"
WHAT = ("tree", "plan", "steps", "sql", "schema")
_HELP = (
    "tree: every sentence as it is read; plan: each plan in words, merged, with what caps it and what nothing caps; "
    "steps: what is worked out, in order; sql: the SQL of each step; schema: the JSON Schema of the project file"
)


def add(commands: Commands[Parser]) -> None:
    """Adds the command."""
    about = "Show what a project is read as: its plans in words, the steps that they become, and the SQL of each."
    example = "  compplan show plans plan --plan account_executive\n  compplan show plans sql\n  compplan show schema"
    command = add_command(commands, NAME, about, example, work)
    add_project(command)
    command.add_argument("what", metavar="WHAT", choices=WHAT, help=_HELP)
    add_plan(command, "only this plan")


def work(args: Namespace) -> int:
    """Prints it."""
    if args.what == "schema":
        from compplan.records.form import project_json_schema

        sys.stdout.write(json.dumps(project_json_schema(), indent=2) + "\n")
        return FINE
    company = opened(args.project)
    lines = {"tree": _tree, "plan": _plans, "steps": _steps, "sql": _sql}[args.what](company, args.plan)
    for line in lines:
        sys.stdout.write(line + "\n")
    return FINE


def _tree(company: Company, plan: str | None) -> Iterator[str]:
    """The tree needs no plan to be right: it is what could be read."""
    from compplan.cli.tree_text import tree_lines

    if plan is not None:
        company.plans(plan)
    for file in company.read.files:
        for item in file.items:
            if plan is None or item.name.text == plan:
                yield f"# {company.project.root / file.path}"
                yield from tree_lines(item)
    if any(d.is_error for d in company.check()):
        note("There are errors in the plans, so the tree is not whole. compplan check lists them.")


def _plans(company: Company, plan: str | None) -> Iterator[str]:
    from compplan.cli.plan_words import plan_lines

    for number, one in enumerate(company.plans(plan)):
        if number:
            yield ""
        yield from plan_lines(one, company.read.texts)


def _lowered(company: Company, plan: str | None) -> tuple[Step, ...]:
    """The steps of a run over the first year of the plans."""
    from compplan.engine.lower import lower
    from compplan.engine.steps import Months

    plans = company.plans(plan)
    if not plans:
        return ()
    first = min(company.project.calendar.month_of(p.first) for p in plans)
    return lower(plans, company.project.schema, company.project.calendar, Months(first, first).whole_years()).steps


def _steps(company: Company, plan: str | None) -> Iterator[str]:
    from compplan.cli.tables import Heading, table_lines

    heads = (Heading("#", right=True), Heading("step"), Heading("what it holds"), Heading("a row for each"), Heading("made from"))
    rows = [
        (str(number), step.name, step.title, ", ".join(step.keys), ", ".join(step.reads) or "records")
        for number, step in enumerate(_lowered(company, plan), 1)
    ]
    return table_lines(heads, rows)


def _sql(company: Company, plan: str | None) -> Iterator[str]:
    for step in _lowered(company, plan):
        yield f"-- {step.name}: {step.title}"
        yield f"{step.query.sql('duckdb', pretty=True)};"
        yield ""
