"""A fitted model of how many records a month has: a season and a trend, a level for each unit, and how far months scatter around them.

A generalised linear model of counts with a log link, fitted by iteratively reweighted least squares (McCullagh and Nelder, Generalized
Linear Models, 2nd edition 1989, chapters 2 and 9.2: variances in proportion to the mean). These are chances, and nothing here is money.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compplan.immutable import immutable
from compplan.schema import MONTHS_IN
from compplan.whatif.simulation.settings import Season

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Reals = npt.NDArray[np.float64]

TREND_FROM = 12
"""So many months of the past show a trend."""
ROUNDS = 50
TOO_RARE = 0.5
"""What is added to a place of the season without any record, so that it is rare and not impossible."""


@immutable
class Fit:
    """A fitted model of one kind of record.

    `expected` has the logarithm of how many records a unit of average level has in each month that is asked, and `spread` how these
    logarithms vary together, as the model is not known exactly: a root of their covariance. `scatter` is by how much numbers of a unit vary
    more than chance alone (1 is chance), `shock` the variance of what all units have in common in a month. `counted` is how many records
    each unit had, and `exposed` how many a unit of average level would have had in the same months.
    """

    expected: Reals
    spread: Reals
    scatter: float
    shock: float
    counted: Reals
    exposed: Reals

    def draw(self, random: np.random.Generator) -> npt.NDArray[np.int64]:
        """How many records each unit has in each month that is asked, once."""
        import numpy as np

        drift = self.spread @ random.standard_normal(self.spread.shape[1])
        common = random.standard_normal(len(self.expected)) * np.sqrt(self.shock) - self.shock / 2
        level = random.gamma(self.counted + TOO_RARE) / np.maximum(self.exposed, TOO_RARE)
        mean = level[:, None] * np.exp(self.expected + drift + common)[None, :]
        if self.scatter > 1:
            mean = random.gamma(mean / (self.scatter - 1)) * (self.scatter - 1)
        found: npt.NDArray[np.int64] = random.poisson(np.minimum(mean, 1e6)).astype(np.int64)
        return found


def fit(counts: Reals, since: Sequence[int], past: Sequence[int], asked: Sequence[int], season: Season) -> Fit:
    """A model of the numbers of records by unit and month of the past; units have none before the month `since`."""
    import numpy as np

    there = np.array(past)[None, :] >= np.array(since)[:, None]
    units, totals = there.sum(axis=0).astype(np.float64), (counts * there).sum(axis=0)
    known = units > 0
    months = np.array(past)[known]
    design, ahead = (_design(np.array(m), months, season) for m in (months, asked))
    weights, totals, units = units[known], totals[known], units[known]
    coefficients, mean, root = _regression(design, totals, np.log(weights))
    apart = float(((totals - mean) ** 2 / np.maximum(mean, TOO_RARE)).sum()) / max(len(months) - design.shape[1], 1)
    rate = np.exp(design @ coefficients)
    exposed, counted = (there[:, known] * rate).sum(axis=1), (counts * there).sum(axis=1)
    cells = (counted / np.maximum(exposed, TOO_RARE))[:, None] * rate[None, :] * there[:, known]
    free = int(there[:, known].sum()) - len(counts) - design.shape[1] + 1
    scatter = float((((counts[:, known] - cells) ** 2)[cells > 0] / cells[cells > 0]).sum()) / max(free, 1)
    scatter = max(scatter, 1.0) if free > 0 else 1.0
    shock = max(apart - scatter, 0.0) / max(float(mean.mean()), 1.0) if len(counts) > 1 else 0.0
    return Fit(ahead @ coefficients, ahead @ root * max(apart, 1.0) ** 0.5, scatter, shock, counted, exposed)


def _design(months: npt.NDArray[np.int64], past: npt.NDArray[np.int64], season: Season) -> Reals:
    """A row for each month: one, its place in the season, and where it is on the trend, if that can be told from the past."""
    import numpy as np

    columns = [np.ones(len(months))]
    if season != "none":
        size = MONTHS_IN["quarter" if season == "quarter" else "year"]
        places = sorted(set((past % size).tolist()))
        columns += [(months % size == place).astype(np.float64) for place in places[1:]]
    if len(past) >= TREND_FROM and len(past) > len(columns) + 1:
        columns.append((months - past.mean()) / 12)
    return np.stack(columns, axis=1)


def _regression(design: Reals, totals: Reals, offset: Reals) -> tuple[Reals, Reals, Reals]:
    """Coefficients, fitted numbers, and a root of the covariance of the coefficients where variances are the means."""
    import numpy as np

    mean: Reals = np.maximum(totals, TOO_RARE)
    coefficients: Reals = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        working = np.log(mean) - offset + (totals - mean) / mean
        weighted = design * mean[:, None]
        found = np.linalg.lstsq(weighted.T @ design, weighted.T @ working, rcond=None)[0]
        done = np.abs(found - coefficients).max() < 1e-10
        coefficients = np.asarray(found, dtype=np.float64)
        mean = np.exp(np.clip(design @ coefficients + offset, -20, 20))
        if done:
            break
    values, vectors = np.linalg.eigh((design * mean[:, None]).T @ design)
    root = vectors / np.sqrt(np.maximum(values, TOO_RARE))[None, :]
    return coefficients, mean, root
