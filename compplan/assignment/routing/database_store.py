"""What a router keeps, in a database: safe with many programs at once, and kept before anything is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, case, delete, func, insert, select, update

from compplan.assignment.routing.calendar import Absence
from compplan.assignment.routing.database import READING, open_database, shown_as, told
from compplan.assignment.routing.levels import Held, Levels, no_levels, rebased
from compplan.assignment.routing.log import GIVES, RETURNED, WAITS, Entry
from compplan.assignment.routing.rules import Pool, Rules
from compplan.assignment.routing.store import Burden, Work, held_of, rules_entry
from compplan.assignment.routing.tables import ABSENCES, BURDENS, LEVELS, LOG, POOLS, ROUTINGS
from compplan.diagnostics.model import Diagnostic, Problems

_LOCKED = select(ROUTINGS).where(ROUTINGS.c.routing == bindparam("name")).with_for_update()
_ABOUT = select(LOG).where(LOG.c.routing == bindparam("name"), LOG.c.lead == bindparam("of")).order_by(LOG.c.number)
_LEVELS_OF = select(LEVELS).where(LEVELS.c.routing == bindparam("name"), LEVELS.c.pool == bindparam("of")).order_by(LEVELS.c.rep)
_LARGEST = select(POOLS.c.largest).where(POOLS.c.routing == bindparam("name"), POOLS.c.pool == bindparam("of"))
_SET_LEVEL = (
    update(LEVELS)
    .where(LEVELS.c.routing == bindparam("name"), LEVELS.c.pool == bindparam("of"), LEVELS.c.rep == bindparam("who"))
    .values(load=bindparam("to_load"), credit=bindparam("to_credit"), owned=bindparam("to_owned"), there=bindparam("to_there"))
)
_SET_LARGEST = (
    update(POOLS).where(POOLS.c.routing == bindparam("name"), POOLS.c.pool == bindparam("of")).values(largest=bindparam("to_largest"))
)
_SET_BURDEN = (
    update(BURDENS)
    .where(BURDENS.c.routing == bindparam("name"), BURDENS.c.rep == bindparam("who"))
    .values(open=bindparam("to_open"), day=bindparam("to_day"), today=bindparam("to_today"))
)
_SET_LAST = update(ROUTINGS).where(ROUTINGS.c.routing == bindparam("name")).values(last_number=bindparam("to_last"))


@dataclass(slots=True)
class _Kept:
    """What was read of the database, or written to it, and holds as long as nobody else writes: that is seen by the last number."""

    last: int = -1
    levels: dict[str, Levels] = field(default_factory=dict)
    burdens: dict[str, Burden] | None = None
    absences: tuple[Absence, ...] | None = None


@dataclass(slots=True)
class DatabaseStore:
    """The state of one routing in a database. One program may use it in one thread; any number of programs may do so at once."""

    engine: Engine
    rules: Rules
    shown: str
    wait: float
    _connection: Connection
    _kept: _Kept = field(default_factory=_Kept)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Work that nobody else's comes between; kept by the database when it ends."""
        kept, self._kept = self._kept, _Kept()
        with told(self.shown, self.wait), self._connection.begin():
            row = self._connection.execute(_LOCKED, {"name": self.rules.name}).one_or_none()
            if row is None or row.rules != self.rules.fingerprint:
                raise Problems([_changed(self.rules)])
            work = _DatabaseWork(self._connection, self.rules, kept if kept.last == row.last_number else _Kept(), row.last_number)
            yield work
            work.flush()
        self._kept = work.done()

    def entries(self) -> Iterator[Entry]:
        """The whole log, as it is now."""
        found = select(LOG).where(LOG.c.routing == self.rules.name).order_by(LOG.c.number)
        with told(self.shown, self.wait), self.engine.connect().execution_options(**READING) as connection:
            for row in connection.execution_options(yield_per=1000).execute(found):
                yield _entry(row)

    def about(self, lead: str) -> Sequence[Entry]:
        """The entries of a lead."""
        with told(self.shown, self.wait), self.engine.connect().execution_options(**READING) as connection:
            return [_entry(row) for row in connection.execute(_ABOUT, {"name": self.rules.name, "of": lead})]

    def levels(self, pool: Pool) -> Levels:
        """The levels of a pool, as they are now."""
        with told(self.shown, self.wait), self.engine.connect().execution_options(**READING) as connection:
            found = connection.execute(select(ROUTINGS.c.rules).where(ROUTINGS.c.routing == self.rules.name)).scalar()
            if found != self.rules.fingerprint:
                raise Problems([_nothing(self.rules) if found is None else _differs(self.rules)])
            return _levels(connection, self.rules.name, pool)

    def totals(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """For each pool and rep, how many leads the rep was given, and what they count."""
        sign = case((LOG.c.kind.in_(GIVES), 1), (LOG.c.kind == RETURNED, -1), else_=0)
        found = select(LOG.c.pool, LOG.c.rep, func.sum(sign), func.sum(sign * LOG.c.counted)).where(LOG.c.routing == self.rules.name)
        kinds = found.where(LOG.c.kind.in_([*GIVES, RETURNED])).group_by(LOG.c.pool, LOG.c.rep)
        with told(self.shown, self.wait), self.engine.connect().execution_options(**READING) as connection:
            return {(pool or "", rep or ""): (int(leads), int(counted)) for pool, rep, leads, counted in connection.execute(kinds)}

    def waiting(self) -> Sequence[str]:
        """The leads that nobody could take, and that were not given since."""
        mine = LOG.c.routing == self.rules.name
        since = select(LOG.c.lead).where(mine, LOG.c.kind.in_(GIVES))
        found = select(LOG.c.lead).where(mine, LOG.c.kind == WAITS, LOG.c.lead.not_in(since)).distinct().order_by(LOG.c.lead)
        with told(self.shown, self.wait), self.engine.connect().execution_options(**READING) as connection:
            return list(connection.execute(found).scalars())

    def adopt(self, rules: Rules, at: datetime) -> None:
        """Goes on under these rules from here."""
        self.rules, self._kept = rules, _Kept()
        with told(self.shown, self.wait), self._connection.begin():
            _adopt(self._connection, rules, at)

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()
        self.engine.dispose()


def open_store(at: str, rules: Rules, now: datetime | None, *, flush: bool = False, wait: float = 30.0) -> DatabaseStore:
    """The state of a routing in a file or behind an address.

    It is made where there is none, and goes by these rules from `now`; where that is None, it is only read, and has to be there. Raises
    `Problems`.
    """
    if now is None and "://" not in at and not Path(at).exists():
        raise Problems([_nothing(rules)])
    engine = open_database(at, flush=flush, wait=wait)
    shown = shown_as(at, engine.url)
    with told(shown, wait):
        store = DatabaseStore(engine, rules, shown, wait, engine.connect())
    if now is not None:
        store.adopt(rules, now)
    return store


@dataclass(slots=True)
class _DatabaseWork:
    """One transaction: what was read is kept at hand, and what changes is written at its end."""

    connection: Connection
    rules: Rules
    kept: _Kept
    last: int
    added: list[Entry] = field(default_factory=list)
    before: dict[str, Levels] = field(default_factory=dict)
    burdened: dict[str, Burden] = field(default_factory=dict)
    absent: list[tuple[int, Absence]] = field(default_factory=list)

    def about(self, lead: str) -> Sequence[Entry]:
        rows = self.connection.execute(_ABOUT, {"name": self.rules.name, "of": lead})
        return [*(_entry(row) for row in rows), *(e for e in self.added if e.lead == lead)]

    def levels(self, pool: Pool) -> Levels:
        found = self.kept.levels.get(pool.name)
        if found is None:
            found = self.kept.levels[pool.name] = _levels(self.connection, self.rules.name, pool)
        return found

    def set_levels(self, pool: Pool, levels: Levels) -> None:
        self.before.setdefault(pool.name, self.levels(pool))
        self.kept.levels[pool.name] = levels

    def _burdens(self) -> dict[str, Burden]:
        if self.kept.burdens is None:
            rows = self.connection.execute(select(BURDENS).where(BURDENS.c.routing == self.rules.name))
            self.kept.burdens = {r.rep: Burden(r.open, None if r.day is None else date.fromisoformat(r.day), r.today) for r in rows}
        return self.kept.burdens

    def burden(self, rep: str) -> Burden:
        return self._burdens().get(rep) or Burden()

    def set_burden(self, rep: str, burden: Burden) -> None:
        self._burdens()[rep] = self.burdened[rep] = burden

    def absences(self) -> tuple[Absence, ...]:
        if self.kept.absences is None:
            rows = self.connection.execute(select(ABSENCES).where(ABSENCES.c.routing == self.rules.name).order_by(ABSENCES.c.number))
            each = (Absence(r.rep, date.fromisoformat(r.first), date.fromisoformat(r.last), r.reason) for r in rows)
            self.kept.absences = tuple(each)
        return self.kept.absences

    def add_absence(self, absence: Absence) -> None:
        self.kept.absences = (*self.absences(), absence)
        self.absent.append((self.last + len(self.added), absence))

    def number(self) -> int:
        return self.last + len(self.added) + 1

    def add(self, entry: Entry) -> None:
        self.added.append(entry)

    def done(self) -> _Kept:
        """What is known of the database, now that all is kept."""
        self.kept.last = self.last + len(self.added)
        return self.kept

    def flush(self) -> None:
        """Writes what changed."""
        if not self.added:
            return
        name, execute = self.rules.name, self.connection.execute
        execute(insert(LOG), [_row(name, entry) for entry in self.added])
        for pool, before in self.before.items():
            changed = list(_changed_levels(self.rules.pool[pool], before, self.kept.levels[pool]))
            if changed:
                execute(_SET_LEVEL, [{"name": name, "of": pool, **each} for each in changed])
            largest = self.kept.levels[pool].largest
            if largest != before.largest:
                execute(_SET_LARGEST, {"name": name, "of": pool, "to_largest": largest})
        if self.burdened:
            rows = [
                {"name": name, "who": rep, "to_open": b.open, "to_day": b.day and str(b.day), "to_today": b.today}
                for rep, b in sorted(self.burdened.items())
            ]
            execute(_SET_BURDEN, rows)
        if self.absent:
            execute(insert(ABSENCES), [_absence_row(name, number, absence) for number, absence in self.absent])
        execute(_SET_LAST, {"name": name, "to_last": self.last + len(self.added)})


def _changed_levels(pool: Pool, before: Levels, after: Levels) -> Iterator[dict[str, Any]]:
    """The members for whom something is not as it was."""
    then = zip(before.loads, before.credits, before.owned, strict=True)
    now = zip(after.loads, after.credits, after.owned, strict=True)
    for i, (had, has) in enumerate(zip(then, now, strict=True)):
        there = i in after.there
        if had != has or there != (i in before.there):
            load, credit, owned = has
            yield {"who": pool.members[i], "to_load": load, "to_credit": credit, "to_owned": owned, "to_there": there}


def _held(connection: Connection, name: str, pool: str) -> dict[str, Held]:
    rows = connection.execute(_LEVELS_OF, {"name": name, "of": pool})
    return {r.rep: Held(r.weight, r.load, r.credit, r.owned, r.there) for r in rows}


def _levels(connection: Connection, name: str, pool: Pool) -> Levels:
    held = _held(connection, name, pool.name)
    largest = connection.execute(_LARGEST, {"name": name, "of": pool.name}).scalar_one()
    each = [held[m] for m in pool.members]
    there = frozenset(i for i, h in enumerate(each) if h.there)
    return Levels(tuple(h.load for h in each), tuple(h.credit for h in each), tuple(h.owned for h in each), there, largest)


def _adopt(connection: Connection, rules: Rules, at: datetime) -> None:
    """Makes what is missing, re-bases the pools whose rules changed, and says which rules hold."""
    name = rules.name
    _make_routing(connection, name)
    row = connection.execute(_LOCKED, {"name": name}).one()
    if row.rules != rules.fingerprint:
        terms = {r.pool: r for r in connection.execute(select(POOLS).where(POOLS.c.routing == name))}
        entries: list[Entry] = []
        for pool in rules.pools:
            had = terms.get(pool.name)
            if had is None:
                _write_pool(connection, name, pool, no_levels(pool))
            elif had.terms != pool.terms:
                levels, raises = rebased(pool, _held(connection, name, pool.name), had.largest)
                _write_pool(connection, name, pool, levels)
                entries.append(rules_entry(row.last_number + len(entries) + 1, at, pool, raises))
        if entries:
            connection.execute(insert(LOG), [_row(name, e) for e in entries])
        ours = update(ROUTINGS).where(ROUTINGS.c.routing == name)
        connection.execute(ours.values(rules=rules.fingerprint, last_number=row.last_number + len(entries)))
    known = set(connection.execute(select(BURDENS.c.rep).where(BURDENS.c.routing == name)).scalars())
    missing = [{"routing": name, "rep": rep, "open": 0, "day": None, "today": 0} for rep in rules.reps if rep not in known]
    if missing:
        connection.execute(insert(BURDENS), missing)


def _make_routing(connection: Connection, name: str) -> None:
    """A row for the routing, where there is none; two programs may try at once."""
    row = {"routing": name, "rules": "", "last_number": 0}
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_if_missing

        connection.execute(insert_if_missing(ROUTINGS).values(row).on_conflict_do_nothing())
    else:
        from sqlalchemy.dialects.sqlite import insert as insert_or_leave

        connection.execute(insert_or_leave(ROUTINGS).values(row).on_conflict_do_nothing())


def _write_pool(connection: Connection, name: str, pool: Pool, levels: Levels) -> None:
    for table in (LEVELS, POOLS):
        connection.execute(delete(table).where(table.c.routing == name, table.c.pool == pool.name))
    connection.execute(insert(POOLS), {"routing": name, "pool": pool.name, "terms": pool.terms, "largest": levels.largest})
    held, _ = held_of(pool, levels)
    each = [
        {"rep": rep, "weight": h.weight, "load": h.load, "credit": h.credit, "owned": h.owned, "there": h.there} for rep, h in held.items()
    ]
    connection.execute(insert(LEVELS), [{"routing": name, "pool": pool.name, **row} for row in each])


def _row(name: str, entry: Entry) -> dict[str, Any]:
    details = json.dumps(entry.details, ensure_ascii=False, separators=(",", ":"))
    return {
        "routing": name, "number": entry.number, "at": entry.at.isoformat(), "kind": entry.kind, "lead": entry.lead, "rep": entry.rep,
        "pool": entry.pool, "counted": entry.counted, "said": entry.said, "details": details,
    }  # fmt: skip


def _absence_row(name: str, number: int, absence: Absence) -> Mapping[str, Any]:
    days = {"first": str(absence.first), "last": str(absence.last)}
    return {"routing": name, "number": number, "rep": absence.rep, "reason": absence.reason, **days}


def _entry(row: Any) -> Entry:  # noqa: ANN401 - a row of the log
    at = datetime.fromisoformat(row.at)
    return Entry(row.number, at, row.kind, row.lead, row.rep, row.pool, row.counted, row.said, row.details)


def _changed(rules: Rules) -> Diagnostic:
    message = f"Since this program started, another one has begun to route {rules.name} by a routing file that says something else."
    return Diagnostic("rules-changed", "The rules were changed meanwhile", message, hint="Start it again with the file as it is now.")


def _differs(rules: Rules) -> Diagnostic:
    message = f"Leads of {rules.name} were last routed by a routing file that said something else of its pools."
    return Diagnostic(
        "rules-changed", "The rules were changed since", message, hint="Route a lead by this file first, or bring the other back."
    )


def _nothing(rules: Rules) -> Diagnostic:
    message = f"No lead of {rules.name} was routed yet."
    return Diagnostic(
        "nothing-routed", "There is nothing to show", message, hint="Route leads first, or name their database with --database."
    )
