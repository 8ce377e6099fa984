"""A lead, and what else can be told of: that one was bad, that one is done with, that a rep is away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from compplan.immutable import immutable

Texts = tuple[str, ...]
Chances = Mapping[str, float | Decimal]

QUALITY_DECIMALS = 2
"""Qualities are whole numbers of hundredths."""


@immutable
class Lead:
    """A lead: its name, when it came, its quality in hundredths, the texts in its fields, chances of winning by rep, and the rep who owns
    its account.

    `chances` is None where every rep's chance is the same.
    """

    name: str
    at: datetime
    quality: int
    fields: Mapping[str, Texts]
    chances: Chances | None = None
    owner: str | None = None

    def texts(self, name: str) -> Texts:
        """What stands in a field; nothing where there is no such field or it is empty."""
        return self.fields.get(name, ())


@immutable
class Returned:
    """A lead was bad, so that its quality is given back to the rep who had it."""

    lead: str
    at: datetime
    reason: str


@immutable
class Closed:
    """A lead is done with: it is no longer one of those that its rep has open."""

    lead: str
    at: datetime


@immutable
class Away:
    """A rep is away, from one day through another."""

    rep: str
    first: date
    last: date
    reason: str
    at: datetime


Event = Lead | Returned | Closed | Away
