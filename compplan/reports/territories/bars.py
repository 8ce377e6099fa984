"""Bars: what each rep has of a measure, before and after, beside the band; and all reps of a measure in one strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from compplan.reports.territories.figures import Figures, MeasureFigures, ends, percent

BAR = 150
"""Units that a bar is wide at most."""
STRIP = 1000
"""Units that a strip is wide."""
AROUND = 0.06
"""The share of a strip left free on either side."""
MOST_TICKS = 7


@dataclass(frozen=True)
class Bar:
    """A rep's bar: `after` and `before` are where they end, and the band is from `low` to `high`; all in units from the left.

    `before` is None where nothing is known of it. `outside` and `was_outside` say whether it leaves the band.
    """

    after: float
    before: float | None
    low: float
    high: float
    outside: bool
    was_outside: bool


@dataclass(frozen=True)
class Mark:
    """A rep in a strip, `x` units from the left."""

    rep: int
    x: float
    outside: bool


@dataclass(frozen=True)
class Strip:
    """All reps of a measure: where they were and are, and the band that is common to all (units; None where there is none).

    `relative` says that it shows shares of the middle of each band, and not amounts. `ticks` are labels and where they stand.
    """

    measure: str
    relative: bool
    low: float | None
    high: float | None
    ticks: tuple[tuple[float, str], ...]
    before: tuple[Mark, ...]
    after: tuple[Mark, ...]


def bars_of(measure: MeasureFigures, *, has_before: bool) -> tuple[Bar, ...]:
    """The bars of all reps, on one scale that begins at zero."""
    bands = [ends(measure, j) for j in range(len(measure.after))]
    largest = max([*measure.after.tolist(), *measure.before.tolist(), *(e for band in bands for e in band if e is not None), 1])
    bars = []
    for j, (low, high) in enumerate(bands):
        after, before = int(measure.after[j]), int(measure.before[j])
        bars.append(
            Bar(
                _at(after, largest),
                _at(before, largest) if has_before else None,
                0.0 if low is None else _at(low, largest),
                float(BAR) if high is None else _at(high, largest),
                _is_outside(after, low, high),
                has_before and _is_outside(before, low, high),
            )
        )
    return tuple(bars)


def strip_of(figures: Figures, measure: MeasureFigures) -> Strip:
    """The strip of a measure: shares of the middle of each band where all bands have both ends, else amounts."""
    relative = measure.has_both_ends
    bands = [ends(measure, j) for j in range(len(measure.after))]
    loads = (measure.before.tolist(), measure.after.tolist())
    before, after = ([_shown(v, b, measure, relative=relative) for v, b in zip(m, bands, strict=True)] for m in loads)
    lows, highs = ([None if b[e] is None else _shown(b[e] or 0, b, measure, relative=relative) for b in bands] for e in (0, 1))
    low, high = (_common(lows, max), _common(highs, min))
    everything = [*after, *(before if figures.has_before else ()), *(e for e in (*lows, *highs) if e is not None)]
    least, most = min(everything), max(everything)
    span = (most - least) or Fraction(1)

    def place(value: Fraction) -> float:
        return round(float(STRIP * (AROUND + (1 - 2 * AROUND) * (value - least) / span)), 1)

    def marks(values: Sequence[Fraction], loads: Sequence[int]) -> tuple[Mark, ...]:
        return tuple(Mark(j, place(v), _is_outside(load, *bands[j])) for j, (v, load) in enumerate(zip(values, loads, strict=True)))

    return Strip(
        measure.name,
        relative,
        None if low is None else place(low),
        None if high is None else place(high),
        tuple((place(t), _label(t, relative=relative)) for t in _ticks(least, most)),
        marks(before, loads[0]) if figures.has_before else (),
        marks(after, loads[1]),
    )


def _at(value: int, largest: int) -> float:
    return round(max(value, 0) * BAR / largest, 1)


def _is_outside(value: int, low: int | None, high: int | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _shown(value: int, band: tuple[int | None, int | None], measure: MeasureFigures, *, relative: bool) -> Fraction:
    """A load as a share above or below the middle of its band, or as an amount."""
    low, high = band
    if relative and low is not None and high is not None:
        return Fraction(2 * value, low + high) - 1
    return Fraction(value, 10**measure.decimals)


def _common(values: Sequence[Fraction | None], narrowest: Callable[[list[Fraction]], Fraction]) -> Fraction | None:
    known = [v for v in values if v is not None]
    return narrowest(known) if len(known) == len(values) else None


def _label(value: Fraction, *, relative: bool) -> str:
    if not relative:
        return f"{float(value):,g}"
    return f"+{percent(value)}" if value > 0 else percent(value)


def _ticks(least: Fraction, most: Fraction) -> tuple[Fraction, ...]:
    """Round values between two, some seven at most."""
    span = most - least
    if not span:
        return (least,)
    step = Fraction(10) ** (floor(_log10(span)) - 1)
    for times in (1, 2, 5, 10, 20, 50, 100):
        if span / (step * times) <= MOST_TICKS:
            step *= times
            break
    return tuple(step * n for n in range(ceil(least / step), floor(most / step) + 1))


def _log10(value: Fraction) -> int:
    """The whole logarithm: how many digits stand before the point, less one; below zero for parts of one."""
    power = 0
    while value >= 10:
        value, power = value / 10, power + 1
    while value < 1:
        value, power = value * 10, power - 1
    return power
