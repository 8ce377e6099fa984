"""What a generated plan has defined so far, and so what the rest of it may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st

from compplan.schema import MONTHS_IN, Period

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KnownCredit:
    """A credit; `record` where its record has the columns of a deal."""

    name: str
    record: bool
    amounts: tuple[str, ...]
    from_credit: bool = False


@dataclass(frozen=True, slots=True)
class KnownMeasure:
    """A measure: `unit` is money, number or ratio; `credit` is the one credit it adds up, if it has a figure up to one of them.

    `counts` is whether it may count each thing once.
    """

    name: str
    unit: str
    credit: str | None
    quota: Period | None = None
    always_has_quota: bool = False
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """All that is defined."""

    credits: tuple[KnownCredit, ...]
    measures: tuple[KnownMeasure, ...]
    tables: tuple[str, ...]

    def credit(self, name: str) -> KnownCredit:
        """The credit of that name."""
        return next(c for c in self.credits if c.name == name)

    def measured(self, unit: str, credit: str | None = None) -> list[KnownMeasure]:
        """The measures of a unit, or those of them that have a figure up to one row of a credit."""
        return [m for m in self.measures if m.unit == unit and credit in (None, m.credit)]

    def with_quota(self, within: Period, credit: str | None = None) -> list[KnownMeasure]:
        """The measures whose quota is set for a period no longer than another."""
        fitting = [m for m in self.measures if m.quota is not None and MONTHS_IN[m.quota] <= MONTHS_IN[within]]
        return [m for m in fitting if credit in (None, m.credit)]


def pick(draw: st.DrawFn, *choices: T) -> T:
    """One of some choices, the first the simplest."""
    return draw(st.sampled_from(choices))


def one_of(draw: st.DrawFn, choices: Sequence[T]) -> T:
    """One of a sequence of choices."""
    return draw(st.sampled_from(choices))


def block(head: str, lines: Sequence[str]) -> str:
    """A sentence that opens a block."""
    return head + " {\n" + "\n".join("  " + line for text in lines for line in text.split("\n")) + "\n}"
