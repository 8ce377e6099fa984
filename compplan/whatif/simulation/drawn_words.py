"""What was drawn from what, in words: whoever reads a forecast must know what it takes for granted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compplan.calendar import FiscalPeriod
from compplan.whatif.simulation.blocks import Blocks
from compplan.whatif.simulation.forecast import Drawn
from compplan.whatif.simulation.kinds import DrawnKind
from compplan.whatif.simulation.settings import COMPANY, Settings

_PLACES = {"none": "any other", "quarter": "another at the same place in a quarter", "year": "the same of another year"}


def drawn_of(settings: Settings, blocks: Blocks, kinds: Sequence[DrawnKind]) -> Drawn:
    """What was drawn, and in words how."""
    history = blocks.history
    past = [FiscalPeriod("month", m).label for m in (history.past.first, history.past.last)]
    names = tuple(k.kind.name for k in kinds)
    words = tuple(_words(settings, blocks, kinds))
    return Drawn(
        names, past[0] if past[0] == past[1] else f"{past[0]} to {past[1]}", history.counted, len(history.units), settings.each, words
    )


def _words(settings: Settings, blocks: Blocks, kinds: Sequence[DrawnKind]) -> Iterator[str]:
    history = blocks.history
    names = " and ".join(k.kind.name for k in kinds)
    first, last = FiscalPeriod("month", history.past.first).label, FiscalPeriod("month", history.past.last).label
    whose = "the whole company" if settings.each == COMPANY else f"each {settings.each}"
    yield (
        f"{names[0].upper()}{names[1:]} of {settings.period.label} are drawn from {history.counted:,} records of {first} to {last}, "
        f"for {whose} a {settings.blocks} at a time; a {settings.blocks} may stand for {_PLACES[settings.season]}."
    )
    if settings.known_through is not None:
        yield f"Records through {settings.known_through.isoformat()} are as they are."
    elif history.is_itself:
        yield "There are no records before the period, so it is drawn from its own: what it might have been, not what comes next."
    if any(len(s.past) == 1 for s in blocks.strata):
        yield (
            f"Some {settings.blocks}s of the period have only one of the past that may stand for them, and do not vary: "
            "name a longer history, or a shorter season."
        )
    if any(not s.past for s in blocks.strata):
        yield f"For some {settings.blocks}s of the period nothing of the past may stand: they are empty. Name a longer history."
