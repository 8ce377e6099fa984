"""The levels of a pool's reps in whole numbers: the window, the bound, and re-basing. The proof stands in docs/routing.md.

A rep's **level** is load / weight, where the load is the quality that counts so far, in hundredths. Here a level is a whole number of
parts of 1 / `Pool.unit`, so that nothing is rounded. Q is the largest quality so far (or as the file states it), w the smallest weight.

    window = K x Q / w                 bound = (K + 1) x Q / w

A rep's `credit` is the quality of bad leads that was taken off and is not made up for yet, `owned` that of account owners' leads which
count and came since the window rule last chose the rep. What is kept, for every rep r and every rep s who is there and can take all that r
can take:

    (load of r - owned of r) / weight of r  <=  (load of s + credit of s) / weight of s + bound
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from compplan.assignment.routing.rules import Pool
from compplan.immutable import immutable


@immutable
class Levels:
    """What each member of a pool has: loads, credits and owned, in hundredths of quality.

    `there` has the members who were there when the window rule chose last; `largest` is Q.
    """

    loads: tuple[int, ...]
    credits: tuple[int, ...]
    owned: tuple[int, ...]
    there: frozenset[int] = frozenset()
    largest: int = 0


@immutable
class Raise:
    """A load that was raised without a lead, because its rep was away, is new, or the rules changed: by how much, in hundredths."""

    rep: str
    by: int


@immutable
class Held:
    """What a rep had in a pool under the rules before: weight, load, credit, owned, and whether the rep was there."""

    weight: int
    load: int
    credit: int
    owned: int
    there: bool


def no_levels(pool: Pool) -> Levels:
    """The levels of a pool that has given nothing yet."""
    zeros = (0,) * len(pool.members)
    return Levels(zeros, zeros, zeros, largest=pool.largest or 0)


def window_of(pool: Pool, largest: int) -> int:
    """How far above the lowest level one may be and still be chosen."""
    return pool.window.numerator * largest * pool.largest_factor // pool.window.denominator


def bound_of(pool: Pool, largest: int) -> int:
    """How far one rep is above another at most who could take the same leads, but for credits and owned leads."""
    return window_of(pool, largest) + largest * pool.largest_factor


def settled(pool: Pool, levels: Levels, there: frozenset[int]) -> tuple[Levels, tuple[Raise, ...]]:
    """The levels once these members are there: who was not there the last time is raised.

    To the lowest level of those who were; and so far that nobody who can take no more than they is ahead of them by more than the bound.
    """
    if there is levels.there or there == levels.there:
        return levels, ()
    base = _lowest(pool, levels, levels.there)
    return _raised(pool, replace(levels, there=there), dict.fromkeys(there - levels.there, base))


def rebased(pool: Pool, held: Mapping[str, Held], largest: int) -> tuple[Levels, tuple[Raise, ...]]:
    """The levels under changed rules: each level stays what it was, and whoever would be behind by more than the bound is raised.

    A member who is not in `held` is new, and is raised when first there.
    """
    had = [held.get(name) for name in pool.members]
    scaled = [
        (0, 0, 0) if h is None else tuple(-(-v * w // h.weight) for v in (h.load, h.credit, h.owned))
        for h, w in zip(had, pool.weights, strict=True)
    ]
    there = frozenset(i for i, h in enumerate(had) if h is not None and h.there)
    most = largest if pool.largest is None else pool.largest
    levels = Levels(tuple(v[0] for v in scaled), tuple(v[1] for v in scaled), tuple(v[2] for v in scaled), there, most)
    return _raised(pool, levels, dict.fromkeys(there))


def _lowest(pool: Pool, levels: Levels, members: frozenset[int]) -> int | None:
    """The lowest level of some members, as it would be without credits and owned leads; None of nobody."""
    standing = [(levels.loads[i] + levels.credits[i] - levels.owned[i]) * pool.factors[i] for i in members]
    return min(standing, default=None)


def _raised(pool: Pool, levels: Levels, bases: Mapping[int, int | None]) -> tuple[Levels, tuple[Raise, ...]]:
    """Raises each of these members to its base, and to no more than the bound below those who can take no more than it."""
    bound = bound_of(pool, levels.largest)
    ahead = [(load - owned) * f for load, owned, f in zip(levels.loads, levels.owned, pool.factors, strict=True)]
    loads, raises = list(levels.loads), []
    for s in sorted(bases):
        base = bases[s]
        targets = [ahead[r] - bound for r in pool.below[s]]
        if base is not None:
            targets.append(base)
        if not targets:
            continue
        by = -(-max(targets) // pool.factors[s]) - levels.credits[s] - levels.loads[s]
        if by > 0:
            loads[s] += by
            raises.append(Raise(pool.members[s], by))
    return (replace(levels, loads=tuple(loads)), tuple(raises)) if raises else (levels, ())


def given(levels: Levels, member: int, quality: int) -> Levels:
    """The levels after the window rule gave a lead to a member: it makes up for credits first, and ends what was owned."""
    credit, owned = levels.credits, levels.owned
    if credit[member]:
        credit = _added(credit, member, -min(quality, credit[member]))
    if owned[member]:
        owned = _added(owned, member, -owned[member])
    return Levels(_added(levels.loads, member, quality), credit, owned, levels.there, levels.largest)


def given_to_owner(levels: Levels, member: int, quality: int) -> Levels:
    """The levels after a lead that counts went to the owner of its account."""
    largest = max(levels.largest, quality)
    return replace(
        levels, loads=_added(levels.loads, member, quality), owned=_added(levels.owned, member, quality), largest=largest
    )  # fmt: skip


def credited(levels: Levels, member: int, quality: int, *, was_owned: bool) -> Levels:
    """The levels after a lead was given back as bad; `was_owned` where it had gone to the owner of its account."""
    owned = levels.owned
    if was_owned:
        owned = _added(owned, member, -min(quality, owned[member]))
    return replace(
        levels, loads=_added(levels.loads, member, -quality), credits=_added(levels.credits, member, quality), owned=owned
    )  # fmt: skip


def _added(values: tuple[int, ...], at: int, by: int) -> tuple[int, ...]:
    return (*values[:at], values[at] + by, *values[at + 1 :])


@immutable
class Excess:
    """The pair that is nearest to its bound, or beyond it: `ahead` is above `behind` by `by`, and `bound` is what it may be.

    Levels are in parts of 1 / `Pool.unit`; `bound` has the credit of the one and the owned leads of the other in it.
    """

    ahead: str
    behind: str
    by: int
    bound: int


def nearest_to_bound(pool: Pool, levels: Levels) -> Excess | None:
    """Of all pairs of which one is there and can take all that the other can take, the one with the least room; None without a pair."""
    plain = bound_of(pool, levels.largest)
    pairs = []
    for s in levels.there:
        for r in pool.below[s]:
            by = levels.loads[r] * pool.factors[r] - levels.loads[s] * pool.factors[s]
            bound = plain + levels.credits[s] * pool.factors[s] + levels.owned[r] * pool.factors[r]
            pairs.append((bound - by, pool.members[r], pool.members[s], by, bound))
    if not pairs:
        return None
    _, ahead, behind, by, bound = min(pairs)
    return Excess(ahead, behind, by, bound)
