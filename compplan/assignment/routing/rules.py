"""What a routing file says, as the values that deciding works with: pools, their members, who can take which lead."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm

from compplan.assignment.routing.calendar import Calendar
from compplan.assignment.routing.lead import Lead, Texts
from compplan.immutable import immutable

WEIGHT_DECIMALS = 4
"""Weights are whole numbers of ten-thousandths."""

_MOST_KEPT = 10_000


@immutable
class Rep:
    """A rep: name, what stands of the rep under each heading, and how many leads the rep takes at most in a day and has open at most."""

    name: str
    has: Mapping[str, frozenset[str]]
    each_day: int | None = None
    most_open: int | None = None


@immutable
class Need:
    """What a lead asks of a rep: each text in the lead's `field` stands among those under the rep's heading `among`."""

    field: str
    among: str


@dataclass(frozen=True, eq=False)
class Pool:
    """Reps who share the leads that match `leads`, by weight.

    `members` are sorted by name and `weights` go with them, in ten-thousandths. `has` says for each member and each need what the member
    has. `window` is K; `largest` is the quality, in hundredths, as which any larger one counts, or None where the largest seen is known
    only when it comes.
    """

    name: str
    leads: Mapping[str, frozenset[str]]
    members: tuple[str, ...]
    weights: tuple[int, ...]
    needs: tuple[Need, ...] = ()
    has: tuple[tuple[frozenset[str], ...], ...] = ()
    window: Fraction = Fraction(1, 2)
    largest: int | None = None
    _able: dict[tuple[tuple[Texts, ...], frozenset[int]], tuple[int, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def unit(self) -> int:
        """Into how many parts one of quality is divided, so that every level is a whole number: the least common multiple of weights."""
        return lcm(*self.weights)

    @cached_property
    def factors(self) -> tuple[int, ...]:
        """What one of quality adds to the level of each member."""
        return tuple(self.unit // w for w in self.weights)

    @cached_property
    def largest_factor(self) -> int:
        """What one of quality adds to the level of the member with the smallest weight."""
        return max(self.factors, default=1)

    @cached_property
    def below(self) -> tuple[tuple[int, ...], ...]:
        """For each member, the others who can take no lead that the member cannot take."""
        everyone = range(len(self.members))
        lists = self.lists
        return tuple(
            tuple(r for r in everyone if r != s and all(a <= b for a, b in zip(lists[r], lists[s], strict=True))) for s in everyone
        )

    @cached_property
    def everyone(self) -> frozenset[int]:
        """All members."""
        return frozenset(range(len(self.members)))

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The position of each member."""
        return {name: i for i, name in enumerate(self.members)}

    def needed(self, lead: Lead) -> tuple[Texts, ...]:
        """What a lead asks, need by need."""
        fields = lead.fields
        return tuple([fields.get(need.field, ()) for need in self.needs])

    def able(self, needed: tuple[Texts, ...], there: frozenset[int]) -> tuple[int, ...]:
        """Those of the members who are there that have all that is asked."""
        found = self._able.get((needed, there))
        if found is None:
            lists = self.lists
            found = tuple(i for i in sorted(there) if all(had.issuperset(n) for n, had in zip(needed, lists[i], strict=True)))
            if len(self._able) >= _MOST_KEPT:
                self._able.clear()
            self._able[needed, there] = found
        return found

    def counted(self, lead: Lead) -> int:
        """As which quality a lead counts here."""
        return lead.quality if self.largest is None else min(lead.quality, self.largest)

    def takes(self, lead: Lead) -> bool:
        """Whether the pool is for such leads: under each heading the lead has one of these texts."""
        return all(not allowed.isdisjoint(lead.texts(name)) for name, allowed in self.leads.items())

    @cached_property
    def terms(self) -> str:
        """All that levels and the bound depend on, as one text."""
        members = [[n, w, [sorted(h) for h in has]] for n, w, has in zip(self.members, self.weights, self.lists, strict=True)]
        return json.dumps([members, [n.field for n in self.needs], str(self.window), self.largest], separators=(",", ":"))

    @cached_property
    def lists(self) -> tuple[tuple[frozenset[str], ...], ...]:
        """What each member has, need by need; where nothing is needed, nothing."""
        return self.has or ((),) * len(self.members)


@immutable
class Owners:
    """What becomes of a lead that names the owner of its account.

    `field` is where the lead says so, `counts` whether such leads count toward the owner's quality, `when_away` whether they go to the
    others while the owner is away.
    """

    field: str
    counts: bool
    to_others_when_away: bool


@dataclass(frozen=True, eq=False)
class Rules:
    """A routing file, checked: its name, reps, pools in their order, and what is said of quality, chances, owners, returns and time.

    `quality` and `times` are fields of a lead; `chances` is a field of the lead with a chance for each rep, `chance_table` has them by lead
    and rep. `days_to_return` is for how many days a lead can be given back as bad.
    """

    name: str
    reps: Mapping[str, Rep]
    pools: tuple[Pool, ...]
    calendar: Calendar
    quality: str | None = None
    times: str | None = None
    chances: str | None = None
    chance_table: Mapping[str, Mapping[str, float]] | None = None
    owners: Owners | None = None
    days_to_return: int | None = None
    _pool_by: dict[tuple[Texts | None, ...], Pool | None] = field(default_factory=dict, repr=False)

    @cached_property
    def limits(self) -> tuple[Rep, ...]:
        """The reps who take so many leads at most."""
        return tuple(r for r in self.reps.values() if r.each_day is not None or r.most_open is not None)

    @cached_property
    def limited(self) -> bool:
        """Whether there are such reps."""
        return bool(self.limits)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields of a lead that pools and needs look at."""
        return tuple(sorted({f for p in self.pools for f in (*p.leads, *(n.field for n in p.needs))}))

    @cached_property
    def pool(self) -> Mapping[str, Pool]:
        """The pools by name."""
        return {p.name: p for p in self.pools}

    def pool_of(self, lead: Lead) -> Pool | None:
        """The first pool that is for such a lead."""
        asked = tuple([lead.fields.get(f) for f in self._asked])
        if asked not in self._pool_by:
            if len(self._pool_by) >= _MOST_KEPT:
                self._pool_by.clear()
            self._pool_by[asked] = next((p for p in self.pools if p.takes(lead)), None)
        return self._pool_by[asked]

    @cached_property
    def _asked(self) -> tuple[str, ...]:
        """The fields of a lead that say which pool is for it."""
        return tuple(sorted({f for p in self.pools for f in p.leads}))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what the levels of all pools depend on."""
        return hashlib.sha256(json.dumps([[p.name, p.terms] for p in self.pools]).encode()).hexdigest()
