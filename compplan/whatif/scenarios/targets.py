"""What names in a scenario mean: a plan, a component of one, a parameter or a quota of a plan or of definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compplan.diagnostics import Diagnostic
from compplan.diagnostics.suggest import closest
from compplan.immutable import immutable
from compplan.language import tree as t
from compplan.language.changes import named_as
from compplan.language.resolve import resolve
from compplan.records.yaml_marks import Place
from compplan.whatif.scenarios.asked import EXAMPLE, FLAG, Asked

_COMPONENTS = ("commission", "bonus", "award")
_MANY = 12


@immutable
class Component:
    """A component of a plan: the plan's name, the word that opens the component, and its name."""

    plan: str
    word: str
    name: str


@immutable
class Owned:
    """A line of a plan or of definitions: whose it is, and the line."""

    owner: str
    line: t.PlanLine


@immutable
class Targets:
    """The plans of a project as a scenario can name them: as they are written, and as they stand."""

    asked: Asked
    items: tuple[t.Plan | t.Definitions | t.Amendment, ...]
    standing: dict[str, t.Plan]

    @staticmethod
    def of(asked: Asked, files: Sequence[t.File]) -> Targets:
        """Those of plan files, which were found to be right."""
        items = tuple(item for file in files for item in file.items)
        standing = resolve(items, lambda *_, **__: None)
        return Targets(asked, items, {plan.name.text: plan for plan in standing.values()})

    def using(self, definitions: str) -> list[str]:
        """The plans that use some definitions."""
        used = {name: [x.name.text for x in plan.lines if isinstance(x, t.Use)] for name, plan in self.standing.items()}
        return [name for name, names in used.items() if definitions in names]

    def rows(self, component: Component) -> list[t.Row]:
        """The rows of all tiers of a component."""
        lines = self.standing[component.plan].lines
        mine = (x for x in lines if isinstance(x, t.Component) and (x.word, x.name.text) == (component.word, component.name))
        return [row for one in mine for row in _rows(one)]

    def components(self, plan: str) -> list[str]:
        """The names of a plan's components."""
        return list(_components(self.standing[plan]))

    def changed(self, name: str, place: Place) -> str | Component | Diagnostic:
        """The plan, or the component of a plan, that a name means; or what is wrong with it."""
        components = {plan: _components(tree) for plan, tree in self.standing.items()}
        first, _, second = name.partition(".")
        if not second and first in components:
            return first
        owners = [plan for plan in components if (plan == first or not second) and (second or first) in components[plan]]
        if len(owners) == 1:
            return Component(owners[0], components[owners[0]][second or first], second or first)
        if owners:
            return self._several(f"Several plans have a component {first}.", [f"{owner}.{first}" for owner in owners], place)
        if second and first in components:
            mine = list(components[first])
            hint = _near(second, mine) or f"Its components are {', '.join(mine)}."
            return self._unknown(f"The plan {first} has no component {second}.", place, hint)
        choices = [f"{plan}.{component}" for plan, mine in components.items() for component in mine]
        near = _near(name, [*choices, *components]) or _near(first, [*components, *(c.split(".")[1] for c in choices)])
        listed = f"The plans are {', '.join(components)}; a component is named as in {next(iter(choices), 'plan.component')}."
        return self._unknown(f"There is no {'plan' if second else 'plan or component'} {first}.", place, near or listed)

    def owned(self, word: str, name: str, place: Place) -> Owned | Diagnostic:
        """The parameter or quota that a name means, with the plan or the definitions that it belongs to; or what is wrong with it."""
        written = {(owner, key[1]): line for owner, line in self._lines() if (key := named_as(line)) is not None and key[0] == word}
        first, _, second = name.partition(".")
        found = {k: line for k, line in written.items() if (k == (first, second) if second else k[1] == first)}
        if len(found) == 1:
            (((owner, _), line),) = found.items()
            return Owned(owner, line)
        if found:
            return self._several(f"The {word} {first} is said in several places.", [".".join(k) for k in found], place)
        message = f"There is no {word} {'for ' if word == 'quota' else ''}{name} in the plans."
        if word == "quota" and any(named_as(line) == ("measure", second or first) for _, line in self._lines()):
            message = f"The measure {second or first} has no quota."
        hint = self._otherwise(word, name, place) or self._choices(word, second or first, list(dict.fromkeys(n for _, n in written)))
        return self._unknown(message, place, hint)

    def _otherwise(self, word: str, name: str, place: Place) -> str | None:
        """What may be meant where something else has the name of a parameter that is not there."""
        if word != "parameter":
            return None
        is_flag = self.asked.marks.file == FLAG
        if any(named_as(line) == ("quota", name.rpartition(".")[2]) for _, line in self._lines()):
            return f'For the quota, write {FLAG} "quota {name}=110%".' if is_flag else "The quota of that name belongs below `quotas`."
        component = self.changed(name, place)
        if not isinstance(component, Component):
            return None
        whose = f"{component.plan}.{component.name}"
        if is_flag:
            return f'Say what of the component, as in {FLAG} "{whose} from 100%: 1.6x".'
        return f"A component is changed below `changes`, as in `{whose}: {{from 100%: 1.6x}}`."

    def _choices(self, word: str, name: str, names: Sequence[str]) -> str:
        if names:
            return _near(name, names) or f"There are: {', '.join(names)}."
        shown = EXAMPLE if self.asked.marks.file == FLAG else "`changes: {account_executive.own: {from 100%: 1.6x}}`"
        return f"The plans have no {word}s." + (f" A rate in a component is changed as in {shown}." if word == "parameter" else "")

    def _lines(self) -> Iterator[tuple[str, t.PlanLine]]:
        """The lines of plans and definitions that are written there, lines that replace others too, with the name of each owner."""
        for item in self.items:
            for line in item.lines:
                inner = line.line if isinstance(line, t.Replace) else line
                if not isinstance(inner, t.InForce | t.Because | t.Change | t.Remove):
                    yield item.name.text, inner

    def _several(self, message: str, choices: Sequence[str], place: Place) -> Diagnostic:
        hint = f"Say which: {', '.join(choices)}."
        return self.asked.problem("ambiguous-name", "The name has two meanings here", message, place, hint, key=True)

    def _unknown(self, message: str, place: Place, hint: str) -> Diagnostic:
        return self.asked.problem("unknown-name", "Unknown name", message, place, hint, key=True)


def _components(plan: t.Plan) -> dict[str, str]:
    return {key[1]: key[0] for line in plan.lines if (key := named_as(line)) is not None and key[0] in _COMPONENTS}


def _rows(component: t.Component) -> Iterator[t.Row]:
    for line in component.lines:
        if isinstance(line, t.Sentence) and isinstance(line.value, t.Slices | t.Step | t.Curve):
            yield from line.value.rows


def _near(name: str, names: Sequence[str]) -> str | None:
    near = closest(name, names)
    return f"Did you mean {near}?" if near else None
