"""A routing file with three reps and two pools, and leads for it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

ROUTING = """
title: Inbound
reps:
  ana: {weight: 2, languages: [en, es], products: [core, cloud]}
  ben: {languages: [en], products: [core]}
  cy: {languages: [en], products: [core, cloud]}
pools:
  large: {leads: {segment: ENT}, reps: {products: cloud}, window: 0.5, largest: "50,000"}
  rest: {window: 0.5}
needs: {language: languages, product: products}
quality: value
chance: chances
owner: owner
returns: {days: 7}
"""


def write_routing(folder: Path, text: str = ROUTING) -> Path:
    """Writes a routing file into a folder; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "leads.yaml"
    file.write_text(dedent(text).lstrip(), encoding="utf-8")
    return file


def lead(name: str, value: float = 1000, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a lead has
    """A lead in English, on a Monday morning, unless something else is said."""
    return {"lead": name, "value": value, "language": "en", "product": "core", "at": "2027-03-01T10:00:00+00:00", **more}
