"""Bins of a distribution: of equal width with round edges, from exact figures, so that a figure on an edge counts where it should."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

from compplan.immutable import immutable

MOST_BINS = 20
_ROUND = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5), Fraction(10))
_FAR = 4
"""What is so many times as far from zero as the figures that all but a twentieth do not exceed is not drawn to scale."""


@immutable
class Bins:
    """Equal bins from `first` on; a figure belongs where it is not below the lower edge, and below the upper one.

    With `open_below` the first bin also holds everything below it, with `open_above` the last everything above.
    """

    first: Fraction
    width: Fraction
    count: int
    open_below: bool
    open_above: bool

    def edge(self, index: int) -> Fraction:
        """The lower edge of a bin."""
        return self.first + index * self.width

    def counts(self, figures: Sequence[Decimal | Fraction]) -> tuple[int, ...]:
        """How many figures are in each bin."""
        found = [0] * self.count
        for figure in figures:
            index = floor((Fraction(figure) - self.first) / self.width)
            found[min(max(index, 0), self.count - 1)] += 1
        return tuple(found)

    def words(self, index: int, shown: Callable[[Fraction], str]) -> str:
        """From where to where a bin goes."""
        low, high = shown(self.edge(index)), shown(self.edge(index + 1))
        if self.open_above and index == self.count - 1:
            return f"{low} and more"
        return f"below {high}" if self.open_below and index == 0 else f"{low} to {high}"

    def told(self, shown: Callable[[Fraction], str]) -> str:
        """What is to be known of open bins, as sentences; nothing where none is open."""
        said = []
        if self.open_below:
            said.append(f"The first bar counts all below {shown(self.edge(1))}.")
        if self.open_above:
            said.append(f"The last bar counts all from {shown(self.edge(self.count - 1))} on.")
        return " ".join(said)


def bins_of(*several: Sequence[Decimal | Fraction], most: int = MOST_BINS, with_zero: bool = True) -> Bins | None:
    """Bins for several distributions beside each other, zero among them where it belongs there; None where there is no figure."""
    figures = [Fraction(f) for one in several for f in one]
    if not figures:
        return None
    low, high = usual_range(figures) if with_zero else (min(figures), max(figures))
    width = _round_up((high - low) / (most - 2)) if high > low else Fraction(1)
    first = floor(low / width)
    count = floor(high / width) + 1 - first
    return Bins(first * width, width, count, min(figures) < low, max(figures) > high)


def usual_range(figures: Sequence[Decimal | Fraction]) -> tuple[Fraction, Fraction]:
    """From where to where figures go, zero among them; what is very far from all others is left out."""
    ordered = sorted(Fraction(f) for f in figures)
    if not ordered:
        return Fraction(0), Fraction(0)
    low, high = min(ordered[0], Fraction(0)), max(ordered[-1], Fraction(0))
    twentieth = len(ordered) // 20
    usual = max(abs(ordered[twentieth]), abs(ordered[-1 - twentieth]))
    if usual:
        low = -2 * usual if low < -_FAR * usual else low
        high = 2 * usual if high > _FAR * usual else high
    return low, high


def _round_up(value: Fraction) -> Fraction:
    """The next 1, 2, 2.5, 5 or 10 times a power of ten."""
    power = Fraction(1)
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(power * n for n in _ROUND if power * n >= value)
