"""Coasts and borders of the part of the world that a map shows, as paths of SVG."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from compplan.assignment.problem import Real
from compplan.reports.territories.frame import Frame

DATA = "outline.json"
FINE = 0.4
"""Units of the picture: points nearer to the last one are left out."""
FAR = 1.0
"""Degrees: longer straight lines are drawn with points between, for they are not straight on the map."""


NEAREST = 150 / 6371
"""Radii of the globe: in a picture that is less wide, simplified coasts would mislead, and none are drawn."""


@dataclass(frozen=True)
class Outline:
    """Paths: land, which is filled by the even-odd rule; borders of countries; borders of states. And whose data it is.

    All are empty where the picture is too near for them.
    """

    land: str
    countries: str
    states: str
    source: str


def outline_in(frame: Frame) -> Outline:
    """The outline that lies in a frame."""
    data = json.loads((files(__package__) / DATA).read_text(encoding="utf-8"))
    if frame.width / frame.scale < NEAREST:
        return Outline("", "", "", data["source"])
    arcs = [_degrees(a, data["unit"]) for a in data["arcs"]]
    rings = [r for ring in data["land"] for r in _clipped_rings(frame, _densified(_joined(arcs, ring)))]
    borders = [list(_lines(frame, [_densified(arcs[a]) for a in data[kind]])) for kind in ("countries", "states")]
    return Outline(_path(rings, closed=True), _path(borders[0]), _path(borders[1]), data["source"])


def _degrees(steps: Sequence[int], unit: int) -> Real:
    return np.asarray(np.cumsum(np.array(steps, float).reshape(-1, 2), axis=0) / unit, float)


def _joined(arcs: Sequence[Real], ring: Iterable[int]) -> Real:
    return np.concatenate([arcs[a] if a >= 0 else arcs[~a][::-1] for a in ring])


def _densified(points: Real) -> Real:
    """With points between those that are far apart, along the straight line in degrees; longitudes go on beyond 180 and do not jump."""
    points = np.stack([np.unwrap(points[:, 0], period=360), points[:, 1]], axis=1)
    parts = np.maximum(1, np.ceil(np.abs(np.diff(points, axis=0)).max(axis=1) / FAR)).astype(int)
    if parts.size == 0 or parts.max() == 1:
        return points
    at = np.concatenate([np.arange(n) / n + i for i, n in enumerate(parts.tolist())] + [np.array([len(points) - 1.0])])
    known = np.arange(len(points))
    return np.stack([np.interp(at, known, points[:, 0]), np.interp(at, known, points[:, 1])], axis=1)


def _clipped_rings(frame: Frame, ring: Real) -> Iterator[Real]:
    """The parts of a ring of land that lie in the frame; on a map of the world, what reaches beyond 180 degrees is at either edge."""
    turns = [0.0]
    if frame.projection.middle is None:
        turns += [-360.0] if ring[:, 0].max() > 180 else []
        turns += [360.0] if ring[:, 0].min() < -180 else []
    for turn in turns:
        yield from _clipped_ring(frame, ring + np.array([turn, 0.0]))


def _clipped_ring(frame: Frame, ring: Real) -> Iterator[Real]:
    """The part of a ring of land that lies in the frame.

    A ring around the point opposite of the middle is turned inside out by the projection: then the frame itself is given as well, which the
    even-odd rule turns back.
    """
    x, y = frame.points(ring[:, 1], ring[:, 0])
    if x.max() < 0 or y.max() < 0 or x.min() > frame.width or y.min() > frame.height:
        return
    flat = np.stack([x, y], axis=1)
    if frame.projection.middle is not None and np.abs(flat).max() > 3 * frame.width:
        latitude, longitude = frame.projection.middle
        centre = np.concatenate(frame.points(np.array([latitude]), np.array([longitude])))
        around = sum(_is_inside(ring, np.array([longitude + turn, latitude])) for turn in (-360, 0, 360))
        if bool(around) != _is_inside(flat, centre):
            yield np.array([[0, 0], [frame.width, 0], [frame.width, frame.height], [0, frame.height]], float)
    for axis, end, keep in ((0, 0.0, 1), (0, frame.width, -1), (1, 0.0, 1), (1, frame.height, -1)):
        flat = _cut(flat, axis, end, keep)
        if len(flat) < 3:
            return
    thinned = _thinned(flat)
    if len(thinned) > 2:
        yield thinned


def _cut(points: Real, axis: int, end: float, keep: int) -> Real:
    """A polygon without what lies beyond a line (Sutherland and Hodgman 1974)."""
    inside = (points[:, axis] - end) * keep >= 0
    if inside.all():
        return points
    following = np.roll(points, -1, axis=0)
    crosses = inside != np.roll(inside, -1)
    span = np.where(crosses, following[:, axis] - points[:, axis], 1.0)
    part = np.where(crosses, (end - points[:, axis]) / span, 0.0)
    meets = points + part[:, None] * (following - points)
    both = np.stack([points, meets], axis=1).reshape(-1, 2)
    return np.asarray(both[np.stack([inside, crosses], axis=1).ravel()], float)


def _is_inside(ring: Real, point: Real) -> bool:
    """Whether a point lies within a ring, by how many of its sides a ray to the east crosses."""
    following = np.roll(ring, -1, axis=0)
    spans = (ring[:, 1] > point[1]) != (following[:, 1] > point[1])
    rise = np.where(spans, following[:, 1] - ring[:, 1], 1.0)
    at = ring[:, 0] + (point[1] - ring[:, 1]) / rise * (following[:, 0] - ring[:, 0])
    return bool((spans & (at > point[0])).sum() % 2)


def _lines(frame: Frame, arcs: Iterable[Real]) -> Iterator[Real]:
    """The stretches of lines that lie in the frame, or lead into it."""
    for arc in arcs:
        x, y = frame.points(arc[:, 1], arc[:, 0])
        near = (x >= 0) & (x <= frame.width) & (y >= 0) & (y <= frame.height)
        if not near.any():
            continue
        shown = near.copy()
        shown[1:] |= near[:-1]
        shown[:-1] |= near[1:]
        for part in np.split(np.arange(len(arc)), np.nonzero(np.diff(shown.astype(int)))[0] + 1):
            if shown[part[0]] and len(part) > 1:
                yield _thinned(np.stack([x[part], y[part]], axis=1))


def _thinned(points: Real) -> Real:
    """Without points that are hardly apart from the one before; the last one stays."""
    kept, last = [0], points[0]
    for i in range(1, len(points) - 1):
        if abs(points[i, 0] - last[0]) + abs(points[i, 1] - last[1]) >= FINE:
            kept.append(i)
            last = points[i]
    return points[[*kept, len(points) - 1]]


def _path(lines: Iterable[Any], *, closed: bool = False) -> str:
    """Lines as one path: whole tenths, the first point of each and then the steps."""
    parts = []
    for line in lines:
        tenths = np.rint(np.asarray(line) * 10).astype(int)
        steps = np.diff(tenths, axis=0)
        steps = steps[(steps != 0).any(axis=1)]
        if len(steps):
            parts.append(f"M{_tenth(tenths[0, 0])} {_tenth(tenths[0, 1])}l" + " ".join(f"{_tenth(a)} {_tenth(b)}" for a, b in steps))
    return ("z".join(parts) + "z") if closed and parts else "".join(parts)


def _tenth(value: int) -> str:
    """A number of tenths, as short as it can be."""
    whole, part = divmod(abs(int(value)), 10)
    return ("-" if value < 0 else "") + (f"{whole}.{part}" if part else str(whole))
