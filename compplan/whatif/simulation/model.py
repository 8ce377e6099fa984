"""Draws of single records, as many as a fitted model expects: each is one of the unit's own past, on any of its days of a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from compplan.calendar import Calendar, FiscalPeriod
from compplan.engine.relations import RECORDS, quoted
from compplan.engine.replicates.keys import DRAWS
from compplan.immutable import immutable
from compplan.whatif.simulation.draws import CALLED, COPY, LATER
from compplan.whatif.simulation.fit import TREND_FROM, Fit, fit
from compplan.whatif.simulation.history import DAYS, History, unit_of
from compplan.whatif.simulation.kinds import DrawnKind, names_of
from compplan.whatif.simulation.settings import COMPANY, Settings

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

TWICE = 6
"""A record stands at most so often in one month of a replicate."""


@immutable
class Past:
    """A kind's records of the past: of each unit the number of its first one among all, and how many it has; and the fitted model."""

    kind: str
    before: int
    starts: Numbers
    sizes: Numbers
    fitted: Fit


@immutable
class Model:
    """Draws by fitted models. A copy is a record of the past in a month of the period, the first, second ... time that it stands there."""

    history: History
    settings: Settings
    pasts: tuple[Past, ...]
    names: str
    first: int = 1

    @property
    def months(self) -> int:
        """How many months are drawn."""
        return self.history.months.last - self.history.months.first + 1

    @property
    def last(self) -> int:
        """The number of the last copy."""
        return self.first + self.history.counted * self.months * TWICE - 1

    @property
    def rows(self) -> int:
        """About how many records a replicate draws."""
        return self.history.counted * self.months // (self.history.past.last - self.history.past.first + 1)

    @property
    def choices(self) -> int:
        """About how many copies a replicate takes."""
        return self.rows

    @property
    def words(self) -> tuple[str, ...]:
        """What is drawn from what."""
        settings, history = self.settings, self.history
        season = {"none": "", "quarter": " a season within the quarter,", "year": " a season within the year,"}[settings.season]
        trend = " a trend" if history.past.last - history.past.first + 1 >= TREND_FROM else " no trend, as a year at least would show one,"
        whose = "the whole company" if settings.each == COMPANY else f"each {settings.each}"
        return (
            f"How many {self.names.lower()} {settings.period.label} has is drawn from a model that is fitted to {history.counted:,} "
            f"records of {history.spelled}:{season}{trend} and a level for {whose}.",
            f"Each is one of those records, of the same {settings.each}, on another day.",
        )

    def create(self, connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
        """The relations `past` (records with their numbers) and `targets` (the months, with what tells copies apart)."""
        months = range(self.history.months.first, self.history.months.last + 1)
        firsts = [calendar.start_of_month(m) for m in months]
        lasts = [calendar.start_of_month(m + 1) - timedelta(days=1) for m in months]
        labels = [f"~{FiscalPeriod('month', m).label}" for m in months]
        connection.execute(
            f"""CREATE TABLE {DRAWS}.targets AS
            SELECT m.first, m.last, CASE WHEN t = 0 THEN m.called ELSE m.called || '~' || (t + 1) END AS called,
                CAST(m.number * {TWICE} + t AS INTEGER) AS place
            FROM (SELECT unnest(?::DATE[]) AS first, unnest(?::DATE[]) AS last, unnest(?) AS called,
                unnest(range({len(months)})) AS number) m, range({TWICE}) AS r(t)""",
            [firsts, lasts, labels],
        )

    def moved(self, kind: DrawnKind, table: str) -> str | None:
        """A query of the rows of a table of the kind, moved."""
        day = quoted(kind.dated)
        same = " AND ".join(f"v.{quoted(f'key {n}')} = r.{quoted(n)}" for n in kind.kind.key)
        copy = f"{self.first} + v.number * {self.months * TWICE} + m.place"
        return f"""SELECT r.*, CAST({copy} AS INTEGER) AS {COPY}, CAST(least(m.first + d.passed, m.last) - r.{day} AS INTEGER) AS {LATER},
                m.called AS {CALLED}
            FROM {RECORDS}.{quoted(table)} r JOIN {DRAWS}.{DAYS} d ON d.day = r.{day}
            JOIN {DRAWS}.{quoted(f"past {kind.kind.name}")} v ON {same} CROSS JOIN {DRAWS}.targets m"""

    def choose(self, replicates: range, seed: int) -> tuple[Numbers, Numbers]:
        """The copies that replicates take."""
        import numpy as np

        found = [self._choose(r, seed) for r in replicates]
        numbers = np.repeat(np.arange(replicates.start, replicates.stop, dtype=np.int64), [len(c) for c in found])
        return numbers, np.concatenate(found) if found else numbers

    def _choose(self, replicate: int, seed: int) -> Numbers:
        import numpy as np

        random = np.random.Generator(np.random.Philox(key=np.array([seed, replicate], dtype=np.uint64)))
        places = [_placed(past, past.fitted.draw(random), random) for past in self.pasts]
        records, months = (np.concatenate([p[i] for p in places]) for i in (0, 1))
        cells = np.sort(records * self.months + months)
        begins = np.concatenate(([0], np.flatnonzero(np.diff(cells)) + 1)) if len(cells) else np.zeros(0, dtype=np.int64)
        times = np.arange(len(cells)) - np.repeat(begins, np.diff(np.append(begins, len(cells))))
        kept: Numbers = (self.first + cells * TWICE + times)[times < TWICE]
        return kept


def _placed(past: Past, numbers: Numbers, random: np.random.Generator) -> tuple[Numbers, Numbers]:
    """The records that are drawn, and the months that each stands in, by their place in the period.

    Each replicate weighs the records of the past anew (Rubin's Bayesian bootstrap): their mean is not known exactly either.
    """
    import numpy as np

    numbers = np.where(past.sizes[:, None] > 0, numbers, 0)
    units, months = (np.repeat(i.ravel(), numbers.ravel()) for i in np.indices(numbers.shape))
    weights = np.concatenate(([0.0], np.cumsum(random.standard_exponential(int(past.sizes.sum())))))
    low, high = weights[past.starts][units], weights[past.starts + past.sizes][units]
    which = np.searchsorted(weights, low + random.random(len(units)) * (high - low), side="right") - 1
    last = (past.starts + past.sizes)[units] - 1
    return past.before + np.clip(which, past.starts[units], last), months


def model_of(connection: duckdb.DuckDBPyConnection, history: History, kinds: Sequence[DrawnKind], settings: Settings) -> Model:
    """The fitted models of kinds, each with its records of the past in the relation `past KIND`."""
    pasts, before = [], 0
    for kind in kinds:
        past = _past(connection, history, kind, settings, before)
        pasts.append(past)
        before += int(past.sizes.sum())
    return Model(history, settings, tuple(pasts), names_of(kinds))


def _past(connection: duckdb.DuckDBPyConnection, history: History, kind: DrawnKind, settings: Settings, before: int) -> Past:
    import numpy as np

    day, name = quoted(kind.dated), f"{DRAWS}.{quoted(f'past {kind.kind.name}')}"
    keys = ", ".join(f"r.{quoted(n)} AS {quoted(f'key {n}')}" for n in kind.kind.key)
    number = f"row_number() OVER (ORDER BY {unit_of(kind)}, {', '.join(f'r.{quoted(n)}' for n in kind.kind.key)}) - 1 + {before}"
    connection.execute(
        f"""CREATE TABLE {name} AS SELECT {keys}, {unit_of(kind)} AS unit, d.month, {number} AS number
        FROM {RECORDS}.{quoted(kind.kind.name)} r JOIN {DRAWS}.{DAYS} d ON d.day = r.{day}
        WHERE d.month BETWEEN {history.past.first} AND {history.past.last}"""
    )
    months = range(history.past.first, history.past.last + 1)
    places = {unit: i for i, unit in enumerate(history.units)}
    counts = np.zeros((len(places), len(months)))
    for unit, month, count in connection.execute(f"SELECT unit, month, count(*) FROM {name} GROUP BY ALL").fetchall():
        counts[places[unit], month - history.past.first] = count
    sizes = counts.sum(axis=1).astype(np.int64)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    asked = range(history.months.first, history.months.last + 1)
    return Past(kind.kind.name, before, starts, sizes, fit(counts, history.since, list(months), list(asked), settings.season))
