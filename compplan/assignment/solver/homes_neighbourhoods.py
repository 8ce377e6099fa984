"""Divides what some neighbouring reps have among them anew, and gives those of them without a home other places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compplan.assignment.homes import Options
from compplan.assignment.problem import Flags, Problem, Real, Whole, loads_of
from compplan.assignment.solver.homes_model import Choice, Chosen, solve_choice


@dataclass(frozen=True, eq=False)
class Seated:
    """An assignment with places: the rep of each item, and the option of each rep."""

    assigned: Whole
    seat: Whole


@dataclass(frozen=True, eq=False)
class Pool:
    """The pairs and options that are worth a look: what they cost at least beyond the bound, and what being outside of a band costs.

    `item_prices` are what the relaxation pays for each item.
    """

    problem: Problem
    options: Options
    pair_above: Real
    option_above: Real
    outside: Real
    item_prices: Real


def choice_among(pool: Pool, now: Seated, reps: Whole, most_pairs: int, at_most: float) -> tuple[Choice, tuple[Flags, Flags]] | None:
    """What these reps (rising) have, to be divided anew, with what they have now to start from.

    Of the pairs that cost at most so much beyond the bound, the `most_pairs` cheapest; of the options that others have, none.
    """
    problem, options = pool.problem, pool.options
    items = np.nonzero(np.isin(now.assigned, reps))[0]
    if not len(items):
        return None
    of_class = options.of_class
    class_of = np.zeros(len(problem.reps), np.int64)
    for number, members in enumerate(options.members):
        class_of[list(members)] = number
    classes = np.unique(class_of[reps])
    elsewhere = np.setdiff1d(np.arange(len(problem.reps)), reps)
    occupied = options.place[now.seat[elsewhere]]
    free = ~np.isin(options.place, occupied[occupied >= 0])
    open_ = np.nonzero(np.isin(of_class, classes) & free & (pool.option_above <= at_most))[0]
    open_ = np.union1d(open_, now.seat[reps])
    above = pool.pair_above[np.ix_(items, open_)]
    mine = now.seat[now.assigned[items]][:, None] == open_[None, :]
    wanted = mine | (above <= _threshold(above, most_pairs, at_most))
    wanted &= options.eligible(problem)[np.ix_(items, open_)] | mine
    used = wanted.any(axis=0) | np.isin(open_, now.seat[reps])
    open_, wanted = open_[used], wanted[:, used]
    item, option = np.nonzero(wanted)
    loads = loads_of(problem, now.assigned)
    inside = bool(((loads >= problem.least) & (loads <= problem.most))[np.ix_(problem.hard, reps)].all())
    rep = options.rep[open_]
    choice = Choice(
        items,
        item,
        option,
        options.cost[items[item], open_[option]].astype(float),
        rep,
        np.searchsorted(classes, of_class[open_]),
        options.place[open_],
        np.array([int((class_of[reps] == c).sum()) for c in classes]),
        _moves_left(problem, now, items),
        np.where(inside & problem.hard[:, None], np.inf, pool.outside[:, rep]),
    )
    start = (open_[option] == now.seat[now.assigned[items]][item], np.isin(open_, now.seat[reps]))
    return choice, start


def divided_with_places(
    pool: Pool, now: Seated, reps: Whole, most_pairs: int, at_most: float, seconds: float, nodes: int | None
) -> tuple[Seated, Chosen] | None:
    """The assignment with what these reps have divided anew, and how the search for it ended; None where nothing was found."""
    found = choice_among(pool, now, reps, most_pairs, at_most)
    if found is None:
        return None
    choice, start = found
    chosen = solve_choice(pool.problem, choice, start, seconds, nodes, 1e-5)
    if chosen is None:
        return None
    open_ = _numbers(pool, choice)
    return _seated(pool, now, reps, choice, open_, chosen), chosen


def _numbers(pool: Pool, choice: Choice) -> Whole:
    """The options of a choice by their numbers among all."""
    at = {(int(r), int(p)): o for o, (r, p) in enumerate(zip(pool.options.rep.tolist(), pool.options.place.tolist(), strict=True))}
    return np.array([at[int(r), int(p)] for r, p in zip(choice.rep.tolist(), choice.place.tolist(), strict=True)], np.int64)


def _seated(pool: Pool, now: Seated, reps: Whole, choice: Choice, open_: Whole, chosen: Chosen) -> Seated:
    """Gives each option that was chosen to a rep of its class: to the one who had it, if there is one."""
    taken = open_[chosen.options]
    seat = now.seat.copy()
    holder = {int(seat[j]): int(j) for j in reps.tolist() if seat[j] in taken}
    waiting = [int(j) for j in reps.tolist() if j not in holder.values()]
    for o in taken.tolist():
        if o not in holder:
            members = pool.options.members[int(pool.options.of_class[o])]
            j = next(w for w in waiting if w in members)
            waiting.remove(j)
            holder[o], seat[j] = j, o
    assigned = now.assigned.copy()
    for item, option in zip(choice.items[choice.item[chosen.pairs]].tolist(), open_[choice.option[chosen.pairs]].tolist(), strict=True):
        assigned[item] = holder[option]
    return Seated(assigned, seat)


def _threshold(above: Real, most: int, at_most: float) -> float:
    if above.size <= most:
        return at_most
    return min(at_most, float(np.partition(above.ravel(), most)[most]))


def _moves_left(problem: Problem, now: Seated, items: Whole) -> int | None:
    if problem.most_moves is None:
        return None
    elsewhere = np.setdiff1d(np.arange(len(now.assigned)), items)
    return problem.most_moves - int(problem.moved[elsewhere, now.assigned[elsewhere]].sum())


class Neighbours:
    """Draws reps who are near each other, at least one of them without a home, from where much is paid beyond what items are worth.

    Remembers who was taken last.
    """

    def __init__(self, pool: Pool, homeless: tuple[int, ...]) -> None:
        self.problem, self.options, self.item_prices = pool.problem, pool.options, pool.item_prices
        self.homeless = np.array(homeless, np.int64)
        self.last = np.zeros(len(pool.problem.reps))
        self.round = 0

    def draw(self, now: Seated, size: int, random: np.random.Generator) -> Whole:
        """So many reps, rising."""
        self.round += 1
        paid = self._paid(now)[self.homeless]
        chances = (paid + paid.mean() + 1e-9) * np.minimum(self.round - self.last[self.homeless], len(self.last)) ** 2
        first = int(random.choice(self.homeless, p=chances / chances.sum()))
        dearer = self._dearer(now, first) * (1 + 0.3 * random.random(len(self.last)))
        dearer[first] = -np.inf
        chosen = np.sort(np.argsort(dearer, kind="stable")[:size])
        self.last[chosen] = self.round
        return chosen

    def _paid(self, now: Seated) -> Real:
        """What each rep's items cost beyond their prices, above the rep for whom that is least."""
        above = self.options.cost[np.arange(len(now.assigned)), now.seat[now.assigned]] - self.item_prices
        by_rep = np.bincount(now.assigned, above, len(self.last))
        return by_rep - by_rep[self.homeless].min()  # type: ignore[no-any-return]

    def _dearer(self, now: Seated, first: int) -> Real:
        """How much dearer a mean item of one rep would be at the other, and the other way: for each rep."""
        cost = np.where(self.problem.eligible, self.options.cost[:, now.seat].astype(float), np.nan)
        mine = now.assigned == first
        own = cost[np.arange(len(now.assigned)), now.assigned]
        away = np.zeros(len(self.last))
        if mine.any():
            away = np.nan_to_num(cost[mine] - own[mine, None], nan=np.nanmax(cost)).mean(axis=0)
        here = np.nan_to_num(cost[:, first] - own, nan=float(np.nanmax(cost)))
        counts = np.bincount(now.assigned, minlength=len(self.last))
        back = np.bincount(now.assigned, here, len(self.last)) / np.maximum(counts, 1)
        return away + np.where(counts > 0, back, 0.0)
