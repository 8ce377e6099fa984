"""The router: events in, answers out, each kept before it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from compplan.assignment.routing.calendar import Absence, Out, Rota
from compplan.assignment.routing.decide import Situation, decide
from compplan.assignment.routing.incoming import Clock, read_event
from compplan.assignment.routing.lead import Away, Closed, Event, Lead, Returned
from compplan.assignment.routing.levels import credited
from compplan.assignment.routing.log import AWAY, CLOSED, GIVES, RETURNED, WAITS, Entry, answer_of, entry_of
from compplan.assignment.routing.rules import Pool, Rules
from compplan.assignment.routing.store import Burden, Store, Work
from compplan.diagnostics.model import Diagnostic, Problems

Answer = Mapping[str, Any]
_MOST_KEPT = 10_000


def wall_clock() -> datetime:
    """Now, for leads that do not say when they came."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Router:
    """Gives each lead to a rep by the rules of a routing file, and keeps what it did in a store.

    `clock` is asked for the time of what does not say its own.
    """

    rules: Rules
    store: Store
    clock: Clock = wall_clock
    _rota: Rota | None = None
    _there: dict[tuple[str, frozenset[str]], frozenset[int]] = field(default_factory=dict)

    def __enter__(self) -> Router:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.store.close()

    def route(self, value: Mapping[str, Any] | Event) -> Answer:
        """The answer to a lead or another event, which is kept by then.

        A lead that was given before is answered as it was. Raises `Problems` where it cannot be used, or cannot be kept.
        """
        event = read_event(value, self.rules, self.clock) if isinstance(value, Mapping) else value
        with self.store.work() as work:
            answer = self._answered(work, event)
        if isinstance(answer, Problems):
            raise answer
        return answer

    def route_together(self, events: Sequence[Event]) -> list[Answer | Problems]:
        """The answers to several, in their order, which are kept together by then: all, or none where it raises `Problems`."""
        with self.store.work() as work:
            return [self._answered(work, event) for event in events]

    def _answered(self, work: Work, event: Event) -> Answer | Problems:
        if isinstance(event, Lead):
            return self._lead(work, event)
        try:
            if isinstance(event, Returned):
                return self._returned(work, event)
            return self._closed(work, event) if isinstance(event, Closed) else self._away(work, event)
        except Problems as problems:
            return problems

    def _lead(self, work: Work, lead: Lead) -> Answer:
        before = work.about(lead.name)
        if before:
            had = next((e for e in before if e.kind in GIVES), None)
            if had is not None:
                return answer_of(had)
        pool = self.rules.pool_of(lead)
        decision = decide(self.rules, pool, lead, None if pool is None else self._situation(work, pool, lead.at))
        entry = entry_of(work.number(), decision)
        if decision.kind == WAITS:
            if not before or before[-1].said != entry.said:
                work.add(entry)
            return answer_of(entry)
        if pool is not None and decision.levels is not None:
            work.set_levels(pool, decision.levels)
        if decision.rep is not None:
            self._burdened(work, decision.rep, lead.at)
        work.add(entry)
        return answer_of(entry)

    def _situation(self, work: Work, pool: Pool, at: datetime) -> Situation:
        out = self._out(work, at)
        there = pool.everyone if not out.names else self._there.get((pool.name, out.names))
        if there is None:
            if len(self._there) >= _MOST_KEPT:
                self._there.clear()
            there = self._there[pool.name, out.names] = frozenset(i for i, name in enumerate(pool.members) if name not in out.names)
        return Situation(work.levels(pool), there, out.why)

    def _out(self, work: Work, at: datetime) -> Out:
        """The reps who can take no lead at a time, and why."""
        told = work.absences()
        if self._rota is None or self._rota.told != told:
            self._rota = Rota(self.rules.calendar, tuple(self.rules.reps), told)
        out = self._rota.out(at)
        if not self.rules.limited:
            return out
        full = {}
        for rep in self.rules.limits:
            burden = work.burden(rep.name)
            today = self.rules.calendar.local(rep.name, at).date()
            if rep.most_open is not None and burden.open >= rep.most_open:
                full[rep.name] = f"has {burden.open} open, {rep.most_open} at most"
            if rep.each_day is not None and burden.day == today and burden.today >= rep.each_day:
                full[rep.name] = f"had {burden.today} today, {rep.each_day} at most"
        return Out({**full, **out.why}) if full else out

    def _burdened(self, work: Work, rep: str, at: datetime) -> None:
        """One lead more is the rep's; one of a day before the latest is not held against any day."""
        had = work.burden(rep)
        day = self.rules.calendar.local(rep, at).date()
        if had.day is None or day > had.day:
            work.set_burden(rep, Burden(had.open + 1, day, 1))
        else:
            work.set_burden(rep, Burden(had.open + 1, had.day, had.today + (day == had.day)))

    def _returned(self, work: Work, event: Returned) -> Answer:
        about = work.about(event.lead)
        given = _given(about, event.lead)
        done = next((e for e in about if e.kind == RETURNED), None)
        if done is None:
            self._in_time(given, event)
            pool = self.rules.pool.get(given.pool or "")
            member = None if pool is None else pool.place.get(given.rep or "")
            if pool is not None and member is not None and given.counted:
                levels = credited(work.levels(pool), member, given.counted, was_owned=given.kind != "given")
                work.set_levels(pool, levels)
            if not any(e.kind == CLOSED for e in about):
                self._unburdened(work, given.rep or "")
            said = f"{given.rep} had it; it was given back as bad{f': {event.reason}' if event.reason else ''}."
            counted = given.counted if member is not None else 0
            done = Entry(work.number(), event.at, RETURNED, event.lead, given.rep, given.pool, counted, said, {"reason": event.reason})
            work.add(done)
        return {"return": event.lead, "rep": done.rep, "pool": done.pool, "at": done.at.isoformat(), "why": done.said}

    def _in_time(self, given: Entry, event: Returned) -> None:
        days = self.rules.days_to_return
        if days is None:
            message, hint = "The routing file does not let leads be given back.", "Add `returns: {days: 7}` to it."
            raise Problems([Diagnostic("no-returns", "Leads cannot be given back", message, hint=hint)])
        if event.at < given.at:
            message = f"{event.lead} was given on {given.at:%Y-%m-%d at %H:%M}, after {event.at:%Y-%m-%d at %H:%M}."
            raise Problems([Diagnostic("too-early", "The lead was not given yet", message, hint="See whether `at` is right.")])
        if event.at - given.at > timedelta(days=days):
            message = f"{event.lead} was given on {given.at:%Y-%m-%d}, more than {days} days before."
            hint = "It stays with its rep, and counts. The time is `returns` in the routing file."
            raise Problems([Diagnostic("too-late", "It is too late to give this lead back", message, hint=hint)])

    def _closed(self, work: Work, event: Closed) -> Answer:
        about = work.about(event.lead)
        given = _given(about, event.lead)
        done = next((e for e in about if e.kind == CLOSED), None)
        if done is None:
            if not any(e.kind == RETURNED for e in about):
                self._unburdened(work, given.rep or "")
            said = f"{given.rep} is done with it."
            done = Entry(work.number(), event.at, CLOSED, event.lead, given.rep, given.pool, 0, said, {})
            work.add(done)
        return {"close": event.lead, "rep": done.rep, "pool": done.pool, "at": done.at.isoformat(), "why": done.said}

    def _unburdened(self, work: Work, rep: str) -> None:
        had = work.burden(rep)
        work.set_burden(rep, Burden(max(0, had.open - 1), had.day, had.today))

    def _away(self, work: Work, event: Away) -> Answer:
        absence = Absence(event.rep, event.first, event.last, event.reason)
        answer = {"away": event.rep, "from": str(event.first), "through": str(event.last)}
        if absence not in work.absences():
            said = f"{event.rep} is away from {event.first} through {event.last}{f': {event.reason}' if event.reason else ''}."
            details = {"from": str(event.first), "through": str(event.last), "reason": event.reason}
            work.add(Entry(work.number(), event.at, AWAY, None, event.rep, None, 0, said, details))
            work.add_absence(absence)
        return answer


def _given(about: Sequence[Entry], lead: str) -> Entry:
    found = next((e for e in about if e.kind in GIVES), None)
    if found is None:
        message = f"No lead {lead} was given to anybody."
        raise Problems([Diagnostic("unknown-lead", "This lead is not known", message, hint="Write its name as it was routed.")])
    return found
