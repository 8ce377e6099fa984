"""The log: one entry for everything that happened, with all that its reason needs, so that it can be told without the routing file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from compplan.assignment.routing.decide import GIVEN, TO_OWNER, WAITS, Compared, Decision
from compplan.assignment.routing.levels import Raise
from compplan.immutable import immutable

RETURNED, CLOSED, AWAY, RULES = "returned", "closed", "away", "rules"

Details = Mapping[str, Any]


@immutable
class Entry:
    """What happened: its number, when, of which kind, which lead, rep and pool it is about, and as how much the lead counts, in hundredths.

    `said` is the reason in a sentence. The details are JSON's values; from a decision, or a text that was kept, they are made when they are
    asked for.
    """

    number: int
    at: datetime
    kind: str
    lead: str | None
    rep: str | None
    pool: str | None
    counted: int
    said: str
    reason: Decision | Details | str

    @property
    def details(self) -> Details:
        """All that the reason needs, as JSON has it."""
        if isinstance(self.reason, Decision):
            return details_of(self.reason)
        found: Details = json.loads(self.reason) if isinstance(self.reason, str) else self.reason
        return found


def entry_of(number: int, decision: Decision) -> Entry:
    """The entry of a decision."""
    lead, pool = decision.lead, decision.pool
    name = None if pool is None else pool.name
    return Entry(number, lead.at, decision.kind, lead.name, decision.rep, name, decision.counted, said_of(decision), decision)


def said_of(decision: Decision) -> str:
    """The reason of a decision in a sentence."""
    rep, compared = decision.rep, decision.compared
    if decision.kind == TO_OWNER:
        return f"{rep} owns the account."
    if compared is None:
        return _why_nobody(decision)
    chances, within = decision.lead.chances, len(compared.within)
    of = f"{within} within the window, of {len(compared.able)} who could take it"
    if len(compared.able) == 1:
        return f"Only {rep} can take it now."
    if within == 1:
        return f"Only {rep} is within the window; {len(compared.able)} could take it."
    if chances is None:
        return f"{rep} has the lowest level of {len(compared.able)} who could take it."
    return f"{rep} has the best chance, {float(chances.get(str(rep), 0)):.1%}: {of}."


def _why_nobody(decision: Decision) -> str:
    if decision.pool is None:
        return "No pool of the routing file takes such leads."
    reasons = nobody_because(details_of(decision))
    return f"Nobody can take it now: {'; '.join(reasons)}."


def nobody_because(details: Details) -> list[str]:
    """For each rep of the pool, why not; alike reasons together."""
    by_reason: dict[str, list[str]] = {}
    for rep, why in details["out"].items():
        by_reason.setdefault(why, []).append(rep)
    for rep, lacks in details["lacking"].items():
        by_reason.setdefault(f"lacks {', '.join(lacks)}", []).append(rep)
    return [f"{_named(reps)}: {why}" for why, reps in by_reason.items()] or ["the pool has no reps"]


def _named(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def details_of(decision: Decision) -> Details:
    """All that the reason of a decision needs."""
    details: dict[str, Any] = {"quality": decision.lead.quality, "owner": decision.lead.owner, "owner_out": decision.owner_out}
    pool = decision.pool
    if decision.kind == TO_OWNER or pool is None:
        return details
    details["asks"] = {need.field: list(texts) for need, texts in zip(pool.needs, decision.needed, strict=True) if texts}
    out = {name: decision.out[name] for name in pool.members if name in decision.out} if decision.out else {}
    details["out"] = out
    details["lacking"] = _lacking(decision) if decision.needed else {}
    if decision.compared is not None:
        details |= _comparison(decision, decision.compared)
    return details


def _lacking(decision: Decision) -> dict[str, list[str]]:
    """What each member lacks of what the lead asks, of those who are there."""
    pool, out = decision.pool, decision.out or {}
    assert pool is not None
    lacking = {}
    for name, lists in zip(pool.members, pool.lists, strict=True):
        missing = [text for texts, had in zip(decision.needed, lists, strict=True) for text in texts if text not in had]
        if missing and name not in out:
            lacking[name] = missing
    return lacking


def _comparison(decision: Decision, compared: Compared) -> dict[str, Any]:
    """What the window rule looked at: load, weight and chance of each who could take it, and who of them is within the window."""
    pool, levels, chances = compared.pool, compared.levels, decision.lead.chances
    members = pool.members
    return {
        "able": {members[i]: [levels.loads[i], pool.weights[i], None if chances is None else float(chances.get(members[i], 0))]
                 for i in compared.able},
        "within": [members[i] for i in compared.within],
        "largest": levels.largest,
        "smallest_weight": min(pool.weights),
        "k": str(pool.window),
        "raised": raised_of(decision.raises),
    }  # fmt: skip


def raised_of(raises: tuple[Raise, ...]) -> dict[str, int]:
    """Loads that were raised, by rep, in hundredths."""
    return {r.rep: r.by for r in raises}


def answer_of(entry: Entry) -> dict[str, Any]:
    """What a lead is answered with: the same whenever it is asked again."""
    return {"lead": entry.lead, "rep": entry.rep, "pool": entry.pool, "at": entry.at.isoformat(), "why": entry.said}


GIVES = (GIVEN, TO_OWNER)
"""The kinds of entry after which a rep has the lead."""

__all__ = ["AWAY", "CLOSED", "GIVEN", "GIVES", "RETURNED", "RULES", "TO_OWNER", "WAITS", "Entry", "answer_of", "entry_of"]
