"""What no assignment can go below, wherever the reps without a home are put: from prices, in whole numbers, with no solver.

Each item is paid its price by whoever takes it. For each rep and place, what is then the least that a set of items costs which keeps
the rep's bands is worked out alone, never too high; of alike reps, so many different places are taken as there are of them. With a price
q of each place, which is not below zero, and with v(h, k) the least of a rep alike to h at place k, all together cost at least

    sum of the items' prices + sum over classes of the n(h) least of (v(h, k) + q(k))  -  sum of q

which is the Lagrangian bound of capacitated location with the assignment relaxed (Geoffrion 1974; Sridharan 1995): a rep who has a home
is a class of its own with one place. v is the better of two figures that are both never too high. The first has the band of one measure
priced anew for each place, at whatever whole price is best; the second keeps the upper end of that band for items that cannot be divided,
by dynamic programming over the measure's whole units. The other bands have the prices that are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np

from compplan.assignment.bound import PRICE_UNIT, Prices, check_prices
from compplan.assignment.homes import Homes, Options, options_of
from compplan.assignment.problem import NO_LIMIT, Problem, Whole

MOST_STEPS = 400_000_000
"""So many steps of dynamic programming at most, for one class; beyond that, the priced band alone says what is the least."""
_CHUNK = 4_000_000


@dataclass(frozen=True, eq=False)
class HomePrices:
    """Prices in millionths of a unit of cost: of each item, of each place (not below zero), of each measure at each rep, and of a move.

    `measures` is measures x reps; alike reps have the same. `kept` is the measure whose band is kept, None where none is.
    """

    items: Whole
    places: Whole
    measures: Whole
    move: int = 0
    kept: int | None = None


def homes_bound(problem: Problem, homes: Homes, prices: HomePrices) -> int:
    """What no assignment that keeps the rules goes below wherever the reps without a home are put, in millionths of a unit of cost.

    Raises ValueError where a price cannot be one, or the kept band is no rule; OverflowError where it cannot be worked out exactly.
    """
    _check(problem, homes, prices)
    options = options_of(problem, homes)
    total = int(sum(prices.items.tolist())) - int(sum(prices.places.tolist()))
    if problem.most_moves is not None:
        total -= prices.move * problem.most_moves
    least = options_least(problem, options, prices)
    for number, members in enumerate(options.members):
        part = slice(int(options.first[number]), int(options.first[number + 1]))
        place = options.place[part]
        worth = least[part] + np.where(place >= 0, prices.places[place], 0)
        total += int(sum(np.sort(worth)[: len(members)].tolist()))
    return total


def options_least(problem: Problem, options: Options, prices: HomePrices) -> Whole:
    """For each option, what a set of items costs at least that keeps the rep's bands, its items being paid for: in millionths."""
    least = np.empty(len(options.place), np.int64)
    for number, members in enumerate(options.members):
        j = members[0]
        items = np.nonzero(problem.eligible[:, j])[0]
        paid = -prices.items[items]
        ends = 0
        for k, weight in enumerate(problem.weights):
            price = int(prices.measures[k, j])
            paid = paid - weight[items, j] * price
            ends += price * int(problem.least[k, j] if price > 0 else problem.most[k, j]) if price else 0
        if problem.most_moves is not None:
            paid = paid + problem.moved[items, j] * prices.move
        weight = np.zeros(len(items), np.int64) if prices.kept is None else problem.weights[prices.kept][items, j]
        low = -NO_LIMIT if prices.kept is None else int(problem.least[prices.kept, j])
        high = NO_LIMIT if prices.kept is None else int(problem.most[prices.kept, j])
        begin, end = int(options.first[number]), int(options.first[number + 1])
        step = max(1, _CHUNK // max(len(items), 1))
        for at in range(begin, end, step):
            reduced = options.cost[items, at : min(at + step, end)] * PRICE_UNIT + paid[:, None]
            least[at : min(at + step, end)] = np.maximum(
                least_if_priced(reduced, weight, low, high), least_if_whole(reduced, weight, high, end - begin)
            )
        least[begin:end] += ends
    return least


def least_if_priced(reduced: Whole, weight: Whole, low: int, high: int) -> Whole:
    """For each column of `reduced` (items x places), the least of a set of items whose weight lies between `low` and `high`, or less.

    The band has a price m of its own in each column: then a set costs at least the sum of min(0, reduced + m x weight), less m x the
    upper end, or the lower one where m is below zero. That holds for every m; the best one is a ratio at which an item begins to pay.
    """
    free: Whole = np.minimum(reduced, 0).sum(axis=0)
    load = (weight[:, None] * (reduced < 0)).sum(axis=0)
    outside = np.nonzero((load > high) | (load < low))[0]
    if not len(outside) or not weight.any():
        return free
    part = reduced[:, outside]
    heavy = weight > 0
    part_heavy, weight_heavy = part[heavy], weight[heavy]
    ratio = -(part_heavy // weight_heavy[:, None])
    order = np.argsort(-ratio, axis=0, kind="stable")
    filled = np.cumsum(weight_heavy[order], axis=0)
    over = load[outside] > high
    critical = np.where(over, (filled <= high).sum(axis=0), (filled < low).sum(axis=0))
    row = np.take_along_axis(order, np.minimum(critical, len(weight_heavy) - 1)[None, :], axis=0)
    price = np.take_along_axis(ratio, row, axis=0)[0]
    most = 2**60 // max(int(weight.sum()), high if high < NO_LIMIT else 0, low)
    price = np.where(over, np.clip(price, 0, most), np.clip(price, -most, 0))
    worth = np.minimum(part_heavy + weight_heavy[:, None] * price[None, :], 0).sum(axis=0)
    worth = worth + np.minimum(part[~heavy], 0).sum(axis=0) - price * np.where(over, high, low)
    free[outside] = np.maximum(free[outside], worth)
    return free


def least_if_whole(reduced: Whole, weight: Whole, high: int, columns: int) -> Whole:
    """For each column of `reduced`, the least of a set of items that cannot be divided, of a weight of at most `high`.

    Where that would take more than `MOST_STEPS` steps for `columns` columns like these, the items are taken without a limit instead.
    """
    free: Whole = np.minimum(reduced, 0).sum(axis=0)
    paying = reduced < 0
    over = np.nonzero(weight @ paying > high)[0]
    if not len(over):
        return free
    size, room = whole_units(weight, high)
    if int(paying[:, over].sum()) * (room + 1) * columns > MOST_STEPS * max(reduced.shape[1], 1):
        return free
    best = np.zeros((len(over), room + 1), np.int64)
    for i in np.nonzero(paying[:, over].any(axis=1) & (size <= room))[0].tolist():
        gain, w = reduced[i, over], int(size[i])
        rows = np.nonzero(gain < 0)[0]
        some = best[rows]
        some[:, w:] = np.minimum(some[:, w:], some[:, : room + 1 - w] + gain[rows, None])
        best[rows] = some
    free[over] = best[:, room]
    return free


def whole_units(weight: Whole, high: int) -> tuple[Whole, int]:
    """The weights and the upper end, divided by the largest number that divides all of the weights."""
    unit = gcd(*weight.tolist()) or 1
    return weight // unit, max(high // unit, 0)


def _check(problem: Problem, homes: Homes, prices: HomePrices) -> None:
    check_prices(problem, Prices(prices.measures, prices.move))
    if (prices.places < 0).any():
        raise ValueError("a price of a place is below zero")
    if prices.kept is not None and not problem.hard[prices.kept]:
        raise ValueError("the band that is kept is no rule")
    if any(len({tuple(prices.measures[:, j].tolist()) for j in c}) > 1 for c in options_of(problem, homes).members):
        raise ValueError("reps who are alike have different prices")
    largest = (int(np.abs(problem.cost).max(initial=0)) + int(np.abs(homes.travel).max(initial=0))) * PRICE_UNIT
    largest += int(np.abs(prices.items).max(initial=0)) + int(problem.moved.max(initial=0)) * prices.move
    for weight, price in zip(problem.weights, prices.measures, strict=True):
        largest += int(np.abs(weight).max(initial=0)) * int(np.abs(price).max(initial=0))
    if largest * max(len(problem.items), 1) * 4 >= 2**62:
        raise OverflowError("costs, measures or prices are too large to be worked out exactly")
