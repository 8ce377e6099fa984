"""Names and texts inside SQL, quoted so that no content can leave its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def name(identifier: str) -> str:
    """An identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''") + "'"


def path_text(path: Path) -> str:
    """A literal that stands for one file, whatever signs of a pattern its name may hold."""
    return text(re.sub(r"[*?[]", r"[\g<0>]", str(path.resolve())))


def any_of(conditions: Iterable[str]) -> str:
    """True where at least one condition holds; false where there is none."""
    return " OR ".join(f"({c})" for c in conditions) or "false"


def all_of(conditions: Iterable[str]) -> str:
    """True where every condition holds; true where there is none."""
    return " AND ".join(f"({c})" for c in conditions) or "true"
