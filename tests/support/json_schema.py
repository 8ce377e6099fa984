"""The part of JSON Schema that the product's own schemas use; a keyword beyond it is an error, so that nothing passes unread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None),
}  # fmt: skip
_KNOWN = {
    "$schema", "$defs", "$ref", "title", "description", "type", "properties", "required", "additionalProperties", "items", "anyOf", "enum",
    "const", "pattern", "minimum",
}  # fmt: skip


def violations(schema: Mapping[str, Any], value: object) -> list[str]:
    """Where a value is not what a schema says, in words."""
    return list(_violations(schema, schema, value, "$"))


def _violations(root: Mapping[str, Any], schema: Mapping[str, Any], value: object, path: str) -> Iterator[str]:
    unknown = set(schema) - _KNOWN
    assert not unknown, f"{unknown} is not understood"
    if "$ref" in schema:
        assert schema["$ref"].startswith("#/$defs/")
        yield from _violations(root, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], value, path)
    if "anyOf" in schema and all(list(_violations(root, s, value, path)) for s in schema["anyOf"]):
        yield f"{path}: {value!r} is none of those allowed"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not one of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r} is not {schema['const']!r}"
    if "type" in schema and not _is_of(value, schema["type"]):
        yield f"{path}: {value!r} is no {schema['type']}"
        return
    if isinstance(value, str) and "pattern" in schema and re.search(schema["pattern"], value) is None:
        yield f"{path}: {value!r} is not like {schema['pattern']}"
    if isinstance(value, int) and "minimum" in schema and value < schema["minimum"]:
        yield f"{path}: {value} is less than {schema['minimum']}"
    if isinstance(value, dict):
        yield from _properties(root, schema, value, path)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _violations(root, schema["items"], item, f"{path}[{index}]")


def _properties(root: Mapping[str, Any], schema: Mapping[str, Any], value: Mapping[str, object], path: str) -> Iterator[str]:
    known = schema.get("properties", {})
    yield from (f"{path}: {name} is missing" for name in schema.get("required", ()) if name not in value)
    for name, item in value.items():
        if name in known:
            yield from _violations(root, known[name], item, f"{path}.{name}")
        elif schema.get("additionalProperties", True) is False:
            yield f"{path}: {name} is not foreseen"


def _is_of(value: object, types: str | list[str]) -> bool:
    names = [types] if isinstance(types, str) else types
    return any(isinstance(value, _TYPES[n]) and not (isinstance(value, bool) and n == "integer") for n in names)
