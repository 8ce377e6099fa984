"""Prizes that several share, as text."""

from __future__ import annotations

from collections.abc import Callable

from compplan.engine.explained_places import Ranking
from compplan.engine.explanation_records import Value


def tie_line(ranking: Ranking, amount: Callable[[Value], str]) -> str:
    """How many share which prizes."""
    tie = ranking.tie
    assert tie is not None
    prizes, share = amount(tie.prizes), amount(tie.share)
    return f"    {tie.payees} share this place, and the {prizes} of all the places that they take up: {share} each, to the last unit"
