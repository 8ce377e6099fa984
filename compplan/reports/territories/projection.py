"""Places on the globe to points on a flat map on which equal areas are equally large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.problem import Real

WIDEST = 60.0
"""Degrees from the middle beyond which a map around it would be bent too far: the whole world is drawn instead."""

_A = (1.340264, -0.081106, 0.000893, 0.003796)


@dataclass(frozen=True)
class Projection:
    """A projection around a middle (degrees), or of the whole world where there is none."""

    middle: tuple[float, float] | None

    def __call__(self, latitude: Real, longitude: Real) -> tuple[Real, Real]:
        """East and north on the map, in radii of the globe."""
        if self.middle is None:
            return _equal_earth(np.radians(latitude), np.radians(longitude))
        return _around(np.radians(latitude), np.radians(longitude), *np.radians(self.middle))


def fitting_projection(places: Real) -> Projection:
    """The projection for places (rows of latitude and longitude in degrees): around their middle, or of the whole world."""
    latitude, longitude = np.radians(places).T
    vectors = np.stack([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])
    mean = vectors.mean(axis=1)
    length = float(np.linalg.norm(mean))
    if length < 1e-6:
        return Projection(None)
    middle = mean / length
    if float((middle @ vectors).min()) < np.cos(np.radians(WIDEST)):
        return Projection(None)
    return Projection((float(np.degrees(np.arcsin(middle[2]))), float(np.degrees(np.arctan2(middle[1], middle[0])))))


def _around(latitude: Real, longitude: Real, lat0: float, lon0: float) -> tuple[Real, Real]:
    """Lambert's azimuthal equal-area projection (Snyder 1987, pages 182 to 190)."""
    turned = longitude - lon0
    near = 1 + np.sin(lat0) * np.sin(latitude) + np.cos(lat0) * np.cos(latitude) * np.cos(turned)
    scale = np.sqrt(2 / np.maximum(near, 1e-9))
    north = np.cos(lat0) * np.sin(latitude) - np.sin(lat0) * np.cos(latitude) * np.cos(turned)
    return scale * np.cos(latitude) * np.sin(turned), scale * north


def _equal_earth(latitude: Real, longitude: Real) -> tuple[Real, Real]:
    """The Equal Earth projection (Šavrič, Patterson and Jenny 2018)."""
    a, b, c, d = _A
    t = np.arcsin(np.sqrt(3) / 2 * np.sin(latitude))
    bent = 9 * d * t**8 + 7 * c * t**6 + 3 * b * t**2 + a
    return 2 * np.sqrt(3) * longitude * np.cos(t) / (3 * bent), d * t**9 + c * t**7 + b * t**3 + a * t
