"""What proves an assignment: its cost, the prices and cuts, and the bound that follows from them.

Written as JSON, and worked out again from the data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compplan.assignment.bound import PRICE_UNIT, AnyCut, Cut, Prices, lower_bound
from compplan.assignment.problem import Problem, Whole, not_connected, standing
from compplan.assignment.separators import Separator
from compplan.assignment.solver.solve import Solution
from compplan.assignment.territories.amounts import cost_text, millionths_text
from compplan.immutable import immutable

FORM = 1


@dataclass(frozen=True, eq=False)
class Certificate:
    """What was claimed: cost and total in whole units of cost, the bound in millionths of one, what a complete search reached, and the
    prices.

    `plain` are prices without cuts, which prove nearly as much and mean more to a reader.
    """

    problem: str
    cost: int
    total: int
    bound: int
    searched: int | None
    prices: Prices
    plain: Prices


@immutable
class Verdict:
    """What was found when a claim was worked out again; `wrong` says in words what does not hold, and is empty where all does."""

    total: int
    bound: int
    wrong: tuple[str, ...]

    @property
    def gap(self) -> float:
        """The share of the total that may be saved at most."""
        return max(0.0, self.total - self.bound / PRICE_UNIT) / max(abs(self.total), 1)


def certify(problem: Problem, solution: Solution) -> Certificate:
    """The certificate of a solution."""
    now = standing(problem, solution.assigned)
    return Certificate(fingerprint(problem), now.cost, now.total, solution.bound, solution.searched, solution.prices, solution.plain)


def verify(problem: Problem, assigned: Whole, claimed: Certificate) -> Verdict:
    """Works out again, with no solver, what an assignment comes to, which rules it keeps.

    And the bound that the certificate's prices give.
    """
    now = standing(problem, assigned)
    wrong: list[str] = []
    if claimed.problem != fingerprint(problem):
        wrong.append("The records or the scenario are not those that the certificate was made for.")
    if now.not_eligible:
        wrong.append(f"{now.not_eligible} accounts or families are with a rep who may not have them.")
    wrong += _bands_broken(problem, now.outside)
    if now.too_many_moves:
        wrong.append(f"{now.moves} accounts change hands, {now.too_many_moves} more than allowed.")
    if now.together:
        wrong.append(f"{now.together} pairs are together that must be apart.")
    if now.not_connected:
        wrong.append(f"The accounts of {_few([problem.reps[j] for j in not_connected(problem, assigned)])} are not connected.")
    for what, said, is_ in (("costs", claimed.cost, now.cost), ("comes to", claimed.total, now.total)):
        if said != is_:
            wrong.append(f"It {what} {cost_text(problem, is_)}, not {cost_text(problem, said)} as the certificate says.")
    try:
        bound = lower_bound(problem, claimed.prices)
    except (ValueError, IndexError, OverflowError) as error:
        return Verdict(now.total, 0, (*wrong, f"The prices prove nothing: {error}."))
    if bound != claimed.bound:
        wrong.append(f"The prices give a bound of {millionths_text(problem, bound)}, not {millionths_text(problem, claimed.bound)}.")
    if bound > now.total * PRICE_UNIT and not wrong:
        wrong.append("The bound lies above the total: one of them is wrong.")
    if claimed.searched is not None and claimed.searched > now.total and not wrong:
        reached = cost_text(problem, claimed.searched)
        wrong.append(f"A search is said to have found that nothing costs less than {reached}, and this costs less.")
    return Verdict(now.total, bound, tuple(wrong))


def _bands_broken(problem: Problem, outside: Whole) -> list[str]:
    broken = []
    for k, measure in enumerate(problem.measures):
        reps = [problem.reps[j] for j in np.nonzero(outside[k])[0].tolist()]
        if reps and measure.price is None:
            broken.append(f"{measure.name} is outside its band at {_few(reps)}.")
    return broken


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def fingerprint(problem: Problem) -> str:
    """SHA-256 of all that the problem says: names, costs, who may have what, bands and rules."""
    digest = hashlib.sha256()
    for names in (problem.items, problem.reps, [m.name for m in problem.measures]):
        digest.update(json.dumps(list(names)).encode())
    arrays = [np.where(problem.eligible, problem.cost, -1), problem.eligible, problem.moved, problem.least, problem.most]
    arrays += [m.weight for m in problem.measures] + [m.price for m in problem.measures if m.price is not None]
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(json.dumps([list(problem.apart), problem.most_moves, problem.cost_decimals]).encode())
    if problem.borders is not None:
        digest.update(b"borders" + np.ascontiguousarray(problem.borders.pairs).tobytes())
    return digest.hexdigest()


def to_json(problem: Problem, certificate: Certificate) -> dict[str, Any]:
    """The certificate as it is written: prices by rep and measure, in whole millionths of a unit of cost for one unit of the measure."""
    prices, plain = certificate.prices, certificate.plain
    return {
        "form": FORM,
        "problem": certificate.problem,
        "cost_decimals": problem.cost_decimals,
        "cost": certificate.cost,
        "total": certificate.total,
        "bound_in_millionths": certificate.bound,
        "bound_by_search": certificate.searched,
        "prices": {**_prices_to_json(problem, plain), "bound_in_millionths": lower_bound(problem, plain)},
        "prices_with_cuts": {**_prices_to_json(problem, prices), "cuts": [_cut_to_json(problem, cut) for cut in prices.cuts]},
    }


def _prices_to_json(problem: Problem, prices: Prices) -> dict[str, Any]:
    by_rep = {m.name: dict(zip(problem.reps, prices.measures[k].tolist(), strict=True)) for k, m in enumerate(problem.measures)}
    return {"of_measures": by_rep, "of_a_move": prices.move}


def from_json(problem: Problem, value: Mapping[str, Any]) -> Certificate:
    """The certificate that was written. Raises ValueError where it is none of this problem."""
    try:
        if value["form"] != FORM:
            raise ValueError("it is of another form")
        cut = value["prices_with_cuts"]
        prices = _prices_from_json(problem, cut, tuple(_cut_from_json(problem, c) for c in cut["cuts"]))
        plain = _prices_from_json(problem, value["prices"], ())
        searched = value["bound_by_search"]
        bound = _whole(value["bound_in_millionths"])
        return Certificate(str(value["problem"]), _whole(value["cost"]), _whole(value["total"]), bound, searched, prices, plain)
    except (KeyError, TypeError, IndexError, OverflowError):
        raise ValueError("the certificate is not as it was written") from None


def _prices_from_json(problem: Problem, value: Mapping[str, Any], cuts: tuple[AnyCut, ...]) -> Prices:
    measures = np.array([[_whole(value["of_measures"][m.name][rep]) for rep in problem.reps] for m in problem.measures], np.int64)
    return Prices(measures.reshape(len(problem.measures), len(problem.reps)), _whole(value["of_a_move"]), cuts)


def _cut_to_json(problem: Problem, cut: AnyCut) -> dict[str, Any]:
    if isinstance(cut, Separator):
        return {
            "rep": problem.reps[cut.rep],
            "from": problem.items[cut.first],
            "to": None if cut.second is None else problem.items[cut.second],
            "too_little_of": None if cut.measure is None else problem.measures[cut.measure].name,
            "through": [problem.items[i] for i in cut.through],
            "price": cut.price,
        }
    return {
        "measure": problem.measures[cut.measure].name,
        "rep": problem.reps[cut.rep],
        "end": "at most" if cut.upper else "at least",
        "counted_from_the_other_side": [problem.items[i] for i in cut.held],
        "divisor": cut.divisor,
        "price": cut.price,
    }


def _cut_from_json(problem: Problem, value: Mapping[str, Any]) -> AnyCut:
    names = [m.name for m in problem.measures]
    position = _positions(problem.items)
    if "through" in value:
        second, measure = value["to"], value["too_little_of"]
        return Separator(
            list(problem.reps).index(value["rep"]),
            position[value["from"]],
            None if second is None else position[second],
            None if measure is None else names.index(measure),
            tuple(position[i] for i in value["through"]),
            _whole(value["price"]),
        )
    held = tuple(position[i] for i in value["counted_from_the_other_side"])
    upper = {"at most": True, "at least": False}[value["end"]]
    rep = list(problem.reps).index(value["rep"])
    return Cut(names.index(value["measure"]), rep, upper, held, _whole(value["divisor"]), _whole(value["price"]))


def _positions(names: Sequence[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**62:
        raise TypeError("a whole number is expected")
    return value
