"""The colours of reps can be told apart by everybody, on light paper and on dark."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import combinations

import pytest

from compplan.reports.territories.styles import COLOURS
from tests.support.colours import VISION, apart

APART = 13
"""Units of CIELAB: some six times what is just noticed."""


def _palettes() -> list[list[str]]:
    css = (files("compplan.reports.territories") / "page.css").read_text(encoding="utf-8")
    found = re.findall(r"\.c(\d) \{ --c: (#[0-9a-f]{6}) \}", css)
    assert [int(n) for n, _ in found] == [*range(COLOURS)] * 2
    colours = [c for _, c in found]
    return [colours[:COLOURS], colours[COLOURS:]]


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("paper", [0, 1], ids=["light", "dark"])
def test_no_two_colours_look_alike(paper: int, vision: str) -> None:
    near = {(a, b): round(apart(a, b, vision), 1) for a, b in combinations(_palettes()[paper], 2)}
    assert min(near.values()) >= APART, min(near.items(), key=lambda pair: pair[1])
