"""Reps without a home: whose place is chosen too, out of places that are considered for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compplan.assignment.problem import Flags, Problem, Whole


@dataclass(frozen=True, eq=False)
class Homes:
    """Which reps have no home yet, and which places are considered.

    `reps` are their numbers, rising. `places` has the name of each place, `at` its latitude and longitude as they were written, and
    `travel` what the way from it to each item costs: items x places, in the problem's units of cost. `all_places` says how many there
    were to choose from. A place is given to one of the reps at most.
    """

    reps: tuple[int, ...]
    places: tuple[str, ...]
    at: tuple[tuple[str, str], ...]
    travel: Whole
    all_places: int


@dataclass(frozen=True, eq=False)
class Options:
    """What there is to choose from, rep by rep: `cost` has what each item costs with each option (items x options).

    The options of a class of reps who are alike stand together: `first` has where they begin (one more than there are classes).
    `members` are the reps of each class, and `place` the place of each option, -1 for a rep who has a home, whose only option it is.
    """

    cost: Whole
    place: Whole
    first: Whole
    members: tuple[tuple[int, ...], ...]

    @property
    def of_class(self) -> Whole:
        """The class of each option."""
        return np.repeat(np.arange(len(self.members)), np.diff(self.first))

    def eligible(self, problem: Problem) -> Flags:
        """Which items may go to which options: items x options."""
        return problem.eligible[:, self.rep]

    @property
    def rep(self) -> Whole:
        """For each option, the first rep of its class: all that is not the place is the same for the others."""
        return np.array([m[0] for m in self.members], np.int64)[self.of_class]


def options_of(problem: Problem, homes: Homes) -> Options:
    """The options of all reps: those with a home first, each in a class of its own, then those without, by class."""
    homed = [j for j in range(len(problem.reps)) if j not in set(homes.reps)]
    classes = [*((j,) for j in homed), *alike(problem, homes)]
    places = np.arange(len(homes.places))
    sizes = [1] * len(homed) + [len(places)] * (len(classes) - len(homed))
    cost = [problem.cost[:, homed], *(problem.cost[:, [c[0]]] + homes.travel for c in classes[len(homed) :])]
    place = [np.full(len(homed), -1), *([places] * (len(classes) - len(homed)))]
    return Options(np.concatenate(cost, axis=1), np.concatenate(place), np.concatenate([[0], np.cumsum(sizes)]), tuple(classes))


def alike(problem: Problem, homes: Homes) -> list[tuple[int, ...]]:
    """The reps without a home by class: those are alike who have the same costs, rules and bands but for the way."""
    classes: dict[tuple[bytes, ...], list[int]] = {}
    for j in homes.reps:
        columns = [np.where(problem.eligible[:, j], problem.cost[:, j], -1), problem.eligible[:, j], problem.moved[:, j]]
        columns += [w[:, j] for w in problem.weights]
        columns += [problem.least[:, j], problem.most[:, j], problem.soft_price[:, j]]
        classes.setdefault(tuple(np.ascontiguousarray(c).tobytes() for c in columns), []).append(j)
    return [tuple(c) for c in classes.values()]


def placed(problem: Problem, homes: Homes, chosen: Whole) -> Problem:
    """The problem with a home for each rep: `chosen` has a place for each of `homes.reps`.

    Raises ValueError where a place is not there, or is given to two of them.
    """
    if len(chosen) != len(homes.reps) or (chosen < 0).any() or (chosen >= len(homes.places)).any():
        raise ValueError("each rep without a home needs one of the places")
    if len(np.unique(chosen)) != len(chosen):
        raise ValueError("a place is given to two reps")
    cost = problem.cost.copy()
    cost[:, list(homes.reps)] += homes.travel[:, chosen]
    return replace(problem, cost=cost)
