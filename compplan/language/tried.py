"""Sentences that are tried: they change plans as these stand, without being written in any file.

A plan that is based on another takes over what is tried there, save where it says otherwise than that one itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from compplan.diagnostics import Diagnostic, Span
from compplan.language import tree as t
from compplan.language.amendments import Amending
from compplan.language.changes import Problem, changed, keyword, named_as
from compplan.language.codes import problem as told
from compplan.language.resolve import SINGLE, Deriving, without_examples

Tried = t.PlanLine | t.Amendment
"""A sentence of a plan that changes another, or an amendment, of the plan for which it is tried."""


def with_tried(
    items: Sequence[t.Plan | t.Definitions | t.Amendment],
    standing: Mapping[Span, t.Plan],
    tried: Mapping[str, Sequence[Tried]],
    problem: Problem,
) -> dict[Span, t.Plan]:
    """The plans as they stand, changed by the sentences of `tried`, by the names of plans. Examples of changed plans no longer hold."""
    shared = {x.name.text: x for x in items if isinstance(x, t.Definitions)}
    trying = _Trying({plan.name.text: plan for plan in standing.values()}, shared, tried, problem)
    return {span: trying.plan(plan) for span, plan in standing.items()}


@dataclass(slots=True)
class _Trying:
    standing: Mapping[str, t.Plan]
    shared: Mapping[str, t.Definitions]
    tried: Mapping[str, Sequence[Tried]]
    problem: Problem
    inherited: dict[str, tuple[Tried, ...]] = field(default_factory=dict)

    def plan(self, plan: t.Plan) -> t.Plan:
        """A plan with all that is tried of it, and of those that it is based on."""
        lines = self._lines(plan)
        if not lines:
            return plan
        made = without_examples(plan)
        for line in lines:
            made = self._with(made, line)
        return made

    def _lines(self, plan: t.Plan) -> tuple[Tried, ...]:
        """What is tried of a plan: first what it takes over, which is about lines that are the same in both."""
        name = plan.name.text
        if name not in self.inherited:
            self.inherited[name] = ()  # plans that are based on each other are a mistake that is told elsewhere
            base = None if plan.base is None else self.standing.get(plan.base.text)
            above = () if base is None else tuple(x for x in self._lines(base) if _is_about(base, x) == _is_about(plan, x))
            self.inherited[name] = (*above, *self.tried.get(name, ()))
        return self.inherited[name]

    def _with(self, plan: t.Plan, line: Tried) -> t.Plan:
        if isinstance(line, t.Amendment):
            return Amending(plan, self.shared, self.problem).amended([line])
        if isinstance(line, t.Change):
            return self._changed(plan, line)
        return Deriving(plan, self.shared, self.problem).derived(replace(plan, lines=(line,), parts=()))

    def _changed(self, plan: t.Plan, change: t.Change) -> t.Plan:
        """A plan with a component changed: where an amendment has made several of it, each that has what is changed."""
        lines, wrong, fits = list(plan.lines), list[Diagnostic](), False
        for n, line in enumerate(lines):
            if isinstance(line, t.Component) and named_as(line) == (change.word, change.name.text):
                found: list[Diagnostic] = []
                new = changed(line, change, lambda *about, to=found: to.append(told(*about)))
                wrong += found
                if not found:
                    lines[n], fits = new, True
        if not fits:
            for d in wrong[:1]:
                self.problem(d.code, d.message, d.span, d.hint, d.related)
        return replace(plan, lines=tuple(lines))


def _is_about(plan: t.Plan, line: Tried) -> list[object]:
    """The lines of a plan that a sentence would change, as the plan stands."""
    match line:
        case t.Amendment():
            return [_is_about(plan, x) for x in line.lines if not isinstance(x, t.InForce | t.Because)]
        case t.Change():
            same = [x for x in plan.lines if isinstance(x, t.Component) and named_as(x) == (line.word, line.name.text)]
            return [_in_component(x, change) for x in same for change in line.lines]
        case t.Remove(what=t.Named() as named):
            return [x for x in plan.lines if named_as(x) == (named.word, named.name.text)]
        case t.Remove():
            return [line.what in plan.lines]
        case t.Replace():
            return [x for x in plan.lines if named_as(x) == named_as(line.line)]
        case _ if isinstance(line, SINGLE):
            return [x for x in plan.lines if type(x) is type(line)]
        case _:
            return [x for x in plan.lines if named_as(x) is not None and named_as(x) == named_as(line)]


def _in_component(component: t.Component, change: t.ChangeLine) -> list[object]:
    line = change.old if isinstance(change, t.Becomes) else change.line
    if isinstance(line, t.Row):
        tiers = (x.value for x in component.lines if isinstance(x, t.Sentence) and isinstance(x.value, t.Slices | t.Step | t.Curve))
        return [row for one in tiers for row in one.rows if (row.bound_kind, row.bound) == (line.bound_kind, line.bound)]
    return [x for x in component.lines if keyword(x) == keyword(line)]
