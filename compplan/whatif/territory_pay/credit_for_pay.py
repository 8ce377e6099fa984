"""How much credit gives how much pay: a search over what plans pay several people at once, where more credit never pays anybody less.

What a person is paid may depend on what others have (a team's part, a gate of the company). So what is found is tried as a whole: with the
least credits that are given, all together, everybody is paid enough, and so with any more; with the most, nobody is paid too much, and so
with any less. It may be a little on the safe side, never on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from compplan.assignment.problem import Flags, Whole
from compplan.immutable import immutable

Pay = Callable[[Whole], Whole]
"""What each person is paid, in whole cents, where each has so much credit, in whole units."""

MOST_ROUNDS = 40


@immutable
class Found:
    """The credits, and for whom there is none."""

    credit: Whole
    impossible: Flags


def least_credit(pay: Pay, wanted: Whole, highest: Whole, narrow: int = 1, samples: Sequence[Whole] = ()) -> Found:
    """Credits, each up to the highest, with which everybody is paid what is wanted or more; no person's is far above what it takes.

    They are known to `narrow` units. `samples` are levels from low to high to look at first, of all at once.
    """
    return _search(pay, wanted, highest, narrow, samples)


def most_credit(pay: Pay, allowed: Whole, highest: Whole, narrow: int = 1, samples: Sequence[Whole] = ()) -> Found:
    """Credits, each up to the highest, with which nobody is paid more than allowed; no person's is far below what is possible."""
    turned = _search(lambda less: -pay(highest - less), -allowed, highest, narrow, [highest - level for level in reversed(samples)])
    return Found(np.where(turned.impossible, 0, highest - turned.credit), turned.impossible)


def _search(pay: Pay, wanted: Whole, highest: Whole, narrow: int, samples: Sequence[Whole]) -> Found:
    """Levels from 0 to the highest at which a nondecreasing function of all of them reaches what is wanted."""
    nothing = np.zeros_like(highest)
    at_nothing, at_most = pay(nothing), pay(highest)
    impossible: Flags = at_most < wanted
    enough = at_nothing >= wanted
    bracket = _Bracket(nothing, np.where(enough, 0, highest), at_nothing, np.where(enough, at_nothing, at_most))
    closing = ~enough & ~impossible
    for level in samples:
        bracket = _narrowed(bracket, level, pay(level), wanted, closing)
    level, step = _closed(pay, wanted, bracket, closing, narrow).high, narrow
    while True:
        failing = (pay(level) < wanted) & ~impossible
        if not failing.any():
            return Found(level, impossible)
        # Others had more when it was seen that this is enough: it takes more of its own or, if that is not enough, of theirs.
        growing = failing & (level < highest)
        growing = growing if growing.any() else level < highest
        level, step = np.where(growing, np.minimum(highest, level + step), level), 2 * step


@immutable
class _Bracket:
    """A level that is not enough for each, one that is, and what is paid at both."""

    low: Whole
    high: Whole
    at_low: Whole
    at_high: Whole


def _narrowed(bracket: _Bracket, level: Whole, paid: Whole, wanted: Whole, open_: Flags) -> _Bracket:
    """The bracket with what is paid at a level inside it, of those who are open."""
    open_ = open_ & (bracket.low < level) & (level < bracket.high)
    enough, short = open_ & (paid >= wanted), open_ & (paid < wanted)
    return _Bracket(
        np.where(short, level, bracket.low),
        np.where(enough, level, bracket.high),
        np.where(short, paid, bracket.at_low),
        np.where(enough, paid, bracket.at_high),
    )


def _closed(pay: Pay, wanted: Whole, bracket: _Bracket, closing: Flags, narrow: int) -> _Bracket:
    """The bracket of those who are closing, as narrow as it need be; the others stay at their high level."""
    for number in range(MOST_ROUNDS):
        open_ = closing & (bracket.high - bracket.low > narrow)
        if not open_.any():
            break
        level = np.where(open_, _between(bracket, wanted, narrow, number % 3 > 0), bracket.high)
        bracket = _narrowed(bracket, level, pay(level), wanted, open_)
    return bracket


def _between(bracket: _Bracket, wanted: Whole, narrow: int, halves: bool) -> Whole:
    """A level inside the bracket: the middle, or just beyond where a straight line reaches what is wanted, seen from the nearer end."""
    low, high = bracket.low, bracket.high
    rise = np.maximum(1, bracket.at_high - bracket.at_low).astype(float)
    line = low + np.rint(np.clip((wanted - bracket.at_low) / rise, 0, 1) * (high - low)).astype(np.int64)
    beyond = np.where(line - low < high - line, line + narrow // 2, line - (narrow + 1) // 2)
    return np.asarray(np.clip((low + high) // 2 if halves else beyond, low + 1, np.maximum(low + 1, high - 1)), np.int64)
