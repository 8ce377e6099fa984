"""What the plans make of a band of expected pay: how much of the expected figure each rep may have."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from compplan.immutable import immutable

Ends = tuple[Decimal | None, Decimal | None]
"""The least and the most that a rep shall be paid; None where there is no such end."""


@immutable
class PayLimits:
    """The credit of each rep (least, most; in the figure's smallest unit; None where all is allowed) with which pay is within its band."""

    credit: Mapping[str, tuple[int | None, int | None]]
    pay: Mapping[str, Ends]
    currency: str
    decimals: int
    """How many digits of the credit stand behind the point."""

    def credited(self, rep: str, credit: Decimal) -> bool:
        """Whether a credit is one with which the rep's pay is within its band."""
        low, high = self.credit.get(rep, (None, None))
        whole = int(credit.scaleb(self.decimals))
        return (low is None or whole >= low) and (high is None or whole <= high)
