"""Names and texts inside SQL, quoted so that no content can leave its place."""

from __future__ import annotations

from collections.abc import Iterable


def name(identifier: str) -> str:
    """An identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''") + "'"


def any_of(conditions: Iterable[str]) -> str:
    """True where at least one condition holds; false where there is none."""
    return " OR ".join(f"({c})" for c in conditions) or "false"


def all_of(conditions: Iterable[str]) -> str:
    """True where every condition holds; true where there is none."""
    return " AND ".join(f"({c})" for c in conditions) or "true"
