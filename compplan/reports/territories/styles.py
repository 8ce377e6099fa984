"""Which colour and shape stands for which rep: few of each, so that neighbours can be told apart, also by the colour-blind."""

from __future__ import annotations

import numpy as np

from compplan.assignment.problem import Real, Whole

COLOURS, SHAPES = 7, 2
ALIKE = np.array([[1.0, 0.3], [0.05, 0.0]])
"""How bad it is that neighbours share the colour and the shape, the colour alone, the shape alone, or nothing."""
CELL = 24
"""Units of the picture: accounts within a cell of this size and those around it are neighbours."""


def styles_of(points: Real, owners: tuple[Whole, ...], reps: int) -> tuple[tuple[int, int], ...]:
    """A colour and a shape for each rep, as numbers.

    `points` are the places of accounts in the picture (n x 2, not a number where there is none), `owners` the reps of the accounts before
    and after. Reps are styled one by one, those with most neighbours first, each as unlike its neighbours as can be.
    """
    near = _neighbours(points, owners, reps)
    styles = [(j % COLOURS, j // COLOURS) for j in range(COLOURS * SHAPES)]
    if reps <= len(styles):
        return tuple(styles[:reps])
    chosen: dict[int, tuple[int, int]] = {}
    used = dict.fromkeys(styles, 0)
    for rep in np.argsort(-near.sum(axis=1), kind="stable").tolist():
        chosen[rep] = min(styles, key=lambda s: (_clash(s, near[rep], chosen), used[s], s))
        used[chosen[rep]] += 1
    return tuple(chosen[j] for j in range(reps))


def _clash(style: tuple[int, int], near: Real, chosen: dict[int, tuple[int, int]]) -> float:
    return round(sum(float(near[j]) * float(ALIKE[int(s[0] != style[0]), int(s[1] != style[1])]) for j, s in chosen.items()), 6)


def _neighbours(points: Real, owners: tuple[Whole, ...], reps: int) -> Real:
    """How much any two reps have to do with each other on the map: how often accounts of both lie in or beside a cell."""
    shown = ~np.isnan(points).any(axis=1)
    near = np.zeros((reps, reps))
    if not shown.any():
        return near
    cells = (points[shown] // CELL).astype(int)
    cells -= cells.min(axis=0)
    wide, high = (cells.max(axis=0) + 3).tolist()
    for owner in owners:
        counts = np.zeros((wide, high, reps))
        mine = owner[shown] >= 0
        np.add.at(counts, (cells[mine, 0] + 1, cells[mine, 1] + 1, owner[shown][mine]), 1)
        around = sum(np.roll(counts, (dx, dy), axis=(0, 1)) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        near += np.sqrt(counts).reshape(-1, reps).T @ np.sqrt(np.asarray(around)).reshape(-1, reps)
    np.fill_diagonal(near, 0)
    return np.asarray(near)
