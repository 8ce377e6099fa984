"""The plans of a scenario: those of the project, or other files, with what the scenario says put in, checked as any plan is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path

from compplan.calendar import Calendar
from compplan.diagnostics import Diagnostic, Problems, Related
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language.changes import named_as
from compplan.language.check.plans import check_plans
from compplan.project_plans import ProjectPlans, read_plans
from compplan.records.project_file import Project
from compplan.records.yaml_marks import Place
from compplan.schema import Schema
from compplan.whatif.comparison.plan_side import PlanSide, refuse_no_plan, with_files
from compplan.whatif.scenarios.asked import Asked
from compplan.whatif.scenarios.edits import Edits, edits
from compplan.whatif.scenarios.sentences import Fragment, at_home


@immutable
class ScenarioPlans:
    """The plans of a scenario, its fragments by their names, what is told of parts in other words, and every problem."""

    side: PlanSide
    fragments: Mapping[str, Fragment]
    words: Mapping[str, str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def scenario_plans(project: Project, asked: Asked) -> ScenarioPlans:
    """The plans that a scenario pays by. Raises `Problems` where the project's own plans are wrong."""
    read_plans(project).require()
    base, problems = _base(project, asked)
    found = edited_plans(project.schema, project.calendar, asked, base)
    return found if not problems else replace(found, diagnostics=(*problems, *found.diagnostics))


def edited_plans(schema: Schema, calendar: Calendar, asked: Asked, base: ProjectPlans) -> ScenarioPlans:
    """Plans that were read, with what a scenario says put in; all that is wrong stands with them."""
    edited = edits(asked, base)
    problems = list(edited.problems)
    files = [replace(file, items=tuple(_with_shared(item, edited) for item in file.items)) for file in base.files]
    tables = {name: data.decode("utf-8-sig", errors="replace") for name, data in base.sources.items()}
    found = check_plans(files, schema, calendar, tables.get, edited.tried)
    errors = [d for d in found.diagnostics if d.is_error]
    if problems:  # what may follow from a sentence that was left out is not told
        errors = [d for d in errors if d.span is not None and d.span.file in edited.fragments]
    problems += [_told(asked, d, edited) for d in errors]
    texts = {**base.texts, **{name: f.said.text for name, f in edited.fragments.items()}}
    return ScenarioPlans(PlanSide(asked.name, found.plans, texts), edited.fragments, edited.words, tuple(problems))


def _base(project: Project, asked: Asked) -> tuple[ProjectPlans, list[Diagnostic]]:
    """The project's plans, with the files that the scenario names in the place of their own."""
    paths: list[Path] = []
    problems: list[Diagnostic] = []
    for number, named in enumerate(asked.form.plans):
        path, place = Path(asked.marks.file).parent / named, ("plans", number)
        where: Place = place if (*asked.place, *place) in asked.marks.values else ("plans",)
        if not path.is_file():
            hint = "Paths start from the folder of the file of scenarios."
            problems.append(asked.problem("no-plan-file", "This plan file is not there", f"There is no file {path}.", where, hint))
            continue
        try:
            refuse_no_plan(path)
        except Problems as told:
            problems += [asked.problem(d.code, d.title, d.message, where, "Name a plan file.") for d in told.diagnostics]
        else:
            paths.append(path)
    if not paths:
        return read_plans(project), problems
    found = with_files(project, paths)
    problems += [replace(d, message=f"{d.message} (in the scenario {asked.name})") for d in found.diagnostics if d.is_error]
    return found, problems


def _with_shared(item: t.Plan | t.Definitions | t.Amendment, edited: Edits) -> t.Plan | t.Definitions | t.Amendment:
    """Definitions with the lines that stand in the place of their own."""
    if not isinstance(item, t.Definitions):
        return item
    lines = tuple(edited.shared.get((item.name.text, *(named_as(line) or ("", ""))), line) for line in item.lines)
    return replace(item, lines=lines)


def _told(asked: Asked, diagnostic: Diagnostic, edited: Edits) -> Diagnostic:
    """A problem of a plan as the scenario makes it, told at the scenario."""
    fragments = edited.fragments
    if diagnostic.span is None or diagnostic.span.file in fragments or not fragments:
        return at_home(diagnostic, fragments)
    only = next(iter(fragments.values())) if len(fragments) == 1 else None
    place = asked.marks.key(asked.place) if only is None else only.said.pieces[0][1]
    message = diagnostic.message if only is not None else f"{diagnostic.message} (in the scenario {asked.name})"
    related = (Related(diagnostic.span, "it comes to this here"), *at_home(diagnostic, fragments).related)
    return replace(diagnostic, span=place, message=message, related=related, line_text=asked.marks.line(place))
