"""What is asked for, before it is checked: scenarios from a YAML file, and from flags of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from compplan.diagnostics import Diagnostic, Problems, Span
from compplan.immutable import immutable
from compplan.records.form_problems import form_problems
from compplan.records.yaml_marks import Marks, Place, Value, read_yaml
from compplan.whatif.scenarios.form import ScenarioForm, ScenariosForm

FLAG = "--set"
EXAMPLE = f'{FLAG} "account_executive.own from 100%: 1.6x"'
_NAME = r"[A-Za-z][A-Za-z0-9_]*"
_QUOTA = re.compile(rf"\s*quota\s+(?:for\s+)?(?P<name>{_NAME}(?:\.{_NAME})?)\s*=\s*(?P<value>\S.*?)\s*")
_FIGURE = re.compile(rf"\s*(?P<name>{_NAME}(?:\.{_NAME})?)\s*=\s*(?P<value>\S.*?)\s*")
_CHANGE = re.compile(rf"\s*(?P<name>{_NAME}(?:\.{_NAME})?)(?:\s*:\s*|\s+)(?P<value>\S.*?)\s*")
SENTENCES = frozenset({"from", "below", "above", "at", "add", "remove", "replace", "pay", "times", "only", "cap", "floor", "for"})
"""Words that begin a sentence of a change, and name no component."""


@immutable
class Asked:
    """A scenario as it is written: its name, its form, and where its parts stand in a file or in flags."""

    name: str
    form: ScenarioForm
    marks: Marks
    place: Place

    def problem(self, code: str, title: str, message: str, place: Place, hint: str | None = None, *, key: bool = False) -> Diagnostic:
        """A diagnostic at a place within the scenario."""
        where = (*self.place, *place)
        return self.marks.problem(code, title, message, self.marks.key(where) if key else self.marks.value(where), hint)


@immutable
class AskedFile:
    """A file of scenarios: the folder of the project that it is about, and the scenarios."""

    file: Path
    project: Path
    scenarios: tuple[Asked, ...]


def read_file(file: Path) -> AskedFile:
    """The scenarios of a file. Raises `Problems`, all at once, each at its place in the file."""
    value, marks = read_yaml(file)
    if not isinstance(value, dict) or "scenarios" not in value:
        message = "The file should hold `scenarios:`, and below it scenarios, each with a name of your choice."
        hint = "As in `scenarios: {faster: {changes: {account_executive.own: {from 100%: 1.6x}}}}`."
        raise Problems([marks.problem("scenario-form", "This is no file of scenarios", message, marks.value(()), hint)])
    form = _read(value, marks)
    scenarios = (Asked(name, scenario, marks, ("scenarios", name)) for name, scenario in form.scenarios.items())
    return AskedFile(file, file.parent / form.project, tuple(scenarios))


def read_flags(flags: Sequence[str]) -> Asked:
    """The scenario of flags, each with a figure for a parameter or a quota, or a change of a component. Raises `Problems`.

    A problem is at its place in the flag, as if the flags were lines of a file.
    """
    marks = Marks(FLAG, tuple(flags))
    name = "; ".join(" ".join(flag.split()) for flag in flags)
    place: Place = ("scenarios", name)
    written: dict[str, dict[str, Value]] = {"parameters": {}, "quotas": {}, "changes": {}}
    wrong = [d for n, flag in enumerate(flags, 1) if (d := _read_flag(n, flag, marks, place, written)) is not None]
    if wrong:
        raise Problems(wrong)
    form = _read({"scenarios": {name: {word: values for word, values in written.items() if values}}}, marks)
    return Asked(name, form.scenarios[name], marks, place)


def _read(value: Value, marks: Marks) -> ScenariosForm:
    try:
        return ScenariosForm.model_validate(value)
    except ValidationError as error:
        details: list[Any] = list(error.errors(include_url=False))
        raise Problems(form_problems(ScenariosForm, details, value, marks)) from None


def _read_flag(number: int, flag: str, marks: Marks, place: Place, written: dict[str, dict[str, Value]]) -> Diagnostic | None:
    """Puts a flag where a file would have it; or what is wrong with it."""
    for word, pattern in (("quotas", _QUOTA), ("parameters", _FIGURE), ("changes", _CHANGE)):
        found = pattern.fullmatch(flag)
        if found is None or found["name"] in SENTENCES:
            continue
        name, value = found["name"], found["value"]
        here: Place = (*place, word, name)
        if word != "changes" and name in written[word]:
            message = f"`{name}` is given a figure twice; only one can count."
            return marks.problem("set-twice", "The same is set twice", message, _span(number, found, "name"), "Leave one out.")
        marks.keys.setdefault(here, _span(number, found, "name"))
        if word == "changes":
            sentences = written[word].setdefault(name, [])
            assert isinstance(sentences, list)
            here = (*here, len(sentences))
            sentences.append(value)
        else:
            written[word][name] = value
        marks.values[here] = _span(number, found, "value")
        return None
    message = "It is not said of what this is, or it is not said what it becomes."
    hint = f'Write {FLAG} NAME=FIGURE for a parameter; for a component, as in {EXAMPLE}; or {FLAG} "quota arr=110%".'
    end = max(len(flag) + 1, 2)
    return marks.problem("scenario-form", "This cannot be set", message, Span(FLAG, number, 1, number, end), hint)


def _span(number: int, found: re.Match[str], group: str) -> Span:
    return Span(FLAG, number, found.start(group) + 1, number, found.end(group) + 1)


def chosen(scenarios: Sequence[Asked], names: Sequence[str] | None) -> tuple[Asked, ...]:
    """The scenarios of some names, in the order of the file. Raises `Problems` where there is none of a name."""
    from compplan.diagnostics.suggest import closest

    def unknown() -> Iterator[Diagnostic]:
        for name in names or ():
            if name not in known:
                near = closest(name, known)
                hint = f"Did you mean {near}?" if near else f"There are: {', '.join(known)}."
                yield Diagnostic("unknown-scenario", "There is no such scenario", f"There is no scenario {name}.", hint=hint)

    known = [one.name for one in scenarios]
    if wrong := list(unknown()):
        raise Problems(wrong)
    return tuple(one for one in scenarios if names is None or one.name in names)
