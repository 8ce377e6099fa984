"""Amendments: components that are changed, added or ended from a day on; up to that day the plan stays as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from compplan.diagnostics import Related, Span
from compplan.diagnostics.suggest import closest
from compplan.language import tree as t
from compplan.language.changes import Problem, changed, named_as
from compplan.language.forms import instead_of_amending

_ONE_DAY = timedelta(days=1)


def in_force(component: t.Component) -> tuple[date | None, date | None]:
    """The first and the last day of a component, where it has its own."""
    found = next((line for line in component.lines if isinstance(line, t.InForce)), None)
    return (None, None) if found is None else (found.first, found.last)


def _with_dates(component: t.Component, first: date | None, last: date | None, span: Span, *, written: bool) -> t.Component:
    lines = tuple(line for line in component.lines if not isinstance(line, t.InForce))
    return replace(component, lines=(t.InForce(first, last, written, span), *lines))


@dataclass(slots=True)
class Amending:
    """A plan while it is amended."""

    plan: t.Plan
    shared: Mapping[str, t.Definitions]
    problem: Problem

    def amended(self, amendments: Sequence[t.Amendment]) -> t.Plan:
        """The plan with its amendments, one after the other by their days."""
        dated = [(begins, amendment) for amendment in amendments if (begins := self._begins(amendment)) is not None]
        for begins, amendment in sorted(dated, key=lambda one: one[0].first or date.min):
            assert begins.first is not None
            for line in amendment.lines:
                self._line(line, begins.first, begins.span)
            self.plan = replace(self.plan, amended=(*self.plan.amended, amendment), parts=(*self.plan.parts, amendment.span))
        return self.plan

    def _begins(self, amendment: t.Amendment) -> t.InForce | None:
        found = [line for line in amendment.lines if isinstance(line, t.InForce)]
        if not found:
            message = "The amendment does not say from when on it holds."
            self.problem("missing-sentence", message, amendment.name.span, "For example: effective from 2027-07-01")
            return None
        for again in found[1:]:
            self.problem("duplicate-sentence", "An amendment has one sentence with effective.", again.span)
        plan = next((line for line in self.plan.lines if isinstance(line, t.Effective)), None)
        day = found[0].first
        if plan is not None and day is not None and not plan.first < day <= plan.last:
            message = f"The plan is in force from {plan.first} through {plan.last}; an amendment begins after its first day."
            self.problem("amendment", message, found[0].span, None, (Related(plan.span, "the plan's dates"),))
            return None
        return found[0]

    def _line(self, line: t.AmendmentLine, day: date, span: Span) -> None:
        match line:
            case t.Change():
                self._change(line, day, span)
            case t.Replace(line=t.Component() as component):
                if self._end(component.word, component.name, day, span):
                    self._put(_with_dates(component, day, in_force(component)[1], span, written=True))
            case t.Replace(line=t.Parameter() as parameter):
                self._set(parameter, day, line.span)
            case t.Remove(what=t.Named(word="example") as named):
                self._remove_example(named)
            case t.Remove(what=t.Named() as named) if named.word in ("commission", "bonus", "award"):
                self._end(named.word, named.name, day, span)
            case t.Remove(what=what):
                self._refuse(what.word if isinstance(what, t.Named) else "cap" if isinstance(what, t.PlanCap) else "weights", line.span)
            case t.Replace(line=replaced):
                self._refuse((named_as(replaced) or ("", ""))[0], line.span)
            case t.Component():
                self._add(line, day, span)
            case t.InForce() | t.Because():
                pass
            case _:
                self._put(line)

    def _refuse(self, word: str, span: Span) -> None:
        message = "An amendment changes components and parameters from a day on; this holds for the whole plan."
        self.problem("amendment", message, span, instead_of_amending(word))

    def _put(self, line: t.PlanLine) -> None:
        self.plan = replace(self.plan, lines=(*self.plan.lines, line))

    def _at(self, word: str, name: t.Name, day: date) -> int | None:
        """Where the component of that name stands that is in force on a day; None after a report."""
        same = [n for n, line in enumerate(self.plan.lines) if named_as(line) == (word, name.text)]
        for n in same:
            component = self.plan.lines[n]
            assert isinstance(component, t.Component)
            first, last = in_force(component)
            if (first is None or first <= day) and (last is None or day <= last):
                return n
        if same:
            self.problem("amendment", f"The {word} {name.text} is not in force on {day}.", name.span)
            return None
        choices = [key[1] for line in self.plan.lines if (key := named_as(line)) is not None and key[0] == word]
        near = closest(name.text, choices)
        self.problem("unknown-name", f"There is no {word} {name.text}.", name.span, f"Did you mean {near}?" if near else None)
        return None

    def _change(self, change: t.Change, day: date, span: Span) -> None:
        at = self._at(change.word, change.name, day)
        if at is None:
            return
        component = self.plan.lines[at]
        assert isinstance(component, t.Component)
        new = _with_dates(changed(component, change, self.problem), day, in_force(component)[1], span, written=True)
        self._instead(at, [*self._until(component, day, span), new])

    def _end(self, word: str, name: t.Name, day: date, span: Span) -> bool:
        """Ends a component the day before; no after a report that there is none."""
        at = self._at(word, name, day)
        if at is None:
            return False
        component = self.plan.lines[at]
        assert isinstance(component, t.Component)
        self._instead(at, self._until(component, day, span))
        return True

    def _until(self, component: t.Component, day: date, span: Span) -> list[t.Component]:
        """The component up to a day; nothing where it begins on that day."""
        first = in_force(component)[0]
        return [] if first == day else [_with_dates(component, first, day - _ONE_DAY, span, written=False)]

    def _instead(self, at: int, components: Sequence[t.Component]) -> None:
        lines = self.plan.lines
        self.plan = replace(self.plan, lines=(*lines[:at], *components, *lines[at + 1 :]))

    def _add(self, component: t.Component, day: date, span: Span) -> None:
        same = next((x for x in self.plan.lines if isinstance(x, t.Component) and x.name.text == component.name.text), None)
        if same is not None and in_force(same)[1] is None:
            related = (Related(same.name.span, "it stands here"),)
            hint = f"Write replace before it, or change {component.word} {component.name.text}."
            self.problem("duplicate-name", f"The plan has a {same.word} {same.name.text} already.", component.name.span, hint, related)
            return
        first, last = in_force(component)
        self._put(component if first is not None else _with_dates(component, day, last, span, written=True))

    def _remove_example(self, named: t.Named) -> None:
        lines = tuple(x for x in self.plan.lines if named_as(x) != ("example", named.name.text))
        if len(lines) == len(self.plan.lines):
            self.problem("not-there", "The plan has no example of that title.", named.span)
        self.plan = replace(self.plan, lines=lines)

    def _set(self, parameter: t.Parameter, day: date, span: Span) -> None:
        """A parameter's value from a day on; of shared definitions, the plan has its own from then on."""
        name = parameter.name.text
        used = [block for x in self.plan.lines if isinstance(x, t.Use) and (block := self.shared.get(x.name.text)) is not None]
        lines = [*self.plan.lines, *(x for block in used for x in block.lines if named_as(x) not in self.plan.hidden)]
        old = next((x for x in lines if isinstance(x, t.Parameter) and x.name.text == name), None)
        if old is None:
            self.problem("not-there", f"There is no parameter {name} to replace.", span, "Leave the word replace out to add it.")
            return
        if parameter.values[0].first is not None:
            message = "An amendment says when it begins; the value of the parameter stands after an equal sign."
            self.problem("amendment", message, span, f"Write replace parameter {name} = 6%.")
            return
        kept = tuple(v for v in old.values if v.first is None or v.first < day)
        new = replace(old, values=(*kept, t.Since(day, parameter.values[0].value, parameter.span)))
        hidden = self.plan.hidden | {("parameter", name)}
        rest = tuple(x for x in self.plan.lines if not (isinstance(x, t.Parameter) and x.name.text == name))
        self.plan = replace(self.plan, lines=(*rest, new), hidden=hidden)
