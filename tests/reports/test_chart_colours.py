"""The colours of charts can be told apart by everybody, on light paper and on dark, and stand out from it."""

from __future__ import annotations

import re

import pytest

from compplan.reports.charts import colours
from compplan.reports.charts.colours import ON_PAGE
from compplan.reports.pages.frame import shared_file
from tests.support.colours import VISION, apart, contrast

BESIDE = (("before", "after"), ("more", "less"), ("more", "same"), ("less", "same"))
"""What stands beside each other in a chart."""
APART, STANDS_OUT = 20, 2.5
PAPERS = ("#ffffff", "#14171b")


def _palettes() -> list[dict[str, str]]:
    style = shared_file("charts.css")
    return [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", style)]


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("paper", [0, 1], ids=["light", "dark"])
def test_what_stands_beside_each_other_does_not_look_alike(paper: int, vision: str) -> None:
    palette = _palettes()[paper]
    assert {(a, b): round(apart(palette[a], palette[b], vision)) for a, b in BESIDE if apart(palette[a], palette[b], vision) < APART} == {}


@pytest.mark.parametrize("paper", [0, 1], ids=["light", "dark"])
def test_every_colour_stands_out_from_the_paper(paper: int) -> None:
    ground = _rgb(PAPERS[paper])
    assert {name: c for name, c in _palettes()[paper].items() if contrast(_rgb(c), ground) < STANDS_OUT} == {}


def test_a_chart_on_light_paper_has_the_colours_of_one_that_stands_alone() -> None:
    light = _palettes()[0]
    for name in ("BEFORE", "AFTER", "MORE", "LESS", "SAME"):
        assert light[name.lower()] == getattr(colours, name)
        assert ON_PAGE[getattr(colours, name)] == f"var(--{name.lower()})"


def _rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
