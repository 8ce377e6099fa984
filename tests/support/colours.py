"""Colours as people see them, the colour-blind among them."""

from __future__ import annotations

import numpy as np

from compplan.assignment.problem import Real

VISION = {
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""How light in linear RGB is seen (Machado, Oliveira and Fernandes 2009, severity 1)."""

_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def seen(colour: str, vision: str) -> Real:
    """A colour as it is seen, in CIELAB."""
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    x, y, z = _XYZ @ np.clip(np.array(VISION[vision]) @ linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = [np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])], float)


def apart(one: str, other: str, vision: str) -> float:
    """How far two colours are from each other: units of CIELAB, of which some two are just noticed."""
    return float(np.linalg.norm(seen(one, vision) - seen(other, vision)))


def contrast(a: list[int], b: list[int]) -> float:
    """The contrast of two colours (WCAG 2.2)."""
    light = sorted((_luminance(a), _luminance(b)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(colour: list[int]) -> float:
    parts = [v / 255 for v in colour[:3]]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
