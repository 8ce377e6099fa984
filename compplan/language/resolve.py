"""Plans as they stand: what one takes over from another, and what amendments change from a day on, put in before anything is checked.

Every part keeps the place where it was written, so that a problem points at the real line, in whichever file it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from compplan.diagnostics import Related, Span
from compplan.diagnostics.suggest import closest
from compplan.language import tree as t
from compplan.language.amendments import Amending
from compplan.language.changes import Problem, changed, named_as

SINGLE = (t.Effective, t.Payees, t.Currency, t.Payout)
_CHANGES = (t.Change, t.Remove, t.Replace)


def resolve(items: Sequence[t.Plan | t.Definitions | t.Amendment], problem: Problem) -> dict[Span, t.Plan]:
    """The plans as they stand, by the place where each is written."""
    resolving = _Resolving(items, problem)
    for item in items:
        if isinstance(item, t.Amendment) and item.name.text not in resolving.plans:
            problem("unknown-use", f"There is no plan {item.name.text} to amend.", item.name.span, _near(item.name.text, resolving.plans))
    return {item.span: resolving.plan(item) for item in items if isinstance(item, t.Plan)}


def _near(name: str, choices: Mapping[str, object]) -> str | None:
    found = closest(name, choices)
    return f"Did you mean {found}?" if found else None


@dataclass(slots=True)
class _Resolving:
    """The plans of a project while they are put together."""

    items: Sequence[t.Plan | t.Definitions | t.Amendment]
    problem: Problem
    plans: dict[str, t.Plan] = field(init=False)
    shared: dict[str, t.Definitions] = field(init=False)
    done: dict[Span, t.Plan] = field(default_factory=dict)
    in_progress: list[Span] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plans = {x.name.text: x for x in reversed(self.items) if isinstance(x, t.Plan)}
        self.shared = {x.name.text: x for x in reversed(self.items) if isinstance(x, t.Definitions)}

    def plan(self, item: t.Plan) -> t.Plan:
        """A plan as it stands; made once."""
        if item.span not in self.done:
            self.in_progress.append(item.span)
            made = self._without_changes(item) if item.base is None else self._derived(item, item.base)
            self.in_progress.pop()
            mine = [x for x in self.items if isinstance(x, t.Amendment) and x.name.text == item.name.text]
            self.done[item.span] = Amending(made, self.shared, self.problem).amended(mine) if mine else made
        return self.done[item.span]

    def _without_changes(self, item: t.Plan) -> t.Plan:
        for line in item.lines:
            if isinstance(line, _CHANGES):
                hint = "Change the sentence itself; or write based on, or amend, to change another plan."
                self.problem("wrong-place", "There is nothing here to be changed: the plan is based on no other.", line.span, hint)
        return replace(item, lines=tuple(line for line in item.lines if not isinstance(line, _CHANGES)))

    def _derived(self, item: t.Plan, name: t.Name) -> t.Plan:
        base = self.plans.get(name.text)
        if base is None:
            self.problem("unknown-use", f"There is no plan {name.text} to be based on.", name.span, _near(name.text, self.plans))
            return replace(item, lines=tuple(line for line in item.lines if not isinstance(line, _CHANGES)))
        if base.span in self.in_progress:
            self.problem("circular", f"The plan {item.name.text} is based on itself.", name.span)
            return replace(item, lines=tuple(line for line in item.lines if not isinstance(line, _CHANGES)))
        return Deriving(without_examples(self.plan(base)), self.shared, self.problem).derived(item)


def without_examples(plan: t.Plan) -> t.Plan:
    """A plan without its examples, which hold for it alone."""
    return replace(plan, lines=tuple(line for line in plan.lines if not isinstance(line, t.Example)))


@dataclass(slots=True)
class Deriving:
    """A plan while it is made from another."""

    base: t.Plan
    shared: Mapping[str, t.Definitions]
    problem: Problem
    lines: list[t.PlanLine] = field(init=False)
    hidden: set[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = list(self.base.lines)
        self.hidden = set(self.base.hidden)

    def derived(self, item: t.Plan) -> t.Plan:
        """The plan with the base's sentences, as its own change them."""
        inherited = {id(line) for line in self.lines}
        for line in item.lines:
            match line:
                case t.Change():
                    self._change(line)
                case t.Remove():
                    self._remove(line)
                case t.Replace():
                    self._replace(line.line, line.span)
                case _ if isinstance(line, SINGLE):
                    self.lines = [x for x in self.lines if not (type(x) is type(line) and id(x) in inherited)]
                    self.lines.append(line)
                case _:
                    self._add(line, inherited)
        return replace(
            item, lines=tuple(self.lines), hidden=frozenset(self.hidden), amended=self.base.amended, parts=(*self.base.parts, *item.parts)
        )

    def _found(self, word: str, name: str) -> list[int]:
        return [n for n, line in enumerate(self.lines) if named_as(line) == (word, name)]

    def _change(self, change: t.Change) -> None:
        found = self._found(change.word, change.name.text)
        if not found:
            self._unknown(change.word, change.name)
        for n in found:
            component = self.lines[n]
            assert isinstance(component, t.Component)
            self.lines[n] = changed(component, change, self.problem)

    def _remove(self, remove: t.Remove) -> None:
        if not isinstance(remove.what, t.Named):
            if remove.what in self.lines:
                self.lines.remove(remove.what)
            else:
                self.problem("not-there", "The plan has no sentence that says this.", remove.span, "Write the sentence as it stands there.")
            return
        key = remove.what.word, remove.what.name.text
        found = self._found(*key)
        if not found and not self._is_used(key):
            self._unknown(remove.what.word, remove.what.name)
        self.lines = [line for n, line in enumerate(self.lines) if n not in found]
        self.hidden.add(key)

    def _replace(self, line: t.PlanLine, span: Span) -> None:
        key = named_as(line)
        assert key is not None
        found = self._found(*key)
        if not found and not self._is_used(key):
            what = " ".join(dict.fromkeys(key))
            self.problem("not-there", f"There is no {what} to replace.", span, "Leave the word replace out to add it.")
        if found:
            self.lines[found[0]] = line
            self.lines = [x for n, x in enumerate(self.lines) if n not in found[1:]]
        else:
            self.lines.append(line)
        self.hidden.add(key)

    def _add(self, line: t.PlanLine, inherited: set[int]) -> None:
        key = named_as(line)
        same = next((x for x in self.lines if key is not None and named_as(x) == key and id(x) in inherited), None)
        if key is not None and same is not None:
            related = (Related(same.span, "it stands here"),)
            hint = f"Write replace before it, or change {key[0]} {key[1]}."
            self.problem("duplicate-name", f"{self.base.name.text} has a {key[0]} {key[1]} already.", line.span, hint, related)
            return
        self.lines.append(line)

    def _is_used(self, key: tuple[str, str]) -> bool:
        """Whether definitions that the plan uses have something of that name."""
        blocks = [self.shared.get(line.name.text) for line in self.lines if isinstance(line, t.Use)]
        return key not in self.hidden and any(named_as(line) == key for block in blocks if block for line in block.lines)

    def _unknown(self, word: str, name: t.Name) -> None:
        choices = [key[1] for line in self.lines if (key := named_as(line)) is not None and key[0] == word]
        near = closest(name.text, choices)
        self.problem("unknown-name", f"There is no {word} {name.text}.", name.span, f"Did you mean {near}?" if near else None)
