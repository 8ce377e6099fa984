"""The map: points of accounts by rep and size, outlines of territories, and homes of reps, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from compplan.assignment.problem import Flags, Real, Whole
from compplan.reports.territories.figures import NOBODY, Figures, MeasureFigures
from compplan.reports.territories.frame import Frame, frame_around
from compplan.reports.territories.outline import Outline, outline_in
from compplan.reports.territories.styles import styles_of

SIZES = 6
"""Each size has twice the area of the one before; the third is that of an average account."""
AVERAGE = 2
CROWDED = 0.09
"""The share of the picture that all points together take up at most."""
SMALLEST_DOT, LARGEST_DOT = 3.0, 12.0
HULL_SHARE = 0.75
"""The share of a territory's accounts, nearest to its middle, that its outline is drawn around."""
MOST_LABELS = 40
LETTERS, LINE = 7.6, 13
"""Units of the picture that a letter of a label is wide, and a line is high."""
LONGEST_LABEL = 20


@dataclass(frozen=True)
class Dots:
    """The points of one rep and size: a path of strokes without length, drawn with round or square ends."""

    size: int
    path: str


@dataclass(frozen=True)
class Territory:
    """One rep's part of the map: `hull` is the outline, empty where there are too few accounts."""

    rep: int
    hull: str
    dots: tuple[Dots, ...]


@dataclass(frozen=True)
class Home:
    """Where a rep lives; `label` stands beside it, at `dx` and `dy` from it, and `always` says whether there is room for it."""

    rep: int
    x: float
    y: float
    label: str
    dx: int
    dy: int
    anchor: str
    always: bool


@dataclass(frozen=True, eq=False)
class TerritoryMap:
    """All that is drawn. `styles` has a colour and a shape for each rep, `points` the place of each account in the picture (n x 2).

    `dot` is the width of an average account's point. `before` is empty where it is not known who had an account; nobody's are rep -1.
    """

    frame: Frame
    outline: Outline
    styles: tuple[tuple[int, int], ...]
    points: Real
    sizes: Whole
    dot: float
    sized_by: str | None
    before: tuple[Territory, ...]
    after: tuple[Territory, ...]
    homes: tuple[Home, ...]

    @property
    def not_shown(self) -> int:
        """How many accounts have no place."""
        return int(np.isnan(self.points).any(axis=1).sum())


def map_of(figures: Figures) -> TerritoryMap | None:
    """The map of an assignment; None where no account has a place."""
    if figures.places is None or np.isnan(figures.places.accounts).any(axis=1).all():
        return None
    frame = frame_around(np.concatenate([figures.places.accounts, figures.places.reps]))
    assert frame is not None
    points, homes = (_points(frame, p) for p in (figures.places.accounts, figures.places.reps))
    shown = np.asarray(~np.isnan(points).any(axis=1), bool)
    sized_by = next((m for m in figures.measures if len(np.unique(m.of_accounts)) > 1), None)
    sizes = _sizes(sized_by, len(points))
    area = CROWDED * frame.width * frame.height / max(int(shown.sum()), 1)
    return TerritoryMap(
        frame=frame,
        outline=outline_in(frame),
        styles=styles_of(points, (figures.after, figures.before), len(figures.reps)),
        points=points,
        sizes=sizes,
        dot=round(min(max(area**0.5, SMALLEST_DOT), LARGEST_DOT), 1),
        sized_by=None if sized_by is None else sized_by.name,
        before=tuple(_territories(points, shown, sizes, figures.before)) if figures.has_before else (),
        after=tuple(_territories(points, shown, sizes, figures.after)),
        homes=tuple(_homes(figures, homes)),
    )


def _points(frame: Frame, places: Real) -> Real:
    x, y = frame.points(places[:, 0], places[:, 1])
    return np.asarray(np.round(np.stack([x, y], axis=1), 1), float)


def _sizes(measure: MeasureFigures | None, accounts: int) -> Whole:
    """The size of each account's point: by how often its figure doubles or halves the average."""
    if measure is None:
        return np.full(accounts, AVERAGE, np.int64)
    counted = measure.of_accounts.astype(float)
    average = max(float(counted.mean()), 1e-9)
    steps = np.rint(np.log2(np.maximum(counted / average, 2.0**-AVERAGE)))
    return np.asarray(np.clip(steps + AVERAGE, 0, SIZES - 1), np.int64)


def _territories(points: Real, shown: Flags, sizes: Whole, owners: Whole) -> Iterator[Territory]:
    for rep in np.unique(owners[shown]).tolist():
        mine = shown & (owners == rep)
        dots = tuple(Dots(s, _strokes(points[mine & (sizes == s)])) for s in range(SIZES - 1, -1, -1) if (mine & (sizes == s)).any())
        yield Territory(rep, "" if rep == NOBODY else _hull(points[mine]), dots)


def _strokes(points: Real) -> str:
    return "".join(f"M{x:g} {y:g}h.01" for x, y in points.tolist())


def _hull(points: Real) -> str:
    """The convex outline of the three quarters of the points that are nearest to their middle."""
    middle = np.median(points, axis=0)
    far = np.hypot(*(points - middle).T)
    kept = points[far <= np.quantile(far, HULL_SHARE)] if len(points) > 10 else points
    corners = convex_hull(kept)
    return "" if len(corners) < 3 else "M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "z"


def convex_hull(points: Real) -> list[tuple[float, float]]:
    """The corners of the smallest convex shape around points, in order (Andrew 1979)."""
    ordered = sorted({(float(x), float(y)) for x, y in points.tolist()})
    if len(ordered) < 3:
        return ordered
    halves = []
    for line in (ordered, ordered[::-1]):
        half: list[tuple[float, float]] = []
        for p in line:
            while len(half) > 1 and _turn(half[-2], half[-1], p) <= 0:
                half.pop()
            half.append(p)
        halves.append(half[:-1])
    return halves[0] + halves[1]


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


_BESIDE = ((10, 4, "start"), (-10, 4, "end"), (0, -11, "middle"), (0, 20, "middle"))


def _homes(figures: Figures, points: Real) -> Iterator[Home]:
    """The homes that are known, with their labels where no other label or home is in the way."""
    taken = [(x - 7, y - 7, x + 7, y + 7) for x, y in points.tolist() if x == x]  # noqa: PLR0124 - not a number where there is none
    few = len(figures.reps) <= MOST_LABELS
    for rep in np.nonzero(~np.isnan(points).any(axis=1))[0].tolist():
        name = figures.rep_name(rep)
        label = name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1] + "…"
        x, y = points[rep].tolist()
        boxes = [(side, _box(x, y, label, *side)) for side in _BESIDE]
        free = [(side, box) for side, box in boxes if few and not any(_meet(box, other) for other in taken)]
        (dx, dy, anchor), box = (free or boxes)[0]
        if free:
            taken.append(box)
        yield Home(rep, x, y, label, dx, dy, anchor, bool(free))


_Box = tuple[float, float, float, float]


def _box(x: float, y: float, label: str, dx: int, dy: int, anchor: str) -> _Box:
    wide = len(label) * LETTERS
    left = x + dx - {"start": 0.0, "end": wide, "middle": wide / 2}[anchor]
    return (left, y + dy - LINE + 2, left + wide, y + dy + 3)


def _meet(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
