"""What was drawn from what, for people: whoever reads a forecast must know what it takes for granted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compplan.whatif.simulation.draws import Draws
from compplan.whatif.simulation.forecast import Drawn
from compplan.whatif.simulation.history import History
from compplan.whatif.simulation.kinds import DrawnKind
from compplan.whatif.simulation.settings import Settings


def drawn_of(settings: Settings, history: History, draws: Sequence[Draws], kinds: Sequence[DrawnKind]) -> Drawn:
    """What was drawn, and in words how."""
    names, words = tuple(k.kind.name for k in kinds), tuple(_words(settings, history, draws))
    return Drawn(names, history.spelled, history.counted, len(history.units), settings.each, words)


def _words(settings: Settings, history: History, draws: Sequence[Draws]) -> Iterator[str]:
    if settings.known_through is not None:
        yield f"Records through {settings.known_through.isoformat()} are as they are."
    for one in draws:
        yield from one.words
    if history.is_itself and settings.known_through is None:
        yield "There are no records before the period, so it is drawn from its own: what it might have been, not what comes next."
    if settings.pipeline is None:
        yield from (_without_day(name, column, count) for name, column, count in history.undated)


def _without_day(name: str, column: str, count: int) -> str:
    return f"{count:,} {name} without {column} come to nothing. If they are still open, say so with --pipeline {name}.COLUMN=OPEN."
