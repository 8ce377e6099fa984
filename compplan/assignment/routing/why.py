"""The reason of a decision in sentences, from the log alone: the routing file may have changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from compplan.assignment.routing.lead import QUALITY_DECIMALS
from compplan.assignment.routing.log import GIVES, RETURNED, WAITS, Entry
from compplan.assignment.routing.rules import WEIGHT_DECIMALS
from compplan.assignment.routing.store import Store
from compplan.diagnostics.model import Diagnostic, Problems

_QUALITY: int = 10**QUALITY_DECIMALS
_TO_LEVEL = Fraction(10**WEIGHT_DECIMALS, 10**QUALITY_DECIMALS)


def why_lines(store: Store, lead: str) -> Iterator[str]:
    """What became of a lead, and why. Raises `Problems` where the log knows nothing of it."""
    about = store.about(lead)
    if not about:
        message = f"The log has nothing of a lead {lead}."
        raise Problems([Diagnostic("unknown-lead", "This lead is not known", message, hint="Write its name as it was routed.")])
    for entry in about:
        yield from _of_entry(entry)


def _of_entry(entry: Entry) -> Iterator[str]:
    when = f"{entry.at:%Y-%m-%d %H:%M} UTC"
    pool = "" if entry.pool is None else f", pool {entry.pool}"
    if entry.kind == WAITS:
        yield f"{when}: {entry.lead} waits{pool}. {entry.said}"
    elif entry.kind in GIVES:
        yield f"{when}: {entry.lead} went to {entry.rep}{pool}. {entry.said}"
        yield from _of_gift(entry)
    elif entry.kind == RETURNED:
        credit = f" Its {_shown(entry.counted)} are taken off what {entry.rep} has." if entry.counted else ""
        yield f"{when}: {entry.said}{credit}"
    else:
        yield f"{when}: {entry.said}"


def _of_gift(entry: Entry) -> Iterator[str]:
    details = entry.details
    if entry.counted:
        larger = f"; it is {_shown(details['quality'])}, and no lead counts as more" if details["quality"] > entry.counted else ""
        yield f"  It counts as {_shown(entry.counted)}{larger}."
    else:
        yield "  It does not count."
    if details.get("owner_out"):
        yield f"  The owner of its account, {details['owner']}, does not get it: {details['owner_out']}."
    if details.get("asks"):
        asks = [f"{field} {' and '.join(texts)}" for field, texts in details["asks"].items()]
        yield f"  It asks for {', '.join(asks)}."
    if "able" in details:
        yield from _of_window(entry, details)


def _of_window(entry: Entry, details: Mapping[str, Any]) -> Iterator[str]:
    able = details["able"]
    levels = {rep: Fraction(load, weight) * _TO_LEVEL for rep, (load, weight, _) in able.items()}
    low = min(levels.values())
    smallest = Fraction(details["smallest_weight"], 10**WEIGHT_DECIMALS)
    window = Fraction(details["k"]) * Fraction(details["largest"], _QUALITY) / smallest
    terms = f"K = {details['k']} times the largest quality, {_shown(details['largest'])}, by the smallest weight, {float(smallest):g}"
    yield f"  The lowest level was {float(low):,.2f}. The window above it is {float(window):,.2f}: {terms}."
    within = set(details["within"])
    yield "  Those who could take it, by level:"
    width = max(map(len, able))
    for rep in sorted(able, key=lambda r: (levels[r], r)):
        chance = "" if able[rep][2] is None else f"  chance {able[rep][2]:.1%}"
        outside = "" if rep in within else "  above the window"
        chosen = "  <- chosen" if rep == entry.rep else ""
        yield f"    {rep:<{width}}  {float(levels[rep]):>15,.2f}{chance}{outside}{chosen}"
    for rep, why in details["out"].items():
        yield f"  {rep} could not take it: {why}."
    for rep, lacks in details["lacking"].items():
        yield f"  {rep} could not take it: lacks {', '.join(lacks)}."
    for rep, by in details["raised"].items():
        yield f"  {rep} was not there the last time: raised by {_shown(by)} to the level of the pool, without a lead."


def _shown(hundredths: int) -> str:
    return f"{hundredths / _QUALITY:,.2f}"
