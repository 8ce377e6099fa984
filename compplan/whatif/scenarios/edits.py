"""What a scenario says of plans, as lines of plans: figures of parameters and quotas, and changes of plans and their components."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from compplan.diagnostics import Diagnostic, Span
from compplan.diagnostics.suggest import closest
from compplan.language import tree as t
from compplan.language.changes import named_as
from compplan.language.parse import parse
from compplan.language.tried import Tried
from compplan.language.written import Written
from compplan.project_plans import ProjectPlans
from compplan.records.yaml_marks import Place
from compplan.whatif.scenarios.asked import Asked
from compplan.whatif.scenarios.quota_text import around_value
from compplan.whatif.scenarios.sentences import Fragment, Said, at_home, scalar, sentences
from compplan.whatif.scenarios.targets import Component, Owned, Targets

_CHANGES = re.compile(r"(add|remove|replace)\b|.*\sbecomes\s", re.S)
_ROW = re.compile(r"(from|below|above|at)\b")
_OF_COMPONENT = re.compile(r"\s*((add|remove|replace)\s+)?(from|below|above|at|pay|times|only\s+if|for\s+each)\b")
"""What begins a sentence of a component, and none of a plan."""
_TIMES = re.compile(r"(?P<word>times\s+)?(?P<factor>[0-9][0-9,]*(\.[0-9]+)?\s*(%|x))")
_AS_IN = "As in `from 100%: 1.6x`, `add from 200%: 3x` or `remove cap at 9,000 USD`, a line for each."
_AS_ROW = "A row is written with a colon before its value, as in `from 100%: 1.6x`."
_RATIO = "a percentage or a multiple"


def edits(asked: Asked, base: ProjectPlans) -> Edits:
    """The lines that a scenario puts into plans, and every problem; what cannot be put in is left out."""
    found = Edits(asked, base, Targets.of(asked, base.files))
    for name, value in asked.form.parameters.items():
        found.parameter(name, value)
    for name, written in asked.form.quotas.items():
        found.quota(name, written)
    for name, value in asked.form.changes.items():
        found.changes(name, value)
    if asked.form.from_ is not None:
        found.date(asked.form.from_)
    return found


@dataclass(slots=True)
class Edits:
    """Lines that change plans in their own place (`tried`, by plan), and lines in the place of shared ones, by definitions, word and name.

    Each was read in a fragment. `words` has what is told of parts of plans instead of what their lines say.
    """

    asked: Asked
    base: ProjectPlans
    targets: Targets
    tried: dict[str, list[Tried]] = field(default_factory=dict)
    shared: dict[tuple[str, str, str], t.SharedLine] = field(default_factory=dict)
    fragments: dict[str, Fragment] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)

    # ---- parameters ------------------------------------------------------------------------------------------------

    def parameter(self, name: str, value: object) -> None:
        """Gives a parameter another figure, or other figures from some days on."""
        place: Place = ("parameters", name)
        found = self._owned("parameter", name, place)
        if found is None:
            return
        old = found.line
        assert isinstance(old, t.Parameter)
        if not value or not isinstance(value, str | dict):
            message = f"It is not said what `{name}` shall be."
            self._say("bad-setting", "This setting cannot be read", message, place, "Write a figure, such as 6%, 1.6x or 250,000 USD.")
            return
        if any(self._is_negative(figure, place) for figure in (value.values() if isinstance(value, dict) else [value])):
            return
        if isinstance(value, dict):
            block = Said(f"replace parameter {old.name.text} {{\n", ())
            for row in sentences(self.asked, value, place):
                block = block + row + Said("\n", ())
            said = block + Said("}", ())
        else:
            said = scalar(self.asked, value, place).between(f"replace parameter {old.name.text} = ", "")
        line = self._read(said, place)
        if isinstance(line, t.Replace) and isinstance(line.line, t.Parameter) and self._fits(old, line.line, place):
            self._put(found.owner, line)

    def _fits(self, old: t.Parameter, new: t.Parameter, place: Place) -> bool:
        """Whether the new figures are counted in what the old ones are."""
        was = next((s.value for s in old.values if isinstance(s.value, t.Literal)), None)
        now = next((s.value for s in new.values if isinstance(s.value, t.Literal)), None)
        if was is None or now is None or _counted_in(was) == _counted_in(now):
            return True
        written = Written.of(self.base.texts).at(was.span)
        message = f"`{old.name.text}` is {_counted_in(was)} ({written} in the plan), and this is {_counted_in(now)}."
        self._say("wrong-unit", "The units do not fit", message, place, f"Write it as the plan does: {written}.")
        return False

    # ---- quotas ----------------------------------------------------------------------------------------------------

    def quota(self, name: str, written: object) -> None:
        """Multiplies a quota, or puts another figure in the place of one that is written out. Those of single payees stand in records."""
        place: Place = ("quotas", name)
        found = self._owned("quota", name, place)
        if found is None or isinstance(written, dict) or self._is_negative(written, place):
            return
        if not isinstance(written, str):
            hint = "Write how many percent of it there shall be, as in 110%."
            self._say("bad-setting", "This setting cannot be read", f"It is not said what the quota for {name} shall be.", place, hint)
            return
        if self.asked.form.from_ is not None:
            hint = "Leave `from` away; or change the quotas of some periods, as in `{ana.ruiz: {2027-Q3: 110%}}`."
            self._say("amendment", "The amendment cannot be made", "A quota holds for the whole plan, not from a day on.", place, hint)
            return
        old = found.line
        assert isinstance(old, t.Quota)
        before, value, after = around_value(self.base.texts, old)
        times = _TIMES.fullmatch(written.strip())
        is_ratio = isinstance(old.value, t.Literal) and _counted_in(old.value) == _RATIO
        said = scalar(self.asked, written, place)
        if times is not None and (times["word"] or not is_ratio):
            factor = times["factor"].replace(" ", "")
            shown = Said(factor, said.pieces)
            text = shown.between(f"replace {before}({value}) * ", after)
            told = factor if factor.endswith("%") else f"{factor[:-1]} times"
            self.words[f"quota {old.measure.text}"] = f"it is {told} of what it was."
        elif isinstance(old.value, t.Literal):
            text = said.between(f"replace {before}", after)
            self.words[f"quota {old.measure.text}"] = f"it is {' '.join(written.split())}, was {' '.join(value.split())}."
        else:
            message = f"The quota for {old.measure.text} is not written out in the plan: `{' '.join(value.split())}`."
            hint = f"Write how many percent of it there shall be, as in {old.measure.text}: 110%; or change the records it comes from."
            self._say("no-figure", "There is no figure to put another one for", message, place, hint)
            return
        line = self._read(text, place)
        if isinstance(line, t.Replace) and isinstance(line.line, t.Quota):
            self._put(found.owner, line)

    # ---- changes of plans and their components -----------------------------------------------------------------------

    def changes(self, name: str, value: object) -> None:
        """Changes a plan, or a component of one, sentence by sentence."""
        place: Place = ("changes", name)
        target = self.targets.changed(name, place)
        if isinstance(target, Diagnostic):
            self.problems.append(target)
            return
        found = list(sentences(self.asked, value, place))  # type: ignore[arg-type]
        if not found or not all(said.text.strip() for said in found):
            self._say("bad-setting", "This setting cannot be read", f"It is not said what changes in {name}.", place, _AS_IN)
            return
        for said in found:
            if isinstance(target, Component):
                self._of_component(target, said, place)
            elif _OF_COMPONENT.match(said.text):
                self._no_component(target, said)
            elif (line := self._read(said, place)) is not None:
                self.tried.setdefault(target, []).append(line)

    def _no_component(self, plan: str, said: Said) -> None:
        names = self.targets.components(plan)
        message = f"{plan} is a plan; it is not said in which of its components this changes."
        hint = f"Say which, as in {plan}.{names[0]}; its components are {', '.join(names)}." if names else None
        span = said.pieces[0][1]
        self.problems.append(self.asked.marks.problem("unknown-name", "The component is not said", message, span, hint))

    def _of_component(self, component: Component, said: Said, place: Place) -> None:
        text = said.text.strip()
        replaced = _CHANGES.match(text) is None
        inner = said.between("replace ", "") if replaced else said
        hint = (_AS_ROW if _ROW.match(text) else _AS_IN) if replaced else None
        line = self._read(inner.between(f"change {component.word} {component.name} {{\n", "\n}"), place, hint)
        if not isinstance(line, t.Change) or len(line.lines) != 1:
            if line is not None:
                self._not_one(place)
            return
        negative = next(_negative(line), None)
        if negative is not None:
            span = self.fragments[negative.span.file].at_home(negative.span)
            message = "What is paid cannot be below zero."
            self.problems.append(self.asked.marks.problem("below-zero", "A figure below zero", message, span))
        elif not (replaced and self._is_missing_row(component, line.lines[0], text)):
            self.tried.setdefault(component.plan, []).append(line)

    def _is_missing_row(self, component: Component, changed: t.ChangeLine, text: str) -> bool:
        """Whether a row is given a value that none of the component's tiers has; that is told with the rows that there are."""
        if not isinstance(changed, t.ReplaceLine) or not isinstance(changed.line, t.Row):
            return False
        rows = self.targets.rows(component)
        bound = (changed.line.bound_kind, changed.line.bound)
        if any((row.bound_kind, row.bound) == bound for row in rows):
            return False
        written = Written.of(self.base.texts)
        there = list(dict.fromkeys(written.at(row.span).partition(":")[0] for row in rows))
        asked = text.partition(":")[0].strip()
        message = f"{component.name} of {component.plan} has no row {asked}."
        near = closest(asked, there)
        hint = f"Did you mean {near}? " if near else ""
        hint += f"Its rows are {', '.join(there)}; write `add {text}` for a new one." if there else "It has no rows at all."
        span = self.fragments[changed.span.file].at_home(changed.line.bound.span)
        self.problems.append(self.asked.marks.problem("not-there", "What is to be changed is not there", message, span, hint))
        return True

    def date(self, day: date) -> None:
        """Lets all that changes plans hold from a day on: each sentence is an amendment of its plan."""
        said = scalar(self.asked, day.isoformat(), ("from",)).between("effective from ", "")
        name = f"{self.asked.marks.file}#from of {self.asked.name}"
        self.fragments[name] = Fragment(name, said, self.asked.marks)
        begins = t.InForce(day, None, written=True, span=Span(name, 1, 1, 1, len(said.text) + 1))
        for plan, lines in self.tried.items():
            named = t.Name(plan, span=begins.span)
            self.tried[plan] = [
                t.Amendment(named, "Tried", (begins, line), span=line.span)  # type: ignore[arg-type]
                for line in lines
            ]

    # ---- what all of them share --------------------------------------------------------------------------------------

    def _owned(self, word: str, name: str, place: Place) -> Owned | None:
        found = self.targets.owned(word, name, place)
        if isinstance(found, Owned):
            return found
        self.problems.append(found)
        return None

    def _put(self, owner: str, line: t.Replace) -> None:
        if owner in self.targets.standing:
            self.tried.setdefault(owner, []).append(line)
        elif self.asked.form.from_ is not None:
            for plan in self.targets.using(owner):
                self.tried.setdefault(plan, []).append(line)
        elif isinstance(line.line, t.Parameter | t.Quota):
            word, name = named_as(line.line) or ("", "")
            self.shared[owner, word, name] = line.line

    def _read(self, said: Said, place: Place, hint: str | None = None) -> t.PlanLine | None:
        """The one sentence that a text holds, read inside a plan that is based on another; None after a report, with a hint of its own."""
        name = f"{self.asked.marks.file}#{len(self.fragments) + 1} of {self.asked.name}"
        fragment = Fragment(name, said.between('plan tried "Tried" based on tried {\n', "\n}\n"), self.asked.marks)
        parsed = parse(fragment.said.text, name)
        if parsed.diagnostics:
            told = (at_home(d, {name: fragment}) for d in parsed.diagnostics)
            self.problems += [d if hint is None or "It is written" not in (d.hint or "") else replace(d, hint=hint) for d in told]
            return None
        items = parsed.file.items
        lines = items[0].lines if len(items) == 1 and isinstance(items[0], t.Plan) else ()
        if len(lines) != 1:
            self._not_one(place)
            return None
        self.fragments[name] = fragment
        return lines[0]

    def _not_one(self, place: Place) -> None:
        self._say("syntax", "This sentence cannot be read", "This is not one change, but several or none.", place, _AS_IN)

    def _is_negative(self, written: object, place: Place) -> bool:
        if isinstance(written, str) and written.strip().startswith("-"):
            self._say("below-zero", "A figure below zero", f"“{written.strip()}” is below zero.", place, "Write a figure of zero or more.")
            return True
        return False

    def _say(self, code: str, title: str, message: str, place: Place, hint: str | None = None) -> None:
        self.problems.append(self.asked.problem(code, title, message, place, hint))


def _counted_in(literal: t.Literal) -> str:
    match literal.kind:
        case t.LiteralKind.PERCENT | t.LiteralKind.MULTIPLE:
            return _RATIO
        case t.LiteralKind.MONEY:
            return f"money in {literal.currency}"
        case t.LiteralKind.NUMBER:
            return "a number"
        case other:
            return str(other.value)


def _negative(change: t.Change) -> Iterator[t.Negate]:
    """Figures below zero that a change puts into tiers, or has paid."""
    for line in change.lines:
        if isinstance(line, t.RemoveLine):
            continue
        new = line.new if isinstance(line, t.Becomes) else line.line
        value = new.value if isinstance(new, t.Row | t.Sentence) else None
        if isinstance(value, t.Negate) and isinstance(value.operand, t.Literal):
            yield value
