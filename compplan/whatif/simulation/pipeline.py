"""Draws of what becomes of records that are still open: each ends as one of those that have ended did, among those that were open as long.

What is won and when is drawn together, from one record of the past that took longer than this one has been open. How likely each of those
is follows from all that were open as long, those that still are among them (the estimates of Kaplan and Meier, Journal of the American
Statistical Association 53, 1958, and of Aalen and Johansen for several ends), so that records which drag on are not taken to end soon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
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
from compplan.whatif.simulation.settings import Settings

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]
    Reals = npt.NDArray[np.float64]


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
    """Draws of the ends of open records. A copy is an open record that ends as a certain record of the past did that was won.

    `ages` has for how many days each open record (by its key) has been open when the drawn days begin; `twins`, `lasted` and `ended_won`
    the keys of the records of the past, how long each was open, the shortest first, and whether it was won; `mass` how likely a record that
    begins ends as that one did or one before it. `pairs` are the copies: the number of the open record times the number of twins, and that
    of the twin. `without` counts open records without a first day, which are not drawn.
    """

    history: History
    stage: Stage
    days: int
    keys: tuple[str, ...]
    ages: Numbers
    twins: tuple[str, ...]
    lasted: Numbers
    ended_won: Numbers
    mass: Reals
    without: int
    first: int
    pairs: Numbers

    @property
    def last(self) -> int:
        """The number of the last copy."""
        return self.first + len(self.pairs) - 1

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
            f"of {len(self.lasted):,} that have ended, {rate} were won. What it has empty, such as an amount, is then as it was there.",
            f"All other {name} that are drawn begin on {self.history.first} or later.",
            *((f"{self.without:,} more open {name} have no {self.stage.created}, and are taken to be lost.",) if self.without else ()),
        )

    def create(self, connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
        """The relation `ends`: every copy with the keys of the open record and of its twin, and the day on which it is won."""
        del calendar
        import pyarrow as pa

        records, twins = self.pairs // len(self.twins), self.pairs % len(self.twins)
        days = self.lasted[twins] - self.ages[records]
        columns = {
            "key": pa.array(self.keys).take(pa.array(records)),
            "twin": pa.array(self.twins).take(pa.array(twins)),
            "later": pa.array(days, pa.int32()),
            "copy": pa.array(self.first + _range(len(self.pairs)), pa.int32()),
        }
        connection.register("ends_given", pa.table(columns))
        day = f"DATE '{self.history.first.isoformat()}' + later"
        connection.execute(f"CREATE TABLE {DRAWS}.ends AS SELECT key, twin, {day} AS day, copy FROM ends_given")
        connection.unregister("ends_given")

    def moved(self, kind: DrawnKind, table: str) -> str | None:
        """A query of the open records of a table, each won as its twin was; None for other kinds."""
        if kind != self.stage.kind:
            return None
        key = quoted(kind.kind.key[0])
        ended = [f"e.day AS {quoted(kind.dated)}", f"{text(self.stage.won)} AS {quoted(self.stage.column)}"]
        others = (c.name for c in kind.kind.columns if not c.required and c.name not in (kind.dated, self.stage.column, self.stage.created))
        ended += [f"coalesce(r.{quoted(name)}, t.{quoted(name)}) AS {quoted(name)}" for name in others]
        return f"""SELECT r.* REPLACE ({", ".join(ended)}), e.copy AS {COPY}, 0 AS {LATER}, '~' || t.{key} AS {CALLED}
            FROM {RECORDS}.{quoted(table)} r JOIN {DRAWS}.ends e ON e.key = r.{key} JOIN {RECORDS}.{quoted(table)} t ON t.{key} = e.twin"""

    def choose(self, replicates: range, seed: int) -> tuple[Numbers, Numbers]:
        """The copies that replicates take."""
        import numpy as np

        found = [self.ends(replicate, seed) for replicate in replicates]
        numbers = np.repeat(np.arange(replicates.start, replicates.stop, dtype=np.int64), [len(f) for f in found])
        return numbers, self.first + np.searchsorted(self.pairs, np.concatenate(found))

    def ends(self, replicate: int, seed: int) -> Numbers:
        """The open records that are won on the drawn days of a replicate, each with its twin, as `pairs` has them."""
        import numpy as np

        random = np.random.Generator(np.random.Philox(key=np.array([seed, replicate], dtype=np.uint64), counter=1 << 128))
        past = np.concatenate(([0.0], self.mass))[np.searchsorted(self.lasted, self.ages, side="right")]
        twin = np.searchsorted(self.mass, past + random.random(len(self.keys)) * (1 - past), side="right")
        ends = twin < len(self.lasted)
        twin = np.minimum(twin, len(self.lasted) - 1)
        days = self.lasted[twin] - self.ages
        taken = np.flatnonzero(ends & (self.ended_won[twin] > 0) & (days >= 0) & (days < self.days))
        found: Numbers = taken * len(self.twins) + twin[taken]
        return found


def mass_of(lasted: Numbers, ages: Numbers) -> Reals:
    """How likely a record that begins ends as each that has ended did, or one before it: `lasted` are their days, in order, `ages` those of
    the records that are still open.
    """
    import numpy as np

    still = len(ages) - np.searchsorted(np.sort(ages), lasted, side="left")
    at_risk = np.arange(len(lasted), 0, -1) + still
    found: Reals = np.asarray(1 - np.cumprod(1 - 1 / at_risk), dtype=np.float64)
    return found


def _range(count: int) -> Numbers:
    import numpy as np

    return np.arange(count, dtype=np.int64)


def pipeline_of(
    connection: duckdb.DuckDBPyConnection, history: History, stage: Stage, end: date, first: int, settings: Settings
) -> Pipeline:
    """The open records of a kind, and how those of the past ended. Raises `Problems` where none is open, or none has ended.

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
        f"""SELECT r.{dated} - r.{created} AS lasted, r.{key}, CAST(r.{column} = $2 AS INTEGER) FROM {rows}
        WHERE r.{column} <> $1 AND r.{dated} >= r.{created} AND r.{dated} < $3 ORDER BY ALL""",
        [stage.open, stage.won, history.first],
    ).fetchall()
    if not ended:
        message = f"No record of {kind.kind.name} has ended before {history.first}, so nothing is known of how open ones end."
        raise Problems([Diagnostic("simulation", "There is nothing to draw from", message)])
    ages, lasted, won = (np.array(v, dtype=np.int64) for v in ([f[1] for f in found], [e[0] for e in ended], [e[2] for e in ended]))
    without = connection.execute(f"SELECT count(*) FROM {rows} WHERE r.{column} = $1 AND r.{created} IS NULL", [stage.open]).fetchone()
    pipeline = Pipeline(
        history,
        stage,
        (end - history.first).days,
        tuple(f[0] for f in found),
        ages,
        tuple(e[1] for e in ended),
        lasted,
        won,
        mass_of(lasted, ages),
        0 if without is None else without[0],
        first,
        np.zeros(0, dtype=np.int64),
    )
    ends = (pipeline.ends(replicate, settings.seed) for replicate in range(settings.replicates))
    return replace(pipeline, pairs=np.unique(np.concatenate([*ends])))


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
    if len(kind.kind.key) > 1:
        raise Problems([_wrong(f"Records of {name} have a key of several columns, and only those with a key of one can be open.", None)])
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
    """The first other date, one that is always filled in before one that may be empty."""
    dates = sorted((c for c in kind.columns if isinstance(c.type, DateType) and c.name != dated), key=lambda c: not c.required)
    return dates[0].name if dates else None


def began_after(stage: Stage, kind: DrawnKind, query: str, first: date) -> str:
    """Of moved rows, those that begin on the drawn days: what began before is open, or has ended, in the records as they are."""
    if kind != stage.kind:
        return query
    return f"SELECT * FROM ({query}) b WHERE {quoted(stage.created)} + {LATER} >= DATE '{first.isoformat()}'"


def _wrong(message: str, hint: str | None) -> Diagnostic:
    return Diagnostic("simulation", "Open records cannot be drawn", message, hint=hint)
