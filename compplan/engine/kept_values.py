"""What became of earnings after they were earned, as values: what holds and clawbacks change, what is held and waits."""

from __future__ import annotations

from compplan.engine.page import Value
from compplan.immutable import immutable


@immutable
class KeptSum:
    """What rows that refer to the record come to on the day of a sentence, in the plan's words."""

    words: str
    value: Value
    unit: str


@immutable
class KeptCause:
    """What releases or takes a share: the day in the plan's words, the row of another kind that it is of, the day, the share; and what
    was added up to that day.
    """

    words: str
    source: str | None
    day: str
    share: Value
    sums: tuple[KeptSum, ...] = ()


@immutable
class KeptExplanation:
    """What a hold or clawback changes of one earning in a month: what is released or taken to date, what is left of it, what is held.

    `kept` is what a hold keeps in the beginning. Without causes, a hold begins to keep, and a clawback takes its part of what is released.
    """

    kind: str
    name: str
    label: str
    component: str
    record: str
    earned_in: str
    month: str
    period: str
    earned: Value
    kept: Value
    share: Value
    left: Value
    change: Value
    held: Value
    causes: tuple[KeptCause, ...]


@immutable
class Waiting:
    """What a hold waits for: its sentence, the row of another kind that it is of, and why nothing is known of the day."""

    name: str
    label: str
    words: str
    source: str | None
    why: str


@immutable
class HeldExplanation:
    """What is held of one earning when the run's months end: what is known to come, each on its day, and what the rest waits for."""

    component: str
    label: str
    record: str
    earned_in: str
    earned: Value
    held: Value
    coming: tuple[KeptExplanation, ...]
    waiting: tuple[Waiting, ...]
