"""Writes compplan/reports/territories/outline.json: coasts, borders of countries, and borders of states of the United States, simplified.

It is needed only when those change. Both sources are in the public domain: Natural Earth 1:50m (countries and land) and the cartographic
boundaries of the United States Census Bureau, 2017 (states). The npm packages world-atlas 2.0.2 and us-atlas 3.0.1 hold them as TopoJSON:

    npm pack world-atlas@2.0.2 us-atlas@3.0.1        (and unpack both)
    python tools/make_outline.py countries-50m.json states-10m.json
"""

from __future__ import annotations

import heapq
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
OUTLINE = HOME / "compplan" / "reports" / "territories" / "outline.json"
SOURCE = "Natural Earth 1:50m, and the United States Census Bureau's boundaries of states, 2017; both in the public domain; simplified."

UNIT = 100
"""Steps in a degree: about a kilometre each."""
LAND, STATES = 0.008, 0.004
"""Square degrees (of longitude at the equator): a bend whose triangle is smaller is straightened."""
ISLAND = 0.04
"""Square degrees: a smaller island is left out."""
SOUTHERNMOST = -60

Point = tuple[float, float]


def main() -> int:
    """Reads the two files that the command line names, and writes the outline."""
    if len(sys.argv) != 3:
        sys.stderr.write(__doc__ or "")
        return 2
    world, states = (json.loads(Path(p).read_text(encoding="utf-8")) for p in sys.argv[1:])
    rings = list(_rings(world["objects"]["land"]))
    arcs = [_straightened(a, LAND) for a in _arcs(world)]
    rings = [r for r in rings if _is_shown(_joined(arcs, r))]
    borders = sorted(_shared(world["objects"]["countries"]))
    inner = sorted(_shared(states["objects"]["states"]))
    lines = [_straightened(a, STATES) for n, a in enumerate(_arcs(states)) if n in set(inner)]
    used = sorted({_index(a) for r in rings for a in r} | set(borders))
    place = {old: new for new, old in enumerate(used)}
    outline = {
        "source": SOURCE,
        "unit": UNIT,
        "arcs": [_steps(arcs[a]) for a in used] + [_steps(line) for line in lines],
        "land": [[place[a] if a >= 0 else ~place[~a] for a in r] for r in rings],
        "countries": [place[a] for a in borders],
        "states": [len(used) + n for n in range(len(lines))],
    }
    OUTLINE.write_text(json.dumps(outline, separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(f"{OUTLINE}: {OUTLINE.stat().st_size:,} bytes\n")
    return 0


def _arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs in degrees (TopoJSON keeps them as steps from point to point)."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * kx + x0, y * ky + y0))
        arcs.append(points)
    return arcs


def _rings(shape: dict[str, Any]) -> Iterator[list[int]]:
    """The rings of a shape and of all within it, each as the numbers of its arcs; ~n is arc n turned round."""
    for inner in shape.get("geometries", ()):
        yield from _rings(inner)
    if shape["type"] == "Polygon":
        yield from shape["arcs"]
    if shape["type"] == "MultiPolygon":
        for polygon in shape["arcs"]:
            yield from polygon


def _shared(shapes: dict[str, Any]) -> set[int]:
    """The arcs that part two shapes."""
    owners = Counter(n for shape in shapes["geometries"] for n in {_index(a) for ring in _rings(shape) for a in ring})
    return {n for n, times in owners.items() if times > 1}


def _index(arc: int) -> int:
    return arc if arc >= 0 else ~arc


def _joined(arcs: list[list[Point]], ring: list[int]) -> list[Point]:
    points: list[Point] = []
    for number in ring:
        arc = arcs[_index(number)]
        points += arc[:: 1 if number >= 0 else -1][1 if points else 0 :]
    return points


def _is_shown(ring: list[Point]) -> bool:
    return len(ring) > 3 and abs(_area(ring)) >= ISLAND and max(y for _, y in ring) > SOUTHERNMOST


def _area(ring: list[Point]) -> float:
    """Square degrees of longitude at the equator, by the shoelace formula."""
    wide = math.cos(math.radians(sum(y for _, y in ring) / len(ring)))
    return wide * sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _straightened(points: list[Point], least: float) -> list[Point]:
    """Without the points whose triangle with their neighbours is smallest (Visvalingam and Whyatt 1993); the ends stay."""
    before, after = list(range(-1, len(points) - 1)), list(range(1, len(points) + 1))
    gone = [False] * len(points)
    size = [math.inf] * len(points)

    def measure(i: int) -> float:
        return abs(_area([points[before[i]], points[i], points[after[i]]]))

    heap = []
    for i in range(1, len(points) - 1):
        size[i] = measure(i)
        heapq.heappush(heap, (size[i], i))
    while heap and heap[0][0] < least:
        area, i = heapq.heappop(heap)
        if gone[i] or area != size[i]:
            continue
        gone[i] = True
        a, b = before[i], after[i]
        after[a], before[b] = b, a
        for j in (a, b):
            if 0 < j < len(points) - 1:
                size[j] = max(area, measure(j))
                heapq.heappush(heap, (size[j], j))
    return [p for p, out in zip(points, gone, strict=True) if not out]


def _steps(points: list[Point]) -> list[int]:
    """Whole steps: where it begins, and from each point to the next; points that fall together are one."""
    steps: list[int] = []
    last = (0, 0)
    for x, y in points:
        here = (round(x * UNIT), round(y * UNIT))
        if not steps or here != last:
            steps += [here[0] - last[0], here[1] - last[1]]
        last = here
    return steps


if __name__ == "__main__":
    raise SystemExit(main())
