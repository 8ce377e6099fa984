"""What a map shows: from places on the globe to points of a picture that is a thousand units wide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.problem import Real
from compplan.reports.territories.projection import Projection, fitting_projection

WIDTH = 1000
LOWEST, HIGHEST = 420, 900
MARGIN = 0.06
"""The share of the picture that is left free around the places, on each side."""
SMALLEST = 0.002
"""Radii of the globe: the least that a picture shows across, some 13 kilometres."""


@dataclass(frozen=True)
class Frame:
    """A picture of a projection: `left` and `top` (radii of the globe, to the north) are its corner, `scale` the units in a radius."""

    projection: Projection
    left: float
    top: float
    scale: float
    width: int
    height: int

    def points(self, latitude: Real, longitude: Real) -> tuple[Real, Real]:
        """Places in degrees as points: units from the left and from the top."""
        east, north = self.projection(latitude, longitude)
        return (east - self.left) * self.scale, (self.top - north) * self.scale


def frame_around(places: Real) -> Frame | None:
    """A picture in which all these places lie (rows of latitude and longitude, those that are not known left out); None where none is."""
    known = places[~np.isnan(places).any(axis=1)]
    if not len(known):
        return None
    projection = fitting_projection(known)
    east, north = projection(known[:, 0], known[:, 1])
    wide, high = (max(float(np.ptp(v)), SMALLEST) for v in (east, north))
    room = 1 - 2 * MARGIN
    height = min(max(WIDTH * high / wide, LOWEST), HIGHEST)
    scale = min(WIDTH * room / wide, height * room / high)
    left = float(east.max() + east.min()) / 2 - WIDTH / scale / 2
    top = float(north.max() + north.min()) / 2 + height / scale / 2
    return Frame(projection, left, top, scale, WIDTH, round(height))
