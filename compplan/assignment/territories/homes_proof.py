"""The proof over all places for reps without a home: written as JSON, and worked out again from the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.homes import Homes
from compplan.assignment.homes_bound import HomePrices, homes_bound
from compplan.assignment.problem import Problem, Whole, standing
from compplan.assignment.scenario.homes import ChosenHomes
from compplan.assignment.scenario.read_problem import Territories
from compplan.assignment.territories.amounts import cost_text

FORM = 1


def homes_to_json(territories: Territories) -> dict[str, Any]:
    """The proof of chosen homes as it is written: prices in whole millionths of a unit of cost, by item, place, and rep and measure."""
    unplaced, chosen = territories.unplaced, territories.chosen
    assert unplaced is not None
    assert chosen is not None
    assert chosen.prices is not None
    problem, homes, prices = chosen.problem, unplaced.homes, chosen.prices
    by_rep = {m.name: dict(zip(problem.reps, prices.measures[k].tolist(), strict=True)) for k, m in enumerate(problem.measures)}
    some = np.nonzero(prices.places)[0].tolist()
    return {
        "form": FORM,
        "homes": {problem.reps[j]: homes.places[k] for j, k in zip(homes.reps, chosen.places.tolist(), strict=True)},
        "places_considered": len(homes.places),
        "places_in_all": homes.all_places,
        "bound_in_millionths": chosen.bound,
        "bound_by_search": chosen.searched,
        "prices": {
            "of_items": dict(zip(problem.items, prices.items.tolist(), strict=True)),
            "of_places": {homes.places[k]: int(prices.places[k]) for k in some},
            "of_measures": by_rep,
            "of_a_move": prices.move,
            "kept": None if prices.kept is None else problem.measures[prices.kept].name,
        },
    }


def homes_from_json(problem: Problem, homes: Homes, places: Whole, value: Mapping[str, Any]) -> ChosenHomes:
    """The proof that was written, for these places. Raises ValueError where it is none of this problem."""
    try:
        if value["form"] != FORM:
            raise ValueError("it is of another form")
        given = value["prices"]
        items = np.array([_whole(given["of_items"][name]) for name in problem.items], np.int64)
        of_places = np.array([_whole(given["of_places"].get(name, 0)) for name in homes.places], np.int64)
        measures = np.array([[_whole(given["of_measures"][m.name][rep]) for rep in problem.reps] for m in problem.measures], np.int64)
        kept = None if given["kept"] is None else [m.name for m in problem.measures].index(given["kept"])
        prices = HomePrices(items, of_places, measures.reshape(problem.least.shape), _whole(given["of_a_move"]), kept)
        searched = value["bound_by_search"]
        return ChosenHomes(places, problem, prices, _whole(value["bound_in_millionths"]), None if searched is None else _whole(searched))
    except (KeyError, TypeError, AttributeError, OverflowError):
        raise ValueError("the proof of the homes is not as it was written") from None


def homes_wrong(territories: Territories, assigned: Whole) -> Iterator[str]:
    """What does not hold of a proof of chosen homes, in words, when it is worked out again."""
    unplaced, chosen = territories.unplaced, territories.chosen
    if unplaced is None or chosen is None or chosen.prices is None or chosen.bound is None:
        return
    try:
        bound = homes_bound(chosen.problem, unplaced.homes, chosen.prices)
    except (ValueError, IndexError, OverflowError) as error:
        yield f"The prices of the homes prove nothing: {error}."
        return
    if bound != chosen.bound:
        unit = PRICE_UNIT * 10**chosen.problem.cost_decimals
        yield f"Over all places the prices give a bound of {bound / unit:,.2f}, not {chosen.bound / unit:,.2f} as it is written."
    now = standing(territories.problem, assigned)
    if bound > now.total * PRICE_UNIT and not now.broken:
        yield "The bound over all places lies above the total: one of them is wrong."
    if chosen.searched is not None and chosen.searched > now.total and not now.broken:
        said = cost_text(chosen.problem, chosen.searched)
        yield f"A search over all places is said to have found that nothing costs less than {said}, and this costs less."


def homes_gap(territories: Territories, assigned: Whole) -> float:
    """The share of the total that may be saved at most, wherever the reps without a home were put; a complete search counted."""
    chosen = territories.chosen
    assert chosen is not None
    total = standing(territories.problem, assigned).total
    return max(0, total - _reached(chosen)) / max(abs(total), 1)


def homes_lines(territories: Territories, assigned: Whole, *, worked_out_again: bool = False) -> Iterator[str]:
    """What a person reads of chosen homes: who got which place, and what could be saved at most with other places.

    Where it is `worked_out_again`, the bound is that of the prices, and what a search reached is said to be its word alone.
    """
    unplaced, chosen = territories.unplaced, territories.chosen
    if unplaced is None or chosen is None:
        return
    homes = unplaced.homes
    for j, k in zip(homes.reps, chosen.places.tolist(), strict=True):
        latitude, longitude = homes.at[k]
        yield f"{territories.problem.reps[j]} gets a home at {homes.places[k]} ({latitude}, {longitude})."
    if chosen.bound is None:
        return
    all_ = "all" if homes.all_places == len(homes.places) else f"{len(homes.places):,} of {homes.all_places:,}"
    searched = chosen.searched
    if worked_out_again:
        chosen = replace(chosen, searched=None)
        territories = replace(territories, chosen=chosen)
    gap = homes_gap(territories, assigned)
    if gap == 0:
        yield f"Over {all_} places: proven to be the best there is."
    else:
        least = cost_text(chosen.problem, _reached(chosen))
        yield f"Over {all_} places nothing can cost less than {least}: at most {gap:.2%} could be saved."
    if worked_out_again and searched is not None:
        least = cost_text(chosen.problem, searched)
        yield f"A complete search said that nothing costs less than {least} over these places; that is not worked out again here."


def homes_json(territories: Territories, assigned: Whole) -> dict[str, Any]:
    """The same for programs; costs in the scenario's unit."""
    unplaced, chosen = territories.unplaced, territories.chosen
    if unplaced is None or chosen is None:
        return {}
    homes, unit = unplaced.homes, 10**chosen.problem.cost_decimals
    found = {territories.problem.reps[j]: homes.places[k] for j, k in zip(homes.reps, chosen.places.tolist(), strict=True)}
    said: dict[str, Any] = {"homes": found, "places_considered": len(homes.places), "places_in_all": homes.all_places}
    if chosen.bound is not None:
        said |= {
            "bound_over_places": chosen.bound / PRICE_UNIT / unit,
            "bound_over_places_by_search": None if chosen.searched is None else chosen.searched / unit,
            "gap_over_places": homes_gap(territories, assigned),
        }
    return said


def _reached(chosen: ChosenHomes) -> int:
    assert chosen.bound is not None
    reached = -(-chosen.bound // PRICE_UNIT)
    return reached if chosen.searched is None else max(reached, chosen.searched)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**62:
        raise TypeError("a whole number is expected")
    return value
