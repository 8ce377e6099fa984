"""The syntax tree as indented text: a line for each node, with what it says and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum

from compplan.diagnostics import Span
from compplan.diagnostics.text import safe
from compplan.language import tree as t


def tree_lines(node: object, label: str = "", depth: int = 0) -> Iterator[str]:
    """The lines of a node and of all below it, in the order of the text."""
    lead = "  " * depth + (f"{label}: " if label else "")
    if isinstance(node, tuple):
        for item in node:
            yield from tree_lines(item, label, depth)
        return
    if not is_dataclass(node) or isinstance(node, (t.Name, t.Path, t.Literal)):
        yield lead + _leaf(node)
        return
    span = getattr(node, "span", None)
    place = f"  ({span.line}:{span.column})" if isinstance(span, Span) else ""
    inner, plain = [], []
    for field in fields(node):
        value = getattr(node, field.name)
        if not field.compare or value is None or value == ():  # where it stands, and what was worked out from the text
            continue
        if (is_dataclass(value) and not isinstance(value, (t.Name, t.Path, t.Literal))) or isinstance(value, tuple):
            inner.append((field.name, value))
        else:
            plain.append(f"{field.name}={_leaf(value)}")
    yield lead + " ".join([type(node).__name__, *plain]) + place
    for name, value in inner:
        yield from tree_lines(value, name, depth + 1)


def _leaf(value: object) -> str:
    """A name, a literal or a plain value, on one line."""
    match value:
        case t.Name() | t.Path():
            return safe(value.text)
        case t.Literal():
            currency = f" {value.currency}" if value.currency else ""
            return safe(f"{value.kind.value} {value.value}{currency}")
        case Enum():
            return safe(str(value.value))
        case str():
            return f'"{safe(value)}"'
        case bool():
            return "yes" if value else "no"
        case _:
            return safe(str(value))
