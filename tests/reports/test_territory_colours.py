"""The colours of reps can be told apart by everybody, on light paper and on dark."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import combinations

import numpy as np
import pytest

from compplan.assignment.problem import Real
from compplan.reports.territories.styles import COLOURS

APART = 13
"""Units of CIELAB: some six times what is just noticed."""

VISION = {
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""How light in linear RGB is seen (Machado, Oliveira and Fernandes 2009, severity 1)."""

_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def _palettes() -> list[list[str]]:
    css = (files("compplan.reports.territories") / "page.css").read_text(encoding="utf-8")
    found = re.findall(r"\.c(\d) \{ --c: (#[0-9a-f]{6}) \}", css)
    assert [int(n) for n, _ in found] == [*range(COLOURS)] * 2
    colours = [c for _, c in found]
    return [colours[:COLOURS], colours[COLOURS:]]


def _seen(colour: str, vision: str) -> Real:
    """A colour as it is seen, in CIELAB."""
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    x, y, z = _XYZ @ np.clip(np.array(VISION[vision]) @ linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = [np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])], float)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("paper", [0, 1], ids=["light", "dark"])
def test_no_two_colours_look_alike(paper: int, vision: str) -> None:
    seen = {c: _seen(c, vision) for c in _palettes()[paper]}
    near = {(a, b): round(float(np.linalg.norm(seen[a] - seen[b])), 1) for a, b in combinations(seen, 2)}
    assert min(near.values()) >= APART, min(near.items(), key=lambda pair: pair[1])
