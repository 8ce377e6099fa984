"""The map: areas stay as large as they are, coasts are where they are, and neighbours can be told apart."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compplan.assignment.problem import Real
from compplan.reports.territories.frame import WIDTH, Frame, frame_around
from compplan.reports.territories.outline import outline_in
from compplan.reports.territories.projection import Projection, fitting_projection
from compplan.reports.territories.styles import COLOURS, SHAPES, styles_of
from compplan.reports.territories.territory_map import convex_hull

latitudes, longitudes = st.floats(-75, 75), st.floats(-179, 179)

UNITED_STATES = [(25.8, -80.2), (47.6, -122.3), (32.7, -117.2), (44.3, -69.8)]
EUROPE = [(59.3, 18.1), (38.7, -9.1), (41.0, 29.0)]
ARGENTINA = [(-34.6, -58.4), (-54.8, -68.3), (-24.8, -65.4)]
NEW_ZEALAND_AND_FIJI = [(-41.3, 174.8), (-18.1, 178.4), (-16.8, -179.9), (-36.8, 174.8)]
BERING_STRAIT = [(64.7, 177.5), (64.5, -165.4), (66.2, -169.8)]
WORLD = [(40.0, -100.0), (51.0, 0.0), (-33.0, 151.0), (35.0, 139.0), (66.0, 179.0), (66.0, -172.0)]

PLACES: dict[str, tuple[list[tuple[float, float]], tuple[float, float], bool]] = {
    "Kansas": (UNITED_STATES, (38.5, -98.4), True),
    "the Atlantic off Georgia": (UNITED_STATES, (31.0, -76.0), False),
    "Berlin": (EUROPE, (52.5, 13.4), True),
    "the North Sea": (EUROPE, (56.0, 3.0), False),
    "the Pampas, opposite of China": (ARGENTINA, (-37.0, -65.0), True),
    "the Atlantic, opposite of Manchuria": (ARGENTINA, (-45.0, -58.0), False),
    "Viti Levu": (NEW_ZEALAND_AND_FIJI, (-17.8, 178.0), True),
    "the sea beyond the date line": (NEW_ZEALAND_AND_FIJI, (-30.0, -178.0), False),
    "Chukotka beyond the date line": (BERING_STRAIT, (66.8, -177.0), True),
    "Chukotka before it": (BERING_STRAIT, (66.5, 178.0), True),
    "the Bering Sea": (BERING_STRAIT, (65.0, -169.0), False),
    "Chukotka at the eastern edge of the world": (WORLD, (67.0, 178.5), True),
    "Chukotka at its western edge": (WORLD, (67.0, -175.0), True),
    "the Atlantic at the equator": (WORLD, (0.0, -25.0), False),
    "the Sahara": (WORLD, (22.0, 10.0), True),
}


def _frame(places: list[tuple[float, float]]) -> Frame:
    frame = frame_around(np.array(places, float))
    assert frame is not None
    return frame


def _is_filled(path: str, x: float, y: float) -> bool:
    """Whether a path filled by the even-odd rule covers a point: how many sides a ray to the right crosses."""
    crossed = 0
    for ring in path.split("z"):
        numbers = np.array(re.findall(r"-?\d+(?:\.\d+)?", ring), float).reshape(-1, 2)
        points = np.cumsum(numbers, axis=0)
        for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
            if (a[1] > y) != (b[1] > y) and a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) > x:
                crossed += 1
    return crossed % 2 == 1


@pytest.mark.parametrize("name", PLACES)
def test_land_is_where_it_is(name: str) -> None:
    around, (latitude, longitude), is_land = PLACES[name]
    frame = _frame(around)
    x, y = (float(v[0]) for v in frame.points(np.array([latitude]), np.array([longitude])))
    assert 0 <= x <= frame.width
    assert 0 <= y <= frame.height
    assert _is_filled(outline_in(frame).land, x, y) == is_land


def test_borders_of_states_are_drawn_and_nothing_beyond_the_picture() -> None:
    frame = _frame(UNITED_STATES)
    outline = outline_in(frame)
    assert outline.states.count("M") > 50
    assert outline.countries
    for line in outline.land.split("z"):
        points = np.cumsum(np.array(re.findall(r"-?\d+(?:\.\d+)?", line), float).reshape(-1, 2), axis=0)
        assert (points >= -0.11 * np.sqrt(len(points) + 1)).all()
        assert (points <= np.array([frame.width, frame.height]) + 0.11 * np.sqrt(len(points) + 1)).all()


def test_a_picture_of_a_town_has_no_coarse_coasts() -> None:
    assert outline_in(_frame([(37.8, -122.4), (37.3, -121.9)])).land == ""


@given(latitudes, longitudes, latitudes, longitudes)
def test_equal_areas_are_equally_large(latitude: float, longitude: float, middle: float, meridian: float) -> None:
    step = 1e-4
    here = np.array([latitude, latitude + step, latitude]), np.array([longitude, longitude, longitude + step])
    for projection in (Projection((middle, meridian)), Projection(None)):
        if projection.middle is not None and _angle(latitude, longitude, middle, meridian) > 120:
            continue
        x, y = projection(*here)
        area = abs((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]))
        assert area == pytest.approx(np.radians(step) ** 2 * np.cos(np.radians(latitude)), rel=2e-3)


def _angle(a: float, b: float, c: float, d: float) -> float:
    a, b, c, d = (float(np.radians(v)) for v in (a, b, c, d))
    return float(np.degrees(np.arccos(np.clip(np.sin(a) * np.sin(c) + np.cos(a) * np.cos(c) * np.cos(b - d), -1, 1))))


@given(st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=8))
def test_every_place_is_in_the_picture(places: list[tuple[float, float]]) -> None:
    frame = _frame(places)
    x, y = frame.points(*np.array(places, float).T)
    assert frame.width == WIDTH
    assert ((x >= 0) & (x <= frame.width) & (y >= 0) & (y <= frame.height)).all()


def test_places_all_over_the_world_get_a_map_of_the_world() -> None:
    assert fitting_projection(np.array(WORLD, float)) == Projection(None)
    near = fitting_projection(np.array(NEW_ZEALAND_AND_FIJI, float)).middle
    assert near is not None
    assert abs(near[1]) > 170


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25))
def test_a_hull_has_all_points_and_turns_one_way(points: list[tuple[int, int]]) -> None:
    hull = convex_hull(np.array(points, float))
    assert set(hull) <= {(float(x), float(y)) for x, y in points}
    if len(hull) > 2:
        for (ax, ay), (bx, by) in zip(hull, [*hull[1:], hull[0]], strict=True):
            assert all((bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0 for x, y in points)


def test_few_reps_all_look_different() -> None:
    styles = styles_of(np.zeros((0, 2)), (np.zeros(0, np.int64),), COLOURS * SHAPES)
    assert len(set(styles)) == COLOURS * SHAPES


def test_many_reps_differ_from_their_neighbours() -> None:
    """Ten by ten territories beside each other, each of 25 accounts: those that share a side have different colours or shapes."""
    rows, columns = np.divmod(np.arange(100), 10)
    offsets = np.stack(np.meshgrid(np.arange(5), np.arange(5)), axis=-1).reshape(-1, 2) * 18
    corners = np.stack([columns, rows], axis=1) * 90.0
    points: Real = (corners[:, None, :] + offsets[None, :, :]).reshape(-1, 2)
    owners = np.repeat(np.arange(100), 25)
    styles = styles_of(points, (owners,), 100)
    beside = [(r * 10 + c, r * 10 + c + 1) for r in range(10) for c in range(9)] + [
        (r * 10 + c, r * 10 + c + 10) for r in range(9) for c in range(10)
    ]
    assert all(styles[a] != styles[b] for a, b in beside)
    assert sum(styles[a][0] == styles[b][0] for a, b in beside) <= len(beside) // 20
