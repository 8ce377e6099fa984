"""What became of a payee's earnings after they were earned: what was held, released and taken back, deal by deal, by which record;
what is held when the run's months end, when it comes, and what it waits for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb

from compplan.engine.figure_text import in_unit
from compplan.engine.kept_values import HeldExplanation, KeptCause, KeptExplanation, KeptSum, Waiting
from compplan.engine.lower import Lowering
from compplan.engine.observe import Sources, to_value
from compplan.engine.payout_kinds import CLAWBACK, HOLD
from compplan.engine.relations import STEPS, quoted
from compplan.engine.steps import Months
from compplan.engine.sums_to_date import sum_columns, sums_of
from compplan.language import typed as ty

Row = Mapping[str, object]
_SHARES = ("earning", "keeper", "number", "source", "day", "met", "month", "share")


def kept_lines(
    connection: duckdb.DuckDBPyConnection, lowering: Lowering, sources: Sources, plan: ty.Plan, payee: str, months: Months
) -> tuple[tuple[KeptExplanation, ...], tuple[HeldExplanation, ...]]:
    """Each change in the months, by hold and clawback; then what is held of each earning when they end."""
    changes: list[KeptExplanation] = []
    held: list[HeldExplanation] = []
    for component in plan.components:
        if plan.keeping(component.name):
            found = _Kept(connection, lowering, sources, plan, component, payee, months)
            found.read()
            changes += found.changes()
            held += found.held()
    return tuple(changes), tuple(held)


@dataclass(slots=True)
class _Kept:
    """The rows of one component and payee."""

    connection: duckdb.DuckDBPyConnection
    lowering: Lowering
    sources: Sources
    plan: ty.Plan
    component: ty.Component
    payee: str
    months: Months
    rows: list[Row] = field(default_factory=list)
    shares: dict[tuple[object, object], list[Row]] = field(default_factory=lambda: defaultdict(list))

    @property
    def keepers(self) -> tuple[ty.Hold | ty.Clawback, ...]:
        return self.plan.keeping(self.component.name)

    def read(self) -> None:
        """Reads the shares, and what is left month by month."""
        names = self.lowering.names.kept_steps(self.plan, self.component)
        kept = "".join(f", k.kept_{i}" for i, keeper in enumerate(self.keepers, 1) if isinstance(keeper, ty.Hold))
        mine = f"""FROM {STEPS}.{quoted(names.kept)} k JOIN {STEPS}.{{}} l ON l.earning = k.earning WHERE k.payee = ?"""
        left = f"SELECT l.*, CAST(l.record AS VARCHAR) AS deal{kept} {mine.format(quoted(names.left))}"
        self.rows = self._rows(f"{left} ORDER BY l.month, l.date, l.record, l.earning")
        columns = ", ".join(f"l.{name}" for name in (*_SHARES, *sum_columns(self.keepers)))
        query = f"SELECT {columns} {mine.format(quoted(names.shares))} ORDER BY l.day, l.keeper, l.number, l.source"
        for row in self._rows(query):
            self.shares[row["earning"], row["keeper"]].append(row)

    def _rows(self, query: str) -> list[Row]:
        cursor = self.connection.execute(query, [self.payee])
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    # ---- what changed

    def changes(self) -> Iterator[KeptExplanation]:
        """Each change in the months, by hold and clawback."""
        for index, _ in enumerate(self.keepers, 1):
            for row in self.rows:
                if self.months.first <= _whole(row["month"]) <= self.months.last and row[f"change_{index}"]:
                    yield self._change(index, row)

    def _change(self, index: int, row: Row) -> KeptExplanation:
        keeper = self.keepers[index - 1]
        causes = tuple(self._causes(index, row))
        day = self._day(row)
        figures = (to_value(row[name]) for name in ("left_0", f"share_{index}", f"left_{index}", f"change_{index}", "held"))
        earned, share, left, change, held = figures
        return KeptExplanation(
            kind=HOLD if isinstance(keeper, ty.Hold) else CLAWBACK,
            name=keeper.name,
            label=keeper.label,
            component=self.component.name,
            record=str(row["deal"]),
            earned_in=self._label(row["earned_month"]),
            month=self.lowering.calendar.period_of(day, "month").label,
            period=self.lowering.calendar.period_of(day, self.plan.payout).label,
            earned=earned,
            kept=to_value(row[f"kept_{index}"]) if isinstance(keeper, ty.Hold) else None,
            share=share,
            left=left,
            change=change,
            held=held,
            causes=causes,
        )

    def _causes(self, index: int, row: Row) -> Iterator[KeptCause]:
        """What is released or taken in a month, each with its day."""
        for found in self.shares[row["earning"], index]:
            if found["month"] == row["month"]:
                dated = self._dated(index, found)
                assert isinstance(found["day"], date)
                yield KeptCause(
                    self._words(dated), _source(dated, found), found["day"].isoformat(), to_value(found["share"]), self._sums(dated, found)
                )

    def _sums(self, dated: ty.DatedShare, found: Row) -> tuple[KeptSum, ...]:
        """What was added up to the day of a share."""
        sums = enumerate(sums_of(dated), 1)
        return tuple(KeptSum(self.sources.words(leaf), to_value(found[f"sum_{i}"]), str(leaf.unit)) for i, leaf in sums)

    def _day(self, row: Row) -> date:
        """A day in the month of a row; after those of the run each has its own."""
        calendar, month, last = self.lowering.calendar, _whole(row["month"]), self.lowering.asked.last
        return calendar.start_of_month(min(month, last + 1)) + timedelta(days=max(month - last - 1, 0))

    # ---- what is held

    def held(self) -> Iterator[HeldExplanation]:
        """What is held of each earning when the months end."""
        by_earning: dict[object, list[Row]] = defaultdict(list)
        for row in self.rows:
            if _whole(row["earned_month"]) <= self.lowering.asked.last:
                by_earning[row["earning"]].append(row)
        for rows in by_earning.values():
            done = [r for r in rows if _whole(r["month"]) <= self.lowering.asked.last][-1]
            if done["held"]:
                coming = [r for r in rows if _whole(r["month"]) > self.lowering.asked.last]
                yield HeldExplanation(
                    self.component.name,
                    self.component.label,
                    str(done["deal"]),
                    self._label(done["earned_month"]),
                    to_value(done["left_0"]),
                    to_value(done["held"]),
                    tuple(self._change(i, r) for r in coming for i, _ in enumerate(self.keepers, 1) if r[f"change_{i}"]),
                    tuple(self._waiting(rows[-1])),
                )

    def _waiting(self, last: Row) -> Iterator[Waiting]:
        """What each hold waits for that has not released all of what it keeps when all that is known has come."""
        if not last["held"]:
            return
        for index, hold in enumerate(self.keepers, 1):
            if isinstance(hold, ty.Hold) and last[f"kept_{index}"] and to_value(last[f"share_{index}"]) != 1:
                found = list(self._unknown(index, last)) or list(self._more_rows(hold))
                yield from found or [Waiting(hold.name, hold.label, "", None, "no sentence of the plan releases the rest")]

    def _unknown(self, index: int, last: Row) -> Iterator[Waiting]:
        """Sentences whose day is empty, or whose condition is not met."""
        hold = self.keepers[index - 1]
        for found in self.shares[last["earning"], index]:
            if found["month"] is None:
                dated = self._dated(index, found)
                empty = found["day"] is None or dated.where is None
                why = f"{self._words(dated)} is empty" if empty else f"{self.sources.words(dated.where or dated.share)} is no"
                added = (
                    ""
                    if empty
                    else "".join(f"; {s.words} is {in_unit(s.value, s.unit)} on {found['day']}" for s in self._sums(dated, found))
                )
                yield Waiting(hold.name, hold.label, self._sentence(dated), _source(dated, found), f"{why}{added}")

    def _more_rows(self, hold: ty.Hold) -> Iterator[Waiting]:
        for dated in hold.shares:
            if dated.child is not None:
                yield Waiting(hold.name, hold.label, self._sentence(dated), None, f"no other row of {dated.child} refers to it yet")

    # ---- words

    def _dated(self, index: int, found: Row) -> ty.DatedShare:
        return self.keepers[index - 1].shares[_whole(found["number"]) - 1]

    def _words(self, dated: ty.DatedShare) -> str:
        return self.sources.words(dated.dated)

    def _sentence(self, dated: ty.DatedShare) -> str:
        return " ".join(self.sources.at(dated.span).split())

    def _label(self, month: object) -> str:
        calendar = self.lowering.calendar
        return calendar.period_of(calendar.start_of_month(_whole(month)), "month").label


def _source(dated: ty.DatedShare, found: Row) -> str | None:
    """The row of another kind that a share is of."""
    return None if dated.child is None else f"{dated.child} {found['source']}"


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
