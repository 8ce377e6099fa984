"""What each rule and band costs: priced by the relaxation, bounded by what could be saved without it, and confirmed by solving again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.problem import NO_LIMIT, Measure, Problem, Whole, standing
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.solver.opening_prices import opening_prices
from compplan.assignment.solver.relaxation import relax
from compplan.assignment.solver.solve import Limits, Progress, solve
from compplan.assignment.territories.certificate import Certificate
from compplan.assignment.territories.demands import Demand, with_demands

WIDER = 100
"""A band is priced as if it were wider by one part in so many of what is spread in all: one percent."""


@dataclass(frozen=True)
class RuleWhy:
    """What a rule or band costs.

    `marginal` is what a little more room saves, in millionths of a unit of cost: of a band, one percent of each rep's share at its end that
    binds; of a limit of moves, one more. None for rules that have no such room. `saves_at_most` is proven: what could be saved at most
    without it, in whole units of cost. `saved` is what solving again without it saved, where that was asked for.
    """

    name: str
    marginal: int | None
    saves_at_most: int
    saved: int | None = None


def why_rules(
    territories: Territories,
    assigned: Whole,
    certificate: Certificate,
    limits: Limits | None,
    tell: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[RuleWhy]:
    """What each rule and band costs, the dearest said by what it could save at most; with `limits`, each is solved again without it."""
    total = standing(territories.problem, assigned).total
    for demand in _all_demands(territories):
        without = _without(territories, demand)
        bound = relax(without, opening_prices(without), 0, lambda: True).bound
        most = max(0, total - -(-bound // PRICE_UNIT))
        saved = None
        if limits is not None and not stopped():
            answer = standing(without, solve(without, limits, tell, stopped).assigned)
            saved = None if answer.broken else total - answer.total
        yield RuleWhy(demand.name, _marginal(territories.problem, certificate, demand), most, saved)


def _all_demands(territories: Territories) -> Sequence[Demand]:
    """Rules and bands, those with a price among them."""
    return [*territories.demands, *(Demand(f"balance of {m.name}", measure=m) for m in territories.open.measures)]


def _without(territories: Territories, demand: Demand) -> Problem:
    rest = [d for d in territories.demands if d is not demand]
    open_ = territories.open
    if demand not in territories.demands:
        open_ = replace(open_, measures=tuple(m for m in open_.measures if m is not demand.measure))
    return with_demands(open_, rest)


def _marginal(problem: Problem, certificate: Certificate, demand: Demand) -> int | None:
    prices = certificate.plain
    if demand.measure is not None:
        k = next(k for k, m in enumerate(problem.measures) if m.name == demand.measure.name)
        return sum(abs(int(p)) * room for p, room in zip(prices.measures[k].tolist(), _percent(demand.measure, problem), strict=True))
    return prices.move if demand.most_moves is not None else None


def _percent(measure: Measure, problem: Problem) -> list[int]:
    """One percent of each rep's share: of the middle of its band where it has two ends, else of an equal part of the whole."""
    equal = int(measure.weight.sum()) // max(measure.weight.shape[1], 1) // len(problem.reps)
    ends = zip(measure.least.tolist(), measure.most.tolist(), strict=True)
    middles = [(low + high) // 2 if low > -NO_LIMIT and high < NO_LIMIT else equal for low, high in ends]
    return [max(0, middle) // WIDER for middle in middles]
