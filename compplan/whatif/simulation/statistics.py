"""From what plans pay in every replicate to what is told of it: ranges, chances, and where the spread comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from compplan.engine.payout_kinds import parts_of
from compplan.engine.relations import quoted
from compplan.engine.replicates.keys import DRAWS
from compplan.engine.variants import Made
from compplan.records.project_file import Project
from compplan.schema import PEOPLE
from compplan.whatif.comparison.costs import people_when_over
from compplan.whatif.simulation.drawn_words import drawn_of
from compplan.whatif.simulation.draws import Draws
from compplan.whatif.simulation.forecast import (
    DIGITS,
    Budget,
    Chance,
    CurrencyForecast,
    Forecast,
    Forecasts,
    Part,
    PayeeForecast,
    Range,
    Reached,
    SalesForecast,
    range_of,
    rounded,
)
from compplan.whatif.simulation.history import History
from compplan.whatif.simulation.kinds import DrawnKind
from compplan.whatif.simulation.settings import Settings

if TYPE_CHECKING:
    import duckdb

SCALE = 10**DIGITS
"""Amounts are whole ten-thousandths here: sums and products of them are exact."""
MILLION = 1_000_000
"""What is measured is told in whole millionths."""
Series = list[int]
"""A figure in each replicate, in the order of their numbers."""


def forecasts_of(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    made: Sequence[Made],
    settings: Settings,
    history: History,
    draws: Sequence[Draws],
    kinds: Sequence[DrawnKind],
    columns: Sequence[str],
    budget: Decimal | None,
) -> Forecasts:
    """The forecasts of all sides, from the tables of `collected`."""
    drawn = drawn_of(settings, history, draws, kinds)
    found = []
    for side, one in enumerate(made):
        told = _Told(connection, project, one, side, settings, tuple(columns))
        currencies = list(dict.fromkeys(plan.currency for plan in one.variant.plans))
        parts = tuple(told.currency(c, budget if c == project.schema.currency else None) for c in currencies)
        found.append(
            Forecast(
                project.company,
                settings.period.label,
                one.variant.name,
                settings.replicates,
                settings.seed,
                drawn,
                parts,
                tuple(told.reached()),
            )
        )
    return Forecasts(tuple(found))


@dataclass(slots=True)
class _Told:
    """One side's figures."""

    connection: duckdb.DuckDBPyConnection
    project: Project
    made: Made
    side: int
    settings: Settings
    columns: tuple[str, ...]

    def currency(self, currency: str, budget: Decimal | None) -> CurrencyForecast:
        """All that is paid in a currency."""
        people = self._people()
        by_payee = self._series("pay", "payee", currency)
        total = self._added(by_payee.values())
        spread = Spread(total)
        by = {"component": tuple(self._components(currency, spread))}
        for index, column in enumerate(self.columns):
            groups: dict[str, list[Series]] = {}
            for (payee,), series in by_payee.items():
                groups.setdefault(people[payee][1][index] if payee in people else "", []).append(series)
            by[column] = tuple(self._part(name or "(none)", self._added(groups[name]), spread) for name in sorted(groups))
        chances = self._chances()
        payees = tuple(
            PayeeForecast(
                payee,
                people[payee][0] if payee in people else payee,
                dict(zip(self.columns, people[payee][1], strict=True)) if payee in people else {},
                range_of(series, DIGITS),
                spread.part(series),
                chances.get(payee, ()),
            )
            for (payee,), series in sorted(by_payee.items())
        )
        costs = _amounts(total)
        return CurrencyForecast(
            currency, tuple(costs), range_of(total, DIGITS), _budget(total, budget), by, payees, self._sales(currency, total)
        )

    def reached(self) -> Iterator[Reached]:
        """How many owners reach their quotas, for each measure."""
        rows = self.connection.execute(
            f"""SELECT measure, max(owners), list(reached ORDER BY replicate) FROM (
                SELECT measure, grouped, replicate, count(*) AS owners, count(*) FILTER (value >= quota) AS reached
                FROM {DRAWS}.attained WHERE side = $1 GROUP BY ALL) a GROUP BY measure, grouped ORDER BY measure, grouped""",
            [self.side],
        ).fetchall()
        for measure, owners, reached in rows:
            yield Reached(measure, owners, range_of(reached))

    def _components(self, currency: str, spread: Spread) -> Iterator[Part]:
        labels = {
            (plan.name, kind, name): f"{plan.label}: {label}" for plan in self.made.variant.plans for kind, name, label in parts_of(plan)
        }
        for key, series in sorted(self._series("pay", "plan, kind, component", currency).items()):
            if any(series):
                yield self._part(labels.get((key[0], key[1], key[2])) or " ".join(key), series, spread)

    def _part(self, name: str, series: Series, spread: Spread) -> Part:
        return Part(name, range_of(series, DIGITS), spread.part(series))

    def _series(self, table: str, names: str, currency: str) -> dict[tuple[str, ...], Series]:
        """For each value of some columns, the amount in each replicate; nothing is zero."""
        rows = self.connection.execute(
            f"""SELECT {names}, list(replicate), list(CAST(amount * {SCALE} AS HUGEINT)) FROM (
                SELECT {names}, replicate, sum(amount) AS amount FROM {DRAWS}.{table} WHERE side = $1 AND currency = $2 GROUP BY ALL) p
            GROUP BY {names}""",
            [self.side, currency],
        ).fetchall()
        found = {}
        for *key, replicates, amounts in rows:
            series = [0] * self.settings.replicates
            for replicate, amount in zip(replicates, amounts, strict=True):
                series[replicate] = amount
            found[tuple(key)] = series
        return found

    def _added(self, series: Iterable[Series]) -> Series:
        return [sum(each) for each in zip(*series, strict=True)] or [0] * self.settings.replicates

    def _people(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """The name of each person, and what stands in the columns by which pay is grouped, when the period ends."""
        people = self.project.schema.kinds[PEOPLE]
        rows = people_when_over(self.project, people, self.made.variant.records.get(PEOPLE, PEOPLE), self.settings.period)
        key, name = people.key[0], "name" if people.column("name") is not None else people.key[0]
        chosen = "".join(f", coalesce(CAST({quoted(c)} AS VARCHAR), '')" for c in self.columns)
        query = f"SELECT {quoted(key)}, CAST({quoted(name)} AS VARCHAR){chosen} FROM {rows} w"
        return {person: (called or person, tuple(groups)) for person, called, *groups in self.connection.execute(query).fetchall()}

    def _chances(self) -> dict[str, tuple[Chance, ...]]:
        """The chances of each payee: of measures that are held against quotas of the payee's own."""
        rows = self.connection.execute(
            f"""SELECT owner, measure, count(*) FILTER (value >= quota), list(CAST(value * {MILLION} AS HUGEINT)),
                CAST(min(quota) * {MILLION} AS HUGEINT), CAST(max(quota) * {MILLION} AS HUGEINT)
            FROM {DRAWS}.attained WHERE side = $1 AND grouped = '' AND owner <> '' GROUP BY owner, measure ORDER BY owner, measure""",
            [self.side],
        ).fetchall()
        found: dict[str, tuple[Chance, ...]] = {}
        for owner, measure, reached, values, low, high in rows:
            attained = None if low != high else _attained(values, low)
            found[owner] = (*found.get(owner, ()), Chance(measure, Fraction(reached, len(values)), attained))
        return found

    def _sales(self, currency: str, total: Series) -> SalesForecast | None:
        """The largest credit in a currency, and what the cost is beside it."""
        sold = self._series("sold", "credit", currency)
        largest = max(sold, key=lambda key: (sum(sold[key]), key), default=None)
        if largest is None:
            return None
        series = sold[largest]
        share = range_of([int(rounded(c * SCALE, s)) for c, s in zip(total, series, strict=True)], 4, 4) if min(series) > 0 else None
        return SalesForecast(largest[0], range_of(series, DIGITS), share, _explained(series, total))


class Spread:
    """How figures spread over replicates, and how much of it comes from a part of them."""

    def __init__(self, total: Series) -> None:
        self.total, self.count, self.sum = total, len(total), sum(total)
        self.variance = self.covariance(total)

    def covariance(self, other: Series) -> int:
        """The covariance with another figure, times the square of the number of replicates."""
        return self.count * sum(a * b for a, b in zip(self.total, other, strict=True)) - self.sum * sum(other)

    def part(self, series: Series) -> Fraction | None:
        """The share of the spread that comes from a part, to four decimals."""
        return Fraction(round(Fraction(self.covariance(series), self.variance) * SCALE), SCALE) if self.variance else None


def _explained(one: Series, other: Series) -> Fraction | None:
    first, second = Spread(one), Spread(other)
    if not first.variance or not second.variance:
        return None
    return Fraction(round(Fraction(first.covariance(other) ** 2, first.variance * second.variance) * SCALE), SCALE)


def _budget(total: Series, amount: Decimal | None) -> Budget | None:
    if amount is None:
        return None
    most = int(amount.scaleb(DIGITS))
    over = [c - most for c in total if c > most]
    return Budget(amount, Fraction(len(over), len(total)), range_of(over, DIGITS).mean if over else None)


def _attained(values: Series, quota: int) -> Range:
    """The share of a quota that is attained, with four decimals; both are whole millionths."""
    found = range_of(values)
    mean = rounded(sum(values) * SCALE, len(values) * quota)
    p10, p50, p90 = (rounded(int(v) * SCALE, quota).scaleb(-4) for v in (found.p10, found.p50, found.p90))
    return Range(p10, p50, p90, mean.scaleb(-4))


def _amounts(series: Series) -> list[Decimal]:
    return [Decimal(n).scaleb(-4) for n in series]
