"""What an explanation says of a ranking."""

from __future__ import annotations

from compplan.engine.explanation_records import Value
from compplan.immutable import immutable


@immutable
class Ranked:
    """One of those who are ranked; a colleague is named only where that is asked for."""

    payee: str | None
    place: Value
    figure: Value


@immutable
class Tie:
    """Prizes that are shared: what the places of those who tie bring together, among how many, and the payee's part."""

    prizes: Value
    payees: int
    share: Value


@immutable
class Ranking:
    """A place among all payees of the plan: by what, in which unit, among how many, and who the first of them are.

    With `tie`, the prizes of places are shared by those who tie, be it one alone.
    """

    words: str
    unit: str
    figure: Value
    place: Value
    qualifies: bool
    payees: int
    first: tuple[Ranked, ...]
    tie: Tie | None
