"""What pydantic found wrong with a project file, in the reader's words and at its place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from compplan.diagnostics.model import Diagnostic
from compplan.diagnostics.suggest import closest
from compplan.records.form import AddUpForm, CalendarForm, ColumnForm, KindForm, ProjectForm, SourceForm
from compplan.records.yaml_marks import Marks, Place, Value

_WORDS = {
    "string_type": "text is expected here",
    "bool_parsing": "write yes or no",
    "bool_type": "write yes or no",
    "int_parsing": "a whole number is expected here",
    "int_type": "a whole number is expected here",
    "date_from_datetime_parsing": "a date is expected here, as in 2027-01-31",
    "date_parsing": "a date is expected here, as in 2027-01-31",
    "date_type": "a date is expected here, as in 2027-01-31",
    "dict_type": "settings are expected here, each a name, a colon and a value",
    "model_type": "settings are expected here, each a name, a colon and a value",
    "model_attributes_type": "settings are expected here, each a name, a colon and a value",
    "tuple_type": "a list is expected here",
    "list_type": "a list is expected here",
    "string_too_short": "this may not be empty",
    "too_short": "there must be at least one",
}


def form_problems(errors: Iterable[dict[str, Any]], value: Value, marks: Marks) -> Iterator[Diagnostic]:
    """One diagnostic for each error of pydantic's list."""
    errors = list(errors)
    misspelt = {closest(str(e["loc"][-1]), _settings(_place(e["loc"], value)[:-1])) for e in errors if e["type"] == "extra_forbidden"}
    for error in errors:
        place = _place(error["loc"], value)
        known = error["type"]
        if known == "extra_forbidden":
            yield _unknown(place, marks)
        elif known == "missing" and error["loc"][-1] not in misspelt:
            name = str(error["loc"][-1])
            around = place[:-1] if place and place[-1] == name else place
            owner = f"`{around[-1]}`" if around else "the file"
            span = marks.key(around)
            yield marks.problem(
                "missing-setting", "A setting is missing", f"{_upper(owner)} does not say its `{name}`.", span, _HINTS.get(name)
            )
        elif known != "missing":
            yield marks.problem("bad-setting", "This setting cannot be read", _message(error, place), marks.value(place))


_HINTS = {
    "company": "As in `company: Halden Systems`.",
    "currency": "As in `currency: USD`.",
    "records": "Declare at least `people:` with a source, a key and columns.",
    "columns": "List the columns that plans use, each with its type, as in `person: text`.",
    "type": "As in `type: text`.",
    "file": "As in `file: data/people.csv`.",
    "for_each": "As in `for_each: deal`.",
}


_NOTHING = object()


def _place(loc: tuple[str | int, ...], value: object) -> Place:
    """The part of pydantic's location that is a way through the file; its names for alternatives are left out."""
    place: Place = ()
    for step in loc:
        inner = _inner(value, step)
        if inner is not _NOTHING:
            value, place = inner, (*place, step)
    return place


def _inner(value: object, step: str | int) -> object:
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step, _NOTHING)
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return _NOTHING


def _unknown(place: Place, marks: Marks) -> Diagnostic:
    name, around = str(place[-1]), place[:-1]
    choices = _settings(around)
    near = closest(name, choices)
    hint = f"Did you mean `{near}`?" if near else f"Settings here are {', '.join(choices)}."
    owner = next((f"`{step}`" for step in reversed(around) if isinstance(step, str)), "the project file")
    return marks.problem(
        "unknown-setting", "This setting is not known", f"There is no setting `{name}` in {owner}.", marks.key(place), hint
    )


def _settings(around: Place) -> list[str]:
    model: type[BaseModel] = ProjectForm
    if around[:1] == ("calendar",):
        model = CalendarForm
    elif around[:1] == ("records",) and len(around) == 2:
        model = KindForm
    elif around[:1] == ("records",) and "source" in around[2:3]:
        model = SourceForm
    elif around[:1] == ("records",) and "add_up" in around[2:3]:
        model = AddUpForm
    elif around[:1] == ("records",):
        model = ColumnForm
    return [field.alias or name for name, field in model.model_fields.items()]


def _message(error: dict[str, Any], place: Place) -> str:
    given = error.get("input")
    said = f" cannot be “{given}”: " if isinstance(given, str) else " is empty: " if given is None else ": "
    name = next((f"`{step}`" for step in reversed(place) if isinstance(step, str)), "This")
    if error["type"] == "literal_error":
        wanted = "it must be one of " + str(error["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")
    elif error["type"] == "value_error":
        wanted = str(error["ctx"]["error"])
    elif error["type"] in {"greater_than_equal", "less_than_equal"}:
        wanted = str(error["msg"]).replace("Input should be", "it must be")
    else:
        wanted = _WORDS.get(error["type"], str(error["msg"]).lower())
    return f"{name}{said}{wanted}."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
