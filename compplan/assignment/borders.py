"""Which items border on each other, and into which pieces a set of them falls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Borders:
    """A graph of so many items: `pairs` (k x 2) has each two that border on each other once, the smaller first, in rising order."""

    items: int
    pairs: NDArray[np.int64]

    @cached_property
    def neighbours(self) -> tuple[tuple[int, ...], ...]:
        """The items that each item borders on, in rising order."""
        near: list[list[int]] = [[] for _ in range(self.items)]
        for a, b in self.pairs.tolist():
            near[a].append(b)
            near[b].append(a)
        return tuple(tuple(sorted(each)) for each in near)

    @cached_property
    def parts(self) -> NDArray[np.int64]:
        """The part of the whole graph that each item lies in, named by its first item."""
        return self.pieces(np.zeros(self.items, np.int64))

    def pieces(self, group: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each item the first item of its piece: two are in one piece where a way leads over items of the same group alone."""
        inside = group[self.pairs[:, 0]] == group[self.pairs[:, 1]]
        first, second = self.pairs[inside].T
        label = np.arange(self.items)
        while (apart := label[first] != label[second]).any():
            first, second = first[apart], second[apart]
            a, b = label[first], label[second]
            np.minimum.at(label, np.maximum(a, b), np.minimum(a, b))
            while not np.array_equal(shorter := label[label], label):
                label = shorter
        return label

    def piece(self, start: int, among: NDArray[np.bool_]) -> list[int]:
        """The items that can be reached from `start` over those of `among` alone, `start` first."""
        reached, seen = [start], {start}
        for item in reached:
            for near in self.neighbours[item]:
                if among[near] and near not in seen:
                    seen.add(near)
                    reached.append(near)
        return reached

    def around(self, items: Iterable[int]) -> list[int]:
        """The items outside of `items` that border on one of them, in rising order."""
        inside = set(items)
        return sorted({near for item in inside for near in self.neighbours[item]} - inside)


def borders_between(items: int, pairs: NDArray[np.int64]) -> Borders:
    """The graph of pairs as they come (k x 2): either way round, any number of times, an item with itself left out."""
    turned = np.sort(np.asarray(pairs, np.int64).reshape(-1, 2), axis=1)
    turned = turned[turned[:, 0] != turned[:, 1]]
    return Borders(items, np.unique(turned, axis=0))
