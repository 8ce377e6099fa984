"""Draws of whole stretches of history: for every stretch of the period, one of the past at the same place in its season.

Each draw goes back into the urn together with a copy of itself (Blackwell and MacQueen's urn, which is how a Bayesian bootstrap predicts:
Rubin, The Annals of Statistics 9, 1981), so that replicates differ by what the next months bring and by what the past might have been. With
nothing but independent draws, a forecast from n stretches would be narrower than it may be: the mean of the past is not known exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from compplan.engine.steps import Months
from compplan.immutable import immutable
from compplan.schema import MONTHS_IN, Period
from compplan.whatif.simulation.history import History
from compplan.whatif.simulation.settings import Season, Settings

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]


@immutable
class Stratum:
    """Stretches of the past, by their first months in order, any of which may stand for each of the stretches of the period."""

    past: tuple[int, ...]
    asked: tuple[int, ...]


@immutable
class Blocks:
    """All that is drawn in blocks of so many months. Copies are numbered by unit, month of the past and month of the period, from 1 on."""

    history: History
    size: int
    strata: tuple[Stratum, ...]

    def moves(self) -> Iterator[tuple[int, int]]:
        """Each month of the past with each month of the period that it may stand for, in order."""
        pairs = {(p + i, a + i) for s in self.strata for p in s.past for a in s.asked for i in range(self.size)}
        past, asked = self.history.past, self.history.months
        yield from sorted((p, a) for p, a in pairs if past.first <= p <= past.last and asked.first <= a <= asked.last)

    def copies(self, units: Numbers, past: Numbers, asked: int) -> Numbers:
        """The numbers of copies: a unit's records of a month of the past, in a month of the period."""
        return 1 + (units * self.past_months + past - self.history.past.first) * self.asked_months + asked - self.history.months.first

    @property
    def past_months(self) -> int:
        """How many months the past has."""
        return self.history.past.last - self.history.past.first + 1

    @property
    def asked_months(self) -> int:
        """How many months are drawn."""
        return self.history.months.last - self.history.months.first + 1


def blocks_of(history: History, settings: Settings) -> Blocks:
    """The stretches that are drawn, and from which."""
    size = MONTHS_IN[settings.blocks]
    past = _starts(history.past, size, whole=True) or [history.past.first // size * size]
    strata: dict[int, tuple[list[int], list[int]]] = {}
    for asked in _starts(history.months, size, whole=False):
        strata.setdefault(_place(asked, settings.season), ([], []))[1].append(asked)
    for first in past:
        if _place(first, settings.season) in strata:
            strata[_place(first, settings.season)][0].append(first)
    return Blocks(history, size, tuple(Stratum(tuple(p), tuple(a)) for p, a in strata.values()))


def _starts(months: Months, size: int, *, whole: bool) -> list[int]:
    """The first months of the blocks in some months: those wholly within, or all that reach into them."""
    starts = range(months.first // size * size, months.last + 1, size)
    return [s for s in starts if not whole or (s >= months.first and s + size - 1 <= months.last)]


def _place(month: int, season: Season) -> int:
    """Which place a block has in its season."""
    return month % MONTHS_IN[_PERIOD[season]] if season != "none" else 0


_PERIOD: dict[Season, Period] = {"quarter": "quarter", "year": "year"}


def choose(blocks: Blocks, replicates: range, seed: int) -> tuple[Numbers, Numbers]:
    """The copies that replicates take: the replicate and the copy of each. A replicate's are those of its number and the seed alone."""
    import numpy as np

    history = blocks.history
    units = np.arange(len(history.units), dtype=np.int64)
    since = np.array(history.since, dtype=np.int64)
    count = sum(len(s.asked) for s in blocks.strata)
    uniform = np.stack([_uniform(seed, r, 2 * count * len(units)) for r in replicates]).reshape(len(replicates), 2 * count, len(units))
    numbers = np.repeat(np.arange(replicates.start, replicates.stop, dtype=np.int64)[:, None], len(units), axis=1)
    found, used = [], 0
    for stratum in (s for s in blocks.strata if s.past):
        urn = _Urn.of(stratum, since // blocks.size * blocks.size)
        drawn: list[Numbers] = []
        for asked in stratum.asked:
            drawn.append(urn.draw(drawn, uniform[:, used], uniform[:, used + 1]))
            used += 2
            for i in range(blocks.size):
                past = drawn[-1] + i
                fits = (urn.left > 0) & (past >= history.past.first) & (past <= history.past.last)
                if history.months.first <= asked + i <= history.months.last:
                    found.append((numbers[fits], blocks.copies(units, past, asked + i)[fits]))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate([n for n, _ in found]), np.concatenate([c for _, c in found])


@immutable
class _Urn:
    """The stretches of a stratum that each unit has: `left` of them, after those that were before it."""

    starts: Numbers
    skipped: Numbers
    left: Numbers
    weight: npt.NDArray[np.float64]

    @staticmethod
    def of(stratum: Stratum, since: Numbers) -> _Urn:
        import numpy as np

        starts = np.array(stratum.past, dtype=np.int64)
        skipped = np.searchsorted(starts, since)
        left = len(starts) - skipped
        return _Urn(starts, skipped, left, concentration(left, len(stratum.asked)))

    def draw(self, drawn: Sequence[Numbers], again: npt.NDArray[np.float64], which: npt.NDArray[np.float64]) -> Numbers:
        """One more draw for each replicate and unit: one of its stretches, or a copy of an earlier draw."""
        import numpy as np

        fresh = self.starts[np.minimum(self.skipped + (which * self.left).astype(np.int64), len(self.starts) - 1)]
        if not drawn:
            return fresh
        copied = np.take_along_axis(np.stack(drawn), (which * len(drawn)).astype(np.int64)[None], axis=0)[0]
        return np.where(again * (self.weight + len(drawn)) < len(drawn), copied, fresh)


def concentration(left: Numbers, asked: int) -> npt.NDArray[np.float64]:
    """How many draws the past counts for in the urn, where it has `left` stretches and so many are `asked`.

    A sum of m draws then varies as a sum of m new ones about the mean of n old ones does: by m + m m / n times their variance, of which
    the n old ones show (n - 1) / n. From m (1 + (m - 1) / (a + 1)) (n - 1) / n = m (1 + m / n) follows a + 1 = (m - 1) (n - 1) / (m + 1).
    """
    import numpy as np

    found: npt.NDArray[np.float64] = np.maximum((asked - 1) * (left - 1) / (asked + 1) - 1, 0.0)
    return found


def _uniform(seed: int, replicate: int, count: int) -> npt.NDArray[np.float64]:
    """Numbers from 0 up to 1; the bits of the generator are the same with every release of NumPy."""
    import numpy as np

    bits = np.random.Philox(key=np.array([seed, replicate], dtype=np.uint64)).random_raw(count)
    found: npt.NDArray[np.float64] = (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return found
