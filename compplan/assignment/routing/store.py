"""What a router keeps: levels, the log, how many leads each rep has, and who is away; here in memory, in `database` on a disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from compplan.assignment.routing.calendar import Absence
from compplan.assignment.routing.levels import Held, Levels, Raise, no_levels, rebased
from compplan.assignment.routing.log import GIVES, RETURNED, RULES, WAITS, Entry, raised_of
from compplan.assignment.routing.rules import Pool, Rules
from compplan.immutable import immutable


@immutable
class Burden:
    """How many leads a rep has open, and how many were given on the latest day on which one was."""

    open: int = 0
    day: date | None = None
    today: int = 0


class Work(Protocol):
    """What is read and changed in one go: all of it is kept, or nothing."""

    def about(self, lead: str) -> Sequence[Entry]:
        """The entries of a lead, in their order."""

    def levels(self, pool: Pool) -> Levels:
        """The levels of a pool."""

    def set_levels(self, pool: Pool, levels: Levels) -> None:
        """Keeps the levels of a pool."""

    def burden(self, rep: str) -> Burden:
        """How many leads a rep has."""

    def set_burden(self, rep: str, burden: Burden) -> None:
        """Keeps how many leads a rep has."""

    def absences(self) -> tuple[Absence, ...]:
        """Absences that were told, beside those of the routing file."""

    def add_absence(self, absence: Absence) -> None:
        """Keeps an absence."""

    def number(self) -> int:
        """The number of the next entry."""

    def add(self, entry: Entry) -> None:
        """Keeps an entry."""


class Store(Protocol):
    """Where a router keeps what it has done."""

    def work(self) -> AbstractContextManager[Work]:
        """Work that nobody else's comes between; kept when it ends, or dropped where it ends in an error."""

    def entries(self) -> Iterator[Entry]:
        """The whole log."""

    def adopt(self, rules: Rules, at: datetime) -> None:
        """Goes on under these rules from here.

        Where those of a pool changed, levels stay, and whoever would be behind by more than the bound is raised.
        """

    def about(self, lead: str) -> Sequence[Entry]:
        """The entries of a lead, in their order, as they are now."""

    def totals(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """For each pool and rep, how many leads the rep was given, without those given back, and what they count, in hundredths."""

    def waiting(self) -> Sequence[str]:
        """The leads that nobody could take, and that were not given since."""

    def levels(self, pool: Pool) -> Levels:
        """The levels of a pool, as they are now."""

    def close(self) -> None:
        """Ends the use of it."""


@dataclass(slots=True)
class MemoryStore:
    """Everything in memory, for trying things out: gone when the program ends."""

    rules: Rules
    log: list[Entry] = field(default_factory=list)
    _about: dict[str, list[Entry]] = field(default_factory=dict)
    _levels: dict[str, Levels] = field(default_factory=dict)
    _burdens: dict[str, Burden] = field(default_factory=dict)
    _absences: tuple[Absence, ...] = ()

    def work(self) -> AbstractContextManager[Work]:
        """The store itself: nothing else can come between."""
        return nullcontext(self)

    def about(self, lead: str) -> Sequence[Entry]:
        """The entries of a lead, in their order."""
        return self._about.get(lead, ())

    def levels(self, pool: Pool) -> Levels:
        """The levels of a pool."""
        return self._levels.get(pool.name) or no_levels(pool)

    def set_levels(self, pool: Pool, levels: Levels) -> None:
        """Keeps the levels of a pool."""
        self._levels[pool.name] = levels

    def burden(self, rep: str) -> Burden:
        """How many leads a rep has."""
        return self._burdens.get(rep) or Burden()

    def set_burden(self, rep: str, burden: Burden) -> None:
        """Keeps how many leads a rep has."""
        self._burdens[rep] = burden

    def absences(self) -> tuple[Absence, ...]:
        """Absences that were told."""
        return self._absences

    def add_absence(self, absence: Absence) -> None:
        """Keeps an absence."""
        self._absences = (*self._absences, absence)

    def number(self) -> int:
        """The number of the next entry."""
        return len(self.log) + 1

    def add(self, entry: Entry) -> None:
        """Keeps an entry."""
        self.log.append(entry)
        if entry.lead is not None:
            self._about.setdefault(entry.lead, []).append(entry)

    def entries(self) -> Iterator[Entry]:
        """The whole log."""
        return iter(self.log)

    def adopt(self, rules: Rules, at: datetime) -> None:
        """Goes on under these rules from here."""
        before, self.rules = self.rules, rules
        for pool in rules.pools:
            had = before.pool.get(pool.name)
            if had is not None and had.terms != pool.terms:
                levels, raises = rebased(pool, *held_of(had, self.levels(had)))
                self.set_levels(pool, levels)
                self.add(rules_entry(self.number(), at, pool, raises))

    def totals(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """For each pool and rep, how many leads the rep was given, and what they count."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for entry in self.log:
            sign = (entry.kind in GIVES) - (entry.kind == RETURNED)
            if sign:
                key = (entry.pool or "", entry.rep or "")
                leads, counted = found.get(key, (0, 0))
                found[key] = (leads + sign, counted + sign * entry.counted)
        return found

    def waiting(self) -> Sequence[str]:
        """The leads that nobody could take, and that were not given since."""
        return sorted(lead for lead, about in self._about.items() if about[-1].kind == WAITS)

    def close(self) -> None:
        """Nothing is to be done."""


def held_of(pool: Pool, levels: Levels) -> tuple[Mapping[str, Held], int]:
    """What each member has, by name, and the largest quality."""
    each = zip(pool.members, pool.weights, levels.loads, levels.credits, levels.owned, strict=True)
    held = {name: Held(w, load, credit, owned, i in levels.there) for i, (name, w, load, credit, owned) in enumerate(each)}
    return held, levels.largest


def rules_entry(number: int, at: datetime, pool: Pool, raises: tuple[Raise, ...]) -> Entry:
    """The entry of a pool whose rules changed."""
    raised = raised_of(raises)
    said = "The rules of the pool changed" + (f"; raised, so that nobody is too far behind: {', '.join(raised)}." if raised else ".")
    return Entry(number, at, RULES, None, None, pool.name, 0, said, {"terms": pool.terms, "raised": raised})
