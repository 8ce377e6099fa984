"""Draws of what becomes of records that are still open: each ends as one of those that have ended did, among those that were open as long.

What is won and when is drawn together, from one record of the past that took longer than this one has been open; so records that have been
open for long win as seldom, and take as long, as such records did (a Kaplan-Meier estimate, of two ends, says the same of a whole group).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from compplan.calendar import Calendar
from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.suggest import closest
from compplan.engine.relations import RECORDS, quoted, text
from compplan.engine.replicates.keys import DRAWS
from compplan.immutable import immutable
from compplan.language import typed as ty
from compplan.language.walk import every
from compplan.schema import DateType, RecordKind, TextType
from compplan.whatif.simulation.draws import CALLED, COPY, LATER
from compplan.whatif.simulation.history import History
from compplan.whatif.simulation.kinds import DrawnKind

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]


@immutable
class Stage:
    """Where a kind's records say whether they are open: a column, what stands there while they are, and once they are won.

    `created` is the column with the day on which a record began.
    """

    kind: DrawnKind
    column: str
    open: str
    won: str
    created: str


@immutable
class Pipeline:
    """Draws of the ends of open records. A copy is an open record that is won on a day of the period.

    `ages` has for how many days each open record has been open when the drawn days begin; `lasted` and `ended_won` how long each record of
    the past was open, the shortest first, and whether it was won.
    """

    history: History
    stage: Stage
    end: date
    keys: tuple[str, ...]
    ages: Numbers
    lasted: Numbers
    ended_won: Numbers
    first: int

    @property
    def days(self) -> int:
        """How many days are drawn."""
        return (self.end - self.history.first).days

    @property
    def last(self) -> int:
        """The number of the last copy."""
        return self.first + len(self.keys) * self.days - 1

    @property
    def rows(self) -> int:
        """About how many records a replicate draws."""
        return len(self.keys)

    @property
    def choices(self) -> int:
        """About how many copies a replicate takes."""
        return len(self.keys)

    @property
    def words(self) -> tuple[str, ...]:
        """What is drawn from what."""
        rate = f"{100 * int(self.ended_won.sum()) // max(len(self.ended_won), 1)}%"
        name = self.stage.kind.kind.name
        return (
            f"Each of the {len(self.keys):,} open {name} is won or lost when, and as often as, {name} of the past that were open as long; "
            f"of {len(self.lasted):,} that have ended, {rate} were won.",
            f"All other {name} that are drawn begin on {self.history.first} or later.",
        )

    def create(self, connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
        """The relation `open` (records that are open, with their numbers) and `ends` (the days)."""
        del calendar
        numbers = list(range(len(self.keys)))
        connection.execute(
            f"CREATE TABLE {DRAWS}.open AS SELECT unnest(?) AS key, unnest(?::INTEGER[]) AS number", [list(self.keys), numbers]
        )
        days = [self.history.first + timedelta(days=i) for i in range(self.days)]
        connection.execute(f"CREATE TABLE {DRAWS}.ends AS SELECT unnest(?::DATE[]) AS day, unnest(range({self.days})) AS number", [days])

    def moved(self, kind: DrawnKind, table: str) -> str | None:
        """A query of the open records of a table, won on each of the days; None for other kinds."""
        if kind != self.stage.kind:
            return None
        key, dated, stage = quoted(kind.kind.key[0]), quoted(kind.dated), quoted(self.stage.column)
        copy = f"CAST({self.first} + o.number * {self.days} + e.number AS INTEGER)"
        ended = f"e.day AS {dated}, {text(self.stage.won)} AS {stage}"
        return f"""SELECT r.* REPLACE ({ended}), {copy} AS {COPY}, 0 AS {LATER}, '~' || e.day AS {CALLED}
            FROM {RECORDS}.{quoted(table)} r JOIN {DRAWS}.open o ON o.key = r.{key}
            JOIN {DRAWS}.ends e ON e.day >= r.{quoted(self.stage.created)}"""

    def choose(self, replicates: range, seed: int) -> tuple[Numbers, Numbers]:
        """The copies that replicates take."""
        import numpy as np

        longer = np.searchsorted(self.lasted, self.ages, side="right")
        left = len(self.lasted) - longer
        numbers, copies = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for replicate in replicates:
            random = np.random.Generator(np.random.Philox(key=np.array([seed, replicate], dtype=np.uint64), counter=1 << 128))
            twin = np.minimum(longer + (random.random(len(self.keys)) * left).astype(np.int64), len(self.lasted) - 1)
            day = self.lasted[twin] - self.ages
            taken = np.flatnonzero((left > 0) & (self.ended_won[twin] > 0) & (day < self.days))
            copies.append(self.first + taken * self.days + day[taken])
            numbers.append(np.full(len(taken), replicate, dtype=np.int64))
        return np.concatenate(numbers), np.concatenate(copies)


def pipeline_of(connection: duckdb.DuckDBPyConnection, history: History, stage: Stage, end: date, first: int) -> Pipeline:
    """The open records of a kind, and how those of the past ended. Raises `Problems` where none has ended.

    What ended on a drawn day was open before, as far as was known then.
    """
    import numpy as np

    kind = stage.kind
    key, created, dated, column = (quoted(n) for n in (kind.kind.key[0], stage.created, kind.dated, stage.column))
    rows = f"{RECORDS}.{quoted(kind.kind.name)} r"
    found = connection.execute(
        f"""SELECT r.{key}, $2::DATE - r.{created} FROM {rows}
        WHERE (r.{column} = $1 OR r.{dated} >= $2) AND r.{created} < $2 ORDER BY r.{key}""",
        [stage.open, history.first],
    ).fetchall()
    if not found:
        raise Problems([_no_open(connection, stage)])
    ended = connection.execute(
        f"""SELECT r.{dated} - r.{created}, CAST(r.{column} = $2 AS INTEGER) FROM {rows}
        WHERE r.{column} <> $1 AND r.{dated} >= r.{created} AND r.{dated} < $3 ORDER BY ALL""",
        [stage.open, stage.won, history.first],
    ).fetchall()
    if not ended:
        message = f"No record of {kind.kind.name} has ended before {history.first}, so nothing is known of how open ones end."
        raise Problems([Diagnostic("simulation", "There is nothing to draw from", message)])
    ages, lasted, won = (np.array(v, dtype=np.int64) for v in ([a for _, a in found], [d for d, _ in ended], [w for _, w in ended]))
    return Pipeline(history, stage, end, tuple(k for k, _ in found), ages, lasted, won, first)


def _no_open(connection: duckdb.DuckDBPyConnection, stage: Stage) -> Diagnostic:
    kind, column = stage.kind.kind.name, quoted(stage.column)
    query = f"SELECT DISTINCT {column} FROM {RECORDS}.{quoted(kind)} WHERE {column} IS NOT NULL ORDER BY {column} LIMIT 20"
    known = [str(value) for (value,) in connection.execute(query).fetchall()]
    near = closest(stage.open, known)
    hint = f"Did you mean `{near}`?" if near and near != stage.open else f"In `{stage.column}` stand {', '.join(known) or 'no texts'}."
    return _wrong(f"No record of {kind} that began before the drawn days has `{stage.open}` in `{stage.column}`.", hint)


def stage_of(kinds: Sequence[DrawnKind], plans: Sequence[ty.Plan], said: tuple[str, str, str]) -> Stage:
    """The stage of open records, from what is said: kind, column, and what stands there while a record is open.

    What stands there once it is won is what the plans ask for. Raises `Problems` where that or a column is not there.
    """
    name, column, is_open = said
    kind = next((k for k in kinds if k.kind.name == name), None)
    if kind is None:
        near = closest(name, [k.kind.name for k in kinds])
        raise Problems([_wrong(f"`{name}` is not drawn.", f"Did you mean `{near}`?" if near else None)])
    texts = [c.name for c in kind.kind.columns if isinstance(c.type, TextType) and c.name not in kind.kind.key]
    if column not in texts:
        near = closest(column, texts)
        hint = f"Did you mean `{near}`?" if near else f"Such columns are {', '.join(texts)}."
        raise Problems([_wrong(f"`{column}` is not a column of {name} with texts.", hint)])
    won = list(dict.fromkeys(_asked_for(plans, name, column)))
    if len(won) != 1:
        message = f"The plans do not say in one word what stands in `{column}` of {name} that people are credited for."
        raise Problems([_wrong(message, 'A credit says so with a condition such as where stage = "Won".')])
    created = _created(kind.kind, kind.dated)
    if created is None:
        message = f"{name} has no column with the day on which a record began, beside {kind.dated}."
        raise Problems([_wrong(message, "Add a date that is always there to the project file, such as created_date.")])
    return Stage(kind, column, is_open, won[0], created)


def _asked_for(plans: Sequence[ty.Plan], kind: str, column: str) -> Iterator[str]:
    """What the credits of a kind want to stand in a column."""
    credited = (c for plan in plans for c in plan.credits.values() if c.kind == kind and not c.from_credit)
    for part in (part for credit in credited for formula in credit.where for part in every(formula)):
        match part:
            case ty.Cmp(comparator="=", left=ty.RecordField(path=(name,)), right=ty.Const(value=str() as value)) if name == column:
                yield value


def _created(kind: RecordKind, dated: str) -> str | None:
    return next((c.name for c in kind.columns if isinstance(c.type, DateType) and c.required and c.name != dated), None)


def began_after(stage: Stage, kind: DrawnKind, query: str, first: date) -> str:
    """Of moved rows, those that begin on the drawn days: what began before is open, or has ended, in the records as they are."""
    if kind != stage.kind:
        return query
    return f"SELECT * FROM ({query}) b WHERE {quoted(stage.created)} + {LATER} >= DATE '{first.isoformat()}'"


def _wrong(message: str, hint: str | None) -> Diagnostic:
    return Diagnostic("simulation", "Open records cannot be drawn", message, hint=hint)
