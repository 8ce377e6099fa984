"""One decision: a pool, its levels, a lead, and who is not there, to the rep who gets the lead and the levels afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import mul

from compplan.assignment.routing.lead import Lead, Texts
from compplan.assignment.routing.levels import Levels, Raise, given, given_to_owner, settled, window_of
from compplan.assignment.routing.rules import Pool, Rules
from compplan.immutable import immutable

GIVEN, TO_OWNER, WAITS = "given", "to owner", "waits"


@immutable
class Compared:
    """What the window rule looked at: the levels of the pool before, the members who could take the lead, and those within the window."""

    pool: Pool
    levels: Levels
    able: tuple[int, ...]
    within: Sequence[int]


@immutable
class Decision:
    """Who gets a lead, and why.

    `kind` is `given` by the window rule, `to owner`, or `waits` where nobody can take it now. `pool` is the lead's, `counted` the quality
    that it counts there. `levels` are the pool's afterwards, where they changed; `raises` are loads that were raised before the lead was
    given. `needed` is what the lead asks, `out` says of members why they are not there, `owner_out` why the owner did not get it.
    """

    lead: Lead
    kind: str
    rep: str | None
    pool: Pool | None
    counted: int = 0
    levels: Levels | None = None
    raises: tuple[Raise, ...] = ()
    needed: tuple[Texts, ...] = ()
    out: Mapping[str, str] | None = None
    owner_out: str | None = None
    compared: Compared | None = None


@immutable
class Situation:
    """How things stand when a lead comes: the levels of its pool, which of its members are there, and why other reps are not."""

    levels: Levels
    there: frozenset[int]
    out: Mapping[str, str]


def decide(rules: Rules, pool: Pool | None, lead: Lead, now: Situation | None) -> Decision:
    """Who gets a lead. `pool` is the lead's pool and `now` how things stand there; both are None where no pool is for such leads.

    Nothing is changed and nothing read but the arguments: the same arguments give the same decision.
    """
    owner_out = None
    if rules.owners is not None and lead.owner is not None:
        owner_out = _why_not_owner(rules, lead.owner, now)
        if owner_out is None:
            return _to_owner(rules, lead.owner, pool, lead, now)
    if pool is None or now is None:
        return Decision(lead, WAITS, None, None, owner_out=owner_out)
    decision = _by_window(pool, lead, now)
    return decision if owner_out is None else replace(decision, owner_out=owner_out)


def _why_not_owner(rules: Rules, owner: str, now: Situation | None) -> str | None:
    if owner not in rules.reps:
        return "no rep of the file has this name"
    assert rules.owners is not None
    return now.out.get(owner) if rules.owners.to_others_when_away and now is not None else None


def _to_owner(rules: Rules, owner: str, pool: Pool | None, lead: Lead, now: Situation | None) -> Decision:
    """The owner gets it, whatever the levels; it counts where the file says so and the owner is a member of the lead's pool."""
    assert rules.owners is not None
    member = None if pool is None else pool.place.get(owner)
    if pool is None or now is None or member is None or not rules.owners.counts:
        return Decision(lead, TO_OWNER, owner, pool)
    counted = pool.counted(lead)
    levels = given_to_owner(now.levels, member, counted)
    return Decision(lead, TO_OWNER, owner, pool, counted, levels)


def _by_window(pool: Pool, lead: Lead, now: Situation) -> Decision:
    """Of those who can take it and whose level is within the window of the lowest, the one with the best chance.

    Among equal chances the lowest level counts, then the name.
    """
    members, needed = pool.members, pool.needed(lead)
    able = pool.able(needed, now.there)
    if not able:
        return Decision(lead, WAITS, None, pool, needed=needed, out=now.out)
    counted = pool.counted(lead)
    levels, raises = settled(pool, now.levels, now.there)
    if counted > levels.largest:
        levels = replace(levels, largest=counted)
    level = list(map(mul, levels.loads, pool.factors))
    most = min([level[i] for i in able]) + window_of(pool, levels.largest)
    within = [i for i in able if level[i] <= most]
    chances = lead.chances
    if chances is not None:
        chance = [chances.get(members[i], 0) for i in within]
        highest = max(chance)
        best = [i for c, i in zip(chance, within, strict=True) if c == highest]
    else:
        best = within
    chosen = best[0] if len(best) == 1 else min(best, key=lambda i: (level[i], i))
    compared = Compared(pool, levels, able, within)
    return Decision(lead, GIVEN, members[chosen], pool, counted, given(levels, chosen, counted), raises, needed, now.out, None, compared)
