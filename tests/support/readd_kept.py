"""Adds up again what holds and clawbacks make of earnings, as an explanation tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

Json = Mapping[str, Any]
Rounded = Callable[[Fraction], Fraction]


def kept_amiss(plan: Json, rounded: Rounded) -> Iterator[str]:
    """Everything in what is held, released and taken back that does not add up."""
    lines: dict[tuple[str, ...], list[Json]] = defaultdict(list)
    for line in plan["kept"]:
        lines[line["name"], line["component"], line["record"], line["earned_in"]].append(line)
    for key, these in lines.items():
        if all(one["month"] < other["month"] for one, other in pairwise(these)):  # else one record has several earnings
            yield from (f"{' '.join(key)}: {problem}" for problem in _released(these, rounded))
    for held in plan["held"]:
        yield from (f"held of {held['record']}: {problem}" for problem in _coming(held, rounded))


def _released(lines: Sequence[Json], rounded: Rounded) -> Iterator[str]:
    """What a hold gives back is the part of what it keeps that its causes release; a clawback takes what its causes say."""
    for earlier, line in zip([None, *lines], lines, strict=False):
        share, before = Fraction(line["share"]), Fraction(0) if earlier is None else Fraction(earlier["share"])
        caused = sum((Fraction(c["share"]) for c in line["causes"]), Fraction(0))
        known = earlier is not None or line["month"] == line["earned_in"]
        if known and share < 1 and before + caused != share and (line["kind"] == "clawback" or caused > 0):
            yield f"{line['month']}: {before} and {caused} are {share} to date"
        if line["kept"] is None or not known:
            continue
        kept = Fraction(line["kept"])
        change = rounded(kept * share) - (kept if earlier is None else rounded(kept * before))
        if change != Fraction(line["change"]):
            yield f"{line['month']}: {change} comes of {kept} of which {share} is released, and {line['change']} is said"


def _coming(held: Json, rounded: Rounded) -> Iterator[str]:
    """What comes lessens what is held, but for what is taken back of it meanwhile; what is left then waits for something."""
    left = Fraction(held["held"])
    taken = any(line["kind"] == "clawback" for line in held["coming"])
    for line in held["coming"]:
        left -= Fraction(line["change"])
    last = Fraction(held["coming"][-1]["held"]) if held["coming"] else left
    if not taken and left != last:
        yield f"{left} is left when all that is known has come, and {last} is said"
    if bool(last) != bool(held["waiting"]):
        yield f"{last} is left, and waits for {held['waiting']}"
    if rounded(left) != left:
        yield f"{left} is not in the plan's unit"
