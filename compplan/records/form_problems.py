"""What pydantic found wrong with a project file, in the reader's words and at its place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from compplan.diagnostics.model import Diagnostic
from compplan.diagnostics.suggest import closest
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


def form_problems(form: type[BaseModel], errors: Iterable[dict[str, Any]], value: Value, marks: Marks) -> Iterator[Diagnostic]:
    """One diagnostic for each error of pydantic's list, which it found when it read `value` as this form."""
    errors = list(errors)
    misspelt = {closest(str(e["loc"][-1]), _settings(form, _place(e["loc"], value)[:-1])) for e in errors if e["type"] == "extra_forbidden"}
    for error in errors:
        place = _place(error["loc"], value)
        known = error["type"]
        if known == "extra_forbidden":
            yield _unknown(form, place, marks)
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


def _unknown(form: type[BaseModel], place: Place, marks: Marks) -> Diagnostic:
    name, around = str(place[-1]), place[:-1]
    choices = _settings(form, around)
    near = closest(name, choices)
    hint = f"Did you mean `{near}`?" if near else f"Settings here are {', '.join(choices)}."
    owner = next((f"`{step}`" for step in reversed(around) if isinstance(step, str)), "the file")
    return marks.problem(
        "unknown-setting", "This setting is not known", f"There is no setting `{name}` in {owner}.", marks.key(place), hint
    )


def _settings(form: type[BaseModel], around: Place) -> list[str]:
    """The settings that the form has at a place."""
    at: list[Any] = [form]
    for step in around:
        at = [deeper for one in at for deeper in _inside(one, step)]
    at += [element for one in at if get_origin(one) is tuple for element in _inside(one, 0)]  # one alone may stand without its list
    return [field.alias or name for one in at if _is_form(one) for name, field in one.model_fields.items()]


def _inside(annotation: Any, step: str | int) -> list[Any]:  # noqa: ANN401 - whatever stands behind a colon
    """What an annotation has at a step: a form its field, a mapping its entry, a list its element; each way that it can be read."""
    if _is_form(annotation):
        return [
            alternative
            for name, f in annotation.model_fields.items()
            if (f.alias or name) == step
            for alternative in _read_as(f.annotation)
        ]
    inner = get_args(annotation)
    if not inner:
        return []
    return _read_as(inner[1] if get_origin(annotation) is dict else inner[0])


def _read_as(annotation: Any) -> list[Any]:  # noqa: ANN401
    """The ways in which a value can be read: those of a union, without what is noted beside them."""
    if hasattr(annotation, "__metadata__"):
        return _read_as(annotation.__origin__)
    if get_origin(annotation) in (Union, UnionType):
        return [way for one in get_args(annotation) for way in _read_as(one)]
    return [annotation]


def _is_form(annotation: Any) -> bool:  # noqa: ANN401
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


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
