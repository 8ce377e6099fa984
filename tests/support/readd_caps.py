"""Adds up again what the caps of a plan leave, as an explanation tells it: limits, what they are held against, what they take off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

Json = Mapping[str, Any]
Rounded = Callable[[Fraction], Fraction]
Months = Callable[[str], tuple[int, int]]
_NONE = Fraction(0)


def caps_amiss(plan: Json, run: str, rounded: Rounded, months: Months) -> Iterator[str]:
    """Everything in what caps leave that does not add up; `months` gives the numbers of a period's first and last month."""
    looked_at = [(months(e["period"]), months(e["period"]), Fraction(e["amount"])) for e in plan["payouts"] if e["kind"] == "earning"]
    looked_at += [(months(k["earned_in"]), months(k["period"]), Fraction(k["change"])) for k in plan["kept"]]
    names: dict[str, list[Json]] = defaultdict(list)
    for cap in plan["caps"]:
        names[cap["name"]].append(cap)
    longer = _NONE
    for name, caps in names.items():
        size = months(caps[0]["of"])[1] - months(caps[0]["of"])[0]
        for cap in caps:
            # of what a cap for a longer time took off, it is not told in which shorter time that was earned
            known = not cap["earned"] or size >= longer
            yield from (f"{name} {cap['of']} {cap['period']}: {p}" for p in _line(cap, run, looked_at if known else None, rounded, months))
        yield from (f"{name}: {problem}" for problem in _chain(caps, months))
        for cap in caps:
            whole = months(cap["of"]) if cap["earned"] else months(cap["period"])
            looked_at.append((whole, months(cap["period"]), Fraction(cap["correction"])))
        longer = max(longer, Fraction(size)) if caps[0]["earned"] else longer


def _line(
    cap: Json, run: str, looked_at: Sequence[tuple[tuple[int, int], tuple[int, int], Fraction]] | None, rounded: Rounded, months: Months
) -> Iterator[str]:
    """One cap in one payout period."""
    of, now = months(cap["of"]), months(cap["period"])
    limit, earlier, own = (Fraction(cap[n]) for n in ("limit", "earlier", "own"))
    if rounded(Fraction(cap["limit_from"]["value"])) != limit:
        yield f"the limit is {limit}, and made from {cap['limit_from']['value']}"
    if looked_at is not None:
        within = [(paid, a) for earned, paid, a in looked_at if of[0] <= (earned if cap["earned"] else paid)[0] <= of[1]]
        at_once = sum((a for paid, a in within if paid == now), _NONE)
        if at_once != own:
            yield f"it looks at {own}, and {at_once} become payable"
        before = sum((a for paid, a in within if paid < now), _NONE)
        if months(run)[0] <= of[0] and before != earlier:
            yield f"it says that {earlier} came before, and {before} did"
    carried = _NONE if cap["carried"] is None else Fraction(cap["carried"])
    paid = min(limit, carried + earlier + own)
    paid_before = _NONE if now[0] == of[0] and not cap["earned"] else min(limit, carried + earlier)
    if limit >= 0 and paid - paid_before - own != Fraction(cap["correction"]):
        yield f"{paid} are left to date, {paid_before} were, of {own} now, and it changes that by {cap['correction']}"


def _chain(caps: Sequence[Json], months: Months) -> Iterator[str]:
    """What came before is what came before the line before, and what came then; what is carried on is what went beyond."""
    last: dict[str, Json] = {}
    for cap in caps:
        before = last.get(cap["of"])
        if before is not None and Fraction(cap["earlier"]) != Fraction(before["earlier"]) + Fraction(before["own"]):
            yield f"{cap['period']} follows {before['earlier']} and {before['own']}, and says that {cap['earlier']} came before"
        last[cap["of"]] = cap
    if caps[0]["carried"] is None:
        return
    by_period = sorted(last.values(), key=lambda line: months(line["of"]))
    for one, after in pairwise(by_period):
        if months(one["period"])[1] == months(one["of"])[1]:
            rest = Fraction(one["carried"]) + Fraction(one["earlier"]) + Fraction(one["own"]) - Fraction(one["limit"])
            if max(rest, _NONE) != Fraction(after["carried"]):
                yield f"{rest} went beyond it in {one['of']}, and {after['carried']} came over to {after['of']}"
