"""An amount shared out in whole units by largest remainder."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

K = TypeVar("K")


def apportion(amount: Fraction, weights: Mapping[K, Fraction], unit: Fraction) -> dict[K, Fraction]:
    """Each one's share, in whole units: what is left over goes to the largest remainders, in the order given where they are equal.

    The weights are not below zero, and one of them is above.
    """
    total = sum(weights.values(), Fraction(0))
    units = abs(amount) / unit
    exact = {key: units * weight / total for key, weight in weights.items()}
    whole = {key: share.numerator // share.denominator for key, share in exact.items()}
    left = int(units - sum(whole.values()))
    for key in sorted(exact, key=lambda k: exact[k] - whole[k], reverse=True)[:left]:
        whole[key] += 1
    sign = -1 if amount < 0 else 1
    return {key: sign * n * unit for key, n in whole.items()}
