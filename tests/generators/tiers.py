"""Slices, steps and curves, as text."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.generators.known import block, pick

RATIO_BOUNDS = ("33.3333%", "50%", "80%", "100%", "120%", "150%")
MONEY_BOUNDS = ("0.50 USD", "25 USD", "50 USD", "99.99 USD", "100 USD", "200 USD", "1,000 USD")
NUMBER_BOUNDS = ("1", "2", "3", "5")
RATIOS = ("0.5x", "1x", "33.3333%", "1.5x", "1%", "2.5%", "0x", "0.005%")
MONEY = ("0 USD", "10 USD", "0.01 USD", "33.33 USD", "100 USD")


@st.composite
def tiers(draw: st.DrawFn, word: str, operand: str, bounds: Sequence[str], zero: str, values: Sequence[str]) -> str:
    """Tiers of a kind (`slices`, `step`, `curve`) along an operand; `zero` is how nothing is written among its bounds."""
    chosen = sorted(draw(st.lists(st.integers(0, len(bounds) - 1), min_size=2 if word == "curve" else 1, max_size=4, unique=True)))
    marks = [bounds[index] for index in chosen]
    rates = [draw(st.sampled_from(values)) for _ in range(len(marks) + 2)]
    if word == "curve":
        rows = [f"at {bound}: {rate}" for bound, rate in zip(marks, rates, strict=False)]
        rows = [f"below {marks[0]}: {rates[-1]}", *rows, f"above {marks[-1]}: {rates[-2]}"]
        return block(f"the curve at {operand}", rows)
    if draw(st.booleans()):
        rows = [f"below {marks[0]}: {rates[-1]}"]
    else:
        rows = [f"from {zero}: {rates[-1]}"]
    rows += [f"from {bound}: {rate}" for bound, rate in zip(marks, rates, strict=False)]
    return block(f"each slice of {operand}" if word == "slices" else f"the step reached by {operand}", rows)


@st.composite
def along_ratio(draw: st.DrawFn, operand: str) -> str:
    """A ratio along a ratio: slices, steps or a curve."""
    return draw(tiers(pick(draw, "slices", "step", "curve"), operand, RATIO_BOUNDS, "0%", RATIOS))


@st.composite
def money_along_ratio(draw: st.DrawFn, operand: str) -> str:
    """Money along a ratio: steps or a curve; or slices, each at an amount."""
    return draw(tiers(pick(draw, "step", "curve", "slices"), operand, RATIO_BOUNDS, "0%", MONEY))


@st.composite
def money_slices(draw: st.DrawFn, operand: str, shares_of: Sequence[str]) -> str:
    """Slices of money at rates; bounds are amounts, or shares of a figure such as the quota."""
    figure = draw(st.sampled_from(["", *shares_of]))
    bounds = [f"{b} of {figure}" for b in RATIO_BOUNDS] if figure else MONEY_BOUNDS
    zero = f"0% of {figure}" if figure else "0 USD"
    return draw(tiers("slices", operand, bounds, zero, RATIOS))


@st.composite
def along_money(draw: st.DrawFn, operand: str, values: Sequence[str]) -> str:
    """Steps or a curve along money."""
    return draw(tiers(pick(draw, "step", "curve"), operand, MONEY_BOUNDS, "0 USD", values))


@st.composite
def along_number(draw: st.DrawFn, operand: str) -> str:
    """Money along a number: a step, a curve, or so much for each."""
    return draw(tiers(pick(draw, "slices", "step", "curve"), operand, NUMBER_BOUNDS, "0", MONEY))
