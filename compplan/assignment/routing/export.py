"""The log as rows of a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from compplan.assignment.routing.lead import QUALITY_DECIMALS
from compplan.assignment.routing.log import Entry

HEADER = ("number", "at", "kind", "lead", "rep", "pool", "counted", "reason", "details")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_rows(entries: Iterable[Entry]) -> Iterator[tuple[str, ...]]:
    """A row for each entry; a text that a spreadsheet would take for a formula gets an apostrophe in front."""
    for entry in entries:
        whole, part = divmod(entry.counted, 10**QUALITY_DECIMALS)
        counted = f"{whole}.{part:0{QUALITY_DECIMALS}d}"
        names = (entry.lead or "", entry.rep or "", entry.pool or "")
        details = json.dumps(entry.details, ensure_ascii=False, separators=(",", ":"))
        yield str(entry.number), entry.at.isoformat(), entry.kind, *map(_text, names), counted, _text(entry.said), details


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
