"""Names of steps: the same thing always has the same one, and no two things share one, not even in other letters' case."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, count

from compplan.engine.steps import identifier


class StepNames:
    """Remembers what each name stands for; what comes first has the plain name."""

    def __init__(self) -> None:
        self._meanings: dict[str, str] = {}

    def name(self, meaning: str, *words: str) -> str:
        """The name made of the words for what has this meaning; with a number behind it where another thing has that name."""
        plain = identifier(*words)
        return self.first_of(meaning, (plain,), plain)

    def first_of(self, meaning: str, candidates: Iterable[str], plain: str) -> str:
        """The first candidate that stands for nothing else; after them, `plain` with a number behind it."""
        numbered = (f"{plain}_{n}" for n in count(2))
        return next(c for c in chain(candidates, numbered) if self._meanings.setdefault(c.lower(), meaning) == meaning)
