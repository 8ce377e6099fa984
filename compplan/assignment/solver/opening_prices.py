"""Prices that make each item's cheapest rep nearly balance: a smoothed Lagrangian dual, climbed by L-BFGS.

The least over the reps is replaced by -T log(sum of exp(-reduced cost / T)), whose gradient is the load when each item is shared out by
these weights
(Nesterov 2005); T falls step by step. What comes out is only a start: the bound of any prices is worked out exactly in `bound`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from compplan.assignment.problem import NO_LIMIT, Problem, Real

HEAT = (1.0, 0.5, 0.25, 0.12, 0.06, 0.03)
STEPS = 25
MEMORY = 10
HIGHEST = 100.0
"""How many times what an average item costs a price may say that one is worth: where bands cannot be met, prices rise for ever."""
SHORTEST = 0.002
FORBIDDEN = 1e9
CACHED = 2**17
"""How many pairs are worked on at a time."""
LOWEST = np.float32(-80.0)
"""The exponential of less is as good as nothing, but no normal number of single precision, which is slow."""


def opening_prices(problem: Problem) -> Real:
    """Prices in units of cost: measures x reps, above zero where more is wanted."""
    shape = problem.least.shape
    if not problem.measures:
        return np.zeros(shape)
    dual = _Dual(problem)
    prices = np.zeros(shape)
    for heat in HEAT:
        prices = _climb(dual, prices, heat * dual.typical)
    return prices * dual.scale


class _Dual:
    """The smoothed dual in scaled prices; arrays of half precision of the machine, since it is only a start."""

    def __init__(self, problem: Problem) -> None:
        cost = problem.real_cost
        cheapest = np.where(np.isfinite(cost.min(axis=1)), cost.min(axis=1), 0)
        self.typical = max(float(np.abs(cheapest).mean()), 1e-6, float(np.ptp(cheapest)) * 1e-3)
        self.cost = np.where(problem.eligible, cost, FORBIDDEN * self.typical).astype(np.float32)
        self.weights = [m.weight.astype(np.float32) for m in problem.measures]
        self.rows = max(1, CACHED // problem.shape[1])
        mean = np.array([max(float(np.abs(m.weight).mean()), 1e-9) for m in problem.measures])
        self.scale = (self.typical / mean)[:, None]
        self.least, self.most = problem.least.astype(float), problem.most.astype(float)
        ceiling = np.minimum(problem.soft_price / self.scale, HIGHEST)
        self.floor_ = np.where(problem.most >= NO_LIMIT, 0, -ceiling)
        self.ceiling = np.where(problem.least <= -NO_LIMIT, 0, ceiling)

    def kept(self, scaled: Real) -> Real:
        return np.clip(scaled, self.floor_, self.ceiling)

    def value(self, scaled: Real, heat: float) -> tuple[float, Real]:
        """The negative of the dual, and its gradient, since it is descended."""
        prices = (scaled * self.scale).astype(np.float32)
        loads = np.zeros(scaled.shape)
        value = 0.0
        for first in range(0, len(self.cost), self.rows):
            part = slice(first, first + self.rows)
            value += self._add_part(part, prices, heat, loads)
        ends = np.where(scaled > 0, self.least, np.where(scaled < 0, self.most, 0))
        value += float((ends * scaled * self.scale).sum())
        toward = np.where(scaled > 0, self.least, self.most) - loads
        resting = (scaled == 0) & (loads >= self.least) & (loads <= self.most)
        upward = (scaled == 0) & (loads < self.least)
        slope = np.where(resting, 0, np.where(upward, self.least - loads, toward))
        slope = np.where((scaled <= self.floor_) & (slope < 0) | (scaled >= self.ceiling) & (slope > 0), 0, slope)
        return -value, -slope * self.scale

    def _add_part(self, part: slice, prices: NDArray[np.float32], heat: float, loads: Real) -> float:
        """The value of some items, whose loads are added. They are few enough to stay in the processor's cache."""
        reduced = self.cost[part].copy()
        weights = [w[part] for w in self.weights]
        for weight, price in zip(weights, prices, strict=True):
            reduced -= weight * price[None, :]
        least = reduced.min(axis=1)
        reduced -= least[:, None]
        reduced *= np.float32(-1 / heat)
        np.maximum(reduced, LOWEST, out=reduced)
        share = np.exp(reduced, out=reduced)
        total = share.sum(axis=1)
        share /= total[:, None]
        for load, weight in zip(loads, weights, strict=True):
            load += weight[:, 0] @ share if weight.shape[1] == 1 else (weight * share).sum(axis=0)
        return float(least.sum(dtype=float) - heat * np.log(total).sum(dtype=float))


def _climb(dual: _Dual, start: Real, heat: float) -> Real:
    """L-BFGS with a backtracking step (Nocedal and Wright 2006, algorithm 7.4), prices kept within what they may be."""
    steps: list[Real] = []
    bends: list[Real] = []
    here = start
    value, slope = dual.value(here, heat)
    for _ in range(STEPS):
        way = -_quasi_newton(slope, steps, bends)
        there, below, next_slope = _step(lambda at: dual.value(at, heat), dual, here, value, slope, way)
        step, bend = there - here, next_slope - slope
        if float((step * bend).sum()) > 1e-12:
            steps, bends = [*steps, step][-MEMORY:], [*bends, bend][-MEMORY:]
        small = abs(value - below) < 1e-5 * abs(value)
        here, value, slope = there, below, next_slope
        if small:
            break
    return here


def _quasi_newton(slope: Real, steps: list[Real], bends: list[Real]) -> Real:
    way, kept = slope.copy(), []
    for step, bend in zip(reversed(steps), reversed(bends), strict=True):
        share = float((step * way).sum() / (bend * step).sum())
        kept.append(share)
        way = way - share * bend
    if steps:
        way = way * float((steps[-1] * bends[-1]).sum() / (bends[-1] * bends[-1]).sum())
    else:
        way = way * (0.1 / max(float(np.abs(way).max()), 1e-12))
    for step, bend, share in zip(steps, bends, reversed(kept), strict=True):
        way = way + (share - float((bend * way).sum() / (bend * step).sum())) * step
    return way


def _step(
    value_at: Callable[[Real], tuple[float, Real]], dual: _Dual, here: Real, value: float, slope: Real, way: Real
) -> tuple[Real, float, Real]:
    length, descent = 1.0, float((slope * way).sum())
    while True:
        there = dual.kept(here + length * way)
        below, next_slope = value_at(there)
        if below <= value + 1e-4 * length * descent or length < SHORTEST:
            return there, below, next_slope
        length *= 0.4
