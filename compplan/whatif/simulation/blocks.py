"""Draws of whole stretches of history: for every stretch of the period, one of the past at the same place in its season.

Each draw goes back into the urn together with a copy of itself (Blackwell and MacQueen's urn, which is how a Bayesian bootstrap predicts:
Rubin, The Annals of Statistics 9, 1981), so that replicates differ by what the next months bring and by what the past might have been. With
nothing but independent draws, a forecast from n stretches would be narrower than it may be: the mean of the past is not known exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from compplan.calendar import Calendar, FiscalPeriod
from compplan.engine.relations import RECORDS, quoted
from compplan.engine.replicates.keys import DRAWS
from compplan.engine.steps import Months
from compplan.immutable import immutable
from compplan.schema import MONTHS_IN, Period
from compplan.whatif.simulation.draws import CALLED, COPY, LATER
from compplan.whatif.simulation.history import DAYS, History, unit_of
from compplan.whatif.simulation.kinds import DrawnKind, names_of
from compplan.whatif.simulation.settings import COMPANY, Season, Settings

if TYPE_CHECKING:
    import duckdb
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
    """All that is drawn in blocks of so many months. Copies are numbered by unit, month of the past and month of the period."""

    history: History
    settings: Settings
    strata: tuple[Stratum, ...]
    names: str
    first: int = 1

    @property
    def size(self) -> int:
        """How many months a block has."""
        return MONTHS_IN[self.settings.blocks]

    @property
    def last(self) -> int:
        """The number of the last copy."""
        return self.first + len(self.history.units) * self.past_months * self.asked_months - 1

    @property
    def choices(self) -> int:
        """About how many copies a replicate takes."""
        return len(self.history.units) * self.asked_months

    @property
    def rows(self) -> int:
        """About how many records are in them."""
        return self.history.counted * self.asked_months // self.past_months

    @property
    def words(self) -> tuple[str, ...]:
        """What is drawn from what."""
        return tuple(_words(self))

    def moves(self) -> Iterator[tuple[int, int]]:
        """Each month of the past with each month of the period that it may stand for, in order."""
        pairs = {(p + i, a + i) for s in self.strata for p in s.past for a in s.asked for i in range(self.size)}
        past, asked = self.history.past, self.history.months
        yield from sorted((p, a) for p, a in pairs if past.first <= p <= past.last and asked.first <= a <= asked.last)

    def create(self, connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
        """The relation `blocks`: for each unit and month of the past, a copy for each month that it may stand for."""
        moves, units = list(self.moves()), self.history.units
        past, asked = [p for p, _ in moves], [a for _, a in moves]
        firsts = [calendar.start_of_month(a) for a in asked]
        lasts = [calendar.start_of_month(a + 1) - timedelta(days=1) for a in asked]
        called = [f"~{FiscalPeriod('month', a).label}" for a in asked]
        copy = f"{self.first} + (u.number * {self.past_months} + v.past - {self.history.past.first}) * {self.asked_months}"
        connection.execute(
            f"""CREATE TABLE {DRAWS}.blocks AS
            SELECT u.unit, v.past, v.first, v.last, v.called, CAST({copy} + v.asked - {self.history.months.first} AS INTEGER) AS copy
            FROM (SELECT unnest(?) AS unit, unnest(?::INTEGER[]) AS number) u CROSS JOIN (SELECT unnest(?::INTEGER[]) AS past,
                unnest(?::INTEGER[]) AS asked, unnest(?::DATE[]) AS first, unnest(?::DATE[]) AS last, unnest(?) AS called) v""",
            [list(units), list(range(len(units))), past, asked, firsts, lasts, called],
        )

    def moved(self, kind: DrawnKind, table: str) -> str | None:
        """A query of the rows of a table of the kind, moved."""
        day = quoted(kind.dated)
        later = f"CAST(least(v.first + d.passed, v.last) - r.{day} AS INTEGER)"
        return f"""SELECT r.*, v.copy AS {COPY}, {later} AS {LATER}, v.called AS {CALLED}
            FROM {RECORDS}.{quoted(table)} r JOIN {DRAWS}.{DAYS} d ON d.day = r.{day}
            JOIN {DRAWS}.blocks v ON v.unit = {unit_of(kind)} AND v.past = d.month"""

    def choose(self, replicates: range, seed: int) -> tuple[Numbers, Numbers]:
        """The copies that replicates take."""
        return _choose(self, replicates, seed)

    def copies(self, units: Numbers, past: Numbers, asked: int) -> Numbers:
        """The numbers of copies: a unit's records of a month of the past, in a month of the period."""
        return (
            self.first + (units * self.past_months + past - self.history.past.first) * self.asked_months + asked - self.history.months.first
        )

    @property
    def past_months(self) -> int:
        """How many months the past has."""
        return self.history.past.last - self.history.past.first + 1

    @property
    def asked_months(self) -> int:
        """How many months are drawn."""
        return self.history.months.last - self.history.months.first + 1


def blocks_of(history: History, kinds: Sequence[DrawnKind], settings: Settings) -> Blocks:
    """The stretches of kinds that are drawn, and from which."""
    size = MONTHS_IN[settings.blocks]
    past = _starts(history.past, size, whole=True) or [history.past.first // size * size]
    strata: dict[int, tuple[list[int], list[int]]] = {}
    for asked in _starts(history.months, size, whole=False):
        strata.setdefault(_place(asked, settings.season), ([], []))[1].append(asked)
    for first in past:
        if _place(first, settings.season) in strata:
            strata[_place(first, settings.season)][0].append(first)
    drawn = tuple(Stratum(tuple(p), tuple(a)) for p, a in strata.values())
    return Blocks(history, settings, drawn, names_of(kinds))


def _words(blocks: Blocks) -> Iterator[str]:
    settings, history = blocks.settings, blocks.history
    whose = "the whole company" if settings.each == COMPANY else f"each {settings.each}"
    yield (
        f"{blocks.names} of {settings.period.label} are drawn from {history.counted:,} records of {history.spelled}, "
        f"for {whose} a {settings.blocks} at a time; a {settings.blocks} may stand for {_PLACES[settings.season]}."
    )
    if any(len(s.past) == 1 for s in blocks.strata):
        yield (
            f"Some {settings.blocks}s of the period have only one of the past that may stand for them, and do not vary: "
            "name a longer history, or a shorter season."
        )
    if any(not s.past for s in blocks.strata):
        yield f"For some {settings.blocks}s of the period nothing of the past may stand: they are empty. Name a longer history."


def _starts(months: Months, size: int, *, whole: bool) -> list[int]:
    """The first months of the blocks in some months: those wholly within, or all that reach into them."""
    starts = range(months.first // size * size, months.last + 1, size)
    return [s for s in starts if not whole or (s >= months.first and s + size - 1 <= months.last)]


def _place(month: int, season: Season) -> int:
    """Which place a block has in its season."""
    return month % MONTHS_IN[_PERIOD[season]] if season != "none" else 0


_PLACES = {"none": "any other", "quarter": "another at the same place in a quarter", "year": "the same of another year"}
_PERIOD: dict[Season, Period] = {"quarter": "quarter", "year": "year"}


def _choose(blocks: Blocks, replicates: range, seed: int) -> tuple[Numbers, Numbers]:
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
