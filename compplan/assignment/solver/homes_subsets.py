"""Which items an option takes at their prices: shares of them within a band, or whole ones below its upper end. For searching."""

from __future__ import annotations

import numpy as np

from compplan.assignment.homes_bound import whole_units
from compplan.assignment.problem import Real, Whole


def priced_sets(reduced: Real, weight: Real, low: float, high: float) -> tuple[Real, Real, Real]:
    """For each column of `reduced` (items x options), the least of a set of shares of items whose weight lies between `low` and `high`.

    And the shares (items x options), and what a unit of the band is worth at each option: above zero where less weight is wanted. Items are
    taken in order of what they cost for each unit of weight.
    """
    shares = (reduced < 0).astype(float)
    price = np.zeros(reduced.shape[1])
    worth: Real = np.minimum(reduced, 0).sum(axis=0)
    load = weight @ shares
    outside = np.nonzero((load > high) | (load < low))[0]
    heavy = np.nonzero(weight > 0)[0]
    if not len(outside) or not len(heavy):
        return worth, shares, price
    part, size = reduced[np.ix_(heavy, outside)], weight[heavy]
    order = np.argsort(part / size[:, None], axis=0)
    filled = np.cumsum(size[order], axis=0)
    end = np.where(load[outside] > high, high, low)
    critical = np.minimum((filled < end).sum(axis=0), len(heavy) - 1)
    column = np.arange(len(outside))
    before = np.where(critical > 0, filled[np.maximum(critical - 1, 0), column], 0.0)
    row = order[critical, column]
    some = np.zeros(part.shape)
    np.put_along_axis(some, order, (np.arange(len(heavy))[:, None] < critical[None, :]).astype(float), axis=0)
    some[row, column] = np.clip((end - before) / size[row], 0, 1)
    some[~np.isfinite(part)] = 0
    shares[np.ix_(heavy, outside)] = some
    price[outside] = np.where(np.isfinite(part[row, column]), -part[row, column] / size[row], 0.0)
    worth[outside] = (np.where(shares[:, outside] > 0, reduced[:, outside], 0) * shares[:, outside]).sum(axis=0)
    return worth, shares, price


def whole_steps(reduced: Real, weight: Real, high: float) -> int:
    """How many steps of dynamic programming `whole_sets` takes."""
    return int((reduced < 0).sum()) * (whole_units(weight.astype(np.int64), int(high))[1] + 1)


def whole_sets(reduced: Real, weight: Real, high: float) -> tuple[Real, Real]:
    """For each column of `reduced`, the least of a set of whole items of a weight of at most `high`; and the sets, as zeros and ones."""
    size, room = whole_units(weight.astype(np.int64), int(high))
    paying = np.nonzero((reduced < 0).any(axis=1) & (size <= room))[0]
    columns = reduced.shape[1]
    best = np.zeros((columns, room + 1))
    took = np.zeros((len(paying), columns, room + 1), bool)
    for step, i in enumerate(paying.tolist()):
        gain, w = reduced[i], int(size[i])
        rows = np.nonzero(gain < 0)[0]
        some = best[rows]
        better = some[:, : room + 1 - w] + gain[rows, None]
        took[step, rows, w:] = better < some[:, w:]
        some[:, w:] = np.minimum(some[:, w:], better)
        best[rows] = some
    return best[:, room], _traced(took, paying, size, room, len(reduced))


def _traced(took: Whole, paying: Whole, size: Whole, room: int, items: int) -> Real:
    sets = np.zeros((items, took.shape[1]))
    left = np.full(took.shape[1], room)
    column = np.arange(took.shape[1])
    for step in range(len(paying) - 1, -1, -1):
        taken = took[step, column, left]
        sets[paying[step], taken] = 1
        left = left - size[paying[step]] * taken
    return sets
