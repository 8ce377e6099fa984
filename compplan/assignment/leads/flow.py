"""Assignments that are the best for given counts: minimum cost flow, which is exact, and the prices of places that prove it."""

from __future__ import annotations

import numpy as np
from ortools.graph.python import max_flow, min_cost_flow

from compplan.assignment.leads.problem import LeadProblem
from compplan.assignment.problem import Flags, Real, Whole

FINEST = 1e12
"""Up to this whole numbers stand for the worth of a lead in the flow."""


def most_given(eligible: Flags, room: Whole) -> tuple[int, Whole]:
    """How many leads can be given at all, and reps that prove it: no more than their room, and the leads that others may have, are given.

    By maximum flow and its smallest cut (Ford and Fulkerson 1956).
    """
    n, m = eligible.shape
    lead, rep = np.nonzero(eligible)
    flow = max_flow.SimpleMaxFlow()
    flow.add_arcs_with_capacity(np.zeros(n, np.int64), 1 + np.arange(n), np.ones(n, np.int64))
    flow.add_arcs_with_capacity(1 + lead, 1 + n + rep, np.ones(len(lead), np.int64))
    flow.add_arcs_with_capacity(1 + n + np.arange(m), np.full(m, 1 + n + m), np.minimum(room, n))
    flow.solve(0, 1 + n + m)
    reached = {int(v) for v in flow.get_source_side_min_cut()}
    return int(flow.optimal_flow()), np.array([j for j in range(m) if 1 + n + j in reached], np.int64)


def given_at_most(eligible: Flags, room: Whole, full: Whole) -> int:
    """What no assignment gives more leads than: the room of these reps, and the leads that somebody else may have."""
    others = np.ones(eligible.shape[1], bool)
    others[full] = False
    return int(np.minimum(room[full], len(eligible)).sum()) + int(eligible[:, others].any(axis=1).sum())


class Flows:
    """The network of a problem, in which any counts can be asked for; the same counts give the same answer."""

    def __init__(self, problem: LeadProblem) -> None:
        self.problem = problem
        self.lead, self.place = np.nonzero(problem.places)
        self.worth = problem.real_worth[self.lead, self.place]

    def best(self, counts: Real) -> tuple[Whole, Whole, float]:
        """The assignment whose worth is greatest when it counts so much at each place, the prices of places, and their unit.

        The prices, whole numbers of that unit, are what one more room is worth at each place. Raises ArithmeticError where there is no
        assignment.
        """
        return self._solved(counts[self.place] * self.worth)

    def nearest(self, shares: Real) -> Whole:
        """The assignment that has the most in common with shares of leads at places: n x (m + 1)."""
        return self._solved(shares[self.lead, self.place])[0]

    def _solved(self, value: Real) -> tuple[Whole, Whole, float]:
        n, places = self.problem.places.shape
        unit = max(float(np.abs(value).max(initial=0.0)), 1e-300) / min(FINEST, 2**60 / (4 * (n + places + 2)))
        whole = np.rint(value / unit).astype(np.int64)
        flow = min_cost_flow.SimpleMinCostFlow()
        arcs = flow.add_arcs_with_capacity_and_unit_cost(self.lead, n + self.place, np.ones(len(whole), np.int64), -whole)
        sink = np.full(places, n + places)
        rooms = np.minimum(self.problem.rooms, n)
        flow.add_arcs_with_capacity_and_unit_cost(n + np.arange(places), sink, rooms, np.zeros(places, np.int64))
        flow.set_nodes_supplies(np.arange(n), np.ones(n, np.int64))
        flow.set_nodes_supplies(np.array([n + places]), np.array([-n]))
        status = flow.solve()
        if status != flow.OPTIMAL:
            raise ArithmeticError(f"the flow of leads was not solved: {status}")
        used = flow.flows(arcs) > 0
        assigned = np.zeros(n, np.int64)
        assigned[self.lead[used]] = self.place[used]
        return assigned, self._prices(assigned, whole), unit

    def _prices(self, assigned: Whole, whole: Whole) -> Whole:
        """The least prices by which nobody would rather be elsewhere: longest paths over the gain of a lead's going from place to place."""
        n, places = self.problem.places.shape
        value = np.full((n, places), -(2**61), np.int64)
        value[self.lead, self.place] = whole
        gain = np.full((places, places), -(2**61), np.int64)
        np.maximum.at(gain, assigned, np.where(value > -(2**61), value - value[np.arange(n), assigned][:, None], -(2**61)))
        price = np.zeros(places, np.int64)
        for _ in range(places):
            raised = np.maximum(price, (price[:, None] + gain).max(axis=0))
            if (raised == price).all():
                break
            price = raised
        return price
